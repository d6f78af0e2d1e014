package charts

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"helm.sh/helm/v3/pkg/chart/loader"

	"github.com/helmx-dev/helmx/diag"
)

// writeArchive stores an archive beside nothing else.
func writeArchive(t testing.TB, name string, data []byte) string {
	return filepath.Join(writeTree(t, map[string]string{name: string(data)}), name)
}

func TestNoSuchChart(t *testing.T) {
	dir := writeTree(t, map[string]string{"mesh/Chart.yaml": v2Chart})
	wantFinding(t, dir+"/mehs", LoadOptions{}, "CH001", fmt.Sprintf("path %q not found", dir+"/mehs"), "did you mean "+dir+"/mesh?")
	wantFinding(t, dir, LoadOptions{}, "CH002", "Chart.yaml file is missing", "the folder is no chart itself, but holds some; name one of them: mesh")
	t.Chdir(filepath.Dir(dir))
	wantFinding(t, filepath.Base(dir)+"/mehs", LoadOptions{}, "CH001", "repo "+filepath.Base(dir)+" not found", "did you mean "+filepath.Base(dir)+"/mesh?")
	wantFinding(t, "nowhere/mesh", LoadOptions{}, "CH001", "repo nowhere not found", "no folder nowhere/mesh exists", "helm repo add nowhere URL")
	wantFinding(t, "nowhere", LoadOptions{}, "CH001", "non-absolute URLs should be in form of repo_name/path_to_chart, got: nowhere", "builtin:NAME")
	wantFinding(t, "./none", LoadOptions{}, "CH001", `path "./none" not found`)
	wantFinding(t, "builtin:istio/istoid", LoadOptions{}, "CH001", `no chart "istio/istoid" is built in`, `did you mean "istio/istiod"?`)
	wantFinding(t, "builtin:istio/istoid@1.30.0", LoadOptions{}, "CH001", `no chart "istio/istoid@1.30.0" is built in`, "builtin:istio/istiod --version 1.30.0")
	wantFinding(t, "builtin:mesh@1.30.0", LoadOptions{}, "CH001", "builtin:mesh --version 1.30.0")
	wantFinding(t, "mesh", LoadOptions{Selection: Selection{RepoURL: "builtin:istio"}}, "CH001", `scheme "builtin" not supported`, "is taken from the binary")
	wantFinding(t, "mesh", LoadOptions{Selection: Selection{RepoURL: "s3://bucket"}}, "CH001", `scheme "s3" not supported`, "charts come from http, https and oci addresses")
	wantFinding(t, "builtin:mesh", LoadOptions{Selection: Selection{Version: "99.0.0"}}, "CH001", `version "99.0.0" not found`)
	wantFinding(t, "builtin:mesh", LoadOptions{Access: Access{Verify: true}}, "CH010", "no provenance")
}

func TestLocalChartBeforeRepository(t *testing.T) {
	dir := writeTree(t, map[string]string{"demo/Chart.yaml": v2Chart})
	t.Chdir(dir)
	_, found, err := Load(context.Background(), "demo", LoadOptions{Selection: Selection{RepoURL: "http://127.0.0.1:1"}})
	if err != nil || len(found) != 1 || found[0].Code != "CH020" || found[0].Severity != diag.Warning {
		t.Errorf("%v, %v", found, err)
	}
}

