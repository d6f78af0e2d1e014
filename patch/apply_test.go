package patch

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
	"github.com/rogpeppe/go-internal/txtar"
)

// patchesOf reads the patches of a helmx.yaml.
func patchesOf(t testing.TB, text string) ([]Patch, diag.List) {
	t.Helper()
	return patchesBeside(t, text, nil)
}

// patchesBeside reads the patches of a helmx.yaml that lies beside other files.
func patchesBeside(t testing.TB, text string, files fs.FS) ([]Patch, diag.List) {
	t.Helper()
	root, err := manifest.Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	_, n := manifest.Lookup(root, "patches")
	parser := Parser{Files: files, Root: "."}
	return parser.Parse(n, "helmx.yaml")
}

// describe prints findings for golden files, with hints and related places.
func describe(list diag.List) string {
	var b strings.Builder
	for _, d := range list {
		hint := d.Hint
		d.Hint = ""
		fmt.Fprintln(&b, d)
		if hint != "" {
			fmt.Fprintln(&b, "  hint:", hint)
		}
		if d.Excerpt != nil {
			fmt.Fprintf(&b, "  excerpt: %d: %s (column %d)\n", d.Excerpt.Line, d.Excerpt.Text, d.Excerpt.Column)
		}
		for _, r := range d.Related {
			fmt.Fprintf(&b, "  %s: %s\n", r.Span, r.Message)
		}
	}
	return b.String()
}

// namespaceIn is the namespace of the release, where a comment says that it is known.
func namespaceIn(comment []byte) string {
	_, name, _ := strings.Cut(string(comment), "namespace: ")
	return strings.TrimSpace(name)
}

// Each file of testdata/apply is a stream, patches, and what becomes of both.
func TestApply(t *testing.T) {
	files, err := filepath.Glob("testdata/apply/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			part := map[string]*txtar.File{}
			for i := range archive.Files {
				part[archive.Files[i].Name] = &archive.Files[i]
			}
			patches, findings := patchesOf(t, string(part["helmx.yaml"].Data))
			var notes []string
			docs, more, err := Apply(context.Background(), manifest.Read(manifest.Stdin, part["in.yaml"].Data), Options{
				Patches: patches, AllowNoop: strings.Contains(string(archive.Comment), "allow-noop"),
				Namespace:   namespaceIn(archive.Comment),
				Note:        func(s string) { notes = append(notes, s) },
				Expressions: testExpressions{testValues},
			})
			if err != nil {
				t.Fatal(err)
			}
			var out bytes.Buffer
			if err := manifest.Write(&out, docs); err != nil {
				t.Fatal(err)
			}
			found := describe(append(findings, more...))
			for _, note := range notes {
				found += "note: " + note + "\n"
			}
			if strings.HasPrefix(filepath.Base(file), "secret") && (strings.Contains(found, "hunter2") || strings.Contains(found, "swordfish")) {
				t.Error("a value of a Secret is in a message")
			}
			golden(t, file, archive, part, out.String(), found)
		})
	}
}

