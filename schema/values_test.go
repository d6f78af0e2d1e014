package schema

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
)

// draft7 and draft2020 are the same schema under two drafts, which differ in
// whether formats count.
const (
	draft7    = `{"$schema": "http://json-schema.org/draft-07/schema#", "properties": {"ip": {"format": "ipv4"}}}`
	draft2020 = `{"properties": {"ip": {"format": "ipv4"}}}`
)

func TestCheckValues(t *testing.T) {
	for name, c := range map[string]struct {
		schema, values string
		want           []string
	}{
		"all at once": {
			`{"type": "object", "required": ["domain", "team"], "additionalProperties": false,
			  "properties": {"domain": {}, "team": {}, "image": {"required": ["tag"], "properties": {"tag": {"type": "string"}, "pull": {"enum": ["Always", "Never"]}}},
			                 "ports": {"items": {"type": "integer", "maximum": 65535}}}}`,
			"image: {tag: 1.10, pull: always}\nports: [80, 80800, x]\nimgae: {}\n",
			[]string{
				`error[SC102]: "domain" is required and not set at domain`,
				`error[SC103]: string "always" is not allowed: expected Always, Never at image.pull (did you mean "Always"?)`,
				`error[SC101]: expected a string, found number 1.1 at image.tag (put it in quotes: "1.1", or use --set-string)`,
				`error[SC104]: "imgae" is not a value of this chart at imgae`,
				`error[SC105]: number 80800: must be <= 65535 at ports[1]`,
				`error[SC101]: expected an integer, found string "x" at ports[2]`,
				`error[SC102]: "team" is required and not set at team`,
			},
		},
		"formats count in draft-07": {draft7, "ip: x", []string{`error[SC105]: string "x" is no ipv4 at ip`}},
		"formats do not in 2020-12": {draft2020, "ip: x", nil},
		"a typo of a value that is not set": {
			`{"additionalProperties": false, "properties": {"replicas": {}, "image": {}}}`, "replicsa: 2\nimage: a\n",
			[]string{`error[SC104]: "replicsa" is not a value of this chart at replicsa (did you mean "replicas"?)`},
		},
		"one of several forms": {
			`{"properties": {"a": {"oneOf": [{"type": "string"}, {"required": ["name"]}]}}}`, "a: {}",
			[]string{`error[SC105]: a map fits none of the forms that are allowed here at a (expected string, but got object; or missing properties: 'name')`},
		},
		"a value that looks like a secret": {
			`{"properties": {"adminPassword": {"type": "integer"}, "token": {"pattern": "^x"}}}`, "adminPassword: hunter2\ntoken: hunter2",
			[]string{
				`error[SC101]: expected an integer, found a string at adminPassword`,
				`error[SC105]: a string does not match the pattern ^x at token`,
			},
		},
		"a reference to another host": {
			"{\n \"properties\": {\"a\": {\"$ref\": \"https://example.com/a.json#/x\"}}}", "a: 1",
			[]string{`values.schema.json:2:32: error[SC107]: chart web: values.schema.json refers to https://example.com/a.json, and nothing is fetched from the network (put that schema under $defs in this file)`},
		},
		"a name that is no address, as Helm": {`{"properties": {"a": {"$ref": "urn:example:a"}}}`, "a: 1", nil},
		"a schema that is not JSON": {
			"{\n  \"type\": object\n}", "a: 1",
			[]string{`values.schema.json:2:11: error[SC106]: chart web: values.schema.json is not JSON: invalid character 'o' looking for beginning of value`},
		},
		"an empty schema file": {"", "a: 1", []string{`values.schema.json:1: error[SC106]: chart web: values.schema.json is not JSON: the file is empty`}},
		"a schema that is no schema": {
			"{\n  \"properties\": {\n    \"a\": {\"type\": \"int\"}}}", "a: 1",
			[]string{`values.schema.json:3:19: error[SC106]: chart web: values.schema.json is no JSON Schema: /properties/a/type: value must be one of "array", "boolean", "integer", "null", "number", "object", "string", found "int"`},
		},
		"a misspelled type": {
			"{\"type\": \"objct\"}", "a: 1",
			[]string{`values.schema.json:1:10: error[SC106]: chart web: values.schema.json is no JSON Schema: /type: value must be one of "array", "boolean", "integer", "null", "number", "object", "string", found "objct" (did you mean "object"?)`},
		},
		"bounds are no secret": {
			`{"properties": {"password": {"minLength": 8}, "pin": {"minLength": 8}, "token": {"multipleOf": 2}}}`, "password: hunter2\npin: x\ntoken: 5",
			[]string{
				`error[SC105]: a string: length must be >= 8 at password`,
				`error[SC105]: string "x": length must be >= 8 at pin`,
				`error[SC105]: a number must be a multiple of 2 at token`,
			},
		},
		"a byte order mark": {"\ufeff{}", "a: 1", nil},
	} {
		t.Run(name, func(t *testing.T) {
			if got := lines(checkValues(t, c.schema, c.values, nil)); !slices.Equal(got, c.want) {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(c.want, "\n"))
			}
		})
	}
}

