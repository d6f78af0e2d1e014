package expr

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"

	"github.com/helmx-dev/helmx/diag"
)

func newTestStrings(t testing.TB, o Options) *Strings {
	t.Helper()
	if err := yaml.Unmarshal([]byte(testValues), &o.Values); err != nil {
		t.Fatal(err)
	}
	return NewStrings(nil, o)
}

func testObject() any {
	return map[string]any{"kind": "Deployment", "metadata": map[string]any{"name": "web"}, "spec": map[string]any{"replicas": int64(2)}}
}

func testSecret() any {
	return map[string]any{"kind": "Secret", "stringData": map[string]any{"p": "hunter2"}}
}

func TestStringsValue(t *testing.T) {
	for text, want := range map[string]any{
		`{{ .Values.team }}`:                                         "mesh",
		`{{ .Values.replicas }}`:                                     int64(3),
		`{{ .Values.half }}`:                                         0.5,
		`{{ .Values.text }}`:                                         "no",
		`{{ gt (len .Values.ports) 1 }}`:                             true,
		`{{- .Values.replicas -}}`:                                   int64(3),
		`{{/* why */}}{{ .Values.replicas }}`:                        int64(3),
		`{{ .Values.ports }}`:                                        []any{int64(80), int64(443)},
		`{{ .Values.labels }}`:                                       map[string]any{"a": "1", "b": "2"},
		`{{ .Values.empty }}`:                                        map[string]any{},
		`{{ (.Values.replicas | int) | add 1 | mul 2 }}`:             int64(8),
		`{{ .Values.missing | default 7 }}`:                          int64(7),
		`{{ .Values | getPath "ports[-1]" }}`:                        int64(443),
		`{{ ternary 3 1 (eq .Values.team "mesh") }}`:                 int64(3),
		`{{ .Object.spec.replicas }}`:                                int64(2),
		`{{ .Release.Namespace }}`:                                   "ns",
		`{{ "{{" }}`:                                                 "{{",
		"{{ `{{ .x }}` }}":                                           "{{ .x }}",
		`{{ .Values.evil }}`:                                         "x\n  injected: true # '\"]] {{",
		`{{ .Values.team }}-{{ .Object.metadata.name }}`:             "mesh-web",
		`n{{ .Values.big }}`:                                         "n10000000",
		`{{ .Values.replicas }}{{ .Values.replicas }}`:               "33",
		` {{ .Values.replicas }}`:                                    " 3",
		"a: {{ .Values.team }}\n":                                    "a: mesh\n",
		`{{ if gt .Values.replicas 2.0 }}many{{ else }}few{{ end }}`: "many",
		`{{ range $i, $p := .Values.ports }}{{ if $i }},{{ end }}{{ $p }}{{ end }}`:         "80,443",
		`{{ with .Values.image }}{{ .tag }}{{ else }}none{{ end }}`:                         "1.0",
		`{{ $n := .Object.metadata.name }}{{ $n }}.{{ $.Release.Namespace }}`:               "web.ns",
		`{{ range .Values.ports }}{{ if eq . 443.0 }}{{ break }}{{ end }}{{ . }}{{ end }}.`: "80.",
		`{{ set .Values.empty "x" 1 | len }}`:                                               int64(1),
		`{{ if .Values.missing }}x{{ end }}`:                                                "",
		"{{ .Values.team\n  | upper }}":                                                     "MESH",
	} {
		got, d := newTestStrings(t, Options{Release: Release{Namespace: "ns"}}).Value(text, testObject)
		if d != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got %#v, want %#v (%v)", text, got, want, d)
		}
	}
}

func TestStringsLeaveTheValuesAlone(t *testing.T) {
	s := newTestStrings(t, Options{})
	for range 2 {
		for text, want := range map[string]any{`{{ set .Values.empty "x" 1 | len }}`: int64(1), `{{ len .Values.empty }}`: int64(0)} {
			if got, d := s.Value(text, nil); d != nil || got != want {
				t.Errorf("%s: got %v, %v", text, got, d)
			}
		}
	}
	got, _ := s.Value(`{{ .Values.labels }}`, nil)
	got.(map[string]any)["a"] = "changed"
	if again, _ := s.Value(`{{ .Values.labels.a }}`, nil); again != "1" {
		t.Error("a result is shared with the values")
	}
}

