// Kubeconformschemas writes strict JSON Schemas for kubeconform: one file for each
// kind in each version, from the OpenAPI files of a k8s.io/kubernetes module and from
// custom resource definitions. Descriptions are left out, as they would only cost
// kubeconform time.
//
//	go run ./perf/kubeconformschemas OUT OPENAPI-FOLDER [CRDS.yaml...]
package main

import (
	"encoding/json"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"strings"

	"sigs.k8s.io/yaml"
)

func main() {
	log.SetFlags(0)
	if len(os.Args) < 3 {
		log.Fatal("usage: kubeconformschemas OUT OPENAPI-FOLDER [CRDS.yaml...]")
	}
	if err := write(os.Args[1], os.Args[2], os.Args[3:]); err != nil {
		log.Fatal(err)
	}
}

func write(out, openapi string, definitions []string) error {
	if err := os.MkdirAll(out, 0o755); err != nil {
		return err
	}
	files, err := filepath.Glob(filepath.Join(openapi, "*_openapi.json"))
	if err != nil || len(files) == 0 {
		return fmt.Errorf("no OpenAPI files in %s: %v", openapi, err)
	}
	for _, file := range files {
		if err := builtin(out, file); err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
	}
	for _, file := range definitions {
		if err := custom(out, file); err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
	}
	return nil
}

// object is a piece of JSON Schema.
type object = map[string]any

// builtin writes the kinds of one group and version.
func builtin(out, file string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	var d struct {
		Components struct{ Schemas map[string]object }
	}
	if err := json.Unmarshal(text, &d); err != nil {
		return err
	}
	for name, schema := range d.Components.Schemas {
		strict(schema, name)
	}
	for _, schema := range d.Components.Schemas {
		gvks, _ := schema["x-kubernetes-group-version-kind"].([]any)
		if len(gvks) != 1 {
			continue // options, which every group has
		}
		gvk, _ := gvks[0].(object)
		whole := object{"definitions": reached(d.Components.Schemas, schema)}
		for key, value := range schema {
			whole[key] = value
		}
		err := save(out, fmt.Sprint(gvk["group"]), fmt.Sprint(gvk["version"]), fmt.Sprint(gvk["kind"]), whole)
		if err != nil {
			return err
		}
	}
	return nil
}

// reached returns the definitions that a schema refers to, directly or not.
func reached(all map[string]object, from any) object {
	found := object{}
	var walk func(v any)
	walk = func(v any) {
		switch v := v.(type) {
		case object:
			if ref, ok := v["$ref"].(string); ok {
				name := strings.TrimPrefix(ref, "#/definitions/")
				if _, known := found[name]; !known {
					found[name] = all[name]
					walk(all[name])
				}
			}
			for _, item := range v {
				walk(item)
			}
		case []any:
			for _, item := range v {
				walk(item)
			}
		}
	}
	walk(from)
	return found
}

// strict changes a schema in place as kubeconform's own schemas are made: unknown
// fields are refused, fields may be null, descriptions are left out.
func strict(s object, name string) {
	delete(s, "description")
	delete(s, "default")
	if strings.HasSuffix(name, ".Quantity") || strings.HasSuffix(name, ".IntOrString") || s["x-kubernetes-int-or-string"] == true {
		delete(s, "format")
		delete(s, "anyOf")
		delete(s, "oneOf")
		s["type"] = []any{"string", "number", "null"}
		return
	}
	if strings.HasSuffix(name, ".JSONSchemaPropsOrBool") || strings.HasSuffix(name, ".JSONSchemaPropsOrArray") {
		return
	}
	if ref, ok := s["$ref"].(string); ok {
		s["$ref"] = strings.Replace(ref, "#/components/schemas/", "#/definitions/", 1)
	}
	properties, has := s["properties"].(object)
	for _, p := range properties {
		nested(p)
	}
	_, open := s["additionalProperties"]
	if preserve := s["x-kubernetes-preserve-unknown-fields"] == true; has && !open && !preserve {
		s["additionalProperties"] = false
	}
	for _, key := range []string{"items", "additionalProperties", "not"} {
		nested(s[key])
	}
	for _, key := range []string{"allOf", "anyOf", "oneOf"} {
		items, _ := s[key].([]any)
		for _, item := range items {
			if o, ok := item.(object); ok && o["$ref"] != nil {
				nested(item) // the others only narrow what is above them
			}
		}
	}
	if t, ok := s["type"].(string); ok && name == "" {
		s["type"] = []any{t, "null"}
	}
}

func nested(v any) {
	if s, ok := v.(object); ok {
		strict(s, "")
	}
}

// custom writes the kinds that a file of definitions defines.
func custom(out, file string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	for _, document := range strings.Split(string(text), "\n---") {
		var crd struct {
			Kind string
			Spec struct {
				Group    string
				Names    struct{ Kind string }
				Versions []struct {
					Name   string
					Schema struct{ OpenAPIV3Schema object }
				}
			}
		}
		if err := yaml.Unmarshal([]byte(document), &crd); err != nil {
			return err
		}
		if crd.Kind != "CustomResourceDefinition" {
			continue
		}
		for _, v := range crd.Spec.Versions {
			if err := save(out, crd.Spec.Group, v.Name, crd.Spec.Names.Kind, root(v.Schema.OpenAPIV3Schema)); err != nil {
				return err
			}
		}
	}
	return nil
}

// root makes the schema of a custom resource strict. What every object has is
// not in it.
func root(schema object) object {
	properties, _ := schema["properties"].(object)
	if properties == nil {
		return schema
	}
	for _, name := range []string{"apiVersion", "kind"} {
		properties[name] = object{"type": "string"}
	}
	strict(schema, "root")
	properties["metadata"] = object{"type": "object"}
	return schema
}

func save(out, group, version, kind string, schema object) error {
	schema["$schema"] = "http://json-schema.org/draft-07/schema#"
	text, err := json.Marshal(schema)
	if err != nil {
		return err
	}
	// kubeconform's {{.ResourceKind}}{{.KindSuffix}}: the first word of the group.
	name := kind
	if group != "" {
		name += "-" + strings.Split(group, ".")[0]
	}
	return os.WriteFile(filepath.Join(out, strings.ToLower(name+"-"+version)+".json"), text, 0o644)
}
