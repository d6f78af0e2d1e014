package lint

import (
	"maps"
	"slices"
	"strings"

	"github.com/helmx-dev/helmx/manifest"
)

// labelSet is a set of labels, or a selector made of them.
type labelSet map[string]string

// labels reads a map of texts below a place, such as metadata.labels.
func (o *Object) labels(at manifest.Found, path string) labelSet {
	set := labelSet{}
	for _, entry := range entries(first(o.below(at, path))) {
		set[manifest.KeyText(entry.Key)] = text(entry.Node)
	}
	return set
}

// labelsAt reads a map of texts in the object, such as spec.selector.
func (o *Object) labelsAt(path string) labelSet {
	return o.labels(manifest.Found{Node: o.Root()}, path)
}

// Labels returns the object's own labels.
func (o *Object) Labels() labelSet { return o.labelsAt("metadata.labels") }

// matches reports whether a selector chooses what carries the labels; an empty
// one chooses everything.
func (selector labelSet) matches(labels labelSet) bool {
	for name, value := range selector {
		if v, ok := labels[name]; !ok || v != value {
			return false
		}
	}
	return true
}

// String is the notation of kubectl: app=shop,version=v1.
func (selector labelSet) String() string {
	var b strings.Builder
	for i, name := range slices.Sorted(maps.Keys(selector)) {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(name + "=" + selector[name])
	}
	return b.String()
}
