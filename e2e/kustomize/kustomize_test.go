package kustomize

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/helmx-dev/helmx/e2e/counterpart"
)

// bench is a kustomization beside the programs that build it.
type bench struct {
	kustomize, helm, helmx string
	home, dir              string
}

func newBench(t *testing.T) bench {
	t.Helper()
	b := bench{kustomize: counterpart.Kustomize(t), helm: counterpart.Helm(t), helmx: counterpart.Helmx(t), home: t.TempDir(), dir: t.TempDir()}
	if err := os.CopyFS(b.dir, os.DirFS("testdata")); err != nil {
		t.Fatal(err)
	}
	return b
}

// build runs kustomize with one or the other program as its Helm.
func (b bench) build(t *testing.T, helm, kustomization string) string {
	t.Helper()
	r := counterpart.Run{
		Path: b.kustomize, Args: []string{"build", "--enable-helm", "--helm-command", helm, "."},
		Dir: filepath.Join(b.dir, kustomization), Home: b.home,
	}.Do(t)
	if r.Code != 0 {
		t.Fatalf("kustomize with %s: exit code %d\n%s", filepath.Base(helm), r.Code, r.Stderr)
	}
	return r.Stdout
}

// TestLocalChart renders charts of a folder (chartHome), with every field of a
// kustomization that becomes a flag.
func TestLocalChart(t *testing.T) {
	b := newBench(t)
	want := b.build(t, b.helm, "local")
	if !strings.Contains(want, "from: inline") || !strings.Contains(want, "kind: CustomResourceDefinition") {
		t.Errorf("the kustomization shows too little:\n%s", want)
	}
	if diff := cmp.Diff(want, b.build(t, b.helmx, "local")); diff != "" {
		t.Errorf("kustomize build (-helm +helmx):\n%s", diff)
	}
}

// TestIstiod renders the istiod chart that is inside helmx and that "helmx pull"
// unpacked: a large chart, validated and linted on the way.
func TestIstiod(t *testing.T) {
	b := newBench(t)
	pull := counterpart.Run{Path: b.helmx, Args: []string{"pull", "builtin:istio/istiod", "--untar", "--untardir", "istio/charts"}, Dir: b.dir, Home: b.home}
	if r := pull.Do(t); r.Code != 0 {
		t.Fatalf("helmx pull: %s", r.Stderr)
	}
	want := b.build(t, b.helm, "istio")
	if diff := cmp.Diff(want, b.build(t, b.helmx, "istio")); diff != "" {
		t.Errorf("kustomize build (-helm +helmx):\n%s", diff)
	}
}

// TestRepository pulls a chart from a repository on loopback. Only a name is
// asked for, so the index decides which version it is.
func TestRepository(t *testing.T) {
	b := newBench(t)
	repo := b.serveRepository(t)
	file := filepath.Join(b.dir, "remote", "kustomization.yaml")
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(strings.ReplaceAll(string(text), "REPOSITORY", repo.URL)), 0o644); err != nil {
		t.Fatal(err)
	}
	want := b.build(t, b.helm, "remote")
	// kustomize keeps what it pulled; helmx must pull for itself.
	if err := os.RemoveAll(filepath.Join(b.dir, "remote", "charts")); err != nil {
		t.Fatal(err)
	}
	got := b.build(t, b.helmx, "remote")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("kustomize build (-helm +helmx):\n%s", diff)
	}
	if _, err := os.Stat(filepath.Join(b.dir, "remote", "charts", "web-1.2.0", "web", "Chart.yaml")); err != nil {
		t.Errorf("helmx pull did not leave the chart where kustomize looks for it: %v", err)
	}
}

// serveRepository packs the chart of testdata and serves it.
func (b bench) serveRepository(t *testing.T) *httptest.Server {
	t.Helper()
	for _, args := range [][]string{
		{"package", "local/charts/web", "-d", "repo"},
		{"repo", "index", "repo"},
	} {
		if r := (counterpart.Run{Path: b.helm, Args: args, Dir: b.dir, Home: b.home}).Do(t); r.Code != 0 {
			t.Fatalf("helm %q: %s", args, r.Stderr)
		}
	}
	server := httptest.NewServer(http.FileServer(http.Dir(filepath.Join(b.dir, "repo"))))
	t.Cleanup(server.Close)
	return server
}
