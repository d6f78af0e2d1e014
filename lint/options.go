package lint

import (
	"fmt"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/helmx-dev/helmx/diag"
)

// Codes about the rules' own configuration.
const (
	codeOption    = "HX001" // an option that names nothing
	codeNoReason  = "HX002"
	codeExpired   = "HX003"
	codeNoMatches = CodeUnused
)

// CodeUnused is the code of an exception that matches no finding. When one mesh is
// judged several times, it counts only where each run reports it.
const CodeUnused = "HX004"

// aboutLinting is where these codes are demanded.
const aboutLinting = "helmx: docs/linting.md"

// aboutOptions explains them.
var aboutOptions = []diag.Explanation{
	{
		Code: codeOption, Title: "Lint setting that names nothing", Severity: diag.Error,
		Why: "A misspelt code, tag, scope or version would switch a rule off, or leave it on, without a word. " +
			"In an annotation it is a warning, since the rest of the run can go on.",
		Remedy: "Use a code or a tag that `helmx rules` lists, a prefix such as HX1*, the scope release or mesh, and a version such as 1.30.",
		Bad:    "lint:\n  select: [HX1O7]\n",
		Good:   "lint:\n  select: [HX107]\n",
		Source: aboutLinting, Tags: []string{"config"},
	},
	{
		Code: codeNoReason, Title: "Ignored without a reason", Severity: diag.Error,
		Why: "Whoever reads the manifest or helmx.yaml next has to know why the finding does not count there, or nobody will dare to " +
			"remove the exception. Without a reason nothing is ignored. In an annotation it is a warning.",
		Remedy: "Write the reason, better with the condition under which the exception can go.",
		Bad:    "metadata:\n  annotations:\n    helmx.dev/ignore.HX107: \"\"\n",
		Good:   "metadata:\n  annotations:\n    helmx.dev/ignore.HX107: the vendor's filter, until it speaks OpenTelemetry\n",
		Source: aboutLinting, Tags: []string{"config"},
	},
	{
		Code: codeExpired, Title: "Ignore that has expired", Severity: diag.Warning,
		Why:    "The exception was granted up to a day that has passed. What it ignored is reported again.",
		Remedy: "Mend what is reported, or grant the exception anew with a later date.",
		Bad:    "lint:\n  ignore:\n  - {code: HX107, reason: vendor filter, expires: 2024-01-31}\n",
		Good:   "lint:\n  ignore:\n  - {code: HX107, reason: vendor filter, expires: 2199-01-31}\n",
		Source: aboutLinting, Tags: []string{"config"},
	},
	{
		Code: codeNoMatches, Title: "Ignore that matches nothing", Severity: diag.Warning,
		Why: "The rule ran and found nothing that this exception covers: what it was for is gone, or its target is misspelt. " +
			"Left in place it would hide the next finding. An entry of helmx.yaml is an info in release scope, where the object may " +
			"be part of another release.",
		Remedy: "Remove it, or correct its target.",
		Bad:    "metadata:\n  annotations:\n    helmx.dev/ignore.HX107: left over from the filter that was here\n",
		Good:   "metadata: {}\n",
		Source: aboutLinting, Tags: []string{"config"},
	},
}

// Ignore leaves out findings. Empty fields match everything.
type Ignore struct {
	Code      string    // code, prefix (HX1*) or tag of the rules; required
	Kind      string    // of the object the finding is about; Chart for a finding in the sources of a chart
	Name      string    // of the object or chart; may be a glob
	Namespace string    // of the object; may be a glob; an object without one is in Options.Namespace
	Reason    string    // required
	Expires   time.Time // the last day it holds, in UTC; zero means for ever
	Span      diag.Span // where it is written
}

// Validate returns what is wrong with the options; when that is anything at
// all, Run does not judge. Callers may ask before they render.
func (o Options) Validate() diag.List {
	var c checker
	if o.Scope != "" && o.Scope != ScopeRelease && o.Scope != ScopeMesh {
		c.add(o.Spans[SpanKey("scope")], codeOption, diag.DidYouMean(o.Scope, []string{ScopeRelease, ScopeMesh}),
			"unknown scope %q: expected %s or %s", o.Scope, ScopeRelease, ScopeMesh)
	}
	if o.IstioVersion != "" {
		if _, err := parseVersion(o.IstioVersion); err != nil {
			c.add(o.Spans[SpanKey("istioVersion")], codeOption, "", "istioVersion: %v", err)
		}
	}
	for _, pattern := range o.Select {
		c.pattern(o.Spans[SpanKey("select", pattern)], "select", pattern)
	}
	for _, code := range slices.Sorted(maps.Keys(o.Severity)) {
		if !slices.Contains(codes(), code) {
			c.add(o.Spans[SpanKey("severity", code)], codeOption, c.hint(code, codes()),
				"severity: unknown rule %q: expected the code of a rule", code)
		}
	}
	for _, i := range o.Ignore {
		c.ignore(i)
	}
	return c.list
}

// checker gathers what is wrong with options.
type checker struct{ list diag.List }

func (c *checker) add(at diag.Span, code, hint, format string, args ...any) {
	c.list = append(c.list, diag.Diagnostic{
		Code: code, Severity: diag.Error, Message: fmt.Sprintf(format, args...), Hint: hint, Span: at,
	})
}

// pattern checks that a code, prefix or tag names at least one rule.
func (c *checker) pattern(at diag.Span, setting, pattern string) {
	if slices.ContainsFunc(allRules(), func(r *Rule) bool { return r.matches(pattern) }) {
		return
	}
	c.add(at, codeOption, c.hint(pattern, append(codes(), tags()...)),
		"%s: no rule has the code, prefix or tag %q", setting, pattern)
}

// otherCode matches codes and prefixes of codes that are not those of a rule:
// SC008, PA1*, HX001.
var otherCode = regexp.MustCompile(`^([A-GI-Z][A-Z]|H[A-WYZ]|HX0)\d*\*?$`)

// hint suggests a name. Codes of other findings are known, and cannot be
// chosen here: they are mistakes, not opinions.
func (c *checker) hint(name string, candidates []string) string {
	if otherCode.MatchString(name) {
		return "only rules can be selected, rated and ignored: HX101 and up; what else is reported is to be mended"
	}
	return diag.DidYouMean(name, candidates)
}

func (c *checker) ignore(i Ignore) {
	c.pattern(i.Span, "ignore", i.Code)
	if strings.TrimSpace(i.Reason) == "" {
		c.add(i.Span, codeNoReason, "write why the finding does not count there", "ignore of %s gives no reason", i.Code)
	}
	for _, glob := range []string{i.Name, i.Namespace} {
		if _, err := path.Match(glob, ""); err != nil {
			c.add(i.Span, codeOption, "", "ignore of %s: %q is no valid glob", i.Code, glob)
		}
	}
}

func codes() []string {
	var list []string
	for _, r := range allRules() {
		list = append(list, r.ID)
	}
	return list
}

func tags() []string {
	var list []string
	for _, r := range allRules() {
		list = append(list, r.Tags...)
	}
	slices.Sort(list)
	return slices.Compact(list)
}
