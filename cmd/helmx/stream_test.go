package main

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// What scripts cannot do: close streams early and send signals.

const endless = `{{- range $i := until 100000 }}{{ range until 100000 }}{{ $x := add $i . }}{{ end }}{{ end }}`

// writeChart makes a chart of one template.
func writeChart(t *testing.T, template string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"Chart.yaml":       "apiVersion: v2\nname: demo\nversion: 1.0.0\n",
		"templates/a.yaml": template,
	} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func exitCode(err error) int {
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return exit.ExitCode() // -1 after a signal
	}
	return 0
}

func TestClosedStdout(t *testing.T) {
	for _, args := range [][]string{{"template", "a", "builtin:istio/base"}, {"lint", "builtin:mesh"}, {"rules"}} {
		r, w, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		r.Close()
		var stderr bytes.Buffer
		cmd := exec.Command("helmx", args...)
		cmd.Stdout, cmd.Stderr = w, &stderr
		err = cmd.Run()
		w.Close()
		if code := exitCode(err); code != 3 || !strings.Contains(stderr.String(), "helmx: writing to standard output: ") {
			t.Errorf("%v: exit code %d, stderr %q", args, code, stderr.String())
		}
	}
}

func TestFullDisk(t *testing.T) {
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip(err)
	}
	defer full.Close()
	var stderr bytes.Buffer
	cmd := exec.Command("helmx", "template", "a", writeChart(t, "a: b\n"), "--skip-validation")
	cmd.Stdout, cmd.Stderr = full, &stderr
	if code := exitCode(cmd.Run()); code != 3 || !strings.Contains(stderr.String(), "no space left") {
		t.Errorf("exit code %d, stderr %q", code, stderr.String())
	}
}

func TestInterrupt(t *testing.T) {
	chart := writeChart(t, endless)
	for name, tt := range map[string]struct {
		signal os.Signal
		args   []string
	}{
		"endless template":       {os.Interrupt, []string{"template", "a", chart}},
		"endless lint":           {syscall.SIGTERM, []string{"lint", chart}},
		"waiting for stdin":      {os.Interrupt, []string{"post-render"}},
		"lint waiting for stdin": {syscall.SIGTERM, []string{"lint", "-"}},
		"slow post-renderer":     {os.Interrupt, []string{"template", "a", writeChart(t, "a: b\n"), "--post-renderer", "sleep", "--post-renderer-args", "60"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			interrupt(t, tt.signal, tt.args)
		})
	}
}

// interrupt sends a signal to helmx at work and demands that it ends soon, with
// a message and without output.
func interrupt(t *testing.T, signal os.Signal, args []string) {
	var stdout, stderr bytes.Buffer
	cmd := exec.Command("helmx", args...)
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	defer stdin.Close()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	time.Sleep(2 * time.Second) // for it to be at work, on a slow machine too
	sent := time.Now()
	if err := cmd.Process.Signal(signal); err != nil {
		t.Fatal(err)
	}
	err = cmd.Wait()
	if took := time.Since(sent); took > 5*time.Second {
		t.Errorf("ended %v after the signal", took)
	}
	if code := exitCode(err); code != 3 || !strings.Contains(stderr.String(), "helmx: cancelled: ") || stdout.Len() > 0 {
		t.Errorf("exit code %d, stdout %q, stderr %q", code, stdout.String(), stderr.String())
	}
}
