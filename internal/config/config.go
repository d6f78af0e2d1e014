// Package config reads helmx.yaml and turns it into the Options of the packages
// that do the work. It knows the file's keys, where each was written, and that
// nothing in the file may be misspelt in silence; it does not find the file
// (that is internal/cli) and does not run anything.
package config

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/expr"
	"github.com/helmx-dev/helmx/lint"
	"github.com/helmx-dev/helmx/patch"
	"github.com/helmx-dev/helmx/schema"
)

// The only apiVersion and kind of helmx.yaml.
const (
	APIVersion = "helmx.dev/v1alpha1"
	Kind       = "Config"
)

// Config is helmx.yaml. Each field is a key of the file, and its comment is
// what the reference in docs/configuration.md says about it. The tag must says
// what Parse, or the package that takes the value, demands: filled text, a pair,
// or a map.
type Config struct {
	// Always helmx.dev/v1alpha1.
	APIVersion string `yaml:"apiVersion"`
	// Always Config.
	Kind string `yaml:"kind"`
	// Files with more patches, which run before those of this file; an entry is a glob, or says path and outside.
	Include []Include `yaml:"include"`
	// Name and annotations, which tools for KRM functions want on every object; nothing of it is read.
	Metadata *yaml.Node `yaml:"metadata" must:"map"`
	// Values of every chart, above its defaults and profiles, below -f and --set; expressions see these layers, without the chart's defaults.
	Values *yaml.Node `yaml:"values" must:"map"`
	// Values layers for --profile NAME, beside the profiles a chart ships.
	Profiles map[string]Profile `yaml:"profiles"`
	// Changes to the rendered manifests, in order; see docs/patches.md.
	Patches *yaml.Node `yaml:"patches"`
	// Expressions in manifests that Helm has already rendered.
	Expressions Expressions `yaml:"expressions"`
	// How manifests are validated.
	Validate Validate `yaml:"validate"`
	// Which rules judge the result, and how.
	Lint Lint `yaml:"lint"`

	file string
}

// Include is one entry of include.
type Include struct {
	// A glob for files, relative to the file that it stands in; * and ? do not match a slash, ** matches folders of any depth. What it matches is read in sorted order, and may hold nothing but patches and include.
	Path string `yaml:"path" must:"filled"`
	// Whether the files may lie outside the folder of the file that includes them.
	Outside bool `yaml:"outside"`

	at diag.Span
}

// Profile is one entry of profiles.
type Profile struct {
	// The values of this profile.
	Values *yaml.Node `yaml:"values" must:"map"`
}

// Expressions configures late expressions.
type Expressions struct {
	// Evaluate expressions in the scalars of rendered manifests.
	Enabled bool `yaml:"enabled"`
	// What opens and closes an expression; two strings, by default "[[=" and "]]".
	Delimiters []string `yaml:"delimiters" must:"pair"`
	// What expressions of patches and manifests may read beside values and objects, each by its name: env:NAME for a variable of the environment, file:GLOB for files below the folder of helmx.yaml (* does not match a slash, ** does), time for the clock.
	Allow []string `yaml:"allow"`
}

// Validate configures validation.
type Validate struct {
	// The Kubernetes version to validate against, as in --kube-version.
	KubeVersion string `yaml:"kubeVersion"`
	// What a kind without a schema is: error, warn (the default) or ignore.
	MissingSchema string `yaml:"missingSchema" enum:"error,warn,ignore"`
	// How releases are applied: client, server (Helm 4's default) or strictest (the default here), which demands what either would.
	Apply string `yaml:"apply" enum:"client,server,strictest"`
	// Files and folders with CustomResourceDefinitions of kinds that the manifests use, relative to helmx.yaml.
	CRDs []string `yaml:"crds"`

	crdsAt []diag.Span
}

// Lint configures the rules.
type Lint struct {
	// release (the default) when the input is one release of a mesh, mesh when it is all of it: then an ignore that matches nothing is a warning.
	Scope string `yaml:"scope" enum:"release,mesh"`
	// The Istio version that the mesh runs, when image tags do not tell; rules about what a version lacks go by it.
	IstioVersion string `yaml:"istioVersion"`
	// Codes, prefixes (HX1*) and tags of the rules to run; empty means all of them. See docs/linting.md.
	Select []string `yaml:"select"`
	// Severities that replace the default ones, by the code of the rule.
	Severity map[string]string `yaml:"severity" enum:"info,warning,error"`
	// Findings to leave out, each with its reason.
	Ignore []Ignore `yaml:"ignore"`

	spans map[string]diag.Span // where the keys above are written, by lint.SpanKey
}

// Ignore leaves out findings of one rule.
type Ignore struct {
	// The code of the rule.
	Code string `yaml:"code"`
	// The objects it is about; empty fields match everything.
	Target Target `yaml:"target"`
	// Why it is right to ignore the finding; required.
	Reason string `yaml:"reason" must:"filled"`
	// The last day it holds, as 2027-01-31.
	Expires time.Time `yaml:"expires"`

	at diag.Span
}

// Target selects objects.
type Target struct {
	// The kind of the objects.
	Kind string `yaml:"kind"`
	// Their name, may be a glob.
	Name string `yaml:"name"`
	// Their namespace, may be a glob.
	Namespace string `yaml:"namespace"`
}

// kubeVersion matches what --kube-version takes, too.
var kubeVersion = regexp.MustCompile(`^v?\d+(\.\d+){1,2}([-+].*)?$`)

