package plugins

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/helmx-dev/helmx/e2e/counterpart"
)

// bench is a user with a home, a chart and one Helm.
type bench struct {
	major int
	helm  string
	home  string
	dir   string // the working directory: a chart in app, a kubeconfig
	env   []string
}

// helms runs a test with each Helm.
func helms(t *testing.T, test func(t *testing.T, b bench)) {
	for _, b := range []bench{{major: 3, helm: counterpart.Helm(t)}, {major: 4, helm: counterpart.Helm4(t)}} {
		name := map[int]string{3: "helm3", 4: "helm4"}[b.major]
		t.Run(name, func(t *testing.T) { test(t, b.own(t)) })
	}
}

// own gives the bench a home and a working directory.
func (b bench) own(t *testing.T) bench {
	t.Helper()
	b.home, b.dir = t.TempDir(), t.TempDir()
	if err := os.CopyFS(b.dir, os.DirFS("testdata")); err != nil {
		t.Fatal(err)
	}
	return b
}

func (b bench) with(env ...string) bench {
	b.env = append(b.env[:len(b.env):len(b.env)], env...)
	return b
}

// plugins is where Helm keeps plugins when nothing else is said.
func (b bench) plugins() string { return filepath.Join(b.home, "data", "plugins") }

// run runs Helm in the working directory.
func (b bench) run(t *testing.T, args ...string) counterpart.Result {
	t.Helper()
	return counterpart.Run{Path: b.helm, Args: args, Dir: b.dir, Home: b.home, Env: b.env}.Do(t)
}

// must runs Helm, which has to succeed without a warning about plugins.
func (b bench) must(t *testing.T, args ...string) string {
	t.Helper()
	r := b.run(t, args...)
	if r.Code != 0 || strings.Contains(r.Stderr, "failed to load plugin") {
		t.Fatalf("helm %s: exit code %d\n%s%s", strings.Join(args, " "), r.Code, r.Stdout, r.Stderr)
	}
	return r.Stdout
}

// fails runs Helm, which has to exit with a code, and returns its standard error.
func (b bench) fails(t *testing.T, code int, args ...string) string {
	t.Helper()
	r := b.run(t, args...)
	if r.Code != code {
		t.Fatalf("helm %s: exit code %d, want %d\n%s%s", strings.Join(args, " "), r.Code, code, r.Stdout, r.Stderr)
	}
	return r.Stderr
}

// install runs "helmx plugin install" for this Helm.
func (b bench) install(t *testing.T, args ...string) counterpart.Result {
	t.Helper()
	args = append([]string{"plugin", "install", "--helm", b.helm}, args...)
	return counterpart.Run{Path: counterpart.Helmx(t), Args: args, Dir: b.dir, Home: b.home, Env: b.env}.Do(t)
}

// works uses what is installed.
func (b bench) works(t *testing.T) {
	t.Helper()
	if out := b.must(t, "helmx", "template", "web", "app"); !strings.Contains(out, "patched: \"yes\"") || !strings.Contains(out, "# Source: app/templates/cm.yaml") {
		t.Errorf("helm helmx template:\n%s", out)
	}
	if said := b.fails(t, 2, "helmx", "template", "web", "nowhere"); !strings.Contains(said, "nowhere") {
		t.Errorf("helm helmx template nowhere: %s", said)
	}
	b.fails(t, 1, "helmx", "lint", "app", "--set", "broken=true")
	if b.major == 3 {
		return
	}
	if out := b.must(t, "template", "web", "app", "--post-renderer", "helmx"); !strings.Contains(out, "patched: \"yes\"") || !strings.Contains(out, "# Source: app/templates/cm.yaml") {
		t.Errorf("--post-renderer helmx:\n%s", out)
	}
	if said := b.fails(t, 1, "template", "web", "app", "--post-renderer", "helmx", "--set", "broken=true"); !strings.Contains(said, "did you mean \"data\"") {
		t.Errorf("--post-renderer helmx on a broken chart: %s", said)
	}
}

// gone checks that nothing of helmx is left.
func (b bench) gone(t *testing.T) {
	t.Helper()
	if out := b.must(t, "plugin", "list"); strings.Contains(out, "helmx") {
		t.Errorf("helm plugin list:\n%s", out)
	}
	left, _ := filepath.Glob(filepath.Join(b.plugins(), "*helmx*"))
	if len(left) > 0 {
		t.Errorf("left: %v", left)
	}
}

func write(t *testing.T, file, text string, mode os.FileMode) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), mode); err != nil {
		t.Fatal(err)
	}
}
