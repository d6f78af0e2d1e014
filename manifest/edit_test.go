package manifest

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/helmx-dev/helmx/diag"
	"go.yaml.in/yaml/v3"
)

// at returns the node of a path, and fails the test when there is none.
func at(t testing.TB, root *Node, path string) *Node {
	t.Helper()
	p, err := ParsePath(path)
	if err != nil {
		t.Fatal(err)
	}
	found, miss := p.Find(root)
	if miss != nil {
		t.Fatalf("%s: %v", path, miss)
	}
	return found[0].Node
}

func setKey(n *Node, key string, v any) {
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			n.Content[i+1] = NewNode(v)
			return
		}
	}
	n.Content = append(n.Content, NewString(key), NewNode(v))
}

func removeKey(n *Node, key string) {
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			n.Content = slices.Delete(n.Content, i, i+2)
			return
		}
	}
}

func TestEditInPlace(t *testing.T) {
	for _, test := range []struct {
		name, in, out string
		edit          func(t *testing.T, root *Node)
	}{
		{"scalar keeps its comment", "a: 1 # one\nb: 2\n", "a: 5 # one\nb: 2\n",
			func(t *testing.T, r *Node) { setKey(r, "a", 5) }},
		{"scalar keeps its quotes", "a: 'x'\nb: \"y\"\nc: z\n", "a: 'p'\nb: \"q\"\nc: r\n",
			func(t *testing.T, r *Node) { setKey(r, "a", "p"); setKey(r, "b", "q"); setKey(r, "c", "r") }},
		{"string that needs quotes", "a: x\n", "a: \"true\"\n",
			func(t *testing.T, r *Node) { setKey(r, "a", "true") }},
		{"quoted string becomes a number", "a: \"x\"\n", "a: 3\n",
			func(t *testing.T, r *Node) { setKey(r, "a", 3) }},
		{"new key behind the last", "a:\n  b: 1 # c\n  # tail\nd: 2\n", "a:\n  b: 1 # c\n  new: v\n  # tail\nd: 2\n",
			func(t *testing.T, r *Node) { setKey(at(t, r, "a"), "new", "v") }},
		{"new key in the indentation around it", "a:\n    b:\n        c: 1\n", "a:\n    b:\n        c: 1\n        d:\n            e: 2\n",
			func(t *testing.T, r *Node) { setKey(at(t, r, "a.b"), "d", map[string]any{"e": 2}) }},
		{"new key without a last line break", "a: 1", "a: 1\nb: 2",
			func(t *testing.T, r *Node) { setKey(r, "b", 2) }},
		{"key below an empty map", "a: {} # none\nb: 1\n", "a: # none\n  c: 1\nb: 1\n",
			func(t *testing.T, r *Node) { setKey(at(t, r, "a"), "c", 1) }},
		{"key below nothing", "a:\nb: 1\n", "a:\n  c: 1\nb: 1\n",
			func(t *testing.T, r *Node) { setKey(r, "a", map[string]any{"c": 1}) }},
		{"item in an empty list", "a: []\n", "a:\n- x\n",
			func(t *testing.T, r *Node) { l := at(t, r, "a"); l.Content = append(l.Content, NewNode("x")) }},
		{"last key leaves an empty map", "a:\n  b: 1\nc: 2\n", "a: {}\nc: 2\n",
			func(t *testing.T, r *Node) { removeKey(at(t, r, "a"), "b") }},
		{"first key of a list item", "l:\n- a: 1\n  b: 2\n- a: 3\n", "l:\n- b: 2\n- a: 3\n",
			func(t *testing.T, r *Node) { removeKey(at(t, r, "l[0]"), "a") }},
		{"item appended to a list level with its key", "l:\n- a: 1\n  b: 2\nm: 1\n", "l:\n- a: 1\n  b: 2\n- a: 2\n  c:\n  - x\n  - z: 1\nm: 1\n",
			func(t *testing.T, r *Node) {
				l := at(t, r, "l")
				l.Content = append(l.Content, NewNode(map[string]any{"a": 2, "c": []any{"x", map[string]any{"z": 1}}}))
			}},
		{"item appended to an indented list", "l:\n    - a\n    - b\n", "l:\n    - a\n    - b\n    - c\n",
			func(t *testing.T, r *Node) { l := at(t, r, "l"); l.Content = append(l.Content, NewNode("c")) }},
		{"item put first", "l:\n  - b # two\n", "l:\n  - a\n  - b # two\n",
			func(t *testing.T, r *Node) {
				l := at(t, r, "l")
				l.Content = slices.Insert(l.Content, 0, NewNode("a"))
			}},
		{"item removed", "l:\n- a\n- b\n- c\n", "l:\n- a\n- c\n",
			func(t *testing.T, r *Node) { l := at(t, r, "l"); l.Content = slices.Delete(l.Content, 1, 2) }},
		{"flow map", "a: {b: 1, c: [x, y]} # f\n", "a: {b: 2, c: [x, y, z], d: {e: f}} # f\n",
			func(t *testing.T, r *Node) {
				setKey(at(t, r, "a"), "b", 2)
				setKey(at(t, r, "a"), "d", map[string]any{"e": "f"})
				c := at(t, r, "a.c")
				c.Content = append(c.Content, NewNode("z"))
			}},
		{"flow map loses keys", "a: {b: 1, c: 2, d: 3}\ne: {f: 1, g: 2}\n", "a: {c: 2, d: 3}\ne: {f: 1}\n",
			func(t *testing.T, r *Node) { removeKey(at(t, r, "a"), "b"); removeKey(at(t, r, "e"), "g") }},
		{"JSON", "{\n  \"a\": 1,\n  \"b\": [\n    \"x\"\n  ]\n}\n", "{\n  \"a\": 2,\n  \"b\": [\n    \"x\",\n    \"y\"\n  ],\n  \"c\": {\n    \"d\": true\n  }\n}\n",
			func(t *testing.T, r *Node) {
				setKey(r, "a", 2)
				b := at(t, r, "b")
				b.Content = append(b.Content, NewNode("y"))
				setKey(r, "c", map[string]any{"d": true})
			}},
		{"literal block", "a: |-\n    one\n    two\n\n    three\nb: 1\n", "a: |-\n    one\n    2\n\n    three\nb: 1\n",
			func(t *testing.T, r *Node) { at(t, r, "a").Value = "one\n2\n\nthree" }},
		{"literal block ends otherwise", "a: |\n  one\nb: 1\n", "a: |-\n  one\nb: 1\n",
			func(t *testing.T, r *Node) { at(t, r, "a").Value = "one" }},
		{"literal block with an indicator", "a: |2\n    one\n  two\n", "a: |2\n    one\n  two\n  three\n",
			func(t *testing.T, r *Node) { at(t, r, "a").Value = "  one\ntwo\nthree\n" }},
		{"folded line", "a: >-\n  some text\nb: 1\n", "a: >-\n  other text\nb: 1\n",
			func(t *testing.T, r *Node) { at(t, r, "a").Value = "other text" }},
		{"scalar becomes a block", "a: x # c\nb: 1\n", "a: |- # c\n  one\n  two\nb: 1\n",
			func(t *testing.T, r *Node) { setKey(r, "a", "one\ntwo") }},
		{"block becomes a scalar", "a: |\n  one\n  two\nb: 1\n", "a: 7\nb: 1\n",
			func(t *testing.T, r *Node) { setKey(r, "a", 7) }},
		{"map becomes a scalar", "a: # c\n  b:\n    c: 1\nd: 1\n", "a: x # c\nd: 1\n",
			func(t *testing.T, r *Node) { setKey(r, "a", "x") }},
		{"alias is detached, its anchor untouched", "a: &x\n  b: 1\nc: *x\nd: *x\n", "a: &x\n  b: 1\nc:\n  b: 2\nd: *x\n",
			func(t *testing.T, r *Node) { setKey(at(t, r, "c"), "b", 2) }},
		{"aliases keep their value when the anchor changes", "a: &x 1\nc: *x\n", "a: &x 2\nc: 1\n",
			func(t *testing.T, r *Node) { at(t, r, "a").Value = "2" }},
		{"renamed key", "a:\n  old: # c\n    x: 1\n  z: 2\n", "a:\n  new: # c\n    x: 1\n  z: 2\n",
			func(t *testing.T, r *Node) { at(t, r, "a").Content[0].Value = "new" }},
		{"line breaks of Windows", "a: 1\r\nb:\r\n  c: 2\r\n", "a: 1\r\nb:\r\n  c: 2\r\n  d:\r\n    e: x\r\n",
			func(t *testing.T, r *Node) { setKey(at(t, r, "b"), "d", map[string]any{"e": "x"}) }},
		{"separator and source stay", "---\n# Source: a/templates/b.yaml\na: 1\n", "---\n# Source: a/templates/b.yaml\na: 2\n",
			func(t *testing.T, r *Node) { setKey(r, "a", 2) }},
		{"content on the line of the separator", "--- a: 1\nb: 1\n", "--- a: 2\nb: 1\nc: 1\n",
			func(t *testing.T, r *Node) { setKey(r, "a", 2); setKey(r, "c", 1) }},
		{"two spaces before a value", "a:   1\n", "a:   2\n",
			func(t *testing.T, r *Node) { setKey(r, "a", 2) }},
		{"duplicate key", "a: 1\na: 2\n", "a: 1\na: 3\n",
			func(t *testing.T, r *Node) { r.Content[3].Value = "3" }},
		{"everything below a list item", "l:\n- name: x\n  v:\n    p: 1\n- name: y\n", "l:\n- name: x\n  v:\n    q: 2\n    s: [t]\n- name: y\n",
			func(t *testing.T, r *Node) {
				n := NewNode(map[string]any{"q": 2, "s": []any{"t"}})
				n.Content[3].Style = yaml.FlowStyle
				*at(t, r, "l[0].v") = *n
			}},
		{"null becomes a value", "a: ~\nb: null\n", "a: 1\nb: x\n",
			func(t *testing.T, r *Node) { setKey(r, "a", 1); setKey(r, "b", "x") }},
	} {
		t.Run(test.name, func(t *testing.T) {
			d := New([]byte(test.in), Origin{Line: 1})
			result, err := d.Edit(diag.Span{File: "helmx.yaml"}, func(root *Node) error { test.edit(t, root); return nil })
			if err != nil {
				t.Fatal(err)
			}
			if got := string(d.Raw()); got != test.out {
				t.Errorf("got:\n%s\nwant:\n%s", got, test.out)
			}
			if len(result.Reencoded) > 0 {
				t.Errorf("re-encoded %v", result.Reencoded)
			}
			if len(result.Changed) == 0 || !d.Changed() {
				t.Errorf("no change reported: %+v", result)
			}
		})
	}
}

