package render

import (
	"bytes"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/helmx-dev/helmx/diag"
)

// ShowOnly returns the documents of a rendered stream that come from the
// templates that match, as `helm template --show-only` prints them: for each
// pattern in turn, all documents whose path without the chart's name matches
// (filepath.Match), so a document can come twice. It is an error finding when a
// pattern matches nothing; templates that rendered nothing count as missing.
func ShowOnly(out []byte, patterns []string) ([]byte, diag.List) {
	text := string(out)
	pieces := split(text)
	var names []string // of the templates, without the chart's
	for _, p := range pieces {
		names = append(names, sourceName(text[p.start:p.end]))
	}
	var b bytes.Buffer
	var findings diag.List
	for _, pattern := range patterns {
		pattern = filepath.ToSlash(pattern)
		missing := true
		for i, p := range pieces {
			if ok, _ := filepath.Match(pattern, names[i]); ok && names[i] != "" {
				fmt.Fprintf(&b, "---\n%s\n", text[p.start:p.end])
				missing = false
			}
		}
		if missing {
			findings = append(findings, noSuchTemplate(pattern, names))
		}
	}
	if findings != nil {
		return nil, findings
	}
	return b.Bytes(), nil
}

// sourceName returns the path within the chart that the first `# Source:
// chart/path` of the document names, "" when there is none.
func sourceName(document string) string {
	const mark = "# Source: "
	for {
		_, rest, found := strings.Cut(document, mark)
		if !found {
			return ""
		}
		line, _, _ := strings.Cut(rest, "\n")
		chart, name, ok := strings.Cut(line, "/")
		if ok && chart != "" && name != "" {
			return name
		}
		document = rest
	}
}
