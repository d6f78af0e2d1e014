package manifest

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/helmx-dev/helmx/diag"
	"go.yaml.in/yaml/v3"
)

// List is a document whose `items` are objects: a Kubernetes List, or the
// ResourceList that KRM functions exchange. It takes the items out as documents
// of their own, and puts them back in place: bytes of the list that no change
// touches stay as they are, the text between the items too.
//
// It belongs to one goroutine.
type List struct {
	// Whole is the document that holds the items. Join changes it.
	Whole *Document
	// Items are the objects in it, in their order. Their places are those in
	// Whole, and so in the stream that it came from.
	Items []*Document

	slots map[*Document]slot
	order int // how many items the list has, those that are no objects included
}

// slot is where an item stands in the list.
type slot struct {
	index    int // in items
	from, to int // in the text, without the dash and without the line break
	column   int // how far its lines are indented in the list; 0 in flow style
	known    bool
	flow     bool
	made     bool // its text was written anew, as it does not stand for itself
}

// IsList reports whether the document is a Kubernetes List: an object of a kind
// that ends in List and has items. kubectl and Helm take such an object apart. It
// is cheap for all others.
func (d *Document) IsList() bool {
	if !strings.HasSuffix(d.ID().Kind, "List") || d.ID().APIVersion == "" {
		return false
	}
	root, err := d.Root()
	if err != nil || root == nil {
		return false
	}
	_, items := entry(root, "items")
	return items != nil && Resolve(items).Kind == yaml.SequenceNode
}

// Lists returns the documents with every List replaced by its items, Lists in
// Lists included, and the Lists from the outermost to the innermost. JoinLists
// is the way back.
func Lists(docs []*Document) (items []*Document, lists []*List) {
	for _, d := range docs {
		if !d.IsList() {
			items = append(items, d)
			continue
		}
		list, err := OpenList(d)
		if err != nil || len(list.Items) == 0 || len(list.Items) < list.order {
			items = append(items, d) // empty, or with what package schema reports as no object
			continue
		}
		inner, more := Lists(list.Items)
		items = append(items, inner...)
		lists = append(append(lists, list), more...)
	}
	return items, lists
}

// JoinLists puts the items that Lists took out back into their Lists, as Join
// does, and returns the documents with the Lists in the place of their items.
// Documents that came in between stand behind the List. A List whose items are
// all gone is gone.
func JoinLists(docs []*Document, lists []*List) ([]*Document, error) {
	for i := len(lists) - 1; i >= 0; i-- {
		var err error
		if docs, err = lists[i].gather(docs); err != nil {
			return nil, err
		}
	}
	return docs, nil
}

// gather replaces the items among docs by the list.
func (l *List) gather(docs []*Document) ([]*Document, error) {
	var mine, out []*Document
	at := -1
	for _, d := range docs {
		if _, ok := l.slots[d]; !ok {
			out = append(out, d)
			continue
		}
		if at < 0 {
			at = len(out)
			out = append(out, l.Whole)
		}
		mine = append(mine, d)
	}
	if at < 0 {
		return out, nil
	}
	return out, l.Join(mine)
}

// OpenList takes the items of a document apart. What is no object is not among
// Items. The error is a *SyntaxError, or says that there is no list of items.
func OpenList(d *Document) (*List, error) {
	root, err := d.Root()
	if err != nil {
		return nil, err
	}
	_, items := entry(root, "items")
	l := &List{Whole: d, slots: map[*Document]slot{}}
	if items == nil || Resolve(items).Tag == "!!null" {
		return l, nil
	}
	if items.Kind != yaml.SequenceNode {
		return nil, fmt.Errorf("items is %s, expected a list of objects", KindName(items))
	}
	boxes := map[*Node]*box{}
	if layout, err := newLayout(d.raw, root); err == nil {
		boxes = layout.boxes
	}
	l.order = len(items.Content)
	for i, n := range items.Content {
		if Resolve(n).Kind != yaml.MappingNode {
			continue
		}
		l.take(i, n, boxes[n], items.Style&yaml.FlowStyle != 0)
	}
	return l, nil
}

