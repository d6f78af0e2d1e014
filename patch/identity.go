package patch

import (
	"cmp"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
)

// renamed is a document that a change has given another identity.
type renamed struct {
	d *manifest.Document
	c change
}

// checkIdentities refuses changes of name that make two objects one. A hook
// may have the name of another object or hook, as Helm allows; the source does
// not matter.
func (r *run) checkIdentities(p *Patch) {
	if len(r.renamed) == 0 {
		return
	}
	owners := make(map[manifest.ID][]*manifest.Document, len(r.docs))
	for _, d := range r.docs {
		id := r.identity(d)
		owners[id] = append(owners[id], d)
	}
	for _, n := range r.renamed {
		id := r.identity(n.d)
		if id.Hook {
			continue
		}
		for _, other := range owners[id] {
			if other != n.d {
				r.found = append(r.found, duplicate(p, n, other))
				owners[id] = nil // once is enough
				break
			}
		}
	}
	r.renamed = nil
}

// identity tells objects apart as the cluster does, hooks aside: a version of a
// group is no object of its own, and what names no namespace is in that of the
// release.
func (r *run) identity(d *manifest.Document) manifest.ID {
	id := d.ID()
	id.APIVersion, id.Source = id.Group(), ""
	if id.Namespace = cmp.Or(id.Namespace, r.options.Namespace); id.Namespace != "" && r.isClusterScoped(d.ID()) {
		id.Namespace = ""
	}
	return id
}

func duplicate(p *Patch, n renamed, other *manifest.Document) diag.Diagnostic {
	f := n.d.Finding(nil, nil)
	span, _ := other.SpanAt(1, 0)
	f.Related = []diag.Related{{Span: span, Message: "the other one"}, {Span: f.Span, Message: "the object that was changed"}}
	f.Code, f.Severity, f.Span, f.Excerpt = codeDuplicate, diag.Error, n.c.span, nil
	f.Message = p.Name + ": the change makes it the second object of this name"
	f.Hint = "give it a name that no other object has"
	return f
}
