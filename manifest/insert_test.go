package manifest

import (
	"bytes"
	"strings"
	"testing"

	"github.com/helmx-dev/helmx/diag"
)

func joined(t *testing.T, docs []*Document) string {
	t.Helper()
	var out bytes.Buffer
	if err := Write(&out, docs); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestInsert(t *testing.T) {
	object := "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: new\ndata:\n  list: [a, b]\n  items:\n    - x\n"
	written := "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: new\ndata:\n  list: [a, b]\n  items:\n  - x\n"
	for _, test := range []struct{ name, near, in, out string }{
		{"empty stream", "", "", "---\n" + written},
		{"behind its model", "a", "kind: A\nmetadata:\n  name: a\n---\nkind: B\nmetadata:\n  name: b\n",
			"kind: A\nmetadata:\n  name: a\n---\n" + written + "---\nkind: B\nmetadata:\n  name: b\n"},
		{"at the end", "", "kind: A\nmetadata:\n  name: a\n", "kind: A\nmetadata:\n  name: a\n---\n" + written},
		{"source comment", "a", "---\n# Source: c/templates/a.yaml\nkind: A\nmetadata:\n  name: a\n---\n# Source: c/templates/b.yaml\nkind: B\nmetadata:\n  name: b\n",
			"---\n# Source: c/templates/a.yaml\nkind: A\nmetadata:\n  name: a\n---\n# Source: c/templates/a.yaml\n" + written + "---\n# Source: c/templates/b.yaml\nkind: B\nmetadata:\n  name: b\n"},
		{"annotation of Helm 4", "a", "---\nkind: A\nmetadata:\n  annotations:\n    postrenderer.helm.sh/postrender-filename: c/templates/a.yaml\n  name: a\n",
			"---\nkind: A\nmetadata:\n  annotations:\n    postrenderer.helm.sh/postrender-filename: c/templates/a.yaml\n  name: a\n---\n" +
				strings.Replace(written, "  name: new\n", "  name: new\n  annotations:\n    postrenderer.helm.sh/postrender-filename: c/templates/a.yaml\n", 1)},
		{"indentation of its model", "a", "kind: A\nmetadata:\n    name: a\nspec:\n    l:\n        - x\n",
			"kind: A\nmetadata:\n    name: a\nspec:\n    l:\n        - x\n---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n    name: new\ndata:\n    list: [a, b]\n    items:\n        - x\n"},
		{"line breaks of Windows", "a", "kind: A\r\nmetadata:\r\n  name: a\r\n", "kind: A\r\nmetadata:\r\n  name: a\r\n---\r\n" + strings.ReplaceAll(written, "\n", "\r\n")},
		{"no line break at the end", "a", "kind: A\nmetadata:\n  name: a", "kind: A\nmetadata:\n  name: a\n---\n" + written},
		{"a block scalar at the end", "a", "kind: A\nmetadata:\n  name: a\ndata:\n  x: |\n    text", "kind: A\nmetadata:\n  name: a\ndata:\n  x: |-\n    text\n---\n" + written},
		{"no YAML", "a", "kind: A\nmetadata:\n  name: a\nx: [", "kind: A\nmetadata:\n  name: a\nx: [\n---\n" + written},
	} {
		t.Run(test.name, func(t *testing.T) {
			root, err := Parse([]byte(object))
			if err != nil {
				t.Fatal(err)
			}
			docs := Read("x", []byte(test.in))
			var near *Document
			for _, d := range docs {
				if d.ID().Name == test.near || test.near == "a" && strings.Contains(string(d.Raw()), "kind: A") {
					near = d
				}
			}
			docs, d, err := Insert(docs, near, root, diag.Span{File: "helmx.yaml"})
			if err != nil {
				t.Fatal(err)
			}
			got := joined(t, docs)
			if got != test.out {
				t.Errorf("got:\n%s\nwant:\n%s", got, test.out)
			}
			if near != nil && d.ID().Source != near.ID().Source || d.ID().Name != "new" || !d.Changed() {
				t.Errorf("it is %+v", d.ID())
			}
			for line := range strings.Count(string(d.Raw()), "\n") {
				if span, _ := d.SpanAt(line+1, 0); span.File != "helmx.yaml" {
					t.Errorf("line %d leads to %v", line+1, span)
				}
			}
			checkReadAgain(t, docs, got)
		})
	}
}

// checkReadAgain proves that the stream holds the documents that it was made of.
func checkReadAgain(t *testing.T, docs []*Document, stream string) {
	t.Helper()
	again := Read("x", []byte(stream))
	if len(again) != len(docs) {
		t.Fatalf("%d documents became %d:\n%s", len(docs), len(again), stream)
	}
	for i, d := range docs {
		if d.ID() != again[i].ID() {
			t.Errorf("document %d is %+v, read again it is %+v", i, d.ID(), again[i].ID())
		}
	}
}

// A source that no comment can hold is left out.
func TestInsertBesideStrangeSource(t *testing.T) {
	for _, source := range []string{"c/a\u2028.yaml", "c/a\r#.yaml", "c/a\xff.yaml", "c/a\u0085.yaml"} {
		in := "---\n# Source: " + source + "\nkind: A\n"
		docs := Read("x", []byte(in))
		docs, d, err := Insert(docs, docs[0], NewNode(map[string]any{"kind": "B"}), diag.Span{File: "helmx.yaml"})
		if err != nil {
			t.Fatalf("%q: %v", source, err)
		}
		if got := joined(t, docs); got != in+"---\nkind: B\n" || d.ID().Source != docs[0].ID().Source {
			t.Errorf("got %q from %q", got, d.ID().Source)
		}
	}
}

func TestRemove(t *testing.T) {
	for _, test := range []struct{ name, in, out string }{
		{"first", "kind: Gone\n---\nkind: B\n", "---\nkind: B\n"},
		{"middle", "---\n# Source: c/a.yaml\nkind: A\n---\n# Source: c/g.yaml\nkind: Gone\n---\n# Source: c/b.yaml\nkind: B\n",
			"---\n# Source: c/a.yaml\nkind: A\n---\n# Source: c/b.yaml\nkind: B\n"},
		{"last", "kind: A\n---\nkind: Gone", "kind: A\n"},
		{"only", "---\nkind: Gone\n", ""},
		{"source in a document of its own", "---\n# Source: c/g.yaml\n---\nkind: Gone\n---\nkind: B\n", "---\nkind: B\n"},
		{"comments in a document of their own", "---\n# License\n---\nkind: Gone\n---\nkind: B\n", "---\n# License\n---\nkind: B\n"},
		{"a source for nobody", "---\n# Source: c/a.yaml\n---\n# Source: c/g.yaml\nkind: Gone\n", "---\n# Source: c/a.yaml\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			docs := Read("x", []byte(test.in))
			for _, d := range docs {
				if d.ID().Kind == "Gone" {
					docs = Remove(docs, d)
				}
			}
			got := joined(t, docs)
			if got != test.out {
				t.Errorf("got:\n%s\nwant:\n%s", got, test.out)
			}
			checkReadAgain(t, docs, got)
		})
	}
}

