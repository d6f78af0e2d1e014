package expr

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
)

const testValues = `
team: mesh
replicas: 3
half: 0.5
labels: {b: "2", a: "1"}
ports: [80, 443]
image: {tag: "1.0"}
evil: "x\n  injected: true # '\"]] {{"
expression: "[[= .Values.team ]]"
big: 10000000
empty: {}
text: "no"
`

func TestResolve(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"string", "a: '[[= .Values.team ]]'\n", "a: 'mesh'\n"},
		{"integer", "a: '[[= .Values.replicas ]]'\n", "a: 3\n"},
		{"large integer", "a: '[[= .Values.big ]]'\n", "a: 10000000\n"},
		{"fraction", "a: '[[= .Values.half ]]'\n", "a: 0.5\n"},
		{"boolean", "a: '[[= gt .Values.replicas 2.0 ]]'\n", "a: true\n"},
		{"arithmetic", "a: '[[= add .Values.replicas 1 ]]'\n", "a: 4\n"},
		{"text that looks like a number", "a: '[[= .Values.image.tag ]]'\n", "a: '1.0'\n"},
		{"text that looks like a boolean", "a: '[[= .Values.text ]]'\n", "a: 'no'\n"},
		{"map", "a: '[[= .Values.labels ]]'\nb: 1\n", "a:\n  a: \"1\"\n  b: \"2\"\nb: 1\n"},
		{"list", "a:\n  - x\n  - '[[= .Values.ports ]]'\n", "a:\n  - x\n  - - 80\n    - 443\n"},
		{"empty map", "a: '[[= .Values.empty ]]'\n", "a: {}\n"},
		{"among text", "a: 'x-[[= .Values.team ]]-[[= .Values.replicas ]]'\n", "a: 'x-mesh-3'\n"},
		{"among plain text", "a: x-[[= .Values.team ]] # why\n", "a: x-mesh # why\n"},
		{"number among text stays text", "a: '[[= .Values.replicas ]][[= .Values.replicas ]]'\n", "a: '33'\n"},
		{"large number among text", "a: 'n[[= .Values.big ]]'\n", "a: 'n10000000'\n"},
		{"literal block", "a: |\n  first\n  team: [[= .Values.team ]]\n  last\nb: 1\n", "a: |\n  first\n  team: mesh\n  last\nb: 1\n"},
		{"delimiter in quotes", "a: '[[= \"]]\" ]]'\n", "a: ']]'\n"},
		{"raw quotes", "a: '[[= `x` ]]'\n", "a: 'x'\n"},
		{"over two lines", "a: '[[= .Values.team\n  | upper ]]'\n", "a: 'MESH'\n"},
		{"object", "kind: A\nmetadata:\n  name: me\nb: \"[[= .Object.metadata.name ]]\"\n", "kind: A\nmetadata:\n  name: me\nb: \"me\"\n"},
		{"release", "a: '[[= .Release.Name ]].[[= .Release.Namespace ]]'\n", "a: 'r.ns'\n"},
		{"function of helmx", "a: '[[= cidrHost 10 \"10.96.0.0/12\" ]]'\n", "a: '10.96.0.10'\n"},
		{"typed path", "a: '[[= .Values | getPath \"ports[-1]\" ]]'\n", "a: 443\n"},
		{"default", "a: '[[= .Values.missing | default \"x\" ]]'\n", "a: 'x'\n"},
		{"toYaml", "a: '[[= toYaml .Values.labels ]] '\n", "a: |-\n"},
		{"sorted keys", "a: '[[= keys .Values.labels | join \",\" ]]'\n", "a: 'a,b'\n"},
		{"merge leaves the values", "a: '[[= merge .Values.empty .Values.labels | len ]]'\nb: '[[= len .Values.empty ]]'\n", "a: 2\nb: 0\n"},
		{"set leaves the values", "a: '[[= set .Values.empty \"x\" 1 | len ]]'\nb: '[[= len .Values.empty ]]'\n", "a: 1\nb: 0\n"},
		{"comment", "a: 1 # [[= .Values.team ]]\n", "a: 1 # [[= .Values.team ]]\n"},
		{"comment of the scalar", "a: '[[= .Values.team ]]' # why\n", "a: 'mesh' # why\n"},
		{"flow", "a: {b: '[[= .Values.replicas ]]', c: 1}\n", "a: {b: 3, c: 1}\n"},
		{"nothing can break out", "a: '[[= .Values.evil ]]'\nb: 1\n", ""},
		{"nor of text", "a: 'x[[= .Values.evil ]]'\nb: 1\n", ""},
		{"nor of a block", "a: |\n  x[[= .Values.evil ]]\nb: 1\n", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			in := "---\n# Source: c/templates/x.yaml\n" + tt.in
			out, findings := resolve(t, in, Options{})
			if len(findings) > 0 {
				t.Fatal(findings)
			}
			got := strings.TrimPrefix(out, "---\n# Source: c/templates/x.yaml\n")
			switch {
			case tt.name == "toYaml":
				if v := parse1(t, got)["a"]; v != "a: \"1\"\nb: \"2\" " {
					t.Errorf("got %q", v)
				}
			case tt.want == "":
				v := parse1(t, got)
				if text, _ := v["a"].(string); len(v) != 2 || !strings.Contains(text, "x\n  injected: true # '\"]] {{") {
					t.Errorf("got %q", got)
				}
			case got != tt.want:
				t.Errorf("got\n%swant\n%s", got, tt.want)
			}
		})
	}
}

