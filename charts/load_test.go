package charts

import (
	"context"
	"github.com/helmx-dev/helmx/diag"
	"io/fs"
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

func TestLoadArchiveAsHelm(t *testing.T) {
	path := filepath.Join(writeTree(t, map[string]string{"demo.tgz": string(tgz(t,
		plainFile("any-name/values.yaml", "\ufeffa: b\n"),
		plainFile(`any-name\windows\x`, "x"),
		plainFile("./any-name/templates/a.yaml", "a"),
		plainFile("any-name/Chart.yaml", "\ufeff"+v2Chart),
		plainFile("any-name/charts/b-1.0.0.tgz", string(demoArchive(t, "b", "1.0.0"))),
	))}), "demo.tgz")
	want, err := loader.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	got := mustLoad(t, path, LoadOptions{})
	sameAsHelm(t, got.Chart, want)
	if got.Path != path || got.Dir || got.UserPath("demo/values.yaml") != "demo/values.yaml" {
		t.Errorf("%+v", got)
	}
}

// TestLoadParityCharts compares every chart of the parity set with what Helm
// makes of it.
func TestLoadParityCharts(t *testing.T) {
	for _, dir := range parityCharts(t) {
		want, helm := loader.LoadDir(dir)
		got, found, err := Load(context.Background(), dir, LoadOptions{Library: true})
		if helm == nil && missesDependency(found) {
			continue // Helm's loader leaves that to its commands
		}
		switch {
		case err != nil:
			t.Errorf("%s: %v", dir, err)
		case helm != nil:
			if got != nil {
				t.Errorf("%s: loaded, but Helm says %v", dir, helm)
			}
		case got == nil:
			t.Errorf("%s: Helm loads it: %v", dir, found)
		default:
			sameAsHelm(t, got.Chart, want)
		}
	}
}

// parityCharts lists the charts of the parity set.
func parityCharts(t *testing.T) []string {
	t.Helper()
	var dirs []string
	err := filepath.WalkDir("../testdata/parity", func(path string, e fs.DirEntry, err error) error {
		if err == nil && e.Name() == "Chart.yaml" {
			dirs = append(dirs, filepath.Dir(path))
		}
		return err
	})
	if err != nil || len(dirs) == 0 {
		t.Fatalf("no charts in the parity set: %v", err)
	}
	return dirs
}

func missesDependency(found diag.List) bool {
	return slices.ContainsFunc(found, func(d diag.Diagnostic) bool { return d.Code == "CH005" })
}

func TestUserPath(t *testing.T) {
	dir := writeTree(t, map[string]string{
		"Chart.yaml":                           "apiVersion: v2\nname: mesh\nversion: 1.0.0\ndependencies:\n- {name: sub, alias: web}\n- {name: sub, alias: api}\n- {name: packed}\n",
		"charts/folder/Chart.yaml":             "apiVersion: v2\nname: sub\nversion: 1.0.0\n",
		"charts/folder/charts/deep/Chart.yaml": "name: deep\nversion: 1.0.0\n",
		"charts/packed-1.0.0.tgz":              string(demoArchive(t, "packed", "1.0.0")),
	})
	c := mustLoad(t, dir+"/", LoadOptions{})
	for name, want := range map[string]string{
		"mesh/templates/x.yaml":                        "/templates/x.yaml",
		"templates/x.yaml":                             "/templates/x.yaml",
		"mesh/values.yaml":                             "/values.yaml",
		"mesh/charts/sub/templates/x.yaml":             "/charts/folder/templates/x.yaml",
		"mesh/charts/web/templates/x.yaml":             "/charts/folder/templates/x.yaml",
		"mesh/charts/api/charts/deep/templates/x.yaml": "/charts/folder/charts/deep/templates/x.yaml",
		"charts/web/values.yaml":                       "/charts/folder/values.yaml",
		"mesh/charts/packed/templates/x.yaml":          "",
		"mesh/../../etc/passwd":                        "/etc/passwd",
	} {
		if want == "" {
			want = name
		} else {
			want = dir + want
		}
		if got := c.UserPath(name); got != want {
			t.Errorf("UserPath(%s) = %s, want %s", name, got, want)
		}
	}
	copied := *c
	copied.Chart = &chart.Chart{Metadata: &chart.Metadata{Name: "mesh"}}
	if got := copied.UserPath("mesh/charts/web/x"); got != dir+"/charts/folder/x" {
		t.Errorf("after processing: %s", got)
	}
	if got := mustLoad(t, "builtin:mesh", LoadOptions{}).UserPath("mesh/templates/x"); got != "mesh/templates/x" {
		t.Errorf("built in: %s", got)
	}
	if got := (*Chart)(nil).UserPath("x"); got != "x" {
		t.Errorf("nil: %s", got)
	}
}

// TestBuiltinDependencies renders our own umbrella chart from its folder
// without charts/: the binary holds what it depends on.
func TestBuiltinDependencies(t *testing.T) {
	c := mustLoad(t, "mesh", LoadOptions{})
	if len(c.Dependencies()) != len(c.Metadata.Dependencies) {
		t.Errorf("%d of %d dependencies", len(c.Dependencies()), len(c.Metadata.Dependencies))
	}
}

func BenchmarkLoad(b *testing.B) {
	dir := b.TempDir()
	for _, name := range []string{"istio/base", "istio/istiod", "mesh"} {
		folder := mustPull(b, BuiltinPrefix+name, PullOptions{Destination: dir, Untar: true}).Path
		archive := mustPull(b, BuiltinPrefix+name, PullOptions{Destination: dir}).Path
		for kind, ref := range map[string]string{"folder": folder, "archive": archive, "builtin": BuiltinPrefix + name} {
			b.Run(name+"/"+kind, func(b *testing.B) {
				for b.Loop() {
					mustLoad(b, ref, LoadOptions{})
				}
			})
		}
		b.Run(name+"/helm", func(b *testing.B) {
			for b.Loop() {
				if _, err := loader.Load(folder); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
