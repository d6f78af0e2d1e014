package schema

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"reflect"
	"slices"
	"strings"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
	"github.com/santhosh-tekuri/jsonschema/v5"
)

// ValuesInput is one values.schema.json with the values it is for.
type ValuesInput struct {
	Chart      string         // the chart's path in messages: "mesh", "mesh/istiod"
	SchemaFile string         // the schema file as the user knows it
	Schema     []byte         // JSON
	Values     map[string]any // what the chart sees as .Values; not changed
	Prefix     []string       // keys that lead from the user's values to Values
}

// Locate says where a value was set: a place in a values file, or the flag
// ("--set image.tag=1") that set it. Of a value that is not there it says where
// the map around it is.
type Locate func(path []string) (diag.Span, string)

// CheckValues validates values against their schemas and returns every
// violation, in the order of the inputs and then by path. A chart passes
// exactly when it does with Helm 3.22 (pkg/chartutil/jsonschema.go): the draft
// is the one of "$schema", else 2020-12; formats count in draft-07 and before.
// What differs is on purpose: a reference to another host is refused instead of
// fetched. locate may be nil.
func CheckValues(inputs []ValuesInput, locate Locate) diag.List {
	var found diag.List
	for i := range inputs {
		c := valuesChecker{input: &inputs[i], locate: locate}
		found = append(found, c.check()...)
	}
	return found
}

// schemaURL is the name under which Helm compiles the schema; relative
// references are resolved against it, that is, against the root folder.
const schemaURL = "file:///values.schema.json"

const defaultDraft = "https://json-schema.org/draft/2020-12/schema"

type valuesChecker struct {
	input    *ValuesInput
	locate   Locate
	document any // the schema, decoded
	values   any
	found    diag.List
}

func (c *valuesChecker) check() diag.List {
	if err := c.decode(); err != nil {
		return diag.List{c.brokenJSON(err)}
	}
	schema, err := c.compile()
	if err != nil {
		return diag.List{c.brokenSchema(err)}
	}
	c.values = plain(c.input.Values)
	err = validateSafely(schema, c.values)
	var failure *jsonschema.ValidationError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &failure):
		c.walk(failure)
	default:
		c.add("SC105", nil, "the values cannot be validated: "+err.Error(), "", "#")
	}
	slices.SortStableFunc(c.found, func(a, b diag.Diagnostic) int {
		return strings.Compare(a.Path+"\x00"+a.Message, b.Path+"\x00"+b.Message)
	})
	return slices.CompactFunc(c.found, func(a, b diag.Diagnostic) bool { return a.Path == b.Path && a.Message == b.Message })
}

// validateSafely turns the library's panic on numbers that it cannot hold
// exactly (1e10000000) into an error.
func validateSafely(s *jsonschema.Schema, v any) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("a number in them is too large (%v)", r)
		}
	}()
	return s.Validate(v)
}

func (c *valuesChecker) decode() error {
	c.input.Schema = bytes.TrimPrefix(c.input.Schema, []byte("\ufeff"))
	d := json.NewDecoder(bytes.NewReader(c.input.Schema))
	d.UseNumber()
	if err := d.Decode(&c.document); err != nil {
		return err
	}
	if _, err := d.Token(); err != io.EOF {
		return errors.New("there is more after the end of the schema")
	}
	return nil
}

// compile builds the schema with the options that make the library do what
// version 6, which Helm uses, does by default.
func (c *valuesChecker) compile() (*jsonschema.Schema, error) {
	text := c.input.Schema
	if m, ok := c.document.(map[string]any); ok && m["$schema"] == nil {
		// Without it the library asserts formats, whatever the draft says.
		withDraft := map[string]any{"$schema": defaultDraft}
		for k, v := range m {
			withDraft[k] = v
		}
		var err error
		if text, err = json.Marshal(withDraft); err != nil {
			return nil, err
		}
	}
	compiler := jsonschema.NewCompiler()
	compiler.LoadURL = loadReference
	for _, old := range []string{"ip-address", "uriref"} {
		compiler.Formats[old] = func(any) bool { return true }
	}
	compiler.Formats["semver"] = isSemver
	compiler.Decoders["base64"] = func(string) ([]byte, error) { return nil, nil }
	compiler.MediaTypes["application/json"] = func([]byte) error { return nil }
	if err := compiler.AddResource(schemaURL, bytes.NewReader(text)); err != nil {
		return nil, err
	}
	return compiler.Compile(schemaURL)
}

// remoteError refuses a reference that would have to be fetched.
type remoteError struct{ url string }

func (e *remoteError) Error() string {
	return fmt.Sprintf("reference to %s: nothing is fetched from the network", e.url)
}

