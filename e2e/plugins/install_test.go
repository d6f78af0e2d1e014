package plugins

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/helmx-dev/helmx/e2e/counterpart"
)

// hello is a plugin of Helm 3's kind, which Helm 4 runs too.
const hello = `name: hello
version: 1.0.0
usage: say hello
description: say hello
platformCommand:
- command: echo hello
`

// hello4 is one of Helm 4's kind.
const hello4 = `apiVersion: v1
type: cli/v1
name: hello
version: 1.0.0
runtime: subprocess
config: {usage: hello, shortHelp: say hello}
runtimeConfig:
  platformCommand:
  - command: echo hello
`

// greets checks that the user's other plugin works.
func (b bench) greets(t *testing.T) {
	t.Helper()
	if out := b.must(t, "hello"); out != "hello\n" {
		t.Errorf("helm hello: %q", out)
	}
}

// TestInstall: helmx beside another plugin of the user, in place, once more, and
// out again.
func TestInstall(t *testing.T) {
	helms(t, func(t *testing.T, b bench) {
		write(t, filepath.Join(b.plugins(), "hello", "plugin.yaml"), map[int]string{3: hello, 4: hello4}[b.major], 0o644)
		b.greets(t)
		for range 2 {
			b = b.installed(t)
			b.greets(t)
			b.works(t)
		}
		if r := b.install(t); !strings.Contains(r.Stdout, "helmx unchanged") {
			t.Errorf("once more:\n%s%s", r.Stdout, r.Stderr)
		}
		names := []string{"helmx"}
		if b.major == 4 {
			names = append(names, "helmx-cli")
		}
		b.must(t, append([]string{"plugin", "uninstall"}, names...)...)
		b.gone(t)
		b.greets(t)
	})
}

// TestInstallThroughItself: the plugin brings itself up to date, with the Helm
// that runs it.
func TestInstallThroughItself(t *testing.T) {
	helms(t, func(t *testing.T, b bench) {
		b = b.installed(t)
		manifest := filepath.Join(b.plugins(), "helmx", "plugin.yaml")
		text, err := os.ReadFile(manifest)
		if err != nil {
			t.Fatal(err)
		}
		write(t, manifest, "# old\n"+string(text), 0o644)
		if out := b.must(t, "helmx", "plugin", "install"); !strings.Contains(out, "helmx updated") {
			t.Errorf("helm helmx plugin install:\n%s", out)
		}
		b.works(t)
	})
}

// TestOverArchive: what "helm plugin install" put there is brought up to date.
func TestOverArchive(t *testing.T) {
	b := bench{major: 4, helm: counterpart.Helm4(t)}.own(t)
	dir, _ := archives(t, 4)
	b.must(t, "plugin", "install", archive(t, dir, "helmx"), "--verify=false")
	b = b.installed(t)
	b.works(t)
	b.must(t, "plugin", "uninstall", "helmx", "helmx-cli")
	b.gone(t)
}

// TestBothHelms: both use one folder unless told otherwise, and a plugin of Helm
// 4 there would take all plugins away from Helm 3.
func TestBothHelms(t *testing.T) {
	three := bench{major: 3, helm: counterpart.Helm(t)}.own(t)
	bin := t.TempDir()
	if err := os.Symlink(three.helm, filepath.Join(bin, "helm3")); err != nil {
		t.Fatal(err)
	}
	// Nothing set: both look in ~/.local/share/helm/plugins.
	three = three.with("HELM_DATA_HOME=", "PATH="+bin+string(os.PathListSeparator)+os.Getenv("PATH"))
	four := three
	four.major, four.helm = 4, counterpart.Helm4(t)

	refused := four.install(t)
	if refused.Code != 2 || !strings.Contains(refused.Stderr, "helm3 is a Helm 3 that uses it") {
		t.Errorf("an empty folder: exit code %d\n%s%s", refused.Code, refused.Stdout, refused.Stderr)
	}
	folder := filepath.Join(three.home, ".local", "share", "helm", "plugins")
	if _, err := os.Stat(folder); err == nil {
		t.Errorf("%s was made", folder)
	}

	write(t, filepath.Join(folder, "hello", "plugin.yaml"), hello, 0o644)
	three = three.installed(t)
	three.greets(t)
	three.works(t)
	four.greets(t)
	four.must(t, "helmx", "version") // the same plugin serves Helm 4
	if r := four.install(t); r.Code != 2 || !strings.Contains(r.Stderr, "a plugin of Helm 3's kind") {
		t.Errorf("exit code %d\n%s%s", r.Code, r.Stdout, r.Stderr)
	}
	three.greets(t)

	// As the message says: a folder of its own.
	own := four.with("HELM_PLUGINS=" + filepath.Join(four.home, "helm4"))
	own.installed(t).works(t)
	three.greets(t)
	three.works(t)

	// Without Helm 3, in place. It is what the refusal was for: Helm 3 is out.
	if r := four.install(t, "--helm3-is-gone"); r.Code != 0 {
		t.Fatalf("--helm3-is-gone: exit code %d\n%s", r.Code, r.Stderr)
	}
	four.works(t)
	four.greets(t)
	if r := three.run(t, "hello"); r.Code == 0 {
		t.Error("Helm 3 loads a folder with plugins of Helm 4 now: the refusals can go")
	}
}
