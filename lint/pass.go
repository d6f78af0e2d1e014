package lint

import (
	"slices"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
)

// Pass is what a rule's functions get: the mesh, and where to say what they
// found. One Pass is used by one goroutine.
type Pass struct {
	Mesh *Mesh

	rule    *Rule
	options Options
	found   *[]reported
}

// reported is a finding with the object it is about, or else with the chart.
type reported struct {
	*diag.Diagnostic
	object *Object
	chart  string
}

// Report adds a finding about a place in an object; a place without a Node is
// the object as a whole. The message says what was found and what was
// expected, the hint what to try. The caller may change what comes back, until
// its function returns.
func (p *Pass) Report(o *Object, at manifest.Found, message, hint string) *diag.Diagnostic {
	d := o.Finding(at)
	return p.add(&d, o, message, hint)
}

// add completes a finding with what the rule and the configuration say.
func (p *Pass) add(d *diag.Diagnostic, o *Object, message, hint string) *diag.Diagnostic {
	d.Code, d.Severity, d.Level, d.Also = p.rule.ID, p.rule.Severity, string(p.rule.Level), slices.Clone(p.rule.Also)
	d.Message, d.Hint = message, hint
	if s, ok := p.options.Severity[p.rule.ID]; ok {
		d.Severity = s
	}
	*p.found = append(*p.found, reported{Diagnostic: d, object: o})
	return d
}

// absence is the severity of a finding about something that is not there. In
// release scope it may be part of another release: then it is only told.
func (p *Pass) absence() diag.Severity {
	if s, ok := p.options.Severity[p.rule.ID]; ok {
		return s
	}
	if p.options.Scope == ScopeMesh {
		return p.rule.Severity
	}
	return diag.Info
}

// graded is the severity of a finding that weighs more or less than the
// others of its rule; what the configuration says holds for all of them.
func (p *Pass) graded(severity diag.Severity) diag.Severity {
	if s, ok := p.options.Severity[p.rule.ID]; ok {
		return s
	}
	return severity
}

// Mend gives a finding a fix, which changes one place of its object. Value is YAML for
// diag.Set and the new key for diag.Rename.
func (o *Object) Mend(d *diag.Diagnostic, title string, kind diag.ChangeKind, at manifest.Path, value string) {
	d.Fix = &diag.Fix{Title: title, Changes: []diag.Change{{Kind: kind, Path: at.String(), Value: value}}, Target: o.Document}
}
