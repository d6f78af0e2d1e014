package funcs

import (
	"errors"
	"io"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"text/template"

	"github.com/Masterminds/sprig/v3"
	"sigs.k8s.io/yaml"
)

// A function is complete: documented, every parameter too, with an example
// that works.
func TestEveryFunctionIsDocumented(t *testing.T) {
	name := regexp.MustCompile(`^[a-z][a-zA-Z0-9]+$`)
	for _, f := range All() {
		if !name.MatchString(f.Name) || f.Group == "" {
			t.Errorf("%s: name or group", f.Name)
		}
		if !strings.HasSuffix(f.Doc, ".") {
			t.Errorf("%s: Doc is no sentence: %q", f.Name, f.Doc)
		}
		fn := reflect.TypeOf(f.Fn)
		if !fn.IsVariadic() && fn.NumIn() != len(f.Params) {
			t.Errorf("%s: %d parameters described, the function has %d", f.Name, len(f.Params), fn.NumIn())
		}
		for _, p := range f.Params {
			if p.Name == "" || p.Doc == "" {
				t.Errorf("%s: parameter %+v is not described", f.Name, p)
			}
			if p.Optional && !fn.IsVariadic() {
				t.Errorf("%s: parameter %s cannot be optional", f.Name, p.Name)
			}
		}
		if !slices.ContainsFunc(f.Examples, func(e Example) bool { return e.Error == "" }) {
			t.Errorf("%s: no example of a result", f.Name)
		}
	}
}

func TestExamples(t *testing.T) {
	for _, f := range All() {
		for _, e := range f.Examples {
			t.Run(f.Name+" "+e.Template, func(t *testing.T) {
				if !strings.Contains(e.Template, f.Name) {
					t.Errorf("the example does not use %s", f.Name)
				}
				if f.Where == Expressions {
					e.Want, e.Error = "", notInTemplates[f.Name]
				}
				h := &testHost{}
				got, err := runWith(t, h, e.Template, e.Values)
				if h.warned != e.Warning {
					t.Errorf("the warning %q, want %q", h.warned, e.Warning)
				}
				switch {
				case e.Error != "" && err == nil:
					t.Errorf("printed %q, want an error with %q", got, e.Error)
				case e.Error != "" && !strings.Contains(err.Error(), e.Error):
					t.Errorf("error %v, want one with %q", err, e.Error)
				case e.Error == "" && err != nil:
					t.Error(err)
				case e.Error == "" && got != e.Want:
					t.Errorf("printed %q, want %q", got, e.Want)
				}
			})
		}
	}
}

// What a chart means by a name may not depend on who renders it.
func TestNamesAreFree(t *testing.T) {
	taken := sprig.TxtFuncMap()
	for _, name := range strings.Fields(`
		and break call continue define else end eq ge gt html if index js le len lt ne nil not or print printf println
		range slice template block urlquery with
		include tpl required lookup toYaml mustToYaml toYamlPretty fromYaml fromYamlArray toJson mustToJson fromJson
		fromJsonArray toToml mustToToml fromToml getHostByName`) {
		taken[name] = true
	}
	delete(taken, "call") // a function value means what it means to Go, a text had no meaning
	seen := map[string]bool{}
	for _, f := range All() {
		if taken[f.Name] != nil || seen[f.Name] {
			t.Errorf("%s is taken", f.Name)
		}
		seen[f.Name] = true
	}
}

func TestLookup(t *testing.T) {
	for _, f := range All() {
		if got, ok := Lookup(f.Name); !ok || got.Name != f.Name {
			t.Errorf("Lookup(%q): %v %v", f.Name, got.Name, ok)
		}
	}
	if _, ok := Lookup("cidr"); ok {
		t.Error("Lookup found a prefix")
	}
}

func TestSignature(t *testing.T) {
	for name, want := range map[string]string{
		"cidrHost":  "cidrHost INDEX CIDR -> string",
		"fqdn":      "fqdn [DOMAIN] NAMESPACE HOST -> string",
		"toBytes":   "toBytes QUANTITY -> integer",
		"mergeDeep": "mergeDeep LISTS OVER BASE -> map",
	} {
		f, _ := Lookup(name)
		if got := f.Signature(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestMapIsTheCallersOwn(t *testing.T) {
	m := Map()
	delete(m, "toBytes")
	if _, ok := Map()["toBytes"]; !ok {
		t.Error("a change of one map shows in the next one")
	}
}

// notInTemplates is what functions for expressions say in a template.
var notInTemplates = map[string]string{
	"object": "which a running template cannot", "objects": "which a running template cannot", "objectHash": "which a running template cannot",
	"file": "a template reads files of its chart with .Files",
}

func run(t *testing.T, text, values string) (string, error) {
	t.Helper()
	return runWith(t, &testHost{}, text, values)
}

func runWith(t *testing.T, h *testHost, text, values string) (string, error) {
	t.Helper()
	var v map[string]any
	if err := yaml.Unmarshal([]byte(values), &v); err != nil {
		t.Fatal(err)
	}
	parsed, err := template.New("example").Funcs(sprig.TxtFuncMap()).Funcs(Map()).Funcs(Bound(h)).Parse(text)
	if err != nil {
		return "", err
	}
	var lazy Lazy
	for _, t := range parsed.Templates() {
		if err := lazy.Rewrite(t.Tree); err != nil {
			return "", err
		}
	}
	h.set = parsed.Funcs(lazy.Bind(h))
	var out strings.Builder
	err = parsed.Execute(&out, map[string]any{"Values": v})
	return out.String(), err
}

// testHost is the least that can be a Host.
type testHost struct {
	set    *template.Template
	warned string
	memo   map[string]any
}

type testReturn struct{ value any }

func (testReturn) Error() string { return "return" }

func (h *testHost) Warn(w Warning)              { h.warned += w.Message }
func (h *testHost) Refuse(message string) error { return errors.New(message) }
func (h *testHost) Return(value any) error      { return testReturn{value} }

func (h *testHost) Run(name string, dot any) (any, error) {
	var out strings.Builder
	err := h.set.ExecuteTemplate(&out, name, dot)
	if r := (testReturn{}); errors.As(err, &r) {
		return r.value, nil
	}
	if err != nil {
		return nil, err
	}
	return ReadResult(name, out.String())
}

func (h *testHost) Memo(key string, produce func() (any, error)) (any, error) {
	if v, ok := h.memo[key]; ok {
		return v, nil
	}
	v, err := produce()
	h.memo = map[string]any{key: v}
	return v, err
}

func (h *testHost) Execute(t *Thunk) error {
	set := h.set.New("lazy")
	set.Tree = t.Tree
	return set.Execute(io.Discard, t)
}
