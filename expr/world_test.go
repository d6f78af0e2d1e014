package expr

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/helmx-dev/helmx/manifest"
)

func late(t *testing.T, in string, o Options) (out string, said []string) {
	t.Helper()
	out, findings := resolve(t, in, o)
	for _, f := range findings {
		said = append(said, f.Code+" "+f.Message+" | "+f.Hint)
	}
	return out, said
}

const chain = `kind: Deployment
metadata: {name: web, annotations: {checksum: '[[= objectHash "ConfigMap" "b" ]]', first: '[[= (object "ConfigMap" "b").data.v ]]'}}
---
kind: ConfigMap
metadata: {name: b}
data: {v: 'b-[[= (object "ConfigMap" "c").data.v ]]'}
---
kind: ConfigMap
metadata: {name: c}
data: {v: 'c-[[= .Values.team ]]'}
`

// What an expression reads is evaluated first, in whatever order the documents
// come, and the hash is that of the final object.
func TestExpressionsAreEvaluatedInTheOrderTheyNeed(t *testing.T) {
	parts := strings.Split(chain, "---\n")
	var hashes []string
	for _, order := range [][]int{{0, 1, 2}, {2, 1, 0}, {1, 0, 2}, {2, 0, 1}} {
		in := parts[order[0]] + "---\n" + parts[order[1]] + "---\n" + parts[order[2]]
		out, said := late(t, in, Options{})
		if len(said) > 0 || !strings.Contains(out, "first: 'b-c-mesh'") || !strings.Contains(out, "v: 'b-c-mesh'") {
			t.Errorf("order %v: %v\n%s", order, said, out)
		}
		_, rest, _ := strings.Cut(out, "checksum: '")
		hashes = append(hashes, rest[:64])
	}
	if len(slices.Compact(hashes)) != 1 {
		t.Errorf("the hash depends on the order: %v", hashes)
	}
	final := strings.ReplaceAll(strings.ReplaceAll(chain, `b-[[= (object "ConfigMap" "c").data.v ]]`, "b-c-mesh"), "{v: 'b", "{  v:  'b")
	if out, _ := late(t, final, Options{}); !strings.Contains(out, hashes[0]) {
		t.Errorf("the hash is not that of the final object\n%s", out)
	}
}

func TestCyclesAreShown(t *testing.T) {
	in := `kind: ConfigMap
metadata: {name: a, namespace: ns}
v: '[[= (object "Secret" "b").v ]]'
---
kind: Secret
metadata: {name: b}
v: '[[= (object "Service" "c").v ]]'
---
kind: Service
metadata: {name: c}
v: '[[= objectHash "ConfigMap" "a" ]]'
`
	out, said := late(t, in, Options{})
	if out != in {
		t.Errorf("something was changed:\n%s", out)
	}
	if len(said) != 3 || !strings.Contains(strings.Join(said, "\n"), "EX015 the expression [[= objectHash \"ConfigMap\" \"a\" ]] goes round in a circle: ConfigMap ns/a reads Secret b reads Service c reads ConfigMap ns/a") {
		t.Errorf("got %s", strings.Join(said, "\n"))
	}
}

