package engine

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"text/template"

	"helm.sh/helm/v3/pkg/chart"

	"github.com/helmx-dev/helmx/charts/chartutil"
)

// renderer is one call of Render.
type renderer struct {
	ctx     context.Context
	opts    Options
	sources []*source
	funcs   template.FuncMap // for parsing, and what workers start from
	parsed  []parsed
	selfRef bool // a template executes or defines "gotpl": tpl must clone
	texts   textCache
	trace   tracer

	stop    atomic.Bool
	written atomic.Int64
	unwatch func() bool
	warning sync.Mutex
}

func newRenderer(ctx context.Context, ch *chart.Chart, vals chartutil.Values, o Options) *renderer {
	if o.MaxOutput <= 0 {
		o.MaxOutput = DefaultMaxOutput
	}
	r := &renderer{ctx: ctx, opts: o, sources: sources(ch, vals)}
	r.funcs = r.funcMap()
	r.texts.funcs = r.funcs
	r.trace.r = r
	r.unwatch = context.AfterFunc(ctx, func() { r.stop.Store(true) })
	return r
}

func (r *renderer) close() { r.unwatch() }

// stopCause says why the render has to stop.
func (r *renderer) stopCause() error {
	return &stopError{context.Cause(r.ctx)}
}

// stopError is what Write returns to end an execution. It gets lost in the
// chain of text/template's errors, but errors.As finds it.
type stopError struct{ cause error }

func (e *stopError) Error() string { return e.cause.Error() }
func (e *stopError) Unwrap() error { return e.cause }

// spend counts written bytes against the limit.
func (r *renderer) spend(n int) error {
	if r.written.Add(int64(n)) > r.opts.MaxOutput {
		return &stopError{fmt.Errorf("templates wrote more than %d bytes: %w", r.opts.MaxOutput, ErrOutputLimit)}
	}
	return nil
}

func (r *renderer) warn(format string, args ...any) {
	if r.opts.Warn == nil {
		return
	}
	r.warning.Lock()
	defer r.warning.Unlock()
	r.opts.Warn(fmt.Sprintf(format, args...))
}

// worker executes templates, one after the other. Workers share trees and
// caches, but each has its own template set, since the functions in a set are
// bound to the worker.
type worker struct {
	r        *renderer
	base     *scope
	included map[string]int // how deep each include is nested
	depth    int            // nesting of include and tpl together
	top      *frame         // what is being written
	texts    []*template.Template
}

func (r *renderer) newWorker() (*worker, error) {
	w := &worker{r: r, included: map[string]int{}}
	set := template.New(TextName).Funcs(r.funcs)
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

// stopped reports whether the render is to end.
func (w *worker) stopped() bool { return w.r.stop.Load() }

// maxDepth bounds how deep include and tpl may nest altogether. Helm has no
// such limit and dies of its stack; text/template has this one for {{template}}.
// A level takes about 5 KB of the 1 GB that Go allows a stack.
const maxDepth = 100_000

// run executes a template into a new frame.
func (w *worker) run(execute func(*frame) error) (*frame, error) {
	if w.stopped() {
		return nil, w.r.stopCause()
	}
	if w.depth >= maxDepth {
		return nil, fmt.Errorf("exceeded maximum template depth (%d)", maxDepth)
	}
	f := &frame{w: w}
	outer := w.top
	w.top, w.depth = f, w.depth+1
	err := execute(f)
	w.top, w.depth = outer, w.depth-1
	if outer != nil && err == nil {
		outer.calls = append(outer.calls, call{len(outer.steps), f})
	}
	return f, err
}

// file renders one source.
func (w *worker) file(s *source) (file *File, err error) {
	clear(w.included)
	w.depth, w.top, w.texts = 0, nil, nil
	defer func() {
		// A sprig function or a method that panics is caught by text/template;
		// what gets here is a bug of text/template or of this package.
		if p := recover(); p != nil {
			err = &Error{Template: s.name, Text: fmt.Sprintf("rendering template failed: %v", p)}
		}
	}()
	s.context["Template"] = chartutil.Values{"Name": s.name, "BasePath": s.base}
	f, err := w.run(func(f *frame) error {
		return w.base.set.ExecuteTemplate(f, s.name, chartutil.Values(s.context))
	})
	var stop *stopError
	switch {
	case errors.As(err, &stop):
		return nil, fmt.Errorf("rendering template %s: %w", s.name, stop.cause)
	case err != nil:
		return nil, w.r.execError(s.name, err)
	}
	file = &File{Name: s.name, Chart: s.chart, Text: f.out.String(), frame: f, trace: &w.r.trace}
	file.dropNoValue()
	return file, nil
}

// noValue is what text/template prints for a missing value although
// missingkey=zero is set; Helm takes it out of every output.
const noValue = "<no value>"

// dropNoValue removes noValue from the text and notes where it stood.
func (f *File) dropNoValue() {
	if !strings.Contains(f.Text, noValue) {
		return
	}
	var b strings.Builder
	rest, at := f.Text, 0
	for {
		before, after, found := strings.Cut(rest, noValue)
		b.WriteString(before)
		if !found {
			break
		}
		at += len(before)
		f.dropped = append(f.dropped, at)
		rest = after
	}
	f.Text = b.String()
}
