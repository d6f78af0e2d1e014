package guides

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"

	"github.com/helmx-dev/helmx/e2e/counterpart"
)

// preCommit runs what a configuration asks for, with the hook as this
// repository defines it. That pre-commit hands over the right files is for the
// tests of cmd/helmx.
func preCommit(t *testing.T, d *desk, file string) {
	var config struct {
		Repos []struct {
			Repo, Rev string
			Hooks     []struct {
				ID            string
				Args          []string
				PassFilenames *bool `json:"pass_filenames"`
			}
		}
	}
	d.read(t, file, &config)
	entries := hookEntries(t)
	ran := 0
	for _, r := range config.Repos {
		for _, h := range r.Hooks {
			entry, ok := entries[h.ID]
			if !ok {
				t.Errorf("%s: .pre-commit-hooks.yaml has no hook %s", file, h.ID)
				continue
			}
			argv := append(strings.Fields(entry), h.Args...)
			if h.PassFilenames == nil || *h.PassFilenames {
				argv = append(argv, "web/values.yaml", "web/templates/deployment.yaml")
			}
			ran++
			if r := d.run(t, ".", argv, ""); r.Code != 0 {
				t.Errorf("%q: exit code %d\n%s%s", argv, r.Code, r.Stdout, r.Stderr)
			}
			d.write(t, "web/values.yaml", "image: nginx\n")
			if r := d.run(t, ".", argv, ""); r.Code != 1 || !strings.Contains(r.Stdout, "web/templates/deployment.yaml:14:9") {
				t.Errorf("%q: an image without a tag: exit code %d\n%s%s", argv, r.Code, r.Stdout, r.Stderr)
			}
			d.write(t, "web/values.yaml", "image: nginx:1.29\n")
		}
	}
	if ran == 0 {
		t.Errorf("%s: no hooks", file)
	}
}

// hookEntries are the commands of the hooks of this repository.
func hookEntries(t *testing.T) map[string]string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(counterpart.Root(t), ".pre-commit-hooks.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var hooks []struct{ ID, Entry string }
	if err := yaml.Unmarshal(data, &hooks); err != nil {
		t.Fatal(err)
	}
	entries := map[string]string{}
	for _, h := range hooks {
		entries[h.ID] = h.Entry
	}
	return entries
}

var installs = regexp.MustCompile(`^go install github\.com/helmx-dev/helmx/(\S+)@latest$`)

// script runs the commands of a CI job, of which helmx is installed already. It
// returns what they print and the exit code of the one that fails.
func (d *desk) script(t *testing.T, commands []string) (out string, code int) {
	t.Helper()
	for _, command := range commands {
		if m := installs.FindStringSubmatch(command); m != nil {
			if _, err := os.Stat(filepath.Join(counterpart.Root(t), m[1], "main.go")); err != nil {
				t.Errorf("%s: there is no such program: %v", command, err)
			}
			continue
		}
		r := d.shell(t, command)
		if out += r.Stdout; r.Code != 0 {
			return out, r.Code
		}
	}
	return out, 0
}

// gitHub runs the steps of the workflow: on the guide's chart, which is wrong by
// now, and on the one that it began with.
func gitHub(t *testing.T, d *desk) {
	var workflow struct {
		Name        string
		On          any `json:"true"` // YAML 1.1, as this reader takes it; GitHub reads 1.2
		Permissions map[string]string
		Jobs        map[string]struct {
			RunsOn string `json:"runs-on"`
			Steps  []struct {
				Uses, Run, If string
				With          map[string]string
			}
		}
	}
	d.read(t, ".github/workflows/helmx.yaml", &workflow)
	var commands []string
	report := ""
	for _, step := range workflow.Jobs["lint"].Steps {
		switch {
		case step.Run != "":
			commands = append(commands, step.Run)
		case strings.HasPrefix(step.Uses, "github/codeql-action/upload-sarif@"):
			report = step.With["sarif_file"]
		}
	}
	if report == "" || workflow.Permissions["security-events"] != "write" {
		t.Fatalf("the workflow uploads nothing: %+v", workflow)
	}
	out, code := d.script(t, commands)
	if code != 1 || !strings.HasPrefix(out, "::error file=web/templates/deployment.yaml,line=") {
		t.Errorf("a misspelt field: exit code %d\n%s", code, out)
	}
	if got := d.sarif(t, report); !slices.Contains(got, "SC014 web/templates/deployment.yaml") {
		t.Errorf("code scanning gets %q", got)
	}
	d.write(t, "web/values.yaml", "image: nginx:1.29\n")
	if out, code := d.script(t, commands); code != 0 {
		t.Errorf("the chart as it was: exit code %d\n%s", code, out)
	}
	if got := d.sarif(t, report); slices.Contains(got, "SC014 web/templates/deployment.yaml") {
		t.Errorf("code scanning gets %q", got)
	}
}

