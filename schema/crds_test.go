package schema

import (
	"strings"
	"testing"

	"github.com/helmx-dev/helmx/manifest"
	"github.com/helmx-dev/helmx/schema/internal/pack"
)

// TestKnownDefinitions takes a definition for a well-known one by its spec, and
// still looks at the head that a chart wrote.
func TestKnownDefinitions(t *testing.T) {
	hash, _ := pack.HashSpec([]byte(crdText))
	lib := newLibrary(&pack.Pack{Releases: []pack.Release{{Minor: 37}}, KnownCRDs: map[string]string{hash: "widgets.example.com"}})
	for name, c := range map[string]struct {
		text  string
		known bool
		found int
	}{
		"as published":              {crdText, true, 0},
		"with a chart's labels":     {strings.Replace(crdText, "  name:", "  annotations: {a/b: c d/e}\n  labels: {a: b}\n  name:", 1), true, 0},
		"with the same label twice": {strings.Replace(crdText, "  name:", "  labels: {a: b, a: c}\n  name:", 1), true, 1},
		"with a bad label":          {strings.Replace(crdText, "  name:", "  labels: {a: 5}\n  name:", 1), false, 0},
		"under another name":        {strings.Replace(crdText, "widgets.example", "gadgets.example", 1), false, 0},
		"with another spec":         {crdText + "  foo: 1\n", false, 0},
		"with more behind spec":     {crdText + "status: {}\n", false, 0},
	} {
		v, _ := newValidator(lib, Options{}, nil)
		found, known := v.knownDefinition(manifest.New([]byte(c.text), manifest.Origin{}))
		if known != c.known || len(found) != c.found {
			t.Errorf("%s: known %v, findings %v", name, known, found)
		}
	}
}

const crdText = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: widgets.example.com
spec:
  group: example.com
  names: {kind: Widget, plural: widgets}
  versions: []
`

func TestDefinitionsThatAreWrong(t *testing.T) {
	const head = "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: widgets.example.com}\n"
	const spec = "spec:\n  group: example.com\n  scope: Cluster\n  names: {kind: Widget, plural: widgets}\n"
	schema := func(s string) string {
		return head + spec + "  versions:\n  - name: v1\n    served: true\n    storage: true\n    schema:\n      openAPIV3Schema:\n        type: object\n        properties:\n          a: " + s + "\n"
	}
	for text, want := range map[string]string{
		head + "spec: 5\n":                      "expected a map, found number 5",
		head + spec + "  versions: {}\n":        "expected a list, found a map",
		schema("5"):                             "expected a map, found number 5",
		schema("{typ: string}"):                 `unknown field "typ"`,
		schema("{pattern: x}"):                  "a schema without type: every field of a CustomResourceDefinition needs one",
		schema(`{type: string, pattern: "(["}`): "error parsing regexp: missing closing ]: `[`",
		schema(`{type: integer, default: x}`):   `the default, string "x", is not allowed by its own schema`,
		schema(`{type: object, properties: {b: {items: {}, type: array}}}`): "a schema without type: every field of a CustomResourceDefinition needs one",
	} {
		object := "---\napiVersion: example.com/v1\nkind: Widget\nmetadata: {name: a}\na: b\n"
		for _, stream := range []string{text, text + object} {
			found := validate(t, stream, Options{})
			if len(found) == 0 || found[0].Message != want {
				t.Errorf("%s\nwant %q, got %v", stream, want, found)
			}
		}
	}
}
