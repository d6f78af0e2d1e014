// Package istiooperator turns IstioOperator settings into what Helm and helmx
// need for the same install: a values file for each chart, and a helmx.yaml with
// patches for what no value can say.
//
// The measure is the set of objects that istioctl makes of the same file, as
// operator/pkg/render in Istio computes it: profile, translation of components
// to values, strategic merges for k8s settings, overlays. Gateways are the
// exception: Istio publishes only the chart "gateway", which differs from the one
// istioctl uses; what both can say is carried over. What is lost is a finding.
//
// The package does not read or write files, ask a cluster, or render charts.
package istiooperator

import (
	"cmp"
	"errors"
	"fmt"
	"strings"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
)

// Install is what one IstioOperator becomes.
type Install struct {
	Name     string // of the IstioOperator, "" where it has none
	Releases []Release
	Patches  int // in helmx.yaml
	Files    []File
}

// Release is one Helm release of an install, in install order.
type Release struct {
	Name      string
	Chart     string // base, istiod, cni, ztunnel or gateway
	Version   string // of the chart
	Namespace string
	Values    string // the name of its values file
}

// File is a file to write.
type File struct {
	Name string
	Data []byte
}

// ConfigFile is the name of the helmx.yaml of an install.
const ConfigFile = "helmx.yaml"

const (
	codeNotOne  = "IM001"
	codeUnknown = "IM002"
	codeLost    = "IM003"
	codeDiffers = "IM004"
	codeProfile = "IM005"
	codeType    = "IM006"
	codeVersion = "IM007"
	codeIdle    = "IM008"
)

// Options of an import.
type Options struct {
	// Idle returns the names of those patches in config, a helmx.yaml, that change
	// nothing in what the chart of a release makes of its values. They are left
	// out, since helmx takes such a patch for a mistake. nil: all patches stay.
	Idle func(r Release, values, config []byte) ([]string, error)
	// Path says what is wrong with the path of an overlay, which stays as it is.
	// nil: nothing is.
	Path func(text string) error
}

// Import translates every IstioOperator in data; file is its name in findings.
// Where the list has errors, what is returned is not fit for use. The error means
// that a result cannot be written as YAML, which is a defect of helmx, or is that
// of [Options.Idle].
func Import(file string, data []byte, o Options) ([]Install, diag.List, error) {
	var installs []Install
	var findings diag.List
	names := map[string]bool{}
	for _, doc := range manifest.Read(file, data) {
		install, found, err := importDocument(doc, names, o)
		findings = append(findings, found...)
		if err != nil {
			return nil, findings, err
		}
		if install != nil {
			installs = append(installs, *install)
		}
	}
	if len(installs) == 0 && !findings.HasErrors() {
		findings = append(findings, diag.Diagnostic{
			Code: codeNotOne, Severity: diag.Error, Span: diag.Span{File: file}, Message: "there is no IstioOperator in it",
			Hint: "an IstioOperator begins with apiVersion: install.istio.io/v1alpha1 and kind: IstioOperator",
		})
	}
	return installs, findings, nil
}

func importDocument(doc *manifest.Document, names map[string]bool, o Options) (*Install, diag.List, error) {
	root, err := doc.Root()
	if err != nil {
		return nil, diag.List{notYAML(doc, err)}, nil
	}
	if root == nil {
		return nil, nil, nil
	}
	s := &source{doc: doc, root: manifest.Resolve(root)}
	if !s.isIstioOperator() {
		return nil, s.findings, nil
	}
	name := doc.ID().Name
	if names[name] {
		s.find(diag.Error, codeNotOne, manifest.Keys("metadata", "name"), fmt.Sprintf("a second IstioOperator of the name %q", name), "name them apart: each becomes a folder")
		return nil, s.findings, nil
	}
	names[name] = true
	s.check(s.root, operatorShape, nil)
	if s.findings.HasErrors() {
		return nil, s.findings, nil
	}
	s.checkValues()
	m, ok := s.merge()
	if !ok {
		return nil, s.findings, nil
	}
	t := &translation{source: s, merged: m, path: o.Path}
	t.translate()
	if s.findings.HasErrors() {
		return nil, s.findings, nil
	}
	if err := t.leaveOut(o.Idle); err != nil {
		return nil, s.findings, err
	}
	files, err := t.files()
	return &Install{Name: name, Releases: t.releases, Patches: len(t.patches), Files: files}, s.findings, err
}

func notYAML(doc *manifest.Document, err error) diag.Diagnostic {
	line, column := 1, 0
	if syntax := (*manifest.SyntaxError)(nil); errors.As(err, &syntax) {
		line, column, err = syntax.Line, syntax.Column, errors.New(syntax.Message)
	}
	f := doc.FindingAt(line, column)
	f.Code, f.Severity, f.Message = codeNotOne, diag.Error, "not YAML: "+err.Error()
	return f
}

// source is the IstioOperator as the user wrote it.
type source struct {
	doc      *manifest.Document
	root     *manifest.Node
	findings diag.List
}

const apiGroup = "install.istio.io"

func (s *source) isIstioOperator() bool {
	id := s.doc.ID()
	if id.Kind == "IstioOperator" && id.Group() == apiGroup {
		return true
	}
	hint := "an IstioOperator begins with apiVersion: install.istio.io/v1alpha1 and kind: IstioOperator"
	if id.Kind == "Istio" || id.Kind == "IstioRevision" {
		hint = "Istio's Sail operator has a resource of its own; its spec.values are those of the Helm charts already"
	}
	what := "a document without a kind"
	if id.Kind != "" {
		what = strings.TrimSpace(id.APIVersion + " " + id.Kind)
	}
	s.find(diag.Warning, codeNotOne, nil, "passed over: it is "+what+", not an IstioOperator", hint)
	return false
}

// find adds a finding about the place that a path leads to, or the deepest part
// of it that is there.
func (s *source) find(severity diag.Severity, code string, path manifest.Path, message, hint string) {
	s.findAt(s.node(path), severity, code, path, message, hint)
}

func (s *source) findAt(n *manifest.Node, severity diag.Severity, code string, path manifest.Path, message, hint string) {
	f := s.doc.Finding(n, path)
	f.Code, f.Severity, f.Message, f.Hint = code, severity, message, hint
	s.findings = append(s.findings, f)
}

// node returns the node that the longest possible part of the path leads to.
func (s *source) node(path manifest.Path) *manifest.Node {
	for n := len(path); n > 0; n-- {
		if found, miss := path[:n].Find(s.root); miss == nil && len(found) > 0 {
			return found[0].Node
		}
	}
	return nil
}

// key returns the key at the end of a path, or the item of a list; nil where it
// is not there.
func (s *source) key(path manifest.Path) *manifest.Node {
	found, miss := path.Find(s.root)
	if miss != nil || len(found) == 0 {
		return nil
	}
	return cmp.Or(found[0].Key, found[0].Node)
}

// line returns where a path is written, 0 when the user did not write it.
func (s *source) line(path manifest.Path) int {
	found, miss := path.Find(s.root)
	if miss != nil || len(found) == 0 || found[0].Node.Line == 0 {
		return 0
	}
	span, rendered := s.doc.SpanAt(found[0].Node.Line, found[0].Node.Column)
	if span.Start.Known() {
		return span.Start.Line
	}
	return rendered.Line
}
