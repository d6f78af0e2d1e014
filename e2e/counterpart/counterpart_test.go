package counterpart

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestVersions makes sure that each Helm knows its version and the Kubernetes
// version it was built for, as a release does: charts ask for both.
func TestVersions(t *testing.T) {
	for version, helm := range map[string]string{HelmVersion: Helm(t), Helm4Version: Helm4(t)} {
		t.Run(version, func(t *testing.T) {
			run := func(args ...string) string {
				t.Helper()
				r := Run{Path: helm, Args: args, Dir: chart(t), Home: t.TempDir()}.Do(t)
				if r.Code != 0 {
					t.Fatalf("helm %q: exit code %d\n%s", args, r.Code, r.Stderr)
				}
				return r.Stdout
			}
			if got := strings.TrimSpace(run("version", "--template", "{{.Version}}")); got != version {
				t.Errorf("helm version: %s", got)
			}
			if got := run("template", "x", "."); !strings.Contains(got, `"v`+HelmKubeVersion+`"`) {
				t.Errorf("not Kubernetes v%s:\n%s", HelmKubeVersion, got)
			}
		})
	}
}

// chart makes a chart that prints the Kubernetes version.
func chart(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "templates"), 0o755); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"Chart.yaml":       "apiVersion: v2\nname: x\nversion: 0.1.0\n",
		"templates/x.yaml": "KubeVersion: {{ .Capabilities.KubeVersion.Version | quote }}\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestKubectl(t *testing.T) {
	r := Run{Path: Kubectl(t), Args: []string{"version", "--client"}, Dir: t.TempDir(), Home: t.TempDir()}.Do(t)
	if r.Code != 0 || !strings.Contains(r.Stdout, KubernetesVersion) {
		t.Errorf("exit code %d\n%s%s", r.Code, r.Stdout, r.Stderr)
	}
}
