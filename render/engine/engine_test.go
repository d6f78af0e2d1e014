package engine

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"text/template"
	"time"

	"github.com/google/go-cmp/cmp"
	"helm.sh/helm/v3/pkg/chart"

	"github.com/helmx-dev/helmx/charts/chartutil"
	"github.com/helmx-dev/helmx/funcs"
)

// newChart makes a chart of its templates; a name like "charts/sub/templates/x"
// goes into a subchart.
func newChart(name string, templates map[string]string) *chart.Chart {
	c := &chart.Chart{Metadata: &chart.Metadata{Name: name, Version: "0.1.0", APIVersion: "v2", Keywords: []string{"b", "a"}}}
	subs := map[string]map[string]string{}
	for _, file := range slices.Sorted(maps.Keys(templates)) {
		if rest, ok := strings.CutPrefix(file, "charts/"); ok {
			sub, inner, _ := strings.Cut(rest, "/")
			if subs[sub] == nil {
				subs[sub] = map[string]string{}
			}
			subs[sub][inner] = templates[file]
			continue
		}
		f := &chart.File{Name: file, Data: []byte(templates[file])}
		if strings.HasPrefix(file, "templates/") {
			c.Templates = append(c.Templates, f)
		} else {
			c.Files = append(c.Files, f)
		}
	}
	for _, sub := range slices.Sorted(maps.Keys(subs)) {
		c.AddDependency(newChart(sub, subs[sub]))
	}
	return c
}

func contextOf(values map[string]any) chartutil.Values {
	return chartutil.Values{
		"Values":       chartutil.Values(values),
		"Release":      map[string]any{"Name": "rel", "Service": "Helm"},
		"Capabilities": chartutil.DefaultCapabilities(),
	}
}

func mustRender(t *testing.T, c *chart.Chart, values map[string]any, o Options) map[string]string {
	t.Helper()
	files, err := Render(t.Context(), c, contextOf(values), o)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, f := range files {
		out[f.Name] = f.Text
	}
	return out
}

// one renders a single template and returns what it gives, or Helm's error.
func one(t *testing.T, text string, values map[string]any, o Options) string {
	t.Helper()
	c := newChart("c", map[string]string{"templates/x": text, "templates/_h": helpers, "files/a.txt": "one\ntwo\n"})
	files, err := Render(t.Context(), c, contextOf(values), o)
	if err != nil {
		return err.Error()
	}
	return files[0].Text
}

const helpers = `{{ define "h" }}H{{ end }}
{{- define "uses-h" }}[{{ include "h" . }}]{{ end }}
{{- define "deep" }}
  {{ include "deeper" . }}{{ end }}
{{- define "deeper" }}{{ .Values.x | required "set x" }}{{ end }}
{{- define "endless" }}{{ include "endless" . }}{{ end }}
{{- define "self" }}{{ if .again }}{{ include "gotpl" (dict "again" false) }}{{ end }}{{ end }}`

