package charts

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestEveryCodeIsExplained: the codes in the source and the explanations are
// the same set, and every explanation is complete.
func TestEveryCodeIsExplained(t *testing.T) {
	used := map[string]bool{}
	sources, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	code := regexp.MustCompile(`"(CH\d{3})"`)
	for _, file := range sources {
		if strings.HasSuffix(file, "_test.go") || strings.HasSuffix(file, "explain.go") {
			continue
		}
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range code.FindAllStringSubmatch(string(data), -1) {
			used[m[1]] = true
		}
	}
	var explained []string
	for _, e := range Explanations {
		explained = append(explained, e.Code)
		if !used[e.Code] {
			t.Errorf("%s is explained but never printed", e.Code)
		}
		if e.Title == "" || len(e.Title) > 80 || e.Why == "" || e.Remedy == "" || e.Bad == "" || e.Good == "" || e.Source == "" {
			t.Errorf("%s is not fully explained", e.Code)
		}
	}
	for c := range used {
		if !slices.Contains(explained, c) {
			t.Errorf("%s is printed but not explained", c)
		}
	}
	if !slices.IsSorted(explained) {
		t.Errorf("not in order: %s", explained)
	}
}