// mutate changes a random node of a tree and says what it did.
func mutate(r *rand.Rand, root *Node) string {
	var nodes []*Node
	var paths []string
	Walk(root, func(p Path, n *Node) bool {
		nodes = append(nodes, n)
		paths = append(paths, p.String())
		return true
	})
	i := r.IntN(len(nodes))
	n := nodes[i]
	values := []any{"plain", "true", "12", 12, 1.5, true, nil, "", "a: b", " lead", "one\ntwo\n", "- x", "# no", "ends\n\n", "\n\nfirst", "tab\there", "é☃", "\x07", []any{}, map[string]any{}, []any{"x", 1}, map[string]any{"k": "v", "l": []any{map[string]any{"m": 1}}}, []any{[]any{"nested"}, "more\nlines"}}
	v := values[r.IntN(len(values))]
	what := fmt.Sprintf("%s <- %#v", paths[i], v)
	switch op := r.IntN(4); {
	case n.Kind == yaml.MappingNode && op == 0:
		n.Content = append(n.Content, NewString(fmt.Sprintf("new%d", r.IntN(1000))), NewNode(v))
		return "add key " + what
	case n.Kind == yaml.MappingNode && op == 1 && len(n.Content) > 0:
		k := r.IntN(len(n.Content)/2) * 2
		n.Content = slices.Delete(n.Content, k, k+2)
		return fmt.Sprintf("delete key %d of %s", k/2, paths[i])
	case n.Kind == yaml.MappingNode && op == 2 && len(n.Content) > 0:
		k := r.IntN(len(n.Content)/2) * 2
		n.Content[k] = NewString(fmt.Sprintf("renamed%d", r.IntN(1000)))
		return fmt.Sprintf("rename key %d of %s", k/2, paths[i])
	case n.Kind == yaml.SequenceNode && op == 0:
		n.Content = slices.Insert(n.Content, r.IntN(len(n.Content)+1), NewNode(v))
		return "insert item " + what
	case n.Kind == yaml.SequenceNode && op == 1 && len(n.Content) > 0:
		k := r.IntN(len(n.Content))
		n.Content = slices.Delete(n.Content, k, k+1)
		return fmt.Sprintf("delete item %d of %s", k, paths[i])
	case n.Kind == yaml.ScalarNode || op == 3 && n != root:
		*n = *NewNode(v)
		return "set " + what
	}
	return "nothing"
}

