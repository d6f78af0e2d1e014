package charts

import (
	"path"
	"path/filepath"
	"strings"

	"helm.sh/helm/v3/pkg/chart"
)

// Chart is a loaded chart that knows where it came from. Copy the struct when
// the embedded chart is replaced by a processed tree, so that UserPath keeps
// working.
type Chart struct {
	*chart.Chart
	Ref  string // as typed
	Path string // folder or archive on disk, as typed; "" when it came from the binary or the network
	Dir  bool   // Path is a folder

	place *place
}

// place is where the files of a chart lie, for the chart and its subcharts.
type place struct {
	name    string            // as in Chart.yaml
	dir     string            // folder the user can open; "" inside an archive
	aliases map[string]string // alias of a dependency -> its name
	sub     []*place
}

// UserPath turns a Helm template name ("mesh/charts/sub/templates/x.yaml") or a
// path inside the chart ("templates/x.yaml") into a path the user can open. It
// returns name unchanged when there is none: the chart, or the subchart that
// owns the file, is not a folder on disk.
//
// Subcharts are followed by what their Chart.yaml says: the folder may have
// another name, and an alias leads to the chart it stands for.
func (c *Chart) UserPath(name string) string {
	path, _ := c.userPath(name)
	return path
}

// userPath is UserPath, and says whether there is such a path.
func (c *Chart) userPath(name string) (string, bool) {
	if c == nil || c.place == nil {
		return name, false
	}
	rest := name
	if c.place.name != "" {
		rest = strings.TrimPrefix(name, c.place.name+"/")
	}
	p := c.place
	for {
		after, inSubchart := strings.CutPrefix(rest, "charts/")
		child, file, ok := strings.Cut(after, "/")
		if !inSubchart || !ok {
			break
		}
		next := p.child(child)
		if next == nil {
			break
		}
		p, rest = next, file
	}
	if p.dir == "" {
		return name, false
	}
	return filepath.Join(p.dir, filepath.FromSlash(path.Clean("/"+rest))), true
}

// child finds a subchart by name or alias. A dependency may be used under
// several aliases, and an alias may be the name of another chart in charts/:
// the declared alias wins, as it does in Helm.
func (p *place) child(name string) *place {
	if real, ok := p.aliases[name]; ok {
		name = real
	}
	for _, s := range p.sub {
		if s.name == name {
			return s
		}
	}
	return nil
}

func newPlace(c *chart.Chart, dir string) *place {
	p := &place{name: c.Name(), dir: dir}
	for _, d := range c.Metadata.Dependencies {
		if d.Alias == "" {
			continue
		}
		if p.aliases == nil {
			p.aliases = map[string]string{}
		}
		p.aliases[d.Alias] = d.Name
	}
	return p
}
