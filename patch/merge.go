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
	whole            []manifest.Path                     // lists of named items that were replaced for want of merge keys
	kustomize        bool                                // as kustomize does it, which differs in a few things
	before           map[*manifest.Node][]*manifest.Node // what lists held that are merged
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

// remember keeps what a list held for $setElementOrder, which comes later.
func (m *merger) remember(list *manifest.Node) {
	if m.before == nil {
		m.before = map[*manifest.Node][]*manifest.Node{}
	}
	m.before[list] = slices.Clone(list.Content)
}

// listKeys asks the built-in table first.
func (m *merger) listKeys(fields []string) (keys []string, set bool) {
	if m.kustomize {
		return kustomizeListKeys(m.apiVersion, m.kind, fields)
	}
	if keys, set = BuiltinListKeys(m.apiVersion, m.kind, fields); keys != nil || set || m.keys == nil {
		return keys, set
	}
	return m.keys.ListKeys(m.apiVersion, m.kind, fields)
}

const (
	directive       = "$patch"
	retainKeys      = "$retainKeys"
	deleteFromList  = "$deleteFromPrimitiveList/"
	setElementOrder = "$setElementOrder/"
)

// merge merges the mapping patch into the mapping n. fields are the names that
// lead to it, path the way a message shows.
func (m *merger) merge(n, patch *manifest.Node, fields []string, path manifest.Path) *problem {
	d, p := directiveOf(patch, path)
	if p != nil {
		return p
	}
	if d == "delete" && len(path) == 0 {
		return &problem{code: codeMerge, path: path, by: directiveNode(patch),
			message: "$patch: delete would leave an object without content", hint: "to delete the object, write ensure: absent and no merge"}
	}
	if d == "replace" || d == "delete" {
		m.removeAll(n, path, directiveNode(patch))
		n.Content = nil
		if d == "replace" {
			n.Content = m.fresh(patch).Content
		}
		return nil
	}
	if p := m.retain(n, patch, path); p != nil {
		return p
	}
	for i := 0; i+1 < len(patch.Content); i += 2 {
		key, value := manifest.KeyText(patch.Content[i]), patch.Content[i+1]
		if strings.HasPrefix(key, "$") {
			continue
		}
		if p := m.entry(n, key, value, append(slices.Clip(fields), key), path.Child(key)); p != nil {
			return p
		}
	}
	return m.directives(n, patch, fields, path)
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

// retain obeys $retainKeys: of n only the keys that it names stay.
func (m *merger) retain(n, patch *manifest.Node, path manifest.Path) *problem {
	by, value := manifest.Lookup(patch, retainKeys)
	if value == nil {
		return nil
	}
	if !isList(value) {
		return unfit(retainKeys, by, path)
	}
	for i := 0; i+1 < len(patch.Content); i += 2 {
		key := manifest.KeyText(patch.Content[i])
		if !strings.HasPrefix(key, "$") && !isNull(patch.Content[i+1]) && !containsScalar(value, key) {
			return &problem{code: codeMerge, path: path, by: patch.Content[i],
				message: fmt.Sprintf("the patch sets %q, and $retainKeys beside it does not keep that key", key),
				hint:    fmt.Sprintf("add %q to $retainKeys", key)}
		}
	}
	for i := len(n.Content) - 2; i >= 0; i -= 2 {
		if key := manifest.KeyText(n.Content[i]); !containsScalar(value, key) {
			m.remove(path.Child(key), by)
			n.Content = slices.Delete(n.Content, i, i+2)
		}
	}
	return nil
}

// directives obeys the other keys that begin with a dollar sign, once the rest
// is merged.
func (m *merger) directives(n, patch *manifest.Node, fields []string, path manifest.Path) *problem {
	for i := 0; i+1 < len(patch.Content); i += 2 {
		by, value := patch.Content[i], patch.Content[i+1]
		key := manifest.KeyText(by)
		var p *problem
		switch {
		case !strings.HasPrefix(key, "$"), key == directive, key == retainKeys:
		case strings.HasPrefix(key, deleteFromList) && isList(value):
			deleteScalars(n, strings.TrimPrefix(key, deleteFromList), value)
		case strings.HasPrefix(key, setElementOrder) && isList(value):
			name := strings.TrimPrefix(key, setElementOrder)
			p = m.setOrder(n, patch, name, value, append(slices.Clip(fields), name), path.Child(name))
		default:
			p = unfit(key, by, path)
		}
		if p != nil {
			return p
		}
	}
	return nil
}

func unfit(key string, by *manifest.Node, path manifest.Path) *problem {
	return &problem{
		code: codeMerge, path: path, by: by,
		message: fmt.Sprintf("unknown directive %q, or a value that does not fit it", key),
		hint:    "$patch (merge, replace, delete), $retainKeys: [...], $deleteFromPrimitiveList/FIELD: [...] and $setElementOrder/FIELD: [...] are known",
	}
}

func deleteScalars(n *manifest.Node, key string, values *manifest.Node) {
	if _, list := manifest.Lookup(n, key); isList(list) {
		list.Content = slices.DeleteFunc(list.Content, func(item *manifest.Node) bool {
			return isScalar(item) && containsScalar(values, manifest.Value(item))
		})
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
	kept := owned(n, key, old)
	switch {
	case isMap(kept):
		if d, _ := directiveOf(value, path); d == "delete" {
			m.remove(path, directiveNode(value))
			manifest.RemoveKey(n, key)
			return nil
		}
		if !m.kustomize && BuiltinReplaced(m.apiVersion, m.kind, fields) {
			m.replace(kept, value)
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

// replace puts a value in the place of one of the same kind.
func (m *merger) replace(n, value *manifest.Node) {
	if fresh := m.fresh(value); !manifest.Equal(n, fresh) {
		n.Content = fresh.Content
	}
}

// list merges a list by its merge keys, as a set, or replaces it.
func (m *merger) list(n, patch *manifest.Node, fields []string, path manifest.Path) *problem {
	m.remember(n)
	keys, set := m.listKeys(fields)
	items, replace, p := splitDirectives(patch, path)
	switch {
	case p != nil:
		return p
	case len(keys) == 0 && !set || replace:
		if !replace && len(n.Content) > 0 && !slices.ContainsFunc(n.Content, nameless) {
			m.whole = append(m.whole, path)
		}
		m.replace(n, &manifest.Node{Kind: yaml.SequenceNode, Content: items, Style: patch.Style})
		return nil
	case set:
		m.union(n, items)
		return nil
	}
	before := slices.Clone(n.Content)
	var touched []*manifest.Node
	for _, item := range items {
		at, p := m.item(n, item, keys, fields, path)
		if p != nil {
			return p
		}
		if at != nil {
			touched = append(touched, at)
		}
	}
	if m.kustomize && len(keys) > 1 && hasKey(keys[1], before, items) {
		touched = slices.DeleteFunc(touched, func(n *manifest.Node) bool { return slices.Contains(before, n) })
	}
	n.Content = m.inOrder(n.Content, touched, before)
	return nil
}

// hasKey reports whether an item of the lists has a key. Where one has the
// second of two merge keys, kustomize leaves the items that are there in place.
func hasKey(key string, lists ...[]*manifest.Node) bool {
	return slices.ContainsFunc(slices.Concat(lists...), func(item *manifest.Node) bool {
		_, v := manifest.Lookup(item, key)
		return !isNull(v)
	})
}

// nameless reports whether an item has no name, by which the items of a list
// could have been merged.
func nameless(item *manifest.Node) bool {
	_, name := manifest.Lookup(manifest.Resolve(item), "name")
	return name == nil
}

// union adds the scalars that a list does not have yet.
func (m *merger) union(n *manifest.Node, items []*manifest.Node) {
	before := slices.Clone(n.Content)
	var touched []*manifest.Node
	for _, item := range items {
		i := slices.IndexFunc(n.Content, func(old *manifest.Node) bool { return manifest.Equal(old, item) })
		if i < 0 {
			i = len(n.Content)
			n.Content = append(n.Content, m.fresh(item))
		}
		touched = append(touched, n.Content[i])
	}
	n.Content = m.inOrder(n.Content, touched, before)
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

// item merges one item of a keyed list, and returns what it is now in the list;
// nil when it is deleted.
func (m *merger) item(n, item *manifest.Node, keys, fields []string, path manifest.Path) (*manifest.Node, *problem) {
	if !isMap(item) {
		return nil, &problem{code: codeClash, path: path, at: n, by: item,
			message: fmt.Sprintf("the items of %s are maps, and the patch has %s", path, manifest.KindName(item))}
	}
	d, p := directiveOf(item, path)
	if p != nil {
		return nil, p
	}
	step, found, p := m.find(n, item, keys, path)
	switch {
	case p != nil:
		return nil, p
	case d == "delete":
		n.Content = slices.DeleteFunc(n.Content, func(c *manifest.Node) bool { return slices.Contains(found, c) })
		return nil, nil
	case len(found) == 0:
		added := m.fresh(item)
		n.Content = append(n.Content, added)
		return added, nil
	case len(found) > 1:
		return nil, &problem{code: codeMerge, path: path, at: found[0], by: item,
			message: fmt.Sprintf("%d items of %s are %s, and the merge may change only one", len(found), path, step),
			hint:    "use set, whose path can name a further field, such as [port=53, protocol=UDP]"}
	}
	return found[0], m.merge(found[0], item, fields, append(slices.Clip(slices.Clone(path)), step))
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
