package engine

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"

	"github.com/helmx-dev/helmx/funcs"
)

// Every example of a function does in a chart what its documentation says.
func TestExamplesInTemplates(t *testing.T) {
	for _, f := range funcs.All() {
		for _, e := range f.Examples {
			t.Run(f.Name+" "+e.Template, func(t *testing.T) {
				var values map[string]any
				if err := yaml.Unmarshal([]byte(e.Values), &values); err != nil {
					t.Fatal(err)
				}
				warned := ""
				got := one(t, e.Template, values, Options{Funcs: funcs.Map(), Notice: func(n Notice) {
					warned += n.Message
					if n.At.Line != 1 || n.At.File != "c/templates/x" {
						t.Errorf("the warning is at %+v", n.At)
					}
				}})
				if warned != e.Warning {
					t.Errorf("the warning %q, want %q", warned, e.Warning)
				}
				switch {
				case f.Where == funcs.Expressions:
					if !strings.Contains(got, "error calling "+f.Name) {
						t.Errorf("printed %q, want an error", got)
					}
				case e.Error != "" && !strings.Contains(got, e.Error):
					t.Errorf("printed %q, want an error with %q", got, e.Error)
				case e.Error == "" && got != e.Want:
					t.Errorf("printed %q, want %q", got, e.Want)
				}
			})
		}
	}
}

const running = `
{{- define "list" }}- {{ .a }}{{ "\n" }}- {b: 12345678}{{ end }}
{{- define "nothing" }}{{ end }}
{{- define "text" }}a: [{{ end }}
{{- define "value" }}
  {{- return (dict "n" (int64 12345678) "l" (list . "x")) }}
{{- end }}
{{- define "early" }}{{ if . }}{{ return "early" }}{{ end }}{{ return "late" }}{{ end }}
{{- define "outer" }}{{ $x := call "early" 1 }}{{ return (printf "outer %s" $x) }}{{ end }}
{{- define "written" }}text {{ return 1 }}{{ end }}
{{- define "through" }}{{ include "early" 1 }}{{ end }}
{{- define "template" }}{{ template "early" 1 }}{{ end }}
{{- define "endless" }}{{ call "endless" . }}{{ end }}
{{- define "dots" }}{{ return (len .) }}{{ end }}
{{- define "change" }}{{ return (dict "x" "1") }}{{ end }}
{{- define "fails" }}{{ fail "no" }}{{ end }}`

func TestRunningTemplates(t *testing.T) {
	for text, want := range map[string]string{
		`{{ range call "list" (dict "a" 1) }}{{ kindOf . }} {{ end }}`: "int64 map ",
		`{{ (index (call "list" (dict "a" 1)) 1).b }}`:                 "12345678",
		`{{ call "nothing" | kindOf }}`:                                "invalid",
		`{{ call "text" }}`:                                            `the text of "text" is no YAML: see its line 1`,
		`{{ (call "value" 1).n }} {{ (call "value" 1).l }}`:            "12345678 [1 x]",
		`{{ call "early" 1 }} {{ call "early" 0 }}`:                    "early late",
		`{{ call "outer" }}`:                                           "outer early",
		`{{ call "template" }}`:                                        "early",
		`{{ call "written" }}`:                                         "return: the template has written text before",
		`{{ call "through" }}`:                                         "return: only a template that call runs can return a value",
		`{{ return 1 }}`:                                               "return: only a template that call runs can return a value",
		`{{ include "early" 1 }}`:                                      "return: only a template that call runs can return a value",
		`{{ call "missing" }}`:                                         `no template "missing"`,
		`{{ call "endless" . }}`:                                       "nested reference name: endless",
		`{{ call "dots" 1 2 3 }}`:                                      "3",
		`{{ call 5 }}`:                                                 "error calling call: non-function .function of type int",
		`{{ call nil }}`:                                               "call of nil",
		`{{ $name := "early" }}{{ $name | call }}`:                     "late",
		`{{ $a := callCached "change" 1 }}{{ $_ := set $a "x" "2" }}{{ (callCached "change" 1).x }}{{ $a.x }}`: "12",
		`{{ try "x" (call "fails") }}`:                                                    "x",
		`{{ try "x" (include "fails" .) }}`:                                               "x",
		`{{ can (fail "no") }} {{ can (include "h" .) }}`:                                 "false true",
		`{{ range $i, $e := list 1 "x" }}{{ try $i (add $e (len $e)) }};{{ end }}`:        "0;1;",
		`{{ with .Values }}{{ try "none" $.Values.a.b.c }}{{ try "none" .m.k }}{{ end }}`: "nonev",
		`{{ try (try 1 (toBytes "x")) (try (toBytes "y") (toBytes "z")) }}`:               "1",
		`{{ try 3 (try (toBytes "2") (toBytes "z")) }}`:                                   "2",
		`{{ $x := 1 }}{{ if can (eq $x "a") }}yes{{ else }}no{{ end }}`:                   "no",
		`{{ (try (dict "a" 1) (fromYaml "x: 2")).x }}`:                                    "2",
		`{{ tpl "{{ try 5 (toBytes .Values.missing) }}{{ can .Values.a }}" . }}`:          "5true",
		`{{ tpl "{{ define \"in\" }}{{ return 7 }}{{ end }}{{ call \"in\" }}" . }}`:       "7",
		`{{ try 1 }}`:   "wrong number of arguments, want try DEFAULT EXPRESSION, got 1",
		`{{ can 1 2 }}`: "wrong number of arguments, want can EXPRESSION, got 2",
		`{{ try "x" .Values.missing }}{{ try "y" nil | default "z" }}`:                "xy",
		`{{ $d := dict }}{{ $_ := set $d "self" $d }}{{ pruneEmpty $d }}`:             "the value contains itself",
		`{{ $d := dict }}{{ $_ := set $d "self" $d }}{{ mergeDeep "replace" $d $d }}`: "the value contains itself",
		`{{ $d := dict }}{{ $_ := set $d "self" $d }}{{ jq "." $d }}`:                 "the value contains itself",
		`{{ $d := dict }}{{ $_ := set $d "self" $d }}{{ mergePatch $d $d }}`:          "the value contains itself",
		`{{ $d := dict }}{{ $_ := set $d "self" $d }}{{ toYamlOrdered (list) $d }}`:   "value: want plain data",
		`{{ $d := dict }}{{ $_ := set $d "self" $d }}{{ callCached "dots" $d }}`:      "want plain data",
		`{{ cidrHost 1 }}`: "wrong number of args for cidrHost: want 2 got 1",
	} {
		values := map[string]any{"a": "1", "m": map[string]any{"k": "v"}}
		got := one(t, running+text, values, Options{Funcs: funcs.Map()})
		if got != want && !(len(want) > 4 && strings.Contains(got, want)) {
			t.Errorf("%s\ngave %q, want %q", text, got, want)
		}
	}
}

