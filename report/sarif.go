package report

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/helmx-dev/helmx/diag"
)

// The parts of SARIF 2.1.0 that GitHub code scanning requires or shows, and
// the places where ours have a natural home in the format.
// https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
// https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning
type (
	sarifLog struct {
		Schema  string     `json:"$schema"`
		Version string     `json:"version"`
		Runs    []sarifRun `json:"runs"`
	}
	sarifRun struct {
		Tool       sarifTool        `json:"tool"`
		Automation *sarifAutomation `json:"automationDetails,omitempty"`
		ColumnKind string           `json:"columnKind"`
		Results    []sarifResult    `json:"results"` // never null: GitHub refuses the run otherwise
	}
	sarifTool struct {
		Driver sarifDriver `json:"driver"`
	}
	sarifDriver struct {
		Name           string      `json:"name"`
		Version        string      `json:"version,omitempty"`
		InformationURI string      `json:"informationUri"`
		Rules          []sarifRule `json:"rules"`
	}
	sarifAutomation struct {
		ID string `json:"id"`
	}
	sarifRule struct {
		ID            string              `json:"id"`
		Short         sarifText           `json:"shortDescription"`
		Full          sarifText           `json:"fullDescription"`
		Help          sarifHelp           `json:"help"`
		HelpURI       string              `json:"helpUri,omitempty"`
		Configuration sarifConfiguration  `json:"defaultConfiguration"`
		Properties    sarifRuleProperties `json:"properties"`
	}
	sarifText struct {
		Text string `json:"text"`
	}
	sarifHelp struct {
		Text     string `json:"text"`
		Markdown string `json:"markdown"`
	}
	sarifConfiguration struct {
		Level string `json:"level"`
	}
	sarifRuleProperties struct {
		Tags            []string `json:"tags"`
		Precision       string   `json:"precision"`
		ProblemSeverity string   `json:"problem.severity"`
	}
	sarifResult struct {
		RuleID       string                `json:"ruleId"`
		RuleIndex    int                   `json:"ruleIndex"`
		Level        string                `json:"level"`
		Message      sarifText             `json:"message"`
		Locations    []sarifLocation       `json:"locations"`
		Related      []sarifLocation       `json:"relatedLocations,omitempty"`
		Fingerprints sarifFingerprints     `json:"partialFingerprints"`
		Fixes        []sarifFix            `json:"fixes,omitempty"`
		Properties   sarifResultProperties `json:"properties"`
	}
	sarifFingerprints struct {
		Helmx string `json:"helmx/v1"`
		Line  string `json:"primaryLocationLineHash"` // the only one GitHub looks at
	}
	sarifResultProperties struct {
		Path         string   `json:"path,omitempty"`
		RenderedLine int      `json:"renderedLine,omitempty"`
		Level        string   `json:"level,omitempty"`
		Also         []string `json:"also,omitempty"`
		KubeVersions []string `json:"kubeVersions,omitempty"`
	}
	sarifLocation struct {
		ID       *int           `json:"id,omitempty"`
		Physical sarifPhysical  `json:"physicalLocation"`
		Logical  []sarifLogical `json:"logicalLocations,omitempty"`
		Message  *sarifText     `json:"message,omitempty"`
	}
	sarifPhysical struct {
		Artifact sarifArtifact `json:"artifactLocation"`
		Region   *sarifRegion  `json:"region,omitempty"`
	}
	sarifArtifact struct {
		URI string `json:"uri"`
	}
	sarifRegion struct {
		StartLine   int `json:"startLine"`
		StartColumn int `json:"startColumn,omitempty"`
		EndLine     int `json:"endLine,omitempty"`
		EndColumn   int `json:"endColumn,omitempty"`
	}
	sarifLogical struct {
		Name               string `json:"name,omitempty"`
		FullyQualifiedName string `json:"fullyQualifiedName"`
		Kind               string `json:"kind"`
	}
	sarifFix struct {
		Description sarifText     `json:"description"`
		Changes     []sarifChange `json:"artifactChanges"`
	}
	sarifChange struct {
		Artifact     sarifArtifact      `json:"artifactLocation"`
		Replacements []sarifReplacement `json:"replacements"`
	}
	sarifReplacement struct {
		Deleted  sarifRegion `json:"deletedRegion"`
		Inserted sarifText   `json:"insertedContent"`
	}
)

