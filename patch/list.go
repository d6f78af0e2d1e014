package patch

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/helmx-dev/helmx/manifest"
	"go.yaml.in/yaml/v3"
)

// extend reads `append` and `prepend: {PATH: VALUE or LIST}`.
func (p *parser) extend(what string, patch *Patch, key, n *manifest.Node) []change {
	var list []change
	for _, a := range p.assignments(what, key, n, "write PATH: VALUE or a list of values, such as spec.template.spec.tolerations: {operator: Exists}") {
		if isList(a.value) && len(a.value.Content) == 0 {
			p.report(codeShape, a.value, fmt.Sprintf("%s adds an empty list to %s", what, a.path), "write the items to add")
		}
		list = append(list, change{span: a.span, path: a.path, within: true, apply: func(o *object) ([]removal, *problem) {
			items, p := o.items(a.value)
			if p != nil {
				return nil, p
			}
			return nil, o.addTo(a.path, items, func(list manifest.Found) (int, []*manifest.Node, *problem) {
				all := list.Node.Content
				if what == "prepend" {
					return 0, all, nil
				}
				return len(all), all, nil
			})
		}})
	}
	return list
}

// items are the values that a list stands for, or a value alone.
func (o *object) items(n *manifest.Node) ([]*manifest.Node, *problem) {
	value, p := o.value(n)
	if p != nil || !isList(value) {
		return []*manifest.Node{value}, p
	}
	return value.Content, nil
}

// addTo puts items into the lists at a path, at the place that where tells. A
// list that holds them already, one behind the other, among those that where
// names, stays as it is.
func (o *object) addTo(path manifest.Path, items []*manifest.Node, where func(list manifest.Found) (int, []*manifest.Node, *problem)) *problem {
	return walk{path: path, way: true, items: o.patch.Ensure == Create, leaf: func(f manifest.Found) *problem {
		if isNull(f.Node) {
			become(f.Node, yaml.SequenceNode)
		}
		if !isList(f.Node) {
			return &problem{code: codeClash, path: f.Path, at: f.Node,
				message: fmt.Sprintf("%s is %s, and the patch adds items to a list", f.Path, manifest.KindName(f.Node)), hint: "name a list, or use set"}
		}
		at, among, b := where(f)
		if b != nil || holdsRun(among, items) {
			return b
		}
		if b := o.keyTwice(f, items); b != nil {
			return b
		}
		var copies []*manifest.Node
		for _, item := range items {
			copies = append(copies, manifest.Copy(item))
		}
		f.Node.Content = slices.Insert(f.Node.Content, at, copies...)
		return nil
	}}.from(o.root)
}

// keyTwice refuses items whose merge key another item of the list has.
func (o *object) keyTwice(list manifest.Found, items []*manifest.Node) *problem {
	m := merger{apiVersion: o.id.APIVersion, kind: o.id.Kind, keys: o.run.options.ListKeys}
	keys, _ := m.listKeys(fieldNames(list.Path))
	if len(keys) == 0 {
		return nil
	}
	all := slices.Clone(list.Node.Content)
	for _, item := range items {
		if slices.ContainsFunc(all, func(other *manifest.Node) bool { return sameKeys(other, item, keys) }) {
			_, value := manifest.Lookup(item, keys[0])
			step := manifest.Step{Kind: manifest.Match, Fields: []manifest.Field{{Name: keys[0], Value: value.Value}}}
			there := append(slices.Clip(list.Path), step)
			b := &problem{code: codeMerge, path: list.Path, by: item, at: list.Node,
				message: fmt.Sprintf("there is an item with the %s %q already", keys[0], value.Value),
				veiled:  fmt.Sprintf("there is an item with the same %s already", keys[0]),
				hint:    "change it by merge"}
			if !o.d.IsSecret() {
				b.hint += fmt.Sprintf(", or by set at %s", there)
			}
			return b
		}
		all = append(all, item)
	}
	return nil
}

// apart are fields that tell items with the same merge key apart: the API
// server takes a port twice, once for each protocol.
var apart = []string{"protocol", "whenUnsatisfiable"}

// sameKeys reports whether the API server would refuse two items beside each
// other.
func sameKeys(a, b *manifest.Node, keys []string) bool {
	a, b = manifest.Resolve(a), manifest.Resolve(b)
	for _, key := range keys {
		_, x := manifest.Lookup(a, key)
		_, y := manifest.Lookup(b, key)
		if !isScalar(x) || !isScalar(y) || x.Value != y.Value {
			return false
		}
	}
	return !slices.ContainsFunc(apart, func(key string) bool {
		_, x := manifest.Lookup(a, key)
		_, y := manifest.Lookup(b, key)
		return (x == nil) != (y == nil) || x != nil && !manifest.Equal(x, y)
	})
}

