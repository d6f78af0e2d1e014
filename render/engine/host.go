package engine

import (
	"errors"
	"maps"
	"strings"
	"text/template"

	"github.com/helmx-dev/helmx/funcs"
)

// Notice is what a function of package funcs has to say to the user.
type Notice struct {
	funcs.Warning
	Template string // the file that was being rendered
	At       Place  // the action that said it, as far as it is known
}

// A scope is the funcs.Host of the templates in its set.

// bound returns the functions that need a running template, bound to this scope.
func (s *scope) bound() template.FuncMap {
	m := funcs.Bound(s)
	maps.Copy(m, s.w.r.lazy.Bind(s))
	for name := range m {
		if _, ours := s.w.r.opts.Funcs[name]; !ours {
			delete(m, name)
		}
	}
	return m
}

// Warn implements funcs.Host.
func (s *scope) Warn(said funcs.Warning) {
	w := s.w
	if w.r.opts.Notice == nil {
		return
	}
	n := Notice{Warning: said, Template: w.name}
	if w.top != nil {
		n.At = w.r.trace.acting(w.top)
	}
	w.notices = append(w.notices, n)
}

// Refuse implements funcs.Host.
func (s *scope) Refuse(message string) error {
	return errors.New(messageStart + message + messageEnd)
}

// returned ends the template that Run executes.
type returned struct{ value any }

// Error is never seen: Run takes the value.
func (returned) Error() string { return "return" }

// Return implements funcs.Host.
func (s *scope) Return(value any) error {
	w := s.w
	switch {
	case w.returns == 0 || w.depth != w.returns:
		return errors.New("return: only a template that call runs can return a value; include, tpl and Helm take its text")
	case strings.TrimSpace(w.top.out.String()) != "":
		return errors.New("return: the template has written text before: a template gives either text or a value")
	}
	return &returned{value}
}

// Run implements funcs.Host.
func (s *scope) Run(name string, dot any) (any, error) {
	w := s.w
	outer := w.returns
	w.returns = w.depth + 1
	f, err := s.execute(name, dot)
	w.returns = outer
	if r := (*returned)(nil); errors.As(err, &r) {
		return r.value, nil
	}
	if err != nil {
		return nil, err
	}
	text := strings.ReplaceAll(f.out.String(), noValue, "")
	return funcs.ReadResult(name, text)
}

// maxRemembered bounds what callCached keeps, in results per worker.
const maxRemembered = 10_000

// Memo implements funcs.Host. Each worker remembers for itself: what a template
// gives for its arguments does not depend on who asks.
func (s *scope) Memo(key string, produce func() (any, error)) (any, error) {
	w := s.w
	if v, ok := w.memo[key]; ok {
		return v, nil
	}
	v, err := produce()
	if err != nil || len(w.memo) >= maxRemembered {
		return v, err
	}
	if w.memo == nil {
		w.memo = map[string]any{}
	}
	w.memo[key] = funcs.CopyTree(v) // what was returned may be changed later
	return v, nil
}

// Execute implements funcs.Host.
func (s *scope) Execute(t *funcs.Thunk) error {
	set := s.set.New("expression")
	set.Tree = t.Tree
	_, err := s.w.run(func(f *frame) error { return set.Execute(f, t) })
	return err
}

var _ funcs.Host = (*scope)(nil)