// Where helmx's functions are not asked for, call means what it means to Helm.
func TestCallOfHelm(t *testing.T) {
	if got := one(t, `{{ define "a" }}1{{ end }}{{ call "a" }}`, nil, Options{}); !strings.Contains(got, `error calling call: non-function "a" of type string`) {
		t.Errorf("got %q", got)
	}
}

// What stops the render is not held up by try, and a change of shared values
// inside of it is made again in order.
func TestTryDoesNotHoldUpTheEnd(t *testing.T) {
	text := `{{ try "x" (include "long" .) }}` + `{{ define "long" }}{{ range until 10000 }}some text{{ end }}{{ end }}`
	if got := one(t, text, nil, Options{Funcs: funcs.Map(), MaxOutput: 1000}); !strings.Contains(got, "templates wrote more than 1000 bytes") {
		t.Errorf("got %q", got)
	}
	templates := map[string]string{}
	for _, name := range []string{"a", "b", "c", "d", "e", "f", "g", "h"} {
		templates["templates/"+name] = `{{ $_ := try "conflict" (set $.Values "n" (add1 ($.Values.n | default 0))) }}{{ .Values.n }}`
	}
	o := Options{Funcs: funcs.Map()}
	parallel := mustRender(t, newChart("c", templates), map[string]any{}, o)
	o.Sequential = true
	sequential := mustRender(t, newChart("c", templates), map[string]any{}, o)
	for name, want := range sequential {
		if parallel[name] != want {
			t.Errorf("%s: %s, want %s", name, parallel[name], want)
		}
	}
}

// A warning names the action that gave it, wherever the text before ends.
func TestNoticesHaveTheirLine(t *testing.T) {
	text := "a: 1\nb: {{ warn \"one\" }}\n{{- if true }}\n{{ warn \"two\" }}{{ warn \"three\" }}\n{{ include \"w\" . }}\n{{ end }}{{ $x := warn \"five\" }}{{ tpl \"x\\n{{ warn `six` }}\" . }}" +
		"{{ define \"w\" }}\n\n{{ warn \"four\" }}{{ end }}"
	var got []string
	one(t, text, nil, Options{Funcs: funcs.Map(), Notice: func(n Notice) {
		got = append(got, fmt.Sprintf("%s %d:%d", n.Message, n.At.Line, n.At.Column))
	}})
	want := []string{"one 2:4", "two 4:1", "three 4:17", "four 8:1", "five 6:10", "six 0:0"}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
