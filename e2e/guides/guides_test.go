package guides

import (
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/helmx-dev/helmx/e2e/cluster"
	"github.com/helmx-dev/helmx/e2e/counterpart"
)

// guide says what a guide needs beside its own blocks.
type guide struct {
	helm    func(testing.TB) string // the "helm" of its commands; nil: none
	both    bool                    // Helm 4 does the same, with its plugin in place
	cluster bool
	prepare string // commands that a reader has behind him
	// checks are for files that no command of the guide reads: configuration of
	// tools that are not here. They run after the commands.
	checks map[string]func(t *testing.T, d *desk)
}

// guides lists all guides: one that is missing here, or there, fails.
var guides = map[string]guide{
	"helm3.md":     {helm: counterpart.Helm, cluster: true},
	"helm4.md":     {helm: counterpart.Helm4, cluster: true},
	"kubectl.md":   {cluster: true},
	"kustomize.md": {prepare: "mkdir -p prod/charts && cp -R web prod/charts/"},
	"argocd.md": {cluster: true, checks: map[string]func(*testing.T, *desk){
		"application.yaml": argoCD,
	}},
	"flux.md": {cluster: true, prepare: "git init -q . && git config user.name CI && git config user.email ci@example.com", checks: map[string]func(*testing.T, *desk){
		"clusters/prod/web.yaml": flux,
	}},
	"helmfile.md": {helm: counterpart.Helm, both: true, cluster: true, checks: map[string]func(*testing.T, *desk){
		"helmfile.yaml": helmfile,
	}},
	"pre-commit.md": {prepare: aRepository, checks: map[string]func(*testing.T, *desk){
		".pre-commit-config.yaml":      func(t *testing.T, d *desk) { preCommit(t, d, ".pre-commit-config.yaml") },
		"mesh/.pre-commit-config.yaml": func(t *testing.T, d *desk) { preCommit(t, d, "mesh/.pre-commit-config.yaml") },
	}},
	"github.md": {checks: map[string]func(*testing.T, *desk){
		".github/workflows/helmx.yaml": gitHub,
	}},
	"gitlab.md": {checks: map[string]func(*testing.T, *desk){
		".gitlab-ci.yml": gitLab,
	}},
	"terraform.md": {helm: counterpart.Helm, checks: map[string]func(*testing.T, *desk){
		"main.tf":     terraform,
		"version2.tf": terraform,
	}},
}

// aRepository makes a git repository of what a reader begins with.
const aRepository = "git init -q . && git config user.name Me && git config user.email me@example.com && git add web && git commit -qm All"

// implied are files that a tool reads without being told their names.
var implied = []string{"helmx.yaml", "kustomization.yaml"}

func TestGuides(t *testing.T) {
	folder := filepath.Join(counterpart.Root(t), "docs", "guides")
	files, err := filepath.Glob(filepath.Join(folder, "*.md"))
	if err != nil {
		t.Fatal(err)
	}
	files = slices.DeleteFunc(files, func(file string) bool {
		return filepath.Base(file) == "techniques.md" // internal/docgen runs it: it needs no tool but helmx
	})
	if len(files) != len(guides) {
		t.Errorf("%d guides in %s, %d in the table of this test", len(files), folder, len(guides))
	}
	for _, file := range files {
		g, ok := guides[filepath.Base(file)]
		if !ok {
			t.Errorf("%s is not in the table of this test: what does it need?", file)
			continue
		}
		t.Run(filepath.Base(file), func(t *testing.T) { g.run(t, file) })
		if g.both {
			g.helm, g.prepare = counterpart.Helm4, "helmx plugin install"
			t.Run(filepath.Base(file)+"-helm4", func(t *testing.T) { g.run(t, file) })
		}
	}
}

