package lint

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/helmx-dev/helmx/charts"
	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
)

// judge runs one rule on the text of a file.
func judge(t testing.TB, rule *Rule, file, text string, o Options) diag.List {
	t.Helper()
	o.Select = []string{rule.ID}
	if rule.Chart != nil {
		o.Charts, text = []Chart{chartOf(t, text)}, ""
	}
	if chart := valuesOf.FindStringSubmatch(text); chart != nil {
		o.Releases = []Release{releaseWith(t, chart[1], file, text)}
		text = ""
	}
	if kube := kubeOf.FindStringSubmatch(text); kube != nil {
		o.KubeVersions = []string{kube[1]}
	}
	_, findings, err := Run(t.Context(), manifest.Read(file, []byte(text)), o)
	if err != nil {
		t.Fatal(err)
	}
	return findings
}

// chartOf makes a chart of a txtar archive. Its files lie in chart/, of which it gets a
// Chart.yaml when it has none.
func chartOf(t testing.TB, text string) Chart {
	t.Helper()
	dir := t.TempDir()
	files := append([]txtar.File{{Name: "Chart.yaml", Data: []byte("apiVersion: v2\nname: chart\nversion: 1.0.0\n")}}, txtar.Parse([]byte(text)).Files...)
	for _, f := range files {
		name := filepath.Join(dir, "chart", f.Name)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, f.Data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	loaded, findings, err := charts.Load(t.Context(), filepath.Join(dir, "chart"), charts.LoadOptions{Library: true})
	if err != nil || findings.HasErrors() {
		t.Fatal(err, findings)
	}
	return Chart{Chart: loaded}
}

// valuesOf is the comment that makes an example a values file of a chart.
var valuesOf = regexp.MustCompile(`^(?:# options: .*\n)?# values of (builtin:\S+)\n`)

// kubeOf is the comment that says what Kubernetes an example is for.
var kubeOf = regexp.MustCompile(`^# helmx lint --kube-version (\S+)\n`)

// releaseWith is a release of a chart with the text as its values file.
func releaseWith(t testing.TB, chart, file, text string) Release {
	t.Helper()
	path := filepath.Join(t.TempDir(), filepath.Base(file))
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	c, _, err := charts.Load(t.Context(), chart, charts.LoadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	values, found, err := charts.Values(t.Context(), c, charts.ValuesOptions{Files: []string{path}})
	if err != nil || found.HasErrors() {
		t.Fatal(file, err, found)
	}
	return Release{Name: "mesh", Namespace: "istio-system", Parts: values.Parts}
}

func TestEveryRuleIsComplete(t *testing.T) {
	seen := make(map[string]bool)
	for _, r := range Rules() {
		if !regexp.MustCompile(`^HX[1-6]\d\d$`).MatchString(r.ID) || seen[r.ID] {
			t.Errorf("%s: no ID, or one that is taken", r.ID)
		}
		seen[r.ID] = true
		if !slices.Contains(r.Tags, chapters[r.ID[2]]) {
			t.Errorf("%s: the tags %q lack the chapter's, %q", r.ID, r.Tags, chapters[r.ID[2]])
		}
		if r.Object != nil && len(r.Kinds) == 0 || r.Object == nil && r.Whole == nil && r.Chart == nil {
			t.Errorf("%s: never called", r.ID)
		}
		if r.Feature != "" && r.Level == "" {
			t.Errorf("%s: no rating for the feature %q", r.ID, r.Feature)
		}
		for _, s := range r.Sources {
			if s.Title == "" || !strings.HasPrefix(s.URL, "https://") {
				t.Errorf("%s: incomplete source %+v", r.ID, s)
			}
		}
		if len(r.Sources) == 0 {
			t.Errorf("%s: no source", r.ID)
		}
	}
}

func TestEveryCodeIsExplained(t *testing.T) {
	for _, e := range Explanations() {
		for name, value := range map[string]string{"title": e.Title, "why": e.Why, "remedy": e.Remedy, "bad example": e.Bad, "good example": e.Good, "source": e.Source} {
			if strings.TrimSpace(value) == "" {
				t.Errorf("%s: no %s", e.Code, name)
			}
		}
		if len(e.Title) > 80 || strings.HasSuffix(e.Title, ".") {
			t.Errorf("%s: title %q is too long, or a sentence", e.Code, e.Title)
		}
		if len(e.Tags) == 0 {
			t.Errorf("%s: no tags", e.Code)
		}
	}
}

func TestExamplesAreAsTheySay(t *testing.T) {
	for _, r := range Rules() {
		if got := judge(t, r, "bad.yaml", r.Bad, Options{Scope: ScopeMesh}); len(got) == 0 {
			t.Errorf("%s: the bad example is not reported", r.ID)
		}
		if got := judge(t, r, "good.yaml", r.Good, Options{Scope: ScopeMesh}); len(got) > 0 {
			t.Errorf("%s: the good example is reported: %v", r.ID, got)
		}
	}
}

// TestRules runs each rule on the files of its folder. A comment
// `# want "REGEXP"` at the end of a line asks for a finding there with such a
// message, # want above "REGEXP" for one on the line above; what nothing asks for must not be found. Files near-*.yaml are what
// the rule could be mistaken about, and ask for nothing. Where a first line
// `# options: scope=mesh istio=1.22 namespace=x` stands, it holds for the file.
func TestRules(t *testing.T) {
	folders, err := filepath.Glob("testdata/HX*")
	if err != nil {
		t.Fatal(err)
	}
	rules := Rules()
	for _, folder := range folders {
		if !slices.ContainsFunc(rules, func(r *Rule) bool { return r.ID == filepath.Base(folder) }) {
			t.Errorf("%s: no such rule", folder)
		}
	}
	for _, r := range rules {
		t.Run(r.ID, func(t *testing.T) { testFolder(t, r, filepath.Join("testdata", r.ID)) })
	}
}

func testFolder(t *testing.T, r *Rule, folder string) {
	pattern := folder + "/*.yaml"
	if r.Chart != nil {
		pattern = folder + "/*.txtar"
	}
	files, err := filepath.Glob(pattern)
	if err != nil {
		t.Fatal(err)
	}
	near, wanted, clean := 0, 0, 0
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		wants := readWants(t, file, string(text))
		switch {
		case strings.HasPrefix(filepath.Base(file), "near-"):
			near++
			if len(wants) > 0 {
				t.Errorf("%s: a near miss asks for findings", file)
			}
		case len(wants) == 0:
			clean++
		}
		wanted += len(wants)
		compareFindings(t, file, string(text), judge(t, r, file, string(text), readOptions(t, file, string(text))), wants)
	}
	if wanted == 0 || clean == 0 {
		t.Errorf("%s needs a file with findings and one without", folder)
	}
	if r.Starred && near < 2 {
		t.Errorf("%s: %d near misses (near-*.yaml), a starred rule needs two", folder, near)
	}
}

type want struct {
	line    int
	message *regexp.Regexp
}

var wantComment = regexp.MustCompile(`# want( above)? "(.*)"\s*$`)

func readWants(t *testing.T, file, text string) []want {
	var wants []want
	for i, line := range strings.Split(text, "\n") {
		if m := wantComment.FindStringSubmatch(line); m != nil {
			message, err := regexp.Compile(m[2])
			if err != nil {
				t.Fatalf("%s:%d: %v", file, i+1, err)
			}
			line := i + 1
			if m[1] != "" {
				line--
			}
			wants = append(wants, want{line, message})
		}
	}
	return wants
}

func readOptions(t *testing.T, file, text string) Options {
	var o Options
	first, _, _ := strings.Cut(text, "\n")
	settings, ok := strings.CutPrefix(first, "# options: ")
	if !ok {
		return o
	}
	for _, setting := range strings.Fields(settings) {
		switch key, value, _ := strings.Cut(setting, "="); key {
		case "scope":
			o.Scope = value
		case "istio":
			o.IstioVersion = value
		case "namespace":
			o.Namespace = value
		case "kube":
			o.KubeVersions = []string{value}
		default:
			t.Fatalf("%s: unknown option %q", file, key)
		}
	}
	return o
}

func compareFindings(t *testing.T, file, text string, got diag.List, wants []want) {
	t.Helper()
	for _, d := range got {
		i := slices.IndexFunc(wants, func(w want) bool { return w.line == lineIn(d, text) && w.message.MatchString(d.Message) })
		if i < 0 {
			t.Errorf("%s: unexpected %s (line %d)", file, d, lineIn(d, text))
			continue
		}
		wants = slices.Delete(slices.Clone(wants), i, i+1)
	}
	for _, w := range wants {
		t.Errorf("%s:%d: nothing found like %q", file, w.line, w.message)
	}
}

// lineIn is the line of a finding in the file of the test: in that of the stream, or
// in the archive that its chart was made of.
func lineIn(d diag.Diagnostic, text string) int {
	if d.Rendered.Known() {
		return d.Rendered.Line
	}
	_, name, inChart := strings.Cut(filepath.ToSlash(d.Span.File), "/chart/")
	if !inChart {
		return d.Span.Start.Line
	}
	before, _, _ := strings.Cut(text, "-- "+name+" --\n")
	return strings.Count(before, "\n") + 1 + d.Span.Start.Line
}

// TestFindingsAreComplete checks what every finding of a rule must carry.
func TestFindingsAreComplete(t *testing.T) {
	for _, r := range Rules() {
		for _, d := range judge(t, r, "bad.yaml", r.Bad, Options{Scope: ScopeMesh}) {
			if d.Code != r.ID || d.Message == "" || d.Hint == "" || (d.Object == nil) != (r.Chart != nil || valuesOf.MatchString(r.Bad)) || d.Span.File == "" || !d.Span.Start.Known() {
				t.Errorf("%s: incomplete finding %+v", r.ID, d)
			}
			if d.Level != string(r.Level) || d.Severity != r.Severity || !slices.Equal(d.Also, r.Also) {
				t.Errorf("%s: level, severity or also differ: %+v", r.ID, d)
			}
		}
	}
}

func FuzzRules(f *testing.F) {
	files, err := filepath.Glob("testdata/HX*/*.yaml")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	var all []string
	for _, r := range Rules() {
		all = append(all, r.ID)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		docs := manifest.Read("fuzz.yaml", text)
		_, first, err := Run(t.Context(), docs, Options{Select: all, Scope: ScopeMesh})
		if err != nil {
			t.Fatal(err)
		}
		_, second, _ := Run(t.Context(), docs, Options{Select: all, Scope: ScopeMesh})
		if fmt.Sprint(first) != fmt.Sprint(second) {
			t.Errorf("two runs differ:\n%v\n%v", first, second)
		}
	})
}
