package patch

import (
	"slices"

	"github.com/helmx-dev/helmx/manifest"
)

// held is an annotation that is not the user's, as it was before a change.
type held struct {
	name string
	node *manifest.Node
	was  manifest.Node
}

// holdAnnotations returns the annotations that whoever handed the object over
// wants back.
func holdAnnotations(d *manifest.Document, root *manifest.Node) []held {
	_, metadata := manifest.Lookup(root, "metadata")
	_, annotations := manifest.Lookup(metadata, "annotations")
	annotations = manifest.Resolve(annotations)
	if !isMap(annotations) {
		return nil
	}
	var list []held
	for i := 0; i+1 < len(annotations.Content); i += 2 {
		if name := manifest.KeyText(annotations.Content[i]); d.IsBookkeeping(name) {
			node := annotations.Content[i+1]
			list = append(list, held{name, node, *node})
		}
	}
	return list
}

// restore puts back the annotations that a change dropped or overwrote, and
// reports whether it had to. A change of a KRM orchestrator's annotation may be
// meant where its path names it: a function may move an object to another file.
func restore(root *manifest.Node, list []held, path manifest.Path) (restored bool) {
	for _, h := range list {
		now := manifest.Keys("metadata", "annotations", h.name).Get(root)
		if manifest.Equal(now, &h.was) || h.name != manifest.FilenameAnnotation && names(path, h.name) {
			continue
		}
		takeOut(root, h.node)
		*h.node = h.was
		manifest.SetKey(mapAt(mapAt(root, "metadata"), "annotations"), h.name, h.node)
		restored = true
	}
	return restored
}

// names reports whether a path leads to the annotation of that name alone.
func names(path manifest.Path, name string) bool {
	last := len(path) - 1
	return last >= 0 && path[last].Kind == manifest.Key && path[last].Key == name
}

// takeOut removes a node from the mapping that it was moved to: renaming
// metadata.annotations takes all of them along.
func takeOut(root, node *manifest.Node) {
	var in []*manifest.Node
	manifest.Walk(root, func(_ manifest.Path, n *manifest.Node) bool {
		if isMap(n) && slices.Contains(n.Content, node) {
			in = append(in, n)
		}
		return true
	})
	for _, n := range in {
		i := slices.Index(n.Content, node)
		n.Content = slices.Delete(n.Content, i-1, i+1)
	}
}

// mapAt returns the mapping below a key, and makes it if there is none.
func mapAt(n *manifest.Node, key string) *manifest.Node {
	if _, v := manifest.Lookup(n, key); isMap(v) {
		return v
	}
	v := newMap()
	manifest.SetKey(n, key, v)
	return v
}
