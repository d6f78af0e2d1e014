package docgen

import (
	"strings"
	"testing"

	"github.com/helmx-dev/helmx/internal/config"
	"github.com/helmx-dev/helmx/lint"
)

// TestSchemaAndParserAgree: an editor marks what helmx refuses, and nothing
// else. What no JSON Schema can say is left out: patterns and paths that cannot
// be read, and what a string holds.
func TestSchemaAndParserAgree(t *testing.T) {
	schema := compiled(t)
	const pod = "name: a, target: {kind: Pod}, "
	for text, fits := range map[string]bool{
		"patches: [{kustomize: x, target: {kind: Pod}}]":                                          false,
		"patches: [{kustomize: x, expect: 1}]":                                                    false,
		"patches: [{kustomize: ''}]":                                                              false,
		"patches: [{kustomize: 5}]":                                                               false,
		"patches: [{name: a, set: {a: 1}}]":                                                       false,
		"patches: [{name: a, ensure: absent}]":                                                    false,
		"patches: [{name: a, overlays: [{path: a, value: b}]}]":                                   false,
		"patches: [{" + pod + "overlays: [{path: a, value: b}]}]":                                 true,
		"patches: [{" + pod + "overlays: [{path: '', value: b}]}]":                                false,
		"patches: [{name: a, overlays: [{kind: A, name: b, patches: [{path: a}]}]}]":              true,
		"patches: [{" + pod + "overlays: [{kind: A, name: b, patches: [{path: a}]}]}]":            false,
		"patches: [{name: a, overlays: [{kind: A, name: 1, patches: [{path: a}]}]}]":              false,
		"patches: [{" + pod + "ensure: create, remove: [a]}]":                                     false,
		"patches: [{" + pod + "ensure: create, set: {a: 1}}]":                                     true,
		"patches: [{" + pod + "jsonPatch: [{op: add, path: /a}]}]":                                false,
		"patches: [{" + pod + "jsonPatch: [{op: add, path: /a, value: null}]}]":                   true,
		"patches: [{" + pod + "jsonPatch: [{op: move, path: /a}]}]":                               false,
		"patches: [{" + pod + "jsonPatch: [{op: move, path: /a, from: b}]}]":                      false,
		"patches: [{" + pod + "jsonPatch: [{op: add, path: a, value: 1}]}]":                       false,
		"patches: [{" + pod + "jsonPatch: [{op: remove, path: /a~2}]}]":                           false,
		"patches: [{" + pod + "jsonPatch: [{op: remove, path: ''}]}]":                             false,
		"patches: [{" + pod + "jsonPatch: [{op: remove, path: /a~1b/0}]}]":                        true,
		"patches: [{" + pod + "jq: ''}]":                                                          false,
		"patches: [{" + pod + "jq: 1}]":                                                           false,
		"patches: [{" + pod + "append: {a: []}}]":                                                 false,
		"patches: [{" + pod + "append: {a: null}}]":                                               true,
		"patches: [{" + pod + "rename: {a: 1}}]":                                                  false,
		"patches: [{" + pod + "remove: [1]}]":                                                     false,
		"patches: [{" + pod + "remove: ''}]":                                                      false,
		"patches: [{" + pod + "copy: {from: 1, to: b}}]":                                          false,
		"patches: [{" + pod + "copy: {from: {target: {knd: A}, path: a}, to: b}}]":                false,
		"patches: [{" + pod + "insert: {path: a, value: 1, after: 1}}]":                           true,
		"patches: [{" + pod + "insert: {path: 1, value: 1, after: 1}}]":                           false,
		"patches: [{" + pod + "insert: {path: a, value: 1, after: true}}]":                        false,
		"patches: [{" + pod + "description: 5, set: {a: 1}}]":                                     false,
		"patches: [{" + pod + "chart: 1, set: {a: 1}}]":                                           false,
		"patches: [{" + pod + "chart: [a, 1], set: {a: 1}}]":                                      false,
		"patches: [{name: a, target: {name: 1}, set: {a: 1}}]":                                    false,
		"patches: [{name: a, target: {name: true}, set: {a: 1}}]":                                 false,
		"patches: [{name: a, target: {name: '1'}, set: {a: 1}}]":                                  true,
		"patches: [{name: a, target: {labels: ''}, set: {a: 1}}]":                                 false,
		"patches: [{name: a, target: {labels: 1}, set: {a: 1}}]":                                  false,
		"patches: [{name: a, namespace: 12}]":                                                     false,
		"patches: [{name: a, namespace: istio-system}]":                                           true,
		"patches: [{name: a, replicas: 2}]":                                                       false,
		"patches: [{" + pod + "replicas: 2}]":                                                     true,
		"patches: [{" + pod + "replicas: -2}]":                                                    false,
		"patches: [{name: a, replicas: [{name: b, count: '2'}]}]":                                 false,
		"patches: [{name: a, replicas: [{name: b, count: '{{ .Values.n }}'}]}]":                   true,
		"patches: [{name: a, images: [{name: b, newTag: 1.30}]}]":                                 true,
		"patches: [{name: a, images: [{name: b, newName: 1}]}]":                                   false,
		"patches: [{name: a, create: {apiVersion: v1, kind: A}}]":                                 false,
		"patches: [{name: a, create: {apiVersion: v1, kind: A, metadata: {name: 1}}}]":            false,
		"patches: [{name: a, create: {apiVersion: v1, kind: A, metadata: {name: b}}}]":            true,
		"patches: [{name: a, expect: 1, create: {apiVersion: v1, kind: A, metadata: {name: b}}}]": false,
		"include: [{outside: true}]":                                                              false,
		"include: ['']":                                                                           false,
		"include: [{path: a, outside: true}, b]":                                                  true,
		"expressions: {delimiters: ['[[']}":                                                       false,
		"expressions: {delimiters: []}":                                                           true,
		"lint: {ignore: [{code: HX107}]}":                                                         false,
		"lint: {ignore: [{code: HX107, reason: ' '}]}":                                            false,
		"lint: {ignore: [{code: HX107, reason: known}]}":                                          true,
		"metadata: x":                false,
		"metadata:":                  true,
		"values: [a]":                false,
		"profiles: {a: {values: b}}": false,
	} {
		text = "apiVersion: helmx.dev/v1alpha1\nkind: Config\n" + text + "\n"
		v, err := valueOf(text)
		if err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(v); (err == nil) != fits {
			t.Errorf("schema: fits is %t, want %t: %v\n%s", err == nil, fits, err, text)
		}
		findings := parsed(text)
		if c, wrong := config.Parse("helmx.yaml", []byte(text)); !wrong.HasErrors() {
			_, found, err := lint.Run(t.Context(), nil, c.LintOptions())
			if err != nil {
				t.Fatal(err)
			}
			findings = append(findings, found...)
		}
		if findings.HasErrors() == fits {
			t.Errorf("helmx: want %t: %v\n%s", fits, findings, text)
		}
	}
}

func TestWhatIsNoStringGoesInQuotes(t *testing.T) {
	found := parsed("apiVersion: helmx.dev/v1alpha1\nkind: Config\npatches: [{name: a, target: {name: 1}, set: {a: 1}}]\n")
	if want := `a: name is a number, not a string (put it in quotes: "1")`; len(found) != 1 || !strings.Contains(found[0].String(), want) {
		t.Errorf("got %v, want %s", found, want)
	}
}
