// Package helmlint holds helmx beside `helm lint`: what Helm refuses, helmx refuses.
package helmlint

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/helmx-dev/helmx/e2e/counterpart"
)

// TestEveryErrorOfHelmLint runs both programs on charts that are broken in one way
// each. For every error of Helm about a file, helmx has an error about that file;
// the line "helmx:" of a case lists the beginnings of the codes that it may have.
func TestEveryErrorOfHelmLint(t *testing.T) { compare(t, "errors", "ERROR") }

// TestWarningsOfHelmLint does the same for warnings. They may be anything in helmx;
// "none" says that helmx has no opinion.
func TestWarningsOfHelmLint(t *testing.T) { compare(t, "warnings", "WARNING") }

func compare(t *testing.T, folder, severity string) {
	files, err := filepath.Glob(filepath.Join("testdata", folder, "*.txtar"))
	if err != nil || len(files) == 0 {
		t.Fatal("no cases", err)
	}
	helm, helmx := counterpart.Helm(t), counterpart.Helmx(t)
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			c := unpack(t, file)
			theirs := c.helm(t, helm, severity)
			if len(theirs) == 0 {
				t.Fatalf("helm lint has no %s", severity)
			}
			if c.codes[0] == "none" {
				return
			}
			ours := c.helmx(t, helmx, severity)
			for _, their := range theirs {
				if !answered(their, ours, c.codes) {
					t.Errorf("helm lint: %s: %s\nhelmx: %+v\nwith one of %q expected", their.file, their.message, ours, c.codes)
				}
			}
		})
	}
}

// kase is a chart in a folder demo.
type kase struct {
	dir   string
	codes []string
}

func unpack(t *testing.T, file string) kase {
	archive, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	c := kase{dir: t.TempDir()}
	for _, f := range archive.Files {
		name := filepath.Join(c.dir, "demo", f.Name)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, f.Data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	_, codes, ok := strings.Cut(string(archive.Comment), "helmx: ")
	if c.codes = strings.Fields(codes); !ok || len(c.codes) == 0 {
		t.Fatal("no line helmx:")
	}
	return c
}

// finding is what either says about a file of the chart.
type finding struct{ Code, Severity, file, message string }

var helmLine = regexp.MustCompile(`(?m)^\[(ERROR|WARNING)\] (.*?): (.*)$`)

func (c kase) helm(t *testing.T, helm, severity string) []finding {
	r := counterpart.Run{Path: helm, Args: []string{"lint", "demo"}, Dir: c.dir, Home: t.TempDir()}.Do(t)
	var found []finding
	for _, m := range helmLine.FindAllStringSubmatch(r.Stdout+r.Stderr, -1) {
		if m[1] == severity {
			found = append(found, finding{file: m[2], message: m[3]})
		}
	}
	if severity == "ERROR" && len(found) == 0 && r.Code != 0 { // said without a severity
		found = append(found, finding{message: r.Stdout + r.Stderr})
	}
	return found
}

func (c kase) helmx(t *testing.T, helmx, severity string) []finding {
	r := counterpart.Run{Path: helmx, Args: []string{"lint", "demo", "--format", "json"}, Dir: c.dir, Home: t.TempDir()}.Do(t)
	var report struct {
		Findings []struct{ Code, Severity, Message, File string }
	}
	if err := json.Unmarshal([]byte(r.Stdout), &report); err != nil {
		t.Fatalf("%v\n%s%s", err, r.Stdout, r.Stderr)
	}
	var found []finding
	for _, f := range report.Findings {
		if severity == "WARNING" || f.Severity == "error" {
			found = append(found, finding{Code: f.Code, Severity: f.Severity, file: f.File, message: f.Message})
		}
	}
	if severity == "ERROR" && len(found) > 0 && r.Code == 0 {
		t.Errorf("exit code 0")
	}
	return found
}

// answered reports whether a finding of ours is about the same file as theirs, where
// theirs is about one, and has one of the codes.
func answered(their finding, ours []finding, codes []string) bool {
	for _, our := range ours {
		same := !isFile(their.file) || filepath.Base(our.file) == filepath.Base(their.file) || beneath(their)
		for _, code := range codes {
			if same && strings.HasPrefix(our.Code, code) {
				return true
			}
		}
	}
	return false
}

// isFile tells files from templates/ and from folders, which Helm names when it cannot
// say more.
func isFile(name string) bool { return filepath.Ext(name) != "" && !strings.HasSuffix(name, "/") }

// beneath says that Helm names a file that lies on the way to the one at fault: it looks at
// the schema when it checks values.yaml.
func beneath(their finding) bool { return filepath.Base(their.file) == "values.yaml" }
