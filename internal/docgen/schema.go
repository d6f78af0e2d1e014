package docgen

import (
	"bytes"
	"encoding/json"
	"go/ast"
	"strings"

	"github.com/helmx-dev/helmx/internal/config"
	"github.com/helmx-dev/helmx/patch"
)

// SchemaURL is where editors find the JSON Schema of helmx.yaml.
const SchemaURL = "https://raw.githubusercontent.com/helmx-dev/helmx/main/docs/helmx.schema.json"

// ConfigSchema is docs/helmx.schema.json: the JSON Schema of helmx.yaml, and of
// the files it includes, from the Go types of package config and from the table
// of keys of package patch. It is of draft 7, which every editor knows.
func ConfigSchema(folder string) (string, error) {
	types, err := parseConfig(folder)
	if err != nil {
		return "", err
	}
	root, err := types.object("Config")
	if err != nil {
		return "", err
	}
	included, err := types.keys("Included")
	if err != nil {
		return "", err
	}
	var names []string
	for _, k := range included {
		names = append(names, k.name)
	}
	schema := append(object{
		{"$schema", "http://json-schema.org/draft-07/schema#"},
		{"$id", SchemaURL},
		{"title", "helmx.yaml"},
		{"description", "The configuration of helmx, or a file that it includes."},
		{"type", "object"},
	}, root[1:]...)
	schema = append(schema,
		member{"anyOf", []object{
			{{"required", []string{"apiVersion", "kind"}}},
			{{"propertyNames", object{{"enum", names}}}},
		}},
		member{"definitions", object{{"patch", patchSchema()}, {"target", keySchema(patch.TargetKeys())}}},
	)
	return indented(schema)
}

func indented(v any) (string, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	err := e.Encode(v)
	return b.String(), err
}

// object is a JSON object that keeps its order.
type object []member

type member struct {
	name  string
	value any
}

// MarshalJSON implements json.Marshaler.
func (o object) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	for i, m := range o {
		b.WriteByte("{,"[min(i, 1)])
		name, err := plainJSON(m.name)
		if err != nil {
			return nil, err
		}
		value, err := plainJSON(m.value)
		if err != nil {
			return nil, err
		}
		b.Write(name)
		b.WriteByte(':')
		b.Write(value)
	}
	if len(o) == 0 {
		b.WriteByte('{')
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// plainJSON encodes without turning < and > into escapes.
func plainJSON(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return bytes.TrimSpace(b.Bytes()), err
}

// object is the schema of a struct type. An empty key means the default.
func (t configTypes) object(typeName string) (object, error) {
	keys, err := t.keys(typeName)
	if err != nil {
		return nil, err
	}
	var properties object
	var required []string
	for _, k := range keys {
		value, err := t.value(typeName, k)
		if err != nil {
			return nil, err
		}
		if k.required {
			required = append(required, k.name)
		}
		properties = append(properties, member{k.name, append(object{{"description", k.doc}}, value...)})
	}
	o := object{{"type", []string{"object", "null"}}, {"additionalProperties", false}, {"properties", properties}}
	if required != nil {
		o = append(o[1:], member{"type", "object"}, member{"required", required})
	}
	return o, nil
}

// value is the schema of the value of a key.
func (t configTypes) value(typeName string, k configKey) (object, error) {
	switch {
	case k.name == "apiVersion":
		return object{{"const", config.APIVersion}}, nil
	case k.name == "kind" && typeName != "Target":
		return object{{"const", config.Kind}}, nil
	case k.required:
		return object{{"type", []string{"string", "number"}}, {"pattern", `\S`}}, nil
	case k.pair:
		return object{{"type", []string{"array", "null"}}, {"items", object{{"type", "string"}}}, {"anyOf", []object{{{"maxItems", 0}}, {{"minItems", 2}, {"maxItems", 2}}}}}, nil
	case k.name == "patches":
		return object{{"type", []string{"array", "null"}}, {"items", object{{"$ref", "#/definitions/patch"}}}}, nil
	}
	return t.goType(k.goType, k.enum)
}

func (t configTypes) goType(e ast.Expr, enum string) (object, error) {
	switch e := e.(type) {
	case *ast.Ident:
		return t.named(e.Name, enum)
	case *ast.ArrayType:
		items, err := t.goType(e.Elt, enum)
		return object{{"type", []string{"array", "null"}}, {"items", items}}, err
	case *ast.MapType:
		values, err := t.goType(e.Value, enum)
		return object{{"type", []string{"object", "null"}}, {"additionalProperties", values}}, err
	case *ast.SelectorExpr:
		return object{{"type", []string{"string", "null"}}, {"format", "date"}}, nil
	}
	return object{{"type", []string{"object", "null"}}}, nil // YAML that is decoded elsewhere: values
}

// named is the schema of a type that has a name. A version such as 1.30 is a
// number for YAML, and text for helmx.
func (t configTypes) named(name, enum string) (object, error) {
	switch {
	case enum != "":
		return object{{"enum", strings.Split(enum, ",")}}, nil
	case name == "string":
		return object{{"type", []string{"string", "number", "null"}}}, nil
	case name == "bool":
		return object{{"type", []string{"boolean", "null"}}}, nil
	}
	o, err := t.object(name)
	if t.short[name] {
		return object{{"anyOf", []object{{{"type", "string"}, {"pattern", `\S`}}, o}}}, err
	}
	return o, err
}

// keySchema is the schema of a map with keys of a table of package patch.
func keySchema(keys []patch.Key) object {
	var properties object
	for _, k := range keys {
		properties = append(properties, member{k.Name, described(k)})
	}
	return object{{"type", "object"}, {"additionalProperties", false}, {"minProperties", 1}, {"properties", properties}}
}

// described adds what a key means to the schema that the table has for it.
func described(k patch.Key) any {
	if k.Name == "target" {
		return object{{"description", k.Doc}, {"allOf", []object{{{"$ref", "#/definitions/target"}}}}}
	}
	doc := k.Doc
	if k.Example != "" {
		doc += " Example: " + k.Name + ": " + k.Example
	}
	return object{{"description", doc}, {"allOf", []json.RawMessage{json.RawMessage(k.Schema)}}}
}

// patchSchema is the schema of an entry of patches: it has one kind of change,
// or deletes, and beside each key what that needs.
func patchSchema() object {
	var kinds []object
	named := []object{{{"required", []string{"name"}}}}
	for _, k := range patch.Kinds() {
		kinds = append(kinds, object{{"required", []string{k.Name}}})
		if k.Name == "kustomize" { // its file may stand for a name
			named = append(named, object{{"required", []string{k.Name}}})
		}
	}
	var beside object
	for _, k := range patch.Keys() {
		if k.Beside != "" {
			beside = append(beside, member{k.Name, json.RawMessage(k.Beside)})
		}
	}
	return append(keySchema(patch.Keys()),
		member{"anyOf", named},
		member{"dependencies", beside},
		member{"if", object{{"required", []string{"ensure"}}, {"properties", object{{"ensure", object{{"const", "absent"}}}}}}},
		member{"then", object{{"not", object{{"anyOf", kinds}}}}},
		member{"else", object{{"oneOf", kinds}}},
	)
}
