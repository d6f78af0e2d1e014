package charts

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"helm.sh/helm/v3/pkg/ignore"

	"github.com/helmx-dev/helmx/diag"
)

// readFolder reads the files of an unpacked chart, less what .helmignore names,
// in the order of Helm's loader: folder by folder, by name. Symbolic links are
// followed, out of the chart too, as Helm does.
func (r *reading) readFolder(dir string) ([]file, error) {
	rules, err := ignoreRules(filepath.Join(dir, ignore.HelmIgnore))
	if err != nil {
		return nil, err
	}
	w := walk{reading: r, rules: rules}
	root, err := filepath.EvalSymlinks(dir)
	if err != nil {
		return nil, err
	}
	if err := w.folder(dir, "", []string{root}); err != nil {
		return nil, err
	}
	r.reportMany(dir, len(w.files))
	return w.files, nil
}

func ignoreRules(path string) (*ignore.Rules, error) {
	rules := ignore.Empty()
	data, err := os.ReadFile(path)
	switch {
	case errors.Is(err, os.ErrNotExist):
	case err != nil:
		return nil, fmt.Errorf("reading %s: %w", path, err)
	default:
		if rules, err = ignore.Parse(bytes.NewReader(data)); err != nil {
			return nil, refuse("CH014", "broken pattern: %v", err).at(path, brokenPattern(data), 0)
		}
	}
	rules.AddDefaults()
	return rules, nil
}

// brokenPattern finds the line that Helm's parser stopped at: it parses alone
// as badly as it did among the others.
func brokenPattern(data []byte) int {
	for i, line := range bytes.Split(data, []byte("\n")) {
		if _, err := ignore.Parse(bytes.NewReader(line)); err != nil {
			return i + 1
		}
	}
	return 0
}

type walk struct {
	*reading
	rules *ignore.Rules
	files []file
}

// folder reads one folder: dir on disk, name in the chart. above holds the real
// paths of the folders on the way down, to notice a link that leads back.
func (w *walk) folder(dir, name string, above []string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return fmt.Errorf("reading chart folder: %w", err)
	}
	for _, e := range entries {
		if err := w.entry(filepath.Join(dir, e.Name()), strings.TrimPrefix(name+"/"+e.Name(), "/"), above); err != nil {
			return err
		}
	}
	return nil
}

func (w *walk) entry(path, name string, above []string) error {
	info, err := os.Lstat(path)
	if err != nil {
		return fmt.Errorf("reading chart folder: %w", err)
	}
	real := ""
	if info.Mode()&os.ModeSymlink != 0 {
		if real, err = filepath.EvalSymlinks(path); err != nil {
			return refuse("CH014", "broken symbolic link: %v", err).in(path)
		}
		if info, err = os.Lstat(real); err != nil {
			return fmt.Errorf("reading chart folder: %w", err)
		}
		w.reportLink(path, real)
	}
	if w.rules.Ignore(name, info) {
		return nil
	}
	if !info.IsDir() {
		return w.file(path, name, info)
	}
	if real == "" {
		real = filepath.Join(above[len(above)-1], info.Name())
	}
	if slices.Contains(above, real) {
		return refuse("CH014", "symbolic link to %s, a folder it lies in", real).in(path)
	}
	return w.folder(path, name, append(slices.Clip(above), real))
}

// reportLink mentions every link, as Helm does: one that leaves the chart can
// bring files into a release that nobody meant to ship.
func (w *walk) reportLink(path, real string) {
	d := warning("CH019", path, "found symbolic link in path: %s resolves to %s. Contents of linked file included and used", path, real)
	d.Severity = diag.Info
	w.report(d)
}

func (w *walk) file(path, name string, info os.FileInfo) error {
	if err := context.Cause(w.ctx); err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return refuse("CH014", "cannot load irregular file %s as it has file mode type bits set", path).in(path).
			try("a chart holds plain files only: no sockets, pipes or devices")
	}
	if info.Size() > maxFileSize {
		return refuse("CH007", "chart file %q is larger than the maximum file size %d", info.Name(), maxFileSize).in(path).
			try("list it in .helmignore when it does not belong to the chart")
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("error reading %s: %w", name, err)
	}
	w.files = append(w.files, file{name: name, data: withoutBOM(data)})
	return nil
}
