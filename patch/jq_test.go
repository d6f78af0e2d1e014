package patch

import (
	"testing"

	"github.com/helmx-dev/helmx/manifest"
)

// A program without end is ended by steps or by memory.
func TestJQIsBounded(t *testing.T) {
	for _, program := range []string{`def f: f; f`, `.x = [range(1e18)]`} {
		code, err := compileJQ(program)
		if err != nil {
			t.Fatal(err)
		}
		root, err := manifest.Parse([]byte("a: 1\n"))
		if err != nil {
			t.Fatal(err)
		}
		if p := runJQ(code, root, root); p == nil || p.message != "jq: "+errBudget.Error() {
			t.Errorf("%s: %+v", program, p)
		}
	}
}

// Without anything that evaluates expressions, {{ }} in a program stays text.
func TestJQWithoutExpressions(t *testing.T) {
	patches, findings := patchesOf(t, "patches:\n- name: a\n  target: {kind: Pod}\n  jq: '.metadata.labels.a = \"{{ .x }}\"'\n")
	if findings != nil {
		t.Fatal(findings)
	}
	docs := manifest.Read("in.yaml", []byte("apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\n  labels:\n    a: b\n"))
	docs, findings, err := Apply(t.Context(), docs, Options{Patches: patches})
	if err != nil || findings != nil {
		t.Fatal(findings, err)
	}
	if got, want := string(docs[0].Raw()), "apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\n  labels:\n    a: \"{{ .x }}\"\n"; got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}