// TestBrokenFiles checks what is wrong with the files of a chart: the code, the
// file, line and column, and the words.
func TestBrokenFiles(t *testing.T) {
	for name, test := range map[string]struct {
		files map[string]string
		code  string
		at    string // file:line:column below the chart
		says  []string
	}{
		"no Chart.yaml": {map[string]string{"values.yaml": ""}, "CH002", "", []string{"Chart.yaml file is missing"}},
		"empty Chart.yaml": {map[string]string{"Chart.yaml": ""}, "CH003", "/Chart.yaml",
			[]string{"validation: chart.metadata.name is required"}},
		"syntax": {map[string]string{"Chart.yaml": "apiVersion: v2\nname: [demo\nversion: 1.0.0\n"}, "CH003", "/Chart.yaml:",
			[]string{"cannot load Chart.yaml", "yaml"}},
		"indentation": {map[string]string{"Chart.yaml": "apiVersion: v2\nname: demo\n  version: 1.0.0\n"}, "CH003", "/Chart.yaml:3", nil},
		"tab": {map[string]string{"Chart.yaml": "apiVersion: v2\nname: demo\nmaintainers:\n\t- name: a\n"}, "CH003", "/Chart.yaml:4:1",
			[]string{"never with tabs"}},
		"kind of a field": {map[string]string{"Chart.yaml": v2Chart + "keywords: mesh\n"}, "CH003", "/Chart.yaml:4:11",
			[]string{"keywords is a string, expected a list"}},
		"kind within a list": {map[string]string{"Chart.yaml": v2Chart + "dependencies:\n- name: a\n  version: 1\n- name: b\n  tags: {}\n"}, "CH003", "/Chart.yaml:8:9",
			[]string{"dependencies.tags is a map, expected a list"}},
		"not a map": {map[string]string{"Chart.yaml": "- a\n"}, "CH003", "/Chart.yaml:1:1", []string{"the file is a list, expected a map"}},
		"version":   {map[string]string{"Chart.yaml": "apiVersion: v2\nname: demo\nversion: latest\n"}, "CH003", "/Chart.yaml:3:1", []string{`chart.metadata.version "latest" is invalid`, "1.2.3"}},
		"name":      {map[string]string{"Chart.yaml": "version: 1.0.0\nname: a/b\n"}, "CH003", "/Chart.yaml:2:1", []string{`chart.metadata.name "a/b" is invalid`}},
		"type":      {map[string]string{"Chart.yaml": v2Chart + "type: app\n"}, "CH003", "/Chart.yaml:4:1", []string{"type must be application or library"}},
		"two dependencies of a name": {map[string]string{"Chart.yaml": v2Chart + "dependencies:\n- {name: a, version: 1.x}\n- {name: a, version: 2.x}\n"}, "CH003", "/Chart.yaml:6:10",
			[]string{`more than one dependency with name or alias "a"`}},
		"alias":         {map[string]string{"Chart.yaml": v2Chart + "dependencies:\n- {name: a, alias: a.b}\n"}, "CH003", "/Chart.yaml:5:10", []string{"disallowed characters in the alias"}},
		"no dependency": {map[string]string{"Chart.yaml": v2Chart + "dependencies: [null]\n"}, "CH003", "/Chart.yaml:4:1", []string{"dependencies must not contain empty or null nodes"}},
		"lock":          {map[string]string{"Chart.yaml": v2Chart, "Chart.lock": "digest: [\n"}, "CH003", "/Chart.lock:", []string{"cannot load Chart.lock"}},
		"requirements":  {map[string]string{"Chart.yaml": "name: a\nversion: 1.0.0\n", "requirements.yaml": "dependencies: a\n"}, "CH003", "/requirements.yaml:1:15", []string{"cannot load requirements.yaml"}},
		"values":        {map[string]string{"Chart.yaml": v2Chart, "values.yaml": "image: nginx: 1.25\n"}, "CH004", "/values.yaml:1", []string{"cannot load values.yaml"}},
		"values are a list": {map[string]string{"Chart.yaml": v2Chart, "values.yaml": "# defaults\n- a\n"}, "CH004", "/values.yaml:2:1",
			[]string{"the file is a list, expected a map"}},
		"in a subchart": {map[string]string{"Chart.yaml": v2Chart, "charts/sub/Chart.yaml": "name: sub\nversion: x\n"}, "CH003", "/charts/sub/Chart.yaml:2:1",
			[]string{"error unpacking subchart sub in demo: validation: chart.metadata.version"}},
		"stray file in charts": {map[string]string{"Chart.yaml": v2Chart, "charts/README.md": "x"}, "CH002", "/charts/README.md",
			[]string{"error unpacking subchart README.md in demo: Chart.yaml file is missing", "charts/ holds subcharts only"}},
		"subchart archive": {map[string]string{"Chart.yaml": v2Chart, "charts/a-1.0.0.tgz": "hello"}, "CH008", "/charts/a-1.0.0.tgz", nil},
		"folder called tgz": {map[string]string{"Chart.yaml": v2Chart, "charts/a.tgz/Chart.yaml": v2Chart}, "CH002", "/charts/a.tgz",
			[]string{"expected a.tgz, got a.tgz/Chart.yaml"}},
		"helmignore": {map[string]string{"Chart.yaml": v2Chart, ".helmignore": "*.bak\n\nx/**\n"}, "CH014", "/.helmignore:3", []string{"double-star (**) syntax is not supported"}},
		"library":    {map[string]string{"Chart.yaml": v2Chart + "type: library\n"}, "CH009", "/Chart.yaml:4:1", []string{"library charts are not installable"}},
		"missing dependency": {map[string]string{"Chart.yaml": v2Chart + "dependencies:\n- name: here\n- name: gone\n- name: lost\n", "charts/here/Chart.yaml": "name: here\nversion: 1.0.0\n"},
			"CH005", "/Chart.yaml:6:9", []string{"found in Chart.yaml, but missing in charts/ directory: gone, lost", "helmx dependency build"}},
		"missing requirement": {map[string]string{"Chart.yaml": "name: a\nversion: 1.0.0\n", "requirements.yaml": "dependencies:\n- name: gone\n"},
			"CH005", "/requirements.yaml:2:9", nil},
	} {
		t.Run(name, func(t *testing.T) {
			dir := writeTree(t, test.files)
			d := wantFinding(t, dir, LoadOptions{}, test.code, test.says...)
			if !strings.HasPrefix(d.Span.String(), dir+test.at) {
				t.Errorf("at %s, want %s", d.Span, dir+test.at)
			}
			if d.Span.Start.Known() && d.Code != "CH009" && d.Code != "CH014" && d.Excerpt == nil {
				t.Errorf("no excerpt: %s", d)
			}
		})
	}
}