func TestFindings(t *testing.T) {
	tests := []struct {
		name, in, code, message, hint string
		line                          int
	}{
		{"not closed", "a: '[[= .Values.team'\n", "EX001", "not closed: expected ]]", "", 1},
		{"open quote", "a: '[[= \"x ]]'\n", "EX001", `a quote (") in the expression is not closed`, "", 1},
		{"empty", "a: '[[=  ]]'\n", "EX001", "the expression is empty", "", 1},
		{"syntax", "a: '[[= .Values. ]]'\n", "EX001", "cannot be read", "", 1},
		{"control structure", "a: '[[= if true ]]'\n", "EX001", "cannot be read", "", 1},
		{"breaking out of the call", "a: '[[= 1)}}{{(2 ]]'\n", "EX001", "an expression is one value", "", 1},
		{"typo", "a: '[[= .Values.x | defualt 1 ]]'\n", "EX001", `calls "defualt", which is no function here`, `did you mean "default"?`, 1},
		{"clock", "a: '[[= now ]]'\n", "EX001", `calls "now"`, "no clock", 1},
		{"randomness", "a: '[[= randAlphaNum 5 ]]'\n", "EX001", `calls "randAlphaNum"`, "no randomness", 1},
		{"environment", "a: '[[= env \"HOME\" ]]'\n", "EX001", `calls "env"`, "no environment", 1},
		{"named template", "a: '[[= include \"x\" . ]]'\n", "EX001", `calls "include"`, "after the templates", 1},
		{"function fails", "k: 1\na: '[[= cidrHost 1 \"x\" ]]'\n", "EX002", `[[= cidrHost 1 "x" ]] fails: <cidrHost 1 "x">: error calling cidrHost: cidr: want a network`, "", 2},
		{"missing on the way", "a: '[[= .Values.a.b.c ]]'\n", "EX003", "has no value", "", 1},
		{"through a text", "a: '[[= .Values.team.b ]]'\n", "EX002", "what stands before .b is no map", "", 1},
		{"no such root", "a: '[[= .Value.a ]]'\n", "EX002", "there is no .Value here; an expression sees .Values, .Release and .Object", "", 1},
		{"no chart", "a: '[[= .Chart.Name ]]'\n", "EX002", "there is no .Chart here; an expression sees .Values, .Release and .Object", "", 1},
		{"no key in the object", "spec: {replicas: 1}\na: '[[= .Object.spec.replcas ]]'\n", "EX003", "has no value (null)", `no key replcas in spec; did you mean "replicas"?`, 2},
		{"no key in a Secret", "kind: Secret\nstringData: {password: x}\na: '[[= .Object.stringData.pasword ]]'\n", "EX003", "has no value (null)", "the object has no such key", 3},
		{"map among text", "a: 'x [[= .Values.labels ]]'\n", "EX002", "gives a map, which cannot stand in the middle of text", "toYaml", 1},
		{"no value", "a: '[[= .Values.taem ]]'\n", "EX003", "has no value (null)", "default", 1},
		{"no value among text", "a: 'x[[= .Values.taem ]]'\n", "EX003", "has no value (null)", "default", 1},
		{"key", "'[[= .Values.team ]]': 1\n", "EX004", "a key cannot be an expression", "", 1},
		{"without quotes", "k: 1\na: [[= .Values.team ]]\n", "EX005", "without quotes", "'[[= ... ]]'", 2},
		{"in a list, without quotes", "a:\n- [[= .Values.team ]]\n", "EX005", "without quotes", "'[[= ... ]]'", 2},
		{"result is an expression", "a: '[[= .Values.expression ]]'\n", "EX006", "which the next run would evaluate", "", 1},
		{"in a map", "a: '[[= dict \"x\" (list .Values.expression) ]]'\n", "EX006", "which the next run would evaluate", "", 1},
		{"reads an expression", "a: '[[= .Values.team ]]'\nb: '[[= .Object.a ]]'\n", "EX006", "", "cannot read a field that is an expression", 2},
		{"no YAML", "a: [[= .Values.team | default \"a: b\" ]] x\n", "EX008", "is not YAML", "in quotes", 1},
		{"line in a block", "a: |\n  x\n  y\n  [[= atoi .Values ]]\n", "EX002", "fails", "", 4},
		{"too much text", "a: '[[= repeat 1000000000 \"x\" ]]'\n", "EX002", "out of bounds", "", 1},
		{"too many items", "a: '[[= until 1000000000 | len ]]'\n", "EX002", "more than", "", 1},
		{"too many spaces", "a: '[[= indent 1000000000 \"x\" ]]'\n", "EX002", "out of bounds", "", 1},
		{"NaN", "a: '[[= divf 0.0 0.0 ]]'\n", "EX002", "", "", 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			out, findings := resolve(t, tt.in, Options{})
			if out != tt.in {
				t.Errorf("the document was changed to %q", out)
			}
			if len(findings) != 1 {
				t.Fatalf("%d findings: %v", len(findings), findings)
			}
			f := findings[0]
			if f.Code != tt.code || f.Severity != diag.Error || !strings.Contains(f.Message, tt.message) || !strings.Contains(f.Hint, tt.hint) {
				t.Errorf("got %s", f)
			}
			if f.Span.File != "in.yaml" || f.Span.Start.Line != tt.line {
				t.Errorf("at %s, want in.yaml:%d", f.Span, tt.line)
			}
		})
	}
}

