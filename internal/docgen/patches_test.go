package docgen

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/helmx-dev/helmx/internal/cli"
	"github.com/helmx-dev/helmx/patch"
)

// shownPatch is a list of patches in docs/patches.md and the diff below it.
var shownPatch = regexp.MustCompile("(?ms)^```yaml\n(- .*?)^```\n\n```diff\n(.*?)^```\n")

// TestShownPatches runs the patches of docs/patches.md on testdata/patches and
// compares what they change with what is shown. HELMX_UPDATE=1 rewrites it;
// read the difference before you commit it.
func TestShownPatches(t *testing.T) {
	file, err := filepath.Abs(filepath.Join(root, "docs", "patches.md"))
	if err != nil {
		t.Fatal(err)
	}
	page := read(t, file)
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(filepath.Join(root, "testdata", "patches"))); err != nil {
		t.Fatal(err)
	}
	t.Chdir(dir)
	got := shownPatch.ReplaceAllStringFunc(page, func(shown string) string {
		patches := shownPatch.FindStringSubmatch(shown)[1]
		return "```yaml\n" + patches + "```\n\n```diff\n" + diffOf(t, patches) + "```\n"
	})
	if os.Getenv("HELMX_UPDATE") != "" {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	} else if got != page {
		t.Errorf("docs/patches.md shows something else than what its patches do:\n%s", got)
	}
}

// diffOf is what `helmx diff` prints about patches, without the names of files.
func diffOf(t *testing.T, patches string) string {
	t.Helper()
	const head = "apiVersion: helmx.dev/v1alpha1\nkind: Config\nvalues: {env: prod}\npatches:\n"
	if err := os.WriteFile("shown.yaml", []byte(head+patches), 0o644); err != nil {
		t.Fatal(err)
	}
	var out, stderr bytes.Buffer
	args := []string{"diff", "-", "--config", "shown.yaml", "--context", "1"}
	code := cli.Run(context.Background(), args, cli.Streams{In: strings.NewReader(read(t, "rendered.yaml")), Out: &out, Err: &stderr})
	if code != 0 || stderr.Len() > 0 || out.Len() == 0 {
		t.Errorf("exit code %d, %d bytes for\n%s\n%s", code, out.Len(), patches, stderr.String())
	}
	return regexp.MustCompile(`(?m)^(---|\+\+\+) \S.*\n`).ReplaceAllString(out.String(), "")
}

// TestEveryKindOfChangeIsShown: docs/patches.md has an example that is run for
// each kind of change, each key of a patch and each field of a target.
func TestEveryKindOfChangeIsShown(t *testing.T) {
	page := read(t, filepath.Join(root, "docs", "patches.md"))
	var shown strings.Builder
	for _, m := range shownPatch.FindAllStringSubmatch(page, -1) {
		shown.WriteString(m[1])
	}
	for _, k := range patch.Kinds() {
		if !regexp.MustCompile(`(?m)^[- ] ` + k.Name + `:`).MatchString(shown.String()) {
			t.Errorf("docs/patches.md shows no patch with %s", k.Name)
		}
		if !regexp.MustCompile(`(?m)^### .*\b` + k.Name + `\b`).MatchString(page) {
			t.Errorf("docs/patches.md has no heading for %s", k.Name)
		}
	}
}
