package engine

import (
	"context"
	"fmt"
	"sync/atomic"
	"text/template"

	"helm.sh/helm/v3/pkg/chart"

	"github.com/helmx-dev/helmx/charts/chartutil"
	"github.com/helmx-dev/helmx/funcs"
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
	lazy    funcs.Lazy

	stop    atomic.Bool
	written atomic.Int64
	unwatch func() bool
}

func newRenderer(ctx context.Context, ch *chart.Chart, vals chartutil.Values, o Options) *renderer {
	if o.MaxOutput <= 0 {
		o.MaxOutput = DefaultMaxOutput
	}
	r := &renderer{ctx: ctx, opts: o, sources: sources(ch, vals)}
	r.funcs = r.funcMap()
	r.texts.parse = r.parseText
	r.trace.r = r
	r.unwatch = context.AfterFunc(ctx, func() { r.stop.Store(true) })
	return r
}

func (r *renderer) close() { r.unwatch() }

// Stopped is the error of a render that was ended by its context, by
// Options.Timeout or by Options.MaxOutput (then it wraps ErrOutputLimit).
type Stopped struct {
	Template string // the file that was being rendered, as far as it is known
	At       Place  // what was being executed, as far as it is known
	Cause    error
}

// Error says which template was running.
func (e *Stopped) Error() string {
	if e.Template == "" {
		return e.Cause.Error()
	}
	return fmt.Sprintf("rendering template %s: %s", e.Template, e.Cause)
}

// Unwrap returns the cause.
func (e *Stopped) Unwrap() error { return e.Cause }

// Final implements funcs.Final: no template can go on after it.
func (e *Stopped) Final() {}

// stopped reports whether the render is to end.
func (w *worker) stopped() bool { return w.r.stop.Load() }

// halt is what Write returns to end an execution. It gets lost in the chain of
// text/template's errors, but errors.As finds it.
func (w *worker) halt(f *frame, cause error) error {
	e := &Stopped{Template: w.name, Cause: cause}
	if f != nil {
		e.At, _ = w.r.trace.executing(f, len(f.steps)-1)
	}
	return e
}

// spend counts written bytes against the limit.
func (w *worker) spend(f *frame, n int) error {
	if w.r.written.Add(int64(n)) > w.r.opts.MaxOutput {
		return w.halt(f, fmt.Errorf("templates wrote more than %d bytes: %w", w.r.opts.MaxOutput, ErrOutputLimit))
	}
	return nil
}
