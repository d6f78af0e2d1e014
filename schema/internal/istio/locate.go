package istio

import (
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/helmx-dev/helmx/manifest"
)

// Located is a message with the field that causes it.
type Located struct {
	Message
	Path manifest.Path // "" where no field does
}

// Check is a function that says what is wrong with a value.
type Check func(value map[string]any) []Message

// Locate runs a check and finds the field behind each message. Istio's messages
// do not say where, so parts of the value are taken away: the part without which
// the message is gone is its cause, and the cause within that part is found in
// the same way. Where two parts cause it together, such as a route and a redirect
// in one rule, the place is what holds both.
//
// Messages are sorted by their text: Istio walks maps in any order.
func Locate(value map[string]any, check Check) []Located {
	found := check(value)
	if len(found) == 0 {
		return nil
	}
	slices.SortStableFunc(found, func(a, b Message) int { return strings.Compare(keyOf(a).text, keyOf(b).text) })
	root, _ := compact(value).(map[string]any)
	s := &search{root: root, check: check, base: count(found), budget: probes(root)}
	out := make([]Located, len(found))
	seen := map[key]int{}
	for i, m := range found {
		k := keyOf(m)
		out[i] = Located{Message: m, Path: s.locate(m, seen[k])}
		seen[k]++
	}
	return out
}

// probes bounds the work for one object: what is not found by then is reported at
// the field that the search has come to. A large value gets fewer.
func probes(value any) int { return min(3000, max(60, 1_000_000/size(value))) }

// size is how many fields and items a value has, at least 1.
func size(v any) int {
	n := 1
	switch v := v.(type) {
	case map[string]any:
		for _, x := range v {
			n += size(x)
		}
	case []any:
		for _, x := range v {
			n += size(x)
		}
	}
	return n
}

// key is what makes two messages the same when parts of the value are missing:
// the numbers of items shift then.
type key struct {
	text string
	kind Kind
	warn bool
}

var itemNumber = regexp.MustCompile(`(#|\[|\brule |\bindex )\d+`)

func keyOf(m Message) key {
	return key{itemNumber.ReplaceAllString(m.Text, "${1}n"), m.Kind, m.Warning}
}

func count(found []Message) map[key]int {
	n := make(map[key]int, len(found))
	for _, m := range found {
		n[keyOf(m)]++
	}
	return n
}

type search struct {
	root   map[string]any
	check  Check
	base   map[key]int // how often each message comes for the whole value
	budget int
}

// cause is a part of a container without which a message comes less often.
type cause struct {
	step  manifest.Step
	less  int  // by how much
	clean bool // no other message has come instead
}

// locate finds the cause of the nth message of its key.
func (s *search) locate(m Message, nth int) manifest.Path {
	var (
		path  manifest.Path
		at    any = s.root
		k         = keyOf(m)
		total     = s.base[k]
	)
	for {
		causes := s.causes(at, path, k)
		if clean := slices.DeleteFunc(slices.Clone(causes), func(c cause) bool { return !c.clean }); len(clean) > 0 {
			causes = clean
		}
		next, rest, ok := choose(m, at, causes, total, nth)
		if !ok {
			return path
		}
		path = append(path, next.step)
		if _, isList := at.([]any); isList && stopsAt(m, path) {
			return path
		}
		at, nth, total = child(at, next.step), rest, next.less
	}
}

// choose decides which of the causes to follow; ok is false where none can be
// told from the others.
func choose(m Message, at any, causes []cause, total, nth int) (next cause, rest int, ok bool) {
	sum := 0
	for _, c := range causes {
		sum += c.less
	}
	switch {
	case len(causes) == 0:
		return cause{}, 0, false
	case len(causes) == 1:
		return causes[0], min(nth, causes[0].less-1), true
	case sum <= total: // each has messages of its own
		for _, c := range causes {
			if nth < c.less {
				return c, nth, true
			}
			nth -= c.less
		}
		return causes[len(causes)-1], 0, true
	}
	if items, isList := at.([]any); isList {
		if c, ok := named(m, items, causes); ok {
			return c, 0, true
		}
		if repeats.MatchString(m.Text) {
			return causes[min(len(causes)-1, max(1, len(causes)-total+nth))], 0, true
		}
		return cause{}, 0, false
	}
	return quoted(m, at, causes)
}

// repeats recognises messages about an item that comes after one like it.
var repeats = regexp.MustCompile(`(?i)duplicate|unique|already|only (have )?one|not used|overlap|same`)

var ruleName = regexp.MustCompile(`rule (?:#?(\d+)|"([^"]*)")`)

