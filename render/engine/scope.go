package engine

import (
	"path"
	"slices"
	"strings"

	"helm.sh/helm/v3/pkg/chart"

	"github.com/helmx-dev/helmx/charts/chartutil"
)

// source is one template file of the chart tree.
type source struct {
	name    string // "mesh/charts/sub/templates/x.yaml"
	text    string
	base    string         // .Template.BasePath
	context map[string]any // shared by all templates of one chart
	chart   *chart.Chart
	mutates bool // changes its context, as far as its text tells
}

// partial reports whether the file only holds definitions.
func (s *source) partial() bool { return strings.HasPrefix(path.Base(s.name), "_") }

// sources returns the template files of the chart and its dependencies in the
// order in which Helm parses and renders them: deepest path first, then from Z
// to A, so that what a shallow, alphabetically early file defines wins.
func sources(ch *chart.Chart, vals chartutil.Values) []*source {
	byName := map[string]*source{}
	collect(ch, vals, byName)
	list := make([]*source, 0, len(byName))
	for _, s := range byName {
		list = append(list, s)
	}
	slices.SortFunc(list, func(a, b *source) int {
		if d := strings.Count(b.name, "/") - strings.Count(a.name, "/"); d != 0 {
			return d
		}
		return strings.Compare(b.name, a.name)
	})
	return list
}

// collect adds the templates of ch and what is below it, and returns the
// context of ch. Every chart has one context map that all its templates share:
// what one of them sets, the next one sees.
func collect(ch *chart.Chart, vals chartutil.Values, into map[string]*source) map[string]any {
	subcharts := map[string]any{}
	context := map[string]any{
		// Not a named type: charts see its fields, and printf "%T" its shape.
		"Chart": struct {
			chart.Metadata
			IsRoot bool
		}{*ch.Metadata, ch.IsRoot()},
		"Files":        newFiles(ch.Files),
		"Release":      vals["Release"],
		"Capabilities": vals["Capabilities"],
		"Values":       make(chartutil.Values),
		"Subcharts":    subcharts,
	}
	if ch.IsRoot() {
		context["Values"] = vals["Values"]
	} else if table, err := vals.Table("Values." + ch.Name()); err == nil {
		context["Values"] = table
	}
	for _, child := range ch.Dependencies() {
		subcharts[child.Name()] = collect(child, context, into)
	}
	full := ch.ChartFullPath()
	for _, f := range ch.Templates {
		if f == nil || !usable(ch, f.Name) {
			continue
		}
		name := path.Join(full, f.Name)
		into[name] = &source{name: name, text: string(f.Data), base: path.Join(full, "templates"), context: context, chart: ch}
	}
	return context
}

// usable reports whether a template of the chart takes part at all: a library
// chart contributes its partials only.
func usable(ch *chart.Chart, name string) bool {
	return !strings.EqualFold(ch.Metadata.Type, "library") || strings.HasPrefix(path.Base(name), "_")
}

// Source is a template file as the chart has it.
type Source struct{ Name, Text string }

// Sources returns the templates that Render parses, in its order.
func Sources(ch *chart.Chart) []Source {
	var list []Source
	for _, s := range sources(ch, chartutil.Values{}) {
		list = append(list, Source{s.name, s.text})
	}
	return list
}
