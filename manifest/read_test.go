package manifest

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/helmx-dev/helmx/diag"
)

func TestReadSplitsAsHelmDoes(t *testing.T) {
	for _, test := range []struct {
		name, in string
		want     []string
	}{
		{"nothing", "", nil},
		{"no separator", "a: 1\n", []string{"a: 1\n"}},
		{"separator first", "---\na: 1\n---\nb: 2\n", []string{"---\na: 1\n", "---\nb: 2\n"}},
		{"blank lines first", "\n \n---\na: 1\n", []string{"\n \n---\na: 1\n"}},
		{"byte order mark", "\ufeff---\na: 1\n---\nb: 2\n", []string{"\ufeff---\na: 1\n", "---\nb: 2\n"}},
		{"comment first", "# c\n---\na: 1\n", []string{"# c\n", "---\na: 1\n"}},
		{"doubled", "---\n---\na: 1\n", []string{"---\n", "---\na: 1\n"}},
		{"trailing", "a: 1\n---\n", []string{"a: 1\n", "---\n"}},
		{"with blanks and comments", "--- # one\na: 1\n---   \nb: 2\n", []string{"--- # one\na: 1\n", "---   \nb: 2\n"}},
		{"content on its line", "--- {\"a\": 1}\n---a: 1\n", []string{"--- {\"a\": 1}\n", "---a: 1\n"}},
		{"Windows", "---\r\na: 1\r\n---\r\nb: 2\r\n", []string{"---\r\na: 1\r\n", "---\r\nb: 2\r\n"}},
		{"in a block scalar", "a: |\n  ---\n  x\n   ---\n---\nb: 2\n", []string{"a: |\n  ---\n  x\n   ---\n", "---\nb: 2\n"}},
		{"end marker", "a: 1\n...\n---\nb: 2\n", []string{"a: 1\n...\n", "---\nb: 2\n"}},
		{"no last line break", "a: 1\n---\nb: 2", []string{"a: 1\n", "---\nb: 2"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			var got []string
			for _, d := range Read("in.yaml", []byte(test.in)) {
				got = append(got, string(d.Raw()))
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestReadKnowsWhereDocumentsComeFrom(t *testing.T) {
	stream := "---\n# Source: a/templates/x.yaml\nkind: A\n" +
		"---\n# Source: a/templates/y.yaml\n---\nkind: B\n" +
		"---\nkind: C\n" +
		"---\nkind: D\nmetadata:\n  annotations:\n    postrenderer.helm.sh/postrender-filename: 'a/templates/z.yaml'\n"
	var sources []string
	var lines []int
	for _, d := range Read(Stdin, []byte(stream)) {
		sources = append(sources, d.Origin.Source)
		lines = append(lines, d.Origin.Line)
		if d.ID().Source != d.Origin.Source {
			t.Errorf("identity says %q, origin %q", d.ID().Source, d.Origin.Source)
		}
	}
	if want := []string{"a/templates/x.yaml", "a/templates/y.yaml", "a/templates/y.yaml", "", "a/templates/z.yaml"}; !slices.Equal(sources, want) {
		t.Errorf("sources %q, want %q", sources, want)
	}
	if want := []int{1, 4, 6, 8, 10}; !slices.Equal(lines, want) {
		t.Errorf("lines %v, want %v", lines, want)
	}
}

func TestWriteNeverJoinsDocuments(t *testing.T) {
	docs := []*Document{New([]byte("---\na: 1"), Origin{}), New([]byte("---\nb: 2\n"), Origin{})}
	var out bytes.Buffer
	if err := Write(&out, docs); err != nil {
		t.Fatal(err)
	}
	if want := "---\na: 1\n---\nb: 2\n"; out.String() != want {
		t.Errorf("got %q, want %q", out.String(), want)
	}
	Renumber(docs)
	if docs[1].Origin.Line != 3 {
		t.Errorf("second document on line %d, want 3", docs[1].Origin.Line)
	}
}

func FuzzReadWriteIsIdentity(f *testing.F) {
	for _, seed := range []string{"", "---", "\ufeff\n---a\r\n--- \n...\n", "a: |\n  ---\n---\n# Source: x\n---\n", "\x00\xff\n---\n"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		docs := Read("x", data)
		var out bytes.Buffer
		if err := Write(&out, docs); err != nil || !bytes.Equal(out.Bytes(), data) {
			t.Fatalf("%q came back as %q, %v", data, out.Bytes(), err)
		}
		for _, d := range docs {
			line := d.Origin.Line
			Renumber(docs)
			if d.Origin.Line != line {
				t.Fatalf("line %d became %d", line, d.Origin.Line)
			}
			_ = d.ID()
			_, _ = d.Root()
			_ = d.Finding(nil, nil)
		}
	})
}

// The light scan must agree with the tree wherever it claims to know.
func TestScanAgreesWithTree(t *testing.T) {
	heads := []string{
		"apiVersion: v1\nkind: A\nmetadata:\n  name: x\n  namespace: y\n",
		"kind: \"A\" # c\napiVersion: 'v1'\nmetadata:\n    name: x # c\n    labels:\n      name: no\n",
		"apiVersion: v1\nkind: A\nmetadata:\n  annotations:\n    helm.sh/hook: pre-install\n    other: |\n      helm.sh/hook\n  name: x\nspec:\n  kind: B\n",
		"kind: A\nkind: B\n", "metadata: {name: x}\nkind: A\n", "kind: >-\n  A\n", "kind:\n  A\n", "kind: A\n  B\n",
		"metadata:\n  name: a\n   b\n", "metadata:\n  name: &n x\nkind: *n\n", "base: &b {kind: A}\n<<: *b\n",
		"\"kind\": A\n", "{\"kind\": \"A\"}\n", " kind: A\n metadata:\n   name: x\n", "kind: A # x\nmetadata:\n- name: x\n",
		"kind: ~\nmetadata:\n  name: null\n", "kind: a: b\n", "kind: 'it''s'\n", "kind: \"a\\tb\"\n", "kind: !!str A\n",
		"metadata:\n  ownerReferences:\n  - name: no\n    kind: no\n  name: x\n", "metadata:\n\tname: x\n", "? kind\n: A\n",
		"metadata:\n  annotations: {helm.sh/hook: test}\n", "metadata:\n  annotations:\n    \"helm.sh/hook\": test\n", "- kind: A\n",
		"x: \"\nkind: B\"\nkind: A\n", "kind: A\n...\nkind: B\n", "metadata:\n  # c\n\n  name: x\n # d\n  namespace: -y\n",
	}
	for _, text := range heads {
		body := []byte(text)
		h, sure := scanHead(body)
		root, err := Parse(body)
		if !sure || err != nil {
			continue
		}
		if want := treeHead(root); h != want {
			t.Errorf("%q: scan %+v, tree %+v", text, h, want)
		}
	}
	for _, text := range heads[:3] {
		if _, sure := scanHead([]byte(text)); !sure {
			t.Errorf("%q is laid out plainly and was parsed", text)
		}
	}
}

func FuzzScanAgreesWithTree(f *testing.F) {
	f.Add("apiVersion: v1\nkind: A\nmetadata:\n  name: x\n  annotations:\n    helm.sh/hook: a\n")
	f.Fuzz(func(t *testing.T, text string) {
		h, sure := scanHead([]byte(text))
		root, err := Parse([]byte(text))
		if !sure || err != nil || root == nil || strings.ContainsAny(text, "\r\u0085\u2028\u2029") {
			return
		}
		if want := treeHead(root); h != want && !strings.Contains(text, "?") {
			t.Errorf("%q: scan %+v, tree %+v", text, h, want)
		}
	})
}

func TestFindingNamesThePlaceTheUserOwns(t *testing.T) {
	text := "---\n# Source: a/templates/x.yaml\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: c\ndata:\n  mesh: |-\n    tracing:\n      rate: 5\n"
	docs := Read(Stdin, []byte("---\nkind: First\n"+text))
	d := docs[1]
	p, err := ParsePath("data.mesh|yaml.tracing.rate")
	if err != nil {
		t.Fatal(err)
	}
	found, miss := d.Find(p)
	if miss != nil {
		t.Fatal(miss)
	}
	f := d.Finding(found[0].Node, found[0].Path)
	if f.Span.String() != "a/templates/x.yaml" || f.Rendered != (diag.Pos{Line: 12, Column: 13}) {
		t.Errorf("at %v, rendered %v", f.Span, f.Rendered)
	}
	if e := f.Excerpt; e == nil || *e != (diag.Excerpt{Line: 12, Text: "      rate: 5", Column: 13, Width: 1}) {
		t.Errorf("excerpt %+v", f.Excerpt)
	}
	if f.Object.String() != "ConfigMap c" || f.Path != "data.mesh|yaml.tracing.rate" {
		t.Errorf("object %v, path %s", f.Object, f.Path)
	}
	d = Read("rendered.yaml", []byte("---\nkind: First\n"+text))[1]
	if f := d.Finding(found[0].Node, nil); f.Span.String() != "rendered.yaml:12:13" {
		t.Errorf("in a file: %v", f.Span)
	}
}

func TestFindingHidesSecrets(t *testing.T) {
	for _, text := range []string{
		"apiVersion: v1\nkind: Secret\nmetadata:\n  name: s\n  annotations:\n    last: c2VjcmV0\ndata:\n  k: c2VjcmV0\n",
		"apiVersion: v1\nkind: Secret\nmetadata: {name: s, annotations: {last: c2VjcmV0}}\ndata: {k: c2VjcmV0}\n",
		`{"apiVersion":"v1","kind":"Secret","metadata":{"name":"s"},"data":{"k":"c2VjcmV0"}}`,
	} {
		d := New([]byte(text), Origin{File: "s.yaml", Line: 1})
		root, err := d.Root()
		if err != nil {
			t.Fatal(err)
		}
		Walk(root, func(p Path, n *Node) bool {
			f := d.Finding(n, p)
			if f.Excerpt != nil && strings.Contains(f.Excerpt.Text, "c2VjcmV0") {
				t.Errorf("%s shows %q", p, f.Excerpt.Text)
			}
			return true
		})
	}
	list := New([]byte("apiVersion: v1\nkind: List\nitems:\n- kind: Secret\n  data: {k: c2VjcmV0}\n"), Origin{})
	if f := list.FindingAt(5, 10); f.Excerpt != nil {
		t.Errorf("a list of Secrets shows %q", f.Excerpt.Text)
	}
}

// templateLines is a LineMap for tests.
type templateLines struct{}

func (templateLines) Span(line int) diag.Span {
	return diag.Span{File: "t.yaml", Start: diag.Pos{Line: 100 + line}}
}

func TestPositionsFollowEdits(t *testing.T) {
	d := New([]byte("---\na: 1\nb:\n  c: 2\nd: 3\n"), Origin{Line: 10, Lines: templateLines{}})
	by := diag.Span{File: "helmx.yaml", Start: diag.Pos{Line: 7}}
	_, err := d.Edit(by, func(root *Node) error {
		patch, err := Parse([]byte("\n\nx: 1\ny: 2\n"))
		root.Content[3].Content = append(root.Content[3].Content, patch.Content...)
		root.Content[1].Value = "9"
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if want := "---\na: 9\nb:\n  c: 2\n  x: 1\n  y: 2\nd: 3\n"; string(d.Raw()) != want {
		t.Fatalf("got %q", d.Raw())
	}
	want := []string{"t.yaml:101", "helmx.yaml:7", "t.yaml:103", "t.yaml:104", "helmx.yaml:3:1", "helmx.yaml:4:1", "t.yaml:105"}
	for i, w := range want {
		span, rendered := d.SpanAt(i+1, 1)
		if span.String() != w || rendered.Line != 10+i {
			t.Errorf("line %d is from %s (rendered %d), want %s", i+1, span, rendered.Line, w)
		}
	}
	if _, err := d.Edit(by, func(root *Node) error { removeKey(root, "b"); return nil }); err != nil {
		t.Fatal(err)
	}
	if span, _ := d.SpanAt(3, 1); span.String() != "t.yaml:105" {
		t.Errorf("after the second edit d is from %s", span)
	}
}

// stream returns a stream of n objects of about 250 bytes each.
func stream(n int) []byte {
	var b bytes.Buffer
	for i := range n {
		b.WriteString("---\n# Source: mesh/templates/a.yaml\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: object-")
		b.WriteString(strings.Repeat("x", i%7))
		b.WriteString("\n  namespace: istio-system\n  labels:\n    app: mesh\n    tier: control\ndata:\n  key: value\n  config: |\n    some: text\n    that: is\n    long: enough\n")
	}
	return b.Bytes()
}

func BenchmarkReadAndIdentify1MB(b *testing.B) {
	data := stream(4400)
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		for _, d := range Read("x", data) {
			if d.ID().Kind == "" {
				b.Fatal("no kind")
			}
		}
	}
}

func BenchmarkReadWrite1MB(b *testing.B) {
	data := stream(4400)
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		var out bytes.Buffer
		out.Grow(len(data))
		if err := Write(&out, Read("x", data)); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkEditOneField(b *testing.B) {
	var text string
	for _, text = range corpus(b) {
		if strings.Contains(text, "replicas: 2") {
			break
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		d := New([]byte(text), Origin{})
		if _, err := d.Edit(diag.Span{}, func(root *Node) error {
			at(b, root, "spec.replicas").Value = "5"
			return nil
		}); err != nil {
			b.Fatal(err)
		}
	}
}
