package schema

import (
	"strconv"

	"github.com/helmx-dev/helmx/manifest"
	"go.yaml.in/yaml/v3"
)

// locate follows a path of keys and indexes as far as it exists, and returns
// the node to mark - the key's own node if key is set, else the value - and the
// path with items named by their name where that is unambiguous. Where the path
// leads nowhere the node is the key of the last mapping there is, or that
// mapping itself at the root.
func locate(root *manifest.Node, p manifest.Path, key bool) (*manifest.Node, manifest.Path) {
	n, mark := manifest.Resolve(root), root
	named := make(manifest.Path, 0, len(p))
	for i, step := range p {
		last := i == len(p)-1
		k, value := child(n, step)
		named = append(named, itemStep(n, step))
		if value == nil {
			return mark, append(named, p[i+1:]...)
		}
		n = manifest.Resolve(value)
		switch {
		case last && key && k != nil:
			return k, named
		case last:
			return markOf(k, value), named
		case k != nil:
			mark = k
		default:
			mark = value
		}
	}
	return root, named
}

// markOf prefers the value; a container is marked by its key, since its own
// position is the line below.
func markOf(key, value *manifest.Node) *manifest.Node {
	if key != nil && value.Kind != yaml.ScalarNode && value.Kind != yaml.AliasNode {
		return key
	}
	if value.Kind == yaml.ScalarNode && value.Value == "" && value.Style == 0 && key != nil {
		return key
	}
	return value
}

// child returns what a step leads to, and the key node when it leads there by a
// key. A merged key (<<) is found where it is written.
func child(n *manifest.Node, step manifest.Step) (key, value *manifest.Node) {
	if step.Kind == manifest.Index {
		if n.Kind == yaml.SequenceNode && step.Index < len(n.Content) {
			return nil, n.Content[step.Index]
		}
		return nil, nil
	}
	if n.Kind != yaml.MappingNode {
		return nil, nil
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		switch k := n.Content[i]; {
		case k.Tag == "!!merge":
			if mk, mv := merged(n.Content[i+1], step); mv != nil && value == nil {
				key, value = mk, mv
			}
		case manifest.KeyText(k) == step.Key:
			key, value = k, n.Content[i+1]
		}
	}
	return key, value
}

func merged(from *manifest.Node, step manifest.Step) (key, value *manifest.Node) {
	from = manifest.Resolve(from)
	if from.Kind != yaml.SequenceNode {
		return child(from, step)
	}
	for _, source := range from.Content {
		if key, value = child(manifest.Resolve(source), step); value != nil {
			return key, value
		}
	}
	return nil, nil
}

// itemStep replaces an index by [name=x] where all items of the list have a
// name of their own: that is how people speak of containers and ports.
func itemStep(n *manifest.Node, step manifest.Step) manifest.Step {
	if step.Kind != manifest.Index || n.Kind != yaml.SequenceNode {
		return step
	}
	seen, name := map[string]bool{}, ""
	for i, item := range n.Content {
		_, v := child(manifest.Resolve(item), manifest.Step{Kind: manifest.Key, Key: "name"})
		if v == nil || v.Kind != yaml.ScalarNode || v.ShortTag() != "!!str" || v.Value == "" || seen[v.Value] {
			return step
		}
		seen[v.Value] = true
		if i == step.Index {
			name = v.Value
		}
	}
	return manifest.Step{Kind: manifest.Match, Fields: []manifest.Field{{Name: "name", Value: name}}}
}

// valueAt follows a JSON path in a value.
func valueAt(v any, p manifest.Path) any {
	for _, step := range p {
		switch c := v.(type) {
		case map[string]any:
			v = c[step.Key]
		case []any:
			if step.Index >= len(c) {
				return nil
			}
			v = c[step.Index]
		default:
			return nil
		}
	}
	return v
}

// instancePath turns words of a JSON pointer into a path through a value.
func instancePath(v any, words []string) manifest.Path {
	p := make(manifest.Path, 0, len(words))
	for _, w := range words {
		step := manifest.Step{Kind: manifest.Key, Key: w}
		if items, ok := v.([]any); ok {
			i, err := strconv.Atoi(w)
			if err != nil || i < 0 || i >= len(items) {
				return p
			}
			step = manifest.Step{Kind: manifest.Index, Index: i}
			v = items[i]
		} else {
			m, _ := v.(map[string]any)
			v = m[w]
		}
		p = append(p, step)
	}
	return p
}
