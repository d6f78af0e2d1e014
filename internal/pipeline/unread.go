package pipeline

import (
	"bytes"
	"context"
	"slices"
	"strings"

	"github.com/helmx-dev/helmx/charts"
	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
	"github.com/helmx-dev/helmx/render"
	"github.com/helmx-dev/helmx/render/engine"
	"github.com/helmx-dev/helmx/render/reads"
)

// templateReads is what the templates of a chart read, by their parse trees.
func templateReads(o *engine.Observation, values *charts.UserValues, uses bool) *reads.Reads {
	in := reads.Input{Trees: o.Trees, Charts: o.Charts, Conditions: values.Conditions(), Texts: o.Texts, Uses: uses}
	for _, f := range o.Files {
		in.Files = append(in.Files, reads.File{Name: f.Name, Chart: f.Chart})
	}
	for _, v := range o.Values {
		in.Texts = append(in.Texts, reads.TextsIn(v)...)
	}
	return reads.Of(in)
}

// unread finds the values that the user set and that nothing reads: neither does
// the chart declare them, nor do its templates mention them, nor does what is
// rendered change without them. docs are what was rendered with them.
//
// Nothing of this costs anything where all that was set is declared, which is
// how most charts are used.
func unread(ctx context.Context, chart *charts.Chart, values *charts.UserValues, seen *engine.Observation, docs []*manifest.Document, o ChartOptions) (diag.List, error) {
	undeclared := values.Undeclared()
	if len(undeclared) == 0 || seen == nil {
		return nil, nil
	}
	u := unreader{values: values, reads: templateReads(seen, values, false), charts: seen.Charts}
	suspects := u.suspects(undeclared)
	if len(suspects) == 0 {
		return nil, nil
	}
	suspects, err := u.confirmed(ctx, chart, suspects, docs, o)
	if err != nil {
		return nil, err
	}
	var findings diag.List
	for _, s := range suspects {
		findings = append(findings, u.finding(s))
	}
	return findings, nil
}

// unreader is one call of unread.
type unreader struct {
	values *charts.UserValues
	reads  *reads.Reads
	charts [][]string
}

// suspect is a key that seems to be read by nothing, with everything in it.
type suspect struct {
	path []string
	set  charts.Setting // by which the user set it, or the first value in it
	hint string
}

// suspects shortens the paths to what is not known, and leaves out what may be
// read all the same.
func (u *unreader) suspects(undeclared [][]string) []suspect {
	var found []suspect
	for _, path := range undeclared {
		if len(found) > 0 && isBelow(path, found[len(found)-1].path) || u.reads.Read(path) || u.elsewhere(path) {
			continue
		}
		s := suspect{path: path}
		for n := range path {
			if top := path[:n+1]; !u.declared(top) && !u.reads.Read(top) {
				s.path = top
				break
			}
		}
		if u.values.Known(s.path) || u.values.IsIstio() && len(path) > 1 && u.declared(path[1:]) {
			continue // Istio's charts lay pilot, cni and global over the top of their values
		}
		var byUser bool
		if s.set, byUser = u.origin(s.path, path); !byUser {
			continue
		}
		s.hint = u.hint(s.path)
		near := strings.HasPrefix(s.hint, "did you mean")
		if !near && (s.path[0] == "global" || u.reads.Dumped(s.path[:1]) && !u.values.IsIstio()) {
			// Globals are meant for several charts, and where all values are
			// turned into text something outside may read them.
			continue
		}
		found = append(found, s)
	}
	return found
}

// origin is where the key is set: at its own place, or at that of a value in it
// when a flag sets that alone.
func (u *unreader) origin(key, leaf []string) (charts.Setting, bool) {
	if s, ok := u.values.Origin(key); ok {
		return s, true
	}
	return u.values.Origin(leaf)
}

func isBelow(path, top []string) bool {
	return len(path) >= len(top) && slices.Equal(path[:len(top)], top)
}

func (u *unreader) declared(path []string) bool {
	return slices.Contains(u.values.DeclaredKeys(path[:len(path)-1]), path[len(path)-1])
}

// elsewhere says whether a value belongs to what is not rendered here: a subchart
// that is switched off or has no templates, or one whose values its parent takes.
func (u *unreader) elsewhere(path []string) bool {
	if path[0] == "tags" || u.values.Imports(path) {
		return true
	}
	on := slices.ContainsFunc(u.charts, func(c []string) bool { return len(c) > 0 && c[0] == path[0] })
	return u.values.IsSubchart(path[0]) && !on
}

