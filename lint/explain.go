package lint

import (
	"strings"

	"github.com/helmx-dev/helmx/diag"
)

// Explanations documents every code that this package can print: those about
// the rules' own configuration, and the rules, sorted by code.
func Explanations() []diag.Explanation {
	list := append([]diag.Explanation{}, aboutOptions...)
	for _, r := range allRules() {
		list = append(list, r.Explanation())
	}
	return list
}

// Explanation documents the rule. Its Source holds one line for each source.
func (r *Rule) Explanation() diag.Explanation {
	why := r.Why
	if r.Feature != "" {
		why += "\n\n" + ratings()[r.Feature].sentence()
	}
	if r.Optional {
		why += "\n\nThe rule runs only when lint.select names it."
	}
	var sources []string
	for _, s := range r.Sources {
		sources = append(sources, s.Title+": "+s.URL)
	}
	return diag.Explanation{
		Code: r.ID, Title: r.Title, Severity: r.Severity, Why: why, Remedy: r.Remedy,
		Bad: r.Bad, Good: r.Good, Source: strings.Join(sources, "\n"), Tags: r.Tags,
	}
}
