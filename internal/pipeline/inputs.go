package pipeline

import (
	"cmp"
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

	PassedOver func(path, why string) // hears of named files that are not judged; may be nil
}

// Collect reads charts, manifests and folders of both into one list of
// documents. A file inside a chart stands for the chart; each chart is rendered
// once. Named files that are neither are passed over, as pre-commit hands over
// whatever changed - but not YAML that cannot be parsed. What cannot be read or
// rendered is reported and the rest goes on: then the error is ErrUnreadable or
// ErrStopped, and the documents are those of the rest.
func Collect(ctx context.Context, paths []string, o InputOptions) (Collected, diag.List, error) {
	if o.PassedOver == nil {
		o.PassedOver = func(string, string) {}
	}
	c := &collector{ctx: ctx, o: o, seen: map[string]bool{}}
	for _, path := range paths {
		if err := c.add(path); err != nil {
			return Collected{}, c.findings, err
		}
	}
	return c.Collected, c.findings, c.incomplete
}

// Collected is what the paths of a call hold.
type Collected struct {
	Docs []*manifest.Document
	CRDs []*manifest.Document // of the charts' crds/ folders, which describe kinds that Docs may use

	Layers []*charts.UserValues // of the charts, in the order of Docs, with who set what
}

type collector struct {
	Collected
	ctx      context.Context
	o        InputOptions
	seen     map[string]bool // charts and files already taken, by absolute path
	findings diag.List

	incomplete error // the worst of ErrUnreadable and ErrStopped
}

func (c *collector) add(path string) error {
	switch {
	case path == "-":
		return c.stdin()
	case isReference(path):
		return c.chart(path)
	}
	info, err := os.Stat(path)
	switch {
	case err != nil:
		c.unreadable(path, err)
		return nil
	case info.IsDir():
		return c.folder(path)
	}
	return c.file(path, info)
}

func (c *collector) stdin() error {
	if !c.first("-") {
		return nil
	}
	data, err := io.ReadAll(c.o.Stdin)
	if err != nil {
		return fmt.Errorf("reading standard input: %w", err)
	}
	c.Docs = append(c.Docs, manifest.Read(manifest.Stdin, data)...)
	return nil
}

// unreadable reports a path that cannot be read.
func (c *collector) unreadable(path string, err error) {
	d := diag.Diagnostic{Code: "CH001", Severity: diag.Error, Span: diag.Span{File: path}}
	var why *fs.PathError
	switch {
	case errors.Is(err, fs.ErrNotExist):
		d.Message = "no such file or folder"
		d.Hint = "name a chart, a manifest, a folder, or - for standard input"
	case errors.As(err, &why):
		d.Message = "reading: " + why.Err.Error()
	default:
		d.Message = "reading: " + err.Error()
	}
	c.findings = append(c.findings, d)
	c.incomplete = ErrUnreadable
}

// folder takes a chart folder as a chart, and walks any other for charts and
// manifests. What begins with a dot belongs to tools, not to an install.
func (c *collector) folder(dir string) error {
	if root := chartRoot(dir); root != "" {
		return c.chart(root)
	}
	return filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		switch {
		case c.ctx.Err() != nil:
			return c.ctx.Err()
		case err != nil:
			c.unreadable(path, err)
			return nil
		case path != dir && strings.HasPrefix(e.Name(), "."):
			return skip(e)
		case !e.IsDir():
			return c.inFolder(path, e)
		case !isChart(path):
			return nil
		}
		return cmp.Or(c.chart(path), filepath.SkipDir)
	})
}

func skip(e fs.DirEntry) error {
	if e.IsDir() {
		return filepath.SkipDir
	}
	return nil
}

// inFolder takes a file, or what a symbolic link leads to, from a folder. Links
// to folders are followed only to charts: others may lead in a circle.
func (c *collector) inFolder(path string, e fs.DirEntry) error {
	mode := e.Type()
	if mode&fs.ModeSymlink != 0 {
		if isChart(path) {
			return c.chart(path)
		}
		if info, err := os.Stat(path); err == nil {
			mode = info.Mode()
		} else if isManifestName(path) {
			c.unreadable(path, err)
		}
	}
	if !mode.IsRegular() || !isManifestName(path) {
		return nil
	}
	c.manifests(path, false)
	return nil
}

// file takes a file that the user named.
func (c *collector) file(path string, info fs.FileInfo) error {
	if root := chartRoot(filepath.Dir(path)); root != "" {
		return c.chart(root)
	}
	switch {
	case strings.HasSuffix(path, ".tgz") || strings.HasSuffix(path, ".tar.gz"):
		return c.chart(path)
	case isManifestName(path) || !info.Mode().IsRegular(): // a pipe has no telling name
		c.manifests(path, true)
	default:
		c.o.PassedOver(path, "neither a chart nor .yaml, .yml or .json")
	}
	return nil
}

// manifests reads a file when it holds Kubernetes objects, and passes it over
// when it holds something else, such as values or the configuration of a tool.
// Of a file that the user named, what cannot be parsed is taken in any case, so
// that it is reported; a folder may well hold templates of other tools.
func (c *collector) manifests(path string, named bool) {
	if !c.first(path) {
		return
	}
	data, err := os.ReadFile(path)
	if err != nil {
		c.unreadable(path, err)
		return
	}
	docs := slices.DeleteFunc(manifest.Read(path, data), isToolConfig)
	if !slices.ContainsFunc(docs, isObject) {
		docs = slices.DeleteFunc(docs, func(d *manifest.Document) bool { return !named || !isBroken(d) })
		if len(docs) == 0 {
			c.o.PassedOver(path, "it holds no Kubernetes objects")
		}
	}
	c.Docs = append(c.Docs, docs...)
}

func isObject(d *manifest.Document) bool { return d.ID().Kind != "" && d.ID().APIVersion != "" }

func isBroken(d *manifest.Document) bool {
	_, err := d.Root()
	return err != nil
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
	c.Docs = append(c.Docs, rendered.Docs...)
	c.CRDs = append(c.CRDs, rendered.CRDs...)
	if err == nil {
		c.Layers = append(c.Layers, rendered.Layers)
	}
	return err
}

// first says whether a path or reference is met for the first time.
func (c *collector) first(path string) bool {
	if abs, err := filepath.Abs(path); err == nil && !isReference(path) {
		path = abs
	}
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

// chartRoot returns the chart that dir belongs to, "" outside of charts. A
// subchart is judged as part of its parent. The result is relative when dir is.
func chartRoot(dir string) string {
	for !isChart(dir) {
		if isTop(dir) {
			return ""
		}
		dir = filepath.Join(dir, "..")
	}
	for {
		parent := filepath.Join(dir, "..", "..")
		if abs, err := filepath.Abs(dir); err != nil || filepath.Base(filepath.Dir(abs)) != "charts" || !isChart(parent) {
			return dir
		}
		dir = parent
	}
}

// isTop says whether dir has no parent.
func isTop(dir string) bool {
	abs, err := filepath.Abs(dir)
	return err != nil || abs == filepath.Dir(abs)
}

func isChart(dir string) bool {
	info, err := os.Stat(filepath.Join(dir, "Chart.yaml"))
	return err == nil && info.Mode().IsRegular()
}

func isManifestName(path string) bool {
	return slices.Contains([]string{".yaml", ".yml", ".json"}, filepath.Ext(path))
}
