package charts

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	kyaml "sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/helmx-dev/helmx/charts/chartutil"
	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
)

// operation is what a key of a profile or of helmx.yaml does to the list below
// it: "key+" appends to it, "key@name" merges it by the field called name.
type operation struct {
	key string // without the operator
	by  string // the field that tells items apart; "" appends
}

// operator matches keys that are operations. An address such as ops@example.com
// is none: a field's name has no dot.
var operator = regexp.MustCompile(`^(.+?)(?:\+|@([A-Za-z_][A-Za-z0-9_-]*))$`)

func operationOf(key string) (operation, bool) {
	m := operator.FindStringSubmatch(key)
	if m == nil {
		return operation{key: key}, false
	}
	return operation{m[1], m[2]}, true
}

// does says what the operation is for, in messages.
func (o operation) does() string {
	if o.by == "" {
		return "appends to the list " + o.key
	}
	return fmt.Sprintf("merges the list %s by %s", o.key, o.by)
}

// item says where an item of the list that an operation made comes from: an
// index in the list of the layers below, and one in the layer's own, -1 for none.
type item struct{ below, own int }

// madeList is the outcome of one operation of a layer.
type madeList struct {
	written string // the key with the operator
	items   []item
}

// listID names a place in the values for madeList.
func listID(path []string) string { return strings.Join(path, "\x00") }

// own turns a path in the merged values into the path at which the layer's own
// text says it; ok is false when it says nothing there.
func (l *layer) own(path []string) (own []string, ok bool) {
	if len(l.lists) == 0 {
		return path, true
	}
	for i := 0; i < len(path); i++ {
		list := l.lists[listID(path[:i+1])]
		if list == nil {
			own = append(own, path[i])
			continue
		}
		own = append(own, list.written)
		if i+1 == len(path) {
			break
		}
		i++
		at := list.at(path[i])
		if at.own < 0 {
			return nil, false
		}
		own = append(own, strconv.Itoa(at.own))
	}
	return own, true
}

// below turns a path in the values merged up to this layer into the path in
// those merged without it; ok is false when only the layer itself has it.
func (l *layer) below(path []string) (below []string, ok bool) {
	if len(l.lists) == 0 {
		return path, true
	}
	below = slices.Clone(path)
	for i := range path[:max(0, len(path)-1)] {
		list := l.lists[listID(path[:i+1])]
		if list == nil {
			continue
		}
		at := list.at(path[i+1])
		if at.below < 0 {
			return nil, false
		}
		below[i+1] = strconv.Itoa(at.below)
	}
	return below, true
}

func (m *madeList) at(index string) item {
	i, err := strconv.Atoi(index)
	if err != nil || i < 0 || i >= len(m.items) {
		return item{-1, -1}
	}
	return m.items[i]
}

// operate does one operation of a layer on the list at path in the values below.
func (m *merger) operate(dst map[string]any, key string, op operation, value any, path []string) {
	added, _ := value.([]any) // checked by checkOperations
	base, found := dst[op.key]
	if !found {
		base, found = m.user.declared(path)
	}
	if base == nil {
		found = false
	}
	list, isList := base.([]any)
	if found && !isList {
		m.notAList(key, op, base, path)
		return
	}
	list, _ = chartutil.Copy(list).([]any)
	made := &madeList{written: key}
	for i := range list {
		made.items = append(made.items, item{i, -1})
	}
	m.layer.lists[listID(path)] = made
	for i, value := range added {
		at := -1
		if op.by != "" {
			at = sameItem(list, op.by, value)
		}
		if at < 0 {
			at = len(list)
			list = append(list, nil)
			made.items = append(made.items, item{-1, i})
		}
		made.items[at].own = i
		list[at] = m.item(list[at], value, append(path[:len(path):len(path)], strconv.Itoa(at)))
	}
	dst[op.key] = list
}

// item puts an item over the one that it is merged with, nil for none. Nulls and
// operations inside mean what they mean outside of lists.
func (m *merger) item(below, value any, path []string) any {
	table, ok := value.(map[string]any)
	if !ok {
		return value
	}
	into, ok := below.(map[string]any)
	if !ok {
		into = map[string]any{}
	}
	m.inItem++
	m.merge(into, table, path)
	m.inItem--
	return into
}

// sameItem finds the item with the same value of a field.
func sameItem(list []any, field string, value any) int {
	table, _ := value.(map[string]any)
	return slices.IndexFunc(list, func(x any) bool {
		t, ok := x.(map[string]any)
		return ok && t[field] != nil && t[field] == table[field]
	})
}

// declared returns what the chart says at a path that no layer of the user's has
// set, after the profile that the chart applies by itself.
func (u *UserValues) declared(path []string) (value any, found bool) {
	if u.chart == nil || slices.ContainsFunc(u.removed, func(r []string) bool { return len(r) <= len(path) && slices.Equal(r, path[:len(r)]) }) {
		return nil, false
	}
	for _, route := range u.routes(path) {
		if value, found = u.declaredBy(u.chart.Name(), child{chart: u.chart.Chart}, nil, route); found {
			return value, true
		}
	}
	return nil, false
}

func (u *UserValues) declaredBy(full string, c child, prefix, path []string) (any, bool) {
	for _, d := range u.declarations(full, c, prefix) {
		if value, ok := lookUp(d.values(), d.route(path)); ok {
			return value, true
		}
	}
	for _, sub := range children(c.chart) {
		if len(path) > 1 && sub.key == path[0] {
			return u.declaredBy(full+"/charts/"+sub.key, sub, append(prefix[:len(prefix):len(prefix)], sub.key), path[1:])
		}
	}
	return nil, false
}

