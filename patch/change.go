package patch

import (
	"errors"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
	"go.yaml.in/yaml/v3"
)

// change is one thing a patch does to each object.
type change struct {
	span diag.Span
	path manifest.Path // of a set
	// apply makes the change, and tells which fields of the object are gone.
	apply func(root *manifest.Node, id manifest.ID) ([]removal, *problem)
}

// errStopped ends an edit whose problem is reported otherwise.
var errStopped = errors.New("stopped")

// changes returns what the patch does, in the order in which it is written.
func (p *Patch) changes(keys ListKeys) []change {
	var list []change
	for _, a := range p.Set {
		list = append(list, change{span: a.Span, path: a.Path, apply: func(root *manifest.Node, _ manifest.ID) ([]removal, *problem) {
			return nil, assign(root, a.Path, a.Value)
		}})
	}
	if p.Merge != nil {
		list = append(list, change{span: p.MergeSpan, apply: func(root *manifest.Node, id manifest.ID) ([]removal, *problem) {
			m := &merger{apiVersion: id.APIVersion, kind: id.Kind, keys: keys}
			problem := m.merge(root, p.Merge, nil, nil)
			return m.removed, problem
		}})
	}
	return list
}

// problem is why a change cannot be made in one object.
type problem struct {
	code    string
	path    manifest.Path
	message string
	hint    string
	at      *manifest.Node // the place in the object, if there is one
	by      *manifest.Node // the place in the patch, if narrower than the change
	miss    *manifest.Miss
}

// at is the place of a node of the patch, that of the change without one.
func (c change) at(n *manifest.Node) diag.Span {
	if n == nil || n.Line == 0 {
		return c.span
	}
	return diag.Span{File: c.span.File, Start: diag.Pos{Line: n.Line, Column: n.Column}}
}

// finding reports a problem at the patch, with the object's own place beside it.
func (b *problem) finding(p *Patch, c change, d *manifest.Document) diag.Diagnostic {
	target := d.Finding(b.at, b.path)
	f := diag.Diagnostic{
		Code: b.code, Severity: diag.Error, Span: c.span, Object: target.Object, Path: b.path.String(),
		Message: p.Name + ": " + b.text(d.IsSecret()), Hint: b.hint,
		Related: []diag.Related{{Span: target.Span, Message: "the object that the patch is for"}},
	}
	f.Span = c.at(b.by)
	if b.miss != nil && f.Hint == "" && !d.IsSecret() {
		f.Hint = b.miss.DidYouMean()
	}
	return f
}

// text is the message. Of a Secret it names keys, but no items of lists, which
// could be values.
func (b *problem) text(secret bool) string {
	if b.miss == nil {
		return b.message
	}
	miss := *b.miss
	if secret && miss.Step.Kind != manifest.Key {
		miss.Have = nil
	}
	return miss.Error()
}

func missing(m *manifest.Miss) *problem {
	return &problem{code: codePath, path: m.Path, miss: m, at: m.Node}
}

func isMap(n *manifest.Node) bool { return n != nil && n.Kind == yaml.MappingNode }

func isList(n *manifest.Node) bool { return n != nil && n.Kind == yaml.SequenceNode }

func isScalar(n *manifest.Node) bool { return n != nil && n.Kind == yaml.ScalarNode }

func isNull(n *manifest.Node) bool { return n == nil || isScalar(n) && manifest.Value(n) == nil }

func newMap() *manifest.Node { return &manifest.Node{Kind: yaml.MappingNode, Tag: "!!map"} }
