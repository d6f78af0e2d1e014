package manifest

import (
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// KRM functions (kustomize, kpt) exchange one object that wraps all others, see
// the functions specification in kustomize's cmd/config/docs/api-conventions.
const (
	resourceListKind  = "ResourceList"
	resourceListGroup = "config.kubernetes.io"
)

// PathAnnotations name the file that an orchestrator of KRM functions read an
// object from, IndexAnnotations its place among the documents of that file.
var (
	PathAnnotations  = []string{"internal.config.kubernetes.io/path", "config.kubernetes.io/path"}
	IndexAnnotations = []string{"internal.config.kubernetes.io/index", "config.kubernetes.io/index"}
)

// bookkeeping begins the annotations that orchestrators of KRM functions, kustomize
// among them, keep about an object and want back: its file, how its name came to
// be, whether it gets a hash.
var bookkeeping = []string{"config.kubernetes.io/", "internal.config.kubernetes.io/", "config.k8s.io/id", "kustomize.config.k8s.io/"}

// settings have such a name, and are what people write.
var settings = []string{"config.kubernetes.io/local-config", "config.kubernetes.io/depends-on", "config.kubernetes.io/function"}

// IsBookkeeping reports whether an annotation is not the user's but of whoever
// handed the document over, who wants it back: Helm 4's file name, and in a
// ResourceList what its orchestrator notes.
func (d *Document) IsBookkeeping(annotation string) bool {
	if annotation == FilenameAnnotation {
		return true
	}
	return d.krm && !slices.Contains(settings, annotation) &&
		slices.ContainsFunc(bookkeeping, func(prefix string) bool { return strings.HasPrefix(annotation, prefix) })
}

// IsResourceList reports whether the document is what an orchestrator of KRM
// functions sends, in any version of it.
func (d *Document) IsResourceList() bool {
	id := d.ID()
	return id.Kind == resourceListKind && id.Group() == resourceListGroup
}

// FindResourceList returns the ResourceList of a stream, nil when there is none.
// It is one only where nothing but comments stands beside it, as for kustomize.
func FindResourceList(docs []*Document) *Document {
	var found *Document
	for _, d := range docs {
		switch {
		case d.IsResourceList() && found == nil:
			found = d
		case !commentOnly(d.raw):
			return nil
		}
	}
	return found
}

// OpenResourceList takes a ResourceList apart as OpenList does. Each item knows
// the file that its path annotation names.
func OpenResourceList(d *Document) (*List, error) {
	l, err := OpenList(d)
	if err != nil {
		return nil, err
	}
	items := Resolve(child(d.root, "items"))
	for _, item := range l.Items {
		item.Origin.Source = annotationOf(items.Content[l.slots[item].index], PathAnnotations)
		item.id = nil
	}
	return l, nil
}

// Index is the place of an item among the documents of its file, -1 where the
// orchestrator did not say.
func (l *List) Index(item *Document) int {
	root, err := item.Root()
	if err != nil {
		return -1
	}
	n, err := strconv.Atoi(annotationOf(root, IndexAnnotations))
	if err != nil {
		return -1
	}
	return n
}

// Strays are the positions in items of what is no object.
func (l *List) Strays() []int {
	var strays []int
	for i := range l.order {
		if !slices.ContainsFunc(l.Items, func(d *Document) bool { return l.slots[d].index == i }) {
			strays = append(strays, i)
		}
	}
	return strays
}

// annotationOf returns the first of these annotations that is set, or "".
func annotationOf(object *Node, names []string) string {
	annotations := child(child(object, "metadata"), "annotations")
	for _, name := range names {
		if value := strings.TrimSpace(scalarText(child(annotations, name))); value != "" {
			return value
		}
	}
	return ""
}

// Part makes a document of one field of an object, such as the functionConfig of
// a ResourceList, nil when it is not a map. Its lines count from its own first line.
func (d *Document) Part(key string) *Document {
	root, err := d.Root()
	if err != nil {
		return nil
	}
	_, n := entry(root, key)
	if n == nil || Resolve(n).Kind != yaml.MappingNode {
		return nil
	}
	l := &List{Whole: d, slots: map[*Document]slot{}}
	var b *box
	if layout, err := newLayout(d.raw, root); err == nil {
		b = layout.boxes[n]
	}
	l.take(0, n, b, n.Style&yaml.FlowStyle != 0)
	return l.Items[0]
}
