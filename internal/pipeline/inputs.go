package pipeline

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/helmx-dev/helmx/charts"
	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
)

// InputOptions says how the paths of lint and validate are read.
type InputOptions struct {
	Stdin io.Reader // what - means
	Chart ChartOptions
}

// Collect reads charts, manifests and folders of both into one list of
// documents. A file inside a chart stands for the chart; each chart is rendered
// once. Named files that are neither are passed over, as pre-commit hands over
// whatever changed. What cannot be read or rendered is reported and the rest
// goes on: then the error is ErrUnreadable or ErrStopped, and the documents are
// those of the rest.
func Collect(ctx context.Context, paths []string, o InputOptions) ([]*manifest.Document, diag.List, error) {
	c := &collector{ctx: ctx, o: o, seen: map[string]bool{}}
	for _, path := range paths {
		if err := c.add(path); err != nil {
			return nil, c.findings, err
		}
	}
	return c.docs, c.findings, c.incomplete
}

type collector struct {
	ctx      context.Context
	o        InputOptions
	seen     map[string]bool // charts and files already taken, by clean path
	docs     []*manifest.Document
	findings diag.List

	incomplete error // the worst of ErrUnreadable and ErrStopped
}

func (c *collector) add(path string) error {
	switch {
	case path == "-":
		data, err := io.ReadAll(c.o.Stdin)
		if err != nil {
			return fmt.Errorf("reading standard input: %w", err)
		}
		c.docs = append(c.docs, manifest.Read("<stdin>", data)...)
		return nil
	case isReference(path):
		return c.chart(path)
	}
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		c.findings = append(c.findings, diag.Diagnostic{
			Code: "CH001", Severity: diag.Error, Span: diag.Span{File: path},
			Message: "no such file or folder", Hint: "name a chart, a manifest, a folder, or - for standard input",
		})
		c.incomplete = ErrUnreadable
		return nil
	}
	if err != nil {
		return err
	}
	if info.IsDir() {
		return c.folder(path)
	}
	return c.file(path)
}

// folder takes a chart folder as a chart, and walks any other for charts and
// manifests.
func (c *collector) folder(dir string) error {
	if root := chartRoot(dir); root != "" {
		return c.chart(root)
	}
	return filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case e.IsDir() && path != dir && strings.HasPrefix(e.Name(), "."):
			return filepath.SkipDir
		case e.IsDir() && isChart(path):
			if err := c.chart(path); err != nil {
				return err
			}
			return filepath.SkipDir
		case e.Type().IsRegular() && isManifestName(path):
			return c.manifests(path)
		}
		return nil
	})
}

func (c *collector) file(path string) error {
	if root := chartRoot(filepath.Dir(path)); root != "" {
		return c.chart(root)
	}
	switch {
	case strings.HasSuffix(path, ".tgz") || strings.HasSuffix(path, ".tar.gz"):
		return c.chart(path)
	case isManifestName(path):
		return c.manifests(path)
	}
	return nil
}

// manifests reads a file when it holds Kubernetes objects, and passes it over
// when it holds something else, such as values.
func (c *collector) manifests(path string) error {
	if !c.first(path) {
		return nil
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	docs := manifest.Read(path, data)
	if slices.ContainsFunc(docs, func(d *manifest.Document) bool { return d.ID().Kind != "" && d.ID().APIVersion != "" }) {
		c.docs = append(c.docs, docs...)
	}
	return nil
}

func (c *collector) chart(ref string) error {
	if !c.first(ref) {
		return nil
	}
	rendered, findings, err := RenderChart(c.ctx, ref, c.o.Chart)
	c.findings = append(c.findings, findings...)
	if errors.Is(err, ErrUnreadable) || errors.Is(err, ErrStopped) && c.incomplete == nil {
		c.incomplete = err
	}
	if Reported(err) {
		return nil // reported; the other inputs are still worth judging
	}
	c.docs = append(c.docs, rendered.Docs...)
	return err
}

func (c *collector) first(path string) bool {
	path = filepath.Clean(path)
	if c.seen[path] {
		return false
	}
	c.seen[path] = true
	return true
}

// isReference says whether a path is a chart that is not on disk.
func isReference(path string) bool {
	for _, prefix := range []string{charts.BuiltinPrefix, "oci://", "http://", "https://"} {
		if strings.HasPrefix(path, prefix) {
			return true
		}
	}
	return false
}

// chartRoot returns the outermost chart folder that holds dir: a subchart is
// judged as part of its parent. It returns "" outside of charts.
func chartRoot(dir string) string {
	root := ""
	for {
		if isChart(dir) {
			root = dir
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return root
		}
		dir = parent
	}
}

func isChart(dir string) bool {
	info, err := os.Stat(filepath.Join(dir, "Chart.yaml"))
	return err == nil && info.Mode().IsRegular()
}

func isManifestName(path string) bool {
	return slices.Contains([]string{".yaml", ".yml", ".json"}, filepath.Ext(path))
}