// hint looks for what may have been meant.
func (u *unreader) hint(path []string) string {
	around, key := path[:len(path)-1], path[len(path)-1]
	known := slices.Concat(u.values.DeclaredKeys(around), u.reads.Keys(around))
	if hint := diag.DidYouMean(key, known); hint != "" {
		return hint
	}
	if at := u.values.DeclaredAt(key); at != nil {
		return "the chart has a value of that name at " + strings.Join(at, ".")
	}
	return "`helmx values` lists what the chart knows"
}

func (u *unreader) finding(s suspect) diag.Diagnostic {
	path := u.values.PathOf(s.path)
	d := diag.Diagnostic{
		Code: charts.CodeUnread, Severity: diag.Warning, Path: path.String(), Span: s.set.At, Hint: s.hint,
		Message: "nothing reads the value " + path.String(),
	}
	if d.Span.File == "" {
		d.Message += ", set by " + s.set.Layer
	}
	return d
}

// maxAlone bounds how many suspects are tried one by one, each at the price of a
// render.
const maxAlone = 16

// confirmed renders the chart without the suspects. Whatever changes then was
// read, in a way that the parse trees do not tell.
func (u *unreader) confirmed(ctx context.Context, chart *charts.Chart, suspects []suspect, docs []*manifest.Document, o ChartOptions) ([]suspect, error) {
	want := rawText(docs)
	differs := func(without []suspect) (bool, error) {
		got, err := u.renderWithout(ctx, chart, without, o)
		return !bytes.Equal(got, want), err
	}
	// What is turned into text with all the other values changes that text.
	dumped, tried := split(suspects, func(s suspect) bool { return u.reads.Dumped(s.path[:1]) })
	if len(tried) == 0 {
		return suspects, nil
	}
	if changed, err := differs(tried); err != nil || !changed {
		return suspects, err
	}
	if changes, err := differs(nil); err != nil || changes {
		return suspects, err // a chart that renders something else each time
	}
	for _, s := range tried[:min(len(tried), maxAlone)] {
		changed, err := differs([]suspect{s})
		if err != nil {
			return nil, err
		}
		if !changed {
			dumped = append(dumped, s)
		}
	}
	return dumped, nil
}

func split(all []suspect, is func(suspect) bool) (yes, no []suspect) {
	for _, s := range all {
		if is(s) {
			yes = append(yes, s)
		} else {
			no = append(no, s)
		}
	}
	return yes, no
}

// renderWithout returns what the chart renders when some values are not set, nil
// when that fails.
func (u *unreader) renderWithout(ctx context.Context, chart *charts.Chart, without []suspect, o ChartOptions) ([]byte, error) {
	var paths [][]string
	for _, s := range without {
		paths = append(paths, s.path)
	}
	resolved, findings, err := charts.Resolve(chart, u.values.Without(paths), o.Resolve)
	if err != nil || findings.HasErrors() {
		return nil, err
	}
	o.Render.Warn, o.Render.Observe = nil, nil
	docs, findings, err := render.Render(ctx, resolved, o.Render)
	if err != nil || findings.HasErrors() {
		return nil, err
	}
	return rawText(docs), nil
}

func rawText(docs []*manifest.Document) []byte {
	var text []byte
	for _, d := range docs {
		text = append(text, d.Raw()...)
	}
	return text
}

// dropReadElsewhere takes back what nothing reads in one chart when the same file
// or flag sets it for another chart that does: a file of values may be meant for
// several charts.
func dropReadElsewhere(list []*chartInput) {
	type place struct{ set, path string }
	unread := make([]map[place]bool, len(list))
	for i, c := range list {
		unread[i] = map[place]bool{}
		for _, d := range c.findings {
			if d.Code == charts.CodeUnread {
				unread[i][place{d.Span.String(), d.Path}] = true
			}
		}
	}
	for i, c := range list {
		c.findings = slices.DeleteFunc(c.findings, func(d diag.Diagnostic) bool {
			at := place{d.Span.String(), d.Path}
			return d.Code == charts.CodeUnread && slices.ContainsFunc(list, func(other *chartInput) bool {
				j := slices.Index(list, other)
				return j != i && !unread[j][at] && other.sets(d)
			})
		})
	}
}

// sets says whether the place of a finding gives the chart a value, too.
func (c *chartInput) sets(d diag.Diagnostic) bool {
	path, err := manifest.ParsePath(d.Path)
	if err != nil {
		return false
	}
	return slices.ContainsFunc(c.variants, func(v variant) bool {
		if v.failed || v.values == nil {
			return false
		}
		s, ok := v.values.Origin(charts.KeysOf(path))
		return ok && s.At == d.Span
	})
}
