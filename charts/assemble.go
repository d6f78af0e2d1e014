package charts

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"helm.sh/helm/v3/pkg/chart"
	"sigs.k8s.io/yaml"

	"github.com/helmx-dev/helmx/diag"
)

// source is where a set of files came from: the words for findings, and the
// folder the user can open, if any.
type source struct {
	label string // "mesh", "mesh-1.0.0.tgz", "mesh/charts/sub"
	dir   string // "" inside an archive
}

func (s source) file(name string) string {
	if s.dir != "" {
		return filepath.Join(s.dir, filepath.FromSlash(name))
	}
	return s.label + "/" + name
}

// assemble makes a chart of its files. It reads what Helm's loader (LoadFiles)
// reads, with two differences: subcharts come in the order of their names in
// charts/, where Helm leaves the order to a Go map and so renders undeclared
// ones differently from run to run; and errors know their line.
func (r *reading) assemble(files []file, from source) (*chart.Chart, *place, error) {
	c := &chart.Chart{}
	if err := r.metadata(c, files, from); err != nil {
		return nil, nil, err
	}
	subcharts := map[string][]file{}
	for _, f := range files {
		if err := r.sort(c, f, from, subcharts); err != nil {
			return nil, nil, err
		}
	}
	if c.Metadata == nil {
		return nil, nil, refuse("CH002", "Chart.yaml file is missing").in(from.label)
	}
	if err := c.Validate(); err != nil {
		return nil, nil, invalidMetadata(err, c, from)
	}
	p := newPlace(c, from.dir)
	for _, name := range slices.Sorted(maps.Keys(subcharts)) {
		sub, subPlace, err := r.subchart(name, subcharts[name], from)
		if err != nil {
			return nil, nil, inSubchart(err, name, c.Name())
		}
		if sub != nil {
			c.AddDependency(sub)
			p.sub = append(p.sub, subPlace)
		}
	}
	return c, p, nil
}

// metadata reads Chart.yaml before the other files: what they mean depends on
// its apiVersion.
func (r *reading) metadata(c *chart.Chart, files []file, from source) error {
	c.Raw = make([]*chart.File, 0, len(files))
	for _, f := range files {
		c.Raw = append(c.Raw, &chart.File{Name: f.name, Data: f.data})
		if f.name != "Chart.yaml" {
			continue
		}
		if c.Metadata == nil {
			c.Metadata = &chart.Metadata{}
		}
		if err := yaml.Unmarshal(f.data, c.Metadata); err != nil {
			return brokenYAML("CH003", "cannot load Chart.yaml", from.file(f.name), f.data, err)
		}
		if c.Metadata.APIVersion == "" {
			c.Metadata.APIVersion = chart.APIVersionV1 // Helm 2 charts
		}
	}
	return nil
}

// sort puts one file where it belongs in the chart.
func (r *reading) sort(c *chart.Chart, f file, from source, subcharts map[string][]file) error {
	keep := func(list *[]*chart.File) { *list = append(*list, &chart.File{Name: f.name, Data: f.data}) }
	switch {
	case f.name == "Chart.yaml":
	case f.name == "Chart.lock":
		return readLock(c, f, from)
	case f.name == "values.yaml":
		return readValues(c, f, from)
	case f.name == "values.schema.json":
		c.Schema = f.data
	case f.name == "requirements.yaml", f.name == "requirements.lock":
		if err := r.legacy(c, f, from); err != nil {
			return err
		}
		if c.Metadata.APIVersion == chart.APIVersionV1 {
			keep(&c.Files)
		}
	case strings.HasPrefix(f.name, "templates/"):
		keep(&c.Templates)
	case strings.HasPrefix(f.name, "charts/") && path.Ext(f.name) != ".prov":
		name := strings.TrimPrefix(f.name, "charts/")
		top, _, _ := strings.Cut(name, "/")
		subcharts[top] = append(subcharts[top], file{name: name, data: f.data})
	default:
		keep(&c.Files)
	}
	return nil
}

