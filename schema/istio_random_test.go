package schema

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
	"github.com/helmx-dev/helmx/schema/internal/istio"
)

// mutant changes one place of a value: a field or an item is removed, or becomes
// something that does not belong there.
type mutant struct{ *rand.Rand }

// odd are values that nobody expects.
var odd = []any{
	nil, "", "x", "*", "a/b", "-1", "1s", "\x00", strings.Repeat("a.", 200), true, int64(-1), int64(0), int64(70000), 1e300, 0.5,
	[]any{}, []any{nil}, []any{""}, []any{map[string]any{}}, map[string]any{}, map[string]any{"": nil}, map[string]any{"a": "b"},
}

func (r mutant) change(v any) any {
	switch v := v.(type) {
	case map[string]any:
		keys := slices.Sorted(maps.Keys(v))
		if len(keys) == 0 || r.IntN(6) == 0 {
			return r.odd()
		}
		key := keys[r.IntN(len(keys))]
		if r.IntN(8) == 0 {
			delete(v, key)
			return v
		}
		v[key] = r.change(v[key])
		return v
	case []any:
		if len(v) == 0 || r.IntN(6) == 0 {
			return r.odd()
		}
		i := r.IntN(len(v))
		if r.IntN(8) == 0 {
			return append(v, v[i])
		}
		v[i] = r.change(v[i])
		return v
	}
	return r.odd()
}

func (r mutant) odd() any { return odd[r.IntN(len(odd))] }

// TestIstioMutants changes objects of every kind at random. Istio's code must not
// break on them unnoticed, and two runs must say the same.
func TestIstioMutants(t *testing.T) {
	seen := map[string]bool{}
	for _, c := range istioCases {
		for seed := range uint64(8) {
			r := mutant{rand.New(rand.NewPCG(seed, uint64(len(seen))))}
			docs := manifest.Read("a", []byte(istioObject(c.kind, c.spec)))
			root, err := docs[0].Root()
			if err != nil {
				t.Fatal(err)
			}
			value := manifest.Value(root).(map[string]any)
			for range 1 + r.IntN(3) {
				value["spec"] = r.change(value["spec"])
			}
			first, second := mutantFindings(t, value), mutantFindings(t, value)
			if a, b := asJSON(t, first), asJSON(t, second); a != b {
				t.Errorf("two runs say\n%s\n%s", a, b)
			}
			for _, d := range first {
				seen[d.Code] = true
				if strings.Contains(d.Message, "crashes") {
					t.Logf("%s: %s\n%v", c.kind, d, value["spec"])
				}
			}
		}
	}
	for _, code := range []string{"SC201", "SC202"} {
		if !seen[code] {
			t.Errorf("no mutant gave %s: %v", code, seen)
		}
	}
}

func mutantFindings(t *testing.T, value map[string]any) diag.List {
	t.Helper()
	docs := []*manifest.Document{manifest.New([]byte(asJSON(t, value)), manifest.Origin{File: "a"})}
	_, found, err := Validate(context.Background(), docs, Options{})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// TestIstioFindsTheCause removes what a finding points at, and the finding must be
// gone: that is what makes it the cause.
func TestIstioFindsTheCause(t *testing.T) {
	checked := 0
	for _, c := range istioCases {
		docs := manifest.Read("a", []byte(istioObject(c.kind, c.spec)))
		root, err := docs[0].Root()
		if err != nil {
			t.Fatal(err)
		}
		value := manifest.Value(root).(map[string]any)
		apiVersion, _ := value["apiVersion"].(string)
		check := func(v map[string]any) []istio.Message { return istio.Object(apiVersion, c.kind, "default", v) }
		for _, l := range istio.Locate(value, check) {
			if len(l.Path) < 2 {
				continue
			}
			copied := copyValue(value, func(leaf any) any { return leaf }).(map[string]any)
			dropAt(copied, l.Path)
			if slices.Contains(check(copied), l.Message) && !hasTwin(value, check, l) {
				t.Errorf("%s, %s: without %s it still says %q", c.kind, c.name, l.Path, l.Text)
			}
			checked++
		}
	}
	if checked < len(istioCases)/2 {
		t.Errorf("only %d of %d cases had a cause", checked, len(istioCases))
	}
}

// hasTwin reports whether the message came more than once.
func hasTwin(value map[string]any, check istio.Check, l istio.Located) bool {
	n := 0
	for _, m := range check(value) {
		if m == l.Message {
			n++
		}
	}
	return n > 1
}

// dropAt removes a field or an item.
func dropAt(v any, p manifest.Path) {
	around := valueAt(v, p[:len(p)-1])
	switch last := p[len(p)-1]; c := around.(type) {
	case map[string]any:
		delete(c, last.Key)
	case []any:
		parent := valueAt(v, p[:len(p)-2])
		rest := slices.Delete(slices.Clone(c), last.Index, last.Index+1)
		switch parent := parent.(type) {
		case map[string]any:
			parent[p[len(p)-2].Key] = rest
		case []any:
			parent[p[len(p)-2].Index] = rest
		}
	default:
		panic(fmt.Sprint("no container at ", p))
	}
}
