package difflines

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/helmx-dev/helmx/e2e/counterpart"
)

// patchCase is one archive of testdata/cases.
type patchCase struct {
	name, title, chart   string
	fields               int
	helmx, kustomization []byte
	lines                string
}

func readCase(t *testing.T, file string) patchCase {
	t.Helper()
	archive, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	c := patchCase{name: strings.TrimSuffix(filepath.Base(file), ".txtar")}
	title, settings, _ := strings.Cut(string(archive.Comment), "\n")
	c.title = title
	for line := range strings.Lines(settings) {
		switch key, value, _ := strings.Cut(strings.TrimSpace(line), ": "); key {
		case "chart":
			c.chart = value
		case "fields":
			if c.fields, err = strconv.Atoi(value); err != nil {
				t.Fatalf("%s: %v", file, err)
			}
		}
	}
	for _, f := range archive.Files {
		switch f.Name {
		case "helmx.yaml":
			c.helmx = f.Data
		case "kustomization.yaml":
			c.kustomization = f.Data
		case "lines":
			c.lines = string(f.Data)
		}
	}
	if c.chart == "" || c.fields == 0 || c.helmx == nil || c.kustomization == nil || c.lines == "" {
		t.Fatalf("%s is incomplete", file)
	}
	return c
}

// bench runs both programs.
type bench struct {
	helmx, kustomize, home string
	streams                map[string]string
}

// stream renders a chart as it is.
func (b *bench) stream(t *testing.T, chart string) string {
	t.Helper()
	if text, ok := b.streams[chart]; ok {
		return text
	}
	ref := "builtin:istio/" + chart
	if _, err := os.Stat(filepath.Join("testdata", chart)); err == nil {
		ref = filepath.Join("testdata", chart)
	}
	r := counterpart.Run{Path: b.helmx, Home: b.home,
		Args: []string{"template", chart, ref, "-n", "istio-system", "--skip-validation", "--skip-lint"}}.Do(t)
	if r.Code != 0 {
		t.Fatalf("helmx template %s: %s", ref, r.Stderr)
	}
	b.streams[chart] = r.Stdout
	return r.Stdout
}

// patched is the stream with the case's patches.
func (b *bench) patched(t *testing.T, c patchCase, stream string) string {
	t.Helper()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "helmx.yaml"), append([]byte("apiVersion: helmx.dev/v1alpha1\nkind: Config\n"), c.helmx...))
	r := counterpart.Run{Path: b.helmx, Home: b.home, Dir: dir, Stdin: []byte(stream),
		Args: []string{"post-render", "-c", "helmx.yaml", "--skip-validation", "--skip-lint"}}.Do(t)
	if r.Code != 0 {
		t.Fatalf("helmx post-render: %s", r.Stderr)
	}
	return r.Stdout
}

// kustomized is what kustomize makes of the stream with the same changes.
func (b *bench) kustomized(t *testing.T, stream, kustomization string) string {
	t.Helper()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "stream.yaml"), []byte(stream))
	write(t, filepath.Join(dir, "kustomization.yaml"), []byte("resources: [stream.yaml]\nsortOptions: {order: fifo}\n"+kustomization))
	r := counterpart.Run{Path: b.kustomize, Home: b.home, Args: []string{"build", dir}}.Do(t)
	if r.Code != 0 {
		t.Fatalf("kustomize build: %s", r.Stderr)
	}
	return r.Stdout
}

func write(t *testing.T, file string, data []byte) {
	t.Helper()
	if err := os.WriteFile(file, data, 0o644); err != nil {
		t.Fatal(err)
	}
}

// result is a row of the table.
type result struct {
	patchCase
	needed, helmx, kustomize, layout int
}