// TestSecretsOfValuesAreNotShown lets values fail in every way that the library
// words with the value in it.
func TestSecretsOfValuesAreNotShown(t *testing.T) {
	const secret = "hunter2"
	for name, c := range map[string]struct{ schema, values string }{
		"type":                     {`{"properties": {"dbPwd": {"type": "integer"}}}`, "dbPwd: hunter2"},
		"format":                   {`{"$schema": "http://json-schema.org/draft-07/schema#", "properties": {"apiKey": {"format": "ipv4"}}}`, "apiKey: hunter2"},
		"a form":                   {`{"$schema": "http://json-schema.org/draft-07/schema#", "properties": {"passphrase": {"anyOf": [{"format": "ipv4"}, {"type": "null"}]}}}`, "passphrase: hunter2"},
		"a form of what is around": {`{"$schema": "http://json-schema.org/draft-07/schema#", "properties": {"auth": {"oneOf": [{"properties": {"password": {"format": "ipv4"}}}, {"type": "null"}]}}}`, "auth: {password: hunter2}"},
		"a form of everything":     {`{"$schema": "http://json-schema.org/draft-07/schema#", "oneOf": [{"properties": {"password": {"format": "ipv4"}}}, {"type": "null"}]}`, "password: hunter2"},
		"a map of secrets":         {`{"properties": {"secrets": {"additionalProperties": {"enum": ["a"]}}}}`, "secrets: {db: hunter2}"},
		"a list of variables":      {`{"properties": {"env": {"items": {"properties": {"value": {"type": "integer"}}}}}}`, "env: [{name: DB_PASSWORD, value: hunter2}]"},
		"const":                    {`{"properties": {"token": {"const": "x"}}}`, "token: hunter2"},
	} {
		found := checkValues(t, c.schema, c.values, nil)
		if len(found) == 0 {
			t.Errorf("%s: nothing found", name)
		}
		for _, d := range found {
			if text := fmt.Sprintf("%+v", d); strings.Contains(text, secret) {
				t.Errorf("%s: %s", name, text)
			}
		}
	}
}

func TestCheckValuesDoesNotBlameForWhatIsMissing(t *testing.T) {
	locate := func([]string) (diag.Span, string) { return diag.Span{}, "--set db.mode=c" }
	got := lines(checkValues(t, `{"properties": {"db": {"required": ["host"]}}}`, "db: {mode: c}", locate))
	if want := []string{`error[SC102]: "host" is required and not set; the map around it comes from --set db.mode=c at db.host`}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func checkValues(t *testing.T, schema, values string, locate Locate, prefix ...string) diag.List {
	t.Helper()
	root, err := manifest.Parse([]byte(values))
	if err != nil {
		t.Fatal(err)
	}
	in := ValuesInput{Chart: "web", SchemaFile: "values.schema.json", Schema: []byte(schema), Values: asMap(manifest.Value(root)), Prefix: prefix}
	return CheckValues([]ValuesInput{in}, locate)
}

func TestCheckValuesBlames(t *testing.T) {
	locate := func(path []string) (diag.Span, string) {
		switch strings.Join(path, "/") {
		case "sub/a":
			return diag.Span{File: "prod.yaml", Start: diag.Pos{Line: 7, Column: 3}}, ""
		case "sub/list/1":
			return diag.Span{}, "--set sub.list[1]=x"
		}
		t.Errorf("asked for %q", path)
		return diag.Span{}, ""
	}
	got := lines(checkValues(t, `{"properties": {"a": {"type": "integer"}, "list": {"items": {"type": "integer"}}}}`, "a: x\nlist: [1, x]\n", locate, "sub"))
	want := []string{
		`prod.yaml:7:3: error[SC101]: expected an integer, found string "x" at sub.a`,
		`error[SC101]: expected an integer, found string "x", set by --set sub.list[1]=x at sub.list[1]`,
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// named is a map type such as charts' values have in places.
type named map[string]any

func TestCheckValuesTakesNamedMaps(t *testing.T) {
	in := ValuesInput{Schema: []byte(`{"properties": {"a": {"properties": {"b": {"type": "integer"}}}}}`), Values: map[string]any{"a": named{"b": "x"}}}
	if found := CheckValues([]ValuesInput{in}, nil); len(found) != 1 || found[0].Path != "a.b" {
		t.Errorf("got %v", found)
	}
}

func TestCheckValuesSurvivesHugeNumbers(t *testing.T) {
	in := ValuesInput{Schema: []byte(`{"properties": {"a": {"maximum": 5}}}`), Values: map[string]any{"a": json.Number("1e10000000")}}
	if found := CheckValues([]ValuesInput{in}, nil); len(found) != 1 || found[0].Code != "SC105" {
		t.Errorf("got %v", found)
	}
}