// TestRefusedAsInHelm loads what Helm refuses, and expects its words.
func TestRefusedAsInHelm(t *testing.T) {
	chartYAML := plainFile("demo/Chart.yaml", v2Chart)
	for name, test := range map[string]struct {
		data []byte
		code string
	}{
		"parent":           {tgz(t, chartYAML, plainFile("demo/../../etc/passwd", "x")), "CH006"},
		"parent, Windows":  {tgz(t, chartYAML, plainFile(`demo\..\..\x`, "x")), "CH006"},
		"absolute":         {tgz(t, chartYAML, plainFile("demo//etc/passwd", "x")), "CH006"},
		"drive":            {tgz(t, chartYAML, plainFile("demo/c:/x", "x")), "CH006"},
		"outside":          {tgz(t, chartYAML, plainFile("stray", "x")), "CH006"},
		"file below":       {tgz(t, plainFile("Chart.yaml/x", v2Chart)), "CH006"},
		"no files":         {tgz(t), "CH002"},
		"no Chart.yaml":    {tgz(t, plainFile("demo/values.yaml", "")), "CH002"},
		"large file":       {tgz(t, chartYAML, tar.Header{Name: "demo/big", Size: maxFileSize + 1}), "CH007"},
		"subchart archive": {tgz(t, chartYAML, plainFile("demo/charts/a.tgz", string(tgz(t, plainFile("a/../../x", "x"))))), "CH006"},
	} {
		t.Run(name, func(t *testing.T) {
			path := writeArchive(t, "demo-1.2.3.tgz", test.data)
			_, err := loader.Load(path)
			if err == nil {
				t.Fatal("Helm loads it")
			}
			d := wantFinding(t, path, LoadOptions{}, test.code, err.Error())
			if !strings.HasPrefix(d.Span.File, path) {
				t.Errorf("names %s, want %s", d.Span.File, path)
			}
		})
	}
}

