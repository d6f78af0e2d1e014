package plugins

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"time"
)

// Refusal says why nothing was done, and what to do about it: the input is
// wrong, not helmx.
type Refusal struct{ Message, Hint string }

// Error gives both lines.
func (r Refusal) Error() string { return r.Message + "\n" + r.Hint }

// patience is how long a Helm may take to say its version.
const patience = 30 * time.Second

// helm is a Helm that answered.
type helm struct {
	path    string
	version string   // as it says itself
	major   int      // 3 or 4
	folders []string // where it looks for plugins; the first is where it installs them
}

// findHelm asks the Helm at name (a path, or a name in $PATH) for its version
// and its folders.
func findHelm(ctx context.Context, name string) (helm, error) {
	path, err := exec.LookPath(name)
	if err != nil {
		return helm{}, Refusal{fmt.Sprintf("no Helm found: %v", err), "name one with --helm or $HELM_BIN"}
	}
	h, err := askHelm(ctx, path, os.Environ())
	if err != nil {
		return helm{}, err
	}
	if h.major != 3 && h.major != 4 {
		return helm{}, Refusal{fmt.Sprintf("%s says that it is version %q, expected Helm 3 or 4", path, h.version), "name another Helm with --helm or $HELM_BIN"}
	}
	return h, nil
}

// firstNumber is the major version in v3.22.0+gabc and in v4.3.
var firstNumber = regexp.MustCompile(`^v?(\d+)\.`)

func askHelm(ctx context.Context, path string, env []string) (helm, error) {
	version, err := runHelm(ctx, path, env, "version", "--template", "{{.Version}}")
	if err != nil {
		return helm{}, err
	}
	if strings.Contains(version, "+helmx") {
		return helm{}, Refusal{path + " is helmx itself", "name a Helm with --helm or $HELM_BIN"}
	}
	h := helm{path: path, version: version}
	if m := firstNumber.FindStringSubmatch(version); m != nil {
		h.major, _ = strconv.Atoi(m[1])
	}
	if h.major < 3 {
		return h, nil // older ones know no "env"
	}
	folders, err := runHelm(ctx, path, env, "env", "HELM_PLUGINS")
	for _, f := range filepath.SplitList(folders) {
		if f != "" {
			h.folders = append(h.folders, f)
		}
	}
	if err == nil && len(h.folders) == 0 {
		err = Refusal{path + " names no folder for plugins", "set HELM_PLUGINS, or name a folder with --dir"}
	}
	return h, err
}

// runHelm returns what a Helm prints. No plugin is loaded: a broken one must not
// get in the way of what may repair it.
func runHelm(ctx context.Context, path string, env []string, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.Env = append(env, "HELM_NO_PLUGINS=1")
	cmd.WaitDelay = time.Second // a script's children may hold its output open
	var out, said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &said
	err := cmd.Run()
	if ctx.Err() != nil {
		return "", fmt.Errorf("running %s %s: %w%s", path, strings.Join(args, " "), ctx.Err(), indented(said.String()))
	}
	if err != nil {
		return "", Refusal{fmt.Sprintf("running %s %s: %v%s", path, strings.Join(args, " "), err, indented(said.String())), "name a Helm that runs with --helm or $HELM_BIN"}
	}
	return strings.TrimSpace(out.String()), nil
}

func indented(text string) string {
	text = strings.TrimSpace(text)
	if text == "" {
		return ""
	}
	return "\n  " + strings.ReplaceAll(text, "\n", "\n  ")
}

// helm3Names are the names under which people keep a Helm 3 beside a Helm 4.
var helm3Names = []string{"helm", "helm3", "helm-3", "helm-v3"}

// helm3Using looks in $PATH for a Helm 3, other than the one at hand, that takes
// its plugins from folder when nothing steers it. HELM_PLUGINS and
// HELM_DATA_HOME are taken away, since who gives each Helm its own folder sets
// them for this call.
func helm3Using(ctx context.Context, folder string, h helm) (string, error) {
	env := without(os.Environ(), "HELM_PLUGINS", "HELM_DATA_HOME")
	asked := map[string]bool{realPath(h.path): true}
	for _, dir := range filepath.SplitList(os.Getenv("PATH")) {
		for _, name := range helm3Names {
			path := filepath.Join(dir, name)
			if runtime.GOOS == "windows" {
				path += ".exe"
			}
			if dir == "" || asked[realPath(path)] || !executable(path) {
				continue
			}
			asked[realPath(path)] = true
			other, err := askHelm(ctx, path, env)
			if errors.Is(err, context.Canceled) {
				return "", err
			}
			if err == nil && other.major == 3 && realPath(other.folders[0]) == realPath(folder) {
				return path, nil
			}
		}
	}
	return "", nil
}

func without(env []string, names ...string) []string {
	var kept []string
next:
	for _, kv := range env {
		for _, n := range names {
			if strings.HasPrefix(kv, n+"=") {
				continue next
			}
		}
		kept = append(kept, kv)
	}
	return kept
}

// realPath is an absolute path without links, as far as it exists.
func realPath(path string) string {
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real
	}
	if abs, err := filepath.Abs(path); err == nil {
		return abs
	}
	return filepath.Clean(path)
}

func executable(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular() && (runtime.GOOS == "windows" || info.Mode()&0o111 != 0)
}
