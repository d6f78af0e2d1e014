package charts

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"helm.sh/helm/v3/pkg/chart"
	"helm.sh/helm/v3/pkg/provenance"

	"github.com/helmx-dev/helmx/diag"
)

// LoadOptions says where to look for a chart and what to make of it.
type LoadOptions struct {
	Access
	Selection

	DependencyUpdate bool // fetch missing dependencies into charts/ of a chart folder
	Library          bool // accept library charts: to judge them, as they render nothing
}

// Load finds and reads the chart that ref names. Findings tell what is wrong
// with the reference or the chart - the chart is nil when one of them is an
// error - and an error means that helmx could not work: I/O, network, ctx.
//
// The order of lookup is Helm's: builtin: first, then what exists on disk, then
// the name in RepoURL, an oci:// or http(s) URL, and REPO/NAME of Helm's
// repositories. The caller owns the chart; nothing is shared between loads.
func Load(ctx context.Context, ref string, o LoadOptions) (*Chart, diag.List, error) {
	r := &reading{ctx: ctx}
	c, err := r.load(ref, &o)
	found, err := settle(r.found, locked(err))
	if err != nil || found.HasErrors() {
		return nil, found, err
	}
	return c, found, nil
}

// locked makes a file that may not be read a problem of the chart, unlike other
// failures of a disk.
func locked(err error) error {
	var file *fs.PathError
	if errors.As(err, &file) && errors.Is(err, fs.ErrPermission) {
		return refuse("CH014", "reading the chart: %v", file.Err).in(file.Path)
	}
	return err
}

func (r *reading) load(ref string, o *LoadOptions) (*Chart, error) {
	l := locator{reading: r, Access: &o.Access, Selection: &o.Selection}
	at, err := l.locate(ref)
	if err != nil {
		return nil, err
	}
	c, from, err := r.open(ref, at)
	if err != nil {
		return c, err
	}
	if err := r.checkKind(c, from, o.Library); err != nil {
		return nil, err
	}
	err = r.checkDependencies(c, from)
	if err != nil && o.DependencyUpdate && isMissing(err) {
		return r.updateAndReload(ref, at, o)
	}
	return c, err
}

// updateAndReload is --dependency-update: only a chart that lacks a dependency
// is updated, as in Helm.
func (r *reading) updateAndReload(ref string, at location, o *LoadOptions) (*Chart, error) {
	found := r.found
	u := &updater{locator: locator{reading: r, Access: &o.Access, Selection: &Selection{}}}
	if err := u.update(at); err != nil {
		return nil, err
	}
	r.found = found // the chart is read again, and would be reported twice
	c, from, err := r.open(ref, at)
	if err != nil {
		return nil, err
	}
	return c, r.checkDependencies(c, from)
}

// open reads a chart from wherever it was found.
func (r *reading) open(ref string, at location) (*Chart, source, error) {
	if err := context.Cause(r.ctx); err != nil {
		return nil, source{}, err
	}
	c := &Chart{Ref: ref, Path: at.path, Dir: at.dir}
	from := source{label: at.label()}
	var files []file
	var err error
	switch {
	case at.chart != nil:
		c.Chart, c.place = at.chart, builtinPlace(at.chart)
		return c, from, nil
	case at.dir:
		from.dir = at.path
		files, err = r.readFolder(at.path)
	case at.path != "":
		files, err = r.readArchiveFile(at.path)
	default:
		files, err = r.readArchiveData(from.label, at.data)
	}
	if err != nil {
		return nil, from, err
	}
	c.Chart, c.place, err = r.assemble(files, from)
	if p, ok := err.(*problem); ok && p.Code == "CH002" && p.Span.File == at.path && at.dir {
		if inside := chartsIn(at.path); len(inside) > 0 {
			p.try("the folder is no chart itself, but holds some; name one of them: " + strings.Join(inside, ", "))
		}
	}
	return c, from, err
}

func builtinPlace(c *chart.Chart) *place {
	p := newPlace(c, "")
	for _, d := range c.Dependencies() {
		p.sub = append(p.sub, builtinPlace(d))
	}
	return p
}

// location is where a reference leads: exactly one of chart, path and data.
type location struct {
	chart *chart.Chart // in the binary
	path  string       // on disk
	dir   bool         // path is a folder
	data  []byte       // fetched archive
	prov  []byte       // its provenance file, when asked for
	url   string       // where data came from, without password; or builtin:NAME

	verified *provenance.Verification // nil unless it was demanded
}

func (l location) label() string {
	if l.path != "" {
		return l.path
	}
	return l.url
}

// statChart looks at a chart on disk. A link to a folder counts as one.
func statChart(path string) (location, bool) {
	info, err := os.Stat(path)
	if err != nil {
		return location{}, false
	}
	return location{path: filepath.Clean(path), dir: info.IsDir()}, true
}
