package charts

import (
	"encoding/json"
	"slices"

	"helm.sh/helm/v3/pkg/chart"
)

// Part is a chart or one of its subcharts as its author wrote it.
type Part struct {
	Path       string // Helm's: "mesh", "mesh/charts/sub"
	Library    bool
	NeedsHelmx bool         // its Chart.yaml says that plain Helm need not render it
	Owned      bool         // its files lie in a folder, and not packed in an archive
	Templates  []SourceFile // of templates/
	Files      []SourceFile // everything else but values.yaml and Chart.yaml
	Defaults   map[string]any
	Values     SourceFile // values.yaml; no data when there is none
	Subcharts  []string   // the keys of its subcharts in its values
	Declared   []string   // keys of its values that something else than a template reads: conditions, tags, imports
	Schema     map[string]any
}

// SourceFile is a file of a chart.
type SourceFile struct {
	Name   string // Helm's: "mesh/templates/x.yaml"
	File   string // as the user can open it
	OnDisk bool   // it can be opened, and is not part of an archive
	Data   []byte
}

// Parts lists the chart and its subcharts, the chart itself first. What it
// returns shares its data with the chart.
func (c *Chart) Parts() []Part { return c.parts(nil, c.Name(), child{chart: c.Chart}) }

func (c *Chart) parts(list []Part, full string, of child) []Part {
	ch := of.chart
	p := Part{Path: full, Library: ch.Metadata.Type == "library", Defaults: ch.Values, Declared: declaredKeys(ch)}
	_, p.Owned = c.userPath(full + "/Chart.yaml")
	p.NeedsHelmx = ch.Metadata.Annotations["helmx.dev/required"] == "true"
	p.Templates, p.Files = c.sources(full, ch.Templates), c.sources(full, ch.Files)
	p.Values = c.source(full+"/values.yaml", rawData(ch, "values.yaml"))
	if json.Unmarshal(ch.Schema, &p.Schema) != nil {
		p.Schema = nil // package schema reports it
	}
	subs := children(ch)
	for _, sub := range subs {
		p.Subcharts = append(p.Subcharts, sub.key)
	}
	list = append(list, p)
	for _, sub := range subs {
		list = c.parts(list, full+"/charts/"+sub.key, sub)
	}
	return list
}

func (c *Chart) sources(full string, files []*chart.File) []SourceFile {
	list := make([]SourceFile, 0, len(files))
	for _, f := range files {
		list = append(list, c.source(full+"/"+f.Name, f.Data))
	}
	return list
}

func (c *Chart) source(name string, data []byte) SourceFile {
	file, onDisk := c.userPath(name)
	return SourceFile{Name: name, File: file, OnDisk: onDisk, Data: data}
}

// declaredKeys lists the keys of values that Chart.yaml mentions.
func declaredKeys(ch *chart.Chart) []string {
	keys := []string{"global", "tags"}
	for _, d := range ch.Metadata.Dependencies {
		if d != nil {
			keys = append(keys, d.Name, d.Alias, d.Condition)
		}
	}
	return slices.Compact(slices.Sorted(slices.Values(keys)))
}