// fieldNames are the keys that lead to a list, nil inside of a string.
func fieldNames(path manifest.Path) []string {
	var names []string
	for _, s := range path {
		switch s.Kind {
		case manifest.Key, manifest.Token:
			names = append(names, s.Key)
		case manifest.Decode:
			return nil
		}
	}
	return names
}

// holdsRun reports whether the items stand in a list, one behind the other.
// Single items would not do: "5s" may belong to another flag than the one that
// stands in front of it.
func holdsRun(list, items []*manifest.Node) bool {
	for i := 0; i+len(items) <= len(list); i++ {
		if slices.EqualFunc(list[i:i+len(items)], items, manifest.Equal) {
			return true
		}
	}
	return false
}

// insertion is one `{path, before|after, value}` of an insert.
type insertion struct {
	path          manifest.Path
	before, after *manifest.Step
	value         *manifest.Node
}

// insert reads `insert`: one insertion or a list of them.
func (p *parser) insert(n *manifest.Node) []change {
	items := []*manifest.Node{n}
	if isList(n) {
		items = n.Content
	}
	if len(items) == 0 {
		p.report(codeShape, n, "insert is an empty list", "write {path, before or after, value}")
	}
	var list []change
	for _, item := range items {
		item = manifest.Resolve(item)
		if in, ok := p.insertion(item); ok {
			list = append(list, change{span: p.span(item), path: in.path, within: true, apply: in.apply})
		}
	}
	return list
}

func (p *parser) insertion(n *manifest.Node) (insertion, bool) {
	var in insertion
	before := len(p.found)
	if !p.filledMap("insert", n, n, "write {path, before or after, value}") {
		return in, false
	}
	p.fields("insert", n, map[string]func(key, value *manifest.Node){
		"path": func(_, v *manifest.Node) {
			if p.string("path", v, "the path of a list") {
				in.path, _ = p.readPath(v)
			}
		},
		"before": func(_, v *manifest.Node) { in.before = p.oneItem("before", v) },
		"after":  func(_, v *manifest.Node) { in.after = p.oneItem("after", v) },
		"value":  func(_, v *manifest.Node) { in.value = patchValue(v) },
	})
	switch {
	case len(p.found) > before:
	case in.path == nil || in.value == nil:
		p.report(codeShape, n, "insert needs a path and a value", "write {path, before or after, value}")
	case (in.before == nil) == (in.after == nil):
		p.report(codeShape, n, "insert needs one of before and after", "use append or prepend for the ends of a list")
	}
	return in, len(p.found) == before
}

// oneItem reads the item that something is inserted beside: an index, the
// brackets of a path, or the item's own text.
func (p *parser) oneItem(what string, n *manifest.Node) *manifest.Step {
	if _, isIndex := manifest.Value(n).(int64); !isIndex && !p.string(what, n, "an item, such as [name=istio-proxy], 0 or the text of the item") {
		return nil
	}
	if i, err := strconv.Atoi(n.Value); err == nil && n.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle) == 0 {
		return &manifest.Step{Kind: manifest.Index, Index: i}
	}
	if !strings.HasPrefix(n.Value, "[") {
		return &manifest.Step{Kind: manifest.Item, Key: n.Value}
	}
	path, err := manifest.ParsePath(n.Value)
	if err != nil {
		p.path(n, err)
		return nil
	}
	if len(path) != 1 || path[0].Kind == manifest.Key || path[0].Kind == manifest.All {
		p.report(codePathSyntax, n, fmt.Sprintf("%s is %q, which does not select an item of the list", what, n.Value), "write [name=x], [0] or the text of the item")
		return nil
	}
	return &path[0]
}

func (in insertion) apply(o *object) ([]removal, *problem) {
	items, p := o.items(in.value)
	if p != nil {
		return nil, p
	}
	return nil, o.addTo(in.path, items, in.place)
}

// place returns where the new items go, in front of the first item that is
// selected or behind the last, and the items on that side of it: all of them for
// an index, which stands for another item once something was inserted.
func (in insertion) place(f manifest.Found) (int, []*manifest.Node, *problem) {
	step := in.before
	if step == nil {
		step = in.after
	}
	found, miss := f.Step(manifest.Path{*step}, 0)
	if miss != nil {
		p := missing(miss)
		p.path = append(f.Path[:len(f.Path):len(f.Path)], *step)
		return 0, nil, p
	}
	all := f.Node.Content
	at := slices.Index(all, found[0].Node)
	among := all[:at]
	if in.before == nil {
		at = slices.Index(all, found[len(found)-1].Node) + 1
		among = all[at:]
	}
	if step.Kind == manifest.Index {
		among = all
	}
	return at, among, nil
}
