package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/helmx-dev/helmx/schema/internal/pack"
)

// release is what one Kubernetes version says: its definitions by name, in
// which references are still names, and the kinds it serves.
type release struct {
	pack.Release
	definitions map[string]map[string]any
	kinds       map[gvk]served
}

type gvk struct{ Group, Version, Kind string }

type served struct {
	plural     string
	namespaced bool
	definition string
}

// readRelease reads the OpenAPI documents of one Kubernetes version, and the
// enums that these documents lack.
func readRelease(r pack.Release) (*release, error) {
	out := &release{r, map[string]map[string]any{}, map[gvk]served{}}
	dir, err := moduleDir("k8s.io/kubernetes@v" + r.Version)
	if err != nil {
		return nil, err
	}
	files, err := filepath.Glob(filepath.Join(dir, "api/openapi-spec/v3/*.json"))
	if err != nil {
		return nil, err
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("no OpenAPI documents in %s", dir)
	}
	for _, f := range files {
		if err := out.readDocument(f); err != nil {
			return nil, fmt.Errorf("%s: %w", filepath.Base(f), err)
		}
	}
	enums, err := readEnums(filepath.Join(dir, "pkg/generated/openapi/zz_generated.openapi.go"))
	if err != nil {
		return nil, err
	}
	if err := out.addOverlay(); err != nil {
		return nil, err
	}
	return out, out.addEnums(enums)
}

// document is an OpenAPI v3 document, as far as it matters here.
type document struct {
	Paths      map[string]map[string]json.RawMessage
	Components struct{ Schemas map[string]map[string]any }
}

func (r *release) readDocument(file string) error {
	data, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	var d document
	if err := json.Unmarshal(data, &d); err != nil {
		return err
	}
	for name, s := range d.Components.Schemas {
		if r.definitions[name] == nil {
			r.definitions[name] = native(name, s)
		}
	}
	for path, methods := range d.Paths {
		if err := r.readPath(path, methods["post"], d.Components.Schemas); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
	}
	return nil
}

// readPath takes a kind from the path at which it is created: the scope is
// written nowhere else. Subresources such as pods/binding are no kinds of
// manifests, and have a longer path.
func (r *release) readPath(path string, post json.RawMessage, schemas map[string]map[string]any) error {
	words := strings.Split(strings.Trim(path, "/"), "/")
	words = words[min(len(words), map[string]int{"api": 2, "apis": 3}[words[0]]):]
	namespaced := len(words) == 3 && words[0] == "namespaces"
	if post == nil || len(words) != 1 && !namespaced {
		return nil
	}
	var action struct {
		GVK gvk `json:"x-kubernetes-group-version-kind"`
	}
	if err := json.Unmarshal(post, &action); err != nil {
		return err
	}
	for name, s := range schemas {
		if hasGVK(s, action.GVK) {
			r.kinds[action.GVK] = served{words[len(words)-1], namespaced || r.kinds[action.GVK].namespaced, name}
			return nil
		}
	}
	return fmt.Errorf("no definition of %v", action.GVK)
}

func hasGVK(schema map[string]any, want gvk) bool {
	list, _ := schema["x-kubernetes-group-version-kind"].([]any)
	return slices.ContainsFunc(list, func(x any) bool {
		m, _ := x.(map[string]any)
		return len(list) == 1 && m["group"] == want.Group && m["version"] == want.Version && m["kind"] == want.Kind
	})
}

const meta = "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1."

// special are the definitions that OpenAPI cannot express or gives up on.
var special = map[string]map[string]any{
	"io.k8s.apimachinery.pkg.api.resource.Quantity":   {"format": "quantity"},
	"io.k8s.apimachinery.pkg.util.intstr.IntOrString": {"x-kubernetes-int-or-string": true},
	// An array is allowed by the Go type and refused for every CustomResourceDefinition v1.
	meta + "JSONSchemaPropsOrArray": {"$ref": meta + "JSONSchemaProps"},
	meta + "JSONSchemaPropsOrBool":  {"anyOf": []any{map[string]any{"type": "boolean"}, map[string]any{"$ref": meta + "JSONSchemaProps"}}},
}

// optional are fields that OpenAPI calls required and the API server does not:
// it fills them in, or their zero value is as good as any.
var optional = map[string][]string{
	"io.k8s.api.rbac.v1.RoleRef":                 {"apiGroup"},
	"io.k8s.api.rbac.v1.Role":                    {"rules"},
	"io.k8s.api.rbac.v1.ClusterRole":             {"rules"},
	"io.k8s.api.scheduling.v1.PriorityClass":     {"value"},
	"io.k8s.api.core.v1.HTTPHeader":              {"value"},
	"io.k8s.api.core.v1.Sysctl":                  {"value"},
	"io.k8s.api.core.v1.PreferredSchedulingTerm": {"preference"},
	"io.k8s.api.core.v1.LimitRangeSpec":          {"limits"},
	"io.k8s.api.core.v1.Event":                   {"metadata"},
	"io.k8s.api.apps.v1.ControllerRevision":      {"revision"},
	"io.k8s.api.discovery.v1.EndpointSlice":      {"endpoints"},
	"io.k8s.api.storage.v1.CSIDriver":            {"spec"},
	"io.k8s.api.storage.v1.CSINodeSpec":          {"drivers"},
	"io.k8s.api.resource.v1.DeviceClass":         {"spec"},
	"io.k8s.api.resource.v1.ResourceClaim":       {"spec"},
	meta + "CustomResourceDefinitionVersion":     {"served", "storage"},
	meta + "CustomResourceDefinitionStatus":      {"conditions", "acceptedNames", "storedVersions"},
}

// native strips a definition of Kubernetes itself and says in the words of
// structural schemas what it means: an object without fields is any object.
func native(name string, s map[string]any) map[string]any {
	if s, ok := special[name]; ok {
		return s
	}
	s = strip(s).(map[string]any)
	if required, ok := s["required"].([]any); ok {
		s["required"] = slices.DeleteFunc(required, func(f any) bool { return slices.Contains(optional[name], f.(string)) })
	}
	return s
}

// strip returns the schema without prose, with `allOf: [$ref]` as `$ref`.
func strip(v any) any {
	switch v := v.(type) {
	case []any:
		out := make([]any, len(v))
		for i := range v {
			out[i] = strip(v[i])
		}
		return out
	case map[string]any:
		return stripMap(v)
	}
	return v
}

func stripMap(m map[string]any) map[string]any {
	if all, ok := m["allOf"].([]any); ok && len(all) == 1 {
		m = all[0].(map[string]any)
	}
	if ref, ok := m["$ref"].(string); ok {
		return map[string]any{"$ref": strings.TrimPrefix(ref, "#/components/schemas/")}
	}
	out := map[string]any{}
	for key, v := range m {
		switch key {
		case "properties":
			fields := map[string]any{}
			for name, field := range v.(map[string]any) {
				fields[name] = strip(field)
			}
			out[key] = fields
		case "type", "format", "items", "additionalProperties", "required", "x-kubernetes-list-type", "x-kubernetes-list-map-keys":
			out[key] = strip(v)
		case "default": // a part of the key of a list map; the empty ones mean nothing
			if text, ok := v.(string); ok && text != "" {
				out[key] = text
			}
		}
	}
	if m["type"] == "object" && m["properties"] == nil && m["additionalProperties"] == nil {
		out["x-kubernetes-preserve-unknown-fields"] = true
	}
	return out
}
