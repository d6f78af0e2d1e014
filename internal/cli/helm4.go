package cli

import (
	"bytes"
	"strings"
)

// Helm 4 throws away what a post-renderer plugin writes to standard error and
// says only "exited with error". It does print the text of a document that is
// no map, whole, and then fails - before anything is applied. So an error is
// answered with exit code 0 and one YAML scalar that holds the message: Helm's
// reader can never take that for manifests. An empty answer fails too, hence
// the comment when there is nothing to install.

// answerHelm4 runs work and turns its outcome into an answer for Helm 4.
func (a *app) answerHelm4(work func() error) error {
	stderr := a.Err
	var said bytes.Buffer
	a.Err = &said
	code := a.exitCode(work())
	a.Err = stderr
	if _, err := stderr.Write(said.Bytes()); err != nil {
		return err
	}
	if code != exitClean {
		a.stdout.Reset()
		a.stdout.WriteString(yamlScalar(said.String()))
		return nil
	}
	if len(bytes.TrimSpace(a.stdout.Bytes())) == 0 {
		a.stdout.Reset()
		a.stdout.WriteString("# helmx: no manifests\n")
	}
	return nil
}

// yamlScalar writes text as one block scalar document.
func yamlScalar(text string) string {
	var b strings.Builder
	b.WriteString("|2-\n")
	for line := range strings.Lines(strings.TrimRight(text, "\n")) {
		b.WriteString("  " + strings.ReplaceAll(line, "\t", "    "))
	}
	b.WriteString("\n")
	return b.String()
}
