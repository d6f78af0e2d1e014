package patch

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
	"github.com/rogpeppe/go-internal/txtar"
)

// imported applies a kustomization, which lies in a folder among other files.
func imported(t testing.TB, stream string, files map[string]string) (string, diag.List) {
	t.Helper()
	disk := fstest.MapFS{}
	for name, text := range files {
		disk[name] = &fstest.MapFile{Data: []byte(text)}
	}
	patches, found := patchesBeside(t, "patches:\n- kustomize: k/kustomization.yaml\n", disk)
	docs, more, err := Apply(context.Background(), manifest.Read(manifest.Stdin, []byte(stream)), Options{Patches: patches})
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := manifest.Write(&out, docs); err != nil {
		t.Fatal(err)
	}
	return out.String(), append(found, more...)
}

// What is wrong with a kustomization is said at its line, in the file that has
// it. The file holds kustomizations and what is found.
func TestKustomizationFindings(t *testing.T) {
	const name = "testdata/kustomize/findings.txtar"
	archive, err := txtar.ParseFile(name)
	if err != nil {
		t.Fatal(err)
	}
	shared := map[string]string{}
	for i, f := range archive.Files {
		folder, file, _ := strings.Cut(f.Name, "/")
		if folder == "shared" {
			shared["k/"+file] = string(f.Data)
			continue
		}
		if file != "kustomization.yaml" {
			continue
		}
		shared["k/kustomization.yaml"] = string(f.Data)
		_, found := imported(t, exampleStream, shared)
		if !found.HasErrors() {
			t.Errorf("%s: nothing is found", folder)
		}
		want := &archive.Files[i+1]
		if got := describe(found); os.Getenv("HELMX_UPDATE") == "1" {
			want.Data = []byte(got)
		} else if got != string(want.Data) {
			t.Errorf("%s: found\n%swant\n%s", folder, got, want.Data)
		}
	}
	if os.Getenv("HELMX_UPDATE") == "1" {
		if err := os.WriteFile(filepath.FromSlash(name), txtar.Format(archive), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// Only the lines of what changes differ, and each leads to its place in the
// kustomization or the patch.
func TestKustomizationsEditInPlace(t *testing.T) {
	stream := "# first\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: istiod}   # the name\nspec:\n  replicas: 1 # one\n  template:\n    spec:\n      containers:\n      - {name: discovery, image: pilot:1}\n"
	out, found := imported(t, stream, map[string]string{
		"k/kustomization.yaml": "images:\n- {name: pilot, newTag: \"2\"}\npatches:\n- path: sub/p.yaml\n",
		"k/sub/p.yaml":         "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: istiod}\nspec:\n  replicas: 3\n",
	})
	want := strings.NewReplacer("replicas: 1", "replicas: 3", "pilot:1", "pilot:2").Replace(stream)
	if out != want || len(found) > 0 {
		t.Errorf("%s\n%s", describe(found), out)
	}
	disk := fstest.MapFS{"k/kustomization.yaml": {Data: []byte("patches:\n- path: p.yaml\n- target: {kind: Deployment}\n  patch: |\n    # why\n    - {op: replace, path: /spec/paused, value: maybe}\n")}, "k/p.yaml": {Data: []byte("apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: istiod}\nspec:\n  replicas: many\n  paused: true\n")}}
	patches, _ := patchesBeside(t, "patches:\n- kustomize: k\n", disk)
	docs, found, err := Apply(context.Background(), manifest.Read("in.yaml", []byte(stream)), Options{Patches: patches})
	if err != nil || len(found) > 0 {
		t.Fatal(found, err)
	}
	root, err := docs[0].Root()
	if err != nil {
		t.Fatal(err)
	}
	for field, place := range map[string]string{"replicas": "k/p.yaml:5:13", "paused": "k/kustomization.yaml:6:49"} {
		path := manifest.Keys("spec", field)
		if got := docs[0].Finding(path.Get(root), path).Span.String(); filepath.ToSlash(got) != place && !strings.HasPrefix(filepath.ToSlash(got), place[:strings.LastIndex(place, ":")]) {
			t.Errorf("spec.%s is from %s, want %s", field, got, place)
		}
	}
}

// A kustomization that is applied to its own result changes nothing.
func TestKustomizationsAreIdempotent(t *testing.T) {
	files := map[string]string{"k/kustomization.yaml": "namespace: mesh\nlabels:\n- {pairs: {team: mesh}, includeTemplates: true}\ncommonAnnotations: {owner: mesh}\nreplicas:\n- {name: istiod, count: 2}\nimages:\n- {name: pilot, newTag: \"2\"}\n"}
	once, found := imported(t, exampleStream, files)
	if len(found) > 0 {
		t.Fatal(describe(found))
	}
	twice, found := imported(t, once, files)
	if once != twice || len(found) > 0 {
		t.Errorf("%s\n%s", describe(found), twice)
	}
}

// Whatever a kustomization holds, the importer says what is wrong with it, or
// the stream that it makes holds as many documents, each of which is YAML.
func FuzzKustomization(f *testing.F) {
	groups, err := filepath.Glob("../e2e/kustomize/testdata/import/*.txtar")
	if err != nil || len(groups) == 0 {
		f.Fatalf("no seeds: %v", err)
	}
	for _, group := range groups {
		archive, err := txtar.ParseFile(group)
		if err != nil {
			f.Fatal(err)
		}
		stream := ""
		for _, file := range archive.Files {
			switch {
			case file.Name == "resources.yaml":
				stream = string(file.Data)
			case strings.HasSuffix(file.Name, "/kustomization.yaml"):
				f.Add(stream, string(file.Data))
			}
		}
	}
	f.Fuzz(func(t *testing.T, stream, kustomization string) {
		if _, err := manifest.Parse([]byte(kustomization)); err != nil {
			return
		}
		out, found := imported(t, stream, map[string]string{
			"k/kustomization.yaml": kustomization, "k/patch.yaml": "- {op: remove, path: /spec}\n", "k/replacements.yaml": "[]\n",
		})
		for _, d := range found {
			if d.Code == "" || d.Message == "" || d.Span.File == "" {
				t.Errorf("a finding that says nothing: %+v", d)
			}
		}
		if found.HasErrors() {
			return
		}
		for i, d := range manifest.Read("out", []byte(out)) {
			if _, err := d.Root(); err != nil && !hasSyntaxError(stream) {
				t.Errorf("document %d is no YAML any more: %v\n%s", i, err, out)
			}
		}
	})
}

// hasSyntaxError reports whether a document of a stream is no YAML.
func hasSyntaxError(stream string) bool {
	for _, d := range manifest.Read("in", []byte(stream)) {
		if _, err := d.Root(); err != nil {
			return true
		}
	}
	return false
}

// A change of name is not followed into other objects, which is said.
func TestChangesOfNameAreNotFollowed(t *testing.T) {
	stream := "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: old}\n---\napiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {volumes: [{name: c, configMap: {name: old}}]}\n---\napiVersion: v1\nkind: Pod\nmetadata: {name: older}\n"
	_, found := imported(t, stream, map[string]string{
		"k/kustomization.yaml": "patches:\n- target: {kind: ConfigMap}\n  options: {allowNameChange: true}\n  patch: |\n    kind: ConfigMap\n    metadata: {name: new}\n",
	})
	if len(found) != 1 || found[0].Severity != diag.Warning || !strings.Contains(found[0].Message, "the object was old, and the old name stays in Pod p") {
		t.Error(describe(found))
	}
}

// Only files below the folder of helmx.yaml are read.
func TestKustomizationsStayInside(t *testing.T) {
	for _, path := range []string{"../k", "k/../../k", "/etc/passwd", "https://example.org/kustomization.yaml", "k/link"} {
		dir := t.TempDir()
		if err := os.MkdirAll(filepath.Join(dir, "in", "k"), 0o755); err != nil {
			t.Fatal(err)
		}
		outside := filepath.Join(dir, "outside.yaml")
		if err := os.WriteFile(outside, []byte("namespace: stolen\n"), 0o644); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(outside, filepath.Join(dir, "in", "k", "link")); err != nil {
			t.Skip("links cannot be made here")
		}
		folder, err := os.OpenRoot(filepath.Join(dir, "in"))
		if err != nil {
			t.Fatal(err)
		}
		defer folder.Close()
		root, err := manifest.Parse([]byte(fmt.Sprintf("- kustomize: %q\n", path)))
		if err != nil {
			t.Fatal(err)
		}
		parser := Parser{Files: folder.FS(), Root: "."}
		patches, found := parser.Parse(root, "helmx.yaml")
		if len(patches) > 0 || len(found) != 1 || found[0].Code != codeFile {
			t.Errorf("%s: %d patches, %s", path, len(patches), describe(found))
		}
	}
}

// A label that `<<` brings in becomes one of the object's own: what it comes
// from is another map's.
func TestKustomizationSetsWhatAMergeKeyBringsIn(t *testing.T) {
	stream := "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n  annotations: &shared {team: mesh}\n  labels:\n    <<: *shared\n"
	out, found := imported(t, stream, map[string]string{"k/kustomization.yaml": "labels:\n- pairs: {team: edge}\n"})
	if len(found) > 0 {
		t.Fatalf("found %v", found)
	}
	if want := stream + "    team: edge\n"; out != want {
		t.Errorf("got\n%s\nwant\n%s", out, want)
	}
}
