//go:build unix

package release

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/helmx-dev/helmx/e2e/counterpart"
)

// watched runs helmx and tells its process, and how it ended. Both files are
// pipes, so that the test waits for them, and the script for the test.
const watched = `exec 3<&0
"$HELMX" post-render "$@" <&3 &
echo $! > "$PIPES/process"
wait $!
code=$?
echo $code > "$PIPES/code"
exit $code
`

// TestInterruption ends helmx, or Helm, at a time when helmx has read the
// manifests and works. Whoever is left fails, and the server has got nothing.
func TestInterruption(t *testing.T) {
	t.Parallel()
	helms(t, func(t *testing.T, b bench) {
		for _, tt := range []struct {
			name string
			end  func(helm *exec.Cmd, helmx *os.Process) error
			helm int    // exit code
			says string // what Helm has to say
		}{
			{"helmx killed", func(_ *exec.Cmd, helmx *os.Process) error { return helmx.Kill() }, 1, "watched"},
			{"helmx terminated", func(_ *exec.Cmd, helmx *os.Process) error { return helmx.Signal(syscall.SIGTERM) }, 1, "helmx: cancelled"},
			{"helm killed", func(helm *exec.Cmd, _ *os.Process) error { return helm.Process.Kill() }, -1, ""},
		} {
			t.Run(tt.name, func(t *testing.T) {
				b, c := b.own(t).server(t)
				ns, pipes := namespace(t, c), t.TempDir()
				for _, name := range []string{"process", "code", "values.yaml"} {
					if err := syscall.Mkfifo(filepath.Join(pipes, name), 0o600); err != nil {
						t.Fatal(err)
					}
				}
				script := b.script(t, "watched", watched)
				args := append([]string{"install", "shop", testdata(t, "shop"), "-n", ns, "--skip-crds"}, renderer(script, "-f", filepath.Join(pipes, "values.yaml"))...)
				var said bytes.Buffer
				helm := counterpart.Run{Path: b.helm, Args: args, Dir: t.TempDir(), Home: b.home, Env: append(b.env, "PIPES="+pipes)}.Command()
				helm.Stdout, helm.Stderr = &said, &said
				if err := helm.Start(); err != nil {
					t.Fatal(err)
				}
				process := number(t, filepath.Join(pipes, "process"))
				helmx, err := os.FindProcess(process)
				if err != nil {
					t.Fatal(err)
				}
				// helmx opens its values when it has read the manifests, and waits
				// for them as long as the test keeps the other end.
				values, err := os.OpenFile(filepath.Join(pipes, "values.yaml"), os.O_WRONLY, 0)
				if err != nil {
					t.Fatal(err)
				}
				if err := tt.end(helm, helmx); err != nil {
					t.Fatal(err)
				}
				if tt.helm < 0 {
					helm.Wait() // dead before helmx gets any further
					values.Close()
				}
				if code := number(t, filepath.Join(pipes, "code")); code == 0 {
					t.Error("helmx succeeded")
				}
				values.Close() // helmx is gone without having read them
				helm.Wait()
				says := tt.says
				if b.plugins && tt.helm > 0 {
					says = `plugin "watched" exited with error` // all that Helm 4 tells of a plugin's exit code
				}
				if !strings.Contains(said.String(), says) {
					t.Errorf("Helm does not say %q:\n%s", says, said.String())
				}
				if code := helm.ProcessState.ExitCode(); code != tt.helm {
					t.Errorf("Helm's exit code is %d, expected %d\n%s", code, tt.helm, said.String())
				}
				if objects := stateOf(t, c, ns); len(objects) > 0 {
					t.Errorf("there are %v", objects)
				}
				if got := records(t, c, ns); len(got) > 0 {
					t.Errorf("records of releases: %v", got)
				}
			})
		}
	})
}

// number reads a number from a pipe; it waits for a writer.
func number(t *testing.T, pipe string) int {
	t.Helper()
	n, err := strconv.Atoi(strings.TrimSpace(read(t, pipe)))
	if err != nil {
		t.Fatal(err)
	}
	return n
}
