package cli

import (
	"slices"
	"testing"

	"github.com/helmx-dev/helmx/charts"
	"github.com/helmx-dev/helmx/internal/config"
	"github.com/helmx-dev/helmx/internal/pipeline"
	"github.com/helmx-dev/helmx/manifest"
)

// TestContextTemplate renders the library template for charts and reads what it
// wrote: all of it comes back, and it is there only when it is asked for.
func TestContextTemplate(t *testing.T) {
	for _, asked := range []bool{false, true} {
		o := pipeline.ChartOptions{Resolve: charts.ResolveOptions{Release: charts.Release{Name: "rel", Namespace: "ns", IsUpgrade: true}}}
		if asked {
			o.Values.Values = []string{"helmx.context=true"}
			o.Values.JSONValues = []string{`text="a: \"b\"\n---"`}
		}
		rendered, findings, err := pipeline.RenderChart(t.Context(), "../../testdata/context", o)
		if err != nil || len(findings) > 0 {
			t.Fatal(findings, err)
		}
		rest, c, findings := config.TakeContext(rendered.Docs)
		if len(findings) > 0 || slices.ContainsFunc(rest, func(d *manifest.Document) bool { return d.ID().Kind != "ConfigMap" && !d.ID().Empty() }) {
			t.Errorf("left %v, %v", rest, findings)
		}
		if !asked {
			if c != nil {
				t.Errorf("nobody asked for %+v", c)
			}
			continue
		}
		if c == nil || c.Release != (config.Release{Name: "rel", Namespace: "ns", Service: "Helm", Revision: 1, IsUpgrade: true}) || c.Chart != (config.ChartID{Name: "app", Version: "1.2.3", AppVersion: "7"}) {
			t.Fatalf("got %+v", c)
		}
		values, _ := manifest.Value(c.Values).(map[string]any)
		if len(values) != 2 || values["team"] != "mesh" || values["text"] != "a: \"b\"\n---" {
			t.Errorf("got %v", values)
		}
	}
}
