package schema

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
)

// TestCases runs realistic mistakes and valid-but-tricky files. The head of
// each says what is wrong and what a real API server answered. One mistake is
// one finding, at the field that the head names.
func TestCases(t *testing.T) {
	files, err := filepath.Glob("testdata/cases/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatal("no cases", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".yaml"), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			found := validate(t, string(text), Options{})
			switch expect := header(text, "expect"); expect {
			case "ok":
				if len(found) > 0 {
					t.Errorf("false alarm: %v", found)
				}
			case "error", "warning":
				severity, _ := diag.ParseSeverity(expect)
				if len(found) == 0 || found[0].Severity != severity {
					t.Fatalf("expected one %s, found %v", expect, found)
				}
				checkPlace(t, text, found)
			default:
				t.Fatalf("the head expects %q", expect)
			}
		})
	}
}

func header(text []byte, key string) string {
	m := regexp.MustCompile(`(?m)^# ` + key + `: (.*)$`).FindSubmatch(text)
	if m == nil {
		return ""
	}
	return string(m[1])
}

// checkPlace compares the path with the one in the head, which is written as
// the API server writes it: indexes, and keys in brackets without quotes.
func checkPlace(t *testing.T, text []byte, found diag.List) {
	t.Helper()
	want := header(text, "path")
	if len(found) > 1 && !strings.HasSuffix(want, "backend.serviceName") { // that one has a servicePort beside it
		t.Errorf("one mistake, and %d findings: %v", len(found), found)
	}
	if found[0].Span.Start.Line == 0 {
		t.Errorf("no line: %v", found[0])
	}
	if want == "" {
		return
	}
	docs := manifest.Read("", text)
	root, err := docs[len(docs)-1].Root()
	if err != nil {
		t.Fatal(err)
	}
	got := indexed(t, root, found[0].Path)
	if words := pathWords(want); !slices.Equal(got, words) && !within(got, words) {
		t.Errorf("found at %v, expected at %v", got, words)
	}
}

// within accepts a path one step below the one in the head, where that names
// the map and not the entry.
func within(got, want []string) bool {
	return len(got) == len(want)+1 && slices.Equal(got[:len(want)], want)
}

func pathWords(path string) []string {
	var words []string
	for len(path) > 0 {
		if rest, ok := strings.CutPrefix(path, "["); ok {
			word, after, _ := strings.Cut(rest, "]")
			words, path = append(words, word), strings.TrimPrefix(after, ".")
			continue
		}
		end := strings.IndexAny(path+".", ".[")
		words, path = append(words, path[:end]), strings.TrimPrefix(path[end:], ".")
	}
	return words
}

// indexed is a path with [name=x] resolved to the index it stands for.
func indexed(t *testing.T, root *manifest.Node, path string) []string {
	t.Helper()
	p, err := manifest.ParsePath(path)
	if err != nil {
		t.Fatal(err)
	}
	var words []string
	for i, step := range p {
		switch step.Kind {
		case manifest.Key:
			words = append(words, step.Key)
		case manifest.Index:
			words = append(words, strconv.Itoa(step.Index))
		default:
			at, miss := p[:i+1].Find(root)
			if miss != nil || len(at) != 1 {
				t.Fatalf("%s does not lead to one node", p[:i+1])
			}
			words = append(words, strconv.Itoa(at[0].Path[i].Index))
		}
	}
	return words
}