func TestWhatIsThereIsListed(t *testing.T) {
	const objects = "---\nkind: Service\nmetadata: {name: web, namespace: a}\n---\nkind: Service\nmetadata: {name: web, namespace: b}\n---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: api}\n"
	for expression, want := range map[string]string{
		`object "Service" "web"`:            "EX016 the expression [[= object \"Service\" \"web\" ]] asks for Service web, and there are 2: a/web and b/web | name the namespace too",
		`object "Service" "wbe"`:            `there is no Service wbe; did you mean "web"? There are Services a/web and b/web`,
		`object "Service" "c" "web"`:        `there is no Service c/web`,
		`object "Deployment" "x"`:           "there is no Deployment x. There is Deployment api",
		`object "Deployment.core" "api"`:    "there is no Deployment.core api",
		`object "Deploymnet" "api"`:         `there is no Deploymnet api; did you mean "Deployment"? There are objects of the kinds ConfigMap, Deployment and Service`,
		`object "Service"`:                  "want KIND [NAMESPACE] NAME, got 1 arguments",
		`objects "Service" "a in b"`:        "selector: want a selector like",
		`objects "Service" "a" "b"`:         "want objects KIND [SELECTOR], got 3 arguments",
		`cidrHost 1`:                        "wrong number of args for cidrHost: want 2 got 1 | want cidrHost INDEX CIDR -> string - INDEX: 0 is the network's first address",
		`call "x" .`:                        "named templates are out of reach",
		`try 1`:                             "wrong number of arguments, want try DEFAULT EXPRESSION, got 1",
		`oneOf (list "prod" "test") "tset"`: `value: want "prod" or "test", got a string that is none; did you mean "test"?`,
	} {
		_, said := late(t, "kind: ConfigMap\na: '[[= "+expression+" ]]'\n"+objects, Options{})
		if len(said) != 1 || !strings.Contains(said[0], want) {
			t.Errorf("%s: got %q, want %q", expression, said, want)
		}
	}
	for expression, want := range map[string]string{
		`object "Deployment.apps" "api" | len`:       "a: 3\n",
		`objects "Service" | len`:                    "a: 2\n",
		`objects "Gateway" | len`:                    "a: 0\n",
		`objects "ConfigMap" | len`:                  "a: 1\n",
		`(object "Service" "b" "web").metadata.name`: "a: 'web'\n",
		`try "none" (object "Service" "x")`:          "a: 'none'\n",
	} {
		if out, said := late(t, "kind: ConfigMap\na: '[[= "+expression+" ]]'\n"+objects, Options{}); len(said) > 0 || !strings.Contains(out, want) {
			t.Errorf("%s: %v\n%s", expression, said, out)
		}
	}
}

// No message about an expression that has read a Secret may show a value, and
// the object it was written to is one that holds values of a Secret.
func TestWhatIsReadOfASecretStaysSecret(t *testing.T) {
	const secret = "---\nkind: Secret\nmetadata: {name: s}\nstringData: {password: hunterZ}\n"
	read := `(object "Secret" "s").stringData.password`
	for _, expression := range []string{
		"fromJson " + read, "warn " + read, "assert " + read + " false", "index (dict) 1 " + read, "required " + read + " nil", "fail " + read,
		"printf \"[[\" | cat " + read + " | fail", "atoi " + read + " | until", read + " | mustToDate \"x\"", "list " + read + " | join 1", "cidrHost 1 " + read,
		"oneOf (list " + read + ") \"x\"", "oneOf (list \"a\" \"b\") " + read, "jq " + read + " 1", "parseImage " + read, "mustRegexMatch " + read + " 1",
		"objects \"Secret\" | toJson | fail", "try (fail " + read + ") 1",
	} {
		_, said := late(t, "kind: ConfigMap\nmetadata: {name: c}\na: '[[= "+expression+" ]]'\n"+secret, Options{Allow: []string{"time"}})
		if strings.Contains(strings.Join(said, ""), "hunterZ") {
			t.Errorf("%s: %v", expression, said)
		}
		s := NewStrings(manifest.Read("", []byte(secret)), Options{Allow: []string{"time"}})
		_, d := s.Value("x {{ "+expression+" }}", nil)
		if d != nil && strings.Contains(d.Message+d.Hint, "hunterZ") {
			t.Errorf("in helmx.yaml %s: %v", expression, d)
		}
		_, d = s.True("{{ "+expression+" }}", nil)
		if d != nil && strings.Contains(d.Message+d.Hint, "hunterZ") {
			t.Errorf("in a condition %s: %v", expression, d)
		}
		for _, f := range s.Findings() {
			if strings.Contains(f.Message, "hunterZ") {
				t.Errorf("a warning of %s: %v", expression, f)
			}
		}
	}
	docs := manifest.Read("", []byte("kind: ConfigMap\nmetadata: {name: c}\na: '[[= "+read+" ]]'\n"+secret))
	docs, findings, err := Resolve(t.Context(), docs, Options{Enabled: true})
	if err != nil || len(findings) > 0 || !docs[0].CopiesSecret() {
		t.Errorf("%v %v: the object is not known to hold values of a Secret", err, findings)
	}
}