// named finds the item that a message names: "rule #1", `rule "a"`.
func named(m Message, items []any, causes []cause) (cause, bool) {
	words := ruleName.FindStringSubmatch(m.Text)
	if words == nil {
		return cause{}, false
	}
	index, err := strconv.Atoi(words[1])
	if err != nil {
		index = slices.IndexFunc(items, func(item any) bool {
			fields, _ := item.(map[string]any)
			return fields["name"] == words[2]
		})
	}
	i := slices.IndexFunc(causes, func(c cause) bool { return c.step.Index == index })
	if i < 0 {
		return cause{}, false
	}
	return causes[i], true
}

// stopsAt reports whether a message is about an item as a whole.
func stopsAt(m Message, path manifest.Path) bool {
	before := path[len(path)-2].Key
	switch m.Kind {
	case Unreachable:
		return before == "http" || before == "tcp" || before == "tls"
	case Ineffective:
		return before == "match"
	}
	return false
}

// quoted tells the causes apart by the value that a message quotes, or at least
// contains.
func quoted(m Message, at any, causes []cause) (next cause, rest int, ok bool) {
	for _, quotes := range []string{`"%"`, "`%`", "'%'", "%"} {
		var holding []cause
		for _, c := range causes {
			if isQuoted(child(at, c.step), m.Text, quotes) {
				holding = append(holding, c)
			}
		}
		if len(holding) == 1 {
			return holding[0], 0, true
		}
	}
	return cause{}, 0, false
}

// shortestQuote is how long a text must be for its being in a message to mean
// something.
const shortestQuote = 3

// isQuoted looks for a string of a value in a text; quotes has a "%" in its place.
func isQuoted(v any, text, quotes string) bool {
	switch v := v.(type) {
	case string:
		return len(v) >= shortestQuote && strings.Contains(text, strings.Replace(quotes, "%", v, 1))
	case []any:
		return slices.ContainsFunc(v, func(x any) bool { return isQuoted(x, text, quotes) })
	case map[string]any:
		for _, x := range v {
			if isQuoted(x, text, quotes) {
				return true
			}
		}
	}
	return false
}

func child(at any, step manifest.Step) any {
	switch at := at.(type) {
	case map[string]any:
		return at[step.Key]
	case []any:
		return at[step.Index]
	}
	return nil
}

// causes tries every part of a container.
func (s *search) causes(at any, path manifest.Path, k key) []cause {
	var out []cause
	switch at := at.(type) {
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(at)) {
			if c, ok := s.without(at, path.Child(name), k); ok {
				out = append(out, c)
			}
		}
	case []any:
		out = s.causesInList(at, 0, len(at), k)
	}
	return out
}

// fixed are the fields without which an object is none, or that are not looked at.
var fixed = map[string]bool{"apiVersion": true, "kind": true, "status": true}

// without takes the last step of a path away from a map, and tries. The name of an
// object is exchanged instead: there is always one.
func (s *search) without(m map[string]any, path manifest.Path, k key) (cause, bool) {
	name := path[len(path)-1].Key
	if len(path) == 1 && fixed[name] {
		return cause{}, false
	}
	old := m[name]
	if path.Equal(objectName) {
		m[name] = "x"
	} else {
		delete(m, name)
	}
	c, ok := s.probe(k)
	m[name] = old
	c.step = path[len(path)-1]
	return c, ok
}

var objectName = manifest.Keys("metadata", "name")

// causesInList halves a list until the items are found: most have no part in it.
func (s *search) causesInList(list []any, from, to int, k key) []cause {
	if from == to {
		return nil
	}
	saved := slices.Clone(list[from:to])
	for i := from; i < to; i++ {
		list[i] = gone
	}
	c, ok := s.probe(k)
	copy(list[from:to], saved)
	switch {
	case !ok:
		return nil
	case to-from == 1:
		c.step = manifest.Step{Kind: manifest.Index, Index: from}
		return []cause{c}
	}
	middle := (from + to) / 2
	return append(s.causesInList(list, from, middle, k), s.causesInList(list, middle, to, k)...)
}

// gone stands for an item that is taken away. It keeps the place of the item, so
// that the list need not be replaced in what holds it.
var gone = &struct{ _ byte }{}

// probe runs the check and compares; ok is false when the message comes as often
// as for the whole value, or when there were too many probes.
func (s *search) probe(k key) (cause, bool) {
	if s.budget == 0 {
		return cause{}, false
	}
	s.budget--
	value, _ := compact(s.root).(map[string]any)
	now := count(s.check(value))
	c := cause{less: s.base[k] - now[k], clean: true}
	for other, n := range now {
		if n > s.base[other] {
			c.clean = false
		}
	}
	return c, c.less > 0
}

// compact copies the containers of a value without the items that are gone.
func compact(v any) any {
	switch v := v.(type) {
	case map[string]any:
		out := make(map[string]any, len(v))
		for key, x := range v {
			out[key] = compact(x)
		}
		return out
	case []any:
		out := make([]any, 0, len(v))
		for _, x := range v {
			if x != any(gone) {
				out = append(out, compact(x))
			}
		}
		return out
	}
	return v
}
