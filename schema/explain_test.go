package schema

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
)

// run validates the example of an explanation.
func run(t *testing.T, example string) diag.List {
	t.Helper()
	if schema, values, ok := strings.Cut(example, "\n---\n"); ok && strings.HasPrefix(example, "{") {
		root, err := manifest.Parse([]byte(values))
		if err != nil {
			t.Fatal(err)
		}
		return CheckValues([]ValuesInput{{Chart: "web", SchemaFile: "values.schema.json", Schema: []byte(schema), Values: asMap(manifest.Value(root))}}, nil)
	}
	o := Options{Release: true}
	if strings.HasPrefix(example, "# helmx.yaml\n") {
		root, err := manifest.Parse([]byte(example))
		if err != nil {
			t.Fatal(err)
		}
		o.KubeVersion, _ = valueAt(manifest.Value(root), manifest.Keys("validate", "kubeVersion")).(string)
		if example = ""; o.KubeVersion == "" {
			t.Fatal("the example names no version")
		}
	}
	return validate(t, example, o)
}

func validate(t *testing.T, stream string, o Options) diag.List {
	t.Helper()
	docs := manifest.Read("stream.yaml", []byte(stream))
	out, found, err := Validate(context.Background(), docs, o)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(docs, out) {
		t.Error("Validate returned other documents")
	}
	return found
}

func TestExamples(t *testing.T) {
	for _, x := range Explanations {
		t.Run(x.Code, func(t *testing.T) {
			bad := run(t, x.Bad)
			if len(bad) != 1 || bad[0].Code != x.Code || bad[0].Severity != x.Severity {
				t.Errorf("the bad example gives %v", bad)
			}
			if good := run(t, x.Good); len(good) > 0 {
				t.Errorf("the good example gives %v", good)
			}
			if len(x.Title) > 80 || x.Why == "" || x.Remedy == "" || x.Source == "" {
				t.Error("the explanation is not complete")
			}
		})
	}
}

func TestEveryCodeIsExplained(t *testing.T) {
	var explained []string
	for _, x := range Explanations {
		explained = append(explained, x.Code)
	}
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	var printed []string
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if f != "explain.go" && !strings.HasSuffix(f, "_test.go") {
			printed = append(printed, regexp.MustCompile(`SC\d{3}`).FindAllString(string(text), -1)...)
		}
	}
	slices.Sort(printed)
	if printed = slices.Compact(printed); !slices.Equal(printed, explained) {
		t.Errorf("printed   %v\nexplained %v", printed, explained)
	}
}
