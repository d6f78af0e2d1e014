package config

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"slices"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/helmx-dev/helmx/charts"
	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
)

// ContextKind is the kind of the document in which a chart tells helmx what Helm
// does not tell a post-renderer.
const ContextKind = "Context"

// Context is that document. Each field is a key of it; docs/post-render.md shows
// the template that writes it.
type Context struct {
	// Always helmx.dev/v1alpha1.
	APIVersion string `yaml:"apiVersion"`
	// Always Context.
	Kind string `yaml:"kind"`
	// A name, as every object has; Helm 4 adds an annotation. Nothing of it is read.
	Metadata *yaml.Node `yaml:"metadata"`
	// The release, as templates see it.
	Release Release `yaml:"release"`
	// The chart of the release.
	Chart ChartID `yaml:"chart"`
	// The values of the release, the chart's defaults included.
	Values *yaml.Node `yaml:"values"`

	doc *manifest.Document
}

// Release is a release as its chart sees it.
type Release struct {
	// Its name.
	Name string `yaml:"name"`
	// The namespace it is installed in.
	Namespace string `yaml:"namespace"`
	// What renders it: Helm.
	Service string `yaml:"service"`
	// 1 for an install, and one more with each upgrade.
	Revision int `yaml:"revision"`
	// It is installed.
	IsInstall bool `yaml:"isInstall"`
	// It is upgraded.
	IsUpgrade bool `yaml:"isUpgrade"`
}

// ChartID says which chart it is.
type ChartID struct {
	// Its name.
	Name string `yaml:"name"`
	// Its version.
	Version string `yaml:"version"`
	// The version of what it installs.
	AppVersion string `yaml:"appVersion"`
}

// TakeContext takes the Contexts out of a stream, out of its Lists too. It returns
// the other documents, whose bytes stay as they are, and what the Contexts say: nil
// when there is none. Several must say the same. No finding shows a value.
func TakeContext(docs []*manifest.Document) (rest []*manifest.Document, c *Context, findings diag.List) {
	rest, contexts := splitContexts(docs)
	for _, d := range contexts {
		next, found := parseContext(d)
		findings = append(findings, found...)
		if len(found) == 0 && c != nil {
			findings = append(findings, disagreement(c, next)...)
		}
		if len(found) == 0 {
			c = next
		}
	}
	return rest, c, findings
}

// splitContexts takes the Contexts from among documents. A List that held nothing
// else goes with them.
func splitContexts(docs []*manifest.Document) (rest, contexts []*manifest.Document) {
	if !slices.ContainsFunc(docs, mayHoldContext) {
		return docs, nil
	}
	for _, d := range docs {
		switch {
		case isContext(d):
			contexts = append(contexts, d)
			continue
		case mayHoldContext(d) && d.IsList():
			inside, empty := takeFromList(d)
			contexts = append(contexts, inside...)
			if empty {
				continue
			}
		}
		rest = append(rest, d)
	}
	return rest, contexts
}

// takeFromList takes the Contexts out of a List, and reports whether it is empty
// then. Out of one that cannot be written anew nothing is taken: validation tells
// what is wrong with it.
func takeFromList(d *manifest.Document) (contexts []*manifest.Document, empty bool) {
	list, err := manifest.OpenList(d)
	if err != nil {
		return nil, false
	}
	rest, contexts := splitContexts(list.Items)
	if len(contexts) == 0 {
		return nil, false
	}
	empty = len(rest) == 0 && len(list.Strays()) == 0
	if err := list.Join(rest); err != nil {
		return nil, false
	}
	return contexts, empty
}

// mayHoldContext reports without a look into the tree what can be or hold a Context.
func mayHoldContext(d *manifest.Document) bool {
	return bytes.Contains(d.Raw(), []byte("helmx.dev/")) && bytes.Contains(d.Raw(), []byte(ContextKind))
}

func isContext(d *manifest.Document) bool {
	id := d.ID()
	return id.Kind == ContextKind && id.Group() == "helmx.dev"
}

func parseContext(doc *manifest.Document) (*Context, diag.List) {
	c := &Context{doc: doc}
	d := decoder{doc: doc}
	root, err := doc.Root()
	if err != nil {
		f := doc.FindingAt(1, 0)
		if syntax := (*manifest.SyntaxError)(nil); errors.As(err, &syntax) {
			f = doc.FindingAt(syntax.Line, syntax.Column)
		}
		f.Code, f.Severity, f.Message, f.Excerpt = codeContext, diag.Error, "the Context is not valid YAML", nil
		return nil, diag.List{f}
	}
	d.decode(root, c)
	d.constant(root, "apiVersion", APIVersion, c.APIVersion)
	release := find(root, "release")
	if revision := find(release, "revision"); revision != nil && len(d.findings) == 0 && c.Release.Revision < 1 {
		d.add(revision, codeContext, "release.revision is %s, expected 1 or more", revision.Value)
	}
	if c.Release.IsInstall && c.Release.IsUpgrade {
		d.add(release, codeContext, "release: isInstall and isUpgrade are both true").Hint = "write them as .Release has them"
	}
	object := doc.Object()
	for i := range d.findings {
		d.findings[i].Code, d.findings[i].Object = codeContext, &object
	}
	return c, d.findings
}

// disagreement says where two Contexts of one stream differ.
func disagreement(a, b *Context) diag.List {
	first, _ := a.doc.Root()
	second, _ := b.doc.Root()
	null := manifest.NewNode(nil) // what a key that is left out says
	for _, key := range []string{"release", "chart", "values"} {
		if manifest.Equal(cmp.Or(find(first, key), null), cmp.Or(find(second, key), null)) {
			continue
		}
		f := b.doc.Finding(find(second, key), manifest.Keys(key))
		f.Code, f.Severity, f.Excerpt = codeContexts, diag.Error, nil
		f.Message = fmt.Sprintf("the stream has two Contexts, and they differ in %s", key)
		f.Hint = "let only the parent chart write one"
		span, _ := a.doc.SpanAt(1, 0)
		f.Related = []diag.Related{{Span: span, Message: "the other Context"}}
		return diag.List{f}
	}
	return nil
}

// Layer is the values of the Context as a layer; it takes nil for c.
func (c *Context) Layer() charts.ConfigLayer {
	if c == nil || c.Values == nil {
		return charts.ConfigLayer{}
	}
	span, _ := c.doc.SpanAt(1, 0)
	return charts.ConfigLayer{File: span.File, Node: c.Values}
}
