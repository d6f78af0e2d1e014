package main

import (
	"bytes"
	"errors"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/rogpeppe/go-internal/txtar"
	"sigs.k8s.io/yaml"
)

// hook is an entry of .pre-commit-hooks.yaml. Keys that it does not have would
// go untested, and are refused.
type hook struct {
	ID, Name, Description, Entry, Language string

	Files                   string
	Types                   []string
	RequireSerial           bool   `json:"require_serial"`
	MinimumPreCommitVersion string `json:"minimum_pre_commit_version"`
}

func readHooks(t *testing.T) []hook {
	t.Helper()
	data, err := os.ReadFile("../../.pre-commit-hooks.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var hooks []hook
	if err := yaml.UnmarshalStrict(data, &hooks); err != nil {
		t.Fatal(err)
	}
	return hooks
}

// TestHookVariants demands that the hooks differ only in where helmx comes from.
func TestHookVariants(t *testing.T) {
	hooks := readHooks(t)
	var languages []string
	for _, h := range hooks {
		languages = append(languages, h.Language)
		if diff := cmp.Diff(hooks[0], h, cmpopts.IgnoreFields(hook{}, "ID", "Description", "Language")); diff != "" {
			t.Errorf("%s differs from %s:\n%s", h.ID, hooks[0].ID, diff)
		}
		if h.ID == "" || h.Name == "" || h.Description == "" {
			t.Errorf("not described: %+v", h)
		}
	}
	if want := []string{"golang", "system"}; !slices.Equal(languages, want) {
		t.Errorf("languages %q, want %q", languages, want)
	}
}

// installHook does what pre-commit does for a hook before its first run, and
// returns the folder that it puts into PATH: "go install ./..." for golang, so
// that every program of the module comes along, nothing for system.
func installHook(t *testing.T, h hook) string {
	t.Helper()
	if h.Language == "system" {
		program, err := exec.LookPath("helmx") // TestMain's
		if err != nil {
			t.Fatal(err)
		}
		return filepath.Dir(program)
	}
	bin := t.TempDir()
	cmd := exec.Command("go", "install", "./...")
	cmd.Dir = "../.."
	cmd.Env = append(os.Environ(), "GOBIN="+bin) // pre-commit sets GOPATH, which would fetch all modules anew
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("go install ./...: %v\n%s", err, out)
	}
	programs, err := os.ReadDir(bin)
	if err != nil {
		t.Fatal(err)
	}
	if len(programs) != 1 || strings.TrimSuffix(programs[0].Name(), ".exe") != "helmx" {
		t.Errorf("a user of the hook gets the programs %v, want helmx alone", programs)
	}
	return bin
}

// commit is a change of the repository and what the hook says of it.
type commit struct {
	write  map[string]string // by path
	remove []string
	passed []string // the files that the hook is run with; none: it is not run
	code   int
	says   []string // each once, and no other finding
}

const (
	unknownField = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndat: {}\n"
	widgets      = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: widgets.example.com}
spec:
  group: example.com
  scope: Namespaced
  names: {kind: Widget, plural: widgets}
  versions:
  - name: v1
    served: true
    storage: true
    schema:
      openAPIV3Schema:
        type: object
        properties:
          spec: {type: object, properties: {size: {type: integer}}}
