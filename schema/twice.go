package schema

import (
	"cmp"
	"fmt"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
)

// identity tells objects of one cluster apart. Versions of a group are the same
// objects. The file is "" for a release.
type identity struct{ group, kind, namespace, name, file string }

// twice reports objects that stand twice in one release. Helm 3 stops half-way
// through the install, where it meets the second one; Helm 4 lets it overwrite
// the first one. Hooks are installed apart from the rest, and before one is
// created both delete another of its name (before-hook-creation, the default
// deletion policy).
//
// Documents that are not known to be one release may be of several clusters;
// then only what stands twice in one file is reported.
func (v *validator) twice(docs []*manifest.Document) diag.List {
	objects, _ := manifest.Lists(docs)
	first := make(map[identity]*manifest.Document, len(objects))
	var found diag.List
	for _, d := range objects {
		id := d.ID()
		if id.Name == "" || id.Kind == "" || id.Hook {
			continue
		}
		key := identity{id.Group(), id.Kind, v.namespaceOf(id), id.Name, ""}
		if !v.options.Release {
			if key.file = d.Origin.File; key.file == "" {
				continue
			}
		}
		before := first[key]
		if before == nil {
			first[key] = d
			continue
		}
		found = append(found, second(d, before, v.options))
	}
	return found
}

// namespaceOf is where an object will be, as far as that is known.
func (v *validator) namespaceOf(id manifest.ID) string {
	if k := v.find(id.APIVersion, id.Kind); k != nil && !k.Namespaced {
		return ""
	}
	return v.inNamespace(id.Namespace)
}

// inNamespace is where an object of a namespaced kind will be that names this
// namespace, or none.
func (v *validator) inNamespace(named string) string { return cmp.Or(named, v.options.Namespace) }

func second(d, before *manifest.Document, o Options) diag.Diagnostic {
	f := d.Finding(nil, nil)
	f.Code, f.Severity = "SC025", diag.Error
	f.Message = "the release holds this object twice, and Helm 3 stops an install at the second one"
	f.Hint = "remove one of the two, or rename it"
	switch {
	case !o.Release:
		f.Message = "the file holds this object twice: kubectl lets the second one overwrite the first, and Helm 3 stops at it"
	case o.Apply == ApplyServer || d.HasFilenameAnnotation():
		f.Severity = diag.Warning
		f.Message = "the release holds this object twice, and the second one overwrites the first"
	}
	at, rendered := before.SpanAt(1, 0)
	f.Related = []diag.Related{{Span: at, Message: fmt.Sprintf("the first one, in line %d of the stream", rendered.Line)}}
	return f
}
