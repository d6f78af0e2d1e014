package parity

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/helmx-dev/helmx/e2e/counterpart"
)

// TestCorpus runs every case of testdata/parity through both programs.
func TestCorpus(t *testing.T) {
	root := filepath.Join(counterpart.Root(t), "testdata", "parity")
	both := newPair(t)
	for _, dir := range caseFolders(t, root) {
		name, err := filepath.Rel(root, dir)
		if err != nil {
			t.Fatal(err)
		}
		t.Run(filepath.ToSlash(name), func(t *testing.T) {
			t.Parallel()
			text, err := os.ReadFile(filepath.Join(dir, "cmd"))
			if err != nil {
				t.Fatal(err)
			}
			steps, err := parseScript(string(text))
			if err != nil {
				t.Fatalf("%s: %v", filepath.Join(dir, "cmd"), err)
			}
			for _, s := range steps {
				t.Run(fmt.Sprintf("line%d", s.line), func(t *testing.T) { both.runStep(t, dir, s) })
			}
		})
	}
}

// caseFolders returns the folders under root that have a file "cmd".
func caseFolders(t *testing.T, root string) []string {
	t.Helper()
	var dirs []string
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.Name() == "cmd" && d.Type().IsRegular() {
			dirs = append(dirs, filepath.Dir(path))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(dirs) == 0 {
		t.Fatalf("no cases in %s", root)
	}
	return dirs
}

// pair is Helm and helmx side by side.
type pair struct {
	helm, helmx, home string
}

func newPair(t *testing.T) pair {
	t.Helper()
	return pair{helm: counterpart.Helm(t), helmx: counterpart.Helmx(t), home: t.TempDir()}
}

// runStep runs one command line in a copy of the case's folder for each
// program, then compares what they printed, how they ended and the folders.
func (p pair) runStep(t *testing.T, dir string, s step) {
	var stdin []byte
	if s.stdin != "" {
		var err error
		if stdin, err = os.ReadFile(filepath.Join(dir, s.stdin)); err != nil {
			t.Fatal(err)
		}
	}
	run := func(path string, args []string) (counterpart.Result, map[string]string) {
		work := t.TempDir()
		if err := os.CopyFS(work, os.DirFS(dir)); err != nil {
			t.Fatal(err)
		}
		r := counterpart.Run{Path: path, Args: args, Dir: work, Home: p.home, Env: s.env, Stdin: stdin}
		return r.Do(t), files(t, work)
	}
	helm, helmFiles := run(p.helm, helmArgs(s.args))
	helmx, helmxFiles := run(p.helmx, helmxArgs(s.args))

	if s.fails != (helm.Code != 0) {
		t.Fatalf("the case is wrong about Helm: exit code %d\n%s", helm.Code, helm.Stderr)
	}
	compare(t, helm, helmx)
	if diff := cmp.Diff(helmFiles, helmxFiles); diff != "" && !s.fails {
		t.Errorf("files afterwards (-helm +helmx):\n%s", diff)
	}
	for _, c := range s.checks {
		c.run(t, helm, helmx)
	}
}

// compare applies the definition of parity to two results.
func compare(t *testing.T, helm, helmx counterpart.Result) {
	t.Helper()
	if (helm.Code == 0) != (helmx.Code == 0) {
		t.Fatalf("exit code: helm %d, helmx %d\nhelm's stderr:\n%s\nhelmx's stderr:\n%s", helm.Code, helmx.Code, helm.Stderr, helmx.Stderr)
	}
	if helm.Code != 0 && helmx.Stdout != "" {
		t.Errorf("helmx failed and yet wrote %d bytes to stdout:\n%.500s", len(helmx.Stdout), helmx.Stdout)
	}
	if helm.Code == 0 && helm.Stdout != helmx.Stdout {
		t.Errorf("stdout differs %s", firstDifference(helm.Stdout, helmx.Stdout))
	}
}

func (c check) run(t *testing.T, helm, helmx counterpart.Result) {
	t.Helper()
	text, who := helm.Stdout, "helm's stdout"
	if c.stream == "stderr" {
		text, who = helmx.Stderr, "helmx's stderr"
	}
	if c.helm {
		if want := helmMessage(helm.Stderr); want == "" || !strings.Contains(text, want) {
			t.Errorf("%s lacks Helm's message\n%s\nit is\n%s", who, want, text)
		}
		return
	}
	if found := c.re.MatchString(text); found == c.not {
		t.Errorf("%s matches %q: %t\n%s", who, c.re, found, text)
	}
}

// helmMessage is the message in Helm's stderr, without "Error: " and the
// advice that may follow it.
func helmMessage(stderr string) string {
	_, msg, found := strings.Cut(stderr, "Error: ")
	if !found {
		return ""
	}
	msg, _, _ = strings.Cut(msg, "\n\nUse --debug flag")
	return strings.TrimSpace(msg)
}

// helmArgs gives a template command the Kubernetes version that both programs
// are to render for, unless it names one; an empty one asks for the default.
func helmArgs(args []string) []string {
	if args[0] != "template" || slices.ContainsFunc(args, func(a string) bool { return strings.HasPrefix(a, "--kube-version") }) {
		return args
	}
	return append(slices.Clone(args), "--kube-version", counterpart.HelmKubeVersion)
}

// helmxArgs turns helmx's own steps off.
func helmxArgs(args []string) []string {
	if args[0] != "template" {
		return args
	}
	return append(slices.Clone(helmArgs(args)), "--skip-validation", "--skip-lint")
}

// files reads a folder: path to content.
func files(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		data, err := os.ReadFile(path)
		rel, _ := filepath.Rel(dir, path)
		all[rel] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// firstDifference shows the first lines in which two texts differ; a diff of a
// megabyte would bury them.
func firstDifference(a, b string) string {
	as, bs := strings.SplitAfter(a, "\n"), strings.SplitAfter(b, "\n")
	i := 0
	for i < len(as) && i < len(bs) && as[i] == bs[i] {
		i++
	}
	show := func(lines []string) string {
		var out strings.Builder
		for _, l := range lines[max(0, min(i-3, len(lines))):min(i+6, len(lines))] {
			fmt.Fprintf(&out, "  %q\n", l)
		}
		return out.String()
	}
	return fmt.Sprintf("at line %d (of %d and %d)\nhelm:\n%shelmx:\n%s", i+1, len(as), len(bs), show(as), show(bs))
}
