package config

import (
	"errors"
	"fmt"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
)

// FunctionFile is what findings call the functionConfig of a KRM function.
const FunctionFile = "functionConfig"

// Function is what the functionConfig of a KRM function asks for: a
// configuration, or flags.
type Function struct {
	Config *Config // nil when it is no Config
	Flags  []Flag  // of a ConfigMap, in their order
}

// Flag is an entry of a ConfigMap that stands for a flag of post-render.
type Flag struct {
	Name, Value string
	At          diag.Span
}

// ParseFunction reads a functionConfig: a Config, as in helmx.yaml, or a
// ConfigMap whose data are flags. Lines in findings count from its first.
func ParseFunction(doc *manifest.Document) (Function, diag.List) {
	id := doc.ID()
	switch {
	case id.Kind == Kind && id.Group() == "helmx.dev":
		c, findings := Parse(FunctionFile, doc.Raw())
		return Function{Config: c}, findings
	case id.Kind == "ConfigMap" && id.APIVersion == "v1":
		return parseFlags(doc)
	}
	return Function{}, diag.List{{
		Code: codeFunction, Severity: diag.Error, Span: diag.Span{File: FunctionFile},
		Message: fmt.Sprintf("the functionConfig is %s of %q, expected Config of %q or ConfigMap of \"v1\"", orUnknown(id.Kind), id.APIVersion, APIVersion),
		Hint:    "a Config holds what helmx.yaml holds, a ConfigMap flags such as fail-on: warning",
	}}
}

func orUnknown(kind string) string {
	if kind == "" {
		return "an object without kind"
	}
	return kind
}

func parseFlags(doc *manifest.Document) (Function, diag.List) {
	d := decoder{file: FunctionFile}
	root, ok := d.parse(doc.Raw())
	if !ok {
		return Function{}, d.findings
	}
	var flags []Flag
	data := find(root, "data")
	if data == nil || !d.is(data, yaml.MappingNode, "data") {
		return Function{}, d.findings
	}
	for key, value := range d.entries(data, "data") {
		if d.is(manifest.Resolve(value), yaml.ScalarNode, "data."+key.Value) {
			flags = append(flags, Flag{Name: key.Value, Value: manifest.Resolve(value).Value, At: d.span(key)})
		}
	}
	return Function{Flags: flags}, d.findings
}

// UnknownFlag reports a flag that post-render does not have.
func UnknownFlag(f Flag, names []string) diag.Diagnostic {
	return diag.Diagnostic{
		Code: codeFunction, Severity: diag.Error, Span: f.At,
		Message: fmt.Sprintf("post-render has no flag %q", f.Name), Hint: diag.DidYouMean(f.Name, names),
	}
}

// WrongFlag reports a flag that does not take the value.
func WrongFlag(f Flag, err error) diag.Diagnostic {
	return diag.Diagnostic{Code: codeFunction, Severity: diag.Error, Span: f.At, Message: fmt.Sprintf("%s: %v", f.Name, err)}
}

// BrokenResourceList reports a ResourceList that is no YAML, or has no items.
func BrokenResourceList(doc *manifest.Document, err error) diag.Diagnostic {
	f := WrongResourceList(doc, "the ResourceList cannot be read: "+err.Error(), "")
	if syntax := (*manifest.SyntaxError)(nil); errors.As(err, &syntax) {
		f.Message = "the ResourceList cannot be read: " + syntax.Message
		f.Span, f.Rendered = doc.SpanAt(syntax.Line, syntax.Column)
	}
	return f
}

// WrongResourceList reports a ResourceList that cannot be taken apart.
func WrongResourceList(doc *manifest.Document, message, hint string) diag.Diagnostic {
	f := doc.FindingAt(1, 0)
	f.Code, f.Severity, f.Message, f.Hint, f.Excerpt = codeFunction, diag.Error, message, hint, nil
	return f
}
