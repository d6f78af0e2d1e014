package manifest

import (
	"strings"
	"testing"
)

func TestParsePath(t *testing.T) {
	for in, want := range map[string]string{
		"":                              "",
		"spec.replicas":                 "spec.replicas",
		`metadata.annotations["a.b/c"]`: `metadata.annotations["a.b/c"]`,
		`metadata.annotations['a.b/c']`: `metadata.annotations["a.b/c"]`,
		`metadata.annotations.a\.b/c`:   `metadata.annotations["a.b/c"]`,
		"spec.ports[0]":                 "spec.ports[0]",
		"spec.ports[-1].name":           "spec.ports[-1].name",
		"spec.ports.0":                  "spec.ports.0",
		"spec.ports.-":                  "spec.ports.-",
		"a[*].b":                        "a[*].b",
		"a[name=x].b":                   "a[name=x].b",
		"a[path=/x,pathType = Prefix]":  "a[path=/x, pathType=Prefix]",
		`a[name="x, y"]`:                `a[name="x, y"]`,
		"a.[name:x].args.[2]":           "a[name=x].args[2]",
		"a.[--log]":                     "a[--log]",
		"a[=5]":                         "a[=5]",
		"a[=*]":                         "a[=*]",
		`a["x!"=b]`:                     `a["x!"=b]`,
		`a[x="=b"]`:                     `a[x="=b"]`,
		"a[host=*]":                     "a[host=*]",
		"a.$patch":                      "a.$patch",
		`["$"].a`:                       `["$"].a`,
		"data.mesh|yaml.a[0]":           "data.mesh|yaml.a[0]",
		`data["c.json"]|json.policy`:    `data["c.json"]|json.policy`,
		"data.a|yaml":                   "data.a|yaml",
		"/spec/containers/0/image":      "spec.containers.0.image",
		"/metadata/annotations/a.b~1c":  `metadata.annotations["a.b/c"]`,
		"/a/-":                          "a.-",
		"/":                             `[""]`,
		"/a~0b":                         `["a~b"]`,
		`["0"]`:                         `["0"]`,
	} {
		p, err := ParsePath(in)
		if err != nil {
			t.Errorf("%s: %v", in, err)
			continue
		}
		if got := p.String(); got != want {
			t.Errorf("%s printed as %s, want %s", in, got, want)
		}
		if q, err := ParsePath(p.String()); err != nil || !q.Equal(p) {
			t.Errorf("%s read back as %v, %v", p, q, err)
		}
	}
}

func TestPathErrors(t *testing.T) {
	for in, want := range map[string]string{
		"a..b": "character 3", "a.": "missing after the last dot", ".a": "missing before the dot", "a[": "not closed", "a[name=x": "not closed",
		"a[]": "nothing in the brackets", "a b": "in a bare key", "a|toml.b": "yaml and json are known", "|yaml": "cannot begin", `a["x]`: "quote is not closed",
		"a[0]b": `expected "."`, "/a~2": "~0", "a[x=1, y]": `expected "="`, "a]": "in a bare key",
		"a[name!=x]": `"!=" is no comparison of a path: only "=" is at character 7`, "a[name~=x]": `"~=" is no comparison`, "a[name==x]": `"==" is no comparison of a path: write one "=" at character 8`,
		"a[==x]": `"==" is no comparison`, "a[name=~x]": `"=~" is no comparison`, "a[a=1, b>=2]": `">=" is no comparison`, "$.spec.replicas": `"$" is not needed`, "$": "not needed", "a['x": "quote is not closed",
	} {
		_, err := ParsePath(in)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", in, err, want)
		}
	}
}

func FuzzPathsPrintAndParse(f *testing.F) {
	for _, s := range []string{"a.b[0]", `a["x"]|yaml[k=v, w="z"][*]`, "/a/~0/0/-", "a.[b:c].[-x]", "a[=1]", `['q'].\..x`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		p, err := ParsePath(s)
		if err != nil {
			return
		}
		q, err := ParsePath(p.String())
		if err != nil || !q.Equal(p) {
			t.Fatalf("%q is %#v, printed %q, read back %#v, %v", s, p, p.String(), q, err)
		}
	})
}

