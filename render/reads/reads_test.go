package reads

import (
	"strings"
	"testing"
	"text/template/parse"

	"github.com/rogpeppe/go-internal/txtar"
)

// analyse reads the templates of a txtar archive; what lies in charts/NAME/ is of
// a subchart.
func analyse(t testing.TB, archive string) *Reads {
	t.Helper()
	in := Input{Trees: map[string]*parse.Tree{}, Charts: [][]string{nil}}
	known := map[string]bool{}
	for _, f := range txtar.Parse([]byte(archive)).Files {
		tree := parse.New(f.Name)
		tree.Mode = parse.SkipFuncCheck
		if _, err := tree.Parse(string(f.Data), "", "", in.Trees); err != nil {
			t.Fatal(err)
		}
		var chart []string
		if rest, ok := strings.CutPrefix(f.Name, "charts/"); ok {
			name, _, _ := strings.Cut(rest, "/")
			chart = []string{name}
			if !known[name] {
				known[name] = true
				in.Charts = append(in.Charts, chart)
			}
		}
		if !strings.Contains(f.Name, "_") {
			in.Files = append(in.Files, File{f.Name, chart})
		}
	}
	return Of(in)
}

func TestRead(t *testing.T) {
	for _, test := range []struct{ name, templates, read, unread string }{
		{"printed", "{{ .Values.a.b }}", "a.b a", "a.c c"},
		{"a table used whole", "{{ toYaml .Values.a | nindent 2 }}", "a a.x a.x.y", "b"},
		{"with", "{{ with .Values.a }}{{ .b }}{{ else }}{{ .Values.c }}{{ end }}", "a a.b c", "a.c b"},
		{"variables", "{{ $x := .Values.a }}{{ $y := $x.b }}{{ if $y.c }}{{ $x = .Values.d }}{{ end }}{{ $x.e }}", "a.b.c a.e d.e", "a.c d.b b"},
		{"dollar", "{{ range .Values.a }}{{ $.Values.b }}{{ end }}", "a a.0 a.k b", "a.0.x c"},
		{"range", "{{ range .Values.a }}{{ .name }}{{ end }}", "a.0.name a.0", "a.0.nmae"},
		{"range with keys", "{{ range $k, $v := .Values.a }}{{ $k }}: {{ $v.x }}{{ end }}", "a.any a.any.x", "a.any.y"},
		{"include with the dot", `{{ define "n" }}{{ .Values.a }}{{ end }}{{ include "n" . }}`, "a", "b"},
		{"include with a table", `{{ define "n" }}{{ .x }}{{ end }}{{ include "n" .Values.a | trim }}`, "a.x", "a.y x"},
		{"include with a dict", `{{ define "n" }}{{ .root.Values.a }}{{ .v.x }}{{ end }}{{ include "n" (dict "root" $ "v" .Values.b) }}`, "a b.x", "b.y"},
		{"include in itself", `{{ define "n" }}{{ with .next }}{{ include "n" . }}{{ end }}{{ .v }}{{ end }}{{ include "n" .Values }}`, "v next.v next.next.v", "w"},
		{"include by a name that is not known", `{{ define "n" }}{{ .Values.a }}{{ end }}{{ include (printf "%s" .Values.which) . }}`, "a which", "b"},
		{"template", `{{ define "n" }}{{ .a }}{{ end }}{{ template "n" .Values }}`, "a", "b"},
		{"index and get", `{{ index .Values "a" "b" }}{{ get .Values.c "d" }}{{ range $k := list "x" "y" }}{{ index $.Values.e $k }}{{ end }}`, "a.b c.d e.x e.y", "a.c c.e e.z"},
		{"index by something", `{{ index .Values.a .Values.key }}`, "a.any key", "b"},
		{"dig, pluck, pick, hasKey", `{{ dig "a" "b" 1 .Values }}{{ pluck "x" .Values.c | first }}{{ toYaml (pick .Values "d" "e") }}{{ if hasKey .Values "f" }}{{ end }}`, "a.b c.x d.any e.any f", "a.c c.y g"},
		{"omit is used whole", `{{ toYaml (omit .Values.a "x") }}`, "a.y", "b"},
		{"default, coalesce, ternary", `{{ (default .Values.a .Values.b).x }}{{ (coalesce .Values.c .Values.d).x }}{{ (ternary .Values.e .Values.f .Values.g).x }}`, "a.x b.x c.x d.x e.x f.x g", "a.y e.y h"},
		{"merge", `{{ $m := merge (dict) .Values.a (dict "k" .Values.b) }}{{ $m.x }}{{ $m.k.y }}`, "a.x b.y a.k.y", "a.y b.x"},
		{"merged into", `{{ $m := dict }}{{ $_ := mergeOverwrite $m .Values.a }}{{ $m.x }}`, "a.x", "a.y"},
		{"merged into something unknown", `{{ $m := fromYaml "x" }}{{ $_ := merge $m .Values.a }}{{ $_ := set $m "k" .Values.b }}{{ toYaml $m }}`, "a.x b.x", "c"},
		{"set", `{{ $_ := set .Values "a" .Values.b }}{{ .Values.a.x }}`, "b.x a.x", "b.y"},
		{"set before it was read", `{{ .Values.a.x }}{{ $_ := set .Values "a" .Values.b }}`, "b.x a.x", "b.y"},
		{"values replaced as Istio does", `{{ $d := .Values.defaults }}{{ $_ := set .Values "_original" (deepCopy .Values) }}{{ $_ := set $ "Values" (mustMergeOverwrite $d $.Values) }}{{ .Values.a.b }}`, "a.b defaults.a.b", "a.c defaults.a.c b"},
		{"a function that is not known", `{{ mystery .Values.a }}`, "a.x", "b"},
		{"a method", `{{ .Values.a.YAML }}`, "a.x", "b"},
		{"list of tables", `{{ range list .Values.a .Values.b }}{{ .x }}{{ end }}`, "a.x b.x", "a.y"},
		{"appended", `{{ $l := list }}{{ range .Values.a }}{{ $l = append $l . }}{{ end }}{{ range $l }}{{ .x }}{{ end }}`, "a.0.x", "a.0.y"},
		{"tpl of a constant", `{{ tpl "{{ .Values.a }}" . }}`, "a", "b"},
		{"tpl of a value", `{{ tpl .Values.text . }}`, "text", "b"},
		{"condition only", `{{ if and .Values.a (not .Values.b) }}{{ end }}`, "a b", "c a.x"},
		{"comparison", `{{ if eq .Values.a "x" }}{{ end }}{{ if has .Values.b (list "y") }}{{ end }}`, "a b", "c"},
		{"chained", `{{ ((.Values.a).b).c }}{{ (index .Values.l 0).d }}`, "a.b.c l.0.d", "a.c l.0.c"},
		{"subchart", "-- charts/sub/templates/a.yaml --\n{{ .Values.x }}{{ .Values.global.g }}", "sub.x sub.global.g global.g", "x sub.y global.h"},
		{"parent reads the subchart's", "{{ .Values.sub.y }}{{ .Subcharts.sub.Values.z }}\n-- charts/sub/templates/a.yaml --\n{{ .Values.x }}", "sub.x sub.y sub.z", "sub.w z"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if !strings.HasPrefix(test.templates, "--") {
				test.templates = "-- templates/a.yaml --\n" + test.templates
			}
			r := analyse(t, test.templates)
			for path := range strings.FieldsSeq(test.read) {
				if !r.Read(strings.Split(path, ".")) {
					t.Errorf("%s is read, which is not seen", path)
				}
			}
			for path := range strings.FieldsSeq(test.unread) {
				if r.Read(strings.Split(path, ".")) {
					t.Errorf("%s is not read", path)
				}
			}
			if r.Dumped([]string{"any"}) {
				t.Error("nothing turns all values into text")
			}
		})
	}
}

