package patch

import (
	"github.com/helmx-dev/helmx/manifest"
	"go.yaml.in/yaml/v3"
)

// mergeJSON does a JSON Merge Patch (RFC 7386): maps are merged, null removes a
// key, and anything else replaces what was there, whatever its type. A root that
// is changed by a patch that is no map becomes that patch. Values that are equal
// already stay the nodes they are.
func mergeJSON(root, patch *manifest.Node) ([]removal, *problem) {
	var m jsonMerger
	m.merge(root, patch, nil)
	return m.removed, nil
}

type jsonMerger struct{ removed []removal }

func (m *jsonMerger) merge(n, patch *manifest.Node, path manifest.Path) {
	if !isMap(patch) {
		if !manifest.Equal(n, patch) {
			*n = *manifest.Copy(patch)
		}
		return
	}
	if !isMap(n) {
		*n = *newMap()
		n.Line, n.Column, n.Style = patch.Line, patch.Column, patch.Style
	}
	for i := 0; i+1 < len(patch.Content); i += 2 {
		key := manifest.KeyText(patch.Content[i])
		m.entry(n, key, patch.Content[i+1], path.Child(key))
	}
}

func (m *jsonMerger) entry(n *manifest.Node, key string, value *manifest.Node, path manifest.Path) {
	_, old := manifest.Lookup(n, key)
	if isNull(value) {
		if manifest.RemoveKey(n, key) {
			m.removed = append(m.removed, removal{path, value})
		}
		return
	}
	if old == nil {
		old = &manifest.Node{Kind: yaml.ScalarNode, Tag: "!!null", Value: "null"} // gives way to anything
	}
	kept := own(n, key, old)
	m.merge(kept, value, path)
	manifest.SetKey(n, key, kept)
}
