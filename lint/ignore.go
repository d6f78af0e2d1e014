package lint

import (
	"fmt"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
)

const (
	// ignorePrefix begins our annotation: helmx.dev/ignore.HX107: reason.
	ignorePrefix = "helmx.dev/ignore."
	// suppressAnnotation is Istio's own: codes with commas between, or "*". It
	// names the codes of istioctl analyze, which rules name in Also.
	// https://istio.io/latest/docs/reference/config/annotations/
	suppressAnnotation = "galley.istio.io/analyze-suppress"
)

// ignores decides which findings are left out, and remembers which of the
// exceptions were of use.
type ignores struct {
	rules    []*Rule // that ran
	options  Options
	entries  []*entry // of the options
	notes    []*note  // annotations, in the order of the documents
	byObject map[*Object][]*note
	suppress map[*Object][]string // codes in Istio's annotation
}

// entry is an exception in the options.
type entry struct {
	Ignore
	expired bool
	used    bool
}

// note is an exception in an object's annotation.
type note struct {
	object *Object
	at     manifest.Found
	code   string
	reason string
	used   bool
}

func newIgnores(m *Mesh, rules []*Rule, o Options) *ignores {
	g := &ignores{rules: rules, options: o, byObject: make(map[*Object][]*note), suppress: make(map[*Object][]string)}
	now := o.Now
	if now.IsZero() {
		now = time.Now()
	}
	for _, i := range o.Ignore {
		expired := !i.Expires.IsZero() && !now.Before(i.Expires.AddDate(0, 0, 1))
		g.entries = append(g.entries, &entry{Ignore: i, expired: expired})
	}
	for _, object := range m.Objects {
		g.read(object)
	}
	return g
}

// read looks for annotations, in objects whose text mentions one.
func (g *ignores) read(o *Object) {
	if o.Mentions(ignorePrefix) {
		for _, at := range o.Find("metadata.annotations[*]") {
			code, ok := strings.CutPrefix(at.Path[len(at.Path)-1].Key, ignorePrefix)
			if !ok {
				continue
			}
			n := &note{object: o, at: at, code: code, reason: strings.TrimSpace(text(at.Node))}
			g.notes = append(g.notes, n)
			g.byObject[o] = append(g.byObject[o], n)
		}
	}
	if o.Mentions(suppressAnnotation) {
		value := o.Text(`metadata.annotations["` + suppressAnnotation + `"]`)
		for code := range strings.SplitSeq(value, ",") {
			g.suppress[o] = append(g.suppress[o], strings.TrimSpace(code))
		}
	}
}

// cover reports whether a finding is to be left out. Every exception that
// covers it counts as used.
func (g *ignores) cover(f reported) bool {
	covered := false
	for _, n := range g.byObject[f.object] {
		if n.code == f.Code && n.reason != "" {
			n.used, covered = true, true
		}
	}
	for _, code := range g.suppress[f.object] {
		covered = covered || code == "*" || slices.Contains(f.Also, code)
	}
	for _, e := range g.entries {
		if g.fits(e, f) {
			e.used = true
			covered = covered || !e.expired
		}
	}
	return covered
}

// fits reports whether an entry of the options is about the finding. For one
// about values the chart's name and the release's namespace count.
func (g *ignores) fits(e *entry, f reported) bool {
	if f.object != nil && f.object.values != nil {
		of := f.object.values
		return g.rule(f.Code).matches(e.Code) && e.Kind == "" && globbed(e.Name, of.Name) && globbed(e.Namespace, of.release.Namespace)
	}
	kind, name, namespace := "Chart", f.chart, ""
	if f.object != nil {
		kind, name, namespace = f.object.ID.Kind, f.object.ID.Name, f.object.Namespace()
	}
	return g.rule(f.Code).matches(e.Code) && (e.Kind == "" || e.Kind == kind) &&
		globbed(e.Name, name) && globbed(e.Namespace, namespace)
}

func (g *ignores) rule(code string) *Rule {
	i := slices.IndexFunc(g.rules, func(r *Rule) bool { return r.ID == code })
	if i < 0 {
		return nil
	}
	return g.rules[i]
}

// globbed reports whether a name fits a glob; an empty glob takes every name.
func globbed(glob, name string) bool {
	ok, _ := path.Match(glob, name) // Validate has seen the glob
	return ok || glob == ""
}

// complaints are the findings about the exceptions themselves.
func (g *ignores) complaints() diag.List {
	var list diag.List
	for _, e := range g.entries {
		if d, ok := g.aboutEntry(e); ok {
			list = append(list, d)
		}
	}
	for _, n := range g.notes {
		if d, ok := g.aboutNote(n); ok {
			list = append(list, d)
		}
	}
	return list
}

func (g *ignores) aboutEntry(e *entry) (diag.Diagnostic, bool) {
	d := diag.Diagnostic{Span: e.Span, Severity: diag.Warning}
	ran := slices.ContainsFunc(g.rules, func(r *Rule) bool { return r.matches(e.Code) })
	switch {
	case e.expired:
		d.Code = codeExpired
		d.Message = fmt.Sprintf("ignore of %s%s expired on %s (reason given: %s)", e.Code, e.target(), e.Expires.Format(time.DateOnly), e.Reason)
		d.Hint = "mend what it ignored, or give it a later date"
	case !e.used && ran:
		d.Code = codeNoMatches
		d.Message = fmt.Sprintf("ignore of %s%s matches no finding (reason given: %s)", e.Code, e.target(), e.Reason)
		d.Hint = "remove it, or correct its target"
		if g.options.Scope != ScopeMesh {
			d.Severity = diag.Info
		}
	default:
		return d, false
	}
	return d, true
}

// target says in words what an entry is about: " for EnvoyFilter legacy".
func (e *entry) target() string {
	object := diag.Object{Kind: e.Kind, Namespace: e.Namespace, Name: e.Name}
	if e.Name == "" && e.Namespace != "" {
		object.Name = "*"
	}
	if name := object.String(); name != "" {
		return " for " + name
	}
	return ""
}

func (g *ignores) aboutNote(n *note) (diag.Diagnostic, bool) {
	d := n.object.Finding(n.at)
	d.Severity = diag.Warning
	switch {
	case !slices.Contains(codes(), n.code) && g.rule(n.code) == nil:
		d.Code = codeOption
		d.Message = fmt.Sprintf("annotation ignores %q, which is no rule", n.code)
		d.Hint = (&checker{}).hint(n.code, codes())
	case n.reason == "":
		d.Code = codeNoReason
		d.Message = fmt.Sprintf("annotation ignores %s without a reason, and so ignores nothing", n.code)
		d.Hint = "write the reason as the annotation's value"
	case !n.used && g.rule(n.code) != nil:
		d.Code = codeNoMatches
		d.Message = fmt.Sprintf("annotation ignores %s, which finds nothing here", n.code)
		d.Hint = "remove the annotation"
		n.object.Mend(&d, "remove the annotation", diag.Remove, n.at.Path, "")
	default:
		return d, false
	}
	return d, true
}
