package patch

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
)

// chartsOf returns the charts, subcharts included, whose documents are there.
func chartsOf(docs []*manifest.Document) []string {
	var charts []string
	for _, d := range docs {
		path := strings.Split(d.ID().Source, "/")
		for i, part := range path[:len(path)-1] {
			if (i == 0 || path[i-1] == "charts") && part != "" && !slices.Contains(charts, part) {
				charts = append(charts, part)
			}
		}
	}
	return charts
}

func orList(names []string) string { return strings.Join(names, " or ") }

func orNone(names []string) string {
	if len(names) == 0 {
		return "no chart"
	}
	return strings.Join(names, ", ")
}

// misspeltChart reports a patch whose chart has nearly the name of one that is
// there. Elsewhere a patch for another chart is no finding: that is how one
// helmx.yaml serves many releases.
func (r *run) misspeltChart(p *Patch) bool {
	for _, name := range p.Charts {
		i := slices.IndexFunc(r.charts, func(c string) bool { return isTypo(name, c) })
		if i < 0 {
			continue
		}
		r.found = append(r.found, diag.Diagnostic{
			Code: codeChart, Severity: diag.Warning, Span: p.ChartSpan,
			Message: fmt.Sprintf("%s: the patch is skipped: no document is from chart %q", p.Name, name),
			Hint:    fmt.Sprintf("did you mean %q?", r.charts[i]),
		})
		return true
	}
	return false
}

// isTypo reports whether one slip of the hand makes a of b: a letter too many,
// too few, another, or two swapped. It is narrower than [diag.Nearest], because
// charts have similar names on purpose; digits tell them apart.
func isTypo(a, b string) bool {
	s, t := []rune(strings.ToLower(a)), []rune(strings.ToLower(b))
	for len(s) > 0 && len(t) > 0 && s[0] == t[0] {
		s, t = s[1:], t[1:]
	}
	for len(s) > 0 && len(t) > 0 && s[len(s)-1] == t[len(t)-1] {
		s, t = s[:len(s)-1], t[:len(t)-1]
	}
	if slices.ContainsFunc(append(slices.Clone(s), t...), unicode.IsDigit) {
		return false
	}
	swapped := len(s) == 2 && len(t) == 2 && s[0] == t[1] && s[1] == t[0]
	return a != b && (len(s) <= 1 && len(t) <= 1 || swapped)
}
