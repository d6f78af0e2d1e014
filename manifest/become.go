package manifest

import (
	"slices"

	"go.yaml.in/yaml/v3"
)

// Become changes n into a node that means the same as want and leaves alone
// what is the same already: keys keep their order and new ones come last, items
// of lists that are equal or have the same name stay what they are, and numbers
// of the same value keep their digits, as 1.0 does where want has 1. It is for
// results that went through plain values and have lost all of that, such as
// those of jq. want may be shared with n and is not changed.
func Become(n, want *Node) {
	want = Resolve(want)
	switch {
	case sameToJSON(n, want):
	case n.Kind == yaml.MappingNode && want.Kind == yaml.MappingNode:
		becomeMapping(n, want)
	case n.Kind == yaml.SequenceNode && want.Kind == yaml.SequenceNode:
		becomeList(n, want)
	default:
		*n = *Copy(want)
	}
}

func becomeMapping(n, want *Node) {
	if slices.ContainsFunc(n.Content, isMerge) {
		resolveMerges(n)
	}
	for i := len(n.Content) - 2; i >= 0; i -= 2 {
		key := KeyText(n.Content[i])
		if _, v := entry(want, key); v == nil {
			n.Content = slices.Delete(n.Content, i, i+2)
		} else if _, counts := entry(n, key); counts == n.Content[i+1] {
			Become(n.Content[i+1], v)
		}
	}
	for _, key := range keysOf(want) {
		if _, v := entry(n, key); v == nil {
			k, v := entry(want, key)
			n.Content = append(n.Content, Copy(k), Copy(v))
		}
	}
}

func becomeList(n, want *Node) {
	p := &planner{}
	items := make([]*Node, len(want.Content))
	free := slices.Clone(n.Content)
	for _, pair := range p.matchItems(n, want) {
		items[pair[1]], free[pair[0]] = n.Content[pair[0]], nil
	}
	for i, item := range want.Content {
		if items[i] == nil {
			items[i] = takeMoved(free, item)
		}
		if items[i] == nil {
			items[i] = Copy(item)
		} else {
			Become(items[i], item)
		}
	}
	n.Content = items
}

// takeMoved takes the item out of a list that means the same as want, or has its
// name; nil when there is none.
func takeMoved(free []*Node, want *Node) *Node {
	name := scalarText(child(want, "name"))
	for _, same := range []func(n *Node) bool{
		func(n *Node) bool { return sameToJSON(n, want) },
		func(n *Node) bool { return name != "" && scalarText(child(n, "name")) == name },
	} {
		if i := slices.IndexFunc(free, func(n *Node) bool { return n != nil && same(n) }); i >= 0 {
			moved := free[i]
			free[i] = nil
			return moved
		}
	}
	return nil
}

// sameToJSON is Equal for readers that know only one type of number.
func sameToJSON(a, b *Node) bool {
	if Equal(a, b) {
		return true
	}
	x, isNumber := number(a)
	y, both := number(b)
	return isNumber && both && x == y && !(isDigits(a.Value) && isDigits(b.Value))
}

func number(n *Node) (float64, bool) {
	if n.Kind != yaml.ScalarNode {
		return 0, false
	}
	switch v := scalarValue(n).(type) {
	case int64:
		return float64(v), true
	case uint64:
		return float64(v), true
	case float64:
		return v, true
	}
	return 0, false
}
