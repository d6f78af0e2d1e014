package expr

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"

	"github.com/gobwas/glob"
)

// files are those of the project that helmx.yaml allows expressions to read.
type files struct {
	folder string // of helmx.yaml
	allow  []string
}

// read is the template function file. A path that leads out of the folder, be it
// by a link, cannot be read.
func (f files) read(name string) (string, error) {
	name = path.Clean(name)
	if !f.allowed(name) {
		return "", &problem{code: codeClosed, message: "reads a file: " + name + " is not allowed: helmx.yaml does not list it in expressions.allow", hint: fmt.Sprintf("expressions: {allow: [%q]}", "file:"+name)}
	}
	root, err := os.OpenRoot(cmp.Or(f.folder, "."))
	if err != nil {
		return "", errors.New("the folder of helmx.yaml cannot be opened")
	}
	defer root.Close()
	file, err := root.Open(name)
	if err != nil {
		return "", fileError(name, err)
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, maxText+1))
	switch {
	case err != nil:
		return "", fileError(name, err)
	case len(data) > maxText:
		return "", fmt.Errorf("%s has more than %d bytes", name, maxText)
	}
	return string(data), nil
}

func fileError(name string, err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("there is no file %s", name)
	}
	if failed := (*fs.PathError)(nil); errors.As(err, &failed) {
		err = failed.Err
	}
	return fmt.Errorf("the file %s cannot be read: %w", name, err)
}

func (f files) allowed(name string) bool {
	for _, pattern := range named(f.allow, "file:") {
		if g, err := glob.Compile(pattern, '/'); err == nil && g.Match(name) {
			return true
		}
	}
	return false
}

// CheckAllowed says what is wrong with an entry of Options.Allow.
func CheckAllowed(entry string) error {
	const want = "expected env:NAME, file:GLOB or time"
	door, name, named := strings.Cut(entry, ":")
	switch {
	case entry == "time":
		return nil
	case door == "env" && name != "" && !strings.ContainsAny(name, "*?= "):
		return nil
	case door == "env" && named:
		return fmt.Errorf("%q names no variable of the environment: %s", entry, want)
	case door == "file" && (name == "" || path.IsAbs(name) || slices.Contains(strings.Split(name, "/"), "..")):
		return fmt.Errorf("%q leads out of the folder of helmx.yaml: %s", entry, want)
	case door == "file":
		if _, err := glob.Compile(name, '/'); err != nil {
			return fmt.Errorf("%q is no pattern of file names: %w", entry, err)
		}
		return nil
	}
	return fmt.Errorf("%q is none of the doors: %s", entry, want)
}
