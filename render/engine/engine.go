package engine

import (
	"context"
	"errors"
	"fmt"
	"text/template"
	"time"

	"helm.sh/helm/v3/pkg/chart"

	"github.com/helmx-dev/helmx/charts/chartutil"
)

// DefaultMaxOutput bounds what one call of Render may write, in bytes, when
// Options says nothing. The largest public charts stay below 20 MB.
const DefaultMaxOutput = 1 << 30

// Options of Render. The zero value behaves as `helm template`.
type Options struct {
	Strict    bool // a missing key is an error
	LintMode  bool // required and fail warn instead of failing
	EnableDNS bool // getHostByName asks the resolver

	// MaxOutput is the number of bytes that one render may write, results of
	// include and tpl counted; 0 means DefaultMaxOutput.
	MaxOutput int64
	// Timeout bounds the whole render; 0 means none.
	Timeout time.Duration
	// Funcs are added to Helm's functions; they cannot replace one. Those of
	// package funcs that need a running template are bound to it.
	Funcs template.FuncMap
	// Notice gets what functions have to say to the user. It may be nil. It is
	// called from one goroutine at a time.
	Notice func(Notice)
	// Warn gets what Helm logs, one line without a line break. It may be nil.
	// It is called from one goroutine at a time.
	Warn func(string)
	// Observe gets what was parsed when the templates have ended, whether they
	// failed or not, unless they did not even parse. It may be nil.
	Observe func(*Observation)
	// Sequential turns parallel parsing and rendering off.
	Sequential bool
}

// ErrOutputLimit is wrapped by the error of a render that wrote more than
// Options.MaxOutput.
var ErrOutputLimit = errors.New("output limit exceeded")

// grace is how long a cancelled render is waited for. Templates check for it
// whenever they write, enter a loop body, include or call tpl, so only a single
// long function call (`until 1000000000`) can take longer; that one is left
// behind to end on its own, since Go cannot stop it.
const grace = 200 * time.Millisecond

// Render executes all templates of a chart and its dependencies with vals, the
// context that charts.Resolve builds (Chart, Capabilities, Release, Values). It
// returns the rendered files in the order in which Helm renders them; partials
// are not among them, NOTES.txt is.
//
// Failures of the templates are returned as [Failures], in Helm's order, so the
// first is the one Helm reports. All other errors are a *[Stopped].
//
// Templates may change vals, as in Helm. When Render returns because ctx ended,
// vals must not be used again.
func Render(ctx context.Context, ch *chart.Chart, vals chartutil.Values, o Options) ([]*File, error) {
	if o.Timeout > 0 {
		var cancel context.CancelFunc
		cause := fmt.Errorf("templates ran longer than the limit of %s", o.Timeout)
		ctx, cancel = context.WithTimeoutCause(ctx, o.Timeout, cause)
		defer cancel()
	}
	if err := context.Cause(ctx); err != nil {
		return nil, &Stopped{Cause: err}
	}
	r := newRenderer(ctx, ch, vals, o)
	defer r.close()

	var files []*File
	var err error
	done := make(chan struct{})
	go func() {
		defer close(done)
		files, err = r.render()
		r.observe()
	}()
	select {
	case <-done:
	case <-ctx.Done():
		select {
		case <-done:
		case <-time.After(grace):
			return nil, &Stopped{Cause: context.Cause(ctx)}
		}
	}
	return files, err
}
