// Package helmyaml reads and writes YAML with the results that Helm's template
// functions have: those of sigs.k8s.io/yaml, a way through JSON and back, with
// errors swallowed or put into the result. It does it without the way through
// JSON wherever the outcome is provably the same, and falls back to the library
// where it is not.
//
// It knows nothing of templates, and it is not the YAML of package manifest,
// which keeps positions and comments.
package helmyaml

import (
	"bytes"
	"strings"

	"go.yaml.in/yaml/v3"
	sigs "sigs.k8s.io/yaml"
)

// ToYAML is the template function toYaml: sorted keys, one trailing line break
// removed, and nothing at all for what cannot be encoded.
func ToYAML(v any) string {
	if text, ok := write(v); ok {
		return strings.TrimSuffix(text, "\n")
	}
	data, err := sigs.Marshal(v)
	if err != nil {
		return ""
	}
	return strings.TrimSuffix(string(data), "\n")
}

// ToYAMLPretty is the template function toYamlPretty: YAML 1.2 rules, sequences
// indented by two.
func ToYAMLPretty(v any) string {
	var b bytes.Buffer
	e := yaml.NewEncoder(&b)
	e.SetIndent(2)
	if err := e.Encode(v); err != nil {
		return ""
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// FromYAML is the template function fromYaml; the text of an error goes into
// the key Error.
func FromYAML(text string) map[string]any {
	if v, ok := read(text); ok {
		if m, ok := v.(map[string]any); ok {
			return m
		}
	}
	m := map[string]any{}
	if err := sigs.Unmarshal([]byte(text), &m); err != nil {
		m["Error"] = err.Error()
	}
	return m
}

// FromYAMLArray is the template function fromYamlArray; the text of an error
// becomes the only item.
func FromYAMLArray(text string) []any {
	if v, ok := read(text); ok {
		if list, ok := v.([]any); ok {
			return list
		}
	}
	list := []any{}
	if err := sigs.Unmarshal([]byte(text), &list); err != nil {
		list = []any{err.Error()}
	}
	return list
}
