package report

import (
	"bytes"

	"github.com/helmx-dev/helmx/diag"
)

// gitLabIssue is one entry of a GitLab code quality report, a subset of the
// Code Climate format: https://docs.gitlab.com/ci/testing/code_quality/
type gitLabIssue struct {
	Description string         `json:"description"`
	CheckName   string         `json:"check_name"`
	Fingerprint string         `json:"fingerprint"`
	Severity    string         `json:"severity"`
	Location    gitLabLocation `json:"location"`
}

type gitLabLocation struct {
	Path  string      `json:"path"`
	Lines gitLabLines `json:"lines"`
}

type gitLabLines struct {
	Begin int `json:"begin"`
}

var gitLabSeverities = map[diag.Severity]string{diag.Error: "major", diag.Warning: "minor", diag.Info: "info"}

func encodeGitLab(b *bytes.Buffer, r Report, o Options) error {
	issues := make([]gitLabIssue, len(r.Findings))
	for i, f := range r.Findings {
		issues[i] = gitLabIssue{
			Description: f.sentence(),
			CheckName:   f.Code,
			Fingerprint: f.Fingerprint,
			Severity:    gitLabSeverities[f.Severity],
			Location:    gitLabLocation{o.file(f.File), gitLabLines{line(f.Line)}},
		}
	}
	return writeJSON(b, issues)
}
