package manifest

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/helmx-dev/helmx/diag"
	"go.yaml.in/yaml/v3"
)

// writer writes random documents as people write them: comments and blank lines
// anywhere, every style of scalar and collection, anchors and aliases.
type writer struct {
	*rand.Rand
	strings.Builder
	keys    int
	anchors []string
	sharing bool // with anchors and aliases
}

func (w *writer) one(of ...string) string { return of[w.IntN(len(of))] }

func (w *writer) sometimes() bool { return w.IntN(5) == 0 }

func (w *writer) key() string {
	w.keys++
	return fmt.Sprintf(w.one("key%d", "key%d", "key%d", `"key %d"`, "'key.%d'"), w.keys)
}

// filler writes comments and blank lines in front of an entry.
func (w *writer) filler(indent string) {
	for w.sometimes() {
		w.WriteString(w.one("\n", indent+"# about it\n", indent+"# ---- section\n", "  "+indent+"# deeper\n", indent+"# a\n\n"))
	}
}

func (w *writer) comment() string {
	if w.sometimes() {
		return w.one(" # why", "   # far: away", " # it's")
	}
	return ""
}

func (w *writer) mapping(indent string, depth int, inline bool) {
	for i := range 1 + w.IntN(4) {
		if i > 0 || !inline {
			w.filler(indent)
			w.WriteString(indent)
		}
		w.WriteString(w.key() + ":")
		w.value(indent, depth, false)
	}
}

func (w *writer) list(indent string, depth int) {
	dash := w.one("-", "-", "- ", "-   ")
	for range 1 + w.IntN(4) {
		w.filler(indent)
		w.WriteString(indent + strings.TrimRight(dash, " "))
		if w.IntN(3) == 0 && depth > 0 {
			w.WriteString(" " + dash[1:])
			w.mapping(indent+strings.Repeat(" ", len(dash)+1), depth-1, true)
			continue
		}
		w.value(indent, depth, true)
	}
}

// value writes what stands behind a colon or dash.
func (w *writer) value(indent string, depth int, item bool) {
	anchor := ""
	if w.sharing && w.sometimes() {
		if len(w.anchors) > 0 && w.IntN(2) == 0 {
			w.WriteString(" *" + w.one(w.anchors...) + "\n")
			return
		}
		name := fmt.Sprintf("anchor%d", w.keys*10+len(w.anchors))
		anchor = " &" + name
		defer func() { w.anchors = append(w.anchors, name) }()
	}
	w.WriteString(anchor)
	deeper := indent + w.one("  ", "  ", "    ")
	switch n := w.IntN(16); {
	case n < 3 && depth > 0:
		w.WriteString(w.comment() + "\n")
		w.mapping(deeper, depth-1, false)
	case n < 5 && depth > 0:
		w.WriteString(w.comment() + "\n")
		if item || w.IntN(2) == 0 {
			w.list(deeper, depth-1)
		} else {
			w.list(indent, depth-1)
		}
	case n == 5:
		w.WriteString(w.one(" |\n", " |-\n", " | # text\n") + deeper + "line one\n" + w.one("", "\n") + deeper + "  line: two\n" + deeper + "# no comment\n")
	case n == 6:
		w.WriteString(w.one(" >\n", " >-\n") + deeper + "words that\n" + deeper + "go on\n" + w.one("", "\n"+deeper+"and on\n"))
	case n == 7:
		w.WriteString(" words that\n" + deeper + "go on\n")
	case n == 8:
		w.WriteString(w.one(" {a: 1, b: [x, 'y'], c: {}}", " [1,2,  3]", " [ x, {k: v} ]", " {}", " []", ` {"a": 1}`) + w.comment() + "\n")
	case n == 9:
		w.WriteString(" [\n" + deeper + "x, # first\n" + deeper + "y" + w.one(",", "") + w.one(" # last", "") + "\n" + deeper + "]" + w.comment() + "\n")
	case n == 10:
		w.WriteString(w.one("", " ~", " null") + w.comment() + "\n")
	default:
		w.WriteString(w.one(" plain text", " 12", " true", ` "double # quoted"`, " 'single: quoted'", ` "a\tb"`, " größe", "   1.50", " a#b", " http://x.y/?z=1", ` "{{ .Values.x }}"`) + w.comment() + "\n")
	}
}

func randomDocument(seed uint64) string {
	w := &writer{Rand: rand.New(rand.NewPCG(seed, 3))}
	w.sharing = w.IntN(3) == 0
	if w.sometimes() {
		w.WriteString("---\n# Source: a/b.yaml\n")
	}
	w.mapping("", 4, false)
	text := w.String()
	if w.sometimes() {
		text = strings.TrimRight(text, "\n")
	}
	if w.sometimes() {
		text = strings.ReplaceAll(text, "\n", "\r\n")
	}
	return text
}

// randomEdit is a change of one node, and how many lines it may take: at most
// gone old lines are not there any more, at most came lines are new.
type randomEdit struct {
	what       string
	change     func(root *Node)
	gone, came int
}