func TestAllFindingsOfAllDocuments(t *testing.T) {
	in := "a: '[[= x ]]'\nb: '[[= y ]]'\n---\nc: '[[= .Values.team ]]'\n---\nd: '[[= z ]]'\n"
	out, findings := resolve(t, in, Options{})
	if len(findings) != 3 {
		t.Errorf("%d findings, want 3: %v", len(findings), findings)
	}
	if want := strings.Replace(in, "[[= .Values.team ]]", "mesh", 1); out != want {
		t.Errorf("got\n%s", out)
	}
}

// What a function says about a Secret may quote it.
func TestSecretsStaySecret(t *testing.T) {
	in := "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData:\n  password: hunter2\n  a: '[[= .Object.stringData.password | toBytes ]]'\n  b: '[[= fail .Object.stringData.password ]]'\n"
	_, findings := resolve(t, in, Options{})
	if len(findings) != 2 {
		t.Fatalf("findings: %v", findings)
	}
	for _, f := range findings {
		excerpt := ""
		if f.Excerpt != nil {
			excerpt = f.Excerpt.Text
		}
		if strings.Contains(f.String()+excerpt, "hunter2") {
			t.Errorf("shows the Secret: %s %s", f, excerpt)
		}
	}
}

// Later findings about a line that an expression wrote lead to the expression.
func TestLinesKeepTheirPlace(t *testing.T) {
	in := "a: 1\n---\nb: '[[= .Values.labels ]]'\nc: 1\n"
	docs := manifest.Read("in.yaml", []byte(in))
	values := map[string]any{"labels": map[string]any{"k": 1, "m": 2}}
	docs, findings, err := Resolve(t.Context(), docs, Options{Enabled: true, Values: values})
	if err != nil || len(findings) > 0 {
		t.Fatal(findings, err)
	}
	if got, want := string(docs[1].Raw()), "---\nb:\n  k: 1\n  m: 2\nc: 1\n"; got != want {
		t.Fatalf("got %q", got)
	}
	for line, want := range map[int]int{2: 3, 3: 3, 4: 3, 5: 4} {
		if span, _ := docs[1].SpanAt(line, 1); span.File != "in.yaml" || span.Start.Line != want {
			t.Errorf("line %d came from %s, want in.yaml:%d", line, span, want)
		}
	}
}

