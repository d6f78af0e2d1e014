package funcs

import (
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"

	"github.com/helmx-dev/helmx/diag"
)

// argumentError says which parameter got what kind of value, and what it takes.
func argumentError(param string, got any, want string) error {
	return fmt.Errorf("%s: want %s, got %s", param, want, kindName(got))
}

// formError is argumentError for a value of the right kind and the wrong form.
func formError(param string, got any, want string) error {
	form := kindName(got)
	if form != emptyText {
		form += " that is none"
	}
	return fmt.Errorf("%s: want %s, got %s", param, want, form)
}

const emptyText = "an empty string"

// kindName names the kind of a value and never shows the value itself: messages
// end up in logs, and an argument may come from a Secret.
func kindName(v any) string {
	if v == nil {
		return "nothing (null)"
	}
	switch rv := reflect.ValueOf(v); {
	case rv.Kind() == reflect.String && rv.Len() == 0:
		return emptyText
	case rv.Kind() == reflect.String:
		return "a string"
	case rv.Kind() == reflect.Bool:
		return "true or false"
	case rv.Kind() == reflect.Map:
		return "a map"
	case rv.Kind() == reflect.Slice, rv.Kind() == reflect.Array:
		return "a list"
	case rv.CanFloat() && rv.Float() != math.Trunc(rv.Float()):
		return "a number with a fraction"
	case rv.CanInt(), rv.CanUint(), rv.CanFloat():
		return "a number"
	}
	return fmt.Sprintf("a value of type %T", v)
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

// unknownKey refuses a map with a key that is not known. It does not show the
// key: what is meant for a value may have come to stand there.
func unknownKey(m map[string]any, known []string) error {
	for _, key := range sortedKeys(m) {
		if slices.Contains(known, key) {
			continue
		}
		if meant := diag.DidYouMean(key, known); meant != "" {
			return errors.New("unknown key: " + meant)
		}
		return errors.New("unknown key: want " + strings.Join(known, ", "))
	}
	return nil
}

// maxNesting is how deep what is walked may be nested. A template can put a map
// into itself, and then a walk would not end; Go cannot recover from that.
const maxNesting = 10_000

var errNesting = errors.New("the value contains itself, or is nested more than 10000 levels deep")

// mustEnd stops a walk that is too deep; text/template makes an error of it.
func mustEnd(depth int) {
	if depth > maxNesting {
		panic(errNesting)
	}
}
