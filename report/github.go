package report

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/helmx-dev/helmx/diag"
)

// encodeGitHub prints workflow commands, which GitHub shows beside the lines
// of a pull request. The worst come first, because GitHub shows ten of a level
// for a step and fifty for a job and drops the rest; the summary line goes to
// the log.
// https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
func encodeGitHub(b *bytes.Buffer, r Report, o Options) error {
	titles := o.explained()
	findings := slices.Clone(r.Findings)
	slices.SortStableFunc(findings, func(x, y Finding) int { return cmp.Compare(y.Severity, x.Severity) })
	for _, f := range findings {
		title := f.Code
		if e, ok := titles[f.Code]; ok {
			title += " " + e.Title
		}
		fmt.Fprintf(b, "::%s %s::%s\n", gitHubLevel(f.Severity), gitHubProperties(f, title, o), escapeCommand(f.sentence()))
	}
	b.WriteString(summarize(r) + "\n")
	return nil
}

func gitHubLevel(s diag.Severity) string {
	if s == diag.Info {
		return "notice"
	}
	return s.String()
}

// gitHubProperties leaves out what is unknown: GitHub puts a finding without
// a line at the top of its file.
func gitHubProperties(f Finding, title string, o Options) string {
	properties := []string{"file=" + escapeProperty(o.file(f.File))}
	add := func(name string, value int) {
		if value > 0 {
			properties = append(properties, name+"="+strconv.Itoa(value))
		}
	}
	add("line", f.Line)
	add("endLine", f.end.Line)
	add("col", f.Column)
	if f.end.Line == f.Line { // GitHub takes columns for one line only
		add("endColumn", f.end.Column)
	}
	return strings.Join(append(properties, "title="+escapeProperty(title)), ",")
}

var (
	commandEscapes  = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	propertyEscapes = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
)

func escapeCommand(s string) string  { return commandEscapes.Replace(printable(s)) }
func escapeProperty(s string) string { return propertyEscapes.Replace(printable(s)) }