func TestDoors(t *testing.T) {
	folder := t.TempDir()
	for name, text := range map[string]string{"ca.pem": "CA", "sub/b.pem": "B", "key": "K"} {
		file := filepath.Join(folder, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("/etc/hostname", filepath.Join(folder, "out.pem")); err != nil {
		t.Fatal(err)
	}
	t.Setenv("HELMX_TEST_A", "a-value")
	t.Setenv("HELMX_TEST_B", "b-value")
	o := Options{Folder: folder, Allow: []string{"env:HELMX_TEST_A", "env:HELMX_TEST_UNSET", "file:*.pem", "time"}}
	for expression, want := range map[string]string{
		`env "HELMX_TEST_A"`:        "= a-value",
		`env "HELMX_TEST_B"`:        "EX012 reads the variable HELMX_TEST_B of the environment, which helmx.yaml does not allow",
		`env "HELMX_TEST_UNSET"`:    "EX002 reads the variable HELMX_TEST_UNSET, which is not set",
		`expandenv "$HELMX_TEST_A"`: "EX001 calls \"expandenv\"",
		`file "ca.pem"`:             "= CA",
		`file "./ca.pem"`:           "= CA",
		`file "sub/b.pem"`:          "EX012 reads a file: sub/b.pem is not allowed",
		`file "key"`:                "EX012 reads a file: key is not allowed",
		`file "../` + filepath.Base(folder) + `/ca.pem"`: "EX012",
		`file "/etc/passwd"`:                             "EX012",
		`file "out.pem"`:                                 "EX002 fails",
		`file "none.pem"`:                                "there is no file none.pem",
		`now | date "2006" | len`:                        "= 4",
		`randAlphaNum 5`:                                 "EX001",
	} {
		v, d := NewStrings(nil, o).Value("{{ "+expression+" }}", nil)
		got := "= " + inText(v)
		if d != nil {
			got = d.Code + " " + strings.TrimPrefix(d.Message, "{{ "+expression+" }} ")
		}
		if !strings.Contains(got, want) || strings.HasPrefix(want, "=") && got != want {
			t.Errorf("%s: got %s, want %s", expression, got, want)
		}
	}
	for _, expression := range []string{`env "HELMX_TEST_A"`, `file "ca.pem"`, `now`} {
		if _, d := NewStrings(nil, Options{Folder: folder}).Value("{{ "+expression+" }}", nil); d == nil {
			t.Errorf("%s is open without being allowed", expression)
		}
	}
	for entry, ok := range map[string]bool{
		"time": true, "env:A": true, "file:a/*.pem": true, "file:**": true, "env:": false, "env:*": false, "env": false, "network": false,
		"file:": false, "file:/etc/*": false, "file:../x": false, "file:a/../../x": false, "file:[": false, "": false,
	} {
		if err := CheckAllowed(entry); (err == nil) != ok {
			t.Errorf("%q: %v", entry, err)
		}
	}
}

func TestExpressionsOfPatchesSeeObjects(t *testing.T) {
	docs := manifest.Read("", []byte(exampleObjects))
	s := NewStrings(docs, Options{})
	v, d := s.Value(`{{ (object "ConfigMap" "mesh").data.zone }}-{{ objects "ConfigMap" | len }}`, nil)
	if d != nil || v != "a-2" {
		t.Errorf("got %v, %v", v, d)
	}
}
