package expr

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"

	"github.com/helmx-dev/helmx/funcs"
	"github.com/helmx-dev/helmx/manifest"
)

// exampleObjects are what the examples of object functions speak of.
const exampleObjects = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: mesh, namespace: shop}\ndata: {zone: a}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: other, namespace: shop}\n"

// Every example of a function does the same in helmx.yaml and as a late
// expression, or says why it cannot.
func TestExamplesInExpressions(t *testing.T) {
	for _, f := range funcs.All() {
		for _, e := range f.Examples {
			o := exampleOptions(t, e)
			want, wantErr := e.Want, e.Error
			if f.Where == funcs.Templates || strings.Contains(e.Template, "{{ define") {
				want, wantErr = "", "named templates"
			}
			t.Run("helmx.yaml "+f.Name+" "+e.Template, func(t *testing.T) {
				s := NewStrings(manifest.Read("", []byte(exampleObjects)), o)
				value, d := s.Value(e.Template, nil)
				said := ""
				if d != nil {
					said = d.Message + d.Hint
				}
				same(t, inText(value), said, want, wantErr)
				if found := s.Findings(); (len(found) > 0) != (e.Warning != "") || len(found) > 0 && !strings.Contains(found[0].Message, e.Warning) {
					t.Errorf("warns %v, want %q", found, e.Warning)
				}
			})
			expression, ok := single(e.Template)
			if !ok {
				continue // statements: for the other two
			}
			t.Run("late "+f.Name+" "+e.Template, func(t *testing.T) {
				late := manifest.NewNode(map[string]any{"kind": "Example", "value": "[[=" + expression + "]]"})
				raw, _ := yaml.Marshal(manifest.Value(late))
				docs := manifest.Read("", []byte(exampleObjects+"---\n"+string(raw)))
				o.Enabled = true
				docs, findings, err := Resolve(t.Context(), docs, o)
				if err != nil {
					t.Fatal(err)
				}
				said := ""
				for _, d := range findings {
					said += d.Message + d.Hint
				}
				root, err := docs[len(docs)-1].Root()
				if err != nil {
					t.Fatal(err)
				}
				value := manifest.Value(root).(map[string]any)["value"]
				if findings.HasErrors() {
					value = nil
				}
				if !findings.HasErrors() {
					said = ""
				}
				same(t, inText(value), said, want, wantErr)
			})
		}
	}
}

// single returns the expression of a text that is nothing but one.
func single(text string) (string, bool) {
	body, ok := strings.CutPrefix(text, "{{")
	body, closed := strings.CutSuffix(body, "}}")
	return body, ok && closed && !strings.Contains(body, "{{") && !strings.HasPrefix(strings.TrimSpace(body), "range ")
}

func same(t *testing.T, got, said, want, wantErr string) {
	t.Helper()
	switch {
	case wantErr != "" && !strings.Contains(said, wantErr):
		t.Errorf("gave %q and said %q, want an error with %q", got, said, wantErr)
	case wantErr == "" && (said != "" || got != want):
		t.Errorf("gave %q and said %q, want %q", got, said, want)
	}
}

func exampleOptions(t *testing.T, e funcs.Example) Options {
	t.Helper()
	o := Options{Values: map[string]any{}, Folder: t.TempDir(), Allow: []string{"file:certs/*.pem"}}
	if err := yaml.Unmarshal([]byte(e.Values), &o.Values); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(o.Folder, "certs"), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"certs/ca.pem", "secret.pem"} {
		if err := os.WriteFile(filepath.Join(o.Folder, name), []byte("ca"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return o
}
