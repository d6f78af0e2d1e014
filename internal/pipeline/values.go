package pipeline

import (
	"context"
	"maps"

	"github.com/helmx-dev/helmx/charts"
	"github.com/helmx-dev/helmx/charts/chartutil"
	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/render"
	"github.com/helmx-dev/helmx/render/engine"
)

// EffectiveValues are the values that a chart works with.
type EffectiveValues struct {
	Map    map[string]any     // with defaults, of the chart and its subcharts
	Layers *charts.UserValues // who set what
}

// Effective puts together the values of a chart without judging them. Charts of
// Istio's kind apply profiles by template; their values are those that the
// templates end with.
func Effective(ctx context.Context, ref string, o ChartOptions) (EffectiveValues, diag.List, error) {
	chart, findings, err := charts.Load(ctx, ref, o.Load)
	if err := unreadable(findings, err); err != nil {
		return EffectiveValues{}, findings, err
	}
	values, found, err := charts.Values(ctx, chart, o.Values)
	findings = append(findings, found...)
	if err := unreadable(found, err); err != nil {
		return EffectiveValues{}, findings, err
	}
	resolved, found, err := charts.Resolve(chart, values, o.Resolve)
	findings = append(findings, found...)
	if err := stopped(found, err); err != nil {
		return EffectiveValues{}, findings, err
	}
	table, _ := resolved.Values["Values"].(chartutil.Values)
	effective := EffectiveValues{Map: table, Layers: values}
	if !values.AppliesProfiles() {
		return effective, findings, nil
	}
	o.Render.LintMode = true // what is missing is no matter here
	o.Render.Observe = func(seen *engine.Observation) { effective.Map = finalValues(seen, table) }
	_, found, err = render.Render(ctx, resolved, o.Render)
	findings = append(findings, found...)
	return effective, findings, stopped(found, err)
}

// finalValues puts the values that each chart ended with in their places.
func finalValues(seen *engine.Observation, table map[string]any) map[string]any {
	out := table
	for depth := range 8 { // a chart before what is below it
		for i, path := range seen.Charts {
			if len(path) == depth && seen.Values[i] != nil {
				out = withTable(out, path, seen.Values[i])
			}
		}
	}
	return out
}

// withTable returns values with another table at a path, less the record that
// Istio's charts keep of what the user set.
func withTable(values map[string]any, path []string, table map[string]any) map[string]any {
	if len(path) == 0 {
		out := maps.Clone(table)
		delete(out, "_original")
		return out
	}
	out := maps.Clone(values)
	below, _ := out[path[0]].(map[string]any)
	out[path[0]] = withTable(below, path[1:], table)
	return out
}

// Unread lists what the user set and nothing reads, as findings.
func Unread(ctx context.Context, ref string, o ChartOptions) (diag.List, error) {
	o.Unread, o.SkipSchemaValidation = true, true
	_, findings, err := RenderChart(ctx, ref, o)
	return findings, err
}