func TestBecome(t *testing.T) {
	for _, test := range []struct{ name, in, want, out string }{
		{"order of keys", "b: 1\na: 2 # c\n", "a: 2\nb: 3\n", "b: 3\na: 2 # c\n"},
		{"new and lost keys", "b: 1\na: 2\n", "a: 2\nc: 1\nz: 0\n", "a: 2\nc: 1\nz: 0\n"},
		{"digits of numbers", "a: 1.0\nb: 1e3\nc: 12345678901234567890\n", "a: 1\nb: 1000\nc: 12345678901234567890\nd: 1\n", "a: 1.0\nb: 1e3\nc: 12345678901234567890\nd: 1\n"},
		{"another long number", "c: 12345678901234567890\n", "c: 12345678901234567891\n", "c: 12345678901234567891\n"},
		{"items by name", "l:\n- name: a # one\n  v: 1\n- name: b # two\n  v: 2\n", "l: [{name: b, v: 3}]\n", "l:\n- name: b # two\n  v: 3\n"},
		{"items in another order", "l:\n- v: 1 # one\n  name: a\n- name: b\n  l: [ 1,  2 ] # two\n- 'c'\n", "l: [c, {name: b, l: [1, 2]}, {name: a, v: 3}]\n",
			"l:\n- 'c'\n- name: b\n  l: [ 1,  2 ] # two\n- v: 3 # one\n  name: a\n"},
		{"same key twice", "a: 1\na: 2\n", "a: 3\n", "a: 1\na: 3\n"},
		{"merge key", "x: &x {p: 1, q: 2}\ny:\n  <<: *x\n  r: 3\n", "x: {p: 1, q: 2}\ny: {p: 5, q: 2, r: 3}\n", "x: &x {p: 1, q: 2}\ny:\n  r: 3\n  p: 5\n  q: 2\n"},
		{"types", "a: {b: 1}\n", "a: [1]\n", "a: [1]\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			want, err := Parse([]byte(test.want))
			if err != nil {
				t.Fatal(err)
			}
			d := New([]byte(test.in), Origin{})
			if _, err := d.Edit(diag.Span{}, func(root *Node) error { Become(root, want); return nil }); err != nil {
				t.Fatal(err)
			}
			if got := string(d.Raw()); got != test.out {
				t.Errorf("got:\n%s\nwant:\n%s", got, test.out)
			}
		})
	}
}
