package docgen

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"github.com/santhosh-tekuri/jsonschema/v5"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/internal/config"
	"github.com/helmx-dev/helmx/manifest"
	"github.com/helmx-dev/helmx/patch"
)

// example is a helmx.yaml that somebody may copy.
type example struct {
	name   string // where it stands
	schema string // what its yaml-language-server line must name
	text   string
}

var (
	yamlBlock    = regexp.MustCompile("(?ms)^```yaml\n(.*?)^```\n")
	isConfig     = regexp.MustCompile(`(?m)^apiVersion: helmx\.dev/\S+\nkind: Config$`)
	languageLine = regexp.MustCompile(`(?m)^# yaml-language-server: \$schema=(\S+)$`)
)

// examples are those of README.md and docs/, and the files in testdata/. Those
// of docs/rules.md show one mistake each and are run where they are written.
func examples(t *testing.T) []example {
	t.Helper()
	var list []example
	docs, err := filepath.Glob(filepath.Join(root, "docs", "*.md"))
	guides, err2 := filepath.Glob(filepath.Join(root, "docs", "*", "*.md"))
	if err != nil || err2 != nil {
		t.Fatal(err, err2)
	}
	for _, file := range slices.Concat(docs, guides, []string{filepath.Join(root, "README.md")}) {
		if filepath.Base(file) == "rules.md" {
			continue
		}
		for _, block := range yamlBlock.FindAllStringSubmatch(read(t, file), -1) {
			if isConfig.MatchString(block[1]) {
				list = append(list, example{file, SchemaURL, block[1]})
			}
		}
	}
	for _, file := range files(t, filepath.Join(root, "testdata"), ".yaml") {
		if text := read(t, file); isConfig.MatchString(text) {
			path, err := filepath.Rel(filepath.Dir(file), filepath.Join(root, "docs", "helmx.schema.json"))
			if err != nil {
				t.Fatal(err)
			}
			list = append(list, example{file, filepath.ToSlash(path), text})
		}
	}
	return list
}

// TestImportNamesTheSchema: package istiooperator, which knows nothing of this
// one, writes the line too. Its page shows what it prints.
func TestImportNamesTheSchema(t *testing.T) {
	lines := languageLine.FindAllStringSubmatch(read(t, filepath.Join(root, "docs", "istiooperator.md")), -1)
	if len(lines) == 0 {
		t.Fatal("docs/istiooperator.md shows no helmx.yaml that names the schema")
	}
	for _, line := range lines {
		if line[1] != SchemaURL {
			t.Errorf("helmx import istiooperator names %s, expected %s", line[1], SchemaURL)
		}
	}
}