func TestNotAnArchive(t *testing.T) {
	good := demoArchive(t, "demo", "1.0.0")
	damaged := bytes.Clone(good)
	for i := 20; i < 60; i++ {
		damaged[i] ^= 0xff
	}
	var gz bytes.Buffer
	z := gzip.NewWriter(&gz)
	io.WriteString(z, strings.Repeat("no tar archive ", 100))
	z.Close()
	for name, test := range map[string]struct {
		file string
		data []byte
		says string
	}{
		"yaml":    {"values.yaml", []byte("a: b\n"), "seems to be a YAML file, but expected a gzipped archive"},
		"text":    {"notes.tgz", []byte("hello"), "does not appear to be a gzipped archive; got 'text/plain; charset=utf-8'"},
		"empty":   {"empty.tgz", nil, "does not appear to be a gzipped archive"},
		"zip":     {"chart.zip", []byte("PK\x03\x04rest"), "got 'application/zip'"},
		"cut off": {"cut.tgz", good[:len(good)/2], "cut off"},
		"damaged": {"damaged.tgz", damaged, "damaged"},
		"no tar":  {"gz.tgz", gz.Bytes(), "damaged"},
	} {
		t.Run(name, func(t *testing.T) {
			wantFinding(t, writeArchive(t, test.file, test.data), LoadOptions{}, "CH008", test.says)
		})
	}
}

func TestLinksInArchive(t *testing.T) {
	chartYAML := plainFile("demo/Chart.yaml", v2Chart)
	link := func(name, to string, kind byte) tar.Header {
		return tar.Header{Name: name, Linkname: to, Typeflag: kind}
	}
	for _, out := range []tar.Header{
		link("demo/templates/passwd", "/etc/passwd", tar.TypeSymlink),
		link("demo/templates/passwd", "../../../etc/passwd", tar.TypeSymlink),
		link("demo/templates", "../other", tar.TypeSymlink),
		link("demo/files/x", "other/x", tar.TypeLink),
		link("demo/files/x", `..\..\x`, tar.TypeSymlink),
	} {
		path := writeArchive(t, "demo.tgz", tgz(t, chartYAML, out))
		wantFinding(t, path, LoadOptions{}, "CH006", "link out of the chart: "+out.Name+" -> "+out.Linkname, path)
	}
	// Inside, Helm reads an empty file and says nothing.
	path := writeArchive(t, "demo.tgz", tgz(t, chartYAML, link("demo/values.yaml", "files/../other.yaml", tar.TypeSymlink), link("demo/x", "demo/other.yaml", tar.TypeLink),
		tar.Header{Name: "demo/fifo", Typeflag: tar.TypeFifo}))
	c, found, err := Load(context.Background(), path, LoadOptions{})
	if err != nil || found.Count(diag.Warning) != 3 || found[0].Code != "CH013" {
		t.Fatalf("%v, %v", found, err)
	}
	want, err := loader.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	sameAsHelm(t, c.Chart, want)
}

// spent runs fn and returns how long it took and how many bytes it allocated.
func spent(fn func()) (time.Duration, uint64) {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	start := time.Now()
	fn()
	took := time.Since(start)
	runtime.ReadMemStats(&after)
	return took, after.TotalAlloc - before.TotalAlloc
}

func TestTenThousandFiles(t *testing.T) {
	entries := []tar.Header{plainFile("demo/Chart.yaml", v2Chart)}
	for i := range 10_000 {
		entries = append(entries, plainFile(fmt.Sprintf("demo/files/%05d", i), "x"))
	}
	path := writeArchive(t, "demo.tgz", tgz(t, entries...))
	var c *Chart
	var found diag.List
	var err error
	took, bytes := spent(func() { c, found, err = Load(context.Background(), path, LoadOptions{}) })
	if err != nil || len(found) != 1 || found[0].Code != "CH016" || !strings.Contains(found[0].Message, "10001 files") {
		t.Fatalf("%v, %v", found, err)
	}
	if len(c.Files) != 10_000 {
		t.Errorf("%d files", len(c.Files))
	}
	if took > 10*time.Second || bytes > 100<<20 {
		t.Errorf("took %s and %d bytes", took, bytes)
	}
}

