package engine

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// statements read and change what the files of a chart share. %d is a small
// number, so that files meet each other's keys.
var statements = []string{
	`{{ toJson .Values }}`, `{{ .Values.m }}`, `{{ .Values.kid }}`, `{{ .Chart.Keywords }}`, `{{ .Template.Name }}`, `{{ range $n, $s := .Subcharts }}{{ $n }} {{ $s.Values }} {{ $s.Template }}{{ end }}`,
	`{{ include "read" . }}`, `{{ tpl "{{ .Values.m.k%d }}{{ .Template.Name }}" . }}`, `{{ range $k, $v := .Values.m }}{{ $k }}={{ $v }};{{ end }}`,
	`{{ $_ := set .Values.m "k%d" .Template.Name }}`, `{{ $_ := unset .Values.m "k%d" }}`, `{{ $_ := set (index .Values.list 0) "k%d" "x" }}`,
	`{{ include "write" (dict "d" .Values.m "k" "k%d") }}`, `{{ tpl "{{ $_ := set .Values.m \"k%d\" 1 }}" . }}`,
	`{{ $x := merge (dict "k%d" 1) .Values }}{{ $_ := set $x "own" 2 }}{{ toJson $x }}`, `{{ $x := mergeOverwrite .Values (dict "m" (dict "k%d" 3)) }}`,
	`{{ $x := merge (dict) .Values.deep .Values.m }}{{ $_ := set $x.a "k%d" 1 }}{{ toJson .Values.deep }}`, `{{ $_ := set $ "extra" (dict "k%d" 1) }}{{ .extra }}`,
	`{{ .extra }}`, `{{ sortAlpha .Chart.Keywords }}`, `{{ $c := deepCopy .Values.m }}{{ $_ := set $c "k%d" "copy" }}{{ $c }}`,
	`{{ with .Subcharts.kid }}{{ $_ := set .Values "k%d" "by parent" }}{{ .Template }}{{ end }}`, `{{ $_ := set .Values.global "k%d" $.Template.Name }}`,
	`{{ if eq (len .Values.m) %d }}{{ fail "met" }}{{ end }}`,
}

// TestParallelIsSequential renders random charts both ways.
func TestParallelIsSequential(t *testing.T) {
	failed := 0
	for seed := range 300 {
		r := rand.New(rand.NewPCG(uint64(seed), 1))
		files := randomChart(r)
		values := func() map[string]any {
			return map[string]any{
				"m": map[string]any{"k1": "one", "a": 1.0}, "list": []any{map[string]any{"k2": 2.0}},
				"deep": map[string]any{"a": map[string]any{"b": map[string]any{}}}, "global": map[string]any{},
				"kid": map[string]any{"m": map[string]any{}, "list": []any{map[string]any{}}, "deep": map[string]any{"a": map[string]any{}}, "global": map[string]any{}},
			}
		}
		want, wantErr := rendered(t, files, values(), Options{Sequential: true})
		got, err := rendered(t, files, values(), Options{})
		if d := cmp.Diff(want, got); d != "" || fmt.Sprint(wantErr) != fmt.Sprint(err) {
			t.Fatalf("seed %d (-sequential +parallel):\n%s\nerrors: %v, %v\n%v", seed, d, wantErr, err, files)
		}
		if err != nil {
			failed++
		}
	}
	if failed > 200 {
		t.Errorf("%d of 300 charts fail: too few show anything", failed)
	}
}

func randomChart(r *rand.Rand) map[string]string {
	files := map[string]string{"templates/_h": `{{ define "read" }}{{ .Values.m }}{{ end }}{{ define "write" }}{{ $_ := set .d .k "w" }}{{ end }}`}
	readers := r.IntN(12) // of the statements, so that some charts only read
	for i := range 12 + r.IntN(30) {
		var b strings.Builder
		for range 1 + r.IntN(4) {
			s := statements[r.IntN(8)]
			if r.IntN(12) < readers/2 {
				s = statements[r.IntN(len(statements))]
			}
			if strings.Contains(s, "%d") {
				s = fmt.Sprintf(s, r.IntN(5))
			}
			b.WriteString(s + "\n")
		}
		folder := "templates/"
		if r.IntN(4) == 0 {
			folder = "charts/kid/templates/"
		}
		files[fmt.Sprintf("%sf%02d", folder, i)] = b.String()
	}
	return files
}

func rendered(t *testing.T, templates map[string]string, values map[string]any, o Options) (map[string]string, error) {
	files, err := Render(t.Context(), newChart("c", templates), contextOf(values), o)
	if err != nil {
		return nil, err
	}
	texts := map[string]string{}
	for _, f := range files {
		texts[f.Name] = f.Text
	}
	return texts, nil
}
