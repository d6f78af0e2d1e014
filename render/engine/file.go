package engine

import (
	"strings"
	"sync"
	"text/template/parse"
	"unicode/utf8"

	"helm.sh/helm/v3/pkg/chart"
)

// File is a rendered template.
type File struct {
	Name  string       // template name: "mesh/charts/sub/templates/x.yaml"
	Text  string       // what it rendered to
	Chart *chart.Chart // the chart it belongs to

	frame   *frame
	dropped []int // offsets in frame's output where noValue was taken out
	trace   *tracer
}

// At returns the template positions that wrote the byte at this offset of
// Text: first the one in the file itself, then those in the templates it
// includes, as far as they can be told. It is empty when nothing is known. It
// is safe for concurrent use.
func (f *File) At(offset int) []Place {
	if f.frame == nil || offset < 0 || offset >= len(f.Text) {
		return nil
	}
	for _, at := range f.dropped {
		if at > offset {
			break
		}
		offset += len(noValue)
	}
	return f.trace.at(f.frame, offset, nil)
}

// tracer finds out who wrote a byte. It is built when it is first asked.
type tracer struct {
	r    *renderer
	once sync.Once
	// nodes has every text node of the templates by the address of its text.
	nodes map[uintptr]origin
}

// origin is a text node and the node behind it.
type origin struct {
	source *source
	pos    int // byte offset of the text in the source
	size   int // 0 for what instrument put in
	next   int // byte offset of the next node in the same list, -1 for none
}

func (t *tracer) build() {
	t.nodes = map[uintptr]origin{}
	for i, s := range t.r.sources {
		for _, tree := range t.r.parsed[i].trees {
			t.list(s, tree.Root)
		}
	}
}

func (t *tracer) list(s *source, l *parse.ListNode) {
	if l == nil {
		return
	}
	for i, n := range l.Nodes {
		switch n := n.(type) {
		case *parse.TextNode:
			o := origin{source: s, pos: int(n.Pos), size: len(n.Text), next: -1}
			if i+1 < len(l.Nodes) {
				o.next = int(l.Nodes[i+1].Position())
			}
			t.nodes[address(n.Text)] = o
		case *parse.IfNode:
			t.list(s, n.List)
			t.list(s, n.ElseList)
		case *parse.RangeNode:
			t.list(s, n.List)
			t.list(s, n.ElseList)
		case *parse.WithNode:
			t.list(s, n.List)
			t.list(s, n.ElseList)
		}
	}
}

// at appends the places that wrote the byte at offset of the frame.
func (t *tracer) at(f *frame, offset int, places []Place) []Place {
	t.once.Do(t.build)
	last := f.stepAt(offset)
	known := last // the last step with a known node
	var from origin
	for ; known >= 0; known-- {
		var ok bool
		if from, ok = t.nodes[f.steps[known].addr]; ok {
			break
		}
	}
	switch {
	case known < 0: // a text given to tpl: only what it includes is known
	case known == last && from.size > 0:
		return append(places, place(from.source, from.pos+offset-f.steps[known].off))
	case from.next >= 0:
		places = append(places, place(from.source, actionStart(from.source.text, from.next)))
	}
	if inner, at, ok := f.inner(known, offset); ok {
		return t.at(inner, at, places)
	}
	return places
}

// stepAt returns the index of the step that wrote the byte, -1 for none.
func (f *frame) stepAt(offset int) int {
	lo, hi := 0, len(f.steps)
	for lo < hi {
		if mid := (lo + hi) / 2; f.steps[mid].off <= offset {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return lo - 1
}

// inner looks for the byte in what the calls returned that the action behind
// the known step evaluated. What a call returns is often indented, trimmed or
// quoted before it is printed, so lines are compared without the blanks around
// them, and of several equal lines the one at the most similar height counts.
func (f *frame) inner(known, offset int) (*frame, int, bool) {
	out := f.out.String()
	start := 0
	if known >= 0 {
		start = f.steps[known].off
	}
	lineStart := max(strings.LastIndexByte(out[:offset], '\n')+1, start)
	line := out[lineStart:]
	if end := strings.IndexByte(line, '\n'); end >= 0 {
		line = line[:end]
	}
	want := strings.TrimSpace(line)
	if want == "" {
		return nil, 0, false
	}
	height := strings.Count(out[start:lineStart], "\n")
	var best *frame
	at, distance := 0, 0
	for _, c := range f.calls {
		if known >= 0 && c.n != known+1 {
			continue
		}
		pos := 0
		for n, l := range strings.Split(c.frame.out.String(), "\n") {
			if d := abs(n - height); strings.TrimSpace(l) == want && (best == nil || d < distance) {
				best, distance = c.frame, d
				at = pos + len(l) - len(strings.TrimLeft(l, " \t\r"))
			}
			pos += len(l) + 1
		}
	}
	return best, at, best != nil
}

func abs(n int) int { return max(n, -n) }

// actionStart returns where the action begins that holds this position.
func actionStart(text string, pos int) int {
	if i := strings.LastIndex(text[:min(pos, len(text))], "{{"); i >= 0 {
		return i
	}
	return pos
}

func place(s *source, offset int) Place {
	before := s.text[:min(offset, len(s.text))]
	lineStart := strings.LastIndexByte(before, '\n') + 1
	return Place{
		File:   s.name,
		Line:   strings.Count(before, "\n") + 1,
		Column: utf8.RuneCountInString(before[lineStart:]) + 1,
	}
}