func TestArchiveBombs(t *testing.T) {
	zeros := func(size int64) tar.Header {
		return tar.Header{Name: "demo/big", PAXRecords: map[string]string{"content": strings.Repeat("\x00", int(size))}}
	}
	many := func(name string, count int, size int64) []byte {
		entries := []tar.Header{plainFile(name+"/Chart.yaml", "name: "+name+"\nversion: 1.0.0\n")}
		for i := range count {
			h := zeros(size)
			h.Name = fmt.Sprintf("%s/%d", name, i)
			entries = append(entries, h)
		}
		return tgz(t, entries...)
	}
	full := string(many("full", 20, 4<<20)) // 80 MiB, a few KiB packed
	nested := []tar.Header{plainFile("demo/Chart.yaml", v2Chart)}
	for i := range 10 {
		nested = append(nested, plainFile(fmt.Sprintf("demo/charts/%d.tgz", i), full))
	}
	for name, test := range map[string]struct {
		data []byte
		says string
	}{
		"one file of 100 MB":     {tgz(t, plainFile("demo/Chart.yaml", v2Chart), zeros(100_000_000)), `decompressed chart file "demo/big" is larger than the maximum file size 5242880`},
		"more than 100 MiB":      {many("demo", 21, 5<<20), "decompressed chart is larger than the maximum file size 104857600"},
		"archives in an archive": {tgz(t, nested...), "the archives inside it are larger than 419430400 bytes"},
		"a hundred thousand":     {many("demo", maxEntries, 0), "more than 100000 files"},
	} {
		t.Run(name, func(t *testing.T) {
			path := writeArchive(t, "demo.tgz", test.data)
			took, bytes := spent(func() { wantFinding(t, path, LoadOptions{}, "CH007", test.says) })
			if took > 20*time.Second || bytes > 3*maxTotalBytes {
				t.Errorf("took %s and %d bytes", took, bytes)
			}
		})
	}
}

