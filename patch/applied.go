package patch

import (
	"slices"
	"strings"

	"github.com/aymanbagabas/go-udiff/lcs"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
)

// Applied tells what one patch did. Findings are not in it: a run that has
// errors among them must not be used, whatever Applied says.
type Applied struct {
	Name        string
	Description string
	Span        diag.Span // where the patch begins
	Target      string    // as one line
	Kind        string    // the key of its kind of change; "" where it only deletes
	Skipped     string    // why it was not for this stream; "" when it ran
	Unmet       string    // how many objects it matched, and expected; "" when these agree
	Objects     []AppliedObject
}

// AppliedObject is an object that a patch matched, made or deleted, as it was
// when the patch began, or, when it was made, as it is now.
type AppliedObject struct {
	Object  diag.Object
	Source  string    // the template it came from, "" where it is not known
	Place   diag.Span // where the object begins: a template line where there is one
	Hook    bool
	Secret  bool // values of it must not be shown
	Did     Deed
	Changes []AppliedChange // one for each change of the patch, in its order
}

// AppliedChange is one change in one object.
type AppliedChange struct {
	Span      diag.Span       // where it stands in the patch file
	Path      manifest.Path   // the path that the patch names; nil where it names none
	Changed   []manifest.Path // the smallest fields that are different now; empty: it was already so
	Replaced  []manifest.Path // lists of named items that a merge replaced as a whole, since they have no merge keys
	Reencoded []manifest.Path // fields whose text had to be written anew as a whole
	Lines     Lines           // what it came to in the document's text
}

// Lines counts lines that differ.
type Lines struct{ Changed, Added, Removed int }

// Deed is what a patch did to an object.
type Deed string

// What can become of a matched object.
const (
	Unchanged Deed = "unchanged"
	Changed   Deed = "changed"
	Created   Deed = "created"
	Deleted   Deed = "deleted"
)

// appliedObject describes a document before it is changed.
func appliedObject(d *manifest.Document, did Deed) AppliedObject {
	id := d.ID()
	return AppliedObject{
		Object: id.Object(), Source: id.Source, Place: d.Finding(nil, nil).Span,
		Hook: id.Hook, Secret: d.IsSecret(), Did: did,
	}
}

// countLines compares the text of a document before and after a change.
func countLines(before, after []byte) Lines {
	a := slices.Collect(strings.Lines(string(before)))
	b := slices.Collect(strings.Lines(string(after)))
	var n Lines
	for _, d := range lcs.DiffLines(a, b) {
		removed, added := d.End-d.Start, d.ReplEnd-d.ReplStart
		both := min(removed, added)
		n.Changed += both
		n.Removed += removed - both
		n.Added += added - both
	}
	return n
}
