package manifest

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/helmx-dev/helmx/diag"
	"go.yaml.in/yaml/v3"
)

// Insert puts a new object into a stream: behind the document near, or at the
// end where near is nil or not in the stream. The new document is written the
// way near is - indentation, line breaks, `# Source:` comment - and shares its
// origin; where near has Helm 4's file name, the new one gets it too, unless the
// object brings its own. Comments of the object are not written.
//
// Nodes keep their Line and Column as places in by.File, as in Edit. The bytes of
// the other documents stay as they are, but for an end without a line break,
// which the new document needs.
func Insert(docs []*Document, near *Document, object *Node, by diag.Span) ([]*Document, *Document, error) {
	at := slices.Index(docs, near) + 1
	if at == 0 {
		near, at = nil, len(docs)
	}
	model := near
	if near == nil && len(docs) > 0 {
		model = docs[at-1]
	}
	d, err := newBeside(model, near, Copy(object), by)
	if err != nil {
		return docs, nil, err
	}
	if at > 0 {
		if err := docs[at-1].endLine(); err != nil {
			return docs, nil, err
		}
	}
	return slices.Insert(slices.Clone(docs), at, d), d, nil
}

// newBeside writes a document in the style of model, with the origin of near.
func newBeside(model, near *Document, object *Node, by diag.Span) (*Document, error) {
	s := plainStyle()
	if model != nil {
		s = model.style()
	}
	var o Origin
	head := "---" + s.eol
	if near != nil {
		o = near.Origin
		if source := cmp.Or(sourceComment(near.raw), near.heading); source != "" && !strings.ContainsFunc(source, endsLine) {
			head += "# Source: " + source + s.eol
		}
		near.shareFilename(object)
	}
	e, err := rewriteFrom([]byte(head), []byte(head), object, s, nil)
	if err != nil {
		return nil, fmt.Errorf("writing a new object: %w", err)
	}
	d := newDocument(e.text, o, false)
	d.root, d.parsed, d.changed = e.root, true, true
	ours := slices.Repeat([]lineFrom{{by: by}}, strings.Count(head, "\n")+1)
	d.lines = e.lineOrigins([]byte(head), ours, signature{edits: []diag.Span{by}})
	return d, nil
}

// endsLine tells characters with which a comment would end, or be no YAML.
func endsLine(r rune) bool {
	return r == '\u2028' || r == '\u2029' || r == unicode.ReplacementChar || unicode.IsControl(r) && r != '\t'
}

// style is how the document is written, as far as it can be read.
func (d *Document) style() style {
	s := plainStyle()
	s.eol = lineBreak(d.raw)
	root, err := d.Root()
	if err != nil || root == nil {
		return s
	}
	if l, err := newLayout(d.raw, root); err == nil {
		s = styleOf(l, root)
	}
	return s
}

// shareFilename gives an object the file name that Helm 4 put on d.
func (d *Document) shareFilename(object *Node) {
	if !d.HasFilenameAnnotation() || object.Kind != yaml.MappingNode {
		return
	}
	root, err := d.Root()
	if err != nil {
		return
	}
	source := child(child(child(root, "metadata"), "annotations"), FilenameAnnotation)
	if source == nil {
		return
	}
	annotations := mappingAt(mappingAt(object, "metadata"), "annotations")
	if child(annotations, FilenameAnnotation) == nil {
		SetKey(annotations, FilenameAnnotation, Clone(source))
	}
}

// mappingAt returns the mapping below a key, and makes it if there is none.
func mappingAt(n *Node, key string) *Node {
	if v := child(n, key); v != nil && v.Kind == yaml.MappingNode {
		return v
	}
	v := &Node{Kind: yaml.MappingNode, Tag: "!!map"}
	SetKey(n, key, v)
	return v
}

// endLine ends the text of the document with a line break, without a change to
// a block scalar that ended with the text.
func (d *Document) endLine() error {
	d.settle()
	d.staged = nil
	if !lacksNewline(d) {
		return nil
	}
	root, err := d.Root()
	s := d.style()
	if text := append(slices.Clip(d.raw), s.eol...); err != nil || root == nil || means(text, root) {
		d.raw = text
		d.root, d.parsed = nil, false
		return nil
	}
	l, err := newLayout(d.raw, root)
	if err != nil {
		return ErrUnwritable
	}
	p := &planner{layout: l, style: s}
	last, column := lastNode(l, root)
	p.stripBlock(last, column, nil)
	text, got, err := p.apply(root)
	if err != nil {
		return err
	}
	d.raw, d.root, d.parsed = append(text, s.eol...), got, true
	return nil
}

func means(text []byte, want *Node) bool {
	_, _, err := plainStyle().check(text, want)
	return err == nil
}

// lastNode returns the node at the end of the text, and the column of the
// collection around it.
func lastNode(l *layout, n *Node) (*Node, int) {
	column := -1
	for len(n.Content) > 0 {
		column = l.boxes[n].column
		n = n.Content[len(n.Content)-1]
	}
	return n, column
}

// Remove takes a document out of a stream. What stands between separators is
// its own, so that the others keep their bytes; a document of comments alone in
// front of it that only named its source goes with it, since it would name the
// next one.
func Remove(docs []*Document, gone *Document) []*Document {
	at := slices.Index(docs, gone)
	if at < 0 {
		return docs
	}
	from := at
	if at > 0 && commentOnly(docs[at-1].raw) && docs[at-1].Origin.Source != "" && sourceComment(gone.raw) == "" {
		from--
	}
	return slices.Delete(slices.Clone(docs), from, at+1)
}
