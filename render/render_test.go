package render

import (
	"bytes"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"helm.sh/helm/v3/pkg/chart"
	"helm.sh/helm/v3/pkg/strvals"

	"github.com/helmx-dev/helmx/charts"
	"github.com/helmx-dev/helmx/charts/chartutil"
	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/funcs"
	"github.com/helmx-dev/helmx/manifest"
)

// resolved makes a chart named "c" of its files.
func resolved(files map[string]string) *charts.Resolved {
	c := &chart.Chart{Metadata: &chart.Metadata{Name: "c", Version: "0.1.0", APIVersion: "v2"}}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		f := &chart.File{Name: name, Data: []byte(files[name])}
		if strings.HasPrefix(name, "templates/") {
			c.Templates = append(c.Templates, f)
		} else {
			c.Files = append(c.Files, f)
		}
	}
	return &charts.Resolved{
		Chart: &charts.Chart{Chart: c},
		Values: chartutil.Values{
			"Values":       chartutil.Values{},
			"Release":      map[string]any{"Name": "rel"},
			"Capabilities": chartutil.DefaultCapabilities(),
		},
	}
}

func render(t *testing.T, files map[string]string, o Options) ([]*manifest.Document, string, diag.List) {
	t.Helper()
	docs, findings, err := Render(t.Context(), resolved(files), o)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	for _, d := range docs {
		b.Write(d.Raw())
	}
	return docs, b.String(), findings
}

func object(kind, name string, annotations ...string) string {
	s := fmt.Sprintf("kind: %s\nmetadata:\n  name: %s\n", kind, name)
	if len(annotations) > 0 {
		s += "  annotations:\n    " + strings.Join(annotations, "\n    ") + "\n"
	}
	return s
}

func TestRenderOrder(t *testing.T) {
	files := map[string]string{
		"templates/NOTES.txt":     "notes",
		"templates/_p.tpl":        "partial",
		"templates/empty.yaml":    "  \n",
		"templates/a.yaml":        object("Zebra", "z") + "---\n" + object("Service", "s") + "---\n# comment only\n---\n" + object("Apple", "a"),
		"templates/b.yaml":        object("Namespace", "n") + "---\n---\n" + object("Deployment", "d"),
		"templates/hook-b.yaml":   object("Pod", "p", "helm.sh/hook: test", `helm.sh/hook-weight: "-1"`),
		"templates/hook-a.yaml":   object("Zed", "z", "helm.sh/hook: PRE-install, post-install"),
		"templates/hook-bad.yaml": object("Job", "j", "helm.sh/hook: preinstall"),
		"templates/hook-c.yaml":   object("Job", "k", "helm.sh/hook: test-success, pre-install"),
		"crds/x.yaml":             "# crd\nx: 1\n---\ny: 2\n\n\n",
	}
	docs, out, findings := render(t, files, Options{IncludeCRDs: true})
	want := `---
# Source: c/crds/x.yaml
# crd
x: 1
---
y: 2



---
# Source: c/templates/b.yaml
kind: Namespace
metadata:
  name: n
---
# Source: c/templates/a.yaml
kind: Service
metadata:
  name: s
---
# Source: c/templates/b.yaml
---
kind: Deployment
metadata:
  name: d
---
# Source: c/templates/a.yaml
# comment only
---
# Source: c/templates/a.yaml
kind: Apple
metadata:
  name: a
---
# Source: c/templates/a.yaml
kind: Zebra
metadata:
  name: z
---
# Source: c/templates/hook-b.yaml
kind: Pod
metadata:
  name: p
  annotations:
    helm.sh/hook: test
    helm.sh/hook-weight: "-1"
---
# Source: c/templates/hook-c.yaml
kind: Job
metadata:
  name: k
  annotations:
    helm.sh/hook: test-success, pre-install
---
# Source: c/templates/hook-a.yaml
kind: Zed
metadata:
  name: z
  annotations:
    helm.sh/hook: PRE-install, post-install
`
	if d := cmp.Diff(want, out); d != "" {
		t.Error(d)
	}
	var names []string
	for _, d := range docs {
		names = append(names, strings.TrimPrefix(d.Origin.Source, "c/")+" "+d.ID().Name)
	}
	wantNames := []string{"crds/x.yaml ", "crds/x.yaml ", "templates/b.yaml n", "templates/a.yaml s", "templates/b.yaml ", "templates/b.yaml d",
		"templates/a.yaml ", "templates/a.yaml a", "templates/a.yaml z", "templates/hook-b.yaml p", "templates/hook-c.yaml k", "templates/hook-a.yaml z"}
	if d := cmp.Diff(wantNames, names); d != "" {
		t.Error(d)
	}
	if len(findings) != 1 || findings[0].Code != codeHook || findings[0].Span.Start.Line != 5 || !strings.Contains(findings[0].Hint, "pre-install") {
		t.Errorf("unknown hook: %v", findings)
	}
	for name, tt := range map[string]struct {
		o    Options
		want []string
	}{
		"no hooks":   {Options{NoHooks: true}, nil},
		"skip tests": {Options{SkipTests: true}, []string{"hook-a"}},
		"all":        {Options{}, []string{"hook-b", "hook-c", "hook-a"}},
	} {
		_, out, _ := render(t, files, tt.o)
		var hooks []string
		for _, m := range regexp.MustCompile(`(?m)^# Source: .*/(hook-.)\.yaml`).FindAllStringSubmatch(out, -1) {
			hooks = append(hooks, m[1])
		}
		if d := cmp.Diff(tt.want, hooks); d != "" {
			t.Errorf("%s: %s", name, d)
		}
	}
}

