package config

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

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

// resourceListVersions are the versions of ResourceList that mean the same.
var resourceListVersions = []string{"config.kubernetes.io/v1", "config.kubernetes.io/v1beta1", "config.kubernetes.io/v1alpha1"}

// resourceList are the keys of a ResourceList.
type resourceList struct {
	APIVersion     string     `yaml:"apiVersion"`
	Kind           string     `yaml:"kind"`
	Metadata       *yaml.Node `yaml:"metadata"`
	Items          *yaml.Node `yaml:"items"`
	FunctionConfig *yaml.Node `yaml:"functionConfig"`
	Results        *yaml.Node `yaml:"results"`
}

// CheckResourceList finds what a ResourceList says in vain: keys that none has or
// that stand twice, a version that is not known, and items or a functionConfig that
// are no objects.
func CheckResourceList(doc *manifest.Document) diag.List {
	root, err := doc.Root()
	if err != nil {
		return diag.List{BrokenResourceList(doc, err)}
	}
	var l resourceList
	d := decoder{doc: doc}
	d.decode(root, &l)
	if !slices.Contains(resourceListVersions, l.APIVersion) {
		d.add(cmp.Or(find(root, "apiVersion"), root), codeFunction, "apiVersion of the ResourceList is %q, expected one of %s", l.APIVersion, strings.Join(resourceListVersions, ", ")).
			Hint = diag.DidYouMean(l.APIVersion, resourceListVersions)
	}
	if n := l.FunctionConfig; n != nil && n.Tag != yaml.NodeTagNull {
		d.is(n, yaml.MappingNode, "functionConfig")
	}
	d.items(l.Items)
	for i := range d.findings {
		d.findings[i].Code = codeFunction
	}
	return d.findings
}

// items demands a list of objects.
func (d *decoder) items(n *yaml.Node) {
	if n == nil || n.Tag == yaml.NodeTagNull || !d.is(n, yaml.SequenceNode, "items") {
		return
	}
	for i, item := range n.Content {
		if manifest.Resolve(item).Kind != yaml.MappingNode {
			d.add(item, codeFunction, "items[%d] of the ResourceList is no object", i).Hint = "let each item be one object"
		}
	}
}

// configMap are the keys of a ConfigMap that holds flags.
type configMap struct {
	APIVersion string     `yaml:"apiVersion"`
	Kind       string     `yaml:"kind"`
	Metadata   *yaml.Node `yaml:"metadata"`
	Data       *yaml.Node `yaml:"data"`
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
		Message: fmt.Sprintf("the functionConfig is %s of %q, expected Config of %q or ConfigMap of \"v1\"", cmp.Or(id.Kind, "an object without kind"), id.APIVersion, APIVersion),
		Hint:    "a Config holds what helmx.yaml holds, a ConfigMap flags such as fail-on: warning",
	}}
}

func parseFlags(doc *manifest.Document) (Function, diag.List) {
	d := decoder{file: FunctionFile}
	root, ok := d.parse(doc.Raw())
	if !ok {
		return Function{}, d.findings
	}
	var flags []Flag
	var m configMap
	d.decode(root, &m)
	data := m.Data
	if data == nil || data.Tag == yaml.NodeTagNull || !d.is(data, yaml.MappingNode, "data") {
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
