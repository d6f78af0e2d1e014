package patch

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
)

// rfcCase is an entry of a table below testdata: what a patch makes of a
// document, or a part of the message that says why it cannot be.
type rfcCase struct {
	name             string
	doc, patch, want *manifest.Node
	err              string
}

// rfcCases reads a table. A document may be text, for YAML that is no JSON.
func rfcCases(t *testing.T, file string) []rfcCase {
	t.Helper()
	data, err := os.ReadFile(filepath.FromSlash(file))
	if err != nil {
		t.Fatal(err)
	}
	root, err := manifest.Parse(data)
	if err != nil {
		t.Fatal(err)
	}
	var cases []rfcCase
	for _, n := range root.Content {
		get := func(key string) *manifest.Node {
			_, v := manifest.Lookup(n, key)
			return v
		}
		c := rfcCase{name: get("name").Value, doc: get("doc"), patch: get("patch"), want: get("want")}
		if e := get("error"); e != nil {
			c.err = e.Value
		}
		if isScalar(c.doc) {
			if c.doc, err = manifest.Parse([]byte(c.doc.Value)); err != nil {
				t.Fatal(err)
			}
		}
		if (c.want == nil) != (c.err != "") {
			t.Fatalf("%s: a case has a result or an error", c.name)
		}
		cases = append(cases, c)
	}
	return cases
}

// asDocument writes a tree to a document of its own, so that the edit of the
// text is tried too.
func asDocument(t *testing.T, n *manifest.Node) *manifest.Document {
	t.Helper()
	text, _, err := manifest.EditText("x: 1\n", "yaml", func(root *manifest.Node) error {
		*root = *manifest.Clone(n)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return manifest.New([]byte(text), manifest.Origin{File: "in.yaml"})
}

func TestJSONPatchByTheRFC(t *testing.T) {
	for _, file := range []string{"testdata/jsonpatch/rfc6902.yaml", "testdata/jsonpatch/rules.yaml"} {
		for _, c := range rfcCases(t, file) {
			t.Run(c.name, func(t *testing.T) {
				d := asDocument(t, c.doc)
				before := string(d.Raw())
				p := &parser{file: "helmx.yaml"}
				ops := parseJSONPatch(p, c.patch)
				message := messages(p.found)
				if message == "" {
					_, message = editedBy(t, d, func(root *manifest.Node) ([]removal, *problem) { return applyJSONPatch(root, ops) })
				}
				c.check(t, d, before, message)
			})
		}
	}
}

func TestMergePatchByTheRFC(t *testing.T) {
	for _, c := range rfcCases(t, "testdata/mergepatch/rfc7386.yaml") {
		t.Run(c.name, func(t *testing.T) {
			d := asDocument(t, c.doc)
			_, message := editedBy(t, d, func(root *manifest.Node) ([]removal, *problem) { return mergeJSON(root, manifest.Copy(c.patch)) })
			c.check(t, d, "", message)
			was := string(d.Raw())
			if _, err := d.Edit(diag.Span{}, func(root *manifest.Node) error { mergeJSON(root, manifest.Copy(c.patch)); return nil }); err != nil || string(d.Raw()) != was {
				t.Errorf("the second time gives %v\n%s", err, d.Raw())
			}
		})
	}
}

func messages(list diag.List) string {
	var all []string
	for _, d := range list {
		all = append(all, d.Message)
	}
	return strings.Join(all, "\n")
}

// editedBy changes a document and returns the message of the problem.
func editedBy(t *testing.T, d *manifest.Document, change func(*manifest.Node) ([]removal, *problem)) ([]removal, string) {
	t.Helper()
	var removed []removal
	var problem *problem
	_, err := d.Edit(diag.Span{File: "helmx.yaml"}, func(root *manifest.Node) error {
		if removed, problem = change(root); problem != nil {
			return errStopped
		}
		return nil
	})
	if problem != nil {
		if problem.by == nil {
			t.Error("the problem has no place in the patch")
		}
		return nil, problem.text(d.IsSecret())
	}
	if err != nil {
		t.Fatal(err)
	}
	return removed, ""
}

func (c rfcCase) check(t *testing.T, d *manifest.Document, before, message string) {
	t.Helper()
	if c.err != "" {
		if !strings.Contains(message, c.err) {
			t.Errorf("says %q, want %q", message, c.err)
		}
		if string(d.Raw()) != before {
			t.Errorf("a patch that fails changed the document:\n%s", d.Raw())
		}
		return
	}
	root, err := d.Root()
	if err != nil || message != "" {
		t.Fatalf("%v %s", err, message)
	}
	if !manifest.Equal(root, c.want) {
		t.Errorf("got:\n%s", d.Raw())
	}
}

// What an operation that fails says leads to the place in the patch, and knows
// better.
func TestJSONPatchProblems(t *testing.T) {
	for patch, want := range map[string]string{
		"- {op: replace, path: /spec/replica, value: 2}":                    `3:35 replace /spec/replica: no key "replica" in spec; there is "replicas", "ports" | did you mean "replicas"?`,
		"- {op: remove, path: /spec/ports/3}":                               `3:34 remove /spec/ports/3: no item 3 in spec.ports, which has 2 | the last item is 1`,
		"- {op: test, path: /spec/replicas, value: 3}":                      `3:55 test /spec/replicas: found 2, expected 3 | if the chart has changed, the patch must follow it`,
		"- {op: add, pth: /spec/x, value: 3}":                               `3:15 an operation of a JSON patch has no "path" | did you mean "path" by "pth"?`,
		"|\n    - op: replace\n      path: /spec/replicas\n      vale: 2\n": `4:3 the operation "replace" has no value | write value: null for null`,
	} {
		root, err := manifest.Parse([]byte("patches:\n- jsonPatch:\n            " + patch))
		if patch[0] == '|' {
			root, err = manifest.Parse([]byte("patches:\n- jsonPatch: x\n  text: " + patch))
		}
		if err != nil {
			t.Fatal(err)
		}
		_, list := manifest.Lookup(root, "patches")
		n := list.Content[0].Content[len(list.Content[0].Content)-1]
		p := &parser{file: "helmx.yaml"}
		ops := parseJSONPatch(p, n)
		got := ""
		for _, d := range p.found {
			got = fmt.Sprintf("%d:%d ", d.Span.Start.Line, d.Span.Start.Column) + d.Message + " | " + d.Hint
		}
		if len(p.found) == 0 {
			object, _ := manifest.Parse([]byte("spec: {replicas: 2, ports: [1, 2]}\n"))
			_, b := applyJSONPatch(object, ops)
			if b == nil {
				t.Fatalf("%s: no problem", patch)
			}

			got = fmt.Sprintf("%d:%d ", b.by.Line, b.by.Column) + b.text(false) + " | " + b.hint
		}
		if got != want {
			t.Errorf("%s:\n got %s\nwant %s", patch, got, want)
		}
	}
}
