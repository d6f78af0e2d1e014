package funcs

import (
	"reflect"
	"strings"
)

func structureFuncs() []Func {
	return []Func{
		{
			Name: "mergeDeep", Group: Structure, Fn: mergeDeep,
			Doc: "Lays one map over another, at every depth, and returns the result as a new map. A null deletes the key. " +
				"Sprig's merge mixes its arguments in place and always replaces lists.",
			Params: []Param{
				{Name: "lists", Doc: `what happens to two lists: "replace", "append", or "by KEY" to merge the elements whose KEY is equal`},
				{Name: "over", Doc: "the map that wins"},
				{Name: "base", Doc: "the map below"},
			},
			Examples: []Example{
				{
					Template: `{{ .Values.base | mergeDeep "replace" .Values.over | toJson }}`,
					Values:   `{base: {a: {b: 1, c: 2}, l: [1]}, over: {a: {b: 3, c: null}, l: [2]}}`,
					Want:     `{"a":{"b":3},"l":[2]}`,
				},
				{
					Template: `{{ .Values.base | mergeDeep "by name" .Values.over | toJson }}`,
					Values:   `{base: {env: [{name: A, value: "1"}, {name: B, value: "2"}]}, over: {env: [{name: B, value: "3"}, {name: C, value: "4"}]}}`,
					Want:     `{"env":[{"name":"A","value":"1"},{"name":"B","value":"3"},{"name":"C","value":"4"}]}`,
				},
				{Template: `{{ mergeDeep "apend" (dict) (dict) }}`, Error: `lists: want "replace", "append" or "by KEY", got a string that is none`},
			},
		},
		{
			Name: "pruneEmpty", Group: Structure, Fn: pruneEmpty,
			Doc:    "Leaves out, at every depth, what says nothing: null, empty text, empty lists and maps. Zero and false stay: they say something. Returns a new tree.",
			Params: []Param{{Name: "value", Doc: "a map or a list"}},
			Examples: []Example{
				{
					Template: `{{ .Values | pruneEmpty | toJson }}`,
					Values:   `{a: "", b: null, c: {d: []}, e: 0, f: false, g: [{}, 1]}`,
					Want:     `{"e":0,"f":false,"g":[1]}`,
				},
			},
		},
	}
}

func pruneEmpty(value any) (any, error) {
	if _, ok := asMap(value); !ok {
		if _, ok := asList(value); !ok {
			return nil, argumentError("value", value, "a map or a list")
		}
	}
	return prune(value, 0), nil
}

func prune(v any, depth int) any {
	mustEnd(depth)
	if m, ok := asMap(v); ok {
		kept := make(map[string]any, len(m))
		for key, value := range m {
			if value = prune(value, depth+1); !saysNothing(value) {
				kept[key] = value
			}
		}
		return kept
	}
	if l, ok := asList(v); ok {
		kept := make([]any, 0, len(l))
		for _, value := range l {
			if value = prune(value, depth+1); !saysNothing(value) {
				kept = append(kept, value)
			}
		}
		return kept
	}
	return v
}

func saysNothing(v any) bool {
	switch x := v.(type) {
	case nil:
		return true
	case string:
		return x == ""
	case map[string]any:
		return len(x) == 0
	case []any:
		return len(x) == 0
	}
	return false
}

func mergeDeep(lists, over, base any) (map[string]any, error) {
	merge, err := listMerger(lists)
	if err != nil {
		return nil, err
	}
	a, err := mapArgument("base", base)
	if err != nil {
		return nil, err
	}
	b, err := mapArgument("over", over)
	if err != nil {
		return nil, err
	}
	return mergeMaps(merge, a, b, 0), nil
}

type mergeLists func(base, over []any, depth int) []any

func listMerger(lists any) (mergeLists, error) {
	const want = `"replace", "append" or "by KEY"`
	strategy, err := textArgument("lists", lists, want)
	if err != nil {
		return nil, err
	}
	switch key, byKey := strings.CutPrefix(strategy, "by "); {
	case byKey && strings.TrimSpace(key) != "":
		return mergeByKey(strings.TrimSpace(key)), nil
	case strategy == "replace":
		return replaceList, nil
	case strategy == "append":
		return func(base, over []any, _ int) []any { return append(append([]any{}, base...), over...) }, nil
	}
	return nil, formError("lists", strategy, want)
}

func replaceList(_, over []any, _ int) []any { return over }

// mergeMaps returns a new map; the values that did not change are shared.
func mergeMaps(lists mergeLists, base, over map[string]any, depth int) map[string]any {
	mustEnd(depth)
	merged := make(map[string]any, len(base)+len(over))
	for key, value := range base {
		merged[key] = value
	}
	for key, value := range over {
		if value == nil {
			delete(merged, key)
			continue
		}
		merged[key] = mergeValues(lists, merged[key], value, depth+1)
	}
	return merged
}

func mergeValues(lists mergeLists, base, over any, depth int) any {
	if b, ok := asMap(over); ok {
		a, _ := asMap(base) // over a scalar: as over nothing, so that nulls go
		return mergeMaps(lists, a, b, depth)
	}
	a, isList := asList(base)
	b, alsoList := asList(over)
	if isList && alsoList {
		return lists(a, b, depth)
	}
	return over
}

// mergeByKey merges elements whose key is equal, in the place of the first, and
// appends the others.
func mergeByKey(key string) mergeLists {
	var merge mergeLists
	merge = func(base, over []any, depth int) []any {
		merged := append([]any{}, base...)
		for _, element := range over {
			i := indexByKey(merged, key, element)
			if i < 0 {
				merged = append(merged, element)
				continue
			}
			merged[i] = mergeValues(merge, merged[i], element, depth+1)
		}
		return merged
	}
	return merge
}

func indexByKey(list []any, key string, element any) int {
	m, ok := asMap(element)
	if !ok || m[key] == nil {
		return -1
	}
	for i, candidate := range list {
		if c, ok := asMap(candidate); ok && sameScalar(c[key], m[key]) {
			return i
		}
	}
	return -1
}

// sameScalar compares keys by their worth: 80 out of a values file is a float64,
// 80 written in a template an int. "80" is neither.
func sameScalar(a, b any) bool {
	x, isNumber := number(a)
	y, alsoNumber := number(b)
	if isNumber || alsoNumber {
		return isNumber && alsoNumber && x == y
	}
	return reflect.DeepEqual(a, b)
}

func number(v any) (float64, bool) {
	switch rv := reflect.ValueOf(v); {
	case rv.CanInt():
		return float64(rv.Int()), true
	case rv.CanUint():
		return float64(rv.Uint()), true
	case rv.CanFloat():
		return rv.Float(), true
	}
	return 0, false
}
