package plugins

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"time"
)

// source is the helmx to install. It may be shared with a plugin beside.
type source struct {
	path  string
	share bool
}

func binaryPath(dir string) string { return filepath.Join(dir, binaryName(runtime.GOOS)) }

// place makes dir hold the files and the binary. A plugin that is new appears
// whole. One that is there is changed file by file, the binary first: it works
// at every moment, as each helmx can be run by every plugin.yaml of ours.
func place(dir string, list []File, from source, dryRun bool) (State, error) {
	if _, err := os.Lstat(dir); errors.Is(err, os.ErrNotExist) {
		if dryRun {
			return New, nil
		}
		return New, placeNew(dir, list, from)
	}
	state := Unchanged
	same, err := sameFiles(from.path, binaryPath(dir))
	if err != nil {
		return state, err
	}
	if !same {
		state = Updated
		if err := replace(dir, binaryPath(dir), dryRun, func(tmp string) error { return from.copyTo(tmp) }); err != nil {
			return state, err
		}
	}
	for _, f := range list {
		old, err := os.ReadFile(filepath.Join(dir, f.Name))
		if err == nil && bytes.Equal(old, f.Data) {
			continue
		}
		state = Updated
		if err := replace(dir, filepath.Join(dir, f.Name), dryRun, func(tmp string) error { return writeFile(tmp, f) }); err != nil {
			return state, err
		}
	}
	return state, nil
}

// placeNew fills a folder aside and moves it into place. Helm looks for
// */plugin.yaml, so it does not see the one that is being filled.
func placeNew(dir string, list []File, from source) error {
	parent := filepath.Dir(dir)
	if err := os.MkdirAll(parent, 0o755); err != nil {
		return err
	}
	aside, err := os.MkdirTemp(parent, asidePattern)
	if err != nil {
		return err
	}
	defer os.RemoveAll(aside)
	filled := filepath.Join(aside, filepath.Base(dir))
	if err := os.Mkdir(filled, 0o755); err != nil {
		return err
	}
	for _, f := range list {
		if err := writeFile(filepath.Join(filled, f.Name), f); err != nil {
			return err
		}
	}
	if err := from.copyTo(binaryPath(filled)); err != nil {
		return err
	}
	return os.Rename(filled, dir)
}

// asidePattern is for the names of folders that are filled aside.
const asidePattern = ".helmx-*"

func isAside(e os.DirEntry) bool {
	matches, _ := filepath.Match(asidePattern, e.Name())
	return matches && e.IsDir()
}

// prepareFolder makes the plugins folder, waits until no other helmx installs to
// it, and sweeps away what a killed one left. The others wait until unlock is
// called or the process ends.
func prepareFolder(folder string, wanted []Plugin) (unlock func(), err error) {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return nil, err
	}
	unlock, alone, err := lock(folder)
	if err != nil {
		return nil, err
	}
	sweep(folder, alone)
	for _, p := range wanted {
		sweep(filepath.Join(folder, p.Name), alone)
	}
	return unlock, nil
}

// abandoned is the age from which what lies aside is nobody's, where no lock
// tells.
const abandoned = time.Hour

// sweep removes what lies aside. What cannot be removed does no harm.
func sweep(dir string, alone bool) {
	entries, _ := os.ReadDir(dir)
	for _, e := range entries {
		if info, err := e.Info(); err == nil && isAside(e) && (alone || time.Since(info.ModTime()) > abandoned) {
			os.RemoveAll(filepath.Join(dir, e.Name()))
		}
	}
}

// replace writes a file aside and moves it over the old one.
func replace(dir, file string, dryRun bool, write func(tmp string) error) error {
	if dryRun {
		return nil
	}
	aside, err := os.MkdirTemp(dir, asidePattern)
	if err != nil {
		return err
	}
	defer os.RemoveAll(aside)
	tmp := filepath.Join(aside, filepath.Base(file))
	if err := write(tmp); err != nil {
		return err
	}
	return os.Rename(tmp, file)
}

func writeFile(path string, f File) error {
	if err := os.WriteFile(path, f.Data, f.Mode); err != nil {
		return err
	}
	return os.Chmod(path, f.Mode) // whatever the umask
}

// copyTo copies the binary, or gives it a second name where it may be shared and
// the file system can.
func (s source) copyTo(to string) error {
	if s.share && os.Link(s.path, to) == nil {
		return nil
	}
	in, err := os.Open(s.path)
	if err != nil {
		return fmt.Errorf("reading helmx: %w", err)
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_WRONLY|os.O_EXCL, 0o755)
	if err != nil {
		return err
	}
	defer out.Close()
	if _, err := io.Copy(out, in); err != nil {
		return err
	}
	if err := out.Chmod(0o755); err != nil {
		return err
	}
	if err := out.Sync(); err != nil { // before the name says that it is all there
		return err
	}
	return out.Close()
}

// sameFiles compares contents.
func sameFiles(a, b string) (bool, error) {
	left, err := os.ReadFile(a)
	if err != nil {
		return false, fmt.Errorf("reading helmx: %w", err)
	}
	right, err := os.ReadFile(b)
	if errors.Is(err, os.ErrNotExist) {
		return false, nil
	}
	return bytes.Equal(left, right), err
}
