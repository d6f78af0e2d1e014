package lint

import (
	"fmt"
	"strings"

	"github.com/helmx-dev/helmx/charts"
	"github.com/helmx-dev/helmx/diag"
)

func init() {
	register(Rule{
		ID: "HX302", Title: "Value that makes Istio's chart fail", Starred: true,
		Severity: diag.Error,
		Tags:     []string{"deprecation", "values", "install"},
		Sources: []Source{
			{"Istio, chart istiod: NOTES.txt, the removed values", "https://github.com/istio/istio/blob/master/manifests/charts/istio-control/istio-discovery/templates/NOTES.txt"},
			{"Istio, zzz_profile.yaml: profiles, platforms and compatibility versions", "https://github.com/istio/istio/blob/master/manifests/zzz_profile.yaml"},
		},
		Why: "The template stops on it: a feature is gone, or a profile of that name is not among the chart's files. Helm then shows the " +
			"template and not the values file; this finding shows the line to change. What the chart's own text fails to check, because its " +
			"table is shifted by one, is left to other rules.",
		Remedy: "Remove the value, or write what the hint names.",
		Bad: `# values of builtin:istio/istiod
global:
  pilotCertProvider: kubernetes
`,
		Good: `# values of builtin:istio/istiod
global:
  pilotCertProvider: istiod
`,
		Whole: func(p *Pass) {
			reportSettings(p, fatalValues, func(s charts.Assignment, e setting) string {
				if e.value != "" {
					return fmt.Sprintf("the chart fails: %s: %s is supported no more", s.Key(), e.value)
				}
				return fmt.Sprintf("the chart fails: the value %s is gone", s.Key())
			})
			for _, of := range p.Mesh.istioParts() {
				checkProfileNames(p, of)
			}
		},
	})
}

// fatalValues are those that the templates of the chart istiod refuse.
var fatalValues = []setting{
	{path: "telemetry.v2.prometheus.configOverride", charts: chartIstiod, instead: "use the Telemetry API"},
	{path: "telemetry.v2.stackdriver.disableOutbound", charts: chartIstiod, instead: "use the Telemetry API"},
	{path: "global.tracer.stackdriver", charts: chartIstiod, instead: "use a tracer that Istio has, such as opentelemetry"},
	{path: "meshConfig.defaultConfig.tracing.stackdriver", charts: chartIstiod, instead: "use a tracer that Istio has, such as opentelemetry"},
	{path: "global.pilotCertProvider", value: "kubernetes", charts: chartIstiod, instead: "write istiod, or use cert-manager with istio-csr"},
}

// profileFiles are the values that name a file of the chart, and how it is called.
var profileFiles = []struct{ path, prefix, what string }{
	{"profile", "", "profile"},
	{"global.profile", "", "profile"},
	{"platform", "platform-", "platform"},
	{"global.platform", "platform-", "platform"},
	{"compatibilityVersion", "compatibility-version-", "compatibility version"},
}

// checkProfileNames reports profiles that the chart has no file for.
func checkProfileNames(p *Pass, of *part) {
	known := of.profiles()
	if len(known) == 0 {
		return // a chart of before there were any
	}
	for _, f := range profileFiles {
		s, set := of.last(f.path)
		if !set || s.Text() == "" || known[f.prefix+s.Text()] {
			continue
		}
		var names []string
		for name := range known {
			if short, ok := strings.CutPrefix(name, f.prefix); ok && (f.prefix != "" || !strings.HasPrefix(name, "platform-") && !strings.HasPrefix(name, "compatibility-")) {
				names = append(names, short)
			}
		}
		hint := diag.DidYouMean(s.Text(), names)
		if hint == "" {
			hint = fmt.Sprintf("the chart has %s", someOf(names))
		}
		p.ReportSetting(of, s, fmt.Sprintf("the chart fails: it has no %s %q", f.what, s.Text()), hint)
	}
}
