package patch

import (
	"errors"
	"slices"

	"github.com/helmx-dev/helmx/manifest"
)

// index finds documents by kind or name, so that the cost of a patch goes by
// the documents it may be for and not by those of the stream.
type index struct {
	kind, name map[string][]int // places in docs, rising
}

func newIndex(docs []*manifest.Document) *index {
	x := &index{kind: map[string][]int{}, name: map[string][]int{}}
	for i, d := range docs {
		id := d.ID()
		x.kind[id.Kind] = append(x.kind[id.Kind], i)
		x.name[id.Name] = append(x.name[id.Name], i)
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
	var at []int
	for i, p := range patterns {
		if !slices.ContainsFunc(patterns[:i], func(q Pattern) bool { return q.text == p.text }) {
			at = append(at, by[p.text]...)
		}
	}
	slices.Sort(at)
	docs := make([]*manifest.Document, len(at))
	for i, j := range at {
		docs[i] = r.docs[j]
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
	var matched []*manifest.Document
	for _, d := range r.candidates(t) {
		if p.concerns != nil && !p.targeted && !p.concerns(d) {
			continue
		}
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
