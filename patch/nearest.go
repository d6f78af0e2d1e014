package patch

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
)

// unexpected reports a number of matched objects that the patch does not want.
// That there are no objects at all is said once, for all patches.
func (r *run) unexpected(p *Patch, expect Expect, matched []*manifest.Document) {
	f := r.miscount(p, expect, matched)
	if f.Hint != noObject {
		r.found = append(r.found, f)
		return
	}
	if len(r.starved) == 0 {
		r.empty = len(r.found)
		r.found = append(r.found, f)
	}
	r.starved = append(r.starved, p.Name)
	if n := len(r.starved); n > 1 {
		r.found[r.empty].Message = someNames(r.starved) + ": their targets match no object"
	}
}

// someNames lists names of patches, the first few of many.
func someNames(names []string) string {
	if len(names) > maxNamed {
		return fmt.Sprintf("%s and %d more patches", strings.Join(names[:maxNamed-1], ", "), len(names)-maxNamed+1)
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " and " + names[last]
}

// miscount is the finding about a number of matched objects.
func (r *run) miscount(p *Patch, expect Expect, matched []*manifest.Document) diag.Diagnostic {
	f := diag.Diagnostic{Code: codeTarget, Severity: diag.Error, Span: p.Span}
	if len(matched) == 0 && p.lacking != nil && !p.targeted {
		lacking := p.lacking(r.docs)
		f.Message, f.Hint = p.Name+": "+lacking.Message, lacking.Hint
		return f
	}
	if len(matched) == 0 {
		f.Message = p.Name + ": the target matches no object"
		f.Hint = r.nearest(p)
		if n := r.unreadable(p); n > 0 {
			f.Hint = strings.TrimSuffix(fmt.Sprintf("%s cannot be read, see %s; %s", count(n, "document"), codeSyntax, f.Hint), "; "+noObject)
		}
		return f
	}
	f.Message = fmt.Sprintf("%s: the target matches %s, expected %s", p.Name, count(len(matched), "object"), expect)
	f.Hint = "it matches " + objectList(matched)
	return f
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

const (
	maxNamed = 3
	noObject = "the stream holds no object"
)

func objectList(docs []*manifest.Document) string {
	var names []string
	for _, d := range docs[:min(len(docs), maxNamed)] {
		names = append(names, d.Object().String())
	}
	text := strings.Join(names, ", ")
	if more := len(docs) - len(names); more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}

// candidate is an object that a target may have meant.
type candidate struct {
	name    string
	misfits []string
	far     int
}

// nearest names the three objects that come closest to the target, and what
// keeps each from matching.
func (r *run) nearest(p *Patch) string {
	var all []candidate
	var names, kinds []string
	part := ""
	for _, d := range r.docs {
		id := d.ID()
		if id.Empty() {
			continue
		}
		root, _ := d.Root()
		misfits := r.aim.misfits(id, root)
		if misfits == nil { // or the target would have matched
			misfits = []string{"where"}
		}
		all = append(all, candidate{name: d.Object().String(), misfits: misfits})
		names = append(names, d.Object().String())
		kinds = append(kinds, id.Kind)
		if r.aim.Kind.Match(id.Kind) {
			part = cmp.Or(part, r.aim.Name.partly(id.Name))
		}
	}
	if len(all) == 0 {
		return noObject
	}
	order := diag.NearestN(r.aim.wanted(), names, len(names))
	for i := range all {
		all[i].far = slices.Index(order, all[i].name)
	}
	slices.SortStableFunc(all, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(len(a.misfits), len(b.misfits)), cmp.Compare(a.far, b.far))
	})
	var said []string
	for _, c := range all[:min(len(all), maxNamed)] {
		said = append(said, fmt.Sprintf("%s (differs in %s)", c.name, strings.Join(c.misfits, ", ")))
	}
	hint := "nearest: " + strings.Join(said, "; ")
	if meant := r.aim.meantKind(kinds); meant != "" {
		hint = meant + " " + hint
	}
	if kind := r.aim.Kind.first(); strings.HasSuffix(kind, "List") && r.aim.Kind.exact() {
		hint = "Lists are never targets, only their items are: name the kind of the items; " + hint
	}
	if part != "" {
		hint += "; an expression must match the whole name: " + part
	}
	return hint
}

// meantKind suggests a kind that is there for one that is not.
func (t *Target) meantKind(kinds []string) string {
	kind := t.Kind.first()
	if kind == "" || !t.Kind.exact() || slices.ContainsFunc(kinds, t.Kind.Match) {
		return ""
	}
	return diag.DidYouMean(kind, kinds)
}

// wanted writes the target as the name of an object.
func (t Target) wanted() string {
	return diag.Object{Kind: t.Kind.first(), Namespace: t.Namespace.first(), Name: t.Name.first()}.String()
}

// unreadable counts the documents that are no YAML and may be what the patch is
// for, by as much of their identity as is known, and reports each once.
func (r *run) unreadable(p *Patch) int {
	n := 0
	for _, d := range r.docs {
		var syntax *manifest.SyntaxError
		if _, err := d.Root(); !errors.As(err, &syntax) || !r.aim.mayBe(d.ID()) {
			continue
		}
		n++
		if !r.told[d] {
			r.found = append(r.found, r.notYAML(p, d, syntax, "the target is not found, and this document cannot be read"))
		}
	}
	return n
}

// mayBe reports whether nothing that is known of an object rules it out.
func (t *Target) mayBe(id manifest.ID) bool {
	return (id.Kind == "" || t.Kind.Match(id.Kind)) && (id.Name == "" || t.Name.Match(id.Name))
}

func (r *run) notYAML(p *Patch, d *manifest.Document, e *manifest.SyntaxError, why string) diag.Diagnostic {
	if r.told == nil {
		r.told = map[*manifest.Document]bool{}
	}
	r.told[d] = true
	f := d.FindingAt(e.Line, e.Column)
	f.Code, f.Severity = codeSyntax, diag.Error
	f.Message = p.Name + ": " + why + ": " + e.Message
	f.Related = []diag.Related{{Span: p.Span, Message: "the patch"}}
	return f
}
