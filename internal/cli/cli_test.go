package cli

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"time"
)

func call(ctx context.Context, in io.Reader, env map[string]string, args ...string) (code int, stdout, stderr string) {
	var out, err bytes.Buffer
	code = Run(ctx, args, Streams{In: in, Out: &out, Err: &err, Getenv: func(name string) string { return env[name] }})
	return code, out.String(), err.String()
}

type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, errors.New("pipe closed") }
func (failing) Read([]byte) (int, error)  { return 0, errors.New("pipe broken") }

func TestStdoutThatFails(t *testing.T) {
	for _, args := range [][]string{{"rules"}, {"lint", "nowhere"}, {"version"}} {
		var stderr bytes.Buffer
		code := Run(context.Background(), args, Streams{In: strings.NewReader(""), Out: failing{}, Err: &stderr})
		if code != exitBroken || !strings.Contains(stderr.String(), "writing to standard output: pipe closed") {
			t.Errorf("%v: exit code %d, stderr %q", args, code, stderr.String())
		}
	}
}

func TestStdinThatFails(t *testing.T) {
	for _, args := range [][]string{{}, {"post-render"}, {"lint", "-"}} {
		code, stdout, stderr := call(context.Background(), failing{}, nil, args...)
		if code != exitBroken || stdout != "" || !strings.Contains(stderr, "reading standard input: pipe broken") {
			t.Errorf("%v: exit code %d, stdout %q, stderr %q", args, code, stdout, stderr)
		}
	}
}

// A run that cannot be cancelled, as it waits for input, is given up.
func TestCancelledWhileReading(t *testing.T) {
	in, never := io.Pipe()
	defer never.Close()
	ctx, cancel := context.WithCancelCause(context.Background())
	time.AfterFunc(50*time.Millisecond, func() { cancel(errors.New("enough")) })
	var stdout, stderr bytes.Buffer
	code := Run(ctx, nil, Streams{In: in, Out: &stdout, Err: &stderr})
	if code != exitBroken || stdout.Len() > 0 || stderr.String() != "helmx: cancelled: enough\n" {
		t.Errorf("exit code %d, stdout %q, stderr %q", code, stdout.String(), stderr.String())
	}
}

func TestEveryCommandExplainsItself(t *testing.T) {
	for _, cmd := range Command().Commands() {
		if cmd.Hidden {
			continue
		}
		code, stdout, stderr := call(context.Background(), strings.NewReader(""), nil, cmd.Name(), "--help")
		if code != exitClean || stderr != "" || !strings.Contains(stdout, "Usage:") {
			t.Errorf("%s --help: exit code %d, stderr %q", cmd.Name(), code, stderr)
		}
		if _, help, _ := call(context.Background(), strings.NewReader(""), nil, "help", cmd.Name()); help != stdout {
			t.Errorf("help %s differs from %s --help", cmd.Name(), cmd.Name())
		}
	}
}
