package patch

import (
	"errors"
	"slices"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
	"go.yaml.in/yaml/v3"
)

// change is one thing a patch does to each object.
type change struct {
	span diag.Span
	path manifest.Path // that it is about, where there is one
	// within: it changes nothing but what the path leads to.
	within bool
	kinds  []string // of the objects that it can be about; nil: any
	// apply changes o.root, and tells which fields of the object are gone.
	apply func(o *object) ([]removal, *problem)
	// lacking says what to report where no object of a stream has what the change
	// is about; nil: the problem in the first object.
	lacking func([]*manifest.Document) diag.Diagnostic
}

// object is a matched object while a patch changes it.
type object struct {
	evaluator
	d       *manifest.Document
	id      manifest.ID    // before the change
	root    *manifest.Node // a copy, for the change to make what it wants of it
	run     *run
	patch   *Patch
	applied AppliedObject

	copied   bool            // a change brings in a value of a Secret
	replaced []manifest.Path // lists that the last change replaced for want of merge keys
	restored bool            // the last change took away what is not the user's
}

// errStopped ends an edit whose problem is reported otherwise.
var errStopped = errors.New("stopped")

// problem is why a change cannot be made in one object.
type problem struct {
	code    string
	path    manifest.Path
	message string
	hint    string
	veiled  string         // the message for a Secret, where message may show a value
	at      *manifest.Node // the place in the object, if there is one
	by      *manifest.Node // the place in the patch, if narrower than the change
	miss    *manifest.Miss

	// absent: what the change takes away is not there. That is an error only
	// where no object has it.
	absent bool
}

// at is the place of a node of the patch, that of the change without one.
func (c change) at(n *manifest.Node) diag.Span { return placeOf(n, c.span) }

// placeOf is the place of a node in the file of a span, the span for a node
// without one.
func placeOf(n *manifest.Node, in diag.Span) diag.Span {
	if n == nil || n.Line == 0 {
		return in
	}
	return diag.Span{File: in.File, Start: diag.Pos{Line: n.Line, Column: n.Column}}
}

// finding reports a problem at the patch, with the object's own place beside it.
func (b *problem) finding(p *Patch, c change, d *manifest.Document) diag.Diagnostic {
	target := d.Finding(b.at, b.path)
	if target.Span.File == p.Span.File { // an earlier patch wrote it
		target.Span = d.Finding(nil, nil).Span
	}
	f := diag.Diagnostic{
		Code: b.code, Severity: diag.Error, Span: c.at(b.by), Object: target.Object, Path: b.path.String(),
		Message: p.Name + ": " + b.text(d.IsSecret()), Hint: b.hint,
		Related: []diag.Related{{Span: target.Span, Message: "the object that the patch is for"}},
	}
	if b.miss != nil && f.Hint == "" && !d.IsSecret() {
		f.Hint = b.miss.DidYouMean()
	}
	return f
}

// text is the message. Of a Secret it names keys, but no items of lists and
// nothing of what strings hold, which could be values.
func (b *problem) text(secret bool) string {
	if secret && b.veiled != "" {
		return b.veiled
	}
	if b.miss == nil {
		return b.message
	}
	miss := *b.miss
	if secret && (miss.Step.Kind != manifest.Key || isList(manifest.Resolve(miss.Node)) || isEmbedded(miss.Deepest)) {
		miss.Have = nil
	}
	return b.message + miss.Error()
}

func missing(m *manifest.Miss) *problem {
	return &problem{code: codePath, path: m.Path, miss: m, at: m.Node}
}

func isMap(n *manifest.Node) bool { return n != nil && n.Kind == yaml.MappingNode }

func isList(n *manifest.Node) bool { return n != nil && n.Kind == yaml.SequenceNode }

func isScalar(n *manifest.Node) bool { return n != nil && n.Kind == yaml.ScalarNode }

func isNull(n *manifest.Node) bool { return n == nil || isScalar(n) && manifest.Value(n) == nil }

func newMap() *manifest.Node { return &manifest.Node{Kind: yaml.MappingNode, Tag: "!!map"} }

func newList() *manifest.Node { return &manifest.Node{Kind: yaml.SequenceNode, Tag: "!!seq"} }

func newNull() *manifest.Node { return manifest.NewNode(nil) }

// isEmbedded reports whether a path leads into a string.
func isEmbedded(path manifest.Path) bool {
	return slices.ContainsFunc(path, func(s manifest.Step) bool { return s.Kind == manifest.Decode })
}