const pathDocument = `
kind: Deployment
spec:
  replicas: 1
  containers:
  - name: discovery
    image: a
    args: [--log, x]
  - name: proxy
    image: b
  empty: []
data:
  mesh: |
    defaultConfig:
      tracing: {sampling: 5}
  config.json: '{"policy": [1, 2]}'
  broken: "a: ["
  template: "{{- if .x }}\na: {{ .y }}\n{{- end }}"
`

func TestFind(t *testing.T) {
	root, err := Parse([]byte(pathDocument))
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		"spec.replicas":                                 "spec.replicas=1",
		"spec.containers[*].image":                      "spec.containers[0].image=a spec.containers[1].image=b",
		"spec.containers[-1].name":                      "spec.containers[1].name=proxy",
		"spec.containers.[name:discovery].args.[--log]": "spec.containers[0].args[0]=--log",
		"/spec/containers/1/image":                      "spec.containers[1].image=b",
		"data.mesh|yaml.defaultConfig.tracing.sampling": "data.mesh|yaml.defaultConfig.tracing.sampling=5",
		`data["config.json"]|json.policy[1]`:            `data["config.json"]|json.policy[1]=2`,
		"spec.containers[*].args[0]":                    "spec.containers[0].args[0]=--log",
	} {
		p, err := ParsePath(path)
		if err != nil {
			t.Fatal(err)
		}
		found, miss := p.Find(root)
		if miss != nil {
			t.Errorf("%s: %v", path, miss)
			continue
		}
		var got []string
		for _, f := range found {
			got = append(got, f.Path.String()+"="+f.Node.Value)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s found %q, want %q", path, got, want)
		}
	}
}

func TestMissesSayWhatIsThere(t *testing.T) {
	root, err := Parse([]byte(pathDocument))
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string][]string{
		"spec.replicsa":                  {`no key "replicsa" in spec`, `"replicas", "containers", "empty"`, `did you mean "replicas"?`},
		"spec.containers[name=dicovery]": {"no item [name=dicovery] in spec.containers", "name=discovery, name=proxy", `did you mean "discovery"?`},
		"spec.containers[proxy]":         {"no item [proxy] in spec.containers", "name=discovery, name=proxy", "did you mean [name=proxy]?"},
		"spec.containers[proxi]":         {"did you mean [name=proxy]?"},
		"spec.containers[app]":           {"no item [app] in", "are selected by a field: [name=discovery]"},
		"spec.containers[0].args[--lag]": {"no item [--lag] in spec.containers[0].args; there is --log, x", `did you mean "--log"?`},
		"spec.containers[7]":             {"no item [7] in spec.containers, which has 2"},
		"spec.containers.name":           {"spec.containers is a list, not a map", "name=discovery", "in brackets: spec.containers[name=name]"},
		"spec.containers[0].args.x":      {"is a list, not a map; there is", "--log", "in brackets: spec.containers[0].args[x]"},
		"/spec/containers/-":             {"use append"},
		"data.template|yaml.a":           {"data.template is no YAML", "looks like a Go template"},
		"spec.replicas.x":                {"spec.replicas is a number, not a map"},
		"spec[0]":                        {"spec is a map, not a list"},
		"spec.empty[0]":                  {"spec.empty is empty"},
		"data.broken|yaml.a":             {"data.broken is no YAML"},
		"spec.replicas|yaml":             {"spec.replicas is a number, not a string that holds yaml"},
		"data.mesh|yaml.defaultCfg":      {`no key "defaultCfg" in data.mesh|yaml`, "defaultConfig"},
		"spec.containers.-":              {"behind the last item"},
	} {
		p, err := ParsePath(path)
		if err != nil {
			t.Fatal(err)
		}
		_, miss := p.Find(root)
		if miss == nil {
			t.Errorf("%s was found", path)
			continue
		}
		text := miss.Error() + "; " + miss.DidYouMean()
		for _, w := range want {
			if !strings.Contains(text, w) {
				t.Errorf("%s: %q does not say %q", path, text, w)
			}
		}
	}
}
