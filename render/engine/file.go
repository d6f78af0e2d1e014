package engine

import (
	"slices"
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
	dropped []int // offsets in Text where noValue was taken out
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
	before, here := slices.BinarySearch(f.dropped, offset)
	for ; here && before < len(f.dropped) && f.dropped[before] == offset; before++ {
	}
	return f.trace.at(f.frame, offset+before*len(noValue), nil)
}

// noValue is what text/template prints for a missing value although
// missingkey=zero is set; Helm takes it out of every output.
const noValue = "<no value>"

// dropNoValue removes noValue from the text and notes where in what is left
// it stood.
func (f *File) dropNoValue() {
	if !strings.Contains(f.Text, noValue) {
		return
	}
	var b strings.Builder
	rest, at := f.Text, 0
	for {
		before, after, found := strings.Cut(rest, noValue)
		b.WriteString(before)
		if !found {
			break
		}
		at += len(before)
		f.dropped = append(f.dropped, at)
		rest = after
	}
	f.Text = b.String()
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
	last := f.stepAt(offset)
	from, known := t.node(f, last)
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

// node returns the text node of the step, or else of the last one before it
// that has one; the index is -1 when there is none.
func (t *tracer) node(f *frame, n int) (origin, int) {
	t.once.Do(t.build)
	for ; n >= 0; n-- {
		if from, ok := t.nodes[f.steps[n].addr]; ok {
			return from, n
		}
	}
	return origin{}, -1
}

// executing returns what a step was about to execute.
func (t *tracer) executing(f *frame, n int) (Place, bool) {
	from, known := t.node(f, n)
	switch {
	case known < 0:
		return Place{}, false
	case from.size > 0 && known == n || from.next < 0:
		return place(from.source, from.pos), true
	}
	return place(from.source, actionStart(from.source.text, from.next)), true
}

// acting returns the action that is evaluated: the one behind what was written
// last.
func (t *tracer) acting(f *frame) Place {
	from, known := t.node(f, len(f.steps)-1)
	switch {
	case known < 0:
		return Place{}
	case from.next >= 0:
		return place(from.source, actionStart(from.source.text, from.next))
	}
	return place(from.source, from.pos)
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