func TestRenderEnds(t *testing.T) {
	for name, tt := range map[string]struct {
		files map[string]string
		o     Options
		want  string
	}{
		"nothing":             {map[string]string{"templates/a": "\n"}, Options{}, ""},
		"hooks alone":         {map[string]string{"templates/a": object("Job", "j", "helm.sh/hook: test")}, Options{}, "\n---\n# Source: c/templates/a\n" + object("Job", "j", "helm.sh/hook: test")},
		"blanks after a CRD":  {map[string]string{"crds/a.yaml": "a: b\n\n \n"}, Options{IncludeCRDs: true}, "---\n# Source: c/crds/a.yaml\na: b\n"},
		"they stay in a file": {map[string]string{"crds/a.yaml": "a: b\n\n \n"}, Options{IncludeCRDs: true, ToFiles: true}, "---\n# Source: c/crds/a.yaml\na: b\n\n \n\n"},
		"an empty CRD":        {map[string]string{"crds/a.yaml": ""}, Options{IncludeCRDs: true}, "---\n# Source: c/crds/a.yaml\n"},
	} {
		if _, out, _ := render(t, tt.files, tt.o); out != tt.want {
			t.Errorf("%s: got %q, want %q", name, out, tt.want)
		}
	}
}

func TestSpans(t *testing.T) {
	docs, _, _ := render(t, map[string]string{
		"templates/_h.tpl": "{{ define \"labels\" }}app: a\ntier: b{{ end }}",
		"templates/a.yaml": "{{ if true }}\n\nkind: A\nmetadata:\n  labels:\n    {{- include \"labels\" . | nindent 4 }}\n{{ end }}\n---\n---\n\n\nkind: B\nname: {{ \"x\" }}\n",
		"crds/a.yaml":      "a: 1\n---\nb: 2\n",
	}, Options{IncludeCRDs: true})
	var got []string
	for _, d := range docs {
		for i := range bytes.Count(d.Raw(), []byte("\n")) {
			got = append(got, fmt.Sprintf("%s | %s", d.Origin.Lines.Span(i+1), nthLine(string(d.Raw()), i+1)))
		}
	}
	want := []string{
		"c/crds/a.yaml:1:1 | ---", "c/crds/a.yaml:1:1 | # Source: c/crds/a.yaml", "c/crds/a.yaml:1:1 | a: 1",
		"c/crds/a.yaml:2:1 | ---", "c/crds/a.yaml:3:1 | b: 2", "c/crds/a.yaml:4:1 | ",
		"c/templates/a.yaml:3:1 | ---", "c/templates/a.yaml:3:1 | # Source: c/templates/a.yaml",
		"c/templates/a.yaml:3:1 | kind: A", "c/templates/a.yaml:4:1 | metadata:", "c/templates/a.yaml:5:3 |   labels:",
		"c/templates/_h.tpl:1:22 |     app: a", "c/templates/_h.tpl:2:1 |     tier: b",
		"c/templates/a.yaml:9:1 | ---", "c/templates/a.yaml:9:1 | # Source: c/templates/a.yaml",
		"c/templates/a.yaml:9:1 | ---", "c/templates/a.yaml:10:1 | ", "c/templates/a.yaml:11:1 | ",
		"c/templates/a.yaml:12:1 | kind: B", "c/templates/a.yaml:13:1 | name: x",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestFindings(t *testing.T) {
	for name, tt := range map[string]struct {
		text    string
		code    string
		at      string
		message string
		hint    string
		excerpt string // text up to the mark
	}{
		"syntax":        {"a: 1\nb: {{ .x | qoute }}\n", codeSyntax, "c/templates/x:2", `parse error at (c/templates/x:2): function "qoute" not defined`, "quote", ""},
		"open action":   {"a: 1\nb: {{ .x\n", codeSyntax, "c/templates/x:2", "unclosed action", "never closed", ""},
		"open block":    {"a: 1\n{{ if .x }}\n{{ range .y }}{{ end }}\n{{/* {{ if */}}\nb: 1\n", codeSyntax, "c/templates/x:2", "unexpected EOF", "never closed", ""},
		"environment":   {`{{ env "X" }}`, codeSyntax, "c/templates/x:1", `function "env" not defined`, "--set", ""},
		"nil":           {"a: {{ .Values.a.b.c }}", codeExecution, "c/templates/x:1:14", "nil pointer evaluating interface {}.b", "guard", "a: {{ .Values"},
		"fail":          {"{{ fail `two\nlines` }}", codeMessage, "c/templates/x:1:4", "execution error at (c/templates/x:1:3): two\nlines", "", "{{ "},
		"include":       {"{{ include \"deep\" . }}", codeMessage, "c/templates/_h:2:4", "execution error at (c/templates/x:1:3): too deep", "", "{{ "},
		"no define":     {"{{ template \"none\" . }}", codeExecution, "c/templates/x:1:13", `template "none" not defined`, "dependency", "{{ template "},
		"second colon":  {"kind: A\n\nb: {{ \"x: y\" }}\n", codeYAML, "c/templates/x:3:1", "YAML parse error on c/templates/x: error converting YAML to JSON: yaml: line 3: mapping values are not allowed", "quote", "b: x"},
		"in an include": {"kind: A\n{{ include \"broken\" . }}\n", codeYAML, "c/templates/_h:2:52", "did not find expected", "", "a: "},
		"second part":   {"kind: A\n---\nkind: B\na: [\n", codeYAML, "c/templates/x:", "YAML parse error", "", ""},
		"list":          {"- a\n", codeForm, "c/templates/x:1:1", "cannot unmarshal array into Go value of type releaseutil.SimpleHead", "mapping", ""},
		"text":          {"hello", codeForm, "c/templates/x:1:1", "cannot unmarshal string", "mapping", ""},
		"kind":          {"kind: A\n---\nkind:\n  a: b\n", codeForm, "c/templates/x:4:3", "cannot unmarshal object", "kind is a string", "  "},
		"metadata":      {"kind: A\nmetadata: x\n", codeForm, "c/templates/x:2:1", "cannot unmarshal string", "metadata is a mapping", "metadata: "},
		"annotation":    {"kind: A\nmetadata:\n  annotations:\n    a: {b: c}\n", codeForm, "c/templates/x:4:5", "cannot unmarshal object", "quote the value of a", "    a: "},
		"left braces":   {"kind: A\na: {{ \"{{ x }}\" }}\n", codeYAML, "c/templates/x:2:1", "invalid map key", "quote the value", "a: {"},
		"null key":      {"kind: A\n~: b\n", codeYAML, "c/templates/x:2:1", "unsupported map key", "null", ""},
		"infinity":      {"kind: A\nb: .inf\n", codeYAML, "c/templates/x:2:1", "unsupported value", "quote", "b: "},
	} {
		t.Run(name, func(t *testing.T) {
			helpers := "{{ define \"deep\" }}\n{{ fail \"too deep\" }}{{ end }}{{ define \"broken\" }}a: [\nb: c{{ end }}"
			_, _, findings := render(t, map[string]string{"templates/x": tt.text, "templates/_h": helpers}, Options{})
			if len(findings) != 1 {
				t.Fatalf("got %v", findings)
			}
			d := findings[0]
			if d.Code != tt.code || d.Severity != diag.Error || !strings.HasPrefix(d.Span.String(), tt.at) {
				t.Errorf("got %s at %s, want %s at %s", d.Code, d.Span, tt.code, tt.at)
			}
			if !strings.Contains(d.Message, tt.message) || !strings.Contains(d.Hint, tt.hint) {
				t.Errorf("message %q\nhint %q", d.Message, d.Hint)
			}
			if d.Excerpt == nil {
				t.Fatal("no excerpt")
			}
			if got := string([]rune(d.Excerpt.Text)[:d.Excerpt.Column-1]); got != tt.excerpt && d.Span.Start.Column > 0 && tt.excerpt != "" {
				t.Errorf("marked behind %q, want %q", got, tt.excerpt)
			}
		})
	}
}

func TestTraceOfFailure(t *testing.T) {
	_, _, findings := render(t, map[string]string{
		"templates/_h": "{{ define \"deep\" }}\n{{ tpl \"{{ fail `no` }}\" . }}{{ end }}{{ define \"endless\" }}{{ include \"endless\" . }}{{ end }}",
		"templates/x":  "a: {{ include \"deep\" . }}",
		"templates/y":  "{{ include \"endless\" . }}",
	}, Options{})
	if len(findings) != 2 {
		t.Fatal(findings)
	}
	var got []string
	for _, r := range findings[1].Related {
		got = append(got, strings.TrimSpace(r.Span.String()+" "+r.Message))
	}
	want := []string{
		"c/templates/x:1:7 evaluating include \"deep\" .",
		"c/templates/_h:2:4 in define \"deep\": evaluating tpl \"{{ fail `no` }}\" .",
		"in line 1 of the text given to tpl: evaluating fail `no`",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if n := len(findings[0].Related); n != 2*traceEnds+1 {
		t.Errorf("the trace of an endless include has %d lines", n)
	}
}

func TestSameFailureOnce(t *testing.T) {
	files := map[string]string{"templates/_h": "{{ define \"no\" }}{{ fail \"no\" }}{{ end }}"}
	for i := range 9 {
		files[fmt.Sprintf("templates/f%d", i)] = "a: {{ include \"no\" . }}"
	}
	_, _, findings := render(t, files, Options{})
	if len(findings) != 1 || findings[0].Message != "execution error at (c/templates/f8:1:6): no" || len(findings[0].Related) != 2+8 {
		t.Errorf("%+v", findings)
	}
}

func TestSecretsAreNotShown(t *testing.T) {
	docs, _, findings := render(t, map[string]string{"templates/x": "kind: Secret\nstringData:\n  p: {{ \"hunter2: x: y\" }}\n"}, Options{})
	if len(findings) != 1 || findings[0].Excerpt == nil {
		t.Fatal(findings)
	}
	if shown := fmt.Sprintf("%+v %+v", findings[0], *findings[0].Excerpt); strings.Contains(shown, "p: hunter2") {
		t.Errorf("shows the value: %s", shown)
	}
	if len(docs) != 1 {
		t.Error("the broken document is lost")
	}
}

// TestFailuresShowNoSecret makes functions fail on the value of a Secret, each
// in its own way, and looks for it in everything that is said.
func TestFailuresShowNoSecret(t *testing.T) {
	const helpers = `{{ define "pw" }}{{ print "hunter" "Z" | toBytes }}{{ end }}{{ define "note" }}the password {{ . }} is too short{{ end }}`
	for name, tt := range map[string]struct{ call, want string }{
		"helmx's function":       {"toBytes $pw", "quantity: want a Kubernetes quantity like 500m or 2Gi, got a string that is none"},
		"sprig's function":       {"mustToDate `2006` $pw", leftOut},
		"text/template's own":    {"range $pw }}{{ end", leftOut},
		"a pattern":              {"mustRegexMatch $pw `a`", leftOut},
		"the name of a template": {"include $pw .", `no template "***"`},
		"a text for tpl":         {"tpl $pw .", leftOut},
		"the author":             {"fail (printf `the password %s is too short` $pw)", "the password *** {{ *** is too short"},
		"the author, by include": {"fail (include `note` $pw)", "the password *** {{ *** is too short"},
		"required":               {"required `set pw, please` .Values.none", "set pw, please"},
		"nil":                    {".Values.a.b.c", "nil pointer evaluating interface {}.b"},
		"a helper":               {"include `pw` .", "got a string that is none"},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, findings := render(t, map[string]string{
				"templates/_helpers.tpl": helpers,
				"templates/a":            "{{ $pw := print `hunter` `Z[ {{ hunter` `Z` }}\nkind: Secret\nstringData:\n  p: {{ " + tt.call + " }}\n",
			}, Options{Funcs: funcs.Map()})
			if len(findings) != 1 || !strings.Contains(findings[0].Message, tt.want) {
				t.Fatalf("got %v, want %q", findings, tt.want)
			}
			if shown := fmt.Sprintf("%+v %+v", findings[0], findings[0].Excerpt); strings.Contains(shown, "hunterZ") {
				t.Errorf("shows the value: %s", shown)
			}
		})
	}
}

// TestSecretsShareAHelper: the first template that fails speaks for all of
// them, and is no Secret here.
func TestSecretsShareAHelper(t *testing.T) {
	_, _, findings := render(t, map[string]string{
		"templates/_helpers.tpl": `{{ define "pw" }}{{ mustToDate "2006" (print "hunter" "Z") }}{{ end }}`,
		"templates/a":            `a: {{ include "pw" . }}`,
		"templates/b":            `{kind: Secret, a: {{ include "pw" . }}}`,
	}, Options{})
	if len(findings) != 1 || !strings.Contains(findings[0].Message, leftOut) || strings.Contains(findings[0].Message, "hunterZ") {
		t.Errorf("got %v", findings)
	}
}

func TestLimitFinding(t *testing.T) {
	files := map[string]string{"templates/x": "a:\n{{ range until 100000 }}{{ range until 100000 }}{{ end }}{{ end }}"}
	_, _, findings := render(t, files, Options{Timeout: 20 * time.Millisecond})
	if len(findings) != 1 || findings[0].Code != codeLimit || findings[0].Span.Start.Line != 2 {
		t.Error(findings)
	}
}

// TestSplit compares with Helm's regular expression.
func TestSplit(t *testing.T) {
	separator := regexp.MustCompile("(?:^|\\s*\n)---\\s*")
	pieces := []string{"---", "\n", "\n---\n", " ", "\t", "a", "-", "\r\n", "--- ", "\u00a0", "b: c", "#", "\f", "\v", "\u0085"}
	r := rand.New(rand.NewPCG(3, 4))
	for range 200_000 {
		var b strings.Builder
		for range r.IntN(12) {
			b.WriteString(pieces[r.IntN(len(pieces))])
		}
		text := b.String()
		var want, got []string
		for _, d := range separator.Split(strings.TrimSpace(text), -1) {
			if d != "" {
				want = append(want, strings.TrimSpace(d))
			}
		}
		for _, p := range split(text) {
			got = append(got, text[p.start:p.end])
		}
		if !slices.Equal(want, got) {
			t.Fatalf("%q\ngot  %q\nwant %q", text, got, want)
		}
	}
}

func TestShowOnly(t *testing.T) {
	out := []byte("---\n# Source: c/templates/a.yaml\na: 1\n---\n# Source: c/templates/b.yaml\nb: 1\n---\n# Source: c/templates/a.yaml\na: 2\n")
	for _, tt := range []struct {
		patterns []string
		want     string
	}{
		{[]string{"templates/a.yaml"}, "---\n# Source: c/templates/a.yaml\na: 1\n---\n# Source: c/templates/a.yaml\na: 2\n"},
		{[]string{"templates/b.yaml", "templates/?.yaml"}, "---\n# Source: c/templates/b.yaml\nb: 1\n" + string(out)},
		{[]string{"templates/c.yaml"}, "could not find template templates/c.yaml in chart"},
		{[]string{"["}, "could not find template [ in chart"},
	} {
		got, findings := ShowOnly(out, tt.patterns)
		if findings != nil {
			got = []byte(findings[0].Message)
		}
		if string(got) != tt.want {
			t.Errorf("%v: got %q, want %q", tt.patterns, got, tt.want)
		}
	}
}

func TestWriteDir(t *testing.T) {
	files := map[string]string{
		"templates/a.yaml": object("A", "a") + "---\n---\n" + object("B", "b"),
		"templates/h.yaml": object("C", "c", "helm.sh/hook: test"),
		"crds/x.yaml":      "x: 1\n---\ny: 1\n",
	}
	dir := t.TempDir()
	docs, _, _ := render(t, files, Options{IncludeCRDs: true, ToFiles: true})
	for range 2 { // the second run overwrites, but appends hooks
		var out bytes.Buffer
		if err := WriteDir(&out, docs, DirOptions{Dir: dir, Release: "rel"}); err != nil {
			t.Fatal(err)
		}
		want := fmt.Sprintf("wrote %[1]s/c/crds/x.yaml\nwrote %[1]s/rel/c/templates/a.yaml\nwrote %[1]s/rel/c/templates/a.yaml\nwrote %[1]s/rel/c/templates/h.yaml\n\n", dir)
		if out.String() != want {
			t.Errorf("got %s", out.String())
		}
	}
	hook := "---\n# Source: c/templates/h.yaml\n" + files["templates/h.yaml"]
	for name, want := range map[string]string{
		"c/crds/x.yaml":          "---\n# Source: c/crds/x.yaml\nx: 1\n---\ny: 1\n\n",
		"rel/c/templates/a.yaml": "---\n# Source: c/templates/a.yaml\n" + object("A", "a") + "---\n# Source: c/templates/a.yaml\n---\n" + object("B", "b"),
		"rel/c/templates/h.yaml": hook + hook,
	} {
		got, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil || string(got) != want {
			t.Errorf("%s (%v):\n%s", name, err, got)
		}
	}
	if err := WriteDir(&bytes.Buffer{}, []*manifest.Document{manifest.New([]byte("a: b\n"), manifest.Origin{Source: "../x"})}, DirOptions{Dir: dir}); err == nil {
		t.Error("wrote outside of the folder")
	}
}

func TestName(t *testing.T) {
	if got, err := Name(`a-{{ "B" | lower }}`); got != "a-b" || err != nil {
		t.Error(got, err)
	}
	if _, err := Name(`{{ nope }}`); err == nil {
		t.Error("no error")
	}
}

// TestExplanations renders the examples: bad ones must be found, good ones not.
func TestExplanations(t *testing.T) {
	for _, e := range Explanations {
		if e.Title == "" || e.Why == "" || e.Remedy == "" || e.Source == "" {
			t.Errorf("%s is not explained", e.Code)
		}
		if e.Code == codeShowOnly || e.Code == codeLimit {
			continue
		}
		for _, text := range []string{e.Bad, e.Good} {
			r := resolved(map[string]string{"templates/x.yaml": text})
			if _, set, ok := strings.Cut(text, "# with --set "); ok {
				values, err := strvals.Parse(strings.TrimSpace(set))
				if err != nil {
					t.Fatal(err)
				}
				r.Values["Values"] = chartutil.Values(values)
			}
			_, findings, err := Render(t.Context(), r, Options{Funcs: funcs.Map()})
			if err != nil {
				t.Fatal(err)
			}
			if found := len(findings) == 1 && findings[0].Code == e.Code; found != (text == e.Bad) || text == e.Good && findings != nil {
				t.Errorf("%s: %q gives %v", e.Code, text, findings)
			}
		}
	}
}

func BenchmarkSort(b *testing.B) {
	files := map[string]string{}
	for i := range 50 {
		files[fmt.Sprintf("templates/f%02d.yaml", i)] = strings.Repeat(object("ConfigMap", "a", "x: z")+"data:\n  a: b\n  c: |\n    some\n    text\n---\n", 20)
	}
	r := resolved(files)
	b.ReportAllocs()
	for b.Loop() {
		if docs, _, err := Render(b.Context(), r, Options{}); err != nil || len(docs) != 1000 {
			b.Fatal(len(docs), err)
		}
	}
}
