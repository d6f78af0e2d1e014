package lint

import (
	"slices"
	"strings"
	"sync"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
)

// Rule is one thing that helmx knows about a mesh, with everything there is to
// say about it. Rules are made by package lint alone and are not to be modified.
type Rule struct {
	ID      string // HXnnn; the first digit is the chapter: 1 features, 2 security, 3 deprecation, 4 correctness, 5 install, 6 chart
	Title   string // one line, at most 80 characters
	Starred bool   // one of the rules that matter most

	// Feature names the entry of ratings.json that this rule reports the use
	// of. Level and, unless the rule says otherwise, Severity come from there.
	Feature  string
	Level    Level
	Severity diag.Severity

	// Optional says that the rule runs only when it is selected: what it finds is
	// worth knowing once, and noise on every run.
	Optional bool

	Tags    []string // for selecting; the chapter's name is always one
	Also    []string // the same check in other tools, e.g. IST0101
	Sources []Source // where the demand is written down

	Why    string // what goes wrong, a paragraph
	Remedy string // what to do about it
	Bad    string // manifests that are reported
	Good   string // the same, mended

	// Kinds are the objects that Object is called for, as "Kind.group"
	// ("Deployment.apps") or "Kind" for the core group.
	Kinds []string
	// Object looks at one object. It is called from several goroutines.
	Object func(*Pass, *Object)
	// Chart looks at the sources of a chart, once for each. It is called from
	// several goroutines.
	Chart func(*Pass, *Templates)
	// Whole looks at all of them at once, after Object; it is for what only
	// several objects together show.
	Whole func(*Pass)
}

// Source is where a demand is written down.
type Source struct {
	Title string `json:"title"`
	URL   string `json:"url"`
}

// chapters are the names of the rules' hundreds, which are tags too.
var chapters = map[byte]string{'1': "feature", '2': "security", '3': "deprecation", '4': "correctness", '5': "install", '6': "chart"}

// registered is filled by the init functions of the rule files and never
// changed afterwards. It is what lets a rule be one file that nothing else names.
var registered []*Rule

func register(r Rule) { registered = append(registered, &r) }

// Rules returns all rules, sorted by ID, with their ratings. The slice is the
// caller's, the rules are not.
func Rules() []*Rule { return slices.Clone(allRules()) }

var allRules = sync.OnceValue(func() []*Rule {
	rules := slices.Clone(registered)
	slices.SortFunc(rules, func(a, b *Rule) int { return strings.Compare(a.ID, b.ID) })
	for _, r := range rules {
		r.rate(ratings()[r.Feature])
	}
	return rules
})

// rate takes over what is known about the feature a rule reports.
func (r *Rule) rate(rating Rating) {
	if r.Feature == "" {
		return
	}
	r.Level = rating.Level
	if r.Severity == diag.Info {
		r.Severity = rating.Level.severity()
	}
	r.Sources = append([]Source{rating.Source}, r.Sources...)
}

// selectRules returns the rules that the patterns name; no patterns mean all but
// the optional ones.
func selectRules(rules []*Rule, patterns []string) []*Rule {
	if len(patterns) == 0 {
		return slices.DeleteFunc(slices.Clone(rules), func(r *Rule) bool { return r.Optional })
	}
	return slices.DeleteFunc(slices.Clone(rules), func(r *Rule) bool { return !slices.ContainsFunc(patterns, r.matches) })
}

// matches reports whether a pattern - code, prefix or tag - names the rule.
func (r *Rule) matches(pattern string) bool {
	if prefix, ok := strings.CutSuffix(pattern, "*"); ok {
		return strings.HasPrefix(r.ID, prefix)
	}
	return r.ID == pattern || slices.Contains(r.Tags, pattern)
}

// kind is the key by which objects find their rules.
type kind struct{ kind, group string }

func kindOf(id manifest.ID) kind { return kind{id.Kind, id.Group()} }

// String is the inverse of parseKind.
func (k kind) String() string {
	if k.group == "" {
		return k.kind
	}
	return k.kind + "." + k.group
}

func parseKind(s string) kind {
	name, group, _ := strings.Cut(s, ".")
	return kind{name, group}
}

func rulesByKind(rules []*Rule) map[kind][]*Rule {
	byKind := make(map[kind][]*Rule)
	for _, r := range rules {
		for _, k := range r.Kinds {
			byKind[parseKind(k)] = append(byKind[parseKind(k)], r)
		}
	}
	return byKind
}
