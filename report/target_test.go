package report

import (
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestParseTarget(t *testing.T) {
	for s, want := range map[string]Target{
		"sarif=out.sarif":  {"sarif", "out.sarif"},
		"json=a=b.json":    {"json", "a=b.json"},
		"text=/dev/stderr": {"text", "/dev/stderr"},
	} {
		if got, err := ParseTarget(s); err != nil || got != want {
			t.Errorf("ParseTarget(%q) = %v, %v", s, got, err)
		}
	}
	for s, want := range map[string]string{
		"out.sarif":   "expected FORMAT=FILE",
		"=out":        "no format before the =",
		"json=":       "no file after the =",
		"json=-":      "a report goes to a file; lint and validate print one with --format json",
		"junitt=a":    `did you mean "junit"?`,
		"Nonsense=ab": "expected one of text, json, sarif",
	} {
		if _, err := ParseTarget(s); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("ParseTarget(%q): got %v, want %q", s, err, want)
		}
	}
}

func TestParseTargetsRefusesOneFileTwice(t *testing.T) {
	if _, err := ParseTargets([]string{"json=out", "sarif=./out"}); err == nil || !strings.Contains(err.Error(), `already written by "json=out"`) {
		t.Errorf("got %v", err)
	}
	if got, err := ParseTargets([]string{"json=a", "sarif=b"}); err != nil || len(got) != 2 {
		t.Errorf("got %v, %v", got, err)
	}
}

func TestTargetWriteReplacesTheWholeFile(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "out.json")
	if err := os.WriteFile(file, []byte(strings.Repeat("old", 9000)), 0o600); err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(dir, "link.json")
	if err := os.Symlink(file, link); err != nil {
		t.Fatal(err)
	}
	if err := (Target{"json", link}).Write(nil, Options{Format: "text"}); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if want := encode(t, "json", nil, Options{}); string(got) != string(want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if info, err := os.Lstat(link); err != nil || info.Mode()&fs.ModeSymlink == 0 {
		t.Errorf("the link is gone: %v, %v", info, err)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the mode changed: %v, %v", info, err)
	}
	if names, _ := os.ReadDir(dir); len(names) != 2 {
		t.Errorf("left behind: %v", names)
	}
}

func TestTargetWriteFailsLoudly(t *testing.T) {
	dir := t.TempDir()
	for _, file := range []string{dir, filepath.Join(dir, "missing", "out")} {
		err := (Target{"json", file}).Write(nil, Options{})
		if err == nil || !strings.HasPrefix(err.Error(), "writing report json="+file) {
			t.Errorf("%s: got %v", file, err)
		}
	}
	kept := filepath.Join(dir, "kept")
	if err := os.WriteFile(kept, []byte("old"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := (Target{"nonsense", kept}).Write(nil, Options{}); err == nil {
		t.Error("no error for an unknown format")
	}
	if got, _ := os.ReadFile(kept); string(got) != "old" {
		t.Errorf("a failed report left %q", got)
	}
	if names, _ := os.ReadDir(dir); len(names) != 1 {
		t.Errorf("left behind: %v", names)
	}
}

// TestTargetWritesToPipes stands for devices too. It keeps away from /dev/null,
// which a mistake here would replace, for the whole machine.
func TestTargetWritesToPipes(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	name := fmt.Sprintf("/dev/fd/%d", w.Fd())
	if _, err := os.Stat(name); err != nil {
		t.Skip("no /dev/fd here")
	}
	if err := (Target{"json", name}).Write(nil, Options{}); err != nil {
		t.Fatal(err)
	}
	w.Close()
	got, err := io.ReadAll(r)
	if want := encode(t, "json", nil, Options{}); err != nil || string(got) != string(want) {
		t.Errorf("got %q, %v, want %q", got, err, want)
	}
}