func TestStringsProblems(t *testing.T) {
	for text, want := range map[string][]string{
		`{{ .Values.taem }}`:                        {"EX003", `{{ .Values.taem }} has no value`, "default"},
		`x-{{ .Values.taem }}`:                      {"EX003", `{{.Values.taem}} has no value`, ""},
		`x-{{ .Values.labels }}`:                    {"EX002", `{{.Values.labels}} gives a map`, "toYaml"},
		`{{ range .Values.ports }}{{ $ }}{{ end }}`: {"EX002", "YAML does not have", ""},
		`{{ .Values.team | uper }}`:                 {"EX001", `calls "uper"`, `did you mean "upper"? for {{ as plain text, say literal: true`},
		`{{ env "HOME" }}`:                          {"EX001", `calls "env"`, "no environment"},
		`{{ now }}`:                                 {"EX001", `calls "now"`, "no clock"},
		`{{ randAlphaNum 5 }}`:                      {"EX001", `calls "randAlphaNum"`, "no randomness"},
		`{{ include "x" . }}`:                       {"EX001", `calls "include"`, "named templates"},
		`{{ _result 1 }}`:                           {"EX001", `calls "_result"`, ""},
		`{{ .Files.Get "x" }}`:                      {"EX002", "there is no .Files here; an expression sees .Values, .Release and .Object", ""},
		`{{ }}`:                                     {"EX001", "missing value", "literal: true"},
		`{{ .Values.team`:                           {"EX001", "unclosed action", "literal: true"},
		`{{ if true }}x`:                            {"EX001", "unexpected EOF", "literal: true"},
		`{{ define "x" }}{{ end }}`:                 {"EX001", "named templates", "literal: true"},
		`{{ template "x" }}`:                        {"EX001", "named templates", "literal: true"},
		`{{ block "x" . }}{{ end }}`:                {"EX001", "named templates", "literal: true"},
		`{{ .Release.Name }}`:                       {"EX009", "the name of the release", "--release"},
		`{{ cidrHost 1 "x" }}`:                      {"EX002", `fails: `, ""},
		`{{ range until 99999 }}{{ range until 99999 }}{{ end }}{{ end }}`: {"EX002", "more than 100000 rounds", ""},
		`{{ range 1000000000 }}{{ end }}`:                                  {"EX002", "more than 100000 rounds", ""},
		`{{ range until 90000 }}0123456789012345{{ end }}`:                 {"EX002", "more than 1048576 bytes", ""},
		`{{ .Object.metadata.name.deep }}`:                                 {"EX002", "what stands before .deep is no map", ""},
		`{{ .Chart.Name }}`:                                                {"EX002", "there is no .Chart here; an expression sees .Values, .Release and .Object", ""},
		`{{ .Capabilities.KubeVersion }}`:                                  {"EX002", "there is no .Capabilities here", ""},
		`{{ .Vaules.a }}`:                                                  {"EX002", `.Values, .Release and .Object; did you mean ".Values"?`, ""},
		`{{ .Release.Chart }}`:                                             {"EX002", "there is no .Release.Chart here; .Release has Name,", ""},
		`{{ .Object.metadta.name }}`:                                       {"EX003", "no value", `no key metadta in the object; did you mean "metadata"?`},
		`x{{ .Object.metadata.nmae }}`:                                     {"EX003", "no value", `no key nmae in metadata; did you mean "name"?`},
		`{{ .Object.metadata.nope.deep }}`:                                 {"EX003", "no value", ""},
	} {
		_, d := newTestStrings(t, Options{}).Value(text, testObject)
		expectProblem(t, text, d, want)
	}
}

func expectProblem(t *testing.T, text string, d *diag.Diagnostic, want []string) {
	t.Helper()
	if d == nil {
		t.Errorf("%s: no finding", text)
		return
	}
	if d.Code != want[0] || !strings.Contains(d.Message, want[1]) || !strings.Contains(d.Hint, want[2]) || d.Severity != diag.Error {
		t.Errorf("%s: got %v, want %q", text, d, want)
	}
}

func TestStringsTrue(t *testing.T) {
	for text, want := range map[string]bool{
		`{{ eq .Values.team "mesh" }}`:                 true,
		" {{ eq .Values.team \"prod\" }}\n":            false,
		`{{ and (hasPath "image.tag" .Values) true }}`: true,
		`{{ not (empty .Values.missing) }}`:            false,
		`{{ eq .Object.kind "Deployment" }}`:           true,
		`true`:                                         true,
		`false`:                                        false,
	} {
		got, d := newTestStrings(t, Options{}).True(text, testObject)
		if d != nil || got != want {
			t.Errorf("%s: got %v (%v)", text, got, d)
		}
	}
	for text, want := range map[string][]string{
		`{{ .Values.team }}`:                 {"EX010", `gives the string "mesh", expected true or false`, "compare"},
		`{{ .Values.evil }}`:                 {"EX010", `gives a string, expected true or false`, ""},
		`{{ "true" }}`:                       {"EX010", `gives the string "true"`, `{{ eq ... "true" }}`},
		`{{ .Values.replicas }}`:             {"EX010", "gives a number", ""},
		`{{ .Values.labels }}`:               {"EX010", "gives a map", ""},
		`{{ .Values.prod }}`:                 {"EX003", "has no value", ""},
		`.Values.prod`:                       {"EX010", "is no condition", "between {{ and }}"},
		``:                                   {"EX010", "is no condition", ""},
		`{{ if .Values.team }}true{{ end }}`: {"EX010", `the string "true"`, ""},
		`{{ eq .Object.kind "x" }}`:          {"EX011", "there is none", "target.where"},
	} {
		_, d := newTestStrings(t, Options{}).True(text, nil)
		expectProblem(t, text, d, want)
	}
}

