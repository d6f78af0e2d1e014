package difflines

import (
	"slices"
	"strings"
	"testing"
)

// diff returns the lines that two texts do not share, as a unified diff shows
// them, without the lines around. A line "@@" stands where some were left out.
func diff(before, after string) string {
	a, b := strings.SplitAfter(before, "\n"), strings.SplitAfter(after, "\n")
	var out strings.Builder
	for len(a) > 0 && len(b) > 0 && a[0] == b[0] {
		a, b = a[1:], b[1:]
	}
	for len(a) > 0 && len(b) > 0 && a[len(a)-1] == b[len(b)-1] {
		a, b = a[:len(a)-1], b[:len(b)-1]
	}
	width := len(b) + 1
	common := make([]int32, (len(a)+1)*width) // the length of what a[i:] and b[j:] share
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if a[i] == b[j] {
				common[i*width+j] = common[(i+1)*width+j+1] + 1
			} else {
				common[i*width+j] = max(common[(i+1)*width+j], common[i*width+j+1])
			}
		}
	}
	var gone, came []string
	flush := func() {
		if len(gone)+len(came) > 0 && out.Len() > 0 {
			out.WriteString(cut)
		}
		out.WriteString(strings.Join(gone, "") + strings.Join(came, ""))
		gone, came = nil, nil
	}
	for i, j := 0, 0; i < len(a) || j < len(b); {
		switch {
		case i < len(a) && j < len(b) && a[i] == b[j]:
			flush()
			i, j = i+1, j+1
		case j == len(b) || i < len(a) && common[(i+1)*width+j] >= common[i*width+j+1]:
			gone = append(gone, line("-", a[i]))
			i++
		default:
			came = append(came, line("+", b[j]))
			j++
		}
	}
	flush()
	return out.String()
}

const cut = "@@\n"

func line(sign, text string) string { return sign + strings.TrimSuffix(text, "\n") + "\n" }

// count counts the lines of a diff; a line that became another counts once.
func count(diff string) int {
	total := 0
	for run := range strings.SplitSeq(diff, cut) {
		total += max(strings.Count("\n"+run, "\n-"), strings.Count("\n"+run, "\n+"))
	}
	return total
}

// sorted puts the lines of each document in order: where a new key stands in its
// map is layout.
func sorted(stream string) string {
	documents := strings.Split(stream, "\n---\n")
	for i, d := range documents {
		lines := strings.Split(d, "\n")
		slices.Sort(lines)
		documents[i] = strings.Join(lines, "\n")
	}
	return strings.Join(documents, "\n---\n")
}

func TestDiffAndCount(t *testing.T) {
	for _, test := range []struct {
		before, after, diff string
		count               int
	}{
		{"a\nb\n", "a\nb\n", "", 0},
		{"a\nb\nc\n", "a\nx\nc\n", "-b\n+x\n", 1},
		{"a\nb\n", "a\nx\nb\n", "+x\n", 1},
		{"a\nb\nc\nd\n", "a\nd\ne\n", "-b\n-c\n@@\n+e\n", 3},
		{"a\nb\nc\n", "x\ny\nb\n", "-a\n+x\n+y\n@@\n-c\n", 3},
	} {
		got := diff(test.before, test.after)
		if got != test.diff || count(got) != test.count {
			t.Errorf("%q to %q is %q, %d lines", test.before, test.after, got, count(got))
		}
	}
}
