// Package patch is the structured patch layer: it changes objects that match a
// target, in order, each patch on the result of the one before, and never in
// silence. A patch that matches nothing, changes nothing or leads nowhere is an
// error that says what is there instead.
//
// It knows Kubernetes' merge keys for built-in kinds, and asks an interface for
// those of others. It does not render templates, does not validate objects, and
// does not touch bytes of a document that no patch changes: those are not even
// parsed.
package patch

import (
	"context"
	"fmt"
	"slices"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
)

// Patch is one entry of `patches:` in helmx.yaml. Parse makes it.
type Patch struct {
	Name        string
	Description string
	Target      Target
	Charts      []string  // the streams it is for, by a chart in them; empty: all
	ChartSpan   diag.Span // where Charts stands
	Expect      *Expect   // how many objects it must match; nil: one or more
	Set         []Assignment
	Merge       *manifest.Node // a mapping, or nil
	Span        diag.Span      // where the patch begins
	MergeSpan   diag.Span      // where Merge begins
}

// Assignment is one `PATH: VALUE` of a set.
type Assignment struct {
	Path  manifest.Path
	Value *manifest.Node // with its position in the patch file
	Span  diag.Span
}

// Expect bounds the number of matched objects.
type Expect struct {
	Min int
	Max int // -1: no upper bound
}

// String writes the bounds as helmx.yaml has them: "1", "1+", "2-4".
func (e Expect) String() string {
	switch {
	case e.Max < 0:
		return fmt.Sprintf("%d+", e.Min)
	case e.Max == e.Min:
		return fmt.Sprint(e.Min)
	}
	return fmt.Sprintf("%d-%d", e.Min, e.Max)
}

func (e Expect) holds(n int) bool { return n >= e.Min && (e.Max < 0 || n <= e.Max) }

// ListKeys knows by which fields the items of a list are told apart.
type ListKeys interface {
	// ListKeys returns the merge keys of the list at a path of field names
	// (list indexes left out). set means a list of scalars that is merged as a
	// set. Neither means that a patch replaces the list.
	ListKeys(apiVersion, kind string, path []string) (keys []string, set bool)
}

// Options are what Apply needs beside the documents. The zero value does nothing.
type Options struct {
	Patches   []Patch
	AllowNoop bool         // a patch may find that all is already so
	ListKeys  ListKeys     // for kinds that are not built in; may be nil
	Note      func(string) // gets a line for each patch that is skipped; may be nil
}

// Apply runs the patches over the documents, which it changes in place, and
// returns them. Findings are about patches that could not be applied: every
// failing patch is reported, and a change that fails on a document leaves that
// document as it was. An error means that ctx was cancelled or that helmx is at fault.
func Apply(ctx context.Context, docs []*manifest.Document, o Options) ([]*manifest.Document, diag.List, error) {
	if len(o.Patches) == 0 {
		return docs, nil, nil
	}
	r := &run{docs: docs, options: o, charts: chartsOf(docs)}
	for i := range o.Patches {
		if err := ctx.Err(); err != nil {
			return docs, r.found, err
		}
		if err := r.patch(&o.Patches[i]); err != nil {
			return docs, r.found, fmt.Errorf("applying patch %s: %w", o.Patches[i].Name, err)
		}
	}
	manifest.Renumber(docs)
	return docs, r.found, nil
}

// run is one call of Apply.
type run struct {
	docs    []*manifest.Document
	options Options
	charts  []string                    // whose documents the stream holds
	renamed []renamed                   // by the current patch
	told    map[*manifest.Document]bool // documents reported as no YAML
	found   diag.List
}

// renamed is a document that a change has given another identity.
type renamed struct {
	d *manifest.Document
	c change
}

func (r *run) patch(p *Patch) error {
	if len(p.Charts) > 0 && !slices.ContainsFunc(p.Charts, func(c string) bool { return slices.Contains(r.charts, c) }) {
		r.skipped(p)
		return nil
	}
	var matched []*manifest.Document
	before := len(r.found)
	for _, d := range r.docs {
		ok, syntax := p.Target.matches(d)
		if syntax != nil {
			r.found = append(r.found, r.notYAML(p, d, syntax, "the target cannot be patched"))
		}
		if ok {
			matched = append(matched, d)
		}
	}
	expect := Expect{Min: 1, Max: -1}
	if p.Expect != nil {
		expect = *p.Expect
	}
	if !expect.holds(len(matched)) && len(r.found) == before {
		r.found = append(r.found, r.unexpected(p, expect, matched))
	}
	if len(matched) == 0 || len(r.found) > before {
		return nil
	}
	return r.change(p, matched)
}

