package patch

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/helmx-dev/helmx/manifest"
)

const fuzzedStream = `---
# Source: a/templates/a.yaml
apiVersion: apps/v1
kind: Deployment
metadata:
  name: a
  labels: &l {app: a}
spec:
  selector: *l
  template:
    spec:
      containers:
      - name: main # the main one
        image: x:1
        args: [a, "--b=c", 5]
data:
  mesh: |
    a: {b: [1, 2]}
  json: '{"a": 1}'
---
kind: ConfigMap
metadata: {name: b}
`

// applyFuzzed applies patches and checks what always holds: no panic, a stream
// that parses, and the same again for the same input.
func applyFuzzed(t *testing.T, text []byte) {
	root, err := manifest.Parse(text)
	if err != nil {
		return
	}
	patches, found := Parse(root, "helmx.yaml")
	if found.HasErrors() || len(patches) > 20 {
		return
	}
	var outputs [2]bytes.Buffer
	for i := range outputs {
		docs, _, err := Apply(context.Background(), manifest.Read("x", []byte(fuzzedStream)), Options{Patches: patches, Expressions: testExpressions{testValues}})
		if err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		for _, d := range docs {
			if _, err := d.Root(); err != nil {
				t.Fatalf("%v in:\n%s\nafter:\n%s", err, d.Raw(), text)
			}
		}
		if err := manifest.Write(&outputs[i], docs); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(outputs[0].Bytes(), outputs[1].Bytes()) {
		t.Errorf("not the same twice:\n%s\n%s\nafter:\n%s", outputs[0].Bytes(), outputs[1].Bytes(), text)
	}
}

func FuzzPatches(f *testing.F) {
	for _, k := range Kinds() {
		f.Add([]byte("- name: a\n  target: {kind: Deployment}\n  " + k.Name + ": " + k.Example + "\n"))
	}
	f.Add([]byte("- name: a\n  target: {kind: Deployment}\n  ensure: create\n  set: {'data.mesh|yaml.a.b[0]': 1, 'data.json|json.b[name=x].c': {d: e}}\n- name: b\n  target: {name: b}\n  ensure: absent\n"))
	f.Fuzz(applyFuzzed)
}

// FuzzOverlays reads paths and values as an IstioOperator has them.
func FuzzOverlays(f *testing.F) {
	for _, path := range []string{"spec.template.spec.containers.[name:main].args.[:--b.*]", `metadata.annotations.a\.b/c`, "spec.new.[0].a", "spec.template.spec.containers[0].args[-1]", "..a..", "a.[b:c].[d"} {
		f.Add(path, "{a: b}")
		f.Add(path, "null")
		f.Add(path, "'a: b'")
	}
	f.Fuzz(func(t *testing.T, path, value string) {
		quoted, err := json.Marshal(path)
		if err != nil || strings.Contains(value, "\n") {
			return
		}
		applyFuzzed(t, []byte("- name: a\n  target: {kind: Deployment}\n  overlays:\n  - path: "+string(quoted)+"\n    value: "+value+"\n"))
	})
}
