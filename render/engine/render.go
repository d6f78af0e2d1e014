package engine

import (
	"errors"
	"fmt"
	"maps"
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/helmx-dev/helmx/charts/chartutil"
)

// render parses and executes everything.
func (r *renderer) render() ([]*File, error) {
	r.parsed = r.parseAll()
	var failures Failures
	for i, p := range r.parsed {
		if p.err != nil {
			failures = append(failures, parseError(r.sources[i].name, p.err))
		}
		r.selfRef = r.selfRef || p.selfRef
		r.sources[i].mutates = p.mutates
	}
	if failures != nil {
		return nil, failures
	}
	return r.execute()
}

// result is what became of one file.
type result struct {
	file     *File
	err      error
	conflict bool // it was about to change what other files may be reading
	warnings []string
	notices  []Notice
}

// maxConflicts is how often work may be thrown away before the rest is executed
// one after the other.
const maxConflicts = 2

// execute runs the templates with the outcome of Helm's loop: one after the
// other in the order of the sources, all on one context per chart, which they
// may change.
//
// Files that follow each other are executed at the same time as long as none of
// them changes a map that another can see. That is found out while they run:
// set, unset and merge refuse to touch a shared map (see worker.guard). Nothing
// has happened then, so the files in front of the refused one are good, and it
// is executed again, alone. Files that plainly do such things (Istio's
// zzz_profile.yaml) are executed alone at once.
//
// All failures of files that ran together are returned; after one, what comes
// later is not executed, since it may depend on it.
func (r *renderer) execute() ([]*File, error) {
	first, err := r.newWorker()
	if err != nil {
		return nil, err
	}
	workers := []*worker{first}
	var rest []*source
	for _, s := range r.sources {
		if !s.partial() {
			rest = append(rest, s)
		}
	}
	var files []*File
	for conflicts := 0; len(rest) > 0; {
		var results []result
		if n := together(rest); n > 1 && conflicts < maxConflicts && !r.opts.Sequential {
			if workers, err = r.staff(workers, n); err != nil {
				return nil, err
			}
			if results = r.speculate(workers, rest[:n]); len(results) < n {
				conflicts++
			}
		}
		if len(results) == 0 {
			results = []result{first.file(rest[0], rest[0].context)}
		}
		done, err := r.accept(results)
		if err != nil {
			return nil, err
		}
		files = append(files, done...)
		rest = rest[len(results):]
	}
	return files, nil
}

// accept takes results in order.
func (r *renderer) accept(results []result) ([]*File, error) {
	var files []*File
	var failures Failures
	for _, res := range results {
		if failures == nil {
			r.pass(res)
		}
		var failure *Error
		switch {
		case errors.As(res.err, &failure):
			failures = append(failures, failure)
		case res.err != nil && failures == nil:
			return nil, res.err
		case res.err == nil:
			files = append(files, res.file)
		}
	}
	if failures != nil {
		return nil, failures
	}
	return files, nil
}

// pass hands on what a file had to say.
func (r *renderer) pass(res result) {
	for _, w := range res.warnings {
		r.opts.Warn(w)
	}
	for _, n := range res.notices {
		r.opts.Notice(n)
	}
}

// together returns how many of the files may be tried at the same time. A file
// that plainly changes its context is on its own. And a file of a chart can look
// into the contexts of its subcharts, where .Template is that of the last file
// rendered; so it does not run together with files of these.
func together(rest []*source) int {
	for i, s := range rest {
		if s.mutates {
			return i
		}
		for _, earlier := range rest[:i] {
			if below(earlier, s) {
				return i
			}
		}
	}
	return len(rest)
}

// below reports whether a belongs to a chart beneath that of b.
func below(a, b *source) bool {
	if a.chart == b.chart {
		return false
	}
	for c := a.chart.Parent(); c != nil; c = c.Parent() {
		if c == b.chart {
			return true
		}
	}
	return false
}

// filesPerWorker is how many files make another worker worth its template set.
const filesPerWorker = 4

func (r *renderer) staff(workers []*worker, files int) ([]*worker, error) {
	for len(workers) < min(runtime.GOMAXPROCS(0), files/filesPerWorker) {
		w, err := r.newWorker()
		if err != nil {
			return nil, err
		}
		workers = append(workers, w)
	}
	return workers, nil
}

// speculate executes files at the same time, each with a context of its own,
// and returns the results up to the first conflict.
func (r *renderer) speculate(workers []*worker, sources []*source) []result {
	results := make([]result, len(sources))
	shared := &sharedMaps{sources: r.sources}
	var next atomic.Int64
	var end atomic.Int64 // no result from here on will be used
	end.Store(int64(len(sources)))
	var wg sync.WaitGroup
	for _, w := range workers {
		wg.Go(func() {
			w.shared = shared
			defer func() { w.shared = nil }()
			for {
				i := next.Add(1) - 1
				if i >= end.Load() {
					return
				}
				results[i] = w.file(sources[i], maps.Clone(sources[i].context))
				if results[i].conflict {
					lower(&end, i)
				}
			}
		})
	}
	wg.Wait()
	n := int(end.Load())
	for _, s := range sources[:n] {
		s.context["Template"] = s.template()
	}
	return results[:n]
}

// lower sets a to n unless it is lower already.
func lower(a *atomic.Int64, n int64) {
	for {
		old := a.Load()
		if old <= n || a.CompareAndSwap(old, n) {
			return
		}
	}
}

// template is .Template while the file is rendered.
func (s *source) template() chartutil.Values {
	return chartutil.Values{"Name": s.name, "BasePath": s.base}
}

// file renders one source with a context.
func (w *worker) file(s *source, context map[string]any) (res result) {
	clear(w.included)
	*w = worker{r: w.r, base: w.base, included: w.included, shared: w.shared, name: s.name, context: context, memo: w.memo}
	defer func() {
		// A sprig function or a method that panics is caught by text/template;
		// what gets here is a bug of text/template or of this package.
		if p := recover(); p != nil {
			res = result{err: &Error{Template: s.name, Text: fmt.Sprintf("rendering template failed: %v", p)}}
		}
		res.conflict, res.warnings, res.notices = w.conflict, w.warnings, w.notices
	}()
	context["Template"] = s.template()
	f, err := w.run(func(f *frame) error {
		return w.base.set.ExecuteTemplate(f, s.name, chartutil.Values(context))
	})
	var stop *Stopped
	switch {
	case errors.As(err, &stop):
		return result{err: stop}
	case err != nil:
		return result{err: w.r.execError(s.name, err)}
	}
	file := &File{Name: s.name, Chart: s.chart, Text: f.out.String(), frame: f, trace: &w.r.trace}
	file.dropNoValue()
	return result{file: file}
}