// Parse reads the bytes of helmx.yaml; file is its name in findings. Everything
// that is wrong is reported at once; the Config is usable only when the list
// has no errors.
func Parse(file string, data []byte) (*Config, diag.List) {
	c := &Config{file: file}
	d := decoder{file: file}
	root, ok := d.parse(data)
	if !ok {
		return c, d.findings
	}
	d.decode(root, c)
	d.constant(root, "apiVersion", APIVersion, c.APIVersion)
	d.constant(root, "kind", Kind, c.Kind)
	if n := len(c.Expressions.Delimiters); n != 0 && n != 2 {
		d.add(find(find(root, "expressions"), "delimiters"), "CF003", "delimiters has %d entries, expected two: what opens and what closes an expression", n)
	}
	for i, entry := range c.Expressions.Allow {
		if err := expr.CheckAllowed(entry); err != nil {
			d.add(find(find(root, "expressions"), "allow").Content[i], "CF003", "expressions.allow: %s", err)
		}
	}
	for version := range strings.SplitSeq(c.Validate.KubeVersion, ",") {
		if version != "" && !kubeVersion.MatchString(version) {
			d.add(find(find(root, "validate"), "kubeVersion"), "CF003", "validate.kubeVersion is %q, expected a Kubernetes version such as 1.37", c.Validate.KubeVersion)
		}
	}
	for i := range c.Validate.CRDs {
		c.Validate.crdsAt = append(c.Validate.crdsAt, d.span(find(find(root, "validate"), "crds").Content[i]))
	}
	placeIncludes(&d, root, c.Include)
	c.Lint.spans = lintSpans(&d, find(root, "lint"))
	for i := range c.Lint.Ignore {
		c.Lint.Ignore[i].at = d.span(find(find(root, "lint"), "ignore").Content[i])
	}
	return c, d.findings
}

// PatchOptions returns the patches, parsed: those of included files, which it
// reads, and then those of the file itself.
func (c *Config) PatchOptions() (patch.Options, diag.List) {
	var o patch.Options
	files, findings := c.patchFiles()
	var parser patch.Parser
	parser.Root = filepath.Dir(c.file)
	if folder, err := os.OpenRoot(parser.Root); err == nil {
		defer folder.Close()
		parser.Files = folder.FS()
	}
	for _, f := range files {
		patches, found := parser.Parse(f.patches, f.name)
		o.Patches = append(o.Patches, patches...)
		findings = append(findings, found...)
	}
	return o, findings
}

// SchemaOptions returns what the file says about validation. The documents of
// validate.crds are for the caller to read: CRDPaths names them.
func (c *Config) SchemaOptions() schema.Options {
	return schema.Options{KubeVersion: c.Validate.KubeVersion, MissingSchema: c.Validate.MissingSchema, Apply: c.Validate.Apply}
}

// Path is a file or folder that the configuration names.
type Path struct {
	Name string    // as it can be opened
	At   diag.Span // where it is written
}

// CRDPaths are the paths of validate.crds.
func (c *Config) CRDPaths() []Path {
	var paths []Path
	for i, name := range c.Validate.CRDs {
		if !filepath.IsAbs(name) {
			name = filepath.Join(filepath.Dir(c.file), name)
		}
		paths = append(paths, Path{Name: name, At: c.Validate.crdsAt[i]})
	}
	return paths
}

// ExprOptions returns what the file says about expressions.
func (c *Config) ExprOptions() expr.Options {
	o := expr.Options{Enabled: c.Expressions.Enabled, Allow: c.Expressions.Allow, Folder: filepath.Dir(c.file)}
	copy(o.Delimiters[:], c.Expressions.Delimiters)
	return o
}

// File returns the name of the file, "" when there is none.
func (c *Config) File() string { return c.file }

// lintSpans finds where the options that package lint checks are written; n is
// the value of lint, or nil. The decoder has checked the scope.
func lintSpans(d *decoder, n *yaml.Node) map[string]diag.Span {
	spans := map[string]diag.Span{}
	if version := find(n, "istioVersion"); version != nil {
		spans[lint.SpanKey("istioVersion")] = d.span(version)
	}
	if patterns := find(n, "select"); patterns != nil {
		for _, pattern := range patterns.Content {
			spans[lint.SpanKey("select", pattern.Value)] = d.span(pattern)
		}
	}
	if severities := find(n, "severity"); severities != nil {
		for i := 0; i+1 < len(severities.Content); i += 2 {
			spans[lint.SpanKey("severity", severities.Content[i].Value)] = d.span(severities.Content[i])
		}
	}
	return spans
}

// LintOptions returns what the file says about linting.
func (c *Config) LintOptions() lint.Options {
	o := lint.Options{
		Scope:        c.Lint.Scope,
		IstioVersion: c.Lint.IstioVersion,
		Select:       c.Lint.Select,
		Severity:     map[string]diag.Severity{},
		Spans:        c.Lint.spans,
	}
	for code, name := range c.Lint.Severity {
		o.Severity[code], _ = diag.ParseSeverity(name) // the decoder has checked the enum
	}
	for _, i := range c.Lint.Ignore {
		o.Ignore = append(o.Ignore, lint.Ignore{
			Code: i.Code, Kind: i.Target.Kind, Name: i.Target.Name, Namespace: i.Target.Namespace,
			Reason: i.Reason, Expires: i.Expires, Span: i.at,
		})
	}
	return o
}
