package charts

import (
	"cmp"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v5"
	"sigs.k8s.io/yaml"
)

func TestMeshValuesSchema(t *testing.T) {
	schema, err := jsonschema.Compile("mesh/values.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name   string
		values string
		bad    string // where the schema must object; "" when it must not
	}{
		{name: "defaults"},
		{name: "own settings of a subchart", values: `istiod: {pilot: {env: {A: b}}, meshConfig: {}}`},
		{name: "global of the subcharts", values: `global: {platform: gke, proxy: {privileged: false}}`},
		{name: "tags", values: `tags: {a: true}`},
		{name: "tls", values: `ingress: {enabled: true, https: {enabled: true, certificates: [a]}}`},
		{name: "unknown key", values: `ingres: {enabled: true}`, bad: "/"},
		{name: "unknown nested key", values: `ingress: {namspace: a}`, bad: "/ingress"},
		{name: "switch of a subchart", values: `cni: {enabled: "yes"}`, bad: "/cni/enabled"},
		{name: "mode", values: `mtls: {mode: DISABLE}`, bad: "/mtls/mode"},
		{name: "no provider", values: `accessLogging: {providers: []}`, bad: "/accessLogging/providers"},
		{name: "name", values: `ingress: {name: My_Gateway}`, bad: "/ingress/name"},
		{name: "hostname", values: `ingress: {hostname: "a.*.com"}`, bad: "/ingress/hostname"},
		{name: "tls without certificate", values: `ingress: {https: {enabled: true}}`, bad: "/ingress/https/certificates"},
		{name: "no listener", values: `ingress: {enabled: true, http: {enabled: false}}`, bad: "/ingress"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := schema.Validate(meshValues(t, []byte(tt.values)))
			if got := objection(err); got != tt.bad {
				t.Errorf("the schema objects at %q, want %q: %v", got, tt.bad, err)
			}
		})
	}
}

// Every profile, alone and under the prod overlay, is valid.
func TestMeshProfiles(t *testing.T) {
	schema, err := jsonschema.Compile("mesh/values.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	prod := meshFile(t, "mesh/profiles/prod.yaml")
	files, _ := filepath.Glob("mesh/profiles/*.yaml")
	for _, file := range files {
		profile := meshFile(t, file)
		if err := schema.Validate(meshValues(t, profile)); err != nil {
			t.Errorf("%s: %v", file, err)
		}
		if err := schema.Validate(meshValues(t, profile, prod)); err != nil {
			t.Errorf("%s and prod: %v", file, err)
		}
	}
}

func objection(err error) string {
	invalid, ok := err.(*jsonschema.ValidationError)
	if !ok {
		return ""
	}
	at := cmp.Or(invalid.InstanceLocation, "/")
	for _, cause := range invalid.Causes {
		if deeper := objection(cause); len(deeper) > len(at) && len(invalid.Causes) == 1 {
			at = deeper
		}
	}
	return at
}

// meshValues returns the chart's values with layers of YAML on top, as JSON
// decodes them.
func meshValues(t *testing.T, layers ...[]byte) map[string]any {
	t.Helper()
	values := map[string]any{}
	for _, layer := range append([][]byte{meshFile(t, "mesh/values.yaml")}, layers...) {
		data, err := yaml.YAMLToJSON(layer)
		if err != nil {
			t.Fatal(err)
		}
		var over map[string]any
		if err := json.Unmarshal(data, &over); err != nil {
			t.Fatal(err)
		}
		layMesh(values, over)
	}
	return values
}

func layMesh(under, over map[string]any) {
	for key, value := range over {
		a, isMap := under[key].(map[string]any)
		b, alsoMap := value.(map[string]any)
		if isMap && alsoMap {
			layMesh(a, b)
			continue
		}
		under[key] = value
	}
}

func meshFile(t *testing.T, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return data
}