func TestTemplates(t *testing.T) {
	values := map[string]any{"a": "{{ .Values.b }}", "b": "bee", "m": map[string]any{"k": "v"}}
	for _, tt := range []struct{ text, want string }{
		{`{{ include "uses-h" . }}`, "[H]"},
		{`{{ tpl .Values.a . }}`, "bee"},
		{`{{ tpl "{{ tpl .Values.a . }}" . }}`, "bee"},
		{`{{ tpl "{{ define \"h\" }}mine{{ end }}{{ include \"uses-h\" . }}" . }}{{ include "uses-h" . }}`, "[mine][H]"},
		{`{{ tpl "<{{ include \"self\" . }}>" (dict "again" true) }}`, "<<>>"},
		{`{{ tpl "plain <no value>" . }}`, "plain "},
		{`{{ tpl "{{ .Values.nope }}x" . }}`, "x"},
		{`{{ tpl "{{ range until 3 }}{{ . }}{{ break }}{{ end }}" . }}`, "0"},
		{`a{{ .Values.nope }}b<no value>c{{ .Values.nope }}`, "abc"},
		{`{{ typeOf $ }} {{ typeOf .Values }} {{ typeOf .Files }} {{ typeOf .Chart }}`, "chartutil.Values chartutil.Values engine.files struct { chart.Metadata; IsRoot bool }"},
		{`{{ .Template.Name }} {{ .Template.BasePath }} {{ .Chart.IsRoot }}`, "c/templates/x c/templates true"},
		{`{{ .Files.Get "files/a.txt" }}{{ .Files.Lines "files/a.txt" }}{{ .Files.Lines "none" }}{{ (.Files.Glob "f*/*.txt").AsConfig }}`, "one\ntwo\n[one two][]a.txt: |\n  one\n  two"},
		{`{{ (.Files.Glob "[").AsSecrets }}`, "a.txt: b25lCnR3bwo="},
		{`{{ required "x" .Values.b }}{{ lookup "v1" "Pod" "" "" }}{{ getHostByName "localhost" }}`, "beemap[]"},
		{`{{ toYaml .Values.m }}|{{ toJson .Values.m }}|{{ toToml .Values.m }}|{{ fromYaml "a: 1" }}|{{ fromJson "[" }}`, "k: v|{\"k\":\"v\"}|k = \"v\"\n|map[a:1]|map[Error:unexpected end of JSON input]"},
		{`{{ fromToml "x" }}|{{ fromYamlArray "a: 1" }}|{{ fromJsonArray "{" }}|{{ toYamlPretty (list 1 2) }}`,
			"map[Error:toml: line 1: unexpected EOF; expected key separator '=']|[error unmarshaling JSON: while decoding JSON: json: cannot unmarshal object into Go value of type []interface {}]|[unexpected end of JSON input]|- 1\n- 2"},
		// Errors, as Helm words them.
		{`{{ nofunc }}`, `parse error at (c/templates/x:1): function "nofunc" not defined`},
		{`{{ env "HOME" }}`, `parse error at (c/templates/x:1): function "env" not defined`},
		{"\n{{ fail \"no: way\" }}", `execution error at (c/templates/x:2:3): no: way`},
		{`{{ include "deep" . }}`, `execution error at (c/templates/x:1:3): set x`},
		{`{{ .Values.a.b.c }}`, `template: c/templates/x:1:10: executing "c/templates/x" at <.Values.a.b.c>: can't evaluate field b in type interface {}`},
		{`{{ include "none" . }}`, `template: c/templates/x:1:3: executing "c/templates/x" at <include "none" .>: error calling include: template: no template "none" associated with template "gotpl"`},
		{`{{ tpl "{{" . }}`, `template: c/templates/x:1:3: executing "c/templates/x" at <tpl "{{" .>: error calling tpl: cannot parse template "{{": template: gotpl:1: unclosed action`},
		{`{{ tpl "{{ .a.b }}" 1 }}`, `template: c/templates/x:1:3: executing "c/templates/x" at <tpl "{{ .a.b }}" 1>: error calling tpl: error during tpl function execution for "{{ .a.b }}": template: gotpl:1:5: executing "gotpl" at <.a.b>: can't evaluate field a in type int`},
	} {
		if got := one(t, tt.text, values, Options{}); got != tt.want {
			t.Errorf("%s\ngot  %s\nwant %s", tt.text, got, tt.want)
		}
	}
}

func TestEndlessInclude(t *testing.T) {
	got := one(t, `{{ include "endless" . }}`, nil, Options{})
	if want := "rendering template has a nested reference name: endless: unable to execute template"; !strings.HasSuffix(got, want) {
		t.Errorf("got ...%s", got[max(0, len(got)-200):])
	}
	got = one(t, `{{ tpl .Values.x . }}`, map[string]any{"x": "{{ tpl .Values.x . }}"}, Options{})
	if want := "tpl is nested more than 1000 times in itself"; !strings.HasSuffix(got, want) {
		t.Errorf("got ...%s", got[max(0, len(got)-200):])
	}
}

func TestOptions(t *testing.T) {
	var warned []string
	lint := Options{LintMode: true, Warn: func(s string) { warned = append(warned, s) }}
	if got := one(t, `{{ required "r" .Values.x }}{{ fail "f" }}ok`, nil, lint); got != "ok" {
		t.Errorf("lint mode: %s", got)
	}
	if d := cmp.Diff([]string{"[INFO] Missing required value: r", "[INFO] Fail: f"}, warned); d != "" {
		t.Error(d)
	}
	if got := one(t, `{{ .Values.x }}`, map[string]any{"y": 1}, Options{Strict: true}); !strings.Contains(got, `map has no entry for key "x"`) {
		t.Errorf("strict: %s", got)
	}
	own := Options{Funcs: template.FuncMap{"mine": func() string { return "m" }, "upper": func(string) string { return "hijacked" }}}
	if got := one(t, `{{ mine }}{{ upper "a" }}`, nil, own); got != "mA" {
		t.Errorf("own functions: %s", got)
	}
}