// run runs a guide from its first block to its last.
func (g guide) run(t *testing.T, file string) {
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	d := newDesk(t, g)
	if r := d.shell(t, g.prepare); r.Code != 0 {
		t.Fatalf("%s: %s", g.prepare, r.Stderr)
	}
	d.blocks = blocks(string(text))
	if n := len(anyFence.FindAll(text, -1)); n != 2*len(d.blocks) {
		t.Errorf("%s: %d fences make up %d blocks: some are not seen, and so not run", file, n, len(d.blocks))
	}
	for _, b := range d.blocks { // a configuration may be shown after what it is for
		if b.isFile() {
			d.write(t, b.path, b.text)
		}
	}
	updated := string(text)
	for _, b := range d.blocks {
		switch {
		case b.isFile():
			d.checkUsed(t, b, g.checks[b.path])
		case b.language == "sh":
			g.stops(t, file, b)
			if r := d.shell(t, b.text); r.Code != 0 {
				t.Errorf("%s:%d: exit code %d\n%s%s", file, b.line, r.Code, r.Stdout, r.Stderr)
			}
		case b.language == "console" && len(b.commands()) > 0:
			got := d.console(t, b)
			if diff := cmp.Diff(b.text, got); diff != "" && os.Getenv("HELMX_UPDATE") == "" {
				t.Errorf("%s:%d (-shown +printed):\n%s", file, b.line, diff)
			}
			updated = strings.Replace(updated, "```console\n"+b.text, "```console\n"+got, 1)
		default:
			t.Errorf("%s:%d: no test runs this block of %q; a file begins with a line such as \"# helmx.yaml\"", file, b.line, b.language)
		}
	}
	for name, check := range g.checks {
		if !slices.ContainsFunc(d.blocks, func(b block) bool { return b.path == name }) {
			t.Errorf("%s shows no %s", file, name)
			continue
		}
		t.Run(path.Base(name), func(t *testing.T) { check(t, d) })
	}
	if os.Getenv("HELMX_UPDATE") != "" {
		if err := os.WriteFile(file, []byte(updated), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// stops checks that commands end where helmx fails, also in a shell that would go
// on: what follows would work with what is not there.
func (g guide) stops(t *testing.T, file string, b block) {
	t.Helper()
	if !strings.Contains(b.text, "helmx") {
		return
	}
	d := newDesk(t, guide{})
	helmx := filepath.Join(d.bin, "helmx")
	if err := os.Remove(helmx); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(helmx, []byte("#!/bin/sh\necho called >> \"$HOME/calls\"\nexit 1\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(g.prepare, "git ") {
		d.shell(t, g.prepare)
	}
	r := d.run(t, ".", []string{"sh", "-c", b.text}, "")
	calls, _ := os.ReadFile(filepath.Join(d.home, "calls"))
	if r.Code == 0 || strings.Count(string(calls), "called") > 1 {
		t.Errorf("%s:%d: goes on after helmx has failed, exit code %d\n%s", file, b.line, r.Code, r.Stderr)
	}
}

// desk is where a reader of the guide sits.
type desk struct {
	dir    string // holds the chart web, and the files of the guide
	home   string
	bin    string // the programs that the guide may call
	env    []string
	blocks []block
}

func newDesk(t *testing.T, g guide) *desk {
	t.Helper()
	d := &desk{dir: t.TempDir(), home: t.TempDir(), bin: t.TempDir()}
	for from, to := range map[string]string{
		filepath.Join(counterpart.Root(t), "testdata", "readme", "web"): filepath.Join(d.dir, "web"),
		"testdata": d.dir,
	} {
		if err := os.CopyFS(to, os.DirFS(from)); err != nil {
			t.Fatal(err)
		}
	}
	programs := map[string]string{"helmx": counterpart.Helmx(t), "kustomize": counterpart.Kustomize(t), "kubectl": counterpart.Kubectl(t)}
	if g.helm != nil {
		programs["helm"] = g.helm(t)
	}
	for name, program := range programs {
		if err := os.Symlink(program, filepath.Join(d.bin, name)); err != nil {
			t.Fatal(err)
		}
	}
	d.env = []string{"PATH=" + d.bin + ":/usr/bin:/bin", "HELM_DATA_HOME=", "HELM_CONFIG_HOME=", "HELM_CACHE_HOME="}
	if g.cluster {
		d.env = append(d.env, "KUBECONFIG="+cluster.Start(t).Kubeconfig)
	}
	return d
}

// write writes a file that a guide shows.
func (d *desk) write(t *testing.T, name, text string) {
	t.Helper()
	file := filepath.Join(d.dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// checkUsed refuses a file that nothing reads: one that is neither found by its
// name, nor named by a command or another file, nor has a check.
func (d *desk) checkUsed(t *testing.T, b block, check func(*testing.T, *desk)) {
	t.Helper()
	base := path.Base(b.path)
	if check != nil || slices.Contains(implied, base) {
		return
	}
	for _, other := range d.blocks {
		if other.path != b.path && strings.Contains(other.text, base) {
			return
		}
	}
	t.Errorf("line %d: nothing reads %s", b.line, b.path)
}

// run runs a program of the guide, without a shell.
func (d *desk) run(t *testing.T, dir string, argv []string, stdin string, env ...string) counterpart.Result {
	t.Helper()
	program := filepath.Join(d.bin, argv[0])
	if argv[0] == "sh" {
		program = "/bin/sh"
	}
	return counterpart.Run{
		Path: program, Args: argv[1:], Dir: filepath.Join(d.dir, dir), Home: d.home, Env: slices.Concat(d.env, env), Stdin: []byte(stdin),
	}.Do(t)
}

// shell runs commands as a shell does.
func (d *desk) shell(t *testing.T, commands string) counterpart.Result {
	t.Helper()
	return d.run(t, ".", []string{"sh", "-ec", commands}, "")
}

// console runs the commands of a console block and shows them as the guide does:
// each with what it prints on standard output, then on standard error.
func (d *desk) console(t *testing.T, b block) string {
	t.Helper()
	var shown strings.Builder
	for _, command := range b.commands() {
		r := d.shell(t, command)
		shown.WriteString("$ " + command + "\n")
		for _, text := range []string{r.Stdout, r.Stderr} {
			if text = d.elsewhere(text); text != "" {
				shown.WriteString(strings.TrimRight(text, "\n") + "\n")
			}
		}
	}
	return shown.String()
}

// elsewhere writes the folders of the test as a reader may have them.
func (d *desk) elsewhere(text string) string {
	return strings.NewReplacer(d.bin, "/usr/local/bin", d.home, "/home/me", d.dir, "/home/me/apps").Replace(text)
}