func TestFolderWithLargeFile(t *testing.T) {
	dir := writeTree(t, map[string]string{"Chart.yaml": v2Chart})
	if err := os.Truncate(createFile(t, dir, "dump.sql"), 100_000_000); err != nil {
		t.Fatal(err)
	}
	_, err := loader.Load(dir)
	_, bytes := spent(func() { wantFinding(t, dir, LoadOptions{}, "CH007", err.Error(), "dump.sql", ".helmignore") })
	if bytes > 1<<20 {
		t.Errorf("allocated %d bytes", bytes)
	}
	if err := os.WriteFile(filepath.Join(dir, ".helmignore"), []byte("*.sql\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	mustLoad(t, dir, LoadOptions{})
}

func createFile(t *testing.T, dir, name string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestLinksInFolder(t *testing.T) {
	dir := writeTree(t, map[string]string{"demo/Chart.yaml": v2Chart, "shared/x.yaml": "x", "shared/charts/sub/Chart.yaml": "name: sub\nversion: 1.0.0\n", "values.yaml": "a: b\n"})
	demo := filepath.Join(dir, "demo")
	for name, to := range map[string]string{"templates": "../shared", "values.yaml": "../values.yaml", "charts": "../shared/charts"} {
		if err := os.Symlink(to, filepath.Join(demo, name)); err != nil {
			t.Skip("no symbolic links:", err)
		}
	}
	c, found, err := Load(context.Background(), demo, LoadOptions{})
	if err != nil || found.Count(diag.Info) != 3 || found.AtLeast(diag.Warning) {
		t.Fatalf("%v, %v", found, err)
	}
	want, err := loader.Load(demo)
	if err != nil {
		t.Fatal(err)
	}
	sameAsHelm(t, c.Chart, want)

	loop := filepath.Join(demo, "files")
	if err := os.Symlink(".", loop); err != nil {
		t.Fatal(err)
	}
	wantFinding(t, demo, LoadOptions{}, "CH014", "a folder it lies in", loop)
	os.Remove(loop)
	if err := os.Symlink("nowhere", loop); err != nil {
		t.Fatal(err)
	}
	wantFinding(t, demo, LoadOptions{}, "CH014", "broken symbolic link", loop)
}

func TestDeprecatedAndLegacy(t *testing.T) {
	dir := writeTree(t, map[string]string{
		"Chart.yaml":        v2Chart + "deprecated: true\n",
		"requirements.yaml": "dependencies: []\n",
		"requirements.lock": "digest: x\n",
	})
	c, found, err := Load(context.Background(), dir, LoadOptions{})
	if err != nil || c == nil {
		t.Fatalf("%v, %v", found, err)
	}
	var got []string
	for _, d := range found {
		got = append(got, fmt.Sprintf("%s %s %s", d.Severity, d.Code, strings.TrimPrefix(d.Span.String(), dir)))
	}
	want := []string{"warning CH018 /requirements.lock", "warning CH018 /requirements.yaml", "warning CH012 /Chart.yaml:4:1"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestLibraryForTools(t *testing.T) {
	dir := writeTree(t, map[string]string{"Chart.yaml": v2Chart + "type: library\n"})
	mustLoad(t, dir, LoadOptions{Library: true})
}

func TestSubchartsAreSorted(t *testing.T) {
	files := map[string]string{"Chart.yaml": v2Chart}
	for _, name := range []string{"m", "b", "z", "a", "q", "c"} {
		files["charts/"+name+"/Chart.yaml"] = "name: " + name + "\nversion: 1.0.0\n"
	}
	files["charts/n-1.0.0.tgz"] = string(demoArchive(t, "first-by-name", "1.0.0"))
	dir := writeTree(t, files)
	for range 5 {
		var got []string
		for _, d := range mustLoad(t, dir, LoadOptions{}).Dependencies() {
			got = append(got, d.Name())
		}
		if diff := cmp.Diff([]string{"a", "b", "c", "m", "first-by-name", "q", "z"}, got); diff != "" {
			t.Fatal(diff)
		}
	}
}

func TestCancelledLoad(t *testing.T) {
	dir := writeTree(t, map[string]string{"demo/Chart.yaml": v2Chart, "demo.tgz": string(demoArchive(t, "demo", "1.0.0"))})
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	for _, ref := range []string{dir + "/demo", dir + "/demo.tgz", "builtin:mesh", "http://127.0.0.1:1/x.tgz"} {
		if _, found, err := Load(ctx, ref, LoadOptions{}); !errors.Is(err, context.Canceled) || len(found) > 0 {
			t.Errorf("%s: %v, %v", ref, found, err)
		}
	}
}

// FuzzArchive: whatever the bytes, loading ends, does not panic, and accepts
// exactly what Helm does - but for links out of the chart.
func FuzzArchive(f *testing.F) {
	f.Add(demoArchive(f, "demo", "1.0.0"))
	f.Add(tgz(f, plainFile("a/../b", "x")))
	f.Add(tgz(f, tar.Header{Name: "demo/x", Linkname: "../..", Typeflag: tar.TypeSymlink}))
	f.Add([]byte("\x1f\x8b\x08"))
	f.Fuzz(func(t *testing.T, data []byte) {
		r := &reading{ctx: context.Background()}
		files, err := r.readArchive("x.tgz", bytes.NewReader(data))
		if err == nil {
			_, _, err = r.assemble(files, source{label: "x.tgz"})
		}
		if _, helm := loader.LoadArchive(bytes.NewReader(data)); helm != nil && err == nil {
			t.Errorf("accepted what Helm refuses: %v", helm)
		} else if p := (*problem)(nil); helm == nil && err != nil && (!errors.As(err, &p) || p.Code != "CH006") {
			t.Errorf("refused what Helm accepts: %v", err)
		}
	})
}
