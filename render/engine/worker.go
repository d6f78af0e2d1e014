package engine

import (
	"context"
	"fmt"
	"text/template"
)

// worker executes templates, one after the other. Workers share trees and
// caches, but each has its own template set, since the functions in a set are
// bound to the worker.
type worker struct {
	r        *renderer
	base     *scope
	included map[string]int       // how deep each include is nested
	depth    int                  // nesting of include and tpl together
	top      *frame               // what is being written
	texts    []*template.Template // the texts that tpl is executing
	traced   int                  // bytes kept for tracing
	name     string               // of the file
	context  map[string]any       // of the file

	shared   *sharedMaps // what must not be changed; nil when the file runs alone
	conflict bool        // the file wanted to
	warnings []string    // what the file logged
	notices  []Notice    // what the file had to say

	returns int            // the depth of the template that may return a value
	memo    map[string]any // what callCached remembers
}

func (r *renderer) newWorker() (*worker, error) {
	w := &worker{r: r, included: map[string]int{}}
	set := template.New(TextName).Funcs(r.funcs).Funcs(w.guard()).Funcs(w.messages()).Funcs(template.FuncMap{printed: printable})
	w.base = w.newScope(set)
	for i, s := range r.sources {
		for name, tree := range r.parsed[i].trees {
			if _, err := set.New(s.name).AddParseTree(name, tree); err != nil {
				return nil, fmt.Errorf("adding template %s: %w", name, err)
			}
		}
	}
	return w, nil
}

// warn keeps a line for Options.Warn.
func (w *worker) warn(format string, args ...any) {
	if w.r.opts.Warn != nil {
		w.warnings = append(w.warnings, fmt.Sprintf(format, args...))
	}
}

// maxDepth bounds how deep include and tpl may nest altogether, where Helm dies
// of its stack. The texts of errors grow with every level, so unwinding is
// quadratic: 20,000 levels cost a second, 100,000 some ten gigabytes.
const maxDepth = 20_000

// run executes a template into a new frame.
func (w *worker) run(execute func(*frame) error) (*frame, error) {
	if w.stopped() {
		return nil, w.halt(w.top, context.Cause(w.r.ctx))
	}
	if w.depth >= maxDepth {
		return nil, fmt.Errorf("include and tpl nest more than %d levels", maxDepth)
	}
	f := &frame{w: w}
	outer := w.top
	w.top, w.depth = f, w.depth+1
	err := execute(f)
	w.top, w.depth = outer, w.depth-1
	if outer != nil && err == nil {
		outer.called(f)
	}
	return f, err
}