// All values turned into text, as a record of them, are no reads.
func TestDumped(t *testing.T) {
	for _, text := range []string{"{{ toYaml .Values }}", "{{ .Values | toPrettyJson | sha256sum }}", "{{ toYaml . }}", "{{ .Values }}", "{{ .Values.YAML }}", "{{ mystery . }}",
		`{{ $_ := set .Values "_original" (deepCopy .Values) }}{{ toJson .Values._original }}`} {
		r := analyse(t, "-- templates/a.yaml --\n"+text+"{{ .Values.a }}")
		if !r.Dumped([]string{"b"}) || r.Read([]string{"b"}) || !r.Read([]string{"a"}) {
			t.Errorf("%s: dumped %t, b read %t, a read %t", text, r.Dumped([]string{"b"}), r.Read([]string{"b"}), r.Read([]string{"a"}))
		}
	}
}

func TestKeys(t *testing.T) {
	r := analyse(t, "-- templates/a.yaml --\n{{ .Values.a.x }}{{ .Values.a.y.z }}{{ range .Values.l }}{{ .name }}{{ end }}{{ .Values.b }}")
	for path, want := range map[string]string{"": "a b l", "a": "x y", "a.y": "z", "l.0": "name", "nothing": ""} {
		var keys []string
		if path != "" {
			keys = strings.Split(path, ".")
		}
		if got := strings.Join(r.Keys(keys), " "); got != want {
			t.Errorf("%q: got %q, want %q", path, got, want)
		}
	}
}

// Templates that include each other with ever new dots come to an end, and then
// everything counts as read.
func TestEndless(t *testing.T) {
	r := analyse(t, `-- templates/a.yaml --
{{ define "n" }}{{ include "n" (dict "next" .) }}{{ end }}{{ include "n" . }}`)
	_ = r.Read([]string{"a"})
}
