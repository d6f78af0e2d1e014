package cli

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/spf13/cobra"

	"github.com/helmx-dev/helmx/manifest"
)

// Helm 4 throws away what a post-renderer plugin writes to standard error and
// says only "exited with error". It does print the text of a document that is
// no map, whole, and then fails - before anything is applied. So an error is
// answered with exit code 0 and one YAML scalar that holds the message: Helm's
// reader can never take that for manifests. Help is answered alike. An empty answer fails too, hence
// the comment when there is nothing to install.

// underHelm4 says whether helmx runs as a Helm 4 post-renderer plugin. Command
// plugins get HELM_BIN too, and post-renderers of Helm 3 get neither - unless the
// Helm that runs them was itself run by a command plugin, whose variables they
// all inherit. Then the plugin's file tells.
func (a *app) underHelm4() bool {
	folder := a.Getenv("HELM_PLUGIN_DIR")
	return folder != "" && (a.Getenv("HELM_BIN") == "" || isPostRenderer(folder))
}

var postRendererType = regexp.MustCompile(`(?m)^type:\s*["']?postrenderer/`)

// isPostRenderer says whether a folder holds a post-renderer plugin of Helm 4.
func isPostRenderer(folder string) bool {
	file, err := os.ReadFile(filepath.Join(folder, "plugin.yaml"))
	return err == nil && postRendererType.Match(file)
}

// postRenders says whether a command is one that Helm runs as a post-renderer.
func postRenders(cmd *cobra.Command) bool {
	return !cmd.HasParent() || cmd.Name() == postRenderName
}

// answerHelm4 turns an exit code and what was said on standard error into the
// answer for Helm 4 on standard output, and returns the exit code to go with it.
func (a *app) answerHelm4(code int, said string) int {
	if a.helped {
		said = a.stdout.String()
	}
	if code != exitClean || a.helped {
		a.stdout.Reset()
		a.manifests = nil
		a.stdout.WriteString(yamlScalar(said))
		return exitClean
	}
	if len(bytes.TrimSpace(a.stdout.Bytes())) == 0 && !slices.ContainsFunc(a.manifests, saysSomething) {
		a.stdout.Reset()
		a.manifests = nil
		a.stdout.WriteString("# helmx: no manifests\n")
	}
	return exitClean
}

func saysSomething(d *manifest.Document) bool { return len(bytes.TrimSpace(d.Raw())) > 0 }

// yamlScalar writes text as one block scalar document. What YAML does not take as
// it is, or takes for the end of a line, is spelled out: it would cut the message
// short, or replace it by Helm's complaint about control characters. So is what
// lies beyond U+FFFF, and blanks at the end of a line are cut: Helm writes the
// text again, and for either its writer would put it all into one quoted line.
func yamlScalar(text string) string {
	var b strings.Builder
	b.WriteString("|2-\n")
	for line := range strings.Lines(strings.TrimRight(text, "\n")) {
		b.WriteString("  ")
		for _, r := range strings.TrimRight(line, " \t\r\n") {
			switch {
			case r == '\t':
				b.WriteString("    ")
			case r <= '\uFFFF' && unicode.IsPrint(r):
				b.WriteRune(r)
			default:
				b.WriteString(strings.Trim(strconv.QuoteRuneToASCII(r), "'"))
			}
		}
		b.WriteString("\n")
	}
	return b.String()
}