// notAList reports an operation on something else, and who set that.
func (m *merger) notAList(key string, op operation, base any, path []string) {
	own, _ := m.layer.own(path[:len(path)-1])
	p := refuse("CH116", "%s %s, but that is %s", strconv.Quote(key), op.does(), chartutil.KindOf(base))
	p.Span, _ = m.layer.place(append(slices.Clone(own), key))
	p.Path = strings.Join(path, ".")
	if at, by, ok := m.user.find(path); ok {
		p.Related = []diag.Related{{Span: at, Message: "set by " + by}}
	}
	p.try("write " + strconv.Quote(op.key) + " to replace it")
	m.found = append(m.found, p.Diagnostic)
}

// hasOperations reports whether any key is an operation. Only then the text is
// looked at.
func hasOperations(value any) bool {
	switch t := value.(type) {
	case map[string]any:
		for key, inner := range t {
			if _, ok := operationOf(key); ok || hasOperations(inner) {
				return true
			}
		}
	case []any:
		return slices.ContainsFunc(t, hasOperations)
	}
	return false
}

// checkOperations finds operations that cannot be meant, wherever their lists
// stand.
func checkOperations(file string, root *manifest.Node) diag.List {
	var found diag.List
	manifest.Walk(root, func(path manifest.Path, n *manifest.Node) bool {
		if n.Kind == kyaml.MappingNode {
			found = append(found, checkKeys(file, n, path)...)
		}
		return true
	})
	return found
}

func checkKeys(file string, n *manifest.Node, path manifest.Path) diag.List {
	var found diag.List
	first := map[string]*manifest.Node{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		text := manifest.KeyText(key)
		op, ok := operationOf(text)
		before, twice := first[op.key]
		first[op.key] = key
		if twice && manifest.KeyText(before) != text {
			p := refuse("CH116", "%q and %q stand in one map, so it is not clear what becomes of the list", manifest.KeyText(before), text).at(file, key.Line, key.Column)
			p.Path = path.String()
			p.Related = []diag.Related{{Span: spanOf(file, before), Message: "the other one"}}
			found = append(found, p.try("put everything into one of them").Diagnostic)
		}
		if p := checkItems(file, key, op, n.Content[i+1]); ok && p != nil {
			p.Path = path.Child(text).String()
			found = append(found, p.Diagnostic)
		}
	}
	return found
}

// checkItems looks at what an operation is given.
func checkItems(file string, key *manifest.Node, op operation, value *manifest.Node) *problem {
	value = manifest.Resolve(value)
	if value.Kind != kyaml.SequenceNode {
		return refuse("CH116", "%q %s, so it needs a list, but this is %s", manifest.KeyText(key), op.does(), manifest.KindName(value)).at(file, key.Line, key.Column).
			try("a key that is really called so can be set in a file given with -f")
	}
	seen := map[string]bool{}
	for _, n := range value.Content {
		n = manifest.Resolve(n)
		if op.by == "" {
			continue
		}
		if n.Kind != kyaml.MappingNode {
			return refuse("CH116", "%q %s, so each item is a map with the key %s, but this is %s", manifest.KeyText(key), op.does(), op.by, manifest.KindName(n)).at(file, n.Line, n.Column)
		}
		_, name := entry(n, op.by)
		if name == nil || manifest.Resolve(name).Kind != kyaml.ScalarNode || manifest.Value(name) == nil {
			p := refuse("CH116", "%q %s, and this item has no %s", manifest.KeyText(key), op.does(), op.by).at(file, n.Line, n.Column)
			return p.try(diag.DidYouMean(op.by, keyTexts(n)))
		}
		text := manifest.Resolve(name).Value
		if seen[text] {
			return refuse("CH116", "%q %s, and two items have the same %s", manifest.KeyText(key), op.does(), op.by).at(file, name.Line, name.Column)
		}
		seen[text] = true
	}
	return nil
}

func keyTexts(n *manifest.Node) []string {
	var keys []string
	for i := 0; i+1 < len(n.Content); i += 2 {
		keys = append(keys, manifest.KeyText(n.Content[i]))
	}
	return keys
}

// plainItems does the operations inside the items of a list that is set as a
// whole, where there is nothing below.
func (m *merger) plainItems(value any, path []string) any {
	list, ok := value.([]any)
	if !ok || !m.operations || !hasOperations(list) {
		return value
	}
	out := make([]any, len(list))
	for i, x := range list {
		out[i] = m.item(nil, x, append(path[:len(path):len(path)], strconv.Itoa(i)))
	}
	return out
}

// merger puts one layer of helmx over the values below.
type merger struct {
	user       *UserValues
	layer      *layer
	operations bool // keys can be operations
	inItem     int  // how many lists are around
	found      diag.List
}

// merge puts src over dst: as mergeOver does, but a null removes, and keys can
// be operations on lists.
func (m *merger) merge(dst, src map[string]any, path []string) {
	for _, key := range slices.Sorted(maps.Keys(src)) {
		if op, ok := operationOf(key); ok && m.operations {
			m.operate(dst, key, op, src[key], append(path[:len(path):len(path)], op.key))
			continue
		}
		at := append(path[:len(path):len(path)], key)
		switch value := src[key].(type) {
		case nil:
			delete(dst, key)
			if m.inItem == 0 {
				m.user.removed = append(m.user.removed, at)
			}
		case map[string]any:
			below, ok := dst[key].(map[string]any)
			if !ok {
				below = map[string]any{}
			}
			m.merge(below, value, at)
			// A table of nothing but nulls sets nothing.
			if ok || len(below) > 0 || len(value) == 0 {
				dst[key] = below
			}
		default:
			dst[key] = m.plainItems(value, at)
		}
	}
}