// change makes every change of the patch in every matched document.
func (r *run) change(p *Patch, matched []*manifest.Document) error {
	before := len(r.found)
	var idle []change
	changes := p.changes(r.options.ListKeys)
	for _, c := range changes {
		changed := 0
		for _, d := range matched {
			did, err := r.edit(p, c, d)
			if err != nil {
				return err
			}
			if did {
				changed++
			}
		}
		if changed == 0 {
			idle = append(idle, c)
		}
	}
	r.checkIdentities(p)
	switch {
	case len(r.found) > before || r.options.AllowNoop:
	case len(idle) == len(changes):
		r.found = append(r.found, r.noop(p, matched))
	default:
		for _, c := range idle {
			r.found = append(r.found, alreadySo(p, c))
		}
	}
	return nil
}

// alreadySo tells of one path of several that needed no change.
func alreadySo(p *Patch, c change) diag.Diagnostic {
	return diag.Diagnostic{
		Code: codeAlreadySo, Severity: diag.Info, Span: c.span, Path: c.path.String(),
		Message: p.Name + ": the value is already there in every matched object",
		Hint:    "remove the path from the patch, if the chart now has the value itself",
	}
}

// edit makes one change in one document and reports whether it changed.
func (r *run) edit(p *Patch, c change, d *manifest.Document) (bool, error) {
	was := d.ID()
	var problem *problem
	var removed []removal
	result, err := d.Edit(c.span, func(root *manifest.Node) error {
		source := annotation(root)
		if removed, problem = c.apply(root, was); problem != nil {
			return errStopped
		}
		keepAnnotation(root, source)
		return nil
	})
	switch {
	case problem != nil:
		r.found = append(r.found, problem.finding(p, c, d))
		return false, nil
	case err != nil:
		return false, fmt.Errorf("%s: %w", was.Object(), err)
	}
	for _, gone := range removed {
		d.MarkRemoved(gone.path, c.at(gone.by))
	}
	if d.ID() != was {
		r.renamed = append(r.renamed, renamed{d, c})
	}
	return len(result.Changed) > 0, nil
}

// checkIdentities refuses changes of name that make two objects one. A hook
// and a template may share a name, as Helm allows; the source does not matter.
func (r *run) checkIdentities(p *Patch) {
	if len(r.renamed) == 0 {
		return
	}
	owners := make(map[manifest.ID][]*manifest.Document, len(r.docs))
	for _, d := range r.docs {
		id := withoutSource(d.ID())
		owners[id] = append(owners[id], d)
	}
	for _, n := range r.renamed {
		for _, other := range owners[withoutSource(n.d.ID())] {
			if other != n.d {
				r.found = append(r.found, duplicate(p, n, other))
				break
			}
		}
	}
	r.renamed = nil
}

func withoutSource(id manifest.ID) manifest.ID {
	id.Source = ""
	return id
}

func duplicate(p *Patch, n renamed, other *manifest.Document) diag.Diagnostic {
	f := n.d.Finding(nil, nil)
	span, _ := other.SpanAt(1, 0)
	f.Related = []diag.Related{{Span: span, Message: "the other one"}, {Span: f.Span, Message: "the object that was changed"}}
	f.Code, f.Severity, f.Span, f.Excerpt = codeDuplicate, diag.Error, n.c.span, nil
	f.Message = p.Name + ": the change makes it the second object of this name"
	f.Hint = "give it a name that no other object has"
	return f
}

// annotation returns the file name that Helm 4 needs back, or nil.
func annotation(root *manifest.Node) *manifest.Node {
	_, metadata := manifest.Lookup(root, "metadata")
	_, annotations := manifest.Lookup(metadata, "annotations")
	_, source := manifest.Lookup(annotations, manifest.FilenameAnnotation)
	return source
}

// keepAnnotation puts Helm 4's file name back where a change dropped or
// overwrote it: it is not the user's.
func keepAnnotation(root, source *manifest.Node) {
	if source == nil || annotation(root) == source {
		return
	}
	metadata := mapAt(root, "metadata")
	manifest.SetKey(mapAt(metadata, "annotations"), manifest.FilenameAnnotation, source)
}

// mapAt returns the mapping below a key, and makes it if there is none.
func mapAt(n *manifest.Node, key string) *manifest.Node {
	if _, v := manifest.Lookup(n, key); isMap(v) {
		return v
	}
	v := newMap()
	manifest.SetKey(n, key, v)
	return v
}