func TestDiffLines(t *testing.T) {
	b := &bench{helmx: counterpart.Helmx(t), kustomize: counterpart.Kustomize(t), home: t.TempDir(), streams: map[string]string{}}
	files, err := filepath.Glob("testdata/cases/*.txtar")
	if err != nil || len(files) < 30 {
		t.Fatalf("%d cases, %v", len(files), err)
	}
	layout := map[string]int{}
	var rows []result
	for _, file := range files {
		c := readCase(t, file)
		t.Run(c.name, func(t *testing.T) {
			stream := b.stream(t, c.chart)
			row := result{patchCase: c, needed: count(c.lines)}
			got := diff(stream, b.patched(t, c, stream))
			if d := cmp.Diff(c.lines, got); d != "" {
				t.Errorf("lines that had to change (-want +got):\n%s", d)
			}
			row.helmx = count(got)
			row.kustomize = count(diff(stream, b.kustomized(t, stream, string(c.kustomization))))
			if _, known := layout[c.chart]; !known {
				layout[c.chart] = count(diff(stream, b.kustomized(t, stream, "")))
			}
			row.layout = layout[c.chart]
			rows = append(rows, row)
		})
	}
	if !t.Failed() && len(rows) == len(files) {
		checkTable(t, table(rows))
	}
}

// TestSameObjects proves that the two patches of a case mean the same: kustomize
// gives the same text for what helmx made as for what it made itself.
func TestSameObjects(t *testing.T) {
	b := &bench{helmx: counterpart.Helmx(t), kustomize: counterpart.Kustomize(t), home: t.TempDir(), streams: map[string]string{}}
	files, err := filepath.Glob("testdata/cases/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		c := readCase(t, file)
		t.Run(c.name, func(t *testing.T) {
			stream := b.stream(t, c.chart)
			ours := b.kustomized(t, b.patched(t, c, stream), "")
			theirs := b.kustomized(t, stream, string(c.kustomization))
			if want, got := sorted(theirs), sorted(ours); want != got {
				t.Errorf("kustomize (-) and helmx (+):\n%s", cmp.Diff(want, got))
			}
		})
	}
}

// table is the part of docs/performance.md between the markers.
func table(rows []result) string {
	var b strings.Builder
	b.WriteString("| patch | chart | fields | lines that had to change | helmx | kustomize | a field: helmx | a field: kustomize |\n|---|---|---|---|---|---|---|---|\n")
	var fields, needed, ours, theirs int
	for _, r := range rows {
		fmt.Fprintf(&b, "| %s | %s | %d | %d | %d | %d | %s | %s |\n", r.title, r.chart, r.fields, r.needed, r.helmx, r.kustomize, per(r.helmx, r.fields), per(r.kustomize, r.fields))
		fields, needed, ours, theirs = fields+r.fields, needed+r.needed, ours+r.helmx, theirs+r.kustomize
	}
	fmt.Fprintf(&b, "| **all** | | %d | %d | **%d** | **%d** | **%s** | **%s** |\n", fields, needed, ours, theirs, per(ours, fields), per(theirs, fields))
	seen := map[string]bool{}
	var alone []string
	for _, r := range rows {
		if !seen[r.chart] {
			alone = append(alone, fmt.Sprintf("%d of %s", r.layout, r.chart))
		}
		seen[r.chart] = true
	}
	fmt.Fprintf(&b, "\nWithout any patch, `kustomize build` changes %s.\n", strings.Join(alone, ", "))
	return b.String()
}

func per(lines, fields int) string {
	return strings.TrimSuffix(strconv.FormatFloat(float64(lines)/float64(fields), 'f', 1, 64), ".0")
}

const (
	document    = "../../docs/performance.md"
	beginMarker = "<!-- difflines: written by e2e/difflines -->\n"
	endMarker   = "<!-- end of difflines -->\n"
)

// checkTable compares the table with the document, and writes it with
// HELMX_UPDATE=1.
func checkTable(t *testing.T, table string) {
	t.Helper()
	text, err := os.ReadFile(document)
	if err != nil {
		t.Fatal(err)
	}
	head, rest, begins := strings.Cut(string(text), beginMarker)
	old, tail, ends := strings.Cut(rest, endMarker)
	if !begins || !ends {
		t.Fatalf("no markers in %s", document)
	}
	if old == table {
		return
	}
	if os.Getenv("HELMX_UPDATE") == "1" {
		write(t, document, []byte(head+beginMarker+table+endMarker+tail))
		return
	}
	t.Errorf("%s is stale, HELMX_UPDATE=1 writes it:\n%s", document, cmp.Diff(old, table))
}
