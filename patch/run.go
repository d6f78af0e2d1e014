package patch

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
)

// Apply runs the patches over the documents and returns the stream that they
// make: the documents, changed in place, without those that were deleted and
// with those that were made. Findings are about patches that could not be
// applied: every failing patch is reported, and a change that fails on a
// document leaves that document as it was. An error means that ctx was
// cancelled or that helmx is at fault.
func Apply(ctx context.Context, docs []*manifest.Document, o Options) ([]*manifest.Document, diag.List, error) {
	if len(o.Patches) == 0 {
		return docs, nil, nil
	}
	r := &run{ctx: ctx, docs: docs, options: o, charts: chartsOf(docs), together: o.Explain == nil}
	err := r.all()
	if errors.Is(err, manifest.ErrTogether) {
		r = r.again(docs)
		err = r.all()
	}
	for _, note := range r.notes {
		o.Note(note)
	}
	if err == nil {
		manifest.Renumber(r.docs)
	}
	return r.docs, r.findings(), err
}

// all applies the patches and makes the text of what they did.
func (r *run) all() error {
	for i := range r.options.Patches {
		p := &r.options.Patches[i]
		err := r.ctx.Err()
		if err == nil {
			err = r.patch(p)
		}
		if err != nil && err != r.ctx.Err() {
			err = fmt.Errorf("applying patch %s: %w", p.Name, err)
		}
		if err != nil {
			return cmp.Or(r.settle(), err)
		}
	}
	return r.settle()
}

// run is one call of Apply.
type run struct {
	ctx     context.Context
	docs    []*manifest.Document
	options Options
	charts  []string                    // whose documents the stream holds
	index   *index                      // of docs; nil: to be made
	aim     *Target                     // of the current patch, with its expressions evaluated
	moved   map[moved]bool              // by the current patch
	scopes  map[string]string           // of kinds that CRDs of the stream define; nil: to be read
	more    map[int]int                 // how many more objects a finding is true of, by its place in found
	renamed []renamed                   // by the current patch
	told    map[*manifest.Document]bool // documents reported as no YAML
	unmet   string                      // what the current patch expected in vain, for Applied
	found   diag.List
	notes   []string // for Options.Note
	starved []string // patches that found a stream without any object; empty is the place of their finding in found
	empty   int

	together bool                          // edits of a document are staged, and its text is made once
	restore  map[*manifest.Document]func() // documents that the run has changed, to what they were before it

	imports // what kustomizations must remember
}

// patch applies one patch and tells of it.
func (r *run) patch(p *Patch) error {
	why, err := "", error(nil)
	r.unmet = ""
	var objects []*object
	if why = r.skip(p); why == "" {
		objects, err = r.apply(p)
	}
	if r.options.Explain != nil {
		a := Applied{Name: p.Name, Description: p.Description, Span: p.Span, Target: p.Target.Text, Kind: p.Kind, Skipped: why, Unmet: r.unmet}
		for _, o := range objects {
			a.Objects = append(a.Objects, o.applied)
		}
		r.options.Explain(a)
	}
	return err
}

// apply finds the objects of a patch and changes them.
func (r *run) apply(p *Patch) ([]*object, error) {
	if p.create != nil && !p.targeted {
		return r.create(p, nil)
	}
	before := len(r.found)
	matched := r.match(p)
	expect := Expect{Min: 1, Max: -1}
	if p.Expect != nil {
		expect = *p.Expect
	}
	if len(matched) == 0 && p.Ensure == Absent && p.Expect == nil && r.options.AllowNoop {
		return nil, nil
	}
	if !expect.holds(len(matched)) && len(r.found) == before {
		r.unexpected(p, expect, matched)
		r.unmet = fmt.Sprintf("matched %s, expected %s: nothing was done", count(len(matched), "object"), expect)
	}
	if len(matched) == 0 || len(r.found) > before {
		return nil, nil
	}
	objects := r.objects(p, matched)
	switch {
	case p.create != nil:
		return r.create(p, objects)
	case p.Ensure == Absent:
		r.delete(objects)
		return objects, nil
	}
	r.moved = map[moved]bool{}
	return objects, r.change(p, objects)
}

