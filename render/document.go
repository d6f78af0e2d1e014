package render

import (
	"strings"

	"github.com/helmx-dev/helmx/charts"
	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
	"github.com/helmx-dev/helmx/render/engine"
)

// builder makes documents of what Helm prints.
type builder struct {
	chart *charts.Chart
	docs  []*manifest.Document
	blank bool // an empty line goes before the first document
}

const sourcePrefix = "---\n# Source: "

// add appends a rendered document.
func (b *builder) add(e *entry) {
	m := &templateLines{chart: b.chart, file: e.file, start: e.start}
	b.put(e.file.Name, e.text, m)
}

// crds appends the files of the crds/ folders as they are.
func (b *builder) crds() {
	for _, crd := range b.chart.CRDObjects() {
		b.put(crd.Filename, string(crd.File.Data), fileLines(b.chart.UserPath(crd.Filename)))
	}
}

// put appends text with Helm's header. A text that itself holds separators - a
// file of several CRDs, or what a doubled separator leaves - becomes several
// documents, the first of which may be the header alone.
func (b *builder) put(source, text string, lines contentLines) {
	raw := make([]byte, 0, len(sourcePrefix)+len(source)+len(text)+3)
	header := 2
	if b.blank && len(b.docs) == 0 {
		raw = append(raw, '\n')
		header++
	}
	raw = append(raw, sourcePrefix...)
	raw = append(raw, source...)
	raw = append(raw, '\n')
	raw = append(raw, text...)
	raw = append(raw, '\n')
	if !strings.HasPrefix(text, "---") && !strings.Contains(text, "\n---") {
		o := manifest.Origin{Source: source, Lines: shifted{lines, header}}
		b.docs = append(b.docs, manifest.New(raw, o))
		return
	}
	for _, d := range manifest.Read("", raw) {
		before := d.Origin.Line - 1 // lines of raw in front of this document
		o := manifest.Origin{Source: source, Lines: shifted{lines, header - before}}
		b.docs = append(b.docs, manifest.New(d.Raw(), o))
	}
}

// trim does what Helm does to everything in front of the hooks:
// TrimSpace(all)+"\n". The header at the front has no white space; where there
// is nothing but hooks, an empty line is left.
func (b *builder) trim() {
	if len(b.docs) == 0 {
		b.blank = true
		return
	}
	last := b.docs[len(b.docs)-1]
	raw := strings.TrimSpace(string(last.Raw())) + "\n"
	if len(raw) != len(last.Raw()) {
		b.docs[len(b.docs)-1] = manifest.New([]byte(raw), last.Origin)
	}
}

// contentLines knows where the lines of a document's content come from; line
// counts from 1.
type contentLines interface{ Span(line int) diag.Span }

// shifted implements manifest.LineMap for a document whose content begins after
// a header of some lines; for the parts of a cut document the number can be
// negative.
type shifted struct {
	lines  contentLines
	header int
}

func (s shifted) Span(line int) diag.Span { return s.lines.Span(max(1, line-s.header)) }

// fileLines is a file that is copied as it is.
type fileLines string

func (f fileLines) Span(line int) diag.Span {
	return diag.Span{File: string(f), Start: diag.Pos{Line: line, Column: 1}}
}

// templateLines is the output of a template from some offset on.
type templateLines struct {
	chart *charts.Chart
	file  *engine.File
	start int
}

// Span returns the place of the innermost template that wrote the first
// character of the line that is not blank.
func (t *templateLines) Span(line int) diag.Span {
	places := t.places(line)
	if len(places) == 0 {
		return diag.Span{File: t.chart.UserPath(t.file.Name)}
	}
	return spanOf(t.chart, places[len(places)-1])
}

func (t *templateLines) places(line int) []engine.Place {
	at := t.start
	for ; line > 1; line-- {
		i := strings.IndexByte(t.file.Text[at:], '\n')
		if i < 0 {
			break
		}
		at += i + 1
	}
	text := t.file.Text[at:]
	if end := strings.IndexByte(text, '\n'); end >= 0 {
		text = text[:end]
	}
	if indent := len(text) - len(strings.TrimLeft(text, " \t\r")); indent < len(text) {
		at += indent
	}
	return t.file.At(at)
}

func spanOf(ch *charts.Chart, p engine.Place) diag.Span {
	return diag.Span{File: ch.UserPath(p.File), Start: diag.Pos{Line: p.Line, Column: p.Column}}
}
