package pipeline

import (
	"context"
	"slices"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/patch"
)

// IdlePatches renders a chart and returns the names of those patches that change
// nothing in it, which [Change] would refuse. The error is ErrUnreadable or
// ErrStopped where the chart cannot be rendered with these values.
func IdlePatches(ctx context.Context, ref string, chart ChartOptions, o patch.Options) ([]string, error) {
	rendered, _, err := RenderChart(ctx, ref, chart)
	if err != nil {
		return nil, err
	}
	o.AllowNoop = false
	options := Options{Patch: o}
	options.Expr.Values = rendered.Values
	options.Schema.CRDs = rendered.CRDs
	_, findings, err := Change(ctx, rendered.Docs, options)
	if err != nil && !Reported(err) {
		return nil, err
	}
	var names []string
	for _, p := range o.Patches {
		if slices.ContainsFunc(findings, func(d diag.Diagnostic) bool { return d.Code == patch.CodeNoop && d.Span == p.Span }) {
			names = append(names, p.Name)
		}
	}
	return names, nil
}