func (r *run) objects(p *Patch, docs []*manifest.Document) []*object {
	var objects []*object
	for _, d := range docs {
		o := &object{evaluator: r.evaluator(p, d), d: d, run: r, patch: p}
		if r.options.Explain != nil {
			o.applied = appliedObject(d, Unchanged)
		}
		objects = append(objects, o)
	}
	return objects
}

// change makes every change of the patch in every matched object.
func (r *run) change(p *Patch, objects []*object) error {
	before := len(r.found)
	var idles []idle
	r.prepare(objects)
	for _, c := range p.changes {
		changed, held := 0, false
		var absent *diag.Diagnostic
		for _, o := range objects {
			if c.kinds != nil && !slices.Contains(c.kinds, o.d.ID().Kind) {
				continue
			}
			did, b, err := r.edit(c, o)
			switch {
			case err != nil:
				return err
			case b != nil && b.absent:
				if absent == nil {
					f, err := r.absence(p, c, o, b)
					if err != nil {
						return err
					}
					absent = &f
				}
			case b != nil:
				r.report(b.finding(p, c, o.d))
			case did:
				changed++
			default:
				held = held || o.restored
			}
		}
		if changed > 0 {
			continue
		}
		if absent != nil && !r.options.AllowNoop {
			r.report(r.lacking(p, c, *absent))
		}
		idles = append(idles, idle{c, held})
	}
	r.checkIdentities(p)
	switch {
	case len(r.found) > before || r.options.AllowNoop || p.convenient:
	case len(idles) == len(p.changes):
		r.found = append(r.found, r.noop(p, objects, idles))
	default:
		for _, i := range idles {
			r.found = append(r.found, alreadySo(p, i))
		}
	}
	return nil
}

// lacking reports a change for which no object has what it needs. Which of the
// objects that a patch without target concerns comes first is chance, so none is
// named then.
func (r *run) lacking(p *Patch, c change, absent diag.Diagnostic) diag.Diagnostic {
	if c.lacking == nil || p.targeted {
		return absent
	}
	f := c.lacking(r.docs)
	f.Code, f.Severity, f.Span, f.Message = absent.Code, absent.Severity, absent.Span, p.Name+": "+f.Message
	return f
}

// idle is a change that changed nothing.
type idle struct {
	change
	held bool // annotations that it took away or overwrote were put back
}

// why says what it found.
func (i idle) why() string {
	if i.held {
		return "the annotations that it would change belong to Helm, or to what else runs helmx, and stay"
	}
	return "the value is already there"
}

// report adds a finding. One that was found in another object already is only
// counted.
func (r *run) report(f diag.Diagnostic) {
	i := slices.IndexFunc(r.found, func(d diag.Diagnostic) bool {
		return d.Code == f.Code && d.Span == f.Span && d.Message == f.Message
	})
	if i < 0 {
		r.found = append(r.found, f)
		return
	}
	if r.more == nil {
		r.more = map[int]int{}
	}
	r.more[i]++
}

// findings returns what was found, with the counts.
func (r *run) findings() diag.List {
	for i, n := range r.more {
		r.found[i].Message += fmt.Sprintf(" (also in %s)", count(n, "more object"))
	}
	return r.found
}

