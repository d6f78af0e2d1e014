package kustomize

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
	"sigs.k8s.io/yaml"

	"github.com/helmx-dev/helmx/e2e/counterpart"
	"github.com/helmx-dev/helmx/manifest"
	"github.com/helmx-dev/helmx/patch"
)

// importCase is a kustomization and the objects that it is for.
type importCase struct {
	name  string
	files map[string][]byte
}

// Parts of a case beside the files of the kustomization.
const (
	objectsFile = "resources.yaml"
	differsFile = "differs" // what helmx says where kustomize says nothing, on purpose
	refusedFile = "refused" // what helmx says where both refuse
)

// importCases reads testdata/import/*.txtar. Objects that stand outside of a case
// are those of every case that has none.
func importCases(t *testing.T) []importCase {
	t.Helper()
	groups, err := filepath.Glob("testdata/import/*.txtar")
	if err != nil || len(groups) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	var cases []importCase
	for _, group := range groups {
		archive, err := txtar.ParseFile(group)
		if err != nil {
			t.Fatal(err)
		}
		var objects []byte
		start := len(cases)
		for _, f := range archive.Files {
			folder, name, inCase := strings.Cut(f.Name, "/")
			if !inCase {
				objects = f.Data
				continue
			}
			full := strings.TrimSuffix(filepath.Base(group), ".txtar") + "/" + folder
			if len(cases) == start || cases[len(cases)-1].name != full {
				cases = append(cases, importCase{full, map[string][]byte{objectsFile: objects}})
			}
			cases[len(cases)-1].files[name] = f.Data
		}
	}
	return cases
}

// TestImport compares what "kustomize build" makes of a kustomization with what
// helmx makes of it by an entry "kustomize:", on the same objects.
func TestImport(t *testing.T) {
	kustomize := counterpart.Kustomize(t)
	same := 0
	for _, c := range importCases(t) {
		t.Run(c.name, func(t *testing.T) {
			want, refusal := c.build(t, kustomize)
			got, message := c.imported(t)
			differs, refused := strings.TrimSpace(string(c.files[differsFile])), strings.TrimSpace(string(c.files[refusedFile]))
			switch {
			case refused != "":
				if refusal == "" || !strings.Contains(message, refused) {
					t.Errorf("kustomize says %q, helmx says %q, and both should refuse: %s", refusal, message, refused)
				}
				return
			case differs != "":
				if refusal != "" || !strings.Contains(message, differs) {
					t.Errorf("kustomize says %q, helmx says %q, want %q", refusal, message, differs)
				}
				return
			case refusal != "" || message != "":
				t.Fatalf("kustomize says %q, helmx says %q", refusal, message)
			}
			same++
			if diff := cmp.Diff(objectsOf(t, want), objectsOf(t, got)); diff != "" {
				t.Errorf("(-kustomize +helmx):\n%s", diff)
			}
			if cmp.Equal(objectsOf(t, string(c.files[objectsFile])), objectsOf(t, got)) {
				t.Error("the kustomization changes nothing, so the case shows nothing")
			}
		})
	}
	if same < 60 && !t.Failed() {
		t.Errorf("only %d cases compare trees", same)
	}
}

// write puts the files of a case into a folder.
func (c importCase) write(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for name, data := range c.files {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// build runs kustomize, with the objects as the resources.
func (c importCase) build(t *testing.T, kustomize string) (out, refusal string) {
	t.Helper()
	dir := c.write(t)
	text := slices.Concat(c.files["kustomization.yaml"], []byte("\nresources: ["+objectsFile+"]\n"))
	if err := os.WriteFile(filepath.Join(dir, "kustomization.yaml"), text, 0o644); err != nil {
		t.Fatal(err)
	}
	r := counterpart.Run{Path: kustomize, Args: []string{"build", "."}, Dir: dir, Home: dir}.Do(t)
	if r.Code != 0 {
		return "", r.Stderr
	}
	return r.Stdout, ""
}

// imported runs helmx's patch layer.
func (c importCase) imported(t *testing.T) (out, message string) {
	t.Helper()
	dir := c.write(t)
	root, err := manifest.Parse([]byte("- kustomize: kustomization.yaml\n"))
	if err != nil {
		t.Fatal(err)
	}
	parser := patch.Parser{Files: os.DirFS(dir), Root: "."}
	patches, found := parser.Parse(root, "helmx.yaml")
	docs, more, err := patch.Apply(context.Background(), manifest.Read("in.yaml", slices.Clone(c.files[objectsFile])), patch.Options{Patches: patches})
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range append(found, more...) {
		if d.Severity.String() == "error" {
			message += fmt.Sprintln(d)
		}
	}
	var b strings.Builder
	if err := manifest.Write(&b, docs); err != nil {
		t.Fatal(err)
	}
	return b.String(), message
}

// objectsOf reads a stream, by the names of its objects.
func objectsOf(t *testing.T, stream string) map[string]any {
	t.Helper()
	objects := map[string]any{}
	for _, text := range strings.Split("\n"+stream, "\n---") {
		var o map[string]any
		if err := yaml.Unmarshal([]byte(text), &o); err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		if o == nil {
			continue
		}
		meta, _ := o["metadata"].(map[string]any)
		name := fmt.Sprintln(o["apiVersion"], o["kind"], meta["namespace"], meta["name"])
		if objects[name] != nil {
			t.Fatalf("two objects are %s", name)
		}
		objects[name] = withoutLayout(t, "", o)
	}
	return objects
}

// withoutLayout parses the strings that hold YAML or JSON by the names of their
// keys: how that is laid out is not compared.
func withoutLayout(t *testing.T, key string, v any) any {
	t.Helper()
	switch v := v.(type) {
	case map[string]any:
		for key, value := range v {
			v[key] = withoutLayout(t, key, value)
		}
	case string:
		if ext := filepath.Ext(key); ext == ".yaml" || ext == ".json" {
			var inner any
			if err := yaml.Unmarshal([]byte(v), &inner); err != nil {
				t.Fatalf("%s: %v", key, err)
			}
			return inner
		}
	}
	return v
}