func corpus(t testing.TB) []string {
	t.Helper()
	files, err := filepath.Glob("testdata/edit/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no files in testdata/edit: %v", err)
	}
	var texts []string
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range Read(f, b) {
			if root, err := d.Root(); err == nil && root != nil {
				texts = append(texts, string(d.Raw()))
			}
		}
	}
	return texts
}

// lost returns how many lines of a are not in b, in order.
func lost(a, b []string) int {
	row := make([]int, len(b)+1)
	for i := range a {
		diagonal := 0
		for j := range b {
			next := max(row[j], row[j+1])
			if a[i] == b[j] {
				next = diagonal + 1
			}
			diagonal, row[j+1] = row[j+1], next
		}
	}
	return len(a) - row[len(b)]
}

func TestRandomEditsAreExact(t *testing.T) {
	texts := corpus(t)
	reencoded, total := 0, 0
	for seed := range uint64(3000) {
		r := rand.New(rand.NewPCG(seed, 1))
		text := texts[r.IntN(len(texts))]
		d := New([]byte(text), Origin{})
		var did []string
		result, err := d.Edit(diag.Span{}, func(root *Node) error {
			for range 1 + r.IntN(3) {
				did = append(did, mutate(r, root))
			}
			return nil
		})
		if err != nil {
			t.Fatalf("seed %d: %q: %v\n%s", seed, did, err, text)
		}
		if len(result.Changed) > 0 {
			total++
		}
		if len(result.Reencoded) > 0 {
			reencoded++
			for _, p := range result.Reencoded {
				if !strings.HasPrefix(text, "---\napiVersion: example.org/v1") || !strings.HasSuffix(p.String(), "][0]") {
					t.Errorf("seed %d: %q: %v was not possible in place", seed, did, p) // it is not [a: 1]
				}
			}
			continue
		}
		checkLines(t, seed, text, d)
	}
	t.Logf("%d edits, %d re-encoded", total, reencoded)
}