func TestOrderAndScope(t *testing.T) {
	c := newChart("top", map[string]string{
		"templates/_a.tpl":                  `{{ define "who" }}a{{ end }}`,
		"templates/_b.tpl":                  `{{ define "who" }}b{{ end }}`,
		"templates/sub/_c.tpl":              `{{ define "who" }}c{{ end }}`,
		"templates/z.yaml":                  `{{ $_ := set .Values "seen" "by z" }}{{ include "who" . }}`,
		"templates/a.yaml":                  `{{ .Values.seen }} {{ .Subcharts.sub.Values.own }} {{ .Subcharts.sub.Template.Name }}`,
		"templates/NOTES.txt":               "notes",
		"charts/sub/templates/_h.tpl":       `{{ define "who" }}sub{{ end }}`,
		"charts/sub/templates/s.yaml":       `{{ include "who" . }} {{ .Values.own }} {{ .Values.seen }} {{ .Chart.IsRoot }} {{ .Template.BasePath }}`,
		"charts/sub/templates/tests/t.yaml": "t",
		"charts/lib/templates/_l.tpl":       `{{ define "lib" }}L{{ end }}`,
		"charts/lib/templates/ignored.yaml": "ignored",
	})
	c.Dependencies()[0].Metadata.Type = "library"
	values := map[string]any{"sub": map[string]any{"own": "o"}}
	want := map[string]string{
		"top/templates/z.yaml":                  "a",
		"top/templates/a.yaml":                  "by z o top/charts/sub/templates/s.yaml",
		"top/templates/NOTES.txt":               "notes",
		"top/charts/sub/templates/s.yaml":       "a o  false top/charts/sub/templates",
		"top/charts/sub/templates/tests/t.yaml": "t",
	}
	if d := cmp.Diff(want, mustRender(t, c, values, Options{})); d != "" {
		t.Error(d)
	}
}

