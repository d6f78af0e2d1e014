package patch

import (
	"fmt"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
)

// source is where a copy takes its value from.
type source struct {
	target *Target // nil: the object that the patch changes
	path   manifest.Path
	span   diag.Span
}

// copy reads `copy: {from: PATH or {target, path}, to: PATH or a list}`.
func (p *parser) copy(key, n *manifest.Node) []change {
	if !p.filledMap("copy", key, n, "write {from: PATH, to: PATH}") {
		return nil
	}
	var from *source
	var to []assignment
	before := len(p.found)
	p.fields("copy", n, map[string]func(key, value *manifest.Node){
		"from": func(_, v *manifest.Node) { from = p.source(v) },
		"to":   func(_, v *manifest.Node) { to = p.paths("to", v) },
	})
	if len(p.found) == before && (from == nil || to == nil) {
		p.report(codeShape, n, "copy needs from and to", "write {from: PATH, to: PATH}")
	}
	var list []change
	for _, a := range to {
		list = append(list, change{span: a.span, path: a.path, within: true, apply: func(o *object) ([]removal, *problem) {
			value, p := o.take(from)
			if p != nil {
				return nil, p
			}
			return nil, assign(o.root, a.path, value, o.patch.Ensure == Create)
		}})
	}
	return list
}

func (p *parser) source(n *manifest.Node) *source {
	s := &source{span: p.span(n)}
	if isScalar(n) {
		if !p.string("from", n, "a path") {
			return nil
		}
		var ok bool
		if s.path, ok = p.readPath(n); !ok {
			return nil
		}
		return s
	}
	if !p.filledMap("from", n, n, "write a path, or {target, path} for another object") {
		return nil
	}
	before := len(p.found)
	p.fields("from", n, map[string]func(key, value *manifest.Node){
		"target": func(k, v *manifest.Node) {
			t := p.target(k, v)
			s.target = &t
		},
		"path": func(_, v *manifest.Node) {
			if p.string("path", v, "a path") {
				s.path, _ = p.readPath(v)
			}
		},
	})
	if len(p.found) == before && (s.target == nil || s.path == nil) {
		p.report(codeShape, n, "from needs a target and a path", "write a path alone for the same object")
	}
	return s
}

// take returns a copy of the value at a source.
func (o *object) take(s *source) (*manifest.Node, *problem) {
	root, in := o.root, o.d
	if s.target != nil {
		d, p := o.run.only(o.patch, s)
		if p != nil {
			return nil, p
		}
		if d != o.d {
			root, _ = d.Tree() // it has matched, so it parses
			in = d
		}
	}
	by := &manifest.Node{Line: s.span.Start.Line, Column: s.span.Start.Column}
	found, miss := s.path.Find(root)
	switch {
	case miss != nil:
		p := missing(miss)
		p.message, p.by = "from: ", by
		if s.target != nil {
			p.at = nil
		}
		return nil, p
	case len(found) > 1:
		return nil, &problem{code: codePath, path: s.path, by: by, message: fmt.Sprintf("from: the path leads to %d values, and one can be copied", len(found)), hint: "select one item, such as [0]"}
	}
	o.copied = in.SecretAt(s.path)
	return manifest.Clone(found[0].Node), nil
}

// only returns the one document that a source names.
func (r *run) only(p *Patch, s *source) (*manifest.Document, *problem) {
	by := &manifest.Node{Line: s.span.Start.Line, Column: s.span.Start.Column}
	from := Patch{Name: p.Name, Span: s.span, Target: *s.target, Literal: p.Literal}
	before := len(r.found)
	matched := r.match(&from)
	if len(r.found) > before {
		f := r.found[before]
		r.found = r.found[:before]
		return nil, &problem{code: f.Code, message: "from: " + f.Message, hint: f.Hint, by: by}
	}
	if len(matched) == 1 {
		return matched[0], nil
	}
	f := r.miscount(&from, Expect{Min: 1, Max: 1}, matched)
	return nil, &problem{code: codeTarget, message: "from: " + f.Message[len(p.Name)+2:], hint: f.Hint, by: by}
}
