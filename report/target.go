package report

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/helmx-dev/helmx/diag"
)

// Target is a file to write a report to: one `--report FORMAT=FILE`.
type Target struct {
	Format string
	File   string
}

// ParseTarget reads "sarif=out.sarif".
func ParseTarget(s string) (Target, error) {
	format, file, ok := strings.Cut(s, "=")
	if !ok {
		return Target{}, fmt.Errorf("report %q: expected FORMAT=FILE, such as sarif=helmx.sarif", s)
	}
	if _, err := find(format); err != nil || format == "" {
		if format == "" {
			err = fmt.Errorf("no format before the =: expected one of %s", strings.Join(Formats(), ", "))
		}
		return Target{}, fmt.Errorf("report %q: %w", s, err)
	}
	switch file {
	case "":
		return Target{}, fmt.Errorf("report %q: no file after the =", s)
	case "-":
		return Target{}, fmt.Errorf("report %q: a report goes to a file; lint and validate print one with --format %s", s, format)
	}
	return Target{format, file}, nil
}

// ParseTargets reads several, and refuses two for one file, of which only the
// last would be left.
func ParseTargets(specs []string) ([]Target, error) {
	var targets []Target
	taken := make(map[string]string)
	for _, s := range specs {
		t, err := ParseTarget(s)
		if err != nil {
			return nil, err
		}
		key := filepath.Clean(t.File)
		if first, ok := taken[key]; ok {
			return nil, fmt.Errorf("report %q: %s is already written by %q", s, t.File, first)
		}
		taken[key] = s
		targets = append(targets, t)
	}
	return targets, nil
}

// Write writes the findings to the target's file, whole or not at all: the
// text goes to a temporary file beside it that then takes its name. A symbolic
// link keeps pointing where it does; a device or a named pipe is written to.
func (t Target) Write(l diag.List, o Options) error {
	o.Format, o.Color = t.Format, false
	if err := writeFile(t.File, func(f *os.File) error { return Print(f, l, o) }); err != nil {
		return fmt.Errorf("writing report %s=%s: %w", t.Format, t.File, err)
	}
	return nil
}

// WriteFile replaces the text of a file in the same way, and keeps its mode.
func WriteFile(name string, data []byte) error {
	return writeFile(name, func(f *os.File) error {
		_, err := f.Write(data)
		return err
	})
}

func writeFile(name string, write func(*os.File) error) error {
	mode := fs.FileMode(0o666) // less the umask
	info, err := os.Stat(name)
	switch {
	case err == nil && info.IsDir():
		return errors.New("is a directory")
	case err == nil && !info.Mode().IsRegular():
		return writeThrough(name, write)
	case err == nil:
		mode = info.Mode().Perm()
		if name, err = filepath.EvalSymlinks(name); err != nil {
			return err
		}
	case !errors.Is(err, fs.ErrNotExist):
		return err
	}
	return replace(name, mode, write)
}

// writeThrough is for /dev/stderr and the like, which must not be renamed over.
func writeThrough(name string, write func(*os.File) error) error {
	f, err := os.OpenFile(name, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	return errors.Join(write(f), f.Close())
}

func replace(name string, mode fs.FileMode, write func(*os.File) error) (err error) {
	f, err := os.OpenFile(name+".tmp"+strconv.Itoa(os.Getpid()), os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			os.Remove(f.Name())
		}
	}()
	if err := errors.Join(write(f), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), name)
}
