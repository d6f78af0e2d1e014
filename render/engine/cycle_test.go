package engine

import (
	"errors"
	"strings"
	"testing"
)

// TestCycles has values that contain themselves. Where the template fails here,
// Helm crashes.
func TestCycles(t *testing.T) {
	const cyclic = `{{ $d := dict }}{{ $_ := set $d "x" (list $d) }}`
	for _, template := range []string{
		`{{ $d }}`, `{{ list $d | first }}`, `{{ chunk 1 (list $d) }}`, `{{ print $d }}`, `{{ printf "%v" $d }}`, `{{ println $d }}`,
		`{{ html $d }}`, `{{ js $d }}`, `{{ urlquery $d }}`, `{{ toString $d }}`, `{{ toStrings (list $d) }}`, `{{ quote $d }}`, `{{ squote $d }}`,
		`{{ cat $d }}`, `{{ join "," (list $d) }}`, `{{ sortAlpha (list $d) }}`, `{{ toYamlPretty $d }}`, `{{ toToml $d }}`, `{{ $e := deepCopy $d }}`,
		`{{ $e := mustDeepCopy $d }}`, `{{ $e := merge (dict) $d }}`, `{{ $e := mergeOverwrite $d (dict) }}`, `{{ $e := mustMerge $d (dict) }}`,
		`{{ $e := mustMergeOverwrite (dict) $d }}`, `{{ int $d }}`, `{{ add 1 $d }}`, `{{ float64 $d }}`, `{{ $e := dict $d 1 }}`,
		`{{ with $d }}{{ . }}{{ end }}`, `{{ range list $d }}{{ . }}{{ end }}`, `{{ tpl "{{ . }}" $d }}`,
	} {
		t.Run(template, func(t *testing.T) {
			c := newChart("c", map[string]string{"templates/a": cyclic + template})
			_, err := Render(t.Context(), c, contextOf(nil), Options{})
			var failures Failures
			if !errors.As(err, &failures) || failures[0].Cause == "" || !strings.Contains(failures[0].Text, errCycle.Error()) {
				t.Errorf("error: %v", err)
			}
		})
	}
	for template, want := range map[string]string{
		`{{ len $d }}{{ kindOf $d }}{{ empty $d }}{{ $d.x | first | keys }}`: "1mapfalse[x]",
		`[{{ toYaml $d }}{{ toJson $d }}]`:                                   "[]",
		`{{ (set $.Values "root" $).root.Release.Name }}`:                    "rel",
		`{{ list $d | has $d }}{{ $x := $d }}{{ default $d "y" }}`:           "truey",
		`{{ $e := dict "k" 1 }}{{ dict "a" $e "b" $e "c" (list $e $e) }}`:    "map[a:map[k:1] b:map[k:1] c:[map[k:1] map[k:1]]]",
		// A value that is shared, not cyclic, is walked once.
		`{{ $e := dict }}{{ range until 10 }}{{ $e = dict "a" $e "b" $e }}{{ end }}{{ toString $e | len }}`: "15350",
	} {
		if got := one(t, cyclic+template, map[string]any{}, Options{}); got != want {
			t.Errorf("%s\ngot  %q\nwant %q", template, got, want)
		}
	}
}

// TestPrintedIsUntouched has values whose printed form depends on what they are
// to text/template: addressable, a pointer, or nothing.
func TestPrintedIsUntouched(t *testing.T) {
	const text = `{{ .Capabilities.KubeVersion }} {{ semver "1.2" }} {{ .Values.nope }}|{{ first (list nil) }}|{{ .Values.list }}{{ (index .Values.list 0) }}{{ 1.0 }}{{ "s" }}{{ true }}`
	values := map[string]any{"list": []any{"a", nil}}
	if got, want := one(t, text, values, Options{}), "v1.37.0 1.2.0 ||[a <nil>]a1strue"; got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

func TestPrintedIsNoFunction(t *testing.T) {
	c := newChart("c", map[string]string{"templates/a": `{{ printed 1 }}`})
	if _, err := Render(t.Context(), c, contextOf(nil), Options{}); err == nil || !strings.Contains(err.Error(), `function "printed" not defined`) {
		t.Errorf("error: %v", err)
	}
}
