package patch

import (
	"fmt"
	"slices"

	"github.com/helmx-dev/helmx/manifest"
)

// find returns the items of a list that an item of a patch is about, and the
// predicate that selects them. A key that the item lacks takes no part, as long
// as one is there and tells the items apart.
func (m *merger) find(n, item *manifest.Node, keys []string, path manifest.Path) (manifest.Step, []*manifest.Node, *problem) {
	step := manifest.Step{Kind: manifest.Match}
	var has []string
	for _, key := range keys {
		if _, v := manifest.Lookup(item, key); isScalar(v) && !isNull(v) {
			step.Fields = append(step.Fields, manifest.Field{Name: key, Value: v.Value})
			has = append(has, key)
		}
	}
	if len(has) == 0 {
		return step, nil, &problem{code: codeMerge, path: path, by: item,
			message: fmt.Sprintf("an item for %s has no %q, by which its items are told apart", path, keys[0])}
	}
	found := same(n.Content, item, has)
	if len(found) < 2 {
		return step, found, nil
	}
	if len(has) < len(keys) { // the item that lacks these keys too is meant
		if exact := same(found, item, keys); len(exact) == 1 {
			return step, exact, nil
		}
	}
	return step, sameProtocol(found, item, keys), nil
}

// same returns the items that have the same value in every key.
func same(items []*manifest.Node, item *manifest.Node, keys []string) []*manifest.Node {
	var found []*manifest.Node
	for _, other := range items {
		if !slices.ContainsFunc(keys, func(key string) bool { return !sameValue(other, item, key) }) {
			found = append(found, other)
		}
	}
	return found
}

func sameValue(a, b *manifest.Node, key string) bool {
	_, x := manifest.Lookup(a, key)
	_, y := manifest.Lookup(b, key)
	if isNull(x) || isNull(y) {
		return isNull(x) && isNull(y)
	}
	return manifest.Equal(x, y)
}

// sameProtocol tells ports of one number apart, which the merge keys of
// Kubernetes do not: a strategic merge of the API server changes the first of
// them, whichever protocol the patch names
// (https://github.com/kubernetes/kubernetes/issues/39188). An item that deletes
// without a protocol deletes all, as it does there.
func sameProtocol(found []*manifest.Node, item *manifest.Node, keys []string) []*manifest.Node {
	if len(keys) != 1 || keys[0] != "port" && keys[0] != "containerPort" {
		return found
	}
	_, protocol := manifest.Lookup(item, "protocol")
	if isNull(protocol) {
		return found
	}
	return slices.DeleteFunc(found, func(other *manifest.Node) bool { return protocolOf(other) != protocol.Value })
}

func protocolOf(port *manifest.Node) string {
	if _, v := manifest.Lookup(port, "protocol"); !isNull(v) {
		return v.Value
	}
	return "TCP"
}

// inOrder arranges a merged list as the API server does. What the patch names
// stands in the order of the patch and the rest in the order it had; where the
// two meet, the old order decides, and what is new comes first
// (https://git.k8s.io/design-proposals-archive/cli/preserve-order-in-strategic-merge-patch.md).
// kustomize puts what the patch names in front of everything else.
func (m *merger) inOrder(items, named, before []*manifest.Node) []*manifest.Node {
	place := make(map[*manifest.Node]int, len(before))
	for i, n := range before {
		place[n] = i
	}
	there := make(map[*manifest.Node]bool, len(items))
	for _, n := range items {
		there[n] = true
	}
	var ordered, rest []*manifest.Node
	isNamed := map[*manifest.Node]bool{}
	for _, n := range named {
		if there[n] && !isNamed[n] {
			ordered = append(ordered, n)
			isNamed[n] = true
		}
	}
	for _, n := range items {
		if !isNamed[n] {
			rest = append(rest, n)
		}
	}
	if m.kustomize {
		return append(ordered, rest...)
	}
	return interleave(rest, ordered, place)
}

// interleave merges two lists without changing the order in either.
func interleave(rest, named []*manifest.Node, place map[*manifest.Node]int) []*manifest.Node {
	all := make([]*manifest.Node, 0, len(rest)+len(named))
	for len(rest) > 0 && len(named) > 0 {
		r, known := place[rest[0]]
		n, both := place[named[0]]
		if known && both && r < n {
			all, rest = append(all, rest[0]), rest[1:]
		} else {
			all, named = append(all, named[0]), named[1:]
		}
	}
	return append(append(all, rest...), named...)
}

// setOrder obeys $setElementOrder: the items that it names stand in its order.
// It runs when the list is merged.
func (m *merger) setOrder(n, patch *manifest.Node, name string, order *manifest.Node, fields []string, path manifest.Path) *problem {
	keys, set := m.listKeys(fields)
	if len(keys) == 0 && !set {
		return &problem{code: codeMerge, path: path, by: order,
			message: fmt.Sprintf("$setElementOrder is for lists that are merged, and %s is replaced", path)}
	}
	_, items := manifest.Lookup(patch, name)
	if p := checkOrder(items, order, keys, path); p != nil {
		return p
	}
	_, list := manifest.Lookup(n, name)
	if !isList(list) {
		return nil
	}
	var named []*manifest.Node
	for _, entry := range order.Content {
		if at := entryOf(list, entry, keys); at != nil {
			named = append(named, at)
		}
	}
	before, merged := m.before[list]
	if !merged {
		before = list.Content
	}
	list.Content = m.inOrder(list.Content, named, before)
	return nil
}

// entryOf returns the item of a list that an entry of $setElementOrder names.
func entryOf(list, entry *manifest.Node, keys []string) *manifest.Node {
	for _, item := range list.Content {
		if sameEntry(item, entry, keys) {
			return item
		}
	}
	return nil
}

func sameEntry(a, b *manifest.Node, keys []string) bool {
	if len(keys) == 0 {
		return manifest.Equal(a, b)
	}
	return len(same([]*manifest.Node{a}, b, keys)) == 1
}

// checkOrder says whether the items of a patch stand in the order that it asks for.
func checkOrder(items, order *manifest.Node, keys []string, path manifest.Path) *problem {
	if !isList(items) || len(order.Content) == 0 {
		return nil
	}
	at := 0
	for _, item := range items.Content {
		if directiveNode(item) != nil {
			continue
		}
		for at < len(order.Content) && !sameEntry(item, order.Content[at], keys) {
			at++
		}
		if at == len(order.Content) {
			return &problem{code: codeMerge, path: path, by: item,
				message: fmt.Sprintf("an item of the patch for %s is not in $setElementOrder, or not in its order", path),
				hint:    "name every item of the patch in $setElementOrder, in the same order"}
		}
		at++
	}
	return nil
}
