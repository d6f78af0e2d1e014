package report

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/helmx-dev/helmx/diag"
)

// Report is what `--format json` prints, and what every other format is
// printed from. Every key is always there and never changes its type, so that
// a script can do without checks: an unknown line or column is 0, an object
// that no finding is about has empty fields. Fix alone may be null.
type Report struct {
	Version  int       `json:"version"` // of this format: 1
	Summary  Summary   `json:"summary"`
	Findings []Finding `json:"findings"` // sorted; never null
}

// Summary counts findings by severity, whatever makes a run fail.
type Summary struct {
	Error   int `json:"error"`
	Warning int `json:"warning"`
	Info    int `json:"info"`
}

// Finding is one finding. File and Line are the place in a file that the user
// owns, Rendered the one in the rendered stream.
type Finding struct {
	Code         string        `json:"code"`
	Severity     diag.Severity `json:"severity"`
	Message      string        `json:"message"`
	Hint         string        `json:"hint"`
	File         string        `json:"file"`
	Line         int           `json:"line"`
	Column       int           `json:"column"`
	Rendered     diag.Pos      `json:"rendered"`
	Object       diag.Object   `json:"object"`
	Path         string        `json:"path"`
	Also         []string      `json:"also"`
	KubeVersions []string      `json:"kubeVersions"`
	Level        string        `json:"level"`
	Related      []Related     `json:"related"`
	Fix          *Fix          `json:"fix"`
	Fingerprint  string        `json:"fingerprint"` // unique in one report, and the same in the next run

	excerpt *diag.Excerpt // for people: the line itself
	schema  string        // for people: who demands it
	end     diag.Pos      // of the place in File; zero when unknown
}

// Related is another place that belongs to a finding.
type Related struct {
	File    string `json:"file"`
	Line    int    `json:"line"`
	Message string `json:"message"`

	column int
}

// Fix is a mechanical remedy: edits of files, or a patch for helmx.yaml where the
// object was rendered.
type Fix struct {
	Title string `json:"title"`
	Edits []Edit `json:"edits"`
	Patch string `json:"patch"`
}

// Edit replaces what lies between two places of a file; the end is exclusive.
type Edit struct {
	File      string `json:"file"`
	Line      int    `json:"line"`
	Column    int    `json:"column"`
	EndLine   int    `json:"endLine"`
	EndColumn int    `json:"endColumn"`
	Text      string `json:"text"`
}

// View sorts a copy of the list and puts it in the form that is printed.
func View(l diag.List) Report {
	l = slices.Clone(l)
	l.Sort()
	r := Report{
		Version:  1,
		Summary:  Summary{Error: l.Count(diag.Error), Warning: l.Count(diag.Warning), Info: l.Count(diag.Info)},
		Findings: make([]Finding, len(l)),
	}
	seen := make(map[string]int, len(l))
	for i, d := range l {
		r.Findings[i] = view(d)
		r.Findings[i].Fingerprint = distinct(d.Fingerprint(), seen)
	}
	return r
}

func view(d diag.Diagnostic) Finding {
	f := Finding{
		Code: d.Code, Severity: d.Severity, Message: d.Message, Hint: d.Hint,
		File: d.Span.File, Line: d.Span.Start.Line, Column: d.Span.Start.Column,
		Rendered: d.Rendered, Path: d.Path, Level: d.Level,
		Also:         append([]string{}, d.Also...),
		KubeVersions: append([]string{}, d.KubeVersions...),
		Related:      make([]Related, len(d.Related)),
		excerpt:      d.Excerpt, schema: d.Schema, end: d.Span.End,
	}
	if d.Object != nil {
		f.Object = *d.Object
	}
	for i, r := range d.Related {
		f.Related[i] = Related{File: r.Span.File, Line: r.Span.Start.Line, Message: r.Message, column: r.Span.Start.Column}
	}
	if d.Fix != nil {
		f.Fix = viewFix(d.Fix)
	}
	return f
}

func viewFix(fix *diag.Fix) *Fix {
	v := &Fix{Title: fix.Title, Patch: fix.Patch, Edits: make([]Edit, len(fix.Edits))}
	for i, e := range fix.Edits {
		v.Edits[i] = Edit{
			File: e.Span.File, Text: e.Text,
			Line: e.Span.Start.Line, Column: e.Span.Start.Column,
			EndLine: e.Span.End.Line, EndColumn: e.Span.End.Column,
		}
	}
	return v
}

// distinct keeps the first finding's fingerprint and numbers those that say
// the same of the same place again, such as two hooks of one name: GitLab
// drops every finding whose fingerprint it has seen.
func distinct(fingerprint string, seen map[string]int) string {
	seen[fingerprint]++
	n := seen[fingerprint]
	if n == 1 {
		return fingerprint
	}
	sum := sha256.Sum256([]byte(fingerprint + "#" + strconv.Itoa(n)))
	return hex.EncodeToString(sum[:16])
}

// title is the message with the object it is about.
func (f Finding) title() string {
	if name := f.Object.String(); name != "" {
		return name + ": " + f.Message
	}
	return f.Message
}

// sentence is the whole finding in running text, for formats that have one
// field for it.
func (f Finding) sentence() string {
	parts := []string{f.title()}
	if f.Path != "" {
		parts = append(parts, "field: "+f.Path)
	}
	if f.schema != "" {
		parts = append(parts, "demanded by: "+f.schema)
	}
	if hint := f.advice(); hint != "" {
		parts = append(parts, hint)
	}
	return strings.Join(parts, "\n")
}

// advice is what to try: the hint, else what is said behind the marks.
func (f Finding) advice() string {
	if f.Hint == "" && f.excerpt != nil {
		return f.excerpt.Note
	}
	return f.Hint
}

func encodeJSON(b *bytes.Buffer, r Report, _ Options) error { return writeJSON(b, r) }

// writeJSON indents and leaves <, > and & as they are: people read it too.
func writeJSON(b *bytes.Buffer, v any) error {
	e := json.NewEncoder(b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}