func TestOptions(t *testing.T) {
	in := "a: '[[= .Values.team ]]'\nb: '<% .Values.team %>'\n"
	docs := manifest.Read("in.yaml", []byte(in))
	out, findings, err := Resolve(t.Context(), docs, Options{})
	if err != nil || findings != nil || write(t, out) != in {
		t.Errorf("not enabled: %q %v %v", write(t, out), findings, err)
	}
	got, findings := resolve(t, in, Options{Delimiters: [2]string{"<%", "%>"}})
	if want := "a: '[[= .Values.team ]]'\nb: 'mesh'\n"; got != want || len(findings) > 0 {
		t.Errorf("other delimiters: %q %v", got, findings)
	}
}

func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, _, err := Resolve(ctx, manifest.Read("in.yaml", []byte("a: '[[= 1 ]]'\n")), Options{Enabled: true})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

func TestAnchorsKeepTheirMeaning(t *testing.T) {
	in := "a: &x '[[= .Values.replicas ]]'\nb: *x\n"
	out, findings := resolve(t, in, Options{})
	if v := parse1(t, out); len(findings) > 0 || v["a"] != float64(3) || v["b"] != float64(3) {
		t.Errorf("got %q %v", out, findings)
	}
}

func TestEveryCodeIsExplained(t *testing.T) {
	var codes []string
	for _, e := range Explanations {
		codes = append(codes, e.Code)
		if e.Title == "" || e.Why == "" || e.Remedy == "" || e.Bad == "" || e.Good == "" || e.Source == "" {
			t.Errorf("%s is not explained", e.Code)
		}
		switch e.Code {
		case "EX007": // needs a defect to show
			continue
		case "EX010", "EX011":
			if d := condition(t, e.Bad); d == nil || d.Code != e.Code {
				t.Errorf("%s: the bad example gives %v", e.Code, d)
			}
			if d := condition(t, e.Good); d != nil {
				t.Errorf("%s: the good example gives %v", e.Code, d)
			}
			continue
		}
		if _, findings := resolve(t, e.Bad, Options{Release: Release{Namespace: "ns"}, Values: map[string]any{"a": "b", "team": "mesh", "image": map[string]any{}}}); len(findings) != 1 || findings[0].Code != e.Code {
			t.Errorf("%s: the bad example gives %v", e.Code, findings)
		}
		if _, findings := resolve(t, e.Good, Options{Values: map[string]any{
			"replicas": 1, "image": map[string]any{"tag": "1"}, "key": "k", "a": "b", "app": "x", "team": "mesh", "ca": "c",
		}}); len(findings) > 0 {
			t.Errorf("%s: the good example gives %v", e.Code, findings)
		}
	}
	if !slices.IsSorted(codes) {
		t.Errorf("%v are not sorted", codes)
	}
}

// A post-renderer that is not told the name must not write an empty one.
func TestUnknownReleaseName(t *testing.T) {
	unknown := Options{Release: Release{Namespace: "ns", Revision: 1}}
	for _, expression := range []string{".Release.Name", "printf `%s-x` .Release.Name", ".Release.Name | default `x`"} {
		in := "a: 1\nb: '[[= " + expression + " ]]'\n"
		out, findings := resolve(t, in, unknown)
		if out != in || len(findings) != 1 || findings[0].Code != "EX009" || !strings.Contains(findings[0].Hint, "--post-renderer-args=--release=NAME") || findings[0].Span.Start.Line != 2 {
			t.Errorf("%s: got %q, %v", expression, out, findings)
		}
	}
	if out, findings := resolve(t, "a: '[[= .Release.Namespace ]]'\nb: '[[= .Release.Revision ]]'\n", unknown); out != "a: 'ns'\nb: 1\n" {
		t.Errorf("what is known: got %q, %v", out, findings)
	}
	if out, _ := resolve(t, "a: '[[= .Release.Nmae ]]'\n", Options{}); out != "a: '[[= .Release.Nmae ]]'\n" {
		t.Errorf("a typo gave %q", out)
	}
}

