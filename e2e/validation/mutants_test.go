package validation

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"hash/fnv"
	"maps"
	"math/rand/v2"
	"os"
	"reflect"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"sigs.k8s.io/yaml"

	"github.com/helmx-dev/helmx/e2e/cluster"
	"github.com/helmx-dev/helmx/schema"
)

// What must hold.
const (
	leastMutants = 4000
	leastOfKind  = 20
	leastAgreed  = 0.81 // to be 0.995, with all others listed: see everyOneListed
)

// everyOneListed says that a disagreement that is not listed is a failure. It is off
// as long as helmx knows objects by their schemas alone, without the checks that the
// server makes beyond them.
const everyOneListed = false

// Between these many mutants are made of an object: of large ones a sixth of all
// changes. $HELMX_E2E_FULL makes all.
const (
	fewest = 32
	most   = 160
)

// mutant is a valid object with one change.
type mutant struct {
	name string // tells the file and the change
	kind string // "apiVersion kind"
	text []byte
}

// mutants makes the mutants of an object, the same ones every time.
func mutants(v valid, d *description, p *property, seed uint64) ([]mutant, error) {
	var object map[string]any
	if err := yaml.Unmarshal(v.text, &object); err != nil {
		return nil, err
	}
	m := mutator{description: d}
	m.field(nil, object, p)
	changes := slices.DeleteFunc(m.changes, func(c change) bool {
		return slices.Contains(v.keep, fieldOf(c.path)) || reflect.DeepEqual(c.apply(object, c.path), object)
	})
	var all []mutant
	names := map[string]bool{}
	for _, c := range choose(changes, v.name, seed) {
		name := v.name + ": " + c.String()
		if names[name] {
			continue
		}
		names[name] = true
		text, err := yaml.Marshal(c.apply(object, c.path))
		if err != nil {
			return nil, err
		}
		all = append(all, mutant{name, v.apiVersion + " " + v.kind, text})
	}
	return all, nil
}

func fieldOf(path []any) string {
	var words []string
	for _, step := range path {
		words = append(words, fmt.Sprint(step))
	}
	return strings.Join(words, ".")
}

// choose takes a part of the changes: every sort in turn, so that the common sorts
// do not drive out the rare, and of metadata, which every object has, little.
func choose(changes []change, name string, seed uint64) []change {
	if os.Getenv("HELMX_E2E_FULL") != "" {
		return changes
	}
	sum := fnv.New64()
	sum.Write([]byte(name))
	random := rand.New(rand.NewPCG(seed, sum.Sum64()))
	random.Shuffle(len(changes), func(i, j int) { changes[i], changes[j] = changes[j], changes[i] })
	want := max(fewest, min(len(changes)/6, most))
	own, common := bySort(changes, false), bySort(changes, true)
	chosen := turns(own, want*5/6)
	chosen = append(chosen, turns(common, want-len(chosen))...)
	return append(chosen, turns(own, want-len(chosen))...)
}

// bySort groups the changes of metadata, or the others.
func bySort(changes []change, metadata bool) map[string][]change {
	groups := map[string][]change{}
	for _, c := range changes {
		if (len(c.path) > 0 && c.path[0] == "metadata") == metadata {
			groups[c.sort] = append(groups[c.sort], c)
		}
	}
	return groups
}

// turns takes up to n changes out of the groups, one of each in turn.
func turns(groups map[string][]change, n int) []change {
	var chosen []change
	for len(groups) > 0 && len(chosen) < n {
		for _, sort := range slices.Sorted(maps.Keys(groups)) {
			if len(chosen) < n {
				chosen = append(chosen, groups[sort][0])
				groups[sort] = groups[sort][1:]
			}
			if len(groups[sort]) == 0 {
				delete(groups, sort)
			}
		}
	}
	return chosen
}

// generate makes the mutants of every valid object.
func generate(t *testing.T, s *server) []mutant {
	t.Helper()
	seed := uint64(1)
	if text := os.Getenv("HELMX_E2E_SEED"); text != "" {
		n, err := strconv.ParseUint(text, 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		seed = n
	}
	described := descriptions{byGV: map[string]*description{}}
	var all []mutant
	for _, v := range readValid(t) {
		if !s.kinds[v.apiVersion+" "+v.kind].Applicable() {
			continue // it has no strategy, as nothing of it is stored
		}
		d, p, err := described.kind(t.Context(), s, v.apiVersion, v.kind)
		if err != nil {
			t.Fatal(err)
		}
		some, err := mutants(v, d, p, seed)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, some...)
	}
	return all
}

// opinion is what both say of one mutant.
type opinion struct {
	mutant
	disagreements []string // one for each way in which they do not agree
	err           error
}

