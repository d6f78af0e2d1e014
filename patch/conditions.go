package patch

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
)

// skip says why a patch is not for this stream, "" when it is.
func (r *run) skip(p *Patch) string {
	why := ""
	switch {
	case len(p.Charts) > 0 && !slices.ContainsFunc(p.Charts, func(c string) bool { return slices.Contains(r.charts, c) }):
		if r.misspeltChart(p) {
			return "no document is from " + orList(p.Charts)
		}
		why = fmt.Sprintf("it is for chart %s, and the stream holds %s", orList(p.Charts), orNone(r.charts))
	case p.When != nil:
		holds, d := r.holds(*p.When, nil)
		if d != nil {
			d.Message = p.Name + ": when: " + d.Message
			r.found = append(r.found, *d)
			return "its condition cannot be evaluated"
		}
		if !holds {
			why = "its condition " + p.When.Text + " does not hold"
		}
	}
	if why != "" && r.options.Note != nil {
		r.notes = append(r.notes, fmt.Sprintf("patch %s skipped: %s", p.Name, why))
	}
	return why
}

// holds evaluates a condition. The finding lacks the name of the patch.
func (r *run) holds(c Condition, object func() any) (bool, *diag.Diagnostic) {
	switch c.Text {
	case "true", "false":
		return c.Text == "true", nil
	}
	if r.options.Expressions == nil {
		return false, &diag.Diagnostic{Code: codeExpression, Severity: diag.Error, Span: c.Span, Message: "there is nothing that evaluates conditions here"}
	}
	holds, d := r.options.Expressions.True(c.Text, object)
	if d == nil {
		return holds, nil
	}
	f := *d
	f.Severity, f.Span = diag.Error, c.Span
	return false, &f
}

// where reports whether an object meets the condition of the target.
func (r *run) where(p *Patch, t *Target, d *manifest.Document) bool {
	if t.Where == nil {
		return true
	}
	holds, problem := r.holds(*t.Where, valueOf(d))
	if problem != nil {
		if d.CopiesSecret() {
			veil(problem)
		}
		object := d.Object()
		problem.Message, problem.Object = p.Name+": where: "+problem.Message, &object
		r.report(*problem)
	}
	return holds
}

// valueOf returns a function for the object as it is now.
func valueOf(d *manifest.Document) func() any {
	root, err := d.Tree()
	if err != nil {
		return func() any { return nil }
	}
	if d.Staged() { // the tree will be another
		value := manifest.Value(root)
		return func() any { return value }
	}
	return sync.OnceValue(func() any { return manifest.Value(root) })
}

// evaluator is for the values of a patch in one document, none for a literal
// patch. d may be nil.
func (r *run) evaluator(p *Patch, d *manifest.Document) evaluator {
	if p.Literal || d != nil && !p.late {
		return evaluator{}
	}
	e := evaluator{with: r.options.Expressions}
	if d != nil {
		e.object, e.veiled = valueOf(d), d.CopiesSecret()
	}
	return e
}

// target returns the target of a patch with its expressions evaluated.
func (r *run) target(p *Patch) (*Target, bool) {
	t := &p.Target
	if t.late == nil || r.options.Expressions == nil {
		return t, true
	}
	n, problem := r.evaluator(p, nil).value(t.late)
	if problem != nil {
		f := diag.Diagnostic{Code: problem.code, Severity: diag.Error, Span: placeOf(problem.by, p.Span), Message: p.Name + ": target: " + problem.message, Hint: problem.hint}
		r.found = append(r.found, f)
		return nil, false
	}
	again := &parser{file: p.Span.File, name: p.Name, literal: true, evaluated: true}
	now := again.target(n, n)
	now.Where = t.Where
	r.found = append(r.found, again.found...)
	return &now, len(again.found) == 0
}

// condition reads `when` or `where`.
func (p *parser) condition(what string, n *manifest.Node) *Condition {
	c := &Condition{Text: strings.TrimSpace(n.Value), Span: p.span(n)}
	if b, ok := manifest.Value(n).(bool); ok {
		c.Text = fmt.Sprint(b)
		return c
	}
	if !isScalar(n) || !strings.HasPrefix(c.Text, "{{") || !strings.HasSuffix(c.Text, "}}") {
		p.report(codeShape, n, what+" is "+manifest.KindName(n)+", expected an expression between {{ and }}", `write it in quotes, such as "{{ eq .Values.env \"prod\" }}"`)
		return nil
	}
	return c
}
