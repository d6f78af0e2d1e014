package pipeline

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/helmx-dev/helmx/charts"
)

// writeFiles makes files below a folder that becomes the working directory.
func writeFiles(t *testing.T, files map[string]string) {
	t.Helper()
	t.Chdir(t.TempDir())
	for name, text := range files {
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func configMap(name string) string {
	return "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: " + name + "}\n"
}

func chartFile(name string) string {
	return "apiVersion: v2\nname: " + name + "\nversion: 1.0.0\n"
}

func TestCollect(t *testing.T) {
	writeFiles(t, map[string]string{
		"app/Chart.yaml":                    chartFile("app"),
		"app/templates/a.yaml":              configMap("{{ .Release.Name }}"),
		"app/charts/sub/Chart.yaml":         chartFile("sub"),
		"app/charts/sub/templates/s.yml":    configMap("sub"),
		"app/examples/own/Chart.yaml":       chartFile("own"),
		"app/examples/own/templates/o.yaml": configMap("own"),
		"broken/Chart.yaml":                 chartFile("broken"),
		"broken/templates/b.yaml":           "{{",
		"plain/m.yaml":                      configMap("m"),
		"plain/deep/n.json":                 `{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "n"}}`,
		"plain/.hidden/h.yaml":              configMap("hidden"),
		"plain/values.yaml":                 "a: b\n",
		"plain/README.md":                   configMap("readme"),
		"bad.yaml":                          "a: [\n",
		"tools/kustomization.yaml":          "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n",
		"tools/two.yaml":                    "apiVersion: v1\nkind: Config\n---\n" + configMap("two"),
		"tools/context.yaml":                "apiVersion: helmx.dev/v1alpha1\nkind: Context\nmetadata: {name: context}\n",
		"tools/helmx.yaml":                  "apiVersion: helmx.dev/v1alpha1\nkind: Config\n",
	})
	for name, tt := range map[string]struct {
		paths, names string // separated by spaces
		err          error
		findings     int
	}{
		"chart":                      {paths: "app", names: "sub release-name"},
		"once":                       {paths: "app ./app app/templates/a.yaml app/Chart.yaml", names: "sub release-name"},
		"subchart means its parent":  {paths: "app/charts/sub", names: "sub release-name"},
		"chart in a chart's folder":  {paths: "app/examples/own/templates/o.yaml", names: "own"},
		"folder":                     {paths: "plain", names: "n m"},
		"file twice":                 {paths: "plain/m.yaml plain", names: "m n"},
		"passed over":                {paths: "plain/values.yaml plain/README.md", names: ""},
		"configuration of tools":     {paths: "tools tools/helmx.yaml", names: "context two"},
		"broken and named":           {paths: "bad.yaml", names: "?"},
		"stdin twice":                {paths: "- -", names: "stdin"},
		"missing, and the rest":      {paths: "nowhere plain/m.yaml", names: "m", err: ErrUnreadable, findings: 1},
		"does not render, and rest":  {paths: "broken plain/m.yaml", names: "m", err: ErrStopped, findings: 1},
		"missing outweighs stopping": {paths: "nowhere broken", names: "", err: ErrUnreadable, findings: 2},
	} {
		t.Run(name, func(t *testing.T) {
			o := InputOptions{Stdin: strings.NewReader(configMap("stdin"))}
			o.Chart.Resolve.Release = charts.Release{Name: "release-name", Namespace: "default"}
			collected, findings, err := Collect(context.Background(), strings.Fields(tt.paths), o)
			if !errors.Is(err, tt.err) || len(findings) != tt.findings {
				t.Errorf("got error %v and findings %v", err, findings)
			}
			var names []string
			for _, d := range collected.Docs() {
				names = append(names, orUnknown(d.ID().Name))
			}
			want := strings.Fields(tt.names)
			slices.Sort(names)
			slices.Sort(want)
			if !slices.Equal(names, want) {
				t.Errorf("got %q, want %q", names, want)
			}
		})
	}
}

func orUnknown(name string) string {
	if name == "" {
		return "?"
	}
	return name
}

func TestCollectFromInsideAChart(t *testing.T) {
	writeFiles(t, map[string]string{
		"app/Chart.yaml":       chartFile("app"),
		"app/templates/a.yaml": configMap("a"),
	})
	t.Chdir("app/templates")
	o := InputOptions{}
	o.Chart.Resolve.Release.Name = "release-name"
	collected, findings, err := Collect(context.Background(), []string{"a.yaml"}, o)
	if err != nil || len(findings) > 0 || len(collected.Docs()) != 1 || collected.Docs()[0].Origin.Source != "app/templates/a.yaml" {
		t.Errorf("got %v, %v, %v", collected.Docs(), findings, err)
	}
}

func TestCollectSaysWhatItPassesOver(t *testing.T) {
	writeFiles(t, map[string]string{"values.yaml": "a: b\n", "notes.txt": "x"})
	var said []string
	o := InputOptions{PassedOver: func(path, why string) { said = append(said, path+": "+why) }}
	if _, _, err := Collect(context.Background(), []string{"values.yaml", "notes.txt"}, o); err != nil {
		t.Fatal(err)
	}
	want := []string{"values.yaml: it holds no Kubernetes objects", "notes.txt: neither a chart nor .yaml, .yml or .json"}
	if !slices.Equal(said, want) {
		t.Errorf("got %q, want %q", said, want)
	}
}

func TestCollectIsCancelled(t *testing.T) {
	writeFiles(t, map[string]string{"folder/m.yaml": configMap("m")})
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, _, err := Collect(ctx, []string{"folder"}, InputOptions{}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}
