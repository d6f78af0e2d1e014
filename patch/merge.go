package patch

import (
	"fmt"
	"slices"
	"strings"

	"github.com/helmx-dev/helmx/manifest"
	"go.yaml.in/yaml/v3"
)

// merger does a strategic merge as Kubernetes' API conventions describe it
// (sig-api-machinery/strategic-merge-patch.md).
type merger struct {
	apiVersion, kind string
	keys             ListKeys
	removed          []removal
}

// removal is a field that a merge took away, and the node that says so.
type removal struct {
	path manifest.Path
	by   *manifest.Node
}

func (m *merger) remove(path manifest.Path, by *manifest.Node) {
	m.removed = append(m.removed, removal{path, by})
}

// removeAll notes that every field of n goes.
func (m *merger) removeAll(n *manifest.Node, path manifest.Path, by *manifest.Node) {
	for i := 0; i+1 < len(n.Content); i += 2 {
		m.remove(path.Child(manifest.KeyText(n.Content[i])), by)
	}
}

// listKeys asks the built-in table first.
func (m *merger) listKeys(fields []string) (keys []string, set bool) {
	if keys, set = builtinListKeys(m.apiVersion, m.kind, fields); keys != nil || set || m.keys == nil {
		return keys, set
	}
	return m.keys.ListKeys(m.apiVersion, m.kind, fields)
}

const (
	directive      = "$patch"
	retainKeys     = "$retainKeys"
	deleteFromList = "$deleteFromPrimitiveList/"
)

// merge merges the mapping patch into the mapping n. fields are the names that
// lead to it, path the way a message shows.
func (m *merger) merge(n, patch *manifest.Node, fields []string, path manifest.Path) *problem {
	d, p := directiveOf(patch, path)
	if p != nil {
		return p
	}
	if d == "replace" || d == "delete" {
		m.removeAll(n, path, directiveNode(patch))
		n.Content = nil
		if d == "replace" {
			n.Content = m.fresh(patch).Content
		}
		return nil
	}
	for i := 0; i+1 < len(patch.Content); i += 2 {
		key, value := manifest.KeyText(patch.Content[i]), patch.Content[i+1]
		var p *problem
		if strings.HasPrefix(key, "$") {
			p = m.directive(n, key, patch.Content[i], value, path)
		} else {
			p = m.entry(n, key, value, append(slices.Clip(fields), key), path.Child(key))
		}
		if p != nil {
			return p
		}
	}
	return nil
}

func directiveNode(patch *manifest.Node) *manifest.Node {
	_, v := manifest.Lookup(patch, directive)
	return v
}

// directiveOf returns the value of `$patch`, "merge" without one.
func directiveOf(patch *manifest.Node, path manifest.Path) (string, *problem) {
	v := directiveNode(patch)
	if v == nil {
		return "merge", nil
	}
	if !slices.Contains([]string{"merge", "replace", "delete"}, v.Value) {
		return "", &problem{code: codeMerge, path: path, by: v, message: fmt.Sprintf("$patch is %q: merge, replace and delete are known", v.Value)}
	}
	return v.Value, nil
}

// directive obeys the keys that begin with a dollar sign.
func (m *merger) directive(n *manifest.Node, key string, keyNode, value *manifest.Node, path manifest.Path) *problem {
	switch {
	case key == directive:
		return nil
	case key == retainKeys && isList(value):
		for i := len(n.Content) - 2; i >= 0; i -= 2 {
			if !containsScalar(value, manifest.Value(n.Content[i])) {
				m.remove(path.Child(manifest.KeyText(n.Content[i])), keyNode)
				n.Content = slices.Delete(n.Content, i, i+2)
			}
		}
		return nil
	case strings.HasPrefix(key, deleteFromList) && isList(value):
		_, list := manifest.Lookup(n, strings.TrimPrefix(key, deleteFromList))
		if isList(list) {
			list.Content = slices.DeleteFunc(list.Content, func(item *manifest.Node) bool {
				return isScalar(item) && containsScalar(value, manifest.Value(item))
			})
		}
		return nil
	}
	return &problem{
		code: codeMerge, path: path, by: keyNode,
		message: fmt.Sprintf("unknown directive %q, or a value that does not fit it", key),
		hint:    "$patch (merge, replace, delete), $retainKeys: [...] and $deleteFromPrimitiveList/FIELD: [...] are known",
	}
}

func containsScalar(list *manifest.Node, v any) bool {
	return slices.ContainsFunc(list.Content, func(item *manifest.Node) bool { return isScalar(item) && manifest.Value(item) == v })
}

