package strategicmerge

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
)

// generator makes objects of a type, and patches for them, as JSON has them. What
// it makes is meant well: no clash of types, no item without its key, and no
// directive where the API server is known to do something else (see
// TestDifferences).
type generator struct{ *rand.Rand }

func newGenerator(seed uint64) generator { return generator{rand.New(rand.NewPCG(seed, 4711))} }

func (g generator) chance(percent int) bool { return g.IntN(100) < percent }

// property is a field of a type as JSON has it.
type property struct {
	name string
	typ  reflect.Type
	tagged
}

// properties returns the fields of a struct; those with merge keys come first.
func properties(typ reflect.Type) []property {
	var all []property
	for i := range typ.NumField() {
		field := typ.Field(i)
		name, options, _ := strings.Cut(field.Tag.Get("json"), ",")
		t := indirect(field.Type)
		if name == "" && (field.Anonymous || strings.Contains(options, "inline")) {
			if t.Kind() == reflect.Struct {
				all = append(all, properties(t)...)
			}
			continue
		}
		if name == "" || name == "-" {
			continue
		}
		all = append(all, property{name, t, tagged{
			list: t.Kind() == reflect.Slice, strategy: field.Tag.Get("patchStrategy"), key: field.Tag.Get("patchMergeKey"),
		}})
	}
	slices.SortStableFunc(all, func(a, b property) int { return len(b.strategy) - len(a.strategy) })
	return all
}

func indirect(t reflect.Type) reflect.Type {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t
}

// isLeaf reports whether a struct is written as a scalar.
func isLeaf(t reflect.Type) bool {
	if t.Kind() != reflect.Struct {
		return false
	}
	switch t.Name() {
	case "Quantity", "IntOrString", "Time", "MicroTime", "Duration", "RawExtension", "FieldsV1":
		return true
	}
	return false
}

// pick chooses some of the properties, more often those with merge keys.
func (g generator) pick(typ reflect.Type) []property {
	all := properties(typ)
	var some []property
	for _, p := range all {
		percent := 300 / (len(all) + 1)
		if p.strategy != "" {
			percent = 60
		}
		if g.chance(percent) {
			some = append(some, p)
		}
	}
	return some
}

func (g generator) scalar(t reflect.Type) any {
	switch t.Kind() {
	case reflect.Bool:
		return g.chance(50)
	case reflect.Int, reflect.Int32, reflect.Int64, reflect.Uint8, reflect.Uint32, reflect.Uint64, reflect.Float64:
		return g.IntN(6)
	}
	return []string{"a", "b", "c", "d", "e", "yes", "10", "true", "null", "- x", "two words", ""}[g.IntN(12)]
}

const maxDepth = 9

// value makes a value of a type, never null.
func (g generator) value(t reflect.Type, depth int) any {
	switch t = indirect(t); {
	case isLeaf(t):
		return g.scalar(reflect.TypeFor[string]())
	case t.Kind() == reflect.Struct:
		object := map[string]any{}
		for _, p := range g.pick(t) {
			if depth < maxDepth {
				object[p.name] = g.property(p, depth+1)
			}
		}
		return object
	case t.Kind() == reflect.Map:
		return g.table(t, depth)
	case t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.Uint8:
		return "Ynl0ZXM="
	case t.Kind() == reflect.Slice:
		return g.list(property{typ: t}, depth)
	}
	return g.scalar(t)
}

func (g generator) property(p property, depth int) any {
	if p.typ.Kind() == reflect.Slice && p.typ.Elem().Kind() != reflect.Uint8 {
		return g.list(p, depth)
	}
	return g.value(p.typ, depth)
}

func (g generator) table(t reflect.Type, depth int) map[string]any {
	table := map[string]any{}
	for range g.IntN(4) {
		table[string(rune('a'+g.IntN(5)))] = g.value(t.Elem(), depth+1)
	}
	return table
}

// list makes a list; items that are told apart by a key have one each.
func (g generator) list(p property, depth int) []any {
	list := []any{}
	if p.key == "" {
		for range g.IntN(4) {
			item := g.value(p.typ.Elem(), depth+1)
			if p.strategy != "" && slices.Contains(list, item) {
				continue
			}
			list = append(list, item)
		}
		return list
	}
	for _, i := range g.Perm(6)[:g.IntN(5)] {
		list = append(list, g.keyed(p, i, depth))
	}
	return list
}

// keyed makes an item with the key number i.
func (g generator) keyed(p property, i, depth int) map[string]any {
	item, _ := g.value(p.typ.Elem(), depth+1).(map[string]any)
	item[p.key] = keyValue(p, i)
	return item
}

func keyValue(p property, i int) any {
	for _, field := range properties(indirect(p.typ.Elem())) {
		if field.name == p.key && field.typ.Kind() != reflect.String {
			return 80 + i
		}
	}
	return fmt.Sprint("key-", i)
}

// patch makes a patch for an object of a type. inside tells that it is for
// something that the object has; only there directives mean something.
func (g generator) patch(t reflect.Type, have map[string]any, depth int) map[string]any {
	patch := map[string]any{}
	if depth > 0 && g.chance(4) {
		whole, _ := g.value(t, depth).(map[string]any)
		whole["$patch"] = "replace"
		return whole
	}
	for _, p := range g.pick(t) {
		g.change(patch, p, have, depth+1)
	}
	for _, p := range properties(t) {
		if _, there := have[p.name]; there && g.chance(50) {
			g.change(patch, p, have, depth+1)
		}
	}
	if g.chance(6) {
		patch["$retainKeys"] = g.retained(patch, have)
	}
	return patch
}

