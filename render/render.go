package render

import (
	"context"
	"errors"
	"strings"
	"text/template"
	"time"

	"github.com/helmx-dev/helmx/charts"
	"github.com/helmx-dev/helmx/charts/chartutil"
	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
	"github.com/helmx-dev/helmx/render/engine"
)

// Options of Render. The zero value is what `helm template` does without flags.
type Options struct {
	IncludeCRDs bool // the charts' crds/ folders come first
	NoHooks     bool // hooks are left out
	SkipTests   bool // hooks that are tests are left out
	EnableDNS   bool // getHostByName asks the resolver
	LintMode    bool // required and fail warn instead of failing
	Strict      bool // a missing key is an error

	// ToFiles keeps the white space at the end of the last document, which Helm
	// cuts off on standard output but not when it writes files.
	ToFiles bool

	MaxOutput int64         // bytes that the templates may write; 0 means engine.DefaultMaxOutput
	Timeout   time.Duration // how long the templates may run; 0 means no limit

	Funcs template.FuncMap // more template functions; they cannot replace Helm's
	Warn  func(string)     // gets what Helm would log, line by line; may be nil

	Observe func(*engine.Observation) // gets what was parsed, when the templates have ended; may be nil
}

// Render runs the templates of a chart. The documents come in the order of
// `helm template`, and their Raw() joined are its standard output, except that
// Helm prints an empty line where there is no document at all.
//
// Templates that fail and documents that are not YAML are findings, whose
// Message holds Helm's text. In the second case the documents are what the
// templates rendered, file by file, for whoever wants to look at it. An error
// means that ctx was cancelled.
//
// Templates may change the values of r, as in Helm: a Resolved can be rendered
// once.
func Render(ctx context.Context, r *charts.Resolved, o Options) ([]*manifest.Document, diag.List, error) {
	return renderChart(ctx, r.Chart, r.Values, o)
}

func renderChart(ctx context.Context, ch *charts.Chart, vals chartutil.Values, o Options) ([]*manifest.Document, diag.List, error) {
	var notices []engine.Notice
	files, err := engine.Render(ctx, ch.Chart, vals, engine.Options{
		Strict: o.Strict, LintMode: o.LintMode, EnableDNS: o.EnableDNS,
		MaxOutput: o.MaxOutput, Timeout: o.Timeout, Funcs: o.Funcs, Warn: o.Warn, Observe: o.Observe,
		Notice: func(n engine.Notice) { notices = append(notices, n) },
	})
	if err != nil && ctx.Err() == nil {
		findings, err := failed(ctx, ch, err)
		return nil, append(findings, finder{ch}.notices(notices)...), err
	}
	if err != nil {
		return nil, nil, err
	}
	files = withoutNotes(files)
	objects, hooks, findings := sortFiles(files, finder{ch}, o.Warn)
	findings = append(findings, finder{ch}.notices(notices)...)
	if findings.HasErrors() {
		return unsorted(ch, files), findings, nil
	}
	b := builder{chart: ch}
	if o.IncludeCRDs {
		b.crds()
	}
	for _, m := range objects {
		b.add(m)
	}
	if !o.ToFiles {
		b.trim()
	}
	if !o.NoHooks {
		for _, m := range hooks {
			if !o.SkipTests || !m.test {
				b.add(m)
			}
		}
	}
	return b.docs, findings, nil
}

// failed turns an error of the engine into findings where templates are to
// blame.
func failed(ctx context.Context, ch *charts.Chart, err error) (diag.List, error) {
	var failures engine.Failures
	switch {
	case errors.As(err, &failures):
		return finder{ch}.failures(failures), nil
	case ctx.Err() != nil:
		return nil, err
	}
	return diag.List{finder{ch}.limit(err)}, nil
}

// withoutNotes removes NOTES.txt of the chart and its subcharts. They are
// rendered like every template, but no manifests.
func withoutNotes(files []*engine.File) []*engine.File {
	var kept []*engine.File
	for _, f := range files {
		if !strings.HasSuffix(f.Name, "NOTES.txt") {
			kept = append(kept, f)
		}
	}
	return kept
}

// unsorted returns the rendered files as they are, for debugging.
func unsorted(ch *charts.Chart, files []*engine.File) []*manifest.Document {
	b := builder{chart: ch}
	for _, f := range files {
		if strings.TrimSpace(f.Text) != "" {
			b.add(&entry{file: f, start: 0, text: f.Text})
		}
	}
	return b.docs
}
