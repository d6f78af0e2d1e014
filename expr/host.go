package expr

import (
	"errors"
	"io"
	"maps"
	"text/template"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/funcs"
	"github.com/helmx-dev/helmx/manifest"
)

// An evaluator is the funcs.Host of expressions.

var _ funcs.Host = (*evaluator)(nil)

// Warn implements funcs.Host.
func (e *evaluator) Warn(w funcs.Warning) { e.notices = append(e.notices, w) }

// Refuse implements funcs.Host.
func (e *evaluator) Refuse(message string) error { return errors.New(message) }

// Run implements funcs.Host.
func (e *evaluator) Run(string, any) (any, error) { return nil, errors.New(noTemplate) }

// Return implements funcs.Host.
func (e *evaluator) Return(any) error { return errors.New(noTemplate) }

// Memo implements funcs.Host.
func (e *evaluator) Memo(string, func() (any, error)) (any, error) {
	return nil, errors.New(noTemplate)
}

// maxDepth bounds how deep try and can nest.
const maxDepth = 100

// Execute implements funcs.Host.
func (e *evaluator) Execute(t *funcs.Thunk) error {
	if e.depth >= maxDepth {
		return errors.New("try and can nest too deep")
	}
	set := e.set.New("expression")
	set.Tree = t.Tree
	e.depth++
	defer func() { e.depth-- }()
	return set.Execute(io.Discard, t)
}

// prepare takes the arguments that are evaluated late out of a template.
func (e *evaluator) prepare(t *template.Template) error {
	functions := template.FuncMap{}
	maps.Copy(functions, e.lazy.Bind(e))
	t.Funcs(functions)
	for _, part := range t.Templates() {
		if part.Tree == nil {
			continue
		}
		if err := e.lazy.Rewrite(part.Tree); err != nil {
			return err
		}
	}
	return nil
}

const (
	codeWarning = "EX013"
	noticeOfOld = "EX014"
	codeClosed  = "EX012"
)

func codeOf(w funcs.Warning) string {
	if w.Deprecated {
		return noticeOfOld
	}
	return codeWarning
}

// pass turns what the last expression had to say into findings about it.
func (r *resolver) pass(n *manifest.Node, p manifest.Path, at piece) {
	r.secret = r.secret || r.evaluator.secret
	for _, w := range r.evaluator.notices {
		f := r.doc.Finding(n, p)
		f.Code, f.Severity, f.Message = codeOf(w), diag.Warning, w.Message
		if r.evaluator.secret || r.doc.IsSecret() {
			f.Message = "an expression about a Secret warns"
			f.Hint = hiddenReason
		}
		r.findings = append(r.findings, f)
	}
}

const hiddenReason = "the reason is left out: it could show a value of the Secret"

// pass keeps what an expression of helmx.yaml had to say.
func (s *Strings) pass(text string, object func() any) {
	for _, w := range s.notices {
		d := diag.Diagnostic{Code: codeOf(w), Severity: diag.Warning, Message: quoteText(text) + " warns: " + w.Message}
		if s.secret || isSecret(object) {
			d.Message, d.Hint = "an expression about a Secret warns", hiddenReason
		}
		s.found = append(s.found, d)
	}
	if s.secret && object != nil {
		s.world.mark(object())
	}
}

// Findings returns what expressions warned of so far, each once.
func (s *Strings) Findings() diag.List {
	if s == nil {
		return nil
	}
	var list diag.List
	known := map[string]bool{}
	for _, d := range s.found {
		if !known[d.Message] {
			known[d.Message] = true
			list = append(list, d)
		}
	}
	return list
}
