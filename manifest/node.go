package manifest

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// NewNode is the inverse of Value: it makes a node of nil, bool, string, any
// integer or float, []any, map[string]any, and of values built from these.
// Strings that either YAML version would read as something else are quoted,
// and maps are sorted by key. The node has no position.
func NewNode(v any) *Node {
	switch v := v.(type) {
	case nil:
		return scalar("!!null", "null")
	case bool:
		return scalar("!!bool", strconv.FormatBool(v))
	case string:
		return NewString(v)
	case float64:
		return scalar("!!float", formatFloat(v))
	case float32:
		return scalar("!!float", formatFloat(float64(v)))
	case int, int8, int16, int32, int64, uint, uint8, uint16, uint32, uint64:
		return scalar("!!int", fmt.Sprint(v))
	case []any:
		n := &Node{Kind: yaml.SequenceNode, Tag: "!!seq"}
		for _, item := range v {
			n.Content = append(n.Content, NewNode(item))
		}
		return n
	case map[string]any:
		n := &Node{Kind: yaml.MappingNode, Tag: "!!map"}
		for _, key := range slices.Sorted(maps.Keys(v)) {
			n.Content = append(n.Content, NewString(key), NewNode(v[key]))
		}
		return n
	case *Node:
		return Clone(v)
	}
	return otherNode(v)
}

// otherNode goes through YAML for types outside the ones Value returns.
func otherNode(v any) *Node {
	var n Node
	if text, err := yaml.Marshal(v); err == nil && yaml.Unmarshal(text, &n) == nil && len(n.Content) > 0 {
		return NewNode(Value(&n))
	}
	return NewString(fmt.Sprint(v))
}

func scalar(tag, value string) *Node { return &Node{Kind: yaml.ScalarNode, Tag: tag, Value: value} }

// NewString makes a string node: a literal block for several lines, quoted
// where plain text would be something else.
func NewString(s string) *Node {
	n := scalar("!!str", s)
	switch {
	case strings.Contains(s, "\n") && literalSafe(s):
		n.Style = yaml.LiteralStyle
	case !plainSafe(s):
		n.Style = yaml.DoubleQuotedStyle
	}
	return n
}

// formatFloat keeps a float a float: 1 is written 1.0. Kubernetes sees no
// difference, but a reader does.
func formatFloat(f float64) string {
	switch {
	case math.IsInf(f, 1):
		return ".inf"
	case math.IsInf(f, -1):
		return "-.inf"
	case math.IsNaN(f):
		return ".nan"
	}
	s := strconv.FormatFloat(f, 'g', -1, 64)
	if !strings.ContainsAny(s, ".e") {
		s += ".0"
	}
	return s
}

// Clone returns a deep copy without positions, for nodes that go from one
// document into another. Aliases are replaced by what they stand for.
func Clone(n *Node) *Node {
	if n == nil {
		return nil
	}
	c := copyTree(Resolve(n), nil)
	forgetPositions(c)
	return c
}

// Copy returns a deep copy that keeps positions, for nodes that Edit shall
// attribute to their place in another file. Aliases are replaced by what they
// stand for, and merge keys are resolved.
func Copy(n *Node) *Node {
	c := copyTree(Resolve(n), nil)
	resolveMerges(c)
	return c
}

// resolveMerges moves what `<<` brings in into the mapping itself.
func resolveMerges(n *Node) {
	for _, c := range n.Content {
		resolveMerges(c)
	}
	if n.Kind != yaml.MappingNode {
		return
	}
	var content []*Node
	for i := 0; i+1 < len(n.Content); i += 2 {
		if !isMerge(n.Content[i]) && !isHidden(n, i) {
			content = append(content, n.Content[i], n.Content[i+1])
		}
	}
	merged := &Node{Kind: yaml.MappingNode, Content: content}
	for i := len(n.Content) - 2; i >= 0; i -= 2 {
		if !isMerge(n.Content[i]) {
			continue
		}
		for _, from := range mergeSources(n.Content[i+1]) {
			for j := 0; j+1 < len(from.Content); j += 2 {
				if _, v := entry(merged, KeyText(from.Content[j])); v == nil {
					merged.Content = append(merged.Content, from.Content[j], from.Content[j+1])
				}
			}
		}
	}
	n.Content = merged.Content
}

// isHidden reports whether a `<<` below entry i of a mapping overrides it.
func isHidden(n *Node, i int) bool {
	for j := i + 2; j+1 < len(n.Content); j += 2 {
		if !isMerge(n.Content[j]) {
			continue
		}
		for _, from := range mergeSources(n.Content[j+1]) {
			if child(from, KeyText(n.Content[i])) != nil {
				return true
			}
		}
	}
	return false
}

// Lookup returns the key node and the value of a key, nil when there is none.
// Of duplicate keys it returns the last, which is the one that counts; what `<<`
// brings in is found in its source.
func Lookup(n *Node, key string) (k, v *Node) { return entry(n, key) }

// SetKey sets a key of a mapping: the last one of that name, or a new one at the
// end. It does not change what `<<` brings in, but overrides it: where a `<<` below
// the key would hide it, what that brings in becomes part of the mapping first.
func SetKey(n *Node, key string, value *Node) {
	for i := len(n.Content) - 2; i >= 0; i -= 2 {
		if isMerge(n.Content[i]) || !matchesKey(n.Content[i], key) {
			continue
		}
		if isHidden(n, i) {
			resolveMerges(n)
			SetKey(n, key, value)
			return
		}
		n.Content[i+1] = value
		return
	}
	name := NewString(key)
	name.Line, name.Column = value.Line, value.Column
	n.Content = append(n.Content, name, value)
}

// RemoveKey removes every entry of that key from a mapping and reports whether
// there was one. What `<<` brings in becomes part of the mapping first if it has
// the key.
func RemoveKey(n *Node, key string) bool {
	if _, v := entry(n, key); v == nil {
		return false
	}
	var content []*Node
	for i := 0; i+1 < len(n.Content); i += 2 {
		if isMerge(n.Content[i]) || !matchesKey(n.Content[i], key) {
			content = append(content, n.Content[i], n.Content[i+1])
		}
	}
	n.Content = content
	if _, v := entry(n, key); v != nil {
		resolveMerges(n)
		return RemoveKey(n, key)
	}
	return true
}

func matchesKey(k *Node, key string) bool {
	return k.Kind == yaml.ScalarNode && k.Value == key || !isPlainlyString(k) && KeyText(k) == key
}

func forgetPositions(n *Node) {
	n.Line, n.Column = 0, 0
	for _, c := range n.Content {
		forgetPositions(c)
	}
}

// copyTree copies a tree with positions and comments. Aliases become copies of
// their target without its anchor. was, where given, learns the original of
// every copy.
func copyTree(n *Node, was map[*Node]*Node) *Node {
	c := *n
	if n.Kind == yaml.AliasNode {
		c = *copyTree(n.Alias, nil)
		c.Anchor = ""
	} else {
		c.Content = make([]*Node, len(n.Content))
		for i, child := range n.Content {
			c.Content[i] = copyTree(child, was)
		}
	}
	if was != nil {
		was[&c] = n
	}
	return &c
}