// TestTogether renders charts whose files run together, which must give what
// one after the other gives.
func TestTogether(t *testing.T) {
	many := func(text string) map[string]string {
		m := map[string]string{"templates/_h.tpl": `{{ define "mark" }}{{ $_ := set .Values "marked" .Template.Name }}{{ end }}`}
		for i := range 12 {
			m[fmt.Sprintf("templates/f%02d.yaml", i)] = fmt.Sprintf(text, i)
		}
		return m
	}
	for name, text := range map[string]string{
		"pure":               `{{ .Values.a.b }} {{ .Template.Name }} {{ %d }}`,
		"local dicts":        `{{ $d := dict }}{{ $_ := set $d "x" %d }}{{ $d }}{{ merge $d (dict "y" 1) }}`,
		"changes values":     `{{ .Values.n }}{{ $_ := set .Values "n" %d }}`,
		"changes in define":  `{{ .Values.marked }}{{ if eq %d 6 }}{{ include "mark" . }}{{ end }}`,
		"through a variable": `{{ $v := .Values.a }}{{ $v.b }}{{ $_ := set $v "b" %d }}`,
		"merge of shared":    `{{ toJson .Values.a }}{{ $_ := merge (dict) .Values.a (dict "deep" (dict "n%d" 1)) }}`,
		"nested in a list":   `{{ toJson .Values.list }}{{ range .Values.list }}{{ $_ := set . "n%d" 1 }}{{ end }}`,
		"sorts keywords":     `{{ .Chart.Keywords }}{{ $_ := %d }}{{ $_ := sortAlpha .Chart.Keywords }}{{ $_ := sortAlpha (keys .Values) }}`,
		"unset":              `{{ .Values.a }}{{ $v := .Values }}{{ if eq %d 3 }}{{ $_ := unset $v "a" }}{{ end }}`,
		"context":            `{{ .Extra }}{{ $c := . }}{{ $_ := set $c "Extra" %d }}`,
		"tpl":                `{{ .Values.t2 }}{{ tpl "{{ $v := .Values }}{{ $_ := set $v \"t2\" \"%d\" }}" . }}`,
	} {
		t.Run(name, func(t *testing.T) {
			values := func() map[string]any {
				return map[string]any{"a": map[string]any{"b": 1, "deep": map[string]any{"x": 1}}, "list": []any{map[string]any{"m": 1}}}
			}
			want := mustRender(t, newChart("c", many(text)), values(), Options{Sequential: true})
			got := mustRender(t, newChart("c", many(text)), values(), Options{})
			if d := cmp.Diff(want, got); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestFailures(t *testing.T) {
	c := newChart("c", map[string]string{
		"templates/_h.tpl": helpers,
		"templates/c.yaml": "a: 1\nb: {{ include \"deep\" . }}\n",
		"templates/b.yaml": "ok",
		"templates/a.yaml": "{{ tpl \"é {{ .Values.x.y }}\" . }}",
	})
	_, err := Render(t.Context(), c, contextOf(map[string]any{"x": ""}), Options{})
	var failures Failures
	if !errors.As(err, &failures) || len(failures) != 2 {
		t.Fatalf("got %v", err)
	}
	want := []Frame{
		{Place{"c/templates/c.yaml", 2, 7}, "c/templates/c.yaml", `include "deep" .`},
		{Place{"c/templates/_h.tpl", 4, 6}, "deep", `include "deeper" .`},
		{Place{"c/templates/_h.tpl", 5, 38}, "deeper", `required "set x"`},
	}
	if d := cmp.Diff(want, failures[0].Frames); d != "" {
		t.Error(d)
	}
	if f := failures[0]; !f.Message || f.Cause != "set x" || f.Text != "execution error at (c/templates/c.yaml:2:6): set x" {
		t.Errorf("%+v", f)
	}
	if at, ok := failures[1].At(); !ok || at.File != "c/templates/a.yaml" {
		t.Errorf("a failure within tpl is at %+v", at)
	}
	_, err = Render(t.Context(), newChart("c", map[string]string{"templates/a": "{{ if }}", "templates/b": "x\n{{ end }}"}), contextOf(nil), Options{})
	if !errors.As(err, &failures) || len(failures) != 2 || failures[0].Template != "c/templates/b" || failures[0].Frames[0].Line != 2 {
		t.Errorf("all syntax errors in Helm's order: %+v", failures)
	}
}

func TestAt(t *testing.T) {
	text := `# comment
labels:
  {{- include "labels" . | nindent 2 }}
{{- if true }}
name: {{ .Release.Name }}{{ .Values.nope }}
{{- end }}
{{ range $i := until 2 }}
item{{ $i }}: {{ "x" }}
  {{ toYaml (dict "a" 1 "b" 2) | nindent 2 | trim }}
{{- end }}
{{ tpl "{{ include \"labels\" . }}" . }}
{{ .Values.nope }}last: x
`
	c := newChart("c", map[string]string{"templates/x": text, "templates/_h": `{{ define "labels" -}}
app: a
{{ include "more" . }}
{{- end }}
{{ define "more" }}release: {{ .Release.Name }}
tail: x{{ end }}`})
	files, err := Render(t.Context(), c, contextOf(map[string]any{}), Options{})
	if err != nil {
		t.Fatal(err)
	}
	f := files[0]
	for _, tt := range []struct {
		part string
		want string
	}{
		{"# comment", "x:1:1"},
		{"omment", "x:1:4"},
		{"labels", "x:2:1"},
		{"app: a", "x:3:3 _h:2:1"},
		{"release: rel", "x:3:3 _h:3:1 _h:5:20"},
		{"tail: x", "x:3:3 _h:3:1 _h:6:1"},
		{"name: ", "x:5:1"},
		{"rel\n\n", "x:5:7"},
		{"item0", "x:8:1"},
		{"1: x", "x:8:5"},
		{"a: 1\n", "x:9:3"},
		{"b: 2\n", "x:9:3"},
		{"item1", "x:8:1"},
		{"last: x", "x:12:19"},
	} {
		offset := strings.Index(f.Text, tt.part)
		var got []string
		for _, p := range f.At(offset) {
			got = append(got, fmt.Sprintf("%s:%d:%d", strings.TrimPrefix(p.File, "c/templates/"), p.Line, p.Column))
		}
		if s := strings.Join(got, " "); offset < 0 || s != tt.want {
			t.Errorf("%q at %d is from %s, want %s", tt.part, offset, s, tt.want)
		}
	}
	// The include within tpl is found too.
	offset := strings.LastIndex(f.Text, "release: rel")
	if places := f.At(offset); len(places) != 3 || places[2].Line != 5 {
		t.Errorf("through tpl: %+v", places)
	}
}

func TestLimits(t *testing.T) {
	for name, tt := range map[string]struct {
		text string
		o    Options
		want string
	}{
		"output":            {"a\n{{ range until 1000 }}{{ . }} more text{{ end }}", Options{MaxOutput: 1000}, "templates wrote more than 1000 bytes"},
		"output of include": {`{{ range until 1000 }}{{ $_ := include "uses-h" . }}{{ end }}`, Options{MaxOutput: 1000}, "templates wrote more than 1000 bytes"},
		"loop with output":  {`{{ range until 100000 }}{{ range until 100000 }}{{ include "h" . }}{{ end }}{{ end }}`, Options{Timeout: 20 * time.Millisecond}, "templates ran longer than the limit of 20ms"},
		"loop without":      {`{{ range until 100000 }}{{ range until 100000 }}{{ end }}{{ end }}`, Options{Timeout: 20 * time.Millisecond}, "templates ran longer than the limit of 20ms"},
		"tree of templates": {`{{ define "a" }}{{ template "b" }}{{ template "b" }}{{ end }}{{ define "b" }}{{ if not (eq 1 2) }}{{ range until 1 }}{{ template "c" }}{{ template "c" }}{{ end }}{{ end }}{{ end }}` +
			`{{ define "c" }}{{ range until 100000 }}{{ range until 100000 }}{{ if false }}{{ end }}{{ end }}{{ end }}{{ end }}{{ template "a" }}`, Options{Timeout: 20 * time.Millisecond}, "templates ran longer than the limit of 20ms"},
	} {
		t.Run(name, func(t *testing.T) {
			begin := time.Now()
			c := newChart("c", map[string]string{"templates/x": tt.text, "templates/_h": helpers})
			_, err := Render(t.Context(), c, contextOf(nil), tt.o)
			var stop *Stopped
			if !errors.As(err, &stop) || !strings.Contains(err.Error(), tt.want) {
				t.Fatalf("got %v", err)
			}
			if stop.Template != "c/templates/x" || stop.At.Line == 0 {
				t.Errorf("stopped at %+v", stop.At)
			}
			if took := time.Since(begin); took > 5*time.Second {
				t.Errorf("took %s", took)
			}
			if strings.HasPrefix(name, "output") != errors.Is(err, ErrOutputLimit) {
				t.Errorf("wrong cause: %v", err)
			}
		})
	}
}

func TestCancel(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	hang := make(chan struct{})
	defer close(hang)
	o := Options{Funcs: template.FuncMap{"hang": func() string { cancel(); <-hang; return "" }}}
	c := newChart("c", map[string]string{"templates/x": "{{ hang }}"})
	begin := time.Now()
	_, err := Render(ctx, c, contextOf(nil), o)
	if !errors.Is(err, context.Canceled) || time.Since(begin) > 5*time.Second {
		t.Errorf("a function that hangs: %v after %s", err, time.Since(begin))
	}
	if _, err := Render(ctx, c, contextOf(nil), o); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled before: %v", err)
	}
}

// TestFunctions compares with the list of functions that Helm 3.22 has.
func TestFunctions(t *testing.T) {
	want, err := os.ReadFile("testdata/functions.txt")
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(strings.Fields(string(want)), FuncNames()); d != "" {
		t.Error(d)
	}
}

func BenchmarkParse(b *testing.B) {
	r := &renderer{ctx: b.Context(), sources: sources(benchChart(), contextOf(nil))}
	r.funcs = r.funcMap()
	b.ReportAllocs()
	for b.Loop() {
		r.parseAll()
	}
}

func BenchmarkExecute(b *testing.B) {
	c := benchChart()
	for name, o := range map[string]Options{"together": {}, "sequential": {Sequential: true}, "with functions of helmx": {Funcs: funcs.Map()}} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Render(b.Context(), c, contextOf(map[string]any{"t": "{{ .Release.Name }}-x"}), o); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func benchChart() *chart.Chart {
	m := map[string]string{"templates/_h.tpl": `{{ define "labels" }}app: {{ .Release.Name }}
part-of: {{ .Chart.Name | quote }}{{ end }}`}
	for i := range 40 {
		m[fmt.Sprintf("templates/f%d.yaml", i)] = strings.Repeat(`metadata:
  labels:
    {{- include "labels" . | nindent 4 }}
spec:
{{- range until 20 }}
- {{ tpl $.Values.t $ }}
{{- end }}
---
`, 5)
	}
	return newChart("bench", m)
}
