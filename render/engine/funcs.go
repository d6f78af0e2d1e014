package engine

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"text/template"

	"github.com/BurntSushi/toml"
	"github.com/Masterminds/sprig/v3"

	"github.com/helmx-dev/helmx/render/helmyaml"
)

// funcMap returns Helm's functions and those of the options. Those that belong
// to a worker are place-holders here, for parsing; see newWorker.
func (r *renderer) funcMap() template.FuncMap {
	m := template.FuncMap{}
	maps.Copy(m, r.opts.Funcs)
	maps.Copy(m, sprig.TxtFuncMap())
	delete(m, "env")
	delete(m, "expandenv")
	readIntegersAsHelm(m)
	maps.Copy(m, template.FuncMap{
		"toToml":        toTOML,
		"fromToml":      fromTOML,
		"toYaml":        helmyaml.ToYAML,
		"toYamlPretty":  helmyaml.ToYAMLPretty,
		"fromYaml":      helmyaml.FromYAML,
		"fromYamlArray": helmyaml.FromYAMLArray,
		"toJson":        toJSON,
		"fromJson":      fromJSON,
		"fromJsonArray": fromJSONArray,
		"include":       (*scope)(nil).include,
		"tpl":           (*scope)(nil).tpl,
		"required":      (*worker)(nil).required,
		"fail":          (*worker)(nil).fail,
		"lookup":        lookup,
	})
	if !r.opts.EnableDNS {
		m["getHostByName"] = func(string) string { return "" }
	}
	refuseCycles(m)
	return m
}

// lookup finds nothing: there is no cluster.
func lookup(_, _, _, _ string) (map[string]any, error) { return map[string]any{}, nil }

// The conversions below report errors in their result, not to the template: an
// empty string when encoding to JSON, the text of the error when encoding to
// TOML, a key "Error" or a list with the text when decoding.

func toJSON(v any) string {
	data, err := json.Marshal(v)
	if err != nil {
		return ""
	}
	return string(data)
}

func fromJSON(text string) map[string]any {
	m := map[string]any{}
	if err := json.Unmarshal([]byte(text), &m); err != nil {
		m["Error"] = err.Error()
	}
	return m
}

func fromJSONArray(text string) []any {
	list := []any{}
	if err := json.Unmarshal([]byte(text), &list); err != nil {
		list = []any{err.Error()}
	}
	return list
}

func toTOML(v any) string {
	var b bytes.Buffer
	if err := toml.NewEncoder(&b).Encode(v); err != nil {
		return err.Error()
	}
	return b.String()
}

func fromTOML(text string) map[string]any {
	m := map[string]any{}
	if err := toml.Unmarshal([]byte(text), &m); err != nil {
		m["Error"] = err.Error()
	}
	return m
}

// FuncNames returns the names of all functions that a template can call,
// sorted.
func FuncNames() []string {
	names := slices.Collect(maps.Keys(builtins))
	names = slices.AppendSeq(names, maps.Keys((&renderer{}).funcMap()))
	slices.Sort(names)
	return slices.Compact(names) // sprig has a slice of its own
}