// entry merges one key of a patch.
func (m *merger) entry(n *manifest.Node, key string, value *manifest.Node, fields []string, path manifest.Path) *problem {
	_, old := manifest.Lookup(n, key)
	if isNull(value) {
		if old != nil {
			m.remove(path, value)
			manifest.RemoveKey(n, key)
		}
		return nil
	}
	if isNull(old) {
		if d, p := directiveOf(value, path); p != nil || d == "delete" {
			return p
		}
		manifest.SetKey(n, key, m.fresh(value))
		return nil
	}
	if old.Kind != value.Kind {
		return &problem{
			code: codeClash, path: path, at: old, by: value,
			message: fmt.Sprintf("%s is %s, and the patch has %s", path, manifest.KindName(old), manifest.KindName(value)),
			hint:    "give a value of the same type",
		}
	}
	kept := own(n, key, old)
	if kept != old {
		manifest.SetKey(n, key, kept)
	}
	switch {
	case isMap(kept):
		if d, _ := directiveOf(value, path); d == "delete" {
			m.remove(path, directiveNode(value))
			manifest.RemoveKey(n, key)
			return nil
		}
		return m.merge(kept, value, fields, path)
	case isList(kept):
		return m.list(kept, value, fields, path)
	}
	if !manifest.Equal(kept, value) {
		manifest.SetKey(n, key, m.fresh(value))
	}
	return nil
}

// list merges a list by its merge keys, as a set, or replaces it.
func (m *merger) list(n, patch *manifest.Node, fields []string, path manifest.Path) *problem {
	keys, set := m.listKeys(fields)
	items, replace, p := splitDirectives(patch, path)
	switch {
	case p != nil:
		return p
	case set && !replace:
		for _, item := range items {
			if !slices.ContainsFunc(n.Content, func(old *manifest.Node) bool { return manifest.Equal(old, item) }) {
				n.Content = append(n.Content, m.fresh(item))
			}
		}
		return nil
	case len(keys) == 0 || replace:
		fresh := m.fresh(&manifest.Node{Kind: yaml.SequenceNode, Content: items, Style: patch.Style})
		if !manifest.Equal(n, fresh) {
			n.Content = fresh.Content
		}
		return nil
	}
	for _, item := range items {
		if p := m.item(n, item, keys, fields, path); p != nil {
			return p
		}
	}
	return nil
}

// splitDirectives takes the item `$patch: replace` out of a list: the items
// beside it are the new list.
func splitDirectives(patch *manifest.Node, path manifest.Path) (items []*manifest.Node, replace bool, p *problem) {
	for _, item := range patch.Content {
		if d, p := directiveOf(item, path); p != nil {
			return nil, false, p
		} else if d == "replace" && len(item.Content) == 2 {
			replace = true
			continue
		}
		items = append(items, item)
	}
	return items, replace, nil
}

// item merges one item of a keyed list.
func (m *merger) item(n, item *manifest.Node, keys, fields []string, path manifest.Path) *problem {
	if !isMap(item) {
		return &problem{code: codeClash, path: path, at: n, by: item,
			message: fmt.Sprintf("the items of %s are maps, and the patch has %s", path, manifest.KindName(item))}
	}
	step, p := stepTo(item, keys, path)
	if p != nil {
		return p
	}
	found, miss := manifest.Path{step}.Find(n)
	d, p := directiveOf(item, path)
	switch {
	case p != nil:
		return p
	case d == "delete":
		for _, f := range found {
			n.Content = slices.DeleteFunc(n.Content, func(c *manifest.Node) bool { return c == f.Node })
		}
		return nil
	case miss != nil:
		n.Content = append(n.Content, m.fresh(item))
		return nil
	}
	return m.merge(found[0].Node, item, fields, append(slices.Clip(slices.Clone(path)), step))
}

// stepTo returns the predicate that selects the item of the same keys. A key
// that the item lacks takes no part, as long as one is there: a port without
// protocol means the port of any.
func stepTo(item *manifest.Node, keys []string, path manifest.Path) (manifest.Step, *problem) {
	step := manifest.Step{Kind: manifest.Match}
	for _, key := range keys {
		if _, v := manifest.Lookup(item, key); isScalar(v) {
			step.Fields = append(step.Fields, manifest.Field{Name: key, Value: v.Value})
		}
	}
	if len(step.Fields) == 0 {
		return step, &problem{code: codeMerge, path: path, by: item,
			message: fmt.Sprintf("an item for %s has no %q, by which its items are told apart", path, keys[0])}
	}
	return step, nil
}

// fresh returns a copy of a patch node for a place where nothing was: without
// nulls and directives, which only say what to remove.
func (m *merger) fresh(patch *manifest.Node) *manifest.Node {
	c := manifest.Copy(patch)
	prune(c)
	return c
}

func prune(n *manifest.Node) {
	var content []*manifest.Node
	if isMap(n) {
		for i := 0; i+1 < len(n.Content); i += 2 {
			if !strings.HasPrefix(n.Content[i].Value, "$") && !isNull(n.Content[i+1]) {
				content = append(content, n.Content[i], n.Content[i+1])
			}
		}
		n.Content = content
	} else if isList(n) {
		n.Content = slices.DeleteFunc(n.Content, func(item *manifest.Node) bool {
			_, d := manifest.Lookup(item, directive)
			return d != nil && d.Value != "merge" && (d.Value == "delete" || len(item.Content) == 2)
		})
	}
	for _, c := range n.Content {
		prune(c)
	}
}
