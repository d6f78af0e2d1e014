// Package funcs compares the arithmetic of helmx's template functions with the
// libraries of Kubernetes.
package funcs

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/labels"

	"github.com/helmx-dev/helmx/funcs"
)

// function returns a function of the registry.
func function[F any](t *testing.T, name string) F {
	t.Helper()
	f, ok := funcs.Lookup(name)
	if !ok {
		t.Fatalf("there is no function %s", name)
	}
	return f.Fn.(F)
}

// quantity makes a random quantity that Kubernetes can hold exactly.
func quantity(r *rand.Rand) string {
	suffixes := []string{"", "m", "k", "M", "G", "T", "Ki", "Mi", "Gi", "Ti", "e3", "E2"}
	number := fmt.Sprint(r.IntN(100_000))
	if r.IntN(3) == 0 {
		number += fmt.Sprintf(".%d", 1+r.IntN(999))
	}
	if r.IntN(5) == 0 {
		number = "-" + number
	}
	return number + suffixes[r.IntN(len(suffixes))]
}

// exact leaves out what Kubernetes rounds when it reads it: it keeps no more than
// nanos, and reads -66705Ti as 3140697791.
func exact(q string) bool {
	parsed, err := resource.ParseQuantity(q)
	return err == nil && parsed.Cmp(resource.MustParse(parsed.String())) == 0 && !(strings.HasSuffix(q, "i") && q[0] == '-')
}

func TestQuantitiesAreThoseOfKubernetes(t *testing.T) {
	add := function[func(other, quantity any) (string, error)](t, "quantityAdd")
	mul := function[func(factor, quantity any) (string, error)](t, "quantityMul")
	cmp := function[func(other, quantity any) (int, error)](t, "quantityCmp")
	bytes := function[func(quantity any) (int64, error)](t, "toBytes")
	millicores := function[func(quantity any) (int64, error)](t, "toMillicores")
	random := rand.New(rand.NewPCG(7, 8))
	for range 20_000 {
		a, b := quantity(random), quantity(random)
		if !exact(a) || !exact(b) {
			continue
		}
		x, y := resource.MustParse(a), resource.MustParse(b)
		if got, err := cmp(b, a); err != nil || got != x.Cmp(y) {
			t.Fatalf("quantityCmp %s %s = %d, %v, want %d", b, a, got, err, x.Cmp(y))
		}
		// Below zero Kubernetes rounds to another side from case to case: -95425m
		// has the Value -94.
		if got, err := bytes(a); x.Sign() >= 0 && (err != nil || got != x.Value()) {
			t.Fatalf("toBytes %s = %d, %v, want %d", a, got, err, x.Value())
		}
		// Beyond 64 bits ours is an error, and Kubernetes' a wrong number.
		if got, err := millicores(a); x.CmpInt64(math.MaxInt64/1000) < 0 && x.Sign() >= 0 && (err != nil || got != x.MilliValue()) {
			t.Fatalf("toMillicores %s = %d, %v, want %d", a, got, err, x.MilliValue())
		}
		sum := x.DeepCopy()
		sum.Add(y)
		got, err := add(b, a)
		if err != nil {
			t.Fatalf("quantityAdd %s %s: %v", b, a, err)
		}
		if parsed, err := resource.ParseQuantity(got); err != nil || parsed.Cmp(sum) != 0 {
			t.Fatalf("quantityAdd %s %s = %s, want %s", b, a, got, sum.String())
		}
		factor := random.IntN(50)
		product := x.DeepCopy()
		product.Mul(int64(factor))
		got, err = mul(factor, a)
		if err != nil {
			t.Fatalf("quantityMul %d %s: %v", factor, a, err)
		}
		if parsed, err := resource.ParseQuantity(got); err != nil || parsed.Cmp(product) != 0 {
			t.Fatalf("quantityMul %d %s = %s, want %s", factor, a, got, product.String())
		}
	}
}

func TestSelectorsAreThoseOfKubernetes(t *testing.T) {
	match := function[func(selector, labels any) (bool, error)](t, "labelsMatch")
	sets := []labels.Set{{}, {"app": "web"}, {"app": "db", "tier": "front"}, {"tier": "back"}, {"app": "web", "tier": "front", "x": ""}}
	for _, selector := range []string{
		"", "app=web", "app==web", "app!=web", "app", "!app", "app in (web, db)", "tier notin (front)", "app=web,tier", "!tier,app in (web)", "x=", "tier in (front,back),!x",
	} {
		want, err := labels.Parse(selector)
		if err != nil {
			t.Fatal(err)
		}
		for _, set := range sets {
			if got, err := match(selector, map[string]string(set)); err != nil || got != want.Matches(set) {
				t.Errorf("labelsMatch %q %v = %t, %v, want %t", selector, set, got, err, want.Matches(set))
			}
		}
	}
}
