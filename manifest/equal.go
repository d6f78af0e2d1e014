package manifest

import (
	"strings"

	"go.yaml.in/yaml/v3"
)

// Equal reports whether two nodes mean the same to Kubernetes: same kinds, same
// keys in any order, same items, scalars of the same type and value. Layout,
// comments, anchors and quotes do not count; 1 and 1.0 differ, and so do
// integers that only a float would make the same.
func Equal(a, b *Node) bool {
	a, b = Resolve(a), Resolve(b)
	if a == nil || b == nil {
		return a == b
	}
	if a == b {
		return true
	}
	if a.Kind != b.Kind || len(a.Content) != len(b.Content) {
		return false
	}
	switch a.Kind {
	case yaml.ScalarNode:
		return equalScalar(a, b)
	case yaml.MappingNode:
		return equalMapping(a, b)
	}
	for i := range a.Content {
		if !Equal(a.Content[i], b.Content[i]) {
			return false
		}
	}
	return true
}

func equalMapping(a, b *Node) bool {
	inOrder := true
	for i := 0; i+1 < len(a.Content) && inOrder; i += 2 {
		inOrder = sameKey(a.Content[i], b.Content[i])
	}
	if inOrder {
		for i := 1; i < len(a.Content); i += 2 {
			if key := a.Content[i-1]; key.Kind != yaml.ScalarNode && !Equal(key, b.Content[i-1]) || !Equal(a.Content[i], b.Content[i]) {
				return false
			}
		}
		return true
	}
	values := map[string][]*Node{} // a list, since keys may be duplicates
	for i := 0; i+1 < len(b.Content); i += 2 {
		key := mappingKey(b.Content[i])
		values[key] = append(values[key], b.Content[i+1])
	}
	for i := 0; i+1 < len(a.Content); i += 2 {
		key := mappingKey(a.Content[i])
		if len(values[key]) == 0 || !Equal(a.Content[i+1], values[key][0]) {
			return false
		}
		values[key] = values[key][1:]
	}
	return true
}

func sameKey(a, b *Node) bool {
	return a.Value == b.Value && a.Style == b.Style && a.Tag == b.Tag && a.Kind == b.Kind || mappingKey(a) == mappingKey(b)
}

// mappingKey is KeyText that keeps a merge key apart from a quoted "<<".
func mappingKey(key *Node) string {
	if isMerge(key) {
		return "\x00<<"
	}
	return KeyText(key)
}

func equalScalar(a, b *Node) bool {
	if a.Value == b.Value && a.Style == b.Style && a.Tag == b.Tag {
		return true
	}
	x, y := scalarValue(a), scalarValue(b)
	f, isFloat := x.(float64)
	g, bothFloat := y.(float64)
	if !isFloat || !bothFloat {
		return x == y && customTag(a) == customTag(b)
	}
	if isDigits(a.Value) && isDigits(b.Value) {
		return a.Value == b.Value
	}
	return f == g || f != f && g != g
}

// isDigits reports whether a number is an integer, however long.
func isDigits(s string) bool {
	s = strings.TrimLeft(s, "+-")
	return s != "" && strings.Trim(s, "0123456789") == ""
}

// customTag returns an explicit tag that scalarValue does not interpret.
func customTag(n *Node) string {
	if n.Style&yaml.TaggedStyle == 0 {
		return ""
	}
	switch n.Tag {
	case "!!str", "!!int", "!!bool", "!!float", "!!null", "!!binary":
		return ""
	}
	return n.Tag
}
