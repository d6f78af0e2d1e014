package cli

import (
	"bytes"
	"context"
	"fmt"
	"os/exec"
	"slices"
	"strings"

	"github.com/helmx-dev/helmx/manifest"
)

// postRenderer is the program of --post-renderer. It is run as Helm 3.22 does:
// hooks do not pass through it, and with --output-dir it gets nothing to read,
// as the files are not part of the stream; what it prints is printed.
type postRenderer struct {
	program string // "" for none
	args    []string
	toFiles bool // --output-dir

	printed []byte // with toFiles, what it printed
}

// run returns docs as the program leaves them.
func (p *postRenderer) run(ctx context.Context, docs []*manifest.Document) ([]*manifest.Document, error) {
	if p.toFiles {
		printed, err := p.filter(ctx, nil)
		p.printed = printed
		return docs, err
	}
	n := firstHook(docs)
	var in bytes.Buffer
	if err := manifest.Write(&in, docs[:n]); err != nil {
		return nil, err
	}
	out, err := p.filter(ctx, in.Bytes())
	if err != nil {
		return nil, err
	}
	return slices.Concat(manifest.Read("", out), docs[n:]), nil
}

// firstHook returns the index of the first hook: from there on all are hooks.
// CRDs of crds/ folders come first and are never hooks, whatever they say.
func firstHook(docs []*manifest.Document) int {
	for i, d := range docs {
		if strings.Contains(d.Origin.Source, "/templates/") && d.ID().Hook {
			return i
		}
	}
	return len(docs)
}

// filter sends text through the program. White space at the ends is cut off, as
// helm template prints it.
func (p *postRenderer) filter(ctx context.Context, text []byte) ([]byte, error) {
	path, err := exec.LookPath(p.program)
	if err != nil {
		return nil, usageError{fmt.Sprintf("unable to find binary at %s: %v", p.program, err), "--post-renderer takes the path of a program, or its name in $PATH"}
	}
	var out, stderr bytes.Buffer
	cmd := exec.CommandContext(ctx, path, p.args...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(text), &out, &stderr
	if err := cmd.Run(); err != nil {
		return nil, rejectedError{fmt.Errorf("error while running post render on files: error while running command %s. error output:\n%s: %w", path, stderr.String(), err)}
	}
	return append(bytes.TrimSpace(out.Bytes()), '\n'), nil
}
