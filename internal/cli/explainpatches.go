package cli

import (
	"cmp"
	"fmt"
	"io"
	"strings"

	"github.com/helmx-dev/helmx/manifest"
	"github.com/helmx-dev/helmx/patch"
)

// explainTo returns what prints for --explain-patches: each of count patches in
// the order in which they run, and what it did to which object.
func explainTo(w io.Writer, count int) func(patch.Applied) {
	n := 0
	return func(a patch.Applied) {
		n++
		fmt.Fprintf(w, "patch %d of %d: %s (%s)\n", n, count, a.Name, a.Span)
		explainPatch(w, a)
	}
}

func explainPatch(w io.Writer, a patch.Applied) {
	if a.Description != "" {
		fmt.Fprintf(w, "  why: %s\n", strings.Join(strings.Fields(a.Description), " "))
	}
	if a.Target != "" {
		fmt.Fprintf(w, "  target: %s\n", a.Target)
	}
	switch {
	case a.Skipped != "":
		fmt.Fprintf(w, "  skipped: %s\n", a.Skipped)
	case a.Unmet != "" && len(a.Objects) == 0:
		fmt.Fprintf(w, "  %s\n", a.Unmet)
	case len(a.Objects) == 0:
		fmt.Fprint(w, "  matched no object\n")
	}
	for _, o := range a.Objects {
		fmt.Fprintf(w, "  %s: %s\n", objectText(o), o.Did)
		for _, c := range o.Changes {
			if c.Path != nil || len(c.Changed) > 0 || len(o.Changes) == 1 { // what namespace does in kinds that have no use for it
				explainChange(w, a.Kind, o.Secret, c)
			}
		}
	}
}

// objectText names an object and the template it came from, with the line where
// it begins if that is known.
func objectText(o patch.AppliedObject) string {
	text := o.Object.String()
	if o.Hook {
		text = "hook " + text
	}
	if place := cmp.Or(o.Place.String(), o.Source); place != "" {
		text += " (" + place + ")"
	}
	return text
}

func explainChange(w io.Writer, kind string, secret bool, c patch.AppliedChange) {
	what := kind
	if c.Path != nil {
		what += " " + shownPath(c.Path, secret)
	}
	if len(c.Changed) == 0 {
		fmt.Fprintf(w, "    %s: already so\n", what)
		return
	}
	fmt.Fprintf(w, "    %s: %s\n", what, lineCounts(c.Lines))
	for _, p := range c.Changed {
		if c.Path == nil || len(c.Changed) > 1 {
			fmt.Fprintf(w, "      %s\n", shownPath(p, secret))
		}
	}
	for _, p := range c.Replaced {
		fmt.Fprintf(w, "      %s: replaced as a whole: the list has no merge keys\n", shownPath(p, secret))
	}
	for _, p := range c.Reencoded {
		fmt.Fprintf(w, "      re-encoded: %s, since no edit in place of its text gives the patched value; comments in it may have moved\n", shownPath(p, secret))
	}
}

// shownPath leaves out of a path in a Secret what could be a value of it.
func shownPath(p manifest.Path, secret bool) string {
	if len(p) == 0 {
		return "the whole object"
	}
	for i, step := range p {
		if secret && (step.Kind == manifest.Match || step.Kind == manifest.Item) {
			return p[:i].String() + "[...]"
		}
	}
	return p.String()
}

// lineCounts says what a change came to in the text.
func lineCounts(l patch.Lines) string {
	var parts []string
	for _, c := range []struct {
		n    int
		what string
	}{{l.Changed, "changed"}, {l.Added, "added"}, {l.Removed, "removed"}} {
		unit := "lines"
		if c.n == 1 {
			unit = "line"
		}
		if c.n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s %s", c.n, unit, c.what))
		}
	}
	return strings.Join(parts, ", ")
}