// checkLines proves that every line which an edit says it left alone is there
// as it was, but for entries cut out of a flow collection.
func checkLines(t *testing.T, seed uint64, before string, d *Document) {
	t.Helper()
	old, now := strings.SplitAfter(before, "\n"), strings.SplitAfter(string(d.Raw()), "\n")
	if d.lines == nil {
		if before != string(d.Raw()) {
			t.Fatalf("seed %d: changed without knowing which lines", seed)
		}
		return
	}
	if len(d.lines) != len(now) {
		t.Fatalf("seed %d: %d lines, %d known", seed, len(now), len(d.lines))
	}
	last := 0
	for i, from := range d.lines {
		if from.line == 0 {
			continue
		}
		was, is := strings.Trim(old[from.line-1], " -\r\n"), strings.Trim(now[i], " -\r\n")
		if from.line < last || was != is && len(is) >= len(was) {
			t.Fatalf("seed %d: line %d was %q (line %d), is %q", seed, i+1, was, from.line, is)
		}
		last = from.line
	}
}

// One field changed is one line changed, wherever it stands.
func TestOneFieldIsOneLine(t *testing.T) {
	for _, text := range corpus(t) {
		root, err := New([]byte(text), Origin{}).Root()
		if err != nil {
			t.Fatal(err)
		}
		Walk(root, func(p Path, n *Node) bool {
			if n.Kind != yaml.ScalarNode || n.Anchor != "" || n.Style&(yaml.FoldedStyle|yaml.TaggedStyle) != 0 || strings.Contains(n.Value, "\n") || strings.Contains(n.Value, "two lines") {
				return n.Anchor == "" // a change below an anchor also changes where it is used
			}
			path := slices.Clone(p)
			d := New([]byte(text), Origin{})
			result, err := d.Edit(diag.Span{}, func(root *Node) error {
				found, miss := path.Find(root)
				if miss != nil {
					return miss
				}
				*found[0].Node = *NewNode("changed")
				return nil
			})
			if err != nil {
				t.Fatalf("%s: %v", path, err)
			}
			a, b := strings.SplitAfter(text, "\n"), strings.SplitAfter(string(d.Raw()), "\n")
			if n := lost(a, b); n != 1 || len(a) != len(b) || len(result.Reencoded) > 0 {
				t.Errorf("%s: %d lines changed, re-encoded %v:\n%s", path, n, result.Reencoded, d.Raw())
			}
			return true
		})
	}
}

// Whatever the text: an edit either gives a text that means what was wanted,
// or an error and the text as it was.
func FuzzEdit(f *testing.F) {
	for _, text := range corpus(f) {
		f.Add(text, uint64(1))
	}
	f.Fuzz(func(t *testing.T, text string, seed uint64) {
		d := New([]byte(text), Origin{})
		if root, err := d.Root(); err != nil || root == nil {
			return
		}
		var want *Node
		_, err := d.Edit(diag.Span{}, func(root *Node) error {
			mutate(rand.New(rand.NewPCG(seed, 2)), root)
			want = root
			return nil
		})
		if err != nil {
			t.Fatalf("%v: %q", err, text)
		}
		got, err := New(d.Raw(), Origin{}).Root()
		if err != nil || !Equal(got, want) {
			t.Fatalf("%q became %q, %v", text, d.Raw(), err)
		}
		if len(d.lines) > 0 && len(d.lines) != strings.Count(string(d.Raw()), "\n")+1 {
			t.Fatalf("%q has %d lines of %d", d.Raw(), len(d.lines), strings.Count(string(d.Raw()), "\n")+1)
		}
	})
}
