package manifest

import (
	"bytes"
	"strings"

	"github.com/helmx-dev/helmx/diag"
)

// lineOrigins says for each line of the new text where it came from.
func (e edited) lineOrigins(src []byte, old []lineFrom, by diag.Span) []lineFrom {
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
	by      diag.Span
	was     map[*Node]*Node
	at      int // index of the current line in old
	lines   []lineFrom
	current lineFrom
	settled bool // current is known
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
			t.current, t.settled = lineFrom{by: t.span(c.wrote, i)}, true
		}
	}
}

func (t *tracer) next() {
	t.lines = append(t.lines, t.current)
	t.current, t.settled = lineFrom{}, false
}

// span is the place that wrote line i of a change.
func (t *tracer) span(wrote []*Node, i int) diag.Span {
	if i < len(wrote) && wrote[i] != nil && wrote[i].Line > 0 && t.was[wrote[i]] == nil {
		n := wrote[i]
		return diag.Span{File: t.by.File, Start: diag.Pos{Line: n.Line, Column: n.Column}}
	}
	return t.by
}
