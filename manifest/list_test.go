package manifest

import (
	"bytes"
	"strings"
	"testing"

	"github.com/helmx-dev/helmx/diag"
)

var listBy = diag.Span{File: "helmx.yaml", Start: diag.Pos{Line: 7, Column: 3}}

// setIn makes a change in the item of that name.
func setIn(t *testing.T, docs []*Document, name, key, value string) {
	t.Helper()
	for _, d := range docs {
		if d.ID().Name != name {
			continue
		}
		if _, err := d.Edit(listBy, func(root *Node) error {
			_, data := Lookup(root, "data")
			SetKey(data, key, NewString(value))
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		return
	}
	t.Fatalf("no item %s", name)
}

func without(docs []*Document, name string) []*Document {
	var rest []*Document
	for _, d := range docs {
		if d.ID().Name != name {
			rest = append(rest, d)
		}
	}
	return rest
}

// TestLists changes items of Lists. In want, lines of the input stand as they are.
func TestLists(t *testing.T) {
	block := `---
# Source: c/templates/list.yaml
apiVersion: v1
kind: List   # kept
items:
# the first
- apiVersion: v1
  kind: ConfigMap
  metadata: {name: a,   labels: {x: "1"}}
  data:
# not indented
    k: "one"   # why
    text: |
      line

      # no comment
`
	second := `
  # the second
- kind: ConfigMap
  apiVersion: v1
  metadata:
    name: b
  data: {k: one}
metadata: {}
`
	third := "- apiVersion: v1\n  kind: ConfigMap\n  metadata:\n    name: c\n  data: {k: v}\n"
	set := func(name, key, value string) func(*testing.T, []*Document) []*Document {
		return func(t *testing.T, docs []*Document) []*Document { setIn(t, docs, name, key, value); return docs }
	}
	remove := func(name string) func(*testing.T, []*Document) []*Document {
		return func(_ *testing.T, docs []*Document) []*Document { return without(docs, name) }
	}
	for name, tt := range map[string]struct {
		in, want string
		do       func(*testing.T, []*Document) []*Document
	}{
		"nothing":      {block + second, block + second, func(_ *testing.T, d []*Document) []*Document { return d }},
		"set":          {block + second, strings.Replace(block, `"one"`, `"two"`, 1) + second, set("a", "k", "two")},
		"set second":   {block + second, block + strings.Replace(second, "k: one", "k: two", 1), set("b", "k", "two")},
		"new key":      {block + second, block + strings.Replace(second, "k: one", "k: one, z: x", 1), set("b", "z", "x")},
		"CRLF":         {strings.ReplaceAll(block+second, "\n", "\r\n"), strings.ReplaceAll(block+strings.Replace(second, "k: one", "k: two", 1), "\n", "\r\n"), set("b", "k", "two")},
		"remove":       {block + second, block + "\nmetadata: {}\n", remove("b")},
		"remove first": {block + second, strings.SplitAfter(block, "items:\n")[0] + second, remove("a")},
		"remove below a rule": {
			"apiVersion: v1\nkind: List\nitems:\n# ---- services\n" + third + "- kind: New\n", "apiVersion: v1\nkind: List\nitems:\n# ---- services\n- kind: New\n", remove("c"),
		},
		"remove below a heading": {
			"apiVersion: v1\nkind: List\nitems:\n- kind: Old\n\n# services\n" + third + "- kind: New\n", "apiVersion: v1\nkind: List\nitems:\n- kind: Old\n\n# services\n- kind: New\n", remove("c"),
		},
		"remove the last below a heading": {
			"apiVersion: v1\nkind: List\nitems:\n- kind: Old\n\n# services\n" + third, "apiVersion: v1\nkind: List\nitems:\n- kind: Old\n\n", remove("c"),
		},
		"indented": {"apiVersion: v1\nkind: List\nitems:\n  - " + strings.ReplaceAll(third[2:], "\n", "\n  ") + "\n", "apiVersion: v1\nkind: List\nitems:\n  - " + strings.ReplaceAll(strings.Replace(third[2:], "k: v", "k: w", 1), "\n", "\n  ") + "\n", set("c", "k", "w")},
		"JSON": {
			`{"kind": "List", "apiVersion": "v1", "items": [{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "j"}, "data": {"k": "v"}}]}` + "\n",
			`{"kind": "List", "apiVersion": "v1", "items": [{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "j"}, "data": {"k": "w"}}]}` + "\n",
			set("j", "k", "w"),
		},
		"flow over lines": {
			"kind: List\napiVersion: v1\nitems: [\n{kind: ConfigMap, apiVersion: v1, metadata: {name: j},\n data: {k: v}}]\n",
			"kind: List\napiVersion: v1\nitems: [\n{kind: ConfigMap, apiVersion: v1, metadata: {name: j},\n data: {k: w}}]\n",
			set("j", "k", "w"),
		},
		"typed": {
			"apiVersion: v1\nkind: ConfigMapList\nitems:\n- metadata: {name: t}\n  data: {k: v}\n",
			"apiVersion: v1\nkind: ConfigMapList\nitems:\n- metadata: {name: t}\n  data: {k: w}\n",
			set("t", "k", "w"),
		},
		"anchor elsewhere": {
			"apiVersion: v1\nkind: List\nitems:\n- kind: ConfigMap\n  apiVersion: v1\n  metadata: {name: x}\n  data: &d {k: v}\n- kind: ConfigMap\n  apiVersion: v1\n  metadata: {name: y}\n  data: *d\n",
			"apiVersion: v1\nkind: List\nitems:\n- kind: ConfigMap\n  apiVersion: v1\n  metadata: {name: x}\n  data: &d {k: v}\n- kind: ConfigMap\n  apiVersion: v1\n  metadata: {name: y}\n  data: {k: w}\n",
			set("y", "k", "w"),
		},
		"List in a List": {
			"apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: List\n  items:\n  - kind: ConfigMap\n    apiVersion: v1\n    metadata: {name: n}\n    data: {k: v}\n",
			"apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: List\n  items:\n  - kind: ConfigMap\n    apiVersion: v1\n    metadata: {name: n}\n    data: {k: w}\n",
			set("n", "k", "w"),
		},
		"all removed": {"# before\n---\napiVersion: v1\nkind: List\nitems:\n" + third, "# before\n", remove("c")},
		"made beside": {"apiVersion: v1\nkind: List\nitems:\n" + third, "apiVersion: v1\nkind: List\nitems:\n" + third + "---\nkind: New\n", func(_ *testing.T, d []*Document) []*Document {
			return append(d, New([]byte("---\nkind: New\n"), Origin{}))
		}},
		"empty":           {"apiVersion: v1\nkind: List\nitems: []\n", "apiVersion: v1\nkind: List\nitems: []\n", func(_ *testing.T, d []*Document) []*Document { return d }},
		"no object in it": {"apiVersion: v1\nkind: List\nitems: [1]\n", "apiVersion: v1\nkind: List\nitems: [1]\n", func(_ *testing.T, d []*Document) []*Document { return d }},
	} {
		t.Run(name, func(t *testing.T) {
			docs, lists := Lists(Read(Stdin, []byte(tt.in)))
			docs, err := JoinLists(tt.do(t, docs), lists)
			if err != nil {
				t.Fatal(err)
			}
			var out bytes.Buffer
			if err := Write(&out, docs); err != nil {
				t.Fatal(err)
			}
			if out.String() != tt.want {
				t.Errorf("got\n%s\nwant\n%s", out.String(), tt.want)
			}
		})
	}
}

// TestPlacesInLists: findings in an item lead to the line of the stream, before
// the items are back in their List and after.
func TestPlacesInLists(t *testing.T) {
	docs := Read(Stdin, []byte("---\n# Source: c/t.yaml\na: b\n---\napiVersion: v1\nkind: List\nitems:\n- kind: ConfigMap\n  apiVersion: v1\n  metadata: {name: a}\n  data: {k: v}\n"))
	items, lists := Lists(docs)
	root, err := items[1].Root()
	if err != nil {
		t.Fatal(err)
	}
	_, data := Lookup(root, "data")
	at := items[1].Finding(data, Keys("data"))
	if at.Span.String() != "<stdin>:11:9" || at.Rendered != (diag.Pos{Line: 11, Column: 9}) || at.Object.Name != "a" {
		t.Errorf("got %+v", at)
	}
	setIn(t, items, "a", "k", "w")
	if _, err := JoinLists(items, lists); err != nil {
		t.Fatal(err)
	}
	if by, _ := docs[1].SpanAt(8, 3); by != listBy {
		t.Errorf("the changed line comes from %v", by)
	}
	if was, _ := docs[1].SpanAt(7, 3); was.String() != "<stdin>:10:3" {
		t.Errorf("the line before comes from %v", was)
	}
}

// resourceList is what kustomize sends.
const resourceList = `apiVersion: config.kubernetes.io/v1
kind: ResourceList
items:
- apiVersion: v1
  kind: ConfigMap
  metadata:
    name: a
    annotations:
      config.kubernetes.io/index: '1'
      config.kubernetes.io/path: 'app/a.yaml'
  data: {k: v}   # as it was
functionConfig:
  apiVersion: helmx.dev/v1alpha1
  kind: Config
  patches: []
`

func TestResourceList(t *testing.T) {
	docs := Read(Stdin, []byte("# from kustomize\n---\n"+resourceList))
	whole := FindResourceList(docs)
	if whole != docs[1] {
		t.Fatalf("got %v", whole)
	}
	l, err := OpenResourceList(whole)
	if err != nil || len(l.Items) != 1 || len(l.Strays()) != 0 {
		t.Fatalf("got %+v, %v", l, err)
	}
	if source, index := l.Items[0].ID().Source, l.Index(l.Items[0]); source != "app/a.yaml" || index != 1 {
		t.Errorf("got %s, %d", source, index)
	}
	if config := whole.Part("functionConfig"); string(config.Raw()) != "apiVersion: helmx.dev/v1alpha1\nkind: Config\npatches: []\n" {
		t.Errorf("got %q", config.Raw())
	}
	made := New([]byte("---\n# Source: x\nkind: New\nspec: {a: b}\n"), Origin{})
	if err := l.Join(append(l.Items, made)); err != nil {
		t.Fatal(err)
	}
	want := strings.Replace(resourceList, "functionConfig:", "- # Source: x\n  kind: New\n  spec: {a: b}\nfunctionConfig:", 1)
	if got := string(whole.Raw()); got != "---\n"+want {
		t.Errorf("got\n%s", got)
	}
}

func TestResourceListStandsAlone(t *testing.T) {
	for in, want := range map[string]bool{
		resourceList: true,
		strings.Replace(resourceList, "/v1\n", "/v1alpha1\n", 1):              true,
		`{"apiVersion":"config.kubernetes.io/v1beta1","kind":"ResourceList"}`: true,
		resourceList + "---\na: b\n":                                          false,
		resourceList + "---\n" + resourceList:                                 false,
		"apiVersion: example.com/v1\nkind: ResourceList\n":                    false,
		"": false,
	} {
		if got := FindResourceList(Read(Stdin, []byte(in))) != nil; got != want {
			t.Errorf("%q: got %v", in, got)
		}
	}
}

func TestStrays(t *testing.T) {
	d := Read(Stdin, []byte("apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nitems: [{kind: A}, 1, {kind: B}, [x]]\n"))[0]
	l, err := OpenResourceList(d)
	if got := l.Strays(); err != nil || len(got) != 2 || got[0] != 1 || got[1] != 3 {
		t.Errorf("got %v, %v", got, err)
	}
}

// FuzzLists: an edit of one item of any document that is a List leaves a List
// that holds this edit and nothing else, and no edit leaves every byte.
func FuzzLists(f *testing.F) {
	f.Add("apiVersion: v1\nkind: List\nitems:\n- {kind: A, apiVersion: v1}\n- kind: B\n  # c\n  x: |+\n    a\n\n")
	f.Add("{apiVersion: v1, kind: List, items: [{kind: A}, *a]}")
	f.Add("kind: XList\napiVersion: v1\nitems:\r\n  -\r\n    a: &a\r\n    b: *a\r\n")
	f.Fuzz(func(t *testing.T, text string) {
		docs := Read(Stdin, []byte(text))
		for _, d := range docs {
			if !d.IsList() {
				continue
			}
			l, err := OpenList(d)
			if err != nil || len(l.Items) == 0 {
				continue
			}
			raw := string(d.Raw())
			if err := l.Join(l.Items); err != nil || string(d.Raw()) != raw {
				t.Fatalf("nothing changed: %v\n%s\n%s", err, raw, d.Raw())
			}
			var want []any
			for _, item := range l.Items {
				root, err := item.Root()
				if err != nil {
					t.Fatalf("the item %q: %v", item.Raw(), err)
				}
				want = append(want, Value(root))
			}
			last := l.Items[len(l.Items)-1]
			if _, err := last.Edit(listBy, func(root *Node) error {
				SetKey(root, "new", NewNode("x"))
				return nil
			}); err != nil || len(l.Strays()) > 0 {
				continue
			}
			edited, _ := last.Root()
			want[len(want)-1] = Value(edited)
			if err := l.Join(l.Items); err != nil {
				continue // refused, not broken
			}
			root, err := d.Root()
			if err != nil {
				t.Fatalf("%v\n%s", err, d.Raw())
			}
			if got := Value(child(root, "items")); !Equal(NewNode(got), NewNode(want)) {
				t.Fatalf("got %v, want %v", got, want)
			}
		}
	})
}
