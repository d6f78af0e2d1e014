package funcs

import (
	"fmt"
	"math"
	"reflect"
	"strconv"
)

// argumentError says which parameter got what, and what it takes.
func argumentError(param string, got any, want string) error {
	return fmt.Errorf("%s: want %s, got %s", param, want, show(got))
}

// show prints a short value as it is written and of a map or list only the kind:
// messages must stay readable, and may not spill a whole Secret.
func show(v any) string {
	switch x := v.(type) {
	case nil:
		return "nothing (null)"
	case string:
		if len(x) > 60 {
			return strconv.Quote(x[:60]) + "..."
		}
		return strconv.Quote(x)
	}
	switch reflect.ValueOf(v).Kind() {
	case reflect.Map:
		return "a map"
	case reflect.Slice, reflect.Array:
		return "a list"
	}
	return fmt.Sprint(v)
}

func textArgument(param string, v any, want string) (string, error) {
	if rv := reflect.ValueOf(v); rv.Kind() == reflect.String { // named string types too
		return rv.String(), nil
	}
	return "", argumentError(param, v, want)
}

// integerArgument takes every number type with an integral value: Helm decodes
// the numbers of values files to float64.
func integerArgument(param string, v any) (int64, error) {
	rv := reflect.ValueOf(v)
	switch {
	case rv.CanInt():
		return rv.Int(), nil
	case rv.CanUint() && rv.Uint() <= math.MaxInt64:
		return int64(rv.Uint()), nil
	case rv.CanFloat() && rv.Float() == math.Trunc(rv.Float()) && math.Abs(rv.Float()) < 1<<63:
		return int64(rv.Float()), nil
	}
	return 0, argumentError(param, v, "an integer")
}

// mapArgument returns a map with string keys as map[string]any, whatever its
// type is called (chartutil.Values). The map itself, not a copy.
func mapArgument(param string, v any) (map[string]any, error) {
	if m, ok := asMap(v); ok {
		return m, nil
	}
	return nil, argumentError(param, v, "a map")
}

var mapType = reflect.TypeFor[map[string]any]()

func asMap(v any) (map[string]any, bool) {
	if m, ok := v.(map[string]any); ok {
		return m, true
	}
	rv := reflect.ValueOf(v)
	if rv.Kind() != reflect.Map {
		return nil, false
	}
	if rv.Type().ConvertibleTo(mapType) {
		return rv.Convert(mapType).Interface().(map[string]any), true
	}
	if rv.Type().Key().Kind() != reflect.String {
		return nil, false
	}
	m := make(map[string]any, rv.Len())
	for entries := rv.MapRange(); entries.Next(); {
		m[entries.Key().String()] = entries.Value().Interface()
	}
	return m, true
}

func asList(v any) ([]any, bool) {
	if l, ok := v.([]any); ok {
		return l, true
	}
	rv := reflect.ValueOf(v)
	if rv.Kind() != reflect.Slice {
		return nil, false
	}
	l := make([]any, rv.Len())
	for i := range l {
		l[i] = rv.Index(i).Interface()
	}
	return l, true
}