// edit makes one change in one object and reports whether it changed.
func (r *run) edit(c change, o *object) (bool, *problem, error) {
	o.id, o.copied = o.d.ID(), false
	secret := o.d.IsSecret()
	var problem *problem
	var removed []removal
	do := func(root *manifest.Node) error {
		o.root, o.replaced, problem = root, nil, nil
		bookkeeping := holdAnnotations(o.d, root)
		if removed, problem = c.apply(o); problem != nil {
			return errStopped
		}
		if !isMap(root) {
			problem = noLongerObject(root)
			return errStopped
		}
		o.restored = restore(root, bookkeeping, c.path)
		return nil
	}
	changed, err := r.write(c, o, do, &problem)
	if problem == nil {
		problem = unwritable(err)
	}
	if problem == nil && err != nil {
		return false, nil, fmt.Errorf("%s: %w", o.id.Object(), err)
	}
	if problem != nil {
		return false, problem, nil
	}
	if o.copied || secret && !o.d.IsSecret() {
		o.d.MarkSecret()
	}
	for _, gone := range removed {
		o.d.MarkRemoved(gone.path, c.at(gone.by))
	}
	if o.d.ID() != o.id {
		r.index = nil
		r.renamed = append(r.renamed, renamed{o.d, c})
		r.rememberID(o)
	}
	return changed, nil, nil
}

// write makes a change in the document of an object, or only in its tree.
func (r *run) write(c change, o *object, do func(*manifest.Node) error, problem **problem) (bool, error) {
	if r.together {
		return r.stage(c, o, do, problem)
	}
	before := o.d.Raw()
	result, err := o.d.Edit(c.span, do)
	if err == nil || *problem != nil || unwritable(err) != nil {
		o.note(c, result, before)
	}
	return len(result.Changed) > 0, err
}

// absence reports that what a change takes away is not in an object.
func (r *run) absence(p *Patch, c change, o *object, b *problem) (diag.Diagnostic, error) {
	if o.d.Staged() {
		if err := o.d.Settle(); err != nil {
			return diag.Diagnostic{}, err
		}
		if _, again, err := r.edit(c, o); err != nil || again != nil {
			b = again
		}
	}
	return b.finding(p, c, o.d), nil
}

func noLongerObject(root *manifest.Node) *problem {
	return &problem{code: codeClash, message: "the patch makes " + manifest.KindName(root) + " of the object", hint: "change fields of it, or delete it by ensure: absent"}
}

// note keeps what an edit did, for whoever wants it explained.
func (o *object) note(c change, result manifest.EditResult, before []byte) {
	if o.run.options.Explain == nil {
		return
	}
	if len(result.Changed) > 0 {
		o.applied.Did = Changed
	}
	o.applied.Changes = append(o.applied.Changes, AppliedChange{
		Span: c.span, Path: c.path, Changed: result.Changed, Reencoded: result.Reencoded, Replaced: o.replaced, Lines: countLines(before, o.d.Raw()),
	})
}

// noop reports a patch that found everything as it wants it.
func (r *run) noop(p *Patch, objects []*object, idles []idle) diag.Diagnostic {
	first := objects[0].d
	object := first.Object()
	f := diag.Diagnostic{
		Code: CodeNoop, Severity: diag.Error, Span: p.Span, Object: &object,
		Message: p.Name + ": the patch changes nothing: " + idles[0].why(),
		Hint:    "remove the patch, if the chart now has the value itself, or pass --allow-noop",
	}
	if len(objects) > 1 {
		f.Message += " in " + objectList(documents(objects))
	}
	span, _ := first.SpanAt(1, 0)
	f.Related = []diag.Related{{Span: span, Message: "the object that the patch is for"}}
	if len(p.changes) == 1 {
		f.Path = p.changes[0].path.String()
	}
	return f
}

func documents(objects []*object) []*manifest.Document {
	docs := make([]*manifest.Document, len(objects))
	for i, o := range objects {
		docs[i] = o.d
	}
	return docs
}

// alreadySo tells of one path of several that needed no change.
func alreadySo(p *Patch, i idle) diag.Diagnostic {
	return diag.Diagnostic{
		Code: codeAlreadySo, Severity: diag.Info, Span: i.span, Path: i.path.String(),
		Message: p.Name + ": " + i.why() + " in every matched object",
		Hint:    "remove the path from the patch, if the chart now has the value itself",
	}
}
