package expr

import (
	"errors"
	"strings"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
	"go.yaml.in/yaml/v3"
)

// report adds a finding about a node and returns it, nil when there is one
// already: another alias of the same anchor led here.
func (r *resolver) report(n *manifest.Node, p manifest.Path, code, message, hint string) *diag.Diagnostic {
	if r.reported[n] {
		return nil
	}
	r.reported[n] = true
	f := r.doc.Finding(n, p)
	f.Code, f.Severity, f.Message, f.Hint = code, diag.Error, message, hint
	r.findings = append(r.findings, f)
	return &r.findings[len(r.findings)-1]
}

// reportProblem reports what is wrong with one expression of a scalar. About a
// Secret it says no more than that: the message of a function quotes what the
// function was given.
func (r *resolver) reportProblem(n *manifest.Node, p manifest.Path, at piece, problem *problem) {
	text := strings.Join(strings.Fields(at.text), " ")
	message := "the expression " + r.open + " " + text + " " + r.end + " " + problem.message
	secret := r.evaluator.secret || r.doc.IsSecret()
	if problem.detail != "" && !secret {
		message += ": " + problem.detail
	}
	hint := problem.hint
	if problem.detail != "" && secret {
		hint = "the reason is left out: it could show a value of the Secret"
	}
	f := r.report(n, p, problem.code, message, hint)
	if line := lineInBlock(n, at); f != nil && line > 0 {
		located := r.doc.FindingAt(line, 0)
		f.Span, f.Rendered, f.Excerpt = located.Span, located.Rendered, located.Excerpt
	}
}

// lineInBlock returns the line of an expression in a literal block, where the
// lines of the text are those of the document, or 0.
func lineInBlock(n *manifest.Node, at piece) int {
	if n.Style&yaml.LiteralStyle == 0 || n.Line == 0 {
		return 0
	}
	return n.Line + 1 + strings.Count(n.Value[:at.offset], "\n")
}

// unreadable reports a document that holds the delimiter and is no YAML: an
// expression without quotes may be the reason.
func (r *resolver) unreadable(err error) {
	line, column := 1, 0
	if syntax := (*manifest.SyntaxError)(nil); errors.As(err, &syntax) {
		line, column, err = syntax.Line, syntax.Column, errors.New(syntax.Message)
	}
	f := r.doc.FindingAt(line, column)
	f.Code, f.Severity, f.Message = "EX008", diag.Error, "the document with an expression is not YAML: "+err.Error()
	f.Hint = `an expression stands in quotes: '` + r.open + ` ... ` + r.end + `'`
	r.findings = append(r.findings, f)
}
