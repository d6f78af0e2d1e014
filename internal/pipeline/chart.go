package pipeline

import (
	"context"
	"errors"

	"github.com/helmx-dev/helmx/charts"
	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/lint"
	"github.com/helmx-dev/helmx/manifest"
	"github.com/helmx-dev/helmx/render"
	"github.com/helmx-dev/helmx/render/engine"
	"github.com/helmx-dev/helmx/schema"
)

// Reported says whether an error only repeats what findings say.
func Reported(err error) bool {
	return errors.Is(err, ErrUnreadable) || errors.Is(err, ErrStopped)
}

// ChartOptions says how a chart becomes documents.
type ChartOptions struct {
	Load                 charts.LoadOptions
	Values               charts.ValuesOptions
	Resolve              charts.ResolveOptions
	Render               render.Options
	SkipSchemaValidation bool // do not hold the values against values.schema.json
	Unread               bool // warn of values that nothing reads
}

// Two errors are returned beside findings that say why there are no documents.
var (
	ErrUnreadable = errors.New("the chart or its values cannot be found or read")
	ErrStopped    = errors.New("a step failed, so there is no result")
)

// Rendered is a chart turned into documents.
type Rendered struct {
	Docs   []*manifest.Document
	CRDs   []*manifest.Document // of the charts' crds/ folders, when they are not among Docs
	Values map[string]any       // what the user set, without the chart's defaults
	Layers *charts.UserValues   // the same, with who set what
}

// Release is what rules see of the values.
func (r Rendered) Release(o ChartOptions) lint.Release {
	return lint.Release{Name: o.Resolve.Release.Name, Namespace: o.Resolve.Release.Namespace, Parts: r.Layers.Parts}
}

// RenderChart loads a chart, values it, checks the values and renders it.
func RenderChart(ctx context.Context, ref string, o ChartOptions) (Rendered, diag.List, error) {
	chart, findings, err := charts.Load(ctx, ref, o.Load)
	if err := unreadable(findings, err); err != nil {
		return Rendered{}, findings, err
	}
	docs, values, found, err := renderLoaded(ctx, chart, o)
	findings = append(findings, found...)
	if values == nil {
		return Rendered{}, findings, err
	}
	rendered := Rendered{Docs: docs, Values: values.Map, Layers: values}
	if !o.Render.IncludeCRDs {
		rendered.CRDs = crdFiles(chart)
	}
	return rendered, findings, err
}

// renderLoaded values a chart and renders it. Without readable values there are none.
func renderLoaded(ctx context.Context, chart *charts.Chart, o ChartOptions) ([]*manifest.Document, *charts.UserValues, diag.List, error) {
	values, findings, err := charts.Values(ctx, chart, o.Values)
	if err := unreadable(findings, err); err != nil {
		return nil, nil, findings, err
	}
	var seen *engine.Observation
	if o.Unread {
		o.Render.Observe = func(o *engine.Observation) { seen = o }
	}
	docs, found, err := renderValued(ctx, chart, values, o)
	findings = append(findings, found...)
	if err == nil && o.Unread {
		found, err = unread(ctx, chart, values, seen, docs, o)
		findings = append(findings, found...)
	}
	return docs, values, findings, err
}

// crdFiles reads the crds/ folders of a chart and its subcharts, whose kinds
// the documents may use.
func crdFiles(chart *charts.Chart) []*manifest.Document {
	var docs []*manifest.Document
	for _, crd := range chart.CRDObjects() {
		docs = append(docs, manifest.Read(chart.UserPath(crd.Filename), crd.File.Data)...)
	}
	return docs
}

// unreadable is the error after reading something that turned out wrong.
func unreadable(findings diag.List, err error) error {
	if err == nil && findings.HasErrors() {
		return ErrUnreadable
	}
	return err
}

func renderValued(ctx context.Context, chart *charts.Chart, values *charts.UserValues, o ChartOptions) ([]*manifest.Document, diag.List, error) {
	resolved, findings, err := charts.Resolve(chart, values, o.Resolve)
	if err := stopped(findings, err); err != nil {
		return nil, findings, err
	}
	if !o.SkipSchemaValidation {
		findings = append(findings, checkValues(resolved, values)...)
		if findings.HasErrors() {
			return nil, findings, ErrStopped
		}
	}
	docs, found, err := render.Render(ctx, resolved, o.Render)
	findings = append(findings, found...)
	return docs, findings, stopped(found, err)
}

// stopped is the error after a step that cannot be gone on from.
func stopped(findings diag.List, err error) error {
	if err == nil && findings.HasErrors() {
		return ErrStopped
	}
	return err
}

// checkValues holds the values against the values.schema.json of the chart and
// its subcharts.
func checkValues(r *charts.Resolved, values *charts.UserValues) diag.List {
	return checkSchemas(r.Schemas(), values)
}

// checkOwnValues is checkValues as `helm lint` does it in addition.
func checkOwnValues(values *charts.UserValues) diag.List {
	s, ok := values.OwnSchema()
	if !ok {
		return nil
	}
	found := checkSchemas([]charts.ValuesSchema{s}, values)
	for i := range found {
		found[i].Message += ", when only the chart's own values count, as for helm lint"
	}
	return found
}

func checkSchemas(schemas []charts.ValuesSchema, values *charts.UserValues) diag.List {
	var inputs []schema.ValuesInput
	for _, s := range schemas {
		inputs = append(inputs, schema.ValuesInput{
			Chart: s.ChartPath, SchemaFile: s.File, Schema: s.JSON, Values: s.Values, Prefix: s.Prefix,
		})
	}
	return schema.CheckValues(inputs, values.Locate)
}
