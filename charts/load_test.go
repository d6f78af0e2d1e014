package charts

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"helm.sh/helm/v3/pkg/chart"
	"helm.sh/helm/v3/pkg/chart/loader"
)

// writeTree writes files below a new folder and returns it.
func writeTree(t testing.TB, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// mustLoad loads a chart without findings.
func mustLoad(t testing.TB, ref string, o LoadOptions) *Chart {
	t.Helper()
	c, found, err := Load(context.Background(), ref, o)
	if err != nil || len(found) > 0 {
		t.Fatalf("Load(%s): %v, %v", ref, found, err)
	}
	return c
}

const v2Chart = "apiVersion: v2\nname: demo\nversion: 1.2.3\n"

// sameAsHelm compares the chart with what Helm's own loader makes of it, with
// the dependencies in the order that Helm leaves to chance.
func sameAsHelm(t *testing.T, got, want *chart.Chart) {
	t.Helper()
	if diff := cmp.Diff(want, got, cmp.FilterPath(func(p cmp.Path) bool {
		name := p.Last().String()
		return name == ".parent" || name == ".dependencies"
	}, cmp.Ignore()), cmp.AllowUnexported(chart.Chart{})); diff != "" {
		t.Errorf("%s differs from Helm's: %s", got.ChartFullPath(), diff)
	}
	if len(got.Dependencies()) != len(want.Dependencies()) {
		t.Fatalf("%s has %d subcharts, in Helm %d", got.ChartFullPath(), len(got.Dependencies()), len(want.Dependencies()))
	}
	for _, g := range got.Dependencies() {
		i := slices.IndexFunc(want.Dependencies(), func(w *chart.Chart) bool { return w.Name() == g.Name() })
		if i < 0 {
			t.Fatalf("Helm has no %s", g.ChartFullPath())
		}
		sameAsHelm(t, g, want.Dependencies()[i])
	}
}

func TestLoadFolderAsHelm(t *testing.T) {
	dir := writeTree(t, map[string]string{
		"Chart.yaml":                        "\ufeff" + v2Chart + "dependencies:\n- name: b\n  alias: bee\n  version: 1.0.0\n",
		".helmignore":                       "# comment\n*.bak\n/secret\nskip/\n",
		"values.yaml":                       "a: 1\nb: 1000000\nc: {d: yes}\n",
		"values.schema.json":                "{}",
		"README.md":                         "\ufeffhello",
		"x.bak":                             "ignored",
		"secret":                            "ignored",
		"skip/x":                            "ignored",
		"templates/a.yaml":                  "\ufeffa: b",
		"templates/.hidden":                 "ignored",
		"templates/sub/_h.tpl":              "{{ define \"x\" }}{{ end }}",
		"crds/c.yaml":                       "kind: CRD",
		"charts/b/Chart.yaml":               "apiVersion: v2\nname: b\nversion: 1.0.0\n",
		"charts/b/charts/c/Chart.yaml":      "name: c\nversion: 1.0.0\n",
		"charts/b/charts/c/templates/x.yml": "x",
		"charts/a/Chart.yaml":               "apiVersion: v2\nname: a\nversion: 1.0.0\n",
		"charts/_skipped/Chart.yaml":        "nonsense: [",
		"charts/.skipped":                   "",
		"charts/b-1.0.0.tgz.prov":           "signature",
		"Chart.lock":                        "digest: sha256:x\ngenerated: \"2026-01-02T03:04:05Z\"\ndependencies: []\n",
	})
	want, err := loader.LoadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	got := mustLoad(t, dir, LoadOptions{})
	sameAsHelm(t, got.Chart, want)
}
