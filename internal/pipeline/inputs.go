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
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/helmx-dev/helmx/charts"
	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/lint"
	"github.com/helmx-dev/helmx/manifest"
)

// InputOptions says how the paths of lint and validate are read.
type InputOptions struct {
	Stdin io.Reader // what - means
	Chart ChartOptions

	// Variants renders each chart with its own values, with each of its
	// ci/*-values.yaml, and with each set of values files: those of Chart.Values,
	// each of Sets, and each that was named on its own. Without it there is one
	// rendering, with the values of Chart.
	Variants bool
	Sets     [][]string
	// GivenOnly leaves out the values that the user did not name.
	GivenOnly bool
	// Fresh demands that no two rounds share a document, as they are going to be
	// changed.
	Fresh bool

	PassedOver func(path, why string) // hears of what is not judged; may be nil
}

// Collect reads charts, manifests and folders of both into one list of
// documents. A file inside a chart stands for the chart; each chart is rendered
// once, or once for each of its variants. Named files that are neither are passed
// over, as pre-commit hands over whatever changed - but not YAML that cannot be
// parsed. What cannot be read or rendered is reported and the rest goes on: then
// the error is ErrUnreadable or ErrStopped, and the documents are those of the
// rest.
//
// A chart may be written NAME=PATH or NAMESPACE/NAME=PATH, with the release that
// it is rendered for. Left out, the name is the chart's and the namespace that of
// the options.
func Collect(ctx context.Context, paths []string, o InputOptions) (Collected, diag.List, error) {
	if o.PassedOver == nil {
		o.PassedOver = func(string, string) {}
	}
	c := &collector{ctx: ctx, o: o, seen: map[string]bool{}, charts: map[string]*chartInput{}}
	for _, path := range paths {
		if err := c.add(path); err != nil {
			return Collected{}, c.findings, err
		}
	}
	if err := c.render(); err != nil {
		return Collected{}, c.findings, err
	}
	return c.Collected, c.findings, c.incomplete
}

// Collected is what the paths of a call hold.
type Collected struct {
	// Rounds are the meshes to judge: in the first, each chart is in its first
	// variant, in the second in its second one, or in its first again where it has
	// no second, and so on. There is always one.
	Rounds []Round
	CRDs   []*manifest.Document // of the charts' crds/ folders, which describe kinds that documents may use
	Charts []lint.Chart         // those that could be loaded

	Layers []*charts.UserValues // of the charts, in their order, one for each variant, with who set what
}

// Docs are the documents of the first round.
func (c Collected) Docs() []*manifest.Document {
	if len(c.Rounds) == 0 {
		return nil
	}
	return c.Rounds[0].Docs
}

// Empty says whether there is no document in any round.
func (c Collected) Empty() bool {
	return !slices.ContainsFunc(c.Rounds, func(r Round) bool { return len(r.Docs) > 0 })
}

// collector gathers the inputs of one call, in the order in which they are named.
type collector struct {
	Collected
	ctx      context.Context
	o        InputOptions
	inputs   []input
	seen     map[string]bool        // charts and files already taken, by absolute path
	charts   map[string]*chartInput // the charts among them
	findings diag.List

	incomplete error // the worst of ErrUnreadable and ErrStopped
}

// input is what a path turned out to be: documents, or a chart to render.
type input struct {
	docs  []*manifest.Document
	chart *chartInput
}

func (c *collector) add(path string) error {
	switch {
	case path == "-":
		return c.stdin()
	case isReference(path):
		c.chart(path)
		return nil
	}
	info, err := os.Stat(path)
	switch {
	case err != nil && releaseOf(path) != nil:
		return c.release(path)
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
	c.documents(manifest.Read(manifest.Stdin, data))
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
		c.chart(root)
		return nil
	}
	if info, err := os.Stat(filepath.Join(dir, "Chart.yaml")); err == nil && info.IsDir() {
		c.refuse(filepath.Join(dir, "Chart.yaml"), "a folder, expected the file that describes the chart", "")
		return nil
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
		c.chart(path)
		return filepath.SkipDir
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
			c.chart(path)
			return nil
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
		c.chart(root).with(path)
		return nil
	}
	switch {
	case isArchive(path):
		c.chart(path)
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
	c.documents(docs)
}

func (c *collector) documents(docs []*manifest.Document) {
	c.inputs = append(c.inputs, input{docs: docs})
}

func isObject(d *manifest.Document) bool { return d.ID().Kind != "" && d.ID().APIVersion != "" }

func isBroken(d *manifest.Document) bool {
	_, err := d.Root()
	return err != nil
}

// chart takes a chart, once, to be rendered when all inputs are known.
func (c *collector) chart(ref string) *chartInput {
	key := c.key(ref)
	if known := c.charts[key]; known != nil {
		return known
	}
	chart := &chartInput{ref: ref, release: charts.Release{Namespace: c.o.Chart.Resolve.Release.Namespace}}
	c.charts[key] = chart
	c.inputs = append(c.inputs, input{chart: chart})
	return chart
}

// namedRelease matches a chart that is written with the release it is for.
var namedRelease = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(?:([a-z0-9][-a-z0-9]*)/)?([a-z0-9][-.a-z0-9]*)=(.+)$`)
})

// releaseOf takes NAMESPACE/NAME=PATH apart; nil means that a path is something else.
func releaseOf(path string) []string { return namedRelease().FindStringSubmatch(path) }

// release takes a chart with its release. A chart that is named for two of them is
// rendered for both.
func (c *collector) release(path string) error {
	parts := releaseOf(path)
	namespace, name, ref := parts[1], parts[2], parts[3]
	if info, err := os.Stat(ref); err == nil && !isReference(ref) {
		switch root := chartRoot(ref); {
		case info.IsDir() && root != "":
			ref = root
		case info.IsDir() || !isArchive(ref):
			c.refuse(ref, "not a chart, so it cannot be release "+name, "give a release to a chart alone: NAME=CHART")
			return nil
		}
	}
	chart := &chartInput{ref: ref, named: true, release: charts.Release{Name: name, Namespace: cmp.Or(namespace, c.o.Chart.Resolve.Release.Namespace)}}
	key := c.key(ref)
	if !c.first(key + "\x00" + namespace + "/" + name) {
		return nil
	}
	c.charts[key] = chart
	c.inputs = append(c.inputs, input{chart: chart})
	return nil
}

// refuse reports what is no chart.
func (c *collector) refuse(file, message, hint string) {
	c.findings = append(c.findings, diag.Diagnostic{Code: "CH002", Severity: diag.Error, Span: diag.Span{File: file}, Message: message, Hint: hint})
	c.incomplete = ErrUnreadable
}

func isArchive(path string) bool {
	return strings.HasSuffix(path, ".tgz") || strings.HasSuffix(path, ".tar.gz")
}

// key tells charts and files apart.
func (c *collector) key(path string) string {
	if abs, err := filepath.Abs(path); err == nil && !isReference(path) {
		return abs
	}
	return path
}

// first says whether a path or reference is met for the first time.
func (c *collector) first(path string) bool {
	path = c.key(path)
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
