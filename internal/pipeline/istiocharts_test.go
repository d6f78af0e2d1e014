package pipeline

import (
	"slices"
	"strings"
	"testing"

	"github.com/helmx-dev/helmx/charts"
	"github.com/helmx-dev/helmx/charts/chartutil"
	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/funcs"
	"github.com/helmx-dev/helmx/lint"
)

// TestIstiosOwnCharts renders each built-in chart with its defaults and with each
// of its profiles: no rule finds an error, and lint/istio_charts.json gives the
// reason for each warning.
func TestIstiosOwnCharts(t *testing.T) {
	var expected []string
	for _, e := range lint.ExpectedOfIstio() {
		expected = append(expected, e.Code)
	}
	seen := map[string]bool{}
	for _, c := range charts.Builtins() {
		for _, o := range settingsOf(c) {
			for _, d := range judgeBuiltin(t, c.Name, o) {
				seen[d.Code] = true
				if d.Severity == diag.Error || d.Severity == diag.Warning && !slices.Contains(expected, d.Code) {
					t.Errorf("%s %+v: %s", c.Name, o.Profiles, d)
				}
			}
		}
	}
	for _, code := range expected {
		if !seen[code] {
			t.Errorf("no chart gives %s any more", code)
		}
	}
}

// settingsOf are the defaults of a chart, its profiles, platforms and
// compatibility versions.
func settingsOf(c charts.BuiltinInfo) []charts.ValuesOptions {
	list := []charts.ValuesOptions{{}}
	for _, name := range c.Profiles {
		list = append(list, charts.ValuesOptions{Profiles: []string{name}})
	}
	for _, name := range c.Platforms {
		list = append(list, charts.ValuesOptions{Platform: name})
	}
	for _, name := range c.CompatibilityVersions {
		list = append(list, charts.ValuesOptions{CompatibilityVersion: name})
	}
	return list
}

func judgeBuiltin(t *testing.T, name string, values charts.ValuesOptions) diag.List {
	t.Helper()
	o := ChartOptions{Values: values}
	o.Render.Funcs, o.Render.Warn = funcs.Map(), func(string) {}
	o.Resolve = charts.ResolveOptions{Release: charts.Release{Name: "mesh", Namespace: "istio-system"}, Capabilities: chartutil.DefaultCapabilities()}
	if strings.HasSuffix(name, "gateway") {
		o.Resolve.Release.Namespace = "istio-ingress"
	}
	rendered, found, err := RenderChart(t.Context(), charts.BuiltinPrefix+name, o)
	if err != nil {
		t.Fatalf("%s %+v: %v %v", name, values, err, found)
	}
	_, findings, err := lint.Run(t.Context(), rendered.Docs, lint.Options{Namespace: o.Resolve.Release.Namespace, Releases: []lint.Release{rendered.Release(o)}})
	if err != nil {
		t.Fatal(err)
	}
	return findings
}
