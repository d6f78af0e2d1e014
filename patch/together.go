package patch

import (
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/helmx-dev/helmx/manifest"
)

// What consecutive patches change in a document is written into its text in one
// go, when the run ends or something needs the text. Between them there is only
// the tree: parsing each of 4,000 documents twice takes a quarter of a second, and
// parsing it twice for each of 20 patches took 7.

// stage makes a change in the tree of an object. What is wrong with it is told
// by a change of the text alone, since only there every node has its place.
func (r *run) stage(c change, o *object, do func(*manifest.Node) error, problem **problem) (bool, error) {
	r.remember(o.d)
	within := c.path
	if !c.within {
		within = nil
	}
	changed, err := o.d.Stage(c.span, within, do)
	if *problem == nil || !o.d.Staged() || (*problem).absent {
		return changed, err
	}
	if err := o.d.Settle(); err != nil {
		return false, err
	}
	*problem = nil
	return o.d.Stage(c.span, within, do)
}

// remember makes it possible to go back to what a document was before the run.
func (r *run) remember(d *manifest.Document) {
	if d == nil || r.restore[d] != nil || !r.together {
		return
	}
	if r.restore == nil {
		r.restore = map[*manifest.Document]func(){}
	}
	r.restore[d] = d.Checkpoint()
}

// again is the run from its beginning, with a text edit for every change: some
// document could not be edited otherwise.
func (r *run) again(docs []*manifest.Document) *run {
	for _, restore := range r.restore {
		restore()
	}
	return &run{ctx: r.ctx, docs: docs, options: r.options, charts: r.charts}
}

// settle makes the text of all that was changed.
func (r *run) settle() error {
	var failed atomic.Pointer[error]
	inParallel(r.docs, func(d *manifest.Document) {
		if err := d.Settle(); err != nil {
			failed.Store(&err)
		}
	})
	if err := failed.Load(); err != nil {
		return *err
	}
	return nil
}

// parse parses documents that are about to be looked into.
func parse(docs []*manifest.Document) {
	inParallel(docs, func(d *manifest.Document) { _, _ = d.Tree() })
}

// prepare prepares objects for changes of their trees.
func (r *run) prepare(objects []*object) {
	if r.together && len(objects) > 1 {
		inParallel(documents(objects), func(d *manifest.Document) { _ = d.Prepare() })
	}
}

// inParallel calls do for each document, on all cores where that is worth it.
func inParallel(docs []*manifest.Document, do func(*manifest.Document)) {
	const batch = 16
	workers := min(runtime.GOMAXPROCS(0), len(docs)/batch)
	if workers < 2 {
		for _, d := range docs {
			do(d)
		}
		return
	}
	var next atomic.Int64
	var done sync.WaitGroup
	for range workers {
		done.Go(func() {
			for {
				from := int(next.Add(batch)) - batch
				if from >= len(docs) {
					return
				}
				for _, d := range docs[from:min(from+batch, len(docs))] {
					do(d)
				}
			}
		})
	}
	done.Wait()
}
