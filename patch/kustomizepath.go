package patch

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/helmx-dev/helmx/manifest"
	"go.yaml.in/yaml/v3"
)

// fieldPath is a path of a replacement: keys, indexes, [field=expression] for the
// items of a list, and * for all of them.
type fieldPath struct {
	keys []string
	text string    // as written
	make yaml.Kind // what to make at its end, and the way there; 0: nothing
}

// splitFieldPath splits a path at its dots. What stands in brackets is one part,
// and so is what a backslash joins; brackets around a key are dropped.
func splitFieldPath(path string) []string {
	var parts []string
	split := splitEscaped(path, ".")
	for i := 0; i < len(split); i++ {
		part := split[i]
		if strings.HasPrefix(part, "[") {
			for !strings.HasSuffix(part, "]") && i+1 < len(split) {
				i++
				part += "." + split[i]
			}
			if !strings.Contains(part, "=") {
				part = strings.TrimSuffix(strings.TrimPrefix(part, "["), "]")
			}
		}
		parts = append(parts, part)
	}
	return parts
}

// find returns the nodes that the path leads to.
func (f fieldPath) find(root *manifest.Node) ([]*manifest.Node, *problem) {
	return f.from(root, f.keys)
}

func (f fieldPath) from(n *manifest.Node, keys []string) ([]*manifest.Node, *problem) {
	if len(keys) == 0 {
		return []*manifest.Node{n}, nil
	}
	key := keys[0]
	switch {
	case isIndex(key) && !isMap(n):
		return f.index(n, keys)
	case strings.HasPrefix(key, "[") && strings.HasSuffix(key, "]"):
		return f.matching(n, keys)
	case key == "*":
		if !isList(n) {
			return nil, f.clash(n, "a list")
		}
		return f.each(n.Content, keys[1:])
	}
	return f.field(n, keys)
}

func isIndex(key string) bool {
	i, err := strconv.Atoi(key)
	return err == nil && i >= 0
}

func (f fieldPath) each(items []*manifest.Node, keys []string) ([]*manifest.Node, *problem) {
	var found []*manifest.Node
	for _, item := range items {
		more, p := f.from(item, keys)
		if p != nil {
			return nil, p
		}
		found = append(found, more...)
	}
	return found, nil
}

func (f fieldPath) field(n *manifest.Node, keys []string) ([]*manifest.Node, *problem) {
	if isNull(n) && f.make != 0 {
		become(n, yaml.MappingNode)
	}
	if !isMap(n) {
		return nil, f.clash(n, "a map")
	}
	_, v := manifest.Lookup(n, keys[0])
	switch {
	case v == nil && f.make == 0:
		return nil, nil
	case v == nil:
		v = &manifest.Node{Kind: f.kindFor(keys[1:])}
		manifest.SetKey(n, keys[0], v)
	default:
		v = owned(n, keys[0], v)
	}
	return f.from(v, keys[1:])
}

// kindFor is the kind of node that the rest of a path needs.
func (f fieldPath) kindFor(rest []string) yaml.Kind {
	switch {
	case len(rest) == 0:
		return f.make
	case isIndex(rest[0]), rest[0] == "*", strings.HasPrefix(rest[0], "["):
		return yaml.SequenceNode
	}
	return yaml.MappingNode
}

func (f fieldPath) index(n *manifest.Node, keys []string) ([]*manifest.Node, *problem) {
	if !isList(n) {
		return nil, f.clash(n, "a list")
	}
	i, err := strconv.Atoi(keys[0])
	if err == nil && i == len(n.Content) && f.make != 0 {
		n.Content = append(n.Content, &manifest.Node{Kind: f.kindFor(keys[1:])})
	}
	if err != nil || i >= len(n.Content) {
		return nil, &problem{code: codePath, at: n, message: fmt.Sprintf("%s: there is no item %s in a list of %d", f.text, keys[0], len(n.Content))}
	}
	return f.from(n.Content[i], keys[1:])
}

// matching takes the items of a list whose field, or which themselves, match a
// regular expression. It is not for the whole text, as in kustomize.
func (f fieldPath) matching(n *manifest.Node, keys []string) ([]*manifest.Node, *problem) {
	field, expression, ok := strings.Cut(keys[0][1:len(keys[0])-1], "=")
	re, err := regexp.Compile(expression)
	switch {
	case !ok || err != nil:
		return nil, &problem{code: codePathSyntax, message: fmt.Sprintf("%s: %s is no [field=expression]", f.text, keys[0])}
	case !isList(n):
		return nil, f.clash(n, "a list")
	}
	var found []*manifest.Node
	for _, item := range n.Content {
		v := item
		if field != "" {
			_, v = manifest.Lookup(item, field)
		}
		if isScalar(v) && re.MatchString(strings.TrimSpace(v.Value)) {
			found = append(found, item)
		}
	}
	if len(found) == 0 && f.make != 0 {
		item := manifest.NewNode(expression)
		if field != "" {
			item = newMap()
			manifest.SetKey(item, field, &manifest.Node{Kind: yaml.ScalarNode, Value: expression})
		}
		n.Content = append(n.Content, item)
		found = []*manifest.Node{item}
	}
	if field == "" {
		return found, nil // an item that is a scalar has nothing inside
	}
	return f.each(found, keys[1:])
}

func (f fieldPath) clash(n *manifest.Node, want string) *problem {
	return &problem{code: codeClash, at: n, message: fmt.Sprintf("%s: %s stands on the way, expected %s", f.text, manifest.KindName(n), want)}
}

// missing says how far the path leads.
func (f fieldPath) missing(root *manifest.Node) *problem {
	n, at := root, "the object"
	for i, key := range f.keys {
		next := lookupPart(n, key)
		if next != nil {
			n, at = next, strings.Join(f.keys[:i+1], ".")
			continue
		}
		step := manifest.Step{Kind: manifest.Key, Key: key}
		if field, value, ok := strings.Cut(strings.Trim(key, "[]"), "="); ok && isList(n) {
			step = manifest.Step{Kind: manifest.Match, Fields: []manifest.Field{{Name: field, Value: value}}}
		}
		if _, miss := (manifest.Found{Node: n}).Step(manifest.Path{step}, 0); miss != nil {
			miss.Reason = fmt.Sprintf("%s leads nowhere: %s has no %s", f.text, at, key)
			return &problem{code: codePath, at: n, miss: miss}
		}
		break
	}
	return &problem{code: codePath, at: n, message: fmt.Sprintf("%s holds nothing", f.text)}
}
