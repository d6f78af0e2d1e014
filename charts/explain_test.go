package charts

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"
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

// TestExamplesAreYAML: documentation shows the examples as YAML, so that
// commands and lists of files are comments. Only the codes about broken YAML
// have bad examples that are none.
func TestExamplesAreYAML(t *testing.T) {
	broken := []string{"CH004", "CH102"}
	for _, e := range Explanations {
		for _, text := range []string{e.Bad, e.Good} {
			var content any
			err := yaml.Unmarshal([]byte(text), &content)
			_, plain := content.(string)
			if isBroken := text == e.Bad && slices.Contains(broken, e.Code); (err != nil) != isBroken || plain {
				t.Errorf("%s: %q: %v", e.Code, text, err)
			}
		}
	}
}
