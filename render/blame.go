package render

import (
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/helmx-dev/helmx/manifest"
)

// blame finds the node that keeps Helm from reading a document although it is
// YAML, and says what is expected of it.
func blame(root *manifest.Node) (*manifest.Node, string) {
	if root == nil {
		return nil, ""
	}
	if root.Kind != yaml.MappingNode {
		return root, "a document is a mapping with apiVersion, kind and metadata; a stray word outside of an action is the usual cause"
	}
	if n, hint := badHead(root); n != nil {
		return n, hint
	}
	return notJSON(root)
}

// badHead looks at the fields that Helm reads.
func badHead(root *manifest.Node) (*manifest.Node, string) {
	for key, v := range entries(root) {
		switch strings.ToLower(key.Value) {
		case "apiversion", "kind":
			if v.Kind != yaml.ScalarNode {
				return v, key.Value + " is a string"
			}
		case "metadata":
			if v.Kind != yaml.MappingNode {
				if v.Tag == "!!null" {
					continue
				}
				return v, "metadata is a mapping"
			}
			if n, hint := badMetadata(v); n != nil {
				return n, hint
			}
		}
	}
	return nil, ""
}

func badMetadata(metadata *manifest.Node) (*manifest.Node, string) {
	for key, v := range entries(metadata) {
		switch {
		case strings.EqualFold(key.Value, "name") && v.Kind != yaml.ScalarNode:
			return v, "metadata.name is a string"
		case !strings.EqualFold(key.Value, "annotations") || v.Tag == "!!null":
			continue
		case v.Kind != yaml.MappingNode:
			return v, "metadata.annotations is a mapping"
		}
		for name, value := range entries(v) {
			if value.Kind != yaml.ScalarNode {
				return value, "an annotation is a string: quote the value of " + name.Value
			}
		}
	}
	return nil, ""
}

// notJSON looks for YAML that has no form in JSON.
func notJSON(n *manifest.Node) (*manifest.Node, string) {
	if n.Kind == yaml.MappingNode {
		for key := range entries(n) {
			switch {
			case key.Kind == yaml.MappingNode || key.Kind == yaml.SequenceNode:
				return key, "a key is a scalar; did an expression in double braces stay unrendered? quote the value"
			case key.Tag == "!!null":
				return key, "a key cannot be null: quote it"
			}
		}
	}
	if n.Kind == yaml.ScalarNode && n.Tag == "!!float" {
		if s := strings.ToLower(strings.TrimLeft(n.Value, "+-")); s == ".nan" || s == ".inf" {
			return n, "JSON, and so Kubernetes, has no such number: quote it"
		}
	}
	for _, child := range n.Content {
		if found, hint := notJSON(child); found != nil {
			return found, hint
		}
	}
	return nil, ""
}

// entries yields the keys and values of a mapping; aliases are left alone.
func entries(n *manifest.Node) func(yield func(k, v *manifest.Node) bool) {
	return func(yield func(k, v *manifest.Node) bool) {
		for i := 0; i+1 < len(n.Content); i += 2 {
			if !yield(n.Content[i], n.Content[i+1]) {
				return
			}
		}
	}
}