// condition evaluates the condition of the one patch in a helmx.yaml.
func condition(t *testing.T, file string) *diag.Diagnostic {
	t.Helper()
	var config struct {
		Patches []struct {
			When   string
			Target struct{ Where string }
		}
	}
	if err := yaml.Unmarshal([]byte(file), &config); err != nil || len(config.Patches) != 1 {
		t.Fatal(file, err)
	}
	text, object := config.Patches[0].When, (func() any)(nil)
	if text == "" {
		text, object = config.Patches[0].Target.Where, testObject
	}
	_, d := NewStrings(nil, Options{Values: map[string]any{"env": "prod"}}).True(text, object)
	return d
}

func TestStringsHideSecrets(t *testing.T) {
	s := newTestStrings(t, Options{})
	for _, text := range []string{`{{ .Object.stringData.p | int | cidrHost 1 }}`, `{{ cidrHost 1 .Object.stringData.p }}`, `hunter2 {{ .Values.missing }}`, `{{ fail "hunter2" }}`} {
		_, d := s.Value(text, testSecret)
		if d == nil || strings.Contains(fmt.Sprint(d), "hunter2") {
			t.Errorf("%s: %v", text, d)
		}
	}
	if _, d := s.True(`{{ .Object.stringData.p | trunc 3 }}`, testSecret); d == nil || strings.Contains(d.Message, "hun") {
		t.Errorf("a condition shows a value: %v", d)
	}
}

func TestStringsBringInNoLateExpression(t *testing.T) {
	s := newTestStrings(t, Options{Enabled: true})
	for _, text := range []string{`{{ .Values.expression }}`, `a {{ .Values.expression }}`, `{{ list .Values.expression }}`, `{{ "[" }}[= 1 ]]`} {
		_, d := s.Value(text, nil)
		expectProblem(t, text, d, []string{"EX006", "[[=", "literal: true"})
	}
	if got, d := newTestStrings(t, Options{}).Value(`{{ .Values.expression }}`, nil); d != nil || got != "[[= .Values.team ]]" {
		t.Errorf("without late expressions: got %v, %v", got, d)
	}
}

// TestObjectIsMadeWhenRead proves that a text that does not read .Object costs
// no decoding of the object.
func TestObjectIsMadeWhenRead(t *testing.T) {
	s := newTestStrings(t, Options{})
	made := 0
	object := func() any { made++; return testObject() }
	if _, d := s.Value(`{{ .Values.team }}`, object); d != nil || made != 0 {
		t.Errorf("made %d times: %v", made, d)
	}
	if _, d := s.Value(`{{ .Object.kind }}`, object); d != nil || made != 1 {
		t.Errorf("made %d times: %v", made, d)
	}
}

func FuzzStrings(f *testing.F) {
	for _, seed := range []string{`{{ .Values.team }}`, `{{ if .x }}a{{ end }}`, `{{ range 3 }}{{ . }}{{ end }}`, `{{ "a" | repeat 3 }}`, `{{`, `{{ define "a" }}`} {
		f.Add(seed, "x\n y: {{ z }}")
	}
	f.Fuzz(func(t *testing.T, text, value string) {
		s := NewStrings(nil, Options{Values: map[string]any{"v": value}})
		first, d := s.Value(text, testObject)
		again, d2 := s.Value(text, testObject)
		if !reflect.DeepEqual(first, again) || !reflect.DeepEqual(d, d2) {
			t.Errorf("%q gives %v and then %v", text, first, again)
		}
		if got, d := s.Value("a{{ .Values.v }}b", nil); d != nil || got != "a"+value+"b" {
			t.Errorf("%q became %q (%v)", value, got, d)
		}
	})
}

func BenchmarkStrings(b *testing.B) {
	s := newTestStrings(b, Options{})
	for b.Loop() {
		if _, d := s.True(`{{ gt (len .Object.metadata.name) 1 }}`, testObject); d != nil {
			b.Fatal(d)
		}
	}
}
