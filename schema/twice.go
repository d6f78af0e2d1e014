package schema

import (
	"fmt"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
)

// identity tells objects of one cluster apart. Versions of a group are the same
// objects.
type identity struct {
	group, kind, namespace, name string
	hook                         bool // Helm installs hooks apart from the rest
}

// twice reports objects that stand twice in one release. Helm 3 stops half-way
// through the install, where it meets the second one; Helm 4 lets it overwrite
// the first one.
func twice(docs []*manifest.Document, o Options) diag.List {
	objects, _ := manifest.Lists(docs)
	first := make(map[identity]*manifest.Document, len(objects))
	var found diag.List
	for _, d := range objects {
		id := d.ID()
		if id.Name == "" || id.Kind == "" {
			continue
		}
		key := identity{id.Group(), id.Kind, id.Namespace, id.Name, id.Hook}
		before := first[key]
		if before == nil {
			first[key] = d
			continue
		}
		found = append(found, second(d, before, o))
	}
	return found
}

func second(d, before *manifest.Document, o Options) diag.Diagnostic {
	f := d.Finding(nil, nil)
	f.Code, f.Severity = "SC025", diag.Error
	f.Message = "the release holds this object twice, and Helm 3 stops an install at the second one"
	f.Hint = "remove one of the two, or rename it"
	if o.Apply == ApplyServer || d.HasFilenameAnnotation() {
		f.Severity = diag.Warning
		f.Message = "the release holds this object twice, and the second one overwrites the first"
	}
	at, rendered := before.SpanAt(1, 0)
	f.Related = []diag.Related{{Span: at, Message: fmt.Sprintf("the first one, in line %d of the stream", rendered.Line)}}
	return f
}