// edits lists changes that the document allows, with their price.
func edits(d *Document, root *Node) []randomEdit {
	l, err := newLayout(d.raw, root)
	if err != nil {
		return nil
	}
	var list []randomEdit
	Walk(root, func(p Path, n *Node) bool {
		path := slices.Clone(p)
		find := func(root *Node) *Node { return path.Get(root) }
		block := n.Style&yaml.FlowStyle == 0 && len(n.Content) > 0
		add := func(what string, gone, came int, change func(n *Node)) {
			list = append(list, randomEdit{what + " " + path.String(), func(root *Node) { change(find(root)) }, gone, came})
		}
		switch {
		case n.Kind == yaml.ScalarNode && len(path) > 0 && !isUnwritten(n):
			lines := 1 + strings.Count(string(d.raw[l.boxes[n].start:l.boxes[n].end]), "\n")
			came := 1
			if n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0 {
				came = 2 // its header, too
			}
			add("set", lines, came, func(n *Node) { *n = *NewNode("new text") })
		case n.Kind == yaml.MappingNode && block:
			add("add key to", 0, 1, func(n *Node) { SetKey(n, "added", NewNode("x")) })
			add("rename in", 1, 1, func(n *Node) { n.Content[0] = NewString("renamed") })
			if len(n.Content) > 2 {
				at := 2 + 2*((len(n.Content)/2-1)/2)
				add("remove from", l.lines2(n.Content[at], n.Content[at+1]), 0, func(n *Node) { RemoveKey(n, KeyText(n.Content[at])) })
			}
		case n.Kind == yaml.SequenceNode && block:
			add("append to", 0, 1, func(n *Node) { n.Content = append(n.Content, NewNode("x")) })
			add("prepend to", 0, 1, func(n *Node) { n.Content = slices.Insert(n.Content, 0, NewNode("x")) })
			if len(n.Content) > 1 {
				last := n.Content[len(n.Content)-1]
				price := l.lines2(last, last)
				add("remove from", price, 0, func(n *Node) { n.Content = n.Content[:len(n.Content)-1] })
				add("move in", price, price, func(n *Node) {
					last := len(n.Content) - 1
					n.Content = slices.Insert(n.Content[:last:last], 0, n.Content[last])
				})
			}
		case n.Kind == yaml.SequenceNode && len(n.Content) > 0:
			lines := 1 + strings.Count(string(d.raw[l.boxes[n].start:l.boxes[n].end]), "\n")
			add("append to", min(lines, 2), 2, func(n *Node) { n.Content = append(n.Content, NewNode("x")) })
			add("shorten", min(lines, 2), 1, func(n *Node) { n.Content = n.Content[:len(n.Content)-1] })
		}
		return n.Kind != yaml.AliasNode
	})
	return list
}

// lines2 counts the lines of an entry and of the comments around it.
func (l *layout) lines2(first, last *Node) int {
	from, to := l.boxes[first].start, max(l.boxes[last].end, l.boxes[first].end)
	if mark := l.boxes[first].mark; mark >= 0 && first == last {
		from = mark
	}
	return 1 + strings.Count(string(l.src[l.commentsAbove(from):l.commentsBelow(to, l.columnOf(from))]), "\n")
}

func sharesNodes(n *Node) bool {
	return n.Kind == yaml.AliasNode || n.Anchor != "" || slices.ContainsFunc(n.Content, sharesNodes)
}

// checkRandomEdit makes one change in a random document.
func checkRandomEdit(t *testing.T, seed uint64) (done bool) {
	t.Helper()
	text := randomDocument(seed)
	d := New([]byte(text), Origin{})
	root, err := d.Root()
	if err != nil || root == nil {
		return false
	}
	all := edits(d, root)
	if len(all) == 0 {
		t.Fatalf("seed %d: the layout is not known:\n%s", seed, text)
	}
	e := all[rand.New(rand.NewPCG(seed, 4)).IntN(len(all))]
	var want *Node
	result, err := d.Edit(diag.Span{}, func(root *Node) error {
		e.change(root)
		want = root
		return nil
	})
	if err != nil {
		t.Fatalf("seed %d: %s: %v\n%s", seed, e.what, err, text)
	}
	got, err := New(slices.Clone(d.Raw()), Origin{}).Root()
	if err != nil || !Equal(got, want) {
		t.Fatalf("seed %d: %s: %v\n%s\nbecame\n%s", seed, e.what, err, text, d.Raw())
	}
	checkLines(t, seed, text, d)
	if len(result.Reencoded) > 0 {
		t.Errorf("seed %d: %s re-encoded %v:\n%s\nbecame\n%s", seed, e.what, result.Reencoded, text, d.Raw())
	}
	old, now := strings.SplitAfter(text, "\n"), strings.SplitAfter(string(d.Raw()), "\n")
	if !strings.HasSuffix(text, "\n") { // the last line may get a break
		e.gone, e.came = e.gone+2, e.came+2
	}
	if gone, came := lost(old, now), lost(now, old); !sharesNodes(root) && (gone > e.gone || came > e.came) {
		t.Errorf("seed %d: %s changed %d and %d lines, at most %d and %d had to:\n%s\nbecame\n%s", seed, e.what, gone, came, e.gone, e.came, text, d.Raw())
	}
	return true
}

func TestRandomEditsOfRandomDocuments(t *testing.T) {
	done := 0
	for seed := range uint64(3000) {
		if checkRandomEdit(t, seed) {
			done++
		}
		if t.Failed() {
			break
		}
	}
	if done < 2500 {
		t.Errorf("only %d documents could be read", done)
	}
}

func FuzzRandomDocuments(f *testing.F) {
	f.Add(uint64(5000))
	f.Fuzz(func(t *testing.T, seed uint64) { checkRandomEdit(t, seed) })
}
