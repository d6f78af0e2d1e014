package charts

import (
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestBadSet(t *testing.T) {
	inFolder(t, "-- v.yaml --\na: {b: text}\nnil: null\nl: [1]\n")
	const comma = `(a comma inside a value is written \, or the value goes into --set-literal)`
	for _, test := range []struct {
		name string
		o    ValuesOptions
		want string
	}{
		{"no value", ValuesOptions{Values: []string{"a"}}, "error[CH106]: --set: expected key=value, found no \"=\"\n  | --set a\n  |       ^\n"},
		{"comma in a value", ValuesOptions{Values: []string{"a=b,c"}}, "error[CH106]: --set: expected key=value, found no \"=\" after the comma " + comma + "\n  | --set a=b,c\n  |           ^\n"},
		{"second of three", ValuesOptions{StringValues: []string{"ä=b,c,d=e"}}, "error[CH106]: --set-string: expected key=value, found no \"=\" after the comma " + comma + "\n  | --set-string ä=b,c,d=e\n  |                  ^\n"},
		{"two commas", ValuesOptions{Values: []string{"a=1,,b=2"}}, "error[CH106]: --set: an assignment is missing before or after the comma (remove the comma)\n  | --set a=1,,b=2\n  |           ^\n"},
		{"list", ValuesOptions{Values: []string{"x=1,a={1,2"}}, "error[CH106]: --set: the list is not closed (lists are written key={a,b})\n  | --set x=1,a={1,2\n  |           ^^^^^^\n"},
		{"index", ValuesOptions{Values: []string{"a[x]=1"}}, "error[CH106]: --set: expected a list index, a number, between [ and ] (a key that holds brackets is written with \\[)\n  | --set a[x]=1\n  |       ^^^^^^\n"},
		{"negative index", ValuesOptions{Values: []string{"a[-1]=1"}}, "error[CH106]: --set: negative -1 index not allowed\n  | --set a[-1]=1\n  |       ^^^^^^^\n"},
		{"two dots", ValuesOptions{Values: []string{"a..b=1"}}, "error[CH106]: --set: there is no key after the dot (a dot inside a key is written \\.)\n  | --set a..b=1\n  |       ^^^^^^\n"},
		{"no key", ValuesOptions{Values: []string{"a=1,=b"}}, "warning[CH106]: --set: there is no key before the =, so nothing is set\n  | --set a=1,=b\n  |           ^^\n"},
		{"secrets stay out", ValuesOptions{Values: []string{"db.password=hun,ter2"}}, "error[CH106]: --set: expected key=value, found no \"=\" after the comma " + comma + "\n  | --set db.password=...,...\n  |                       ^^^\n"},
		{"JSON", ValuesOptions{JSONValues: []string{"a=1,b={"}}, "error[CH106]: --set-json: what follows the = is not JSON: unexpected EOF (strings need double quotes inside the shell's: --set-json 'name=\"x\"')\n  | --set-json a=1,b={\n  |                ^^^\n"},
		{"JSON without key", ValuesOptions{JSONValues: []string{`{"a":1}`}}, "error[CH106]: --set-json: expected key=JSON, found JSON without a key (name the key: --set-json 'image={...}'; only Helm 4 takes an object alone)\n  | --set-json {\"a\":1}\n  |            ^^^^^^^\n"},
		{"JSON no value", ValuesOptions{JSONValues: []string{"a"}}, "error[CH106]: --set-json: expected key=JSON, found no \"=\"\n  | --set-json a\n  |            ^\n"},
		{"literal", ValuesOptions{LiteralValues: []string{"a"}}, "error[CH106]: --set-literal: expected key=value, found no \"=\"\n  | --set-literal a\n  |               ^\n"},
		{"file", ValuesOptions{FileValues: []string{"a=v.yml"}}, "v.yml: error[CH101]: --set-file a=v.yml: reading values file: no such file or directory (did you mean \"v.yaml\"?)\n"},
		{"no table", ValuesOptions{Files: []string{"v.yaml"}, Values: []string{"x=1,a.b.c=1"}}, "error[CH107]: --set: a.b.c cannot be set, since a.b is a string\n  | --set x=1,a.b.c=1\n  |           ^^^^^^^\n  v.yaml:1:8: set by -f v.yaml\n"},
		{"null is no table", ValuesOptions{Files: []string{"v.yaml"}, Values: []string{"nil.a=1"}}, "error[CH107]: --set: nil.a cannot be set, since nil is null\n  | --set nil.a=1\n  |       ^^^^^^^\n  v.yaml:2:6: set by -f v.yaml\n"},
		{"no list", ValuesOptions{Files: []string{"v.yaml"}, Values: []string{"a.b[0]=1"}}, "error[CH107]: --set: a.b[0] cannot be set, since a.b is a string\n  | --set a.b[0]=1\n  |       ^^^^^^^^\n  v.yaml:1:8: set by -f v.yaml\n"},
		{"flag against flag", ValuesOptions{JSONValues: []string{"q=[1]"}, Values: []string{"q.r=1"}}, "error[CH107]: --set: q.r cannot be set, since q is a list\n  | --set q.r=1\n  |       ^^^^^\n  : set by --set-json q=[1]\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, found, err := Values(context.Background(), nil, test.o)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, findingsText(found)); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestSplit(t *testing.T) {
	for _, test := range []struct {
		split     func(string) []piece
		arg, want string
	}{
		{splitCommas, "", "[]"},
		{splitCommas, "a=1,b=2", "[a=1][b=2]"},
		{splitCommas, `a=1\,b,c={1,2},d=x{,e=`, `[a=1\,b][c={1,2}][d=x{][e=]`},
		{splitCommas, "a={1,2", "[a={1,2]"},
		{splitJSON, `a=[1,2],b={"x":"y,z"} , c=1`, `[a=[1,2]][b={"x":"y,z"}][ c=1]`},
		{splitJSON, "a={,b=1", "[a={,b=1]"},
		{splitJSON, "a", "[a]"},
		{unsplit, "a=1,b", "[a=1,b]"},
	} {
		var b strings.Builder
		for _, p := range test.split(test.arg) {
			b.WriteString("[" + test.arg[p.start:p.end] + "]")
		}
		if b.String() != test.want {
			t.Errorf("%q: got %s, want %s", test.arg, b.String(), test.want)
		}
	}
}

// Whatever stands on the command line, helmx says so and goes on.
func FuzzSet(f *testing.F) {
	for _, arg := range []string{"a=1", "a=b,c", "a[0].b={1,2}", "a.b[1][2]=x", `a\,b=1`, "=", ",", "a={", "a[", "password=x,y", "a=[1,2],b={}", "{}"} {
		f.Add(arg)
	}
	f.Fuzz(func(t *testing.T, arg string) {
		if strings.Contains(arg, "/") || strings.Contains(arg, ":") {
			t.Skip("no files and no network")
		}
		for _, o := range []ValuesOptions{{Values: []string{arg}}, {StringValues: []string{arg}}, {JSONValues: []string{arg}}, {LiteralValues: []string{arg}}, {FileValues: []string{arg}}} {
			u, found, err := Values(context.Background(), nil, o)
			if err != nil {
				t.Fatal(err)
			}
			for _, d := range found {
				if e := d.Excerpt; e != nil && (e.Column < 1 || e.Width < 1 || e.Column > len([]rune(e.Text))+1) {
					t.Errorf("bad excerpt %+v", e)
				}
			}
			for key := range u.Map {
				u.Locate([]string{key})
			}
		}
	})
}