// sarif reads a report as code scanning does, and returns rule and file of each
// result. The files must be there.
func (d *desk) sarif(t *testing.T, file string) []string {
	t.Helper()
	var report struct {
		Version string
		Runs    []struct {
			Tool struct{ Driver struct{ Name string } }
			// The rest of what code scanning wants is for the tests of package report.
			Results []struct {
				RuleID    string
				Locations []struct {
					PhysicalLocation struct {
						ArtifactLocation struct{ URI string }
						Region           struct{ StartLine int }
					}
				}
			}
		}
	}
	d.readJSON(t, file, &report)
	if report.Version != "2.1.0" || len(report.Runs) != 1 || report.Runs[0].Tool.Driver.Name != "helmx" {
		t.Fatalf("%s: %+v", file, report)
	}
	var results []string
	for _, r := range report.Runs[0].Results {
		at := r.Locations[0].PhysicalLocation
		d.isThere(t, at.ArtifactLocation.URI, at.Region.StartLine)
		results = append(results, r.RuleID+" "+at.ArtifactLocation.URI)
	}
	return results
}

// gitLab runs the script of the job, and reads the report as GitLab does: what
// it demands of an entry is in https://docs.gitlab.com/ci/testing/code_quality/.
func gitLab(t *testing.T, d *desk) {
	var file map[string]struct {
		Stage, Image string
		Rules        []struct{ If string }
		Script       []string
		Artifacts    struct{ Reports map[string]string }
	}
	d.read(t, ".gitlab-ci.yml", &file)
	job := file["helmx"]
	report := job.Artifacts.Reports["codequality"]
	if report == "" {
		t.Fatalf("no report: %+v", job)
	}
	if out, code := d.script(t, job.Script); code != 0 || !strings.Contains(out, "HX506") {
		t.Errorf("exit code %d\n%s", code, out)
	}
	var issues []struct {
		Description, Fingerprint, Severity string
		CheckName                          string `json:"check_name"`
		Location                           struct {
			Path  string
			Lines struct{ Begin int }
		}
	}
	d.readJSON(t, report, &issues)
	seen := map[string]bool{"": true}
	for _, i := range issues {
		if seen[i.Fingerprint] || i.Description == "" || i.CheckName == "" {
			t.Errorf("GitLab would not take %+v", i)
		}
		seen[i.Fingerprint] = true
		if !slices.Contains([]string{"info", "minor", "major", "critical", "blocker"}, i.Severity) {
			t.Errorf("severity %q", i.Severity)
		}
		d.isThere(t, i.Location.Path, i.Location.Lines.Begin)
	}
	if len(issues) != 1 {
		t.Errorf("%d issues, want 1: %+v", len(issues), issues)
	}
}

func (d *desk) readJSON(t *testing.T, name string, into any) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(d.dir, name))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, into); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
}

// isThere checks that a path is relative to the root and its file has the line.
func (d *desk) isThere(t *testing.T, name string, line int) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(d.dir, name))
	if err != nil || !filepath.IsLocal(name) || strings.HasPrefix(name, "./") {
		t.Errorf("no file of the repository: %q: %v", name, err)
	}
	if n := strings.Count(string(data), "\n"); line < 1 || line > n {
		t.Errorf("%s:%d: the file has %d lines", name, line, n)
	}
}
