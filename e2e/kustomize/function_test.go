package kustomize

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/helmx-dev/helmx/e2e/counterpart"
)

// function builds testdata/function, where helmx is an exec function: transformer
// is the file in place of helmx.yaml, after edits (old, new, ...) in all files.
func (b bench) function(t *testing.T, transformer string, edits ...string) counterpart.Result {
	t.Helper()
	dir := filepath.Join(b.dir, "function")
	if err := os.RemoveAll(dir); err != nil { // helmx would find a helmx.yaml
		t.Fatal(err)
	}
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"kustomization.yaml", "app.yaml", transformer} {
		text, err := os.ReadFile(filepath.Join("testdata", "function", name))
		if err != nil {
			t.Fatal(err)
		}
		edited := strings.NewReplacer(append([]string{"HELMX", b.helmx, "helmx.yaml", transformer}, edits...)...).Replace(string(text))
		if err := os.WriteFile(filepath.Join(dir, name), []byte(edited), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return counterpart.Run{
		Path: b.kustomize, Args: []string{"build", "--enable-alpha-plugins", "--enable-exec", "."}, Dir: dir, Home: b.home,
	}.Do(t)
}

// TestFunction: kustomize runs helmx as a transformer whose functionConfig is
// the configuration, and nothing else changes.
func TestFunction(t *testing.T) {
	b := newBench(t)
	without := b.function(t, "helmx.yaml", "transformers: [helmx.yaml]", "")
	if without.Code != 0 {
		t.Fatalf("without helmx: %s", without.Stderr)
	}
	want := strings.NewReplacer("mode: fast", "mode: slow", "b: 2", "b: 3").Replace(without.Stdout)
	if want == without.Stdout {
		t.Fatalf("the kustomization shows too little:\n%s", want)
	}
	got := b.function(t, "helmx.yaml")
	if diff := cmp.Diff(want, got.Stdout); got.Code != 0 || diff != "" {
		t.Errorf("exit code %d, kustomize build (-want +got):\n%s%s", got.Code, diff, got.Stderr)
	}
}

// TestFunctionKeepsNotes: what kustomize notes about objects in annotations stays
// when a patch replaces or removes all annotations, so that names and references
// come out as without helmx.
func TestFunctionKeepsNotes(t *testing.T) {
	b := newBench(t)
	generator := []string{
		"namePrefix: web-", "namePrefix: web-\nconfigMapGenerator:\n- {name: env, literals: [a=b], options: {annotations: {from: chart}}}",
		"# the settings", "apiVersion: v1\nkind: Pod\nmetadata: {name: p, annotations: {from: chart}}\nspec: {containers: [{name: c, image: c, envFrom: [{configMapRef: {name: env}}]}]}\n---",
	}
	without := b.function(t, "helmx.yaml", append([]string{"transformers: [helmx.yaml]", ""}, generator...)...)
	want := strings.NewReplacer("  annotations:\n    from: chart\n", "", "mode: fast", "mode: slow", "b: 2", "b: 3").Replace(without.Stdout)
	if without.Code != 0 || strings.Count(without.Stdout, "name: web-env-") != 2 || want == without.Stdout {
		t.Fatalf("the kustomization shows too little:\n%s%s", without.Stdout, without.Stderr)
	}
	for _, change := range []string{"remove: [metadata.annotations]", "jq: del(.metadata.annotations)", "mergePatch: {metadata: {annotations: null}}"} {
		patch := "- name: bare\n  target: {annotations: from=chart}\n  " + change + "\n- name: slow"
		got := b.function(t, "helmx.yaml", append([]string{"- name: slow", patch}, generator...)...)
		if diff := cmp.Diff(want, got.Stdout); got.Code != 0 || diff != "" {
			t.Errorf("%s: exit code %d, kustomize build (-want +got):\n%s%s", change, got.Code, diff, got.Stderr)
		}
	}
}

// TestFunctionFails: a patch that matches nothing, a finding and a wrong
// functionConfig fail the build, and kustomize shows what helmx says.
func TestFunctionFails(t *testing.T) {
	for name, tt := range map[string]struct {
		transformer string
		edits       []string
		want        string
	}{
		"stale patch":     {"helmx.yaml", []string{"web-settings", "web-setings"}, "slow: the target matches no object"},
		"invalid object":  {"helmx.yaml", []string{"port: 80", "prot: 80"}, `unknown field "prot"`},
		"misspelt key":    {"helmx.yaml", []string{"set:", "sett:"}, `did you mean "set"?`},
		"misspelt flag":   {"flags.yaml", []string{"fail-on:", "fial-on:"}, `post-render has no flag "fial-on"`},
		"flag is obeyed":  {"flags.yaml", []string{"fail-on: info", "fail-on: often"}, `--fail-on is "often"`},
		"unknown version": {"helmx.yaml", []string{"dev/v1alpha1", "dev/v9"}, `apiVersion is "helmx.dev/v9"`},
	} {
		t.Run(name, func(t *testing.T) {
			got := newBench(t).function(t, tt.transformer, tt.edits...)
			if got.Code == 0 || got.Stdout != "" || !strings.Contains(got.Stderr, tt.want) {
				t.Errorf("exit code %d, stdout %q, stderr:\n%s\nwant in it: %s", got.Code, got.Stdout, got.Stderr, tt.want)
			}
		})
	}
	if got := newBench(t).function(t, "flags.yaml"); got.Code != 0 {
		t.Errorf("with flags: %s", got.Stderr)
	}
}