// ask lets both judge a mutant in both ways.
func ask(ctx context.Context, s *server, m mutant) opinion {
	o := opinion{mutant: m}
	for _, w := range ways {
		theirs, err := s.judge(ctx, w, m.text)
		if errors.As(err, &unasked{}) {
			continue
		}
		ours, mine := byHelmx(ctx, w, m.text, schema.Options{})
		if err := cmp.Or(err, mine); err != nil {
			o.err = errors.Join(o.err, fmt.Errorf("%s: %s: %w", m.name, w, err))
			continue
		}
		if theirs.Accepted != ours.Accepted {
			o.disagreements = append(o.disagreements, fmt.Sprintf("%s: the server %s, helmx %s", w, said(theirs), said(ours)))
		}
	}
	return o
}

func said(v cluster.Verdict) string {
	if v.Accepted {
		return "accepts it"
	}
	return fmt.Sprintf("refuses it (%.500s)", v.Message)
}

// askAll judges mutants on all cores and returns the opinions in order.
func askAll(ctx context.Context, s *server, all []mutant) []opinion {
	opinions := make([]opinion, len(all))
	queue := make(chan int)
	var group sync.WaitGroup
	for range 4 * runtime.GOMAXPROCS(0) {
		group.Go(func() {
			for i := range queue {
				opinions[i] = ask(ctx, s, all[i])
			}
		})
	}
	for i := range all {
		queue <- i
	}
	close(queue)
	group.Wait()
	return opinions
}

var reported = flag.String("disagreements", "", "file for all disagreements with what both said")

// TestMutants: both say the same of mutants, but for the ones listed.
func TestMutants(t *testing.T) {
	s := theServer(t)
	all := generate(t, s)
	opinions := askAll(t.Context(), s, all)
	listed := readDisagreements(t)
	tally := map[string]*[2]int{} // by kind: mutants, disagreements
	disagreed := 0
	var report strings.Builder
	for _, o := range opinions {
		if o.err != nil {
			t.Error(o.err)
		}
		if tally[o.kind] == nil {
			tally[o.kind] = &[2]int{}
		}
		tally[o.kind][0]++
		if len(o.disagreements) == 0 {
			continue
		}
		disagreed++
		tally[o.kind][1]++
		fmt.Fprintf(&report, "%s\n\t%s\n", o.name, strings.Join(o.disagreements, "\n\t"))
		if everyOneListed && listed[o.name] == "" {
			t.Errorf("%s\n\t%s", o.name, strings.Join(o.disagreements, "\n\t"))
		}
		delete(listed, o.name)
	}
	for _, name := range slices.Sorted(maps.Keys(listed)) {
		t.Errorf("listed as a disagreement, and is none (any more): %s", name)
	}
	checkCounts(t, len(all), disagreed, tally)
	if *reported != "" {
		if err := os.WriteFile(*reported, []byte(report.String()), 0o644); err != nil {
			t.Error(err)
		}
	}
}

// checkCounts demands enough mutants and enough agreement, and shows both.
func checkCounts(t *testing.T, all, disagreed int, tally map[string]*[2]int) {
	t.Helper()
	for _, kind := range slices.Sorted(maps.Keys(tally)) {
		t.Logf("%4d mutants, %3d disagreements: %s", tally[kind][0], tally[kind][1], kind)
		if tally[kind][0] < leastOfKind {
			t.Errorf("%d mutants of %s, expected at least %d", tally[kind][0], kind, leastOfKind)
		}
	}
	agreed := 1 - float64(disagreed)/float64(all)
	fmt.Printf("validation: %d mutants of %d kinds, %d disagreements, %.2f %% agreement\n", all, len(tally), disagreed, 100*agreed)
	if all < leastMutants {
		t.Errorf("%d mutants, expected at least %d", all, leastMutants)
	}
	if agreed < leastAgreed {
		t.Errorf("%.2f %% agreement, expected at least %.2f %%", 100*agreed, 100*leastAgreed)
	}
}

// readDisagreements reads the reasons, by the name of the mutant. A comment is the
// reason for the names below it.
func readDisagreements(t *testing.T) map[string]string {
	t.Helper()
	text, err := os.ReadFile("testdata/disagreements.txt")
	if err != nil {
		t.Fatal(err)
	}
	listed := map[string]string{}
	reason, open := "", false
	for line := range strings.Lines(string(text)) {
		line = strings.TrimRight(line, "\n")
		comment, isComment := strings.CutPrefix(line, "# ")
		switch {
		case isComment && open:
			reason += " " + comment
		case isComment:
			reason, open = comment, true
		case line == "":
			reason, open = "", false
		case reason == "":
			t.Errorf("testdata/disagreements.txt: no reason for %s", line)
		default:
			listed[line], open = reason, false
		}
	}
	return listed
}
