package funcs

import (
	"fmt"
	"math/big"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

func listFuncs() []Func {
	path := Param{Name: "path", Doc: "where the key stands in each item, as for getPath; empty for the item itself"}
	list := Param{Name: "list", Doc: "a list"}
	const ports = `ports: [{name: web, port: 8080, tier: front}, {name: db, port: 5432}, {name: api, port: 80, tier: front}]`
	return []Func{
		{
			Name: "sortBy", Group: Structure, Fn: sortBy,
			Doc: "The items of a list, sorted by what a path leads to in each. Numbers come in the order of their worth, text by its bytes; items without the key come first; equal ones keep their order. " +
				"Fails when keys are of different kinds.",
			Params: []Param{path, list},
			Examples: []Example{
				{Template: `{{ .Values.ports | sortBy "port" | getPath "[*].name" | join " " }}`, Values: ports, Want: "api db web"},
				{Template: `{{ list 10 9 100 | sortBy "" | join " " }}`, Want: "9 10 100"},
				{Template: `{{ list 1 "a" | sortBy "" }}`, Error: "list: items 0 and 1 have keys of different kinds: a number and a string"},
			},
		},
		{
			Name: "groupBy", Group: Structure, Fn: groupBy,
			Doc:    "The items of a list in a map of lists, by what a path leads to in each. Items keep their order; those without the key are left out. Fails when a key is a map or a list.",
			Params: []Param{path, list},
			Examples: []Example{
				{Template: `{{ range $tier, $ports := .Values.ports | groupBy "tier" }}{{ $tier }}: {{ len $ports }}{{ end }}`, Values: ports, Want: "front: 2"},
				{Template: `{{ .Values.ports | groupBy "port" | keys | sortAlpha | join " " }}`, Values: ports, Want: "5432 80 8080"},
			},
		},
	}
}

// keyed is an item with the key that a path leads to.
type keyed struct {
	key, item any
	index     int
}

func keysOf(path, list any) ([]keyed, error) {
	w, err := walkArgument(path)
	if err != nil {
		return nil, err
	}
	items, ok := asList(list)
	if !ok {
		return nil, argumentError("list", list, "a list")
	}
	all := make([]keyed, len(items))
	for i, item := range items {
		found, err := w.find(item)
		if err != nil {
			return nil, fmt.Errorf("list: item %d: %w", i, err)
		}
		all[i] = keyed{item: item, index: i}
		if len(found) > 0 {
			all[i].key = found[0]
		}
	}
	return all, nil
}

func sortBy(path, list any) ([]any, error) {
	all, err := keysOf(path, list)
	if err != nil {
		return nil, err
	}
	var first *keyed
	for i := range all {
		k := &all[i]
		switch {
		case k.key == nil:
			continue
		case !isScalar(k.key):
			return nil, fmt.Errorf("list: item %d: want a scalar as key, got %s", k.index, kindName(k.key))
		case first == nil:
			first = k
		case sortKind(first.key) != sortKind(k.key):
			return nil, fmt.Errorf("list: items %d and %d have keys of different kinds: %s and %s", first.index, k.index, sortKind(first.key), sortKind(k.key))
		}
	}
	slices.SortStableFunc(all, func(a, b keyed) int { return compareKeys(a.key, b.key) })
	sorted := make([]any, len(all))
	for i, k := range all {
		sorted[i] = k.item
	}
	return sorted, nil
}

func isScalar(v any) bool {
	rv := reflect.ValueOf(v)
	return rv.Kind() == reflect.String || rv.Kind() == reflect.Bool || rv.CanInt() || rv.CanUint() || rv.CanFloat()
}

func sortKind(v any) string {
	switch _, isNumber := number(v); {
	case isNumber:
		return "a number"
	case reflect.ValueOf(v).Kind() == reflect.Bool:
		return "true or false"
	}
	return "a string"
}

// compareKeys orders scalars of one kind; null comes first.
func compareKeys(a, b any) int {
	switch {
	case a == nil && b == nil:
		return 0
	case a == nil:
		return -1
	case b == nil:
		return 1
	}
	if _, ok := number(a); ok {
		return exact(a).Cmp(exact(b))
	}
	return strings.Compare(scalarText(a), scalarText(b))
}

// exact is a number without the loss of a float64.
func exact(v any) *big.Rat {
	q := new(big.Rat)
	switch rv := reflect.ValueOf(v); {
	case rv.CanInt():
		q.SetInt64(rv.Int())
	case rv.CanUint():
		q.SetInt(new(big.Int).SetUint64(rv.Uint()))
	default:
		q.SetFloat64(rv.Float()) // NaN and infinities are 0: YAML values hold none
	}
	return q
}

// scalarText writes a scalar as YAML would.
func scalarText(v any) string {
	if rv := reflect.ValueOf(v); rv.CanFloat() {
		return strconv.FormatFloat(rv.Float(), 'f', -1, 64)
	}
	return fmt.Sprint(v)
}

func groupBy(path, list any) (map[string]any, error) {
	all, err := keysOf(path, list)
	if err != nil {
		return nil, err
	}
	groups := map[string]any{}
	for _, k := range all {
		switch {
		case k.key == nil:
			continue
		case !isScalar(k.key):
			return nil, fmt.Errorf("list: item %d: want a scalar as key, got %s", k.index, kindName(k.key))
		}
		key := scalarText(k.key)
		group, _ := groups[key].([]any)
		groups[key] = append(group, k.item)
	}
	return groups, nil
}