// sarifSchema is where GitHub's own documentation points.
const sarifSchema = "https://json.schemastore.org/sarif-2.1.0.json"

func encodeSARIF(b *bytes.Buffer, r Report, o Options) error {
	rules := sarifRules(r, o)
	index := make(map[string]int, len(rules))
	for i, rule := range rules {
		index[rule.ID] = i
	}
	run := sarifRun{
		Tool: sarifTool{sarifDriver{
			Name: "helmx", Version: o.Version, InformationURI: "https://github.com/helmx-dev/helmx", Rules: rules,
		}},
		ColumnKind: "unicodeCodePoints",
		Results:    make([]sarifResult, len(r.Findings)),
	}
	if o.Category != "" {
		run.Automation = &sarifAutomation{"helmx/" + o.Category + "/"}
	}
	for i, f := range r.Findings {
		run.Results[i] = sarifFinding(f, index[f.Code], o)
	}
	return writeJSON(b, sarifLog{Schema: sarifSchema, Version: "2.1.0", Runs: []sarifRun{run}})
}

// sarifRules lists the codes that occur, sorted, explained or not: GitHub
// refuses a result without its rule. The others would only make the file large.
func sarifRules(r Report, o Options) []sarifRule {
	explained := o.explained()
	rules := []sarifRule{} // never null, as the schema demands
	seen := make(map[string]bool)
	for _, f := range r.Findings {
		if seen[f.Code] {
			continue
		}
		seen[f.Code] = true
		e, ok := explained[f.Code]
		if !ok {
			e = diag.Explanation{Code: f.Code, Title: f.Message, Severity: f.Severity}
		}
		rules = append(rules, sarifRuleOf(e))
	}
	slices.SortFunc(rules, func(a, b sarifRule) int { return strings.Compare(a.ID, b.ID) })
	return rules
}

func sarifRuleOf(e diag.Explanation) sarifRule {
	full := e.Why
	if full == "" {
		full = e.Title
	}
	rule := sarifRule{
		ID:            e.Code,
		Short:         sarifText{shorten(nonEmpty(e.Title, e.Code))},
		Full:          sarifText{shorten(nonEmpty(full, e.Code))},
		Help:          sarifHelp{Text: nonEmpty(plainHelp(e), e.Code), Markdown: nonEmpty(markdownHelp(e), e.Code)},
		Configuration: sarifConfiguration{sarifLevel(e.Severity)},
		Properties: sarifRuleProperties{
			Tags: append([]string{}, e.Tags...), Precision: "high", ProblemSeverity: problemSeverity(e.Severity),
		},
	}
	rule.HelpURI = firstLink(e.Source)
	return rule
}

// shorten keeps to the 1024 characters that GitHub takes for a description.
func shorten(s string) string {
	runes := []rune(s)
	if len(runes) <= 1024 {
		return s
	}
	return string(runes[:1023]) + "…"
}

func nonEmpty(s, otherwise string) string {
	if strings.TrimSpace(s) == "" {
		return otherwise
	}
	return s
}

// firstLink returns the first https link of a text, or "".
func firstLink(s string) string {
	for word := range strings.FieldsSeq(s) {
		if strings.HasPrefix(word, "https://") {
			return word
		}
	}
	return ""
}

func plainHelp(e diag.Explanation) string {
	var parts []string
	add := func(text string) {
		if text = strings.TrimSpace(text); text != "" {
			parts = append(parts, text)
		}
	}
	add(e.Why)
	add(e.Remedy)
	if e.Source != "" {
		add("Source: " + e.Source)
	}
	return strings.Join(parts, "\n\n")
}

func markdownHelp(e diag.Explanation) string {
	help := plainHelp(e)
	if e.Bad != "" {
		help += "\n\nReported:\n\n" + Fenced(e.Bad)
	}
	if e.Good != "" {
		help += "\n\nMended:\n\n" + Fenced(e.Good)
	}
	return strings.TrimSpace(help)
}

