package pipeline

import (
	"context"
	"reflect"
	"testing"
	"unicode/utf8"

	"github.com/helmx-dev/helmx/manifest"
	"github.com/helmx-dev/helmx/patch"
)

const expressionPatches = `
- name: alone
  target: {kind: ConfigMap}
  set: {data.alone: '{{ .Values.v }}'}
- name: among-text
  target: {kind: ConfigMap}
  set: {data.text: 'a{{ .Values.v }}b'}
- name: merged
  target: {kind: ConfigMap}
  merge: {data: {block: "x\n{{ .Values.v }}\n"}}
`

// FuzzValuesStayInTheirScalar proves that no value can change the structure
// around the expression that brings it in.
func FuzzValuesStayInTheirScalar(f *testing.F) {
	for _, seed := range []string{"plain", "x\n  y: 1", "'\"", "{{ .Values.v }}", "---\nkind: Secret", "# no", "- a", "*a", "&a b", "0x1f", "\t", "a: b", "\u2028", "%YAML", " lead", "trail ", "\r\n"} {
		f.Add(seed)
	}
	root, err := manifest.Parse([]byte(expressionPatches))
	if err != nil {
		f.Fatal(err)
	}
	patches, findings := patch.Parse(root, "helmx.yaml")
	if len(findings) > 0 {
		f.Fatal(findings)
	}
	f.Fuzz(func(t *testing.T, value string) {
		if !utf8.ValidString(value) {
			return // no YAML file and no flag gives such a value
		}
		docs := manifest.Read("in.yaml", []byte("kind: ConfigMap\napiVersion: v1\nmetadata: {name: a}\ndata:\n  before: x\n  block: |\n    old\n  after: z\n"))
		o := Options{Patch: patch.Options{Patches: patches, AllowNoop: true}}
		o.Expr.Values = map[string]any{"v": value}
		docs, findings, err := Change(context.Background(), docs, o)
		if err != nil || len(findings) > 0 {
			t.Fatalf("%q: %v %v", value, findings, err)
		}
		got, err := manifest.Parse(docs[0].Raw())
		if err != nil {
			t.Fatalf("%q: %v\n%s", value, err, docs[0].Raw())
		}
		want := map[string]any{
			"kind": "ConfigMap", "apiVersion": "v1", "metadata": map[string]any{"name": "a"},
			"data": map[string]any{"before": "x", "after": "z", "alone": value, "text": "a" + value + "b", "block": "x\n" + value + "\n"},
		}
		if !reflect.DeepEqual(manifest.Value(got), want) {
			t.Errorf("%q became\n%s", value, docs[0].Raw())
		}
	})
}
