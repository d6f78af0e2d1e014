package main

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// What happens to a post-renderer when the world around it breaks: it exits with
// a code, says why where it can, and nothing half-written counts as success.

const manifests = "---\n# Source: c/templates/a.yaml\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {k: v}\n"

// broken runs post-render where no helmx.yaml is.
func broken(t *testing.T, stdin string, args ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command("helmx", append([]string{"post-render"}, args...)...)
	cmd.Dir, cmd.Stdin = t.TempDir(), strings.NewReader(stdin)
	return cmd
}

func TestKilledHalfWay(t *testing.T) {
	for name, tt := range map[string]struct {
		signal os.Signal
		code   int
	}{
		"SIGTERM": {syscall.SIGTERM, 3},
		"SIGINT":  {syscall.SIGINT, 3},
		"SIGKILL": {syscall.SIGKILL, -1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var stdout bytes.Buffer
			report := filepath.Join(t.TempDir(), "report.json")
			cmd := broken(t, "", "--report", "json="+report)
			cmd.Stdin, cmd.Stdout = nil, &stdout
			stdin, err := cmd.StdinPipe()
			if err != nil {
				t.Fatal(err)
			}
			defer stdin.Close()
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			// Half of it, and more than a pipe holds: when this returns, helmx is reading.
			if _, err := io.WriteString(stdin, strings.Repeat(manifests, 1+(1<<20)/len(manifests))); err != nil {
				t.Fatal(err)
			}
			if err := cmd.Process.Signal(tt.signal); err != nil {
				t.Fatal(err)
			}
			if code := exitCode(cmd.Wait()); code != tt.code || stdout.Len() > 0 {
				t.Errorf("exit code %d, stdout %q", code, stdout.String())
			}
			if left, _ := filepath.Glob(report + "*"); len(left) > 0 {
				t.Errorf("left %v", left)
			}
		})
	}
}

// TestReaderGoesAway: Helm, or head, closes the pipe when some of it is written.
func TestReaderGoesAway(t *testing.T) {
	large := strings.Repeat("---\napiVersion: v1\nkind: ConfigMap\nmetadata: {generateName: a}\n", 40_000)
	for name, read := range map[string]int{"at once": 0, "half-way": 100_000} {
		t.Run(name, func(t *testing.T) {
			r, w, err := os.Pipe()
			if err != nil {
				t.Fatal(err)
			}
			var stderr bytes.Buffer
			cmd := broken(t, large, "--skip-validation", "--skip-lint")
			cmd.Stdout, cmd.Stderr = w, &stderr
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			w.Close()
			if _, err := io.CopyN(io.Discard, r, int64(read)); err != nil {
				t.Fatal(err)
			}
			r.Close()
			if code := exitCode(cmd.Wait()); code != 3 || !strings.Contains(stderr.String(), "helmx: writing to standard output: ") {
				t.Errorf("exit code %d, stderr %q", code, stderr.String())
			}
		})
	}
}

func TestDiskIsFull(t *testing.T) {
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip(err)
	}
	defer full.Close()
	for name, tt := range map[string]struct {
		args   []string
		env    string
		stdout *os.File
		code   int
		want   string
	}{
		"stdout":           {nil, "", full, 3, "no space left"},
		"report":           {[]string{"--report", "json=/dev/full"}, "", nil, 3, "writing report json=/dev/full"},
		"HELMX_REPORT":     {nil, "HELMX_REPORT=sarif=/dev/full", nil, 3, "writing report sarif=/dev/full"},
		"stdout of Helm 4": {nil, "HELM_PLUGIN_DIR=/plugins/helmx", full, 3, "no space left"},
	} {
		t.Run(name, func(t *testing.T) {
			var stdout, stderr bytes.Buffer
			cmd := broken(t, manifests, tt.args...)
			cmd.Env = append(os.Environ(), tt.env)
			cmd.Stdout, cmd.Stderr = &stdout, &stderr
			if tt.stdout != nil {
				cmd.Stdout = tt.stdout
			}
			if code := exitCode(cmd.Run()); code != tt.code || stdout.Len() > 0 || !strings.Contains(stderr.String(), tt.want) {
				t.Errorf("exit code %d, stdout %q, stderr %q", code, stdout.String(), stderr.String())
			}
		})
	}
}

// TestReportFailsUnderHelm4, which throws standard error away: the answer says it.
func TestReportFailsUnderHelm4(t *testing.T) {
	if _, err := os.Stat("/dev/full"); err != nil {
		t.Skip(err)
	}
	cmd := broken(t, manifests, "--report", "json=/dev/full")
	cmd.Env = append(os.Environ(), "HELM_PLUGIN_DIR=/plugins/helmx")
	out, err := cmd.Output()
	if err != nil || !strings.HasPrefix(string(out), "|2-\n") || !strings.Contains(string(out), "no space left") {
		t.Errorf("%v, stdout %q", err, out)
	}
}

// TestReportIsReplacedWhole: a report is there as a whole, and nothing lies
// beside it; where it cannot be written, the manifests are not, either.
func TestReportIsReplacedWhole(t *testing.T) {
	dir := t.TempDir()
	report := filepath.Join(dir, "report.json")
	if err := os.WriteFile(report, []byte("before"), 0o644); err != nil {
		t.Fatal(err)
	}
	blocked := filepath.Join(dir, "blocked.sarif")
	if err := os.Mkdir(blocked, 0o755); err != nil {
		t.Fatal(err)
	}
	cmd := broken(t, manifests, "--report", "sarif="+blocked)
	if out, err := cmd.Output(); exitCode(err) != 3 || len(out) > 0 {
		t.Errorf("%v, stdout %q", err, out)
	}
	if out, err := broken(t, manifests, "--report", "json="+report).Output(); err != nil || string(out) != manifests {
		t.Errorf("%v, stdout %q", err, out)
	}
	text, err := os.ReadFile(report)
	if err != nil || !bytes.HasPrefix(text, []byte("{")) || !bytes.HasSuffix(text, []byte("}\n")) {
		t.Errorf("%v, %q", err, text)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "*.tmp*")); len(left) > 0 {
		t.Errorf("left %v", left)
	}
}