`
)

var commits = map[string]commit{
	"nothing for the hook": {
		write: map[string]string{"README.md": "# Our apps\n", "Makefile": "all: test\n", "main.go": "package main\n"},
	},
	"a template": {
		write:  map[string]string{"charts/shop/templates/rest.yaml": unknownField},
		passed: []string{"charts/shop/templates/rest.yaml"},
		code:   1, says: []string{"charts/shop/templates/rest.yaml:4:1"},
	},
	"many files of a chart, in which one thing is wrong": {
		write: map[string]string{
			"charts/shop/Chart.yaml":             "apiVersion: v2\nname: shop\nversion: 1.0.1\ndependencies: [{name: db, version: 1.0.0}]\n",
			"charts/shop/values.yaml":            "data: dta\ndb: {data: data}\n",
			"charts/shop/templates/_helpers.tpl": "{{ define \"shop.data\" }}{{ .Values.data }}{{ end }}\n{{/* used once */}}\n",
			"charts/shop/templates/NOTES.txt":    "Enjoy.\n",
			"charts/shop/README.md":              "# The shop\n",
			"charts/shop/.helmignore":            "*.bak\n",
		},
		passed: []string{
			"charts/shop/.helmignore", "charts/shop/Chart.yaml", "charts/shop/README.md", "charts/shop/templates/NOTES.txt",
			"charts/shop/templates/_helpers.tpl", "charts/shop/values.yaml",
		},
		code: 1, says: []string{"charts/shop/templates/shop.yaml:4:1"},
	},
	"a subchart, with the values of its parent": {
		write:  map[string]string{"charts/shop/charts/db/templates/db.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: db}\n{{ required \"no data\" .Values.data }}: {}\n"},
		passed: []string{"charts/shop/charts/db/templates/db.yaml"},
	},
	"what its values no longer fit, in a subchart": {
		write:  map[string]string{"charts/shop/values.yaml": "data: data\ndb: {data: dat}\n"},
		passed: []string{"charts/shop/values.yaml"},
		code:   1, says: []string{"charts/shop/charts/db/templates/db.yaml:4:1"},
	},
	"two charts, manifests and unrelated files": {
		write: map[string]string{
			"charts/legacy/values.yaml":      "a: c\n",
			"charts/shop/values.yaml":        "data: dta\ndb: {data: data}\n",
			"manifests/new.yaml":             unknownField,
			"manifests/old.yaml":             unknownField,
			"README.md":                      "# Our apps\n",
			".github/workflows/ci.yml":       "name: ci\non: [push]\n",
			"web/templates/index.html":       "<p>{{ title }}\n",
			"web/package.json":               "{\"name\": \"web\"}\n",
			"deploy/env/prod/values-eu.yaml": "data: data\n",
		},
		passed: []string{
			".github/workflows/ci.yml", "charts/legacy/values.yaml", "charts/shop/values.yaml", "deploy/env/prod/values-eu.yaml",
			"manifests/new.yaml", "manifests/old.yaml", "web/package.json", "web/templates/index.html",
		},
		code: 1, says: []string{
			"charts/legacy/templates/legacy.yaml:4:1", "charts/shop/templates/shop.yaml:4:1", "manifests/new.yaml:4:1", "manifests/old.yaml:4:1",
		},
	},
	"configuration of tools that looks like manifests": {
		write: map[string]string{
			"helmx.yaml":                "apiVersion: helmx.dev/v1alpha1\nkind: Config\nlint: {scope: release}\n",
			"overlay/kustomization.yml": "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [../manifests]\n",
			"skaffold.yaml":             "apiVersion: skaffold/v4beta11\nkind: Config\nmanifests: {}\n",
			"kind.yaml":                 "apiVersion: kind.x-k8s.io/v1alpha4\nkind: Cluster\n",
			"kubeconfig.yaml":           "apiVersion: v1\nkind: Config\nclusters: []\n",
		},
		passed: []string{"helmx.yaml", "kind.yaml", "kubeconfig.yaml", "overlay/kustomization.yml", "skaffold.yaml"},
	},
	"a manifest and the definition of its kind": {
		write: map[string]string{
			"charts/shop/templates/widget.yaml": "apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: a}\nspec: {size: large}\n",
			"manifests/widgets.yaml":            widgets,
		},
		passed: []string{"charts/shop/templates/widget.yaml", "manifests/widgets.yaml"},
		code:   1, says: []string{"charts/shop/templates/widget.yaml:4:"},
	},
	"a file that a chart reads, with blanks and more in its name": {
		write:  map[string]string{"charts/legacy/files/-Größe 1,5.txt": "m\n"},
		passed: []string{"charts/legacy/files/-Größe 1,5.txt"},
		code:   1, says: []string{"charts/legacy/templates/legacy.yaml:4:1"},
	},
	"files that are no text": {
		write: map[string]string{"charts/legacy/files/icon.png": "\x89PNG\x00", "charts/legacy/charts/db-1.0.0.tgz": "\x1f\x8b\x00"},
	},
	"a file that is gone, and one that has moved": {
		remove: []string{"charts/legacy/values.yaml", "manifests/old.yaml"},
		write:  map[string]string{"manifests/moved.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: old}\ndat: {}\n"},
		passed: []string{"manifests/moved.yaml"},
		code:   1, says: []string{"manifests/moved.yaml:4:1"},
	},
	"broken YAML": {
		write:  map[string]string{"manifests/new.yaml": "apiVersion: v1\nkind: [\n"},
		passed: []string{"manifests/new.yaml"},
		code:   1, says: []string{"manifests/new.yaml:2:7"},
	},
	"a chart that does not render": {
		write:  map[string]string{"charts/shop/templates/rest.yaml": "{{ .Values.", "manifests/new.yaml": unknownField},
		passed: []string{"charts/shop/templates/rest.yaml", "manifests/new.yaml"},
		code:   1, says: []string{"charts/shop/templates/rest.yaml:1", "manifests/new.yaml:4:1"},
	},
	"a new chart that Helm would not load": {
		write:  map[string]string{"apps/web/Chart.yaml": "apiVersion: v2\nname: web\n", "apps/web/templates/a.yaml": unknownField},
		passed: []string{"apps/web/Chart.yaml", "apps/web/templates/a.yaml"},
		code:   2, says: []string{"apps/web/Chart.yaml"},
	},
}

// TestHooks commits to a repository with the hooks in place.
func TestHooks(t *testing.T) {
	for _, h := range readHooks(t) {
		bin := installHook(t, h)
		for _, name := range slices.Sorted(maps.Keys(commits)) {
			t.Run(h.ID+"/"+name, func(t *testing.T) { commits[name].check(t, h, bin) })
		}
	}
}

func (c commit) check(t *testing.T, h hook, bin string) {
	repository := newRepository(t)
	writeAll(t, repository, c.write)
	for _, name := range c.remove {
		if err := os.Remove(filepath.Join(repository, name)); err != nil {
			t.Fatal(err)
		}
	}
	git(t, repository, "add", "--all")
	files := h.filter(t, repository, staged(t, repository))
	if diff := cmp.Diff(c.passed, files, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("files that the hook gets (-want +got):\n%s", diff)
	}
	if len(files) == 0 {
		return // pre-commit does not run the hook
	}
	code, out := h.run(t, repository, bin, files)
	if code != c.code {
		t.Errorf("exit code %d, want %d", code, c.code)
	}
	for _, want := range c.says {
		if n := strings.Count(out, "--> "+want); n != 1 {
			t.Errorf("%d findings at %s, want 1", n, want)
		}
	}
	if n := strings.Count(out, "--> "); n != len(c.says) {
		t.Errorf("%d findings, want %d", n, len(c.says))
	}
	if t.Failed() {
		t.Logf("helmx lint %q\n%s", files, out)
	}
}

func newRepository(t *testing.T) string {
	t.Helper()
	archive, err := txtar.ParseFile("testdata/hook.txtar")
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for _, f := range archive.Files {
		files[f.Name] = string(f.Data)
	}
	dir := t.TempDir()
	writeAll(t, dir, files)
	git(t, dir, "init", "--quiet")
	git(t, dir, "add", "--all")
	git(t, dir, "-c", "user.name=Me", "-c", "user.email=me@example.com", "commit", "--quiet", "--message", "All")
	return dir
}

func writeAll(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	for name, text := range files {
		file := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// git runs git without the configuration of the machine, and without the
// variables of a hook that these tests may themselves run in.
func git(t *testing.T, dir string, args ...string) string {
	t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir = dir
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "GIT_CONFIG_NOSYSTEM=1"}
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("git %s: %v\n%s", args, err, stderr.String())
	}
	return string(out)
}

// staged lists what pre-commit takes from git: everything but what is deleted
// (pre_commit/git.py get_staged_files).
func staged(t *testing.T, dir string) []string {
	out := git(t, dir, "diff", "--staged", "--name-only", "--no-ext-diff", "-z", "--diff-filter=ACMRTUXB")
	return strings.FieldsFunc(out, func(r rune) bool { return r == 0 })
}

// filter is what pre-commit leaves of the staged files: those that match files,
// at any place in the path, and have all types.
func (h hook) filter(t *testing.T, dir string, names []string) []string {
	t.Helper()
	if !slices.Equal(h.Types, []string{"text"}) {
		t.Fatalf("types %q: this test knows text alone", h.Types)
	}
	matches := regexp.MustCompile(h.Files)
	return slices.DeleteFunc(names, func(name string) bool {
		return !matches.MatchString(name) || !isText(t, filepath.Join(dir, name))
	})
}

// isText says whether the beginning of a file has no control characters that
// text does not have (identify, is_text). Folders and links are no text.
func isText(t *testing.T, file string) bool {
	t.Helper()
	info, err := os.Lstat(file)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode()&fs.ModeType != 0 {
		return false
	}
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return !bytes.ContainsFunc(data[:min(1024, len(data))], func(r rune) bool {
		return r < 7 || r > 13 && r < 27 || r > 27 && r < 32 || r == 127
	})
}

// run runs the hook as pre-commit does: in the root of the repository, one
// process for all files, standard output and standard error as one.
func (h hook) run(t *testing.T, dir, bin string, files []string) (code int, out string) {
	t.Helper()
	if !h.RequireSerial {
		t.Fatal("pre-commit would run several processes, each with some of the files")
	}
	argv := append(strings.Fields(h.Entry), files...)
	cmd := exec.Command(filepath.Join(bin, argv[0]), argv[1:]...)
	cmd.Dir = dir
	cmd.Env = []string{"PATH=" + bin + string(os.PathListSeparator) + os.Getenv("PATH"), "HOME=" + t.TempDir()}
	data, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), string(data)
}
