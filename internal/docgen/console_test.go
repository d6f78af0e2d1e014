package docgen

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/helmx-dev/helmx/internal/cli"
)

// TestShownCommandsRun executes the console blocks of README.md, docs/ and the guide to techniques: each
// line that begins with "$ " is a command, what follows is what it prints on
// standard output and then on standard error. HELMX_UPDATE=1 rewrites what
// follows; read the difference before you commit it.
func TestShownCommandsRun(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(root, "docs", "*.md"))
	if err != nil {
		t.Fatal(err)
	}
	files = append(files, filepath.Join(root, "README.md"), filepath.Join(root, "docs", "guides", "techniques.md"))
	bin := binFolder(t)
	shown := 0
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		got := consoleBlock.ReplaceAllStringFunc(string(text), func(block string) string {
			shown++
			return "```console\n" + runBlock(t, bin, block) + "```\n"
		})
		if os.Getenv("HELMX_UPDATE") != "" {
			if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		} else if got != string(text) {
			t.Errorf("%s shows something else than what its commands print:\n%s", file, got)
		}
	}
	if shown == 0 {
		t.Error("no console blocks were found")
	}
}

var consoleBlock = regexp.MustCompile("(?ms)^```console\n.*?^```\n")

// runBlock runs the commands of a block in the root of the repository.
func runBlock(t *testing.T, bin, block string) string {
	t.Helper()
	var out strings.Builder
	for line := range strings.Lines(block) {
		command, ok := strings.CutPrefix(line, "$ ")
		if !ok {
			continue
		}
		cmd := exec.Command("sh", "-c", command)
		cmd.Dir = root
		cmd.Env = append(os.Environ(), "PATH="+bin+":"+os.Getenv("PATH"), "HOME="+t.TempDir(), "DOCGEN_IS_HELMX=1")
		var stdout, stderr bytes.Buffer
		cmd.Stdout, cmd.Stderr = &stdout, &stderr
		_ = cmd.Run() // a shown command may fail; what it prints is what counts
		out.WriteString(line + stdout.String() + stderr.String())
	}
	return out.String()
}

// binFolder makes a folder with a helmx in it: this test binary under another
// name, see TestMain.
func binFolder(t *testing.T) string {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.Symlink(self, filepath.Join(dir, "helmx")); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestMain(m *testing.M) {
	if os.Getenv("DOCGEN_IS_HELMX") != "" {
		os.Exit(cli.Run(context.Background(), os.Args[1:], cli.Streams{In: os.Stdin, Out: os.Stdout, Err: os.Stderr}))
	}
	os.Exit(m.Run())
}

// TestFirstCommandRuns runs what README.md tells a newcomer to type first.
func TestFirstCommandRuns(t *testing.T) {
	readme, err := os.ReadFile(filepath.Join(root, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, ok := strings.Cut(string(readme), "go run ./cmd/helmx ")
	if !ok {
		t.Fatal("README.md does not show the first command")
	}
	args, _, _ := strings.Cut(rest, "\n")
	t.Chdir(root)
	var stdout, stderr bytes.Buffer
	code := cli.Run(context.Background(), strings.Fields(args), cli.Streams{In: strings.NewReader(""), Out: &stdout, Err: &stderr})
	if code != 0 || !strings.Contains(stdout.String(), "kind: DaemonSet") {
		t.Errorf("exit code %d, %d bytes\n%s", code, stdout.Len(), stderr.String())
	}
	if regexp.MustCompile(`(?m)^(error|warning)\[`).Match(stderr.Bytes()) {
		t.Errorf("the first command complains:\n%s", stderr.String())
	}
}
