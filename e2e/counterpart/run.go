package counterpart

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Run is one call of a program.
type Run struct {
	Path  string   // the binary
	Args  []string // without the program's name
	Dir   string   // working directory
	Home  string   // stands for the user's home and every folder of Helm's settings
	Env   []string // further variables, NAME=value
	Stdin []byte   // nil: no input
}

// Result is what a program left behind.
type Result struct {
	Stdout, Stderr string
	Code           int // exit code, -1 when a signal ended it
}

// Do runs the program and waits for it. Variables that would steer Helm or
// helmx are taken from r.Env alone, never from the caller's environment.
func (r Run) Do(t testing.TB) Result {
	t.Helper()
	cmd := r.Command()
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatalf("running %s: %v", r.Path, err)
	}
	return Result{Stdout: stdout.String(), Stderr: stderr.String(), Code: cmd.ProcessState.ExitCode()}
}

// Command returns the program as it is about to run, its output not yet going
// anywhere, for tests that do more than wait for it.
func (r Run) Command() *exec.Cmd {
	cmd := exec.Command(r.Path, r.Args...)
	cmd.Dir, cmd.Env, cmd.Stdin = r.Dir, r.environ(), bytes.NewReader(r.Stdin)
	return cmd
}

func (r Run) environ() []string {
	var env []string
	for _, kv := range os.Environ() {
		name, _, _ := strings.Cut(kv, "=")
		if strings.HasPrefix(name, "HELM") || strings.HasPrefix(name, "XDG_") || name == "KUBECONFIG" || name == "HOME" {
			continue
		}
		env = append(env, kv)
	}
	home := r.Home
	env = append(env,
		"HOME="+home,
		"KUBECONFIG="+filepath.Join(home, "no-kubeconfig"),
		"HELM_CONFIG_HOME="+filepath.Join(home, "config"),
		"HELM_CACHE_HOME="+filepath.Join(home, "cache"),
		"HELM_DATA_HOME="+filepath.Join(home, "data"),
	)
	return append(env, r.Env...)
}
