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
	"fmt"
	"slices"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
)

// Patch is one entry of `patches:` in helmx.yaml. A Parser makes it, and it is
// not changed afterwards: one Patch may be applied many times, also at once.
type Patch struct {
	Name        string
	Description string
	Span        diag.Span // where the patch begins
	Target      Target
	Charts      []string   // the streams it is for, by a chart in them; empty: all
	ChartSpan   diag.Span  // where Charts stands
	When        *Condition // nil: always
	Literal     bool       // nothing in it is an expression
	Expect      *Expect    // how many objects it must match; nil: one or more
	Ensure      Ensure
	Kind        string // the key of its kind of change; "" where Ensure is Absent

	changes    []change
	create     *creation
	parts      []Patch                                    // whole overlays, which are patches of their own
	imported   []Patch                                    // what a kustomization says, in the order in which kustomize does it
	selects    func(*run, *manifest.Document) bool        // in place of Target, which is for messages then
	from       *kustomization                             // that the patch was imported from
	late       bool                                       // some value of it holds an expression
	targeted   bool                                       // Target is given
	anywhere   bool                                       // it needs no target: without one it is for all objects it concerns
	convenient bool                                       // it may find that all is already so
	concerns   func(*manifest.Document) bool              // for a patch without target; nil: every object
	lacking    func([]*manifest.Document) diag.Diagnostic // what to say when it concerns none
}

// expand returns the patches that one entry of the list stands for.
func (p Patch) expand() []Patch {
	if p.imported != nil {
		for i := range p.imported {
			q := &p.imported[i]
			q.Description, q.Charts, q.ChartSpan, q.When = p.Description, p.Charts, p.ChartSpan, p.When
		}
		return p.imported
	}
	if p.parts == nil {
		return []Patch{p}
	}
	patches := slices.Clone(p.parts)
	for i := range patches {
		q := &patches[i]
		q.late = p.late
		q.Name, q.Description, q.Charts, q.ChartSpan, q.When, q.Expect, q.Ensure = p.Name, p.Description, p.Charts, p.ChartSpan, p.When, p.Expect, p.Ensure
		q.targeted = true
	}
	return patches
}

// Condition is a condition that an expression tells, with its place.
type Condition struct {
	Text string
	Span diag.Span
}

// Ensure says what shall be there after a patch.
type Ensure uint8

// Update wants list items that a path names to be there, Create makes those
// that are missing, and Absent deletes the matched objects.
const (
	Update Ensure = iota
	Create
	Absent
)

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

// Expressions evaluates what stands between {{ and }} in patches. object is a
// function since most expressions need no object; it is nil where there is none.
type Expressions interface {
	// Value evaluates a text that holds at least one {{: exactly one expression
	// gives its typed result, anything else a string. Of the Diagnostic, Code,
	// Message and Hint count: the patch layer adds place and object.
	Value(text string, object func() any) (any, *diag.Diagnostic)
	// True evaluates a condition.
	True(text string, object func() any) (bool, *diag.Diagnostic)
}

// Options are what Apply needs beside the documents. The zero value does nothing.
type Options struct {
	Patches     []Patch
	Namespace   string        // of the release, where it is known: of objects that name none
	AllowNoop   bool          // a patch may find that all is already so
	ListKeys    ListKeys      // for kinds that are not built in; may be nil
	Expressions Expressions   // nil: {{ }} in values stays text, and a condition is an error
	Note        func(string)  // gets a line for each patch that is skipped; may be nil
	Explain     func(Applied) // hears of each patch when it is done, in order; may be nil
}
