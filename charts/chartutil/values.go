package chartutil

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"sigs.k8s.io/yaml"
)

// globalKey is the table of values that every subchart sees.
const globalKey = "global"

// Values are the values of a chart: nested tables of type map[string]any.
//
// Every exported method can be called from a template as .Values.Name and hides
// a value of that name, so the set of methods is exactly Helm's.
type Values map[string]any

// ErrNoTable says that a path does not lead to a table.
type ErrNoTable struct{ Key string }

func (e ErrNoTable) Error() string { return fmt.Sprintf("%q is not a table", e.Key) }

// ErrNoValue says that a path does not lead to a value, or leads to a table.
type ErrNoValue struct{ Key string }

func (e ErrNoValue) Error() string { return fmt.Sprintf("%q is not a value", e.Key) }

// YAML returns the values as a YAML document.
func (v Values) YAML() (string, error) {
	out, err := yaml.Marshal(v)
	return string(out), err
}

// Encode writes the values to w as a YAML document.
func (v Values) Encode(w io.Writer) error {
	out, err := yaml.Marshal(v)
	if err != nil {
		return err
	}
	_, err = w.Write(out)
	return err
}

// AsMap returns v as a plain map that is never nil. The map is not a copy.
func (v Values) AsMap() map[string]any {
	if len(v) == 0 {
		return map[string]any{}
	}
	return v
}

// Table returns the table at a path of keys separated by dots; ErrNoTable when
// there is none. The table is not a copy.
func (v Values) Table(name string) (Values, error) {
	return v.table(strings.Split(name, "."))
}

func (v Values) table(keys []string) (Values, error) {
	for _, key := range keys {
		inner, found := v[key]
		if !found {
			return v, ErrNoTable{key}
		}
		switch t := inner.(type) {
		case map[string]any:
			v = t
		case Values:
			v = t
		default:
			return Values{}, ErrNoTable{key}
		}
	}
	return v, nil
}

// PathValue returns the value at a path of keys separated by dots; ErrNoValue
// when there is none or when it is a table.
func (v Values) PathValue(path string) (any, error) {
	if path == "" {
		return nil, errors.New("YAML path cannot be empty")
	}
	keys := strings.Split(path, ".")
	last := keys[len(keys)-1]
	table, err := v.table(keys[:len(keys)-1])
	if err != nil {
		return nil, ErrNoValue{last}
	}
	value, found := table[last]
	if !found || isTable(value) {
		return nil, ErrNoValue{last}
	}
	return value, nil
}

func isTable(v any) bool {
	_, ok := v.(map[string]any)
	return ok
}

// Copy returns a deep copy of what YAML, JSON and --set can produce.
func Copy(v any) any { return copyValue(v) }

// copyValue returns a deep copy of what YAML, JSON and --set can produce.
func copyValue(v any) any {
	switch t := v.(type) {
	case map[string]any:
		return copyTable(t)
	case Values:
		return Values(copyTable(t))
	case []any:
		if t == nil {
			return t
		}
		list := make([]any, len(t))
		for i, item := range t {
			list[i] = copyValue(item)
		}
		return list
	}
	return v
}

// copyTable returns a deep copy of m, and an empty table for nil.
func copyTable(m map[string]any) map[string]any {
	out := make(map[string]any, len(m))
	for key, value := range m {
		out[key] = copyValue(value)
	}
	return out
}
