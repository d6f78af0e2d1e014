package manifest

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

// The separators of Helm 3 (pkg/releaseutil) and of Helm 4 (pkg/release/v1/util).
var (
	helm3Separator = regexp.MustCompile(`(?:^|\s*\n)---\s*`)
	helm4Separator = regexp.MustCompile(`(?m)^---[ \t]*`)
)

var marker = regexp.MustCompile(`doc\d`)

// groups are the markers that stand together in one document.
func groups(documents []string) []string {
	var out []string
	for _, text := range documents {
		if found := marker.FindAllString(text, -1); len(found) > 0 {
			out = append(out, strings.Join(found, " "))
		}
	}
	return out
}

// TestReadSplitsAsHelm: over all sequences of four pieces, Read keeps together
// and apart what both Helms do, loses nothing, and Write gives it back.
func TestReadSplitsAsHelm(t *testing.T) {
	pieces := []string{
		"\n", "# c\n", "# Source: a\n", "a: doc1\n", "b: doc2\r\n", "c: |\n  ---\n  doc3\n", "d: doc4", "...\n",
		"---\n", "---\r\n", "--- \t\n", "--- # c\n", "--- {e: doc5}\n", "---f: doc6\n", "----\n", " ---\n", "\ufeff", "  g: doc7\n",
	}
	for i := range len(pieces) * len(pieces) * len(pieces) * len(pieces) {
		var text string
		for range 4 {
			text += pieces[i%len(pieces)]
			i /= len(pieces)
		}
		var ours []string
		for _, d := range Read(Stdin, []byte(text)) {
			ours = append(ours, string(d.Raw()))
		}
		if strings.Join(ours, "") != text {
			t.Fatalf("%q: read as %q", text, ours)
		}
		for _, helm := range []*regexp.Regexp{helm3Separator, helm4Separator} {
			if got, want := groups(ours), groups(helm.Split(text, -1)); !slices.Equal(got, want) {
				t.Fatalf("%q: documents of %q, and Helm has %q (%v)", text, got, want, helm)
			}
		}
	}
}
