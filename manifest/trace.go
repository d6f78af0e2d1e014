package manifest

import (
	"bytes"
	"slices"
	"strings"

	"github.com/helmx-dev/helmx/diag"
)

// lineOrigins says for each line of the new text where it came from.
func (e edited) lineOrigins(src []byte, old []lineFrom, by signature) []lineFrom {
	if old == nil {
		for i := range bytes.Count(src, newline) + 1 {
			old = append(old, lineFrom{line: i + 1})
		}
	}
	t := tracer{old: old, by: by, was: e.was}
	at := 0
	for _, c := range e.changes {
		t.keep(src[at:c.from])
		t.drop(src[c.from:c.to])
		t.add(c)
		at = c.to
	}
	t.keep(src[at:])
	return append(t.lines, t.current)
}

// tracer follows lines through an edit.
type tracer struct {
	old     []lineFrom
	by      signature
	was     map[*Node]*Node
	at      int // index of the current line in old
	lines   []lineFrom
	current lineFrom
	settled bool // current is known
	edit    int  // that wrote it
}

// touchOld makes the current new line come from the current old one, unless
// something was written on it.
func (t *tracer) touchOld() {
	if !t.settled {
		t.current, t.settled = t.old[min(t.at, len(t.old)-1)], true
	}
}

func (t *tracer) keep(text []byte) {
	for len(text) > 0 {
		i := bytes.IndexByte(text, '\n')
		if i >= 0 || len(bytes.Trim(text, " -")) > 0 {
			t.touchOld() // not for the indentation and dash of something deleted
		}
		if i < 0 {
			return
		}
		t.at++
		t.next()
		text = text[i+1:]
	}
}

func (t *tracer) drop(text []byte) { t.at += bytes.Count(text, newline) }

func (t *tracer) add(c change) {
	for i, line := range strings.Split(c.text, "\n") {
		if i > 0 {
			t.touchOld()
			t.next()
		}
		if strings.TrimSpace(line) != "" {
			t.sign(t.span(c, i))
		}
	}
}

// sign makes the current line that of an edit, unless a later one wrote on it.
func (t *tracer) sign(by diag.Span, edit int) {
	if edit >= t.edit {
		t.current, t.settled, t.edit = lineFrom{by: by}, true, edit
	}
}

func (t *tracer) next() {
	t.lines = append(t.lines, t.current)
	t.current, t.settled, t.edit = lineFrom{}, false, 0
}

// span is the place that wrote line i of a change, and the number of its edit.
func (t *tracer) span(c change, i int) (diag.Span, int) {
	wrote := c.wrote
	edit := t.by.edit(c, i)
	by := t.by.edits[edit]
	if i < len(wrote) && wrote[i] != nil && wrote[i].Line > 0 && t.was[wrote[i]] == nil {
		n := wrote[i]
		by = diag.Span{File: by.File, Start: diag.Pos{Line: n.Line, Column: n.Column}}
	}
	return by, edit
}

// signature says whose edit wrote a node.
type signature struct {
	edits []diag.Span   // in their order
	nodes map[*Node]int // index in edits of what one of several brought in or changed
}

// edit returns which edit wrote line i of a change: where its node is nobody's,
// that of the next line in front that has one, of the head, or of one behind.
func (s signature) edit(c change, i int) int {
	if len(s.edits) == 1 {
		return 0
	}
	here := min(i+1, len(c.wrote))
	for _, n := range slices.Backward(c.wrote[:here]) {
		if edit, ok := s.nodes[n]; ok {
			return edit
		}
	}
	for _, n := range append([]*Node{c.head}, c.wrote[here:]...) {
		if edit, ok := s.nodes[n]; ok {
			return edit
		}
	}
	return 0
}