func readLock(c *chart.Chart, f file, from source) error {
	c.Lock = &chart.Lock{}
	if err := yaml.Unmarshal(f.data, &c.Lock); err != nil {
		return brokenYAML("CH003", "cannot load "+f.name, from.file(f.name), f.data, err)
	}
	return nil
}

func readValues(c *chart.Chart, f file, from source) error {
	c.Values = map[string]any{}
	if err := yaml.Unmarshal(f.data, &c.Values); err != nil {
		return brokenYAML("CH004", "cannot load values.yaml", from.file(f.name), f.data, err)
	}
	return nil
}

// legacy reads the files that Chart.yaml and Chart.lock have taken over from in
// apiVersion v2. Helm still honours them there, with a warning.
func (r *reading) legacy(c *chart.Chart, f file, from source) error {
	if c.Metadata == nil {
		c.Metadata = &chart.Metadata{}
	}
	successor := map[string]string{"requirements.yaml": "Chart.yaml", "requirements.lock": "Chart.lock"}[f.name]
	if c.Metadata.APIVersion != chart.APIVersionV1 {
		d := warning("CH018", from.file(f.name), "%s is a file of apiVersion v1; since v2 its content belongs in %s", f.name, successor)
		d.Hint = "move it to " + successor
		r.report(d)
	}
	if f.name == "requirements.lock" {
		return readLock(c, f, from)
	}
	if err := yaml.Unmarshal(f.data, c.Metadata); err != nil {
		return brokenYAML("CH003", "cannot load "+f.name, from.file(f.name), f.data, err)
	}
	return nil
}

// subchart loads one entry of charts/: an archive or a folder. Names that begin
// with "_" or "." are none.
func (r *reading) subchart(name string, files []file, parent source) (*chart.Chart, *place, error) {
	if strings.IndexAny(name, "_.") == 0 {
		return nil, nil, nil
	}
	from := source{label: parent.label + "/charts/" + name}
	if parent.dir != "" {
		from.label = filepath.Join(parent.dir, "charts", name)
	}
	if path.Ext(name) == ".tgz" {
		if files[0].name != name {
			return nil, nil, refuse("CH002", "error unpacking subchart tar: expected %s, got %s", name, files[0].name).in(from.label)
		}
		unpacked, err := r.readArchive(from.label, bytes.NewReader(files[0].data))
		if err != nil {
			return nil, nil, err
		}
		return r.assemble(unpacked, from)
	}
	if parent.dir != "" {
		from.dir = from.label
	}
	inside := make([]file, 0, len(files))
	for _, f := range files {
		if _, rest, ok := strings.Cut(f.name, "/"); ok {
			inside = append(inside, file{name: rest, data: f.data})
		}
	}
	return r.assemble(inside, from)
}

// inSubchart says in Helm's words whose subchart a problem is in.
func inSubchart(err error, name, parent string) error {
	var p *problem
	if !errors.As(err, &p) {
		return fmt.Errorf("error unpacking subchart %s in %s: %w", name, parent, err)
	}
	p.Message = fmt.Sprintf("error unpacking subchart %s in %s: %s", name, parent, p.Message)
	if p.Code == "CH002" && p.Hint == "" {
		p.try("charts/ holds subcharts only; what begins with _ or . is left alone")
	}
	return p
}

// checkKind refuses what cannot be installed and mentions what should not be.
func (r *reading) checkKind(c *Chart, from source, library bool) error {
	raw := rawData(c.Chart, "Chart.yaml")
	if t := c.Metadata.Type; t != "" && t != "application" && !(library && t == "library") {
		line, column := keyPosition(raw, "type")
		return refuse("CH009", "%s charts are not installable", t).at(from.file("Chart.yaml"), line, column).
			try("make it a dependency of an application chart, and template that one")
	}
	if c.Metadata.Deprecated {
		line, column := keyPosition(raw, "deprecated")
		d := warning("CH012", from.file("Chart.yaml"), "This chart is deprecated")
		d.Span.Start = diag.Pos{Line: line, Column: column}
		r.report(d)
	}
	return nil
}

func rawData(c *chart.Chart, name string) []byte {
	for _, f := range c.Raw {
		if f.Name == name {
			return f.Data
		}
	}
	return nil
}
