package patch

import (
	"context"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
)

// exampleStream is what the examples of explanations are for.
const exampleStream = `# Source: istiod/templates/all.yaml
apiVersion: apps/v1
kind: Deployment
metadata: {name: istiod}
spec:
  replicas: 1
  template:
    spec:
      containers:
      - {name: discovery, image: pilot}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: old}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: other}
`

// Every code is explained, its bad example has the finding, and its good one
// has not.
func TestEveryCodeIsExplained(t *testing.T) {
	seen := map[string]bool{}
	for _, e := range Explanations {
		if e.Code == "" || e.Title == "" || e.Why == "" || e.Remedy == "" || e.Bad == "" || e.Good == "" || len(e.Title) > 80 || seen[e.Code] {
			t.Errorf("%s is not explained in full", e.Code)
		}
		seen[e.Code] = true
		if found := tryExample(t, e.Bad); !slices.ContainsFunc(found, func(d diag.Diagnostic) bool { return d.Code == e.Code && d.Severity == e.Severity }) {
			t.Errorf("%s: the bad example is not reported:\n%s%s", e.Code, e.Bad, describe(found))
		}
		if found := tryExample(t, e.Good); len(found) > 0 {
			t.Errorf("%s: the good example is reported:\n%s%s", e.Code, e.Good, describe(found))
		}
	}
}

// tryExample applies what an example shows: a document, patches, one patch or a
// part of one.
func tryExample(t *testing.T, text string) diag.List {
	t.Helper()
	stream := exampleStream
	kustomization := "images: [{name: pilot, newTag: \"2\"}]\n"
	switch {
	case strings.HasPrefix(text, "# kustomization.yaml\n"):
		kustomization, text = text, "patches:\n- kustomize: kustomization.yaml\n"
	case strings.HasPrefix(text, "kind: "):
		stream, text = text, "patches:\n- name: a\n  target: {kind: ConfigMap}\n  set: {data.x: \"1\"}\n"
	case strings.HasPrefix(text, "- "):
		text = "patches:\n" + text
	case !strings.HasPrefix(text, "patches:"):
		if !strings.Contains(text, "target:") {
			text += "target: {kind: Deployment}\n"
		}
		if strings.HasPrefix(text, "target:") && strings.Count(text, "\n") == 1 {
			text += "set: {spec.paused: true}\n"
		}
		text = "patches:\n- name: a\n  " + strings.ReplaceAll(strings.TrimSpace(text), "\n", "\n  ") + "\n"
	}
	if _, err := manifest.Parse([]byte(text)); err != nil {
		t.Errorf("%v in:\n%s", err, text)
		return nil
	}
	patches, found := patchesBeside(t, text, fstest.MapFS{"kustomization.yaml": {Data: []byte(kustomization)}})
	values := testExpressions{map[string]any{"names": map[string]any{"control": "istiod"}}}
	_, more, err := Apply(context.Background(), manifest.Read("x", []byte(stream)), Options{Patches: patches, Expressions: values})
	if err != nil {
		t.Fatal(err)
	}
	return append(found, more...)
}
