package manifest

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"github.com/helmx-dev/helmx/diag"
	"go.yaml.in/yaml/v3"
)

// lineFrom says where a line of an edited document came from: a line of the
// document as it was made, or the place in a patch that wrote it.
type lineFrom struct {
	line int // 1-based; 0 when a patch wrote it
	by   diag.Span
}

// origin is where line i, counted from 0, came from; lines are those of a
// document, nil when they are as they were read.
func origin(lines []lineFrom, i int) lineFrom {
	if lines == nil {
		return lineFrom{line: i + 1}
	}
	return lines[min(i, len(lines)-1)]
}

// SpanAt returns the place that the user owns for a position in the document's
// current bytes, and the position in the stream. Lines that an edit wrote lead
// to the place the edit gave; line and col count from 1, col may be 0.
func (d *Document) SpanAt(line, col int) (span diag.Span, rendered diag.Pos) {
	d.settle()
	line = max(line, 1)
	if col > 0 && (line == 1 || !d.flow) {
		col += d.column
	}
	rendered = diag.Pos{Line: max(d.Origin.Line, 1) + line - 1, Column: col}
	from := origin(d.lines, line-1)
	if from.line == 0 {
		return from.by, rendered
	}
	if d.Origin.Lines != nil {
		return d.Origin.Lines.Span(from.line), rendered
	}
	if (d.Origin.File == "" || d.Origin.File == Stdin) && d.Origin.Source != "" {
		return diag.Span{File: d.Origin.Source}, rendered
	}
	pos := diag.Pos{Line: max(d.fileLine, 1) + from.line - 1, Column: col}
	return diag.Span{File: d.Origin.File, Start: pos}, rendered
}

// Finding begins a finding about a node of Root(): it fills in Span, Rendered,
// Excerpt, Object and Path, and the caller adds the rest. A nil node means the
// document as a whole. There is no excerpt where it could show a Secret's value.
// A field that an edit removed is found at the place that MarkRemoved was given.
func (d *Document) Finding(at *Node, p Path) diag.Diagnostic {
	d.settle()
	object := d.Object()
	f := diag.Diagnostic{Object: &object, Path: p.String()}
	line, col, width := d.contentLine(), 0, 0
	if at != nil && at.Line > 0 {
		line, col, width = at.Line, at.Column, nodeWidth(at)
	}
	f.Span, f.Rendered = d.SpanAt(line, col)
	if col > 0 && !d.SecretAt(p) {
		f.Excerpt = d.excerpt(line, col, width)
	}
	if f.Excerpt != nil && d.holdsSecret() && strings.ContainsAny(f.Excerpt.Text, "{[") {
		f.Excerpt = nil // other fields stand on the line
	}
	if by, ok := d.removedBy(p); ok {
		f.Related = []diag.Related{{Span: f.Span, Message: "removed from here"}}
		f.Span, f.Excerpt = by, nil
	}
	return f
}

// MarkRemoved notes which place in a patch removed the field at a path, so that
// a finding that misses the field leads there. List items in the path may be
// selected in any way. Like Edit, it is not safe for concurrent use.
func (d *Document) MarkRemoved(p Path, by diag.Span) {
	key, ok := d.removedKey(p)
	if !ok {
		return
	}
	if d.removed == nil {
		d.removed = map[string]diag.Span{}
	}
	d.removed[key] = by
}

// removedBy returns the place that removed the field at a path. A field that is
// there again was not removed.
func (d *Document) removedBy(p Path) (diag.Span, bool) {
	if d.removed == nil {
		return diag.Span{}, false
	}
	key, ok := d.removedKey(p)
	if !ok {
		return diag.Span{}, false
	}
	by, ok := d.removed[key]
	return by, ok
}

// removedKey writes the path of a field that is not there, with indexes for
// items; it reports false for one that is, or that has no place at all.
func (d *Document) removedKey(p Path) (string, bool) {
	root, err := d.Tree()
	if err != nil || root == nil || len(p) == 0 {
		return "", false
	}
	last := len(p) - 1
	around, miss := p[:last].Find(root)
	if p[last].Kind != Key || miss != nil {
		return "", false
	}
	if _, there := Lookup(around[0].Node, p[last].Key); there != nil {
		return "", false
	}
	return around[0].Path.Child(p[last].Key).String(), true
}

// FindingAt is Finding for a place in the text, such as that of a SyntaxError.
func (d *Document) FindingAt(line, col int) diag.Diagnostic {
	d.settle()
	object := d.Object()
	f := diag.Diagnostic{Object: &object}
	if object == (diag.Object{}) {
		f.Object = nil
	}
	f.Span, f.Rendered = d.SpanAt(line, col)
	if !d.holdsSecret() {
		f.Excerpt = d.excerpt(line, max(col, 1), 1)
	}
	return f
}

// contentLine returns the first line of the document that holds content.
func (d *Document) contentLine() int {
	start := bodyStart(d.raw)
	n := 1 + bytes.Count(d.raw[:start], newline)
	for line := range bytes.Lines(d.raw[start:]) {
		if line = bytes.TrimSpace(line); len(line) > 0 && line[0] != '#' {
			return n
		}
		n++
	}
	return 1
}

// excerpt shows a line of the document under its number in the stream.
func (d *Document) excerpt(line, col, width int) *diag.Excerpt {
	text, ok := d.lineText(line)
	if !ok {
		return nil
	}
	room := utf8.RuneCountInString(text) - col + 1
	return &diag.Excerpt{
		Line: max(d.Origin.Line, 1) + line - 1, Text: text,
		Column: col, Width: max(1, min(width, room)),
	}
}

// lineText returns a line without its line break.
func (d *Document) lineText(line int) (string, bool) {
	n := 0
	for text := range bytes.Lines(d.raw) {
		if n++; n == line {
			return strings.TrimRight(strings.TrimPrefix(string(text), "\ufeff"), "\r\n"), true
		}
	}
	return "", false
}

// nodeWidth returns how many runes of its line a node takes, roughly: enough
// to underline it.
func nodeWidth(n *Node) int {
	if n.Kind != yaml.ScalarNode {
		return 1
	}
	first, _, _ := strings.Cut(n.Value, "\n")
	width := utf8.RuneCountInString(first)
	switch {
	case n.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle) != 0:
		return width + 2
	case n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0:
		return 1
	}
	return width
}

// IsSecret reports whether the document is, or may hold, a Secret, whose
// values must not appear in any message.
func (d *Document) IsSecret() bool { return d.holdsSecret() }

// MarkSecret notes that a value of a Secret was brought into the document, which
// counts as one from now on. Like Edit, it is not safe for concurrent use.
func (d *Document) MarkSecret() { d.copies = true }

// CopiesSecret reports whether MarkSecret was called: any field may hold a value
// of a Secret then.
func (d *Document) CopiesSecret() bool { return d.copies }

func (d *Document) holdsSecret() bool {
	kind := d.ID().Kind
	return d.copies || kind == "Secret" || (kind == "" || strings.HasSuffix(kind, "List")) && bytes.Contains(d.Raw(), []byte("Secret"))
}

// SecretAt reports whether a path, or the line that it is on, may hold a value of
// a Secret. Only what identifies the object is free of doubt: kubectl keeps the whole
// object in an annotation.
func (d *Document) SecretAt(p Path) bool {
	if !d.holdsSecret() || d.copies {
		return d.copies
	}
	if len(p) > 0 && p[0].Kind == Key {
		switch p[0].Key {
		case "apiVersion", "kind", "type", "immutable":
			return false
		case "metadata":
			return len(p) < 2 || p[1].Key == "annotations"
		}
	}
	return true
}