func files(t *testing.T, folder, ext string) []string {
	t.Helper()
	var list []string
	err := filepath.WalkDir(folder, func(path string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() && filepath.Ext(path) == ext {
			list = append(list, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func read(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func compiled(t *testing.T) *jsonschema.Schema {
	t.Helper()
	c := jsonschema.NewCompiler()
	c.AssertFormat = true
	if err := c.AddResource(SchemaURL, bytes.NewReader(config.Schema)); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile(SchemaURL)
	if err != nil {
		t.Fatal(err)
	}
	if schema.Draft != jsonschema.Draft7 {
		t.Error("the schema is not read as draft 7")
	}
	return schema
}

func valueOf(text string) (any, error) {
	n, err := manifest.Parse([]byte(text))
	if err != nil {
		return nil, err
	}
	return manifest.Value(n), nil
}

// parsed holds a file against the code that reads it. Included files are left
// alone: of an example they are not there.
func parsed(text string) diag.List {
	c, findings := config.Parse("helmx.yaml", []byte(text))
	if findings.HasErrors() {
		return findings
	}
	_, found := new(patch.Parser).Parse(c.Patches, "helmx.yaml")
	return append(findings, found...)
}

// TestExamplesOfConfigurations: each names the schema, and schema and helmx
// both take it.
func TestExamplesOfConfigurations(t *testing.T) {
	schema := compiled(t)
	all := examples(t)
	if len(all) < 8 {
		t.Errorf("only %d examples were found", len(all))
	}
	for _, e := range all {
		line := languageLine.FindStringSubmatch(e.text)
		if line == nil || line[1] != e.schema {
			t.Errorf("%s: an example lacks the line\n# yaml-language-server: $schema=%s\n%s", e.name, e.schema, e.text)
		}
		v, err := valueOf(e.text)
		if err == nil {
			err = schema.Validate(v)
		}
		if err != nil {
			t.Errorf("%s: the schema refuses an example: %#v\n%s", e.name, err, e.text)
		}
		if findings := parsed(e.text); findings.HasErrors() {
			t.Errorf("%s: helmx refuses an example: %v\n%s", e.name, findings, e.text)
		}
	}
}

// TestMisspeltKeys: a key that the schema knows, with another letter at its end,
// is refused by the schema and by helmx, wherever it stands in an example.
func TestMisspeltKeys(t *testing.T) {
	schema := compiled(t)
	var raw map[string]any
	if err := json.Unmarshal(config.Schema, &raw); err != nil {
		t.Fatal(err)
	}
	tried := map[string]bool{}
	for _, e := range examples(t) {
		n, err := manifest.Parse([]byte(e.text))
		if err != nil {
			t.Fatal(err)
		}
		for path, key := range knownKeys(raw, raw, n, "") {
			was := key.Value
			key.Value += "x"
			tried[path] = true
			if schema.Validate(manifest.Value(n)) == nil {
				t.Errorf("the schema takes %sx in %s", path, e.name)
			}
			text := atKey(e.text, key)
			if !parsed(text).HasErrors() {
				t.Errorf("helmx takes %sx in %s:\n%s", path, e.name, text)
			}
			key.Value = was
		}
	}
	for _, path := range []string{"lint", "lint.scope", "patches[].name", "patches[].target.kind", "patches[].set"} {
		if !tried[path] {
			t.Errorf("no example has the key %s, only %v", path, tried)
		}
	}
}

// atKey puts an x behind a key in the text.
func atKey(text string, key *manifest.Node) string {
	lines := strings.SplitAfter(text, "\n")
	line := []rune(lines[key.Line-1])
	was := strings.TrimSuffix(key.Value, "x")
	from := key.Column - 1
	lines[key.Line-1] = string(line[:from]) + strings.Replace(string(line[from:]), was, was+"x", 1)
	return strings.Join(lines, "")
}

// knownKeys finds the key nodes that a closed object of the schema lists.
func knownKeys(raw, schema map[string]any, n *manifest.Node, path string) map[string]*manifest.Node {
	found := map[string]*manifest.Node{}
	n = manifest.Resolve(n)
	for _, s := range alternatives(raw, schema) {
		if items, ok := s["items"].(map[string]any); ok {
			for _, item := range n.Content {
				merge(found, knownKeys(raw, items, item, path+"[]"))
			}
		}
		properties, ok := s["properties"].(map[string]any)
		if !ok || s["additionalProperties"] != false {
			continue
		}
		for i := 0; i+1 < len(n.Content); i += 2 {
			key := n.Content[i]
			if value, known := properties[key.Value].(map[string]any); known {
				at := strings.TrimPrefix(path+"."+key.Value, ".")
				found[at] = key
				merge(found, knownKeys(raw, value, n.Content[i+1], at))
			}
		}
	}
	return found
}

func merge(into, from map[string]*manifest.Node) {
	for path, key := range from {
		into[path] = key
	}
}

// alternatives are a schema and those it is put together from.
func alternatives(raw, schema map[string]any) []map[string]any {
	list := []map[string]any{schema}
	if ref, ok := schema["$ref"].(string); ok {
		definitions := raw["definitions"].(map[string]any)
		list = append(list, definitions[strings.TrimPrefix(ref, "#/definitions/")].(map[string]any))
	}
	for _, keyword := range []string{"allOf", "anyOf", "oneOf"} {
		parts, _ := schema[keyword].([]any)
		for _, part := range parts {
			if s, ok := part.(map[string]any); ok {
				list = append(list, alternatives(raw, s)...)
			}
		}
	}
	return list
}

// TestSchemaTakesWhatHelmxTakes holds every configuration of the command-line
// scripts, of which many are wrong on purpose, against both: an editor must not
// mark what works.
func TestSchemaTakesWhatHelmxTakes(t *testing.T) {
	schema := compiled(t)
	count := 0
	for _, file := range files(t, filepath.Join(root, "cmd", "helmx", "testdata", "script"), ".txtar") {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range archive.Files {
			text := string(f.Data)
			if !isConfig.MatchString(text) || parsed(text).HasErrors() {
				continue
			}
			count++
			if v, err := valueOf(text); err != nil || schema.Validate(v) != nil {
				t.Errorf("%s: helmx takes %s, the schema does not: %v\n%s", file, f.Name, schema.Validate(v), text)
			}
		}
	}
	if count < 20 {
		t.Errorf("only %d configurations were found", count)
	}
}

// TestExplainedConfigurations: the good examples of findings about helmx.yaml
// fit the schema, and a misspelt key or a wrong value does not.
func TestExplainedConfigurations(t *testing.T) {
	schema := compiled(t)
	for _, e := range config.Explanations {
		if !strings.Contains(e.Good, "\nkind: Config\n") || strings.Contains(e.Good, "ResourceList") {
			continue
		}
		if v, err := valueOf(e.Good); err != nil || schema.Validate(v) != nil {
			t.Errorf("%s: the schema refuses the good example: %v", e.Code, schema.Validate(v))
		}
		if v, err := valueOf(e.Bad); err == nil && schema.Validate(v) == nil {
			t.Errorf("%s: the schema takes the bad example", e.Code)
		}
	}
}

// TestSchemaOfIncludedFiles: they need no apiVersion, and hold patches alone.
func TestSchemaOfIncludedFiles(t *testing.T) {
	schema := compiled(t)
	const patches = "patches:\n- name: a\n  target: {kind: Pod}\n  set: {a: b}\n"
	const head = "apiVersion: helmx.dev/v1alpha1\nkind: Config\n"
	for text, fits := range map[string]bool{
		patches:        true,
		head + patches: true,
		patches + "include: [more/*.yaml, {path: ../x.yaml, outside: true}]\n": true,
		patches + "lint: {scope: mesh}\n":                                      false,
		head + patches + "lint: {scope: mesh}\n":                               true,
		"kind: Config\n" + patches + "values: {}\n":                            false,
		patches + "include: more.yaml\n":                                       false,
		patches + "include: [{paht: more.yaml}]\n":                             false,
	} {
		v, err := valueOf(text)
		if err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(v); (err == nil) != fits {
			t.Errorf("fits is %t, want %t: %v\n%s", err == nil, fits, err, text)
		}
	}
}

// TestSchemaOfPatches: one kind of change, or none where objects are deleted.
func TestSchemaOfPatches(t *testing.T) {
	schema := compiled(t)
	for body, fits := range map[string]bool{
		"name: a, target: {kind: Pod}, set: {a: b}":                   true,
		"name: a, target: {kind: Pod}":                                false,
		"name: a, target: {kind: Pod}, set: {a: b}, merge: {a: b}":    false,
		"name: a, target: {kind: Pod}, ensure: absent":                true,
		"name: a, target: {kind: Pod}, ensure: absent, set: {a: b}":   false,
		"name: a, target: {kind: Pod}, ensure: create, set: {a: b}":   true,
		"name: a, target: {kind: Pod}, ensure: created, set: {a: b}":  false,
		"target: {kind: Pod}, set: {a: b}":                            false,
		"name: a, target: {kind: [Pod, Job], nmae: b}, set: {a: b}":   false,
		"name: a, target: {kind: [Pod, Job], hook: any}, set: {a: b}": true,
		"name: a, target: {kind: Pod}, expect: 2-4, set: {a: b}":      true,
		"name: a, target: {kind: Pod}, expect: many, set: {a: b}":     false,
		"name: a, target: {kind: Pod}, jsonPatch: [{op: ad}]":         false,
	} {
		text := "apiVersion: helmx.dev/v1alpha1\nkind: Config\npatches:\n- {" + body + "}\n"
		v, err := valueOf(text)
		if err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(v); (err == nil) != fits {
			t.Errorf("schema: fits is %t, want %t: %v\n%s", err == nil, fits, err, text)
		}
		if findings := parsed(text); findings.HasErrors() == fits {
			t.Errorf("helmx: want %t: %v\n%s", fits, findings, text)
		}
	}
}
