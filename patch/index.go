package patch

import (
	"errors"
	"slices"

	"github.com/helmx-dev/helmx/manifest"
)

// index finds documents by kind or name, so that the cost of a patch goes by
// the documents it may be for and not by those of the stream.
type index struct {
	kind, name map[string][]indexed
}

// indexed is a document with its place in the stream.
type indexed struct {
	at int
	d  *manifest.Document
}

func newIndex(docs []*manifest.Document) *index {
	x := &index{kind: map[string][]indexed{}, name: map[string][]indexed{}}
	for i, d := range docs {
		id := d.ID()
		x.kind[id.Kind] = append(x.kind[id.Kind], indexed{i, d})
		x.name[id.Name] = append(x.name[id.Name], indexed{i, d})
	}
	return x
}

// candidates returns the documents that the target may mean, in their order.
func (r *run) candidates(t *Target) []*manifest.Document {
	if r.index == nil {
		r.index = newIndex(r.docs)
	}
	by, patterns := r.index.name, t.Name
	if !t.Name.exact() {
		by, patterns = r.index.kind, t.Kind
	}
	if !patterns.exact() {
		return r.docs
	}
	var all []indexed
	for i, p := range patterns {
		if !slices.ContainsFunc(patterns[:i], func(q Pattern) bool { return q.text == p.text }) {
			all = append(all, by[p.text]...)
		}
	}
	slices.SortFunc(all, func(a, b indexed) int { return a.at - b.at })
	docs := make([]*manifest.Document, len(all))
	for i := range all {
		docs[i] = all[i].d
	}
	return docs
}

// match returns the documents that a patch is for, and reports what keeps it
// from telling.
func (r *run) match(p *Patch) []*manifest.Document {
	t, ok := r.target(p)
	if !ok {
		return nil
	}
	r.aim = t
	if p.selects != nil {
		return r.selected(p)
	}
	var matched, fit []*manifest.Document
	for _, d := range r.candidates(t) {
		if id := d.ID(); !id.Empty() && t.fits(&id) && (p.concerns == nil || p.targeted || p.concerns(d)) {
			fit = append(fit, d)
		}
	}
	parse(fit)
	for _, d := range fit {
		ok, err := t.matches(d)
		var syntax *manifest.SyntaxError
		if errors.As(err, &syntax) {
			r.found = append(r.found, r.notYAML(p, d, syntax, "the target cannot be patched"))
		}
		if ok && r.where(p, t, d) {
			matched = append(matched, d)
		}
	}
	return matched
}
