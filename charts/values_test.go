package charts

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
	"helm.sh/helm/v3/pkg/chart/loader"
	kyaml "sigs.k8s.io/kustomize/kyaml/yaml"
	"sigs.k8s.io/yaml"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
)

// valuesChart makes a chart named top of the files of a txtar archive.
func valuesChart(t testing.TB, archive string) *Chart {
	t.Helper()
	files := []*loader.BufferedFile{{Name: "Chart.yaml", Data: []byte("apiVersion: v2\nname: top\nversion: 1.0.0\n")}}
	for _, f := range txtar.Parse([]byte(archive)).Files {
		if f.Name == "Chart.yaml" {
			files[0].Data = f.Data
			continue
		}
		files = append(files, &loader.BufferedFile{Name: f.Name, Data: f.Data})
	}
	ch, err := loader.LoadFiles(files)
	if err != nil {
		t.Fatal(err)
	}
	return &Chart{Chart: ch, Ref: "top"}
}

// inFolder writes the files of a txtar archive to a new folder and goes there.
func inFolder(t testing.TB, archive string) {
	t.Helper()
	dir := t.TempDir()
	for _, f := range txtar.Parse([]byte(archive)).Files {
		path := filepath.Join(dir, f.Name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, f.Data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(dir)
}

func yamlTable(t testing.TB, text string) map[string]any {
	t.Helper()
	out := map[string]any{}
	if err := yaml.Unmarshal([]byte(text), &out); err != nil {
		t.Fatal(err)
	}
	return out
}

func configLayer(t testing.TB, name, text string) ConfigLayer {
	t.Helper()
	root, err := manifest.Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return ConfigLayer{Name: name, File: "helmx.yaml", Node: root}
}

// text prints findings with everything that a user sees of them.
func findingsText(found diag.List) string {
	var b strings.Builder
	for _, d := range found {
		fmt.Fprintln(&b, d)
		if e := d.Excerpt; e != nil {
			fmt.Fprintf(&b, "  | %s\n  | %s%s\n", e.Text, strings.Repeat(" ", e.Column-1), strings.Repeat("^", e.Width))
		}
		for _, r := range d.Related {
			fmt.Fprintf(&b, "  %s: %s\n", r.Span, r.Message)
		}
	}
	return b.String()
}

func userValues(t testing.TB, ch *Chart, o ValuesOptions) *UserValues {
	t.Helper()
	u, found, err := Values(context.Background(), ch, o)
	if err != nil {
		t.Fatal(err)
	}
	if len(found) > 0 {
		t.Fatal(findingsText(found))
	}
	return u
}

// The expectations are what Helm 3.22.0 makes of the same files and flags.
func TestValuesAsHelm(t *testing.T) {
	inFolder(t, `
-- one.yaml --
a: {b: 1, c: [1, 2], gone: 1}
s: x
-- two.yaml --
a: {b: 2, c: [3], gone: null}
-- types.yaml --
yes: on
quoted: "on"
octal: 010
new: 0o10
big: 1000000
huge: 12345678901234567890
float: 1.5
date: 2001-01-01
1.5: key
base: &base {x: 1, w: 1}
merged: {<<: *base, w: 2}
-- bom.yaml --
`+"\ufeff"+`a: 1
-- empty.yaml --
-- comment.yaml --
# nothing
-- null.yaml --
null
-- file.txt --
two
lines
`)
	for _, test := range []struct {
		name    string
		options ValuesOptions
		stdin   string
		want    string
	}{
		{name: "files from left to right", options: ValuesOptions{Files: []string{"one.yaml", "two.yaml"}}, want: "{a: {b: 2, c: [3], gone: null}, s: x}"},
		{name: "YAML 1.1", options: ValuesOptions{Files: []string{"types.yaml"}},
			want: `{"true": true, quoted: "on", octal: 8, new: 8, big: 1e6, huge: 12345678901234567000, float: 1.5, date: "2001-01-01", "1.5": key, base: {x: 1, w: 1}, merged: {x: 1, w: 2}}`},
		{name: "nothing inside", options: ValuesOptions{Files: []string{"one.yaml", "empty.yaml", "comment.yaml", "null.yaml"}}, want: "{a: {b: 1, c: [1, 2], gone: 1}, s: x}"},
		{name: "byte order mark", options: ValuesOptions{Files: []string{"bom.yaml"}}, want: "{a: 1}"},
		{name: "stdin", options: ValuesOptions{Files: []string{"one.yaml", "-"}}, stdin: "a: {b: in}", want: "{a: {b: in, c: [1, 2], gone: 1}, s: x}"},
		{name: "fixed order of the flags",
			options: ValuesOptions{
				LiteralValues: []string{"a=literal"}, FileValues: []string{"a=file.txt,b=file.txt"}, StringValues: []string{"b=s,c=1"},
				Values: []string{"c=set,d=1"}, JSONValues: []string{"d=[1],e={\"x\":null}"}, Files: []string{"one.yaml"},
			},
			want: `{a: literal, b: "two\nlines\n", c: "1", d: 1, e: {x: null}, s: x}`},
		{name: "types of --set", options: ValuesOptions{Values: []string{"i=1,f=1.5,b=true,nil=null,s=a b,e=,z=007,l={a,1},o.p[1].q=x,d\\.t=1"}},
			want: `{i: 1, f: "1.5", b: true, nil: null, s: a b, e: "", z: "007", l: [a, 1], o: {p: [null, {q: x}]}, d.t: 1}`},
		{name: "--set into a list of a file", options: ValuesOptions{Files: []string{"one.yaml"}, Values: []string{"a.c[1]=x"}}, want: "{a: {b: 1, c: [1, x], gone: 1}, s: x}"},
		{name: "nothing", want: "{}"},
	} {
		t.Run(test.name, func(t *testing.T) {
			test.options.Stdin = strings.NewReader(test.stdin)
			got := userValues(t, nil, test.options).Map
			if diff := cmp.Diff(yamlTable(t, test.want), throughJSON(t, got)); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// throughJSON makes integers of --set comparable with numbers of files.
func throughJSON(t testing.TB, values map[string]any) map[string]any {
	t.Helper()
	text, err := yaml.Marshal(values)
	if err != nil {
		t.Fatal(err)
	}
	return yamlTable(t, string(text))
}

func TestNumbersKeepHelmsTypes(t *testing.T) {
	inFolder(t, "-- v.yaml --\na: 1\n")
	u := userValues(t, nil, ValuesOptions{Files: []string{"v.yaml"}, Values: []string{"b=1"}, JSONValues: []string{"c=1"}, ConfigValues: configLayer(t, "", "d: 1")})
	if got := fmt.Sprintf("%T %T %T %T", u.Map["a"], u.Map["b"], u.Map["c"], u.Map["d"]); got != "float64 int64 float64 float64" {
		t.Error(got)
	}
}

func TestBadValues(t *testing.T) {
	inFolder(t, "-- prod.yaml --\na: 1\n"+
		"-- tab.yaml --\na:\n\tb: 1\n"+
		"-- colon.yaml --\na: 1\nb: c: 1\n"+
		"-- list.yaml --\n# x\n- a\n"+
		"-- text.yaml --\nhello\n"+
		"-- twice.yaml --\na: {b: 1}\nc: 1\na: {d: 1}\n"+
		"-- merge.yaml --\nx: &x {a: 1}\nb: {<<: *x, a: 2}\n"+
		"-- two.yaml --\na: 1\n---\nb: 2\n"+
		"-- two-broken.yaml --\na: 1\n---\n[\n"+
		"-- inf.yaml --\na:\n  b: .inf\n"+
		"-- nullkey.yaml --\na:\n  ~: 1\n"+
		"-- mapkey.yaml --\n? {a: b}\n: 1\n"+
		"-- binary.yaml --\na: 1\nb: \x7fELF\x01\n"+
		"-- latin.yaml --\na: caf\xe9\n"+
		"-- folder.yaml/x --\n")
	for _, test := range []struct{ name, file, want string }{
		{"missing", "prdo.yaml", "prdo.yaml: error[CH101]: reading values file: no such file or directory (did you mean \"prod.yaml\"?)\n"},
		{"folder", "folder.yaml", "folder.yaml: error[CH101]: reading values file: is a directory\n"},
		{"plugin", "secrets://x.yaml", "secrets://x.yaml: error[CH101]: reading values file: no such file or directory (helmx fetches http and https; it does not run Helm's downloader plugins, so not secrets)\n"},
		{"registry", "oci://x/v.yaml", "oci://x/v.yaml: error[CH101]: a values file cannot be read from an OCI registry\n"},
		{"URL", "100%.yaml", "100%.yaml: error[CH101]: the name of the file cannot be used, since Helm reads it as a URL: parse \"100%.yaml\": invalid URL escape \"%.y\" (rename the file: a % in a name must be followed by two hexadecimal digits)\n"},
		{"tab", "tab.yaml", "tab.yaml:2:1: error[CH102]: not YAML: a tab where YAML wants spaces\n  | \tb: 1\n  | ^^^^^\n"},
		{"colon", "colon.yaml", "colon.yaml:2:5: error[CH102]: not YAML: a second \": \" on one line: quote the value, or put the key on a line of its own\n  | b: c: 1\n  |     ^^^\n"},
		{"list", "list.yaml", "list.yaml:2:1: error[CH103]: values are a map of keys, but this file is a list (begin each line with a key: `replicas: 2`)\n  | - a\n  | ^^^\n"},
		{"text", "text.yaml", "text.yaml:1:1: error[CH103]: values are a map of keys, but this file is a string (begin each line with a key: `replicas: 2`)\n"},
		{"duplicate key", "twice.yaml", "twice.yaml:3:1: warning[CH104]: key \"a\" is given twice; the last one counts at a\n  twice.yaml:1:1: given first here\n"},
		{"merged key", "merge.yaml", ""},
		{"documents", "two.yaml", "two.yaml:3:1: warning[CH105]: only the first document of a values file counts, and there is a second one (put everything into one document, or use -f once for each file)\n"},
		{"broken document", "two-broken.yaml", "two-broken.yaml: warning[CH105]: only the first document of a values file counts, and there is a second one (put everything into one document, or use -f once for each file)\n"},
		{"infinity", "inf.yaml", "inf.yaml:2:6: error[CH102]: .inf is not a number that Helm can hold\n  |   b: .inf\n  |      ^^^^\n"},
		{"null key", "nullkey.yaml", "nullkey.yaml:2:3: error[CH102]: a key must be text, a number or a boolean, but this is null\n  |   ~: 1\n  |   ^^^^\n"},
		{"map key", "mapkey.yaml", "mapkey.yaml:1:3: error[CH102]: not YAML: a map as a key, which Kubernetes does not know: if this is a template, quote the value\n  | ? {a: b}\n  |   ^^^^^^\n"},
		{"binary", "binary.yaml", "binary.yaml:2:4: error[CH102]: not a text file: found control character U+007F (values files are YAML in UTF-8)\n"},
		{"not UTF-8", "latin.yaml", "latin.yaml:1:7: error[CH102]: not a text file: found byte 0xE9, which is not UTF-8 (values files are YAML in UTF-8)\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, found, err := Values(context.Background(), nil, ValuesOptions{Files: []string{test.file}})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, findingsText(found)); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestAllFindingsAtOnce(t *testing.T) {
	inFolder(t, "-- list.yaml --\n- a\n")
	_, found, err := Values(context.Background(), nil, ValuesOptions{Files: []string{"nowhere.yaml", "list.yaml"}, Values: []string{"a"}, Platform: "gke"})
	if err != nil {
		t.Fatal(err)
	}
	var codes []string
	for _, d := range found {
		codes = append(codes, d.Code)
	}
	if got := strings.Join(codes, " "); got != "CH109 CH101 CH103 CH106" {
		t.Error(got)
	}
}

func TestStdinIsReadOnce(t *testing.T) {
	u, found, err := Values(context.Background(), nil, ValuesOptions{Files: []string{"-"}, FileValues: []string{"b=-"}, Stdin: strings.NewReader("a: 1")})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]any{"a": 1.0, "b": ""}, u.Map); diff != "" {
		t.Error(diff)
	}
	if got := findingsText(found); !strings.Contains(got, "<stdin>: warning[CH101]: standard input is asked for a second time") {
		t.Error(got)
	}
}

func TestValuesFromURL(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/v.yaml" || r.UserAgent() != "Helm/3.22.0" {
			http.NotFound(w, r)
			return
		}
		fmt.Fprint(w, "a: remote\n")
	}))
	defer server.Close()
	u := userValues(t, nil, ValuesOptions{Files: []string{server.URL + "/v.yaml"}})
	if u.Map["a"] != "remote" {
		t.Error(u.Map)
	}
	at, by := u.Locate([]string{"a"})
	if want := server.URL + "/v.yaml:1:4"; at.String() != want || by != "-f "+server.URL+"/v.yaml" {
		t.Errorf("got %s by %s", at, by)
	}
	withPassword := strings.Replace(server.URL, "//", "//me:hidden@", 1)
	_, found, err := Values(context.Background(), nil, ValuesOptions{Files: []string{withPassword + "/w.yaml"}})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := findingsText(found), strings.Replace(server.URL, "//", "//me:xxxxx@", 1)+"/w.yaml: error[CH101]: reading values file: the server says 404 Not Found\n"; got != want {
		t.Errorf("got %s want %s", got, want)
	}
}

func TestTransferErrors(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	url := server.URL + "/v.yaml"
	server.Close()
	for _, o := range []ValuesOptions{{Files: []string{url}}, {FileValues: []string{"a.b=" + url}}} {
		if _, found, err := Values(context.Background(), nil, o); err == nil || !strings.HasPrefix(err.Error(), "reading values file "+url+": ") {
			t.Errorf("got %v, %s", err, findingsText(found))
		}
	}
	ctx, cancel := context.WithCancelCause(context.Background())
	why := errors.New("interrupted")
	cancel(why)
	if _, _, err := Values(ctx, nil, ValuesOptions{Files: []string{url}}); !errors.Is(err, why) {
		t.Errorf("got %v", err)
	}
}

func TestConfigValuesAreChecked(t *testing.T) {
	for _, test := range []struct{ text, want string }{
		{"[a]", "helmx.yaml:1:1: error[CH103]: values are a map of keys, but this is a list\n"},
		{"a: .nan", "helmx.yaml:1:4: error[CH102]: .nan is not a number that Helm can hold\n"},
		{"a: 1\na: 2", "helmx.yaml:2:1: error[CH104]: key \"a\" is given twice; the last one counts at a\n  helmx.yaml:1:1: given first here\n"},
		{"~", ""},
	} {
		var root kyaml.Node
		if err := kyaml.Unmarshal([]byte(test.text), &root); err != nil {
			t.Fatal(err)
		}
		layer := ConfigLayer{File: "helmx.yaml", Node: root.Content[0]}
		_, found, err := Values(context.Background(), nil, ValuesOptions{ConfigValues: layer})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(test.want, findingsText(found)); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
	}
}

func BenchmarkValues(b *testing.B) {
	ch, _ := Builtin("istio/istiod")
	var data []byte
	for _, f := range ch.Raw {
		if f.Name == "values.yaml" {
			data = f.Data
		}
	}
	file := filepath.Join(b.TempDir(), "v.yaml")
	if err := os.WriteFile(file, data, 0o644); err != nil {
		b.Fatal(err)
	}
	o := ValuesOptions{Files: []string{file}, Values: []string{"a.b=1,c={x,y}"}, Profiles: []string{"ambient"}}
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := Values(context.Background(), &Chart{Chart: ch}, o); err != nil {
			b.Fatal(err)
		}
	}
}