func TestNoValueNamesTheLayers(t *testing.T) {
	_, findings := resolve(t, "a: '[[= .Values.none ]]'\n", Options{})
	if len(findings) != 1 || !strings.Contains(findings[0].Hint, "helmx.yaml, -f and --set") || !strings.Contains(findings[0].Hint, "default") {
		t.Errorf("got %v", findings)
	}
}

// Whatever a value is, it stays inside the scalar that asked for it.
func FuzzInjection(f *testing.F) {
	for _, seed := range []string{"", "x", "a: b", "'", "\"", "# c", "\n---\n", "|", "]]", "[[", "{{", "\u2028", "\t", "null", "- x", "*a", "&a", "\x00", "\r\n", "  x\n y\n"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, value string) {
		if strings.Contains("x"+value+"y", "[[=") {
			t.Skip()
		}
		const in = "whole: '[[= .Values.v ]]'\ntext: 'x[[= .Values.v ]]y'\nplain: x[[= .Values.v ]]y\nblock: |\n  x[[= .Values.v ]]y\n  z\nflow: {a: '[[= .Values.v ]]', b: 1}\nlast: 1\n"
		docs := manifest.Read("in.yaml", []byte(in))
		docs, findings, err := Resolve(t.Context(), docs, Options{Enabled: true, Values: map[string]any{"v": value}})
		if err != nil {
			t.Fatal(err)
		}
		if len(findings) > 0 {
			if out := write(t, docs); out != in {
				t.Fatalf("findings, and the document is %q", out)
			}
			for _, finding := range findings {
				if finding.Code != "EX007" {
					t.Fatal(finding)
				}
			}
			return
		}
		again := manifest.Read("out.yaml", []byte(write(t, docs)))
		if len(again) != 1 {
			t.Fatalf("%q became %d documents", value, len(again))
		}
		root, err := again[0].Root()
		if err != nil {
			t.Fatalf("%q: %v", value, err)
		}
		got, _ := manifest.Value(root).(map[string]any)
		flow, _ := got["flow"].(map[string]any)
		if len(got) != 6 || got["whole"] != value || got["text"] != "x"+value+"y" || got["plain"] != "x"+value+"y" || got["block"] != "x"+value+"y\nz\n" || len(flow) != 2 || flow["a"] != value {
			t.Fatalf("%q gives %q", value, got)
		}
	})
}

func BenchmarkWithoutExpressions(b *testing.B) {
	data := []byte(strings.Repeat("---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {k: v}\n", 1000))
	docs := manifest.Read("in.yaml", data)
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		if _, _, err := Resolve(context.Background(), docs, Options{Enabled: true}); err != nil {
			b.Fatal(err)
		}
	}
}

func resolve(t *testing.T, in string, o Options) (string, diag.List) {
	t.Helper()
	o.Enabled = true
	if o.Values == nil {
		if err := yaml.Unmarshal([]byte(testValues), &o.Values); err != nil {
			t.Fatal(err)
		}
	}
	if o.Release == (Release{}) {
		o.Release = Release{Name: "r", Namespace: "ns"}
	}
	docs, findings, err := Resolve(t.Context(), manifest.Read("in.yaml", []byte(in)), o)
	if err != nil {
		t.Fatal(err)
	}
	return write(t, docs), findings
}

func write(t *testing.T, docs []*manifest.Document) string {
	t.Helper()
	var b strings.Builder
	if err := manifest.Write(&b, docs); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func parse1(t *testing.T, text string) map[string]any {
	t.Helper()
	var v map[string]any
	if err := yaml.Unmarshal([]byte(text), &v); err != nil {
		t.Fatalf("%v in %q", err, text)
	}
	return v
}
