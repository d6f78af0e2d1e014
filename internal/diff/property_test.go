package diff

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
)

var hunkHeader = regexp.MustCompile(`^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@`)

// applied is old after the hunks of a diff, taken by their line numbers alone.
func applied(t *testing.T, old []string, diff string) []string {
	t.Helper()
	var out []string
	at := 0 // lines of old that are done
	for line := range strings.Lines(diff) {
		if m := hunkHeader.FindStringSubmatch(line); m != nil {
			from, newFrom := number(m[1]), number(m[3])
			if m[2] != "0" {
				from--
			}
			if m[4] != "0" {
				newFrom--
			}
			out = append(out, old[at:from]...)
			at = from
			if len(out) != newFrom {
				t.Fatalf("%s: %d new lines so far", strings.TrimSpace(line), len(out))
			}
			continue
		}
		switch {
		case strings.HasPrefix(line, "--- ") || strings.HasPrefix(line, "+++ "):
		case line[0] == '+':
			out = append(out, line[1:])
		default:
			if old[at] != line[1:] {
				t.Fatalf("line %d is %q, the diff has %q", at+1, old[at], line)
			}
			if at++; line[0] == ' ' {
				out = append(out, line[1:])
			}
		}
	}
	return append(out, old[at:]...)
}

func number(text string) int {
	n, _ := strconv.Atoi(text)
	return n
}

// TestDiffsApply: a diff of any context turns the old text into the new one.
func TestDiffsApply(t *testing.T) {
	for seed := range uint64(500) {
		r := rand.New(rand.NewPCG(seed, 2))
		var docs []*manifest.Document
		for i := range 1 + r.IntN(5) {
			text := fmt.Sprintf("--- # %d\nkind: A\nlist:\n", i)
			for range 1 + r.IntN(12) {
				text += fmt.Sprintf("- k%d\n", r.IntN(4))
			}
			docs = append(docs, manifest.New([]byte(text), manifest.Origin{File: "f"}))
		}
		old := textsOf(docs)
		s := Take(docs)
		docs = shuffled(t, r, docs)
		var b strings.Builder
		if _, err := s.Write(&b, docs, Options{Context: r.IntN(5)}); err != nil {
			t.Fatal(err)
		}
		got := strings.Join(applied(t, slices.Collect(strings.Lines(old)), b.String()), "")
		if want := textsOf(docs); got != want {
			t.Fatalf("seed %d: got\n%s\nwant\n%s\nof\n%s\nby\n%s", seed, got, want, old, b.String())
		}
	}
}

func textsOf(docs []*manifest.Document) string {
	var b strings.Builder
	for _, d := range docs {
		b.Write(d.Raw())
	}
	return b.String()
}

// shuffled deletes, changes, adds and moves documents.
func shuffled(t *testing.T, r *rand.Rand, docs []*manifest.Document) (made []*manifest.Document) {
	t.Helper()
	for _, d := range docs {
		switch r.IntN(5) {
		case 0:
			continue
		case 1:
			made = append(made, manifest.New([]byte("--- # new\nkind: New\n"), manifest.Origin{File: "f"}))
		case 2:
			_, err := d.Edit(diag.Span{}, func(root *manifest.Node) error {
				_, list := manifest.Lookup(root, "list")
				i := r.IntN(len(list.Content))
				list.Content = slices.Insert(slices.Delete(list.Content, i, i+r.IntN(2)), i, manifest.NewNode("new"))
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		made = append(made, d)
	}
	if len(made) > 1 && r.IntN(3) == 0 {
		made[0], made[1] = made[1], made[0]
	}
	return made
}

// TestRandomSecretsStayHidden: whatever the layout of a Secret and whatever is
// changed in it, none of its values shows.
func TestRandomSecretsStayHidden(t *testing.T) {
	layouts := []string{
		"data:\n  a: %s\n  b: '%s'\n", "data: {a: %s, b: \"%s\"}\n", "stringData:\n  a: |\n    %s\n\n    %s\n", "stringData:\n  a: >-\n    %s\n    %s\n",
		"data:\n  ? a\n  : %s\n  b: %s # note\n", "data: &d {a: %s}\nmore: {<<: *d, b: %s}\n", "data:\n  # %s\n  a: !!str %s\n",
		"stringData:\n  a: \"%s\\\n    %s\"\n", "data: %s\nstringData: [%s]\n", "stringData:\n  a: %s\n    %s\n", "data: {a: %s, # %s\n}\n",
	}
	const word = "xqz" // with a digit shorter than what is looked for everywhere
	for seed := range uint64(600) {
		r := rand.New(rand.NewPCG(seed, 3))
		value := func() string { return fmt.Sprintf("%s%d", word, r.IntN(3)) }
		text := "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\n" + fmt.Sprintf(layouts[r.IntN(len(layouts))], value(), value())
		if r.IntN(3) == 0 {
			text = "apiVersion: v1\nkind: List\nitems:\n- " + strings.TrimSuffix(strings.ReplaceAll(text, "\n", "\n  "), "  ")
		}
		docs := manifest.Read("f", []byte(text))
		s := Take(docs)
		_, err := docs[0].Edit(diag.Span{}, func(root *manifest.Node) error {
			manifest.Walk(root, func(_ manifest.Path, n *manifest.Node) bool {
				switch {
				case strings.HasPrefix(n.Value, word) && r.IntN(2) == 0:
					n.Value = value()
				case n.Value == "Secret" && r.IntN(4) == 0:
					n.Value = "ConfigMap"
				}
				return true
			})
			manifest.SetKey(root, "immutable", manifest.NewNode(true))
			return nil
		})
		if err != nil {
			t.Fatalf("seed %d: %v\n%s", seed, err, text)
		}
		var b strings.Builder
		if differs, err := s.Write(&b, docs, Options{Context: 20}); err != nil || !differs {
			t.Fatalf("seed %d: %t, %v", seed, differs, err)
		}
		if strings.Contains(b.String(), word) {
			t.Fatalf("seed %d: a value shows:\n%s\nof\n%s", seed, b.String(), text)
		}
	}
}