// retained names every key of the patch, and some of the object.
func (g generator) retained(patch, have map[string]any) []any {
	keep := []any{}
	for _, key := range sortedKeys(patch) {
		if !strings.HasPrefix(key, "$") {
			keep = append(keep, key)
		}
	}
	for _, key := range sortedKeys(have) {
		if !slices.Contains(keep, any(key)) && g.chance(50) {
			keep = append(keep, key)
		}
	}
	return keep
}

// change puts into the patch what becomes of one property.
func (g generator) change(patch map[string]any, p property, have map[string]any, depth int) {
	was, there := have[p.name]
	if _, done := patch[p.name]; done || depth > maxDepth {
		return
	}
	switch old := was.(type) {
	case map[string]any:
		switch {
		case g.chance(10):
			patch[p.name] = nil
		case p.typ.Kind() == reflect.Map:
			patch[p.name] = g.tablePatch(p, old, depth)
		case p.typ.Kind() == reflect.Struct && p.strategy != "replace":
			patch[p.name] = g.patch(p.typ, old, depth)
		default:
			patch[p.name] = g.property(p, depth)
		}
	case []any:
		g.listPatch(patch, p, old, depth)
	default:
		switch {
		case !there && g.chance(15) || there && g.chance(20):
			patch[p.name] = nil
		default:
			patch[p.name] = g.property(p, depth)
		}
	}
}

func (g generator) tablePatch(p property, old map[string]any, depth int) map[string]any {
	patch := g.table(p.typ, depth)
	for key, value := range patch {
		if kind := reflect.TypeOf(value).Kind(); old[key] != nil && (kind == reflect.Map || kind == reflect.Slice) {
			patch[key] = nil // apimachinery cannot merge what stands in a map
		}
	}
	for _, key := range sortedKeys(old) {
		if g.chance(20) {
			patch[key] = nil
		}
	}
	return patch
}

// listPatch puts a list and its directives into the patch.
func (g generator) listPatch(patch map[string]any, p property, old []any, depth int) {
	switch {
	case g.chance(8):
		patch[p.name] = nil
	case p.strategy == "":
		patch[p.name] = g.list(p, depth)
	case p.key == "":
		g.setPatch(patch, p, old, depth)
	default:
		g.keyedPatch(patch, p, old, depth)
	}
}

// setPatch is for lists of scalars that are merged.
func (g generator) setPatch(patch map[string]any, p property, old []any, depth int) {
	added := g.list(p, depth)
	patch[p.name] = added
	var gone []any
	for _, item := range old {
		if !slices.Contains(added, item) && g.chance(30) {
			gone = append(gone, item)
		}
	}
	if gone != nil {
		patch["$deleteFromPrimitiveList/"+p.name] = gone
	}
	if len(old)+len(added) > 0 && g.chance(30) {
		patch["$setElementOrder/"+p.name] = g.order(added, old, gone, func(item any) any { return item })
	}
}

// keyedPatch is for lists of maps that are merged by a key.
func (g generator) keyedPatch(patch map[string]any, p property, old []any, depth int) {
	items, stay, gone := []any{}, []any{}, []any(nil)
	for _, i := range g.Perm(len(old)) {
		item, _ := old[i].(map[string]any)
		key := item[p.key]
		switch n := g.IntN(10); {
		case n < 4:
			change := g.patch(indirect(p.typ.Elem()), item, depth+1)
			delete(change, "$patch")
			change[p.key] = key
			if keep, ok := change["$retainKeys"].([]any); ok && !slices.Contains(keep, any(p.key)) {
				change["$retainKeys"] = append(keep, p.key)
			}
			items, stay = append(items, change), append(stay, change)
		case n < 6:
			items = append(items, map[string]any{p.key: key, "$patch": "delete"})
			gone = append(gone, key)
		}
	}
	// With deletions and $setElementOrder at once, apimachinery looks new items up
	// in a list that it has overwritten in place, and puts them anywhere.
	ordered := len(old) > 0 && g.chance(30)
	added := g.IntN(3)
	if ordered && gone != nil {
		added = 0
	}
	for _, i := range g.Perm(4)[:added] {
		item := g.keyed(p, 10+i, depth)
		at := g.IntN(len(stay) + 1)
		stay = slices.Insert(stay, at, any(item))
		items = append(items, item)
	}
	if !ordered && g.chance(8) {
		patch[p.name] = append(g.list(p, depth), map[string]any{"$patch": "replace"})
		return
	}
	patch[p.name] = items
	if ordered {
		patch[p.name] = append(stay, deletions(items)...)
		patch["$setElementOrder/"+p.name] = g.keyOrder(p, stay, old, gone)
	}
}

func deletions(items []any) []any {
	var all []any
	for _, item := range items {
		if m, ok := item.(map[string]any); ok && m["$patch"] == "delete" {
			all = append(all, item)
		}
	}
	return all
}

func (g generator) keyOrder(p property, stay, old, gone []any) []any {
	keyOf := func(item any) any { return item.(map[string]any)[p.key] }
	entries := []any{}
	for _, key := range g.order(stay, old, gone, keyOf) {
		entries = append(entries, map[string]any{p.key: key})
	}
	return entries
}

// order names what the patch has, in its order, and some of the rest between.
func (g generator) order(stay, old, gone []any, keyOf func(any) any) []any {
	var order []any
	for _, item := range stay {
		order = append(order, keyOf(item))
	}
	for _, item := range old {
		key := keyOf(item)
		if slices.Contains(order, key) || slices.Contains(gone, key) || g.chance(40) {
			continue
		}
		order = slices.Insert(order, g.IntN(len(order)+1), key)
	}
	if order == nil {
		order = []any{}
	}
	return order
}