// take makes a document of one item.
func (l *List) take(i int, n *Node, b *box, flow bool) {
	s := slot{index: i, flow: flow || n.Style&yaml.FlowStyle != 0 || n.Kind == yaml.AliasNode}
	var text []byte
	if b != nil {
		s.from, s.to, s.known = b.start, b.end, true
		text, s.known = l.text(&s)
	}
	if !s.known || hasReference(n) && !standsForItself(text, n) {
		e := newEmitter(plainStyle(), nil)
		(&planner{}).root(e, Copy(n))
		text, s.made = []byte(e.text.String()+"\n"), true
	}
	d := &Document{raw: text, Origin: l.Whole.Origin, column: max(Resolve(n).Column-1, 0), flow: s.flow || s.made}
	d.Origin.Line = max(l.Whole.Origin.Line, 1) + max(n.Line, 1) - 1
	d.fileLine = max(l.Whole.fileLine, 1) + max(n.Line, 1) - 1
	if l.Whole.Origin.Lines != nil {
		d.Origin.Lines = shiftedLines{l.Whole.Origin.Lines, max(n.Line, 1) - 1}
	}
	d.item, d.column = true, d.column+l.Whole.column
	d.krm = l.Whole.krm || l.Whole.ID().Kind == resourceListKind
	d.implied, d.heading = l.impliedHead(), cmp.Or(sourceComment(l.Whole.raw), l.Whole.heading)
	l.slots[d] = s
	l.Items = append(l.Items, d)
}

// impliedHead is what the items of a typed list need not repeat.
func (l *List) impliedHead() head {
	id := l.Whole.ID()
	kind := strings.TrimSuffix(id.Kind, "List")
	if kind == "" || id.Kind == resourceListKind {
		return head{}
	}
	return head{apiVersion: id.APIVersion, kind: kind}
}

// shiftedLines is the line map of an item.
type shiftedLines struct {
	LineMap
	by int
}

// Span returns the template line of a line of the item.
func (s shiftedLines) Span(line int) diag.Span { return s.LineMap.Span(line + s.by) }

// text cuts an item out of the list, with the indentation that it has as an
// item taken off. It reports false where a line has less than that.
func (l *List) text(s *slot) ([]byte, bool) {
	raw := l.Whole.raw
	if s.flow {
		return append(bytes.Clone(raw[s.from:s.to]), '\n'), true
	}
	lineStart := bytes.LastIndexByte(raw[:s.from], '\n') + 1
	s.column = s.from - lineStart // "- " and what is in front of it is ASCII
	for s.to < len(raw) && raw[s.to] != '\n' {
		s.to++ // a comment behind the last value
	}
	if s.to < len(raw) {
		s.to++
	}
	var out []byte
	for line := range bytes.Lines(raw[s.from:s.to]) {
		if len(out) > 0 {
			dedented, ok := dedent(line, s.column)
			if !ok {
				return nil, false
			}
			line = dedented
		}
		out = append(out, line...)
	}
	return out, true
}

// dedent takes n spaces off a line. A comment may have less, and so may a line
// of blanks.
func dedent(line []byte, n int) ([]byte, bool) {
	spaces := 0
	for spaces < len(line) && line[spaces] == ' ' {
		spaces++
	}
	if spaces >= n {
		return line[n:], true
	}
	rest := line[spaces:]
	blank := len(bytes.TrimSpace(rest)) == 0
	return rest, blank || rest[0] == '#'
}

// hasReference reports whether a tree has anchors or aliases.
func hasReference(n *Node) bool {
	return n.Anchor != "" || n.Kind == yaml.AliasNode || slices.ContainsFunc(n.Content, hasReference)
}

// standsForItself reports whether a text alone means what the node does: what its
// aliases stand for may be elsewhere in the list.
func standsForItself(text []byte, n *Node) bool {
	got, err := parseDocument(text)
	return err == nil && got != nil && Equal(got, n)
}
