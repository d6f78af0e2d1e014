package schema

import (
	"encoding/json"

	"github.com/helmx-dev/helmx/schema/internal/pack"
)

// prepare does to a value what the server does before it validates: fields that
// are null are removed, except where null is a value of its own, and the
// defaults of custom resources are filled in, since whether two fields may
// stand together can depend on them.
func (l *library) prepare(n *pack.Node, v any, as dialect) {
	n = l.resolve(n, as)
	switch v := v.(type) {
	case map[string]any:
		l.prepareMap(n, v, as)
	case []any:
		var items *pack.Node
		if n != nil {
			items = n.Items
		}
		for _, x := range v {
			if isContainer(x) {
				l.prepare(items, x, as)
			}
		}
	}
}

func (l *library) prepareMap(n *pack.Node, m map[string]any, as dialect) {
	for key, x := range m {
		if child := childNode(n, key); x == nil && (child == nil || !child.Nullable) {
			delete(m, key)
		}
	}
	if n != nil && as == custom {
		for name, p := range n.Properties {
			if _, set := m[name]; !set && p.Default != nil {
				m[name] = documentValue(p.Default)
			}
		}
	}
	for key, x := range m {
		if isContainer(x) {
			l.prepare(childNode(n, key), x, as)
		}
	}
}

// documentValue copies a value of a schema, with numbers as documents have them.
func documentValue(v any) any {
	return copyValue(v, func(leaf any) any {
		n, ok := leaf.(json.Number)
		if !ok {
			return leaf
		}
		if i, err := n.Int64(); err == nil {
			return i
		}
		f, _ := n.Float64()
		return f
	})
}

// copyValue copies maps and lists; leaf makes the copies of anything else.
func copyValue(v any, leaf func(any) any) any {
	switch v := v.(type) {
	case map[string]any:
		out := make(map[string]any, len(v))
		for k, x := range v {
			out[k] = copyValue(x, leaf)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, x := range v {
			out[i] = copyValue(x, leaf)
		}
		return out
	}
	return leaf(v)
}

// childNode returns the schema of a field; nil when there is none.
func childNode(n *pack.Node, key string) *pack.Node {
	switch {
	case n == nil:
		return nil
	case n.Properties[key] != nil:
		return n.Properties[key]
	case n.Additional != nil:
		return n.Additional.Schema
	}
	return nil
}