// keyLine matches a line that only YAML, or what is meant to be YAML, has.
var keyLine = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?m)^[ -]*(["']?)[\w./-]+(["']?):( |$)|^- |^---$`)
})

// Fenced makes a Markdown code block of an example, with a fence longer than
// any in the text. Commands and lists of files are not announced as YAML; a
// broken manifest is, and so is a template of one.
func Fenced(code string) string {
	language := "text"
	if keyLine().MatchString(code) {
		language = "yaml"
	}
	fence := "```"
	for strings.Contains(code, fence) {
		fence += "`"
	}
	return fence + language + "\n" + strings.TrimRight(code, "\n") + "\n" + fence
}

func sarifLevel(s diag.Severity) string {
	if s == diag.Info {
		return "note"
	}
	return s.String()
}

// problemSeverity is GitHub's word for the severity of a rule.
func problemSeverity(s diag.Severity) string {
	if s == diag.Info {
		return "recommendation"
	}
	return s.String()
}

func sarifFinding(f Finding, ruleIndex int, o Options) sarifResult {
	result := sarifResult{
		RuleID: f.Code, RuleIndex: ruleIndex, Level: sarifLevel(f.Severity),
		Message: sarifText{f.sentence()},
		Locations: []sarifLocation{{
			Physical: sarifPhysical{sarifArtifact{o.uri(f.File)}, sarifPlace(f)},
			Logical:  sarifObject(f.Object),
		}},
		Fingerprints: sarifFingerprints{Helmx: f.Fingerprint, Line: f.Fingerprint + ":1"},
		Properties: sarifResultProperties{
			Path: f.Path, RenderedLine: f.Rendered.Line, Level: f.Level, Also: f.Also, KubeVersions: f.KubeVersions,
		},
	}
	for i, r := range f.Related {
		location := sarifLocation{ID: &i, Physical: sarifPhysical{Artifact: sarifArtifact{o.uri(r.File)}}, Message: &sarifText{r.Message}}
		if r.Line > 0 {
			location.Physical.Region = &sarifRegion{StartLine: r.Line, StartColumn: r.column}
		}
		result.Related = append(result.Related, location)
	}
	if f.Fix != nil && len(f.Fix.Edits) > 0 {
		result.Fixes = []sarifFix{sarifRemedy(f.Fix, o)}
	}
	return result
}

// sarifPlace is never empty: GitHub shows a result without a line nowhere.
func sarifPlace(f Finding) *sarifRegion {
	region := &sarifRegion{StartLine: line(f.Line), StartColumn: f.Column}
	if f.end.Line >= region.StartLine {
		region.EndLine, region.EndColumn = f.end.Line, f.end.Column
	}
	return region
}

func sarifObject(o diag.Object) []sarifLogical {
	if o == (diag.Object{}) {
		return nil
	}
	var parts []string
	for _, p := range []string{o.APIVersion, o.Kind, o.Namespace, o.Name} {
		if p != "" {
			parts = append(parts, p)
		}
	}
	return []sarifLogical{{Name: o.Name, FullyQualifiedName: strings.Join(parts, "/"), Kind: "object"}}
}

// sarifRemedy groups the edits by file, as SARIF wants them.
func sarifRemedy(fix *Fix, o Options) sarifFix {
	out := sarifFix{Description: sarifText{nonEmpty(fix.Title, "apply the fix")}}
	at := make(map[string]int)
	for _, e := range fix.Edits {
		uri := o.uri(e.File)
		i, ok := at[uri]
		if !ok {
			i = len(out.Changes)
			at[uri] = i
			out.Changes = append(out.Changes, sarifChange{Artifact: sarifArtifact{uri}})
		}
		region := sarifRegion{StartLine: line(e.Line), StartColumn: e.Column, EndLine: e.EndLine, EndColumn: e.EndColumn}
		out.Changes[i].Replacements = append(out.Changes[i].Replacements, sarifReplacement{region, sarifText{e.Text}})
	}
	return out
}