func golden(t *testing.T, file string, archive *txtar.Archive, part map[string]*txtar.File, out, found string) {
	t.Helper()
	if os.Getenv("HELMX_UPDATE") == "1" {
		part["out.yaml"].Data, part["findings"].Data = []byte(out), []byte(found)
		if err := os.WriteFile(file, txtar.Format(archive), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if want := string(part["out.yaml"].Data); out != want {
		t.Errorf("got:\n%s\nwant:\n%s", out, want)
	}
	if want := string(part["findings"].Data); found != want {
		t.Errorf("found:\n%s\nwant:\n%s", found, want)
	}
}

func TestApplyStopsWhenCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	patches, _ := patchesOf(t, "patches:\n- name: a\n  target: {kind: X}\n  set: {a: 1}\n")
	_, _, err := Apply(ctx, manifest.Read("x", []byte("kind: X\n")), Options{Patches: patches})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestPositionsLeadToThePatch(t *testing.T) {
	patches, findings := patchesOf(t, "patches:\n- name: a\n  target: {kind: X}\n  merge:\n    spec:\n      new:\n        deep: 1\n")
	if len(findings) > 0 {
		t.Fatal(findings)
	}
	docs, findings, err := Apply(context.Background(), manifest.Read("x.yaml", []byte("kind: X\nspec:\n  a: 1\n---\nkind: Y\n")), Options{Patches: patches})
	if err != nil || len(findings) > 0 {
		t.Fatal(findings, err)
	}
	if span, _ := docs[0].SpanAt(5, 1); span.String() != "helmx.yaml:7:9" {
		t.Errorf("line 5 is from %s in:\n%s", span, docs[0].Raw())
	}
	if docs[1].Origin.Line != 6 {
		t.Errorf("the next document is on line %d, want 6", docs[1].Origin.Line)
	}
	if span, _ := docs[1].SpanAt(2, 1); span.String() != "x.yaml:5:1" {
		t.Errorf("its kind is from %s", span)
	}
}

// What a merge wrote or removed is found at the line that says so.
func TestMergesLeadToTheirLines(t *testing.T) {
	patches, findings := patchesOf(t, `patches:
- name: a
  target: {kind: X}
  merge:
    spec:
      replicas: many
      selector: null
      strategy:
        $patch: delete
      list:
      - name: b
        image: null
      other:
        $patch: replace
        x: 1
- name: b
  target: {kind: X}
  set: {spec.strategy: {again: 1}}
`)
	if len(findings) > 0 {
		t.Fatal(findings)
	}
	in := `apiVersion: v1
kind: X
spec:
  replicas: 1 # one
  selector: {a: b}
  strategy: {a: b}
  list:
  - {name: a}
  - name: b
    image: x
  other: {z: 1}
`
	docs, findings, err := Apply(context.Background(), manifest.Read("x.yaml", []byte(in)), Options{Patches: patches, ListKeys: specList{}})
	if err != nil || len(findings) > 0 {
		t.Fatal(findings, err)
	}
	root, err := docs[0].Root()
	if err != nil {
		t.Fatal(err)
	}
	_, spec := manifest.Lookup(root, "spec")
	_, replicas := manifest.Lookup(spec, "replicas")
	for path, want := range map[string]string{
		"spec.replicas": "helmx.yaml:6:17", "spec.selector": "helmx.yaml:7:17", "spec.list[name=b].image": "helmx.yaml:12:16", "spec.list[1].image": "helmx.yaml:12:16",
		"spec.other.z": "helmx.yaml:14:17", "spec.never": "x.yaml:3:1", "spec.list[name=a].image": "x.yaml:3:1", "spec.strategy": "x.yaml:3:1",
	} {
		p, err := manifest.ParsePath(path)
		if err != nil {
			t.Fatal(err)
		}
		at := root.Content[4]
		if path == "spec.replicas" {
			at = replicas
		}
		if got := docs[0].Finding(at, p); got.Span.String() != want {
			t.Errorf("%s is at %s, want %s in:\n%s", path, got.Span, want, docs[0].Raw())
		}
	}
}

// specList tells the items of every list apart by their names.
type specList struct{}

func (specList) ListKeys(string, string, []string) ([]string, bool) { return []string{"name"}, false }

// namedList is a ListKeys for tests.
type namedList struct{}

func (namedList) ListKeys(apiVersion, kind string, path []string) ([]string, bool) {
	if apiVersion == "example.org/v1" && kind == "Custom" && strings.Join(path, ".") == "spec.list" {
		return []string{"host", "port"}, false
	}
	return nil, false
}

func TestListKeysOfOtherKinds(t *testing.T) {
	patches, _ := patchesOf(t, "patches:\n- name: a\n  target: {kind: Custom}\n  merge: {spec: {list: [{host: b, port: 2, v: new}, {host: c, port: 1}]}}\n")
	in := "apiVersion: example.org/v1\nkind: Custom\nspec:\n  list:\n  - {host: b, port: 1}\n  - {host: b, port: 2, v: old}\n"
	docs, findings, err := Apply(context.Background(), manifest.Read("x", []byte(in)), Options{Patches: patches, ListKeys: namedList{}})
	if err != nil || len(findings) > 0 {
		t.Fatal(findings, err)
	}
	want := strings.Replace(in, "old", "new", 1) + "  - {host: c, port: 1}\n"
	if got := string(docs[0].Raw()); got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

// An item of a patch may leave out keys, as long as it means one item.
func TestSeveralListKeys(t *testing.T) {
	in := "apiVersion: example.org/v1\nkind: Custom\nspec:\n  list:\n  - {host: b, port: 1}\n  - {host: b, port: 2}\n  - {host: c, port: 3}\n  - {host: d}\n  - {host: d, port: 4}\n"
	for item, want := range map[string]string{
		"{host: c, v: x}":          "{host: c, port: 3, v: x}",
		"{port: 2, v: x}":          "{host: b, port: 2, v: x}",
		"{host: d, v: x}":          "- {host: d, v: x}\n",
		"{host: d, port: 4, v: x}": "{host: d, port: 4, v: x}",
		"{host: b, v: x}":          `PA107 a: 2 items of spec.list are [host=b], and the merge may change only one`,
		"{v: x}":                   `PA107 a: an item for spec.list has no "host"`,
	} {
		patches, _ := patchesOf(t, "patches:\n- name: a\n  target: {kind: Custom}\n  merge: {spec: {list: ["+item+"]}}\n")
		docs, findings, err := Apply(context.Background(), manifest.Read("x", []byte(in)), Options{Patches: patches, ListKeys: namedList{}})
		if err != nil {
			t.Fatal(err)
		}
		got := string(docs[0].Raw())
		for _, d := range findings {
			got += d.Code + " " + d.Message
		}
		if !strings.Contains(got, want) {
			t.Errorf("%s: want %s in\n%s", item, want, got)
		}
	}
}

// notIdempotent are the cases that say to do something again, with the reason.
var notIdempotent = map[string]string{
	"anchors":     "a patch makes a key again that a later one renames",
	"append":      "a later patch changes an item that was appended",
	"create":      "a later patch changes an object that was created",
	"expressions": "patches take back what others did, and match what others create",
	"jq":          "items are deleted by their index",
	"overlays":    "an item is added at [-1]",
	"remove":      "items are removed by their index",
}

// Patching what patches made changes nothing, wherever nothing was wrong.
func TestPatchesAreIdempotent(t *testing.T) {
	files, _ := filepath.Glob("testdata/apply/*.txtar")
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".txtar")
		archive, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		patches, wrong := patchesOf(t, string(archive.Files[1].Data))
		if notIdempotent[name] != "" || strings.Contains(string(archive.Files[3].Data), "error[") || wrong.HasErrors() {
			continue
		}
		once := archive.Files[2].Data
		docs, findings, err := Apply(context.Background(), manifest.Read(manifest.Stdin, bytes.Clone(once)), Options{
			Patches: patches, AllowNoop: true, Expressions: testExpressions{testValues},
		})
		if err != nil || findings.HasErrors() {
			t.Errorf("%s: %v %s", name, err, describe(findings))
		}
		var twice bytes.Buffer
		if err := manifest.Write(&twice, docs); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(once, twice.Bytes()) {
			t.Errorf("%s: the second time gave\n%s", name, twice.Bytes())
		}
	}
}

// objects returns a stream of n objects, one Deployment in ten.
func objects(n int) []byte {
	var b bytes.Buffer
	for i := range n {
		kind := "ConfigMap"
		if i%10 == 0 {
			kind = "Deployment"
		}
		fmt.Fprintf(&b, "---\n# Source: mesh/templates/a.yaml\napiVersion: v1\nkind: %s\nmetadata:\n  name: object-%d\n  namespace: istio-system\n  labels:\n    app: mesh\nspec:\n  replicas: 1\n  template:\n    spec:\n      containers:\n      - name: main\n        image: example.org/image:1\n", kind, i)
	}
	return b.Bytes()
}

func BenchmarkApply(b *testing.B) {
	for _, size := range []int{1, 50, 5000} {
		data := objects(size)
		text := "patches:\n"
		for i := range 20 {
			text += fmt.Sprintf("- name: p%d\n  target: {kind: Deployment, name: object-%d}\n  expect: 0+\n  set: {'spec.template.spec.containers[name=main].image': \"image:%d\"}\n", i, i*10%size, i+2)
		}
		patches, findings := patchesOf(b, text)
		if len(findings) > 0 {
			b.Fatal(findings)
		}
		b.Run(fmt.Sprintf("20 patches/%d documents", size), func(b *testing.B) {
			b.SetBytes(int64(len(data)))
			b.ReportAllocs()
			for b.Loop() {
				_, findings, err := Apply(context.Background(), manifest.Read("x", data), Options{Patches: patches})
				if err != nil || findings.HasErrors() {
					b.Fatal(findings, err)
				}
			}
		})
	}
}