// loadReference opens what a schema refers to: files as Helm does, urn: names
// as the schema that allows everything, as Helm does.
func loadReference(url string) (io.ReadCloser, error) {
	if path, ok := strings.CutPrefix(url, "file://"); ok {
		return os.Open(path)
	}
	if strings.HasPrefix(url, "urn:") {
		return io.NopCloser(strings.NewReader("true")), nil
	}
	return nil, &remoteError{url}
}

// brokenJSON reports a schema file that is no JSON.
func (c *valuesChecker) brokenJSON(err error) diag.Diagnostic {
	at := diag.Pos{Line: 1}
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		before := c.input.Schema[:min(int(syntax.Offset), len(c.input.Schema))]
		line := bytes.LastIndexByte(before, '\n') + 1
		at = diag.Pos{Line: bytes.Count(before, []byte("\n")) + 1, Column: max(1, len([]rune(string(before[line:]))))}
	}
	if errors.Is(err, io.EOF) {
		err = errors.New("the file is empty")
	}
	return diag.Diagnostic{
		Code: "SC106", Severity: diag.Error, Message: fmt.Sprintf("chart %s: values.schema.json is not JSON: %v", c.input.Chart, err),
		Span: diag.Span{File: c.input.SchemaFile, Start: at},
	}
}

// brokenSchema reports a schema that is JSON and no JSON Schema.
func (c *valuesChecker) brokenSchema(err error) diag.Diagnostic {
	d := diag.Diagnostic{Code: "SC106", Severity: diag.Error, Span: diag.Span{File: c.input.SchemaFile, Start: diag.Pos{Line: 1}}}
	var remote *remoteError
	if errors.As(err, &remote) {
		d.Code = "SC107"
		d.Message = fmt.Sprintf("chart %s: values.schema.json refers to %s, and nothing is fetched from the network", c.input.Chart, remote.url)
		d.Hint = "put that schema under $defs in this file"
		d.Span.Start = c.textPosition(remote.url)
		return d
	}
	var invalid *jsonschema.ValidationError
	if errors.As(err, &invalid) {
		c.describeBroken(&d, invalid)
		return d
	}
	text := err.Error()
	for _, noise := range []string{"jsonschema " + schemaURL + " compilation failed: ", "jsonschema: "} {
		text = strings.TrimPrefix(text, noise)
	}
	d.Message = fmt.Sprintf("chart %s: values.schema.json cannot be used: %s", c.input.Chart, text)
	return d
}

// simpleTypes are what "type" may say.
var simpleTypes = []string{"array", "boolean", "integer", "null", "number", "object", "string"}

// describeBroken says what in the schema its draft does not allow.
func (c *valuesChecker) describeBroken(d *diag.Diagnostic, invalid *jsonschema.ValidationError) {
	leaf := invalid
	for len(leaf.Causes) > 0 {
		leaf = leaf.Causes[0]
	}
	words := pointer(leaf.InstanceLocation)
	value := valueAt(c.document, instancePath(c.document, words))
	d.Span.Start = c.schemaPosition(words)
	d.Message = fmt.Sprintf("chart %s: values.schema.json is no JSON Schema: %s: %s", c.input.Chart, leaf.InstanceLocation, leaf.Message)
	word, isString := value.(string)
	if isScalar(value) && !strings.Contains(leaf.Message, show(value)) {
		d.Message += ", found " + show(value)
	}
	if isString && len(words) > 0 && slices.Contains(words[max(0, len(words)-2):], "type") {
		d.Hint = diag.DidYouMean(word, simpleTypes)
	}
}

// textPosition finds a string in the schema's text.
func (c *valuesChecker) textPosition(s string) diag.Pos {
	s, _, _ = strings.Cut(s, "#")
	i := bytes.Index(c.input.Schema, []byte(s))
	if i < 0 {
		return diag.Pos{Line: 1}
	}
	before := c.input.Schema[:i]
	return diag.Pos{Line: bytes.Count(before, []byte("\n")) + 1, Column: i - bytes.LastIndexByte(before, '\n')}
}

// schemaPosition finds a place in the schema's text: JSON is YAML.
func (c *valuesChecker) schemaPosition(words []string) diag.Pos {
	root, err := manifest.Parse(c.input.Schema)
	if err != nil || root == nil {
		return diag.Pos{Line: 1}
	}
	n, _ := locate(root, instancePath(c.document, words), false)
	return diag.Pos{Line: n.Line, Column: n.Column}
}

// plain copies values into the types that JSON has: charts' values may hold
// named map types.
func plain(v any) any {
	return copyValue(v, func(leaf any) any {
		r := reflect.ValueOf(leaf)
		if leaf == nil || r.Kind() != reflect.Map || r.Type().Key().Kind() != reflect.String {
			return leaf
		}
		out := make(map[string]any, r.Len())
		for i := r.MapRange(); i.Next(); {
			out[i.Key().String()] = plain(i.Value().Interface())
		}
		return out
	})
}
