package lint

import (
	"strconv"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
)

func init() {
	register(Rule{
		ID: "HX520", Title: "Every request traced",
		Severity: diag.Info,
		Tags:     []string{"install", "tracing", "performance"},
		Sources: []Source{
			{"Configure trace sampling", "https://istio.io/latest/docs/tasks/observability/distributed-tracing/sampling/"},
		},
		Why: "At 100 percent every request makes a span in every proxy. That is for a demonstration; under load it costs CPU in " +
			"the proxies and fills the tracing backend. Istio's own default is 1 percent.",
		Remedy: "Set the percentage that the backend can take, in a Telemetry for the mesh.",
		Bad: `apiVersion: telemetry.istio.io/v1
kind: Telemetry
metadata:
  name: mesh
  namespace: istio-system
spec:
  tracing:
  - randomSamplingPercentage: 100
`,
		Good: `apiVersion: telemetry.istio.io/v1
kind: Telemetry
metadata:
  name: mesh
  namespace: istio-system
spec:
  tracing:
  - randomSamplingPercentage: 1
`,
		Kinds:  append([]string{telemetryKind}, proxyConfigKinds...),
		Object: checkSampling,
	})
}

func checkSampling(p *Pass, o *Object) {
	var places []manifest.Found
	if o.ID.Kind == "Telemetry" {
		places = o.Find("spec.tracing[*].randomSamplingPercentage")
	}
	if _, at := o.IstiodEnv("PILOT_TRACE_SAMPLING"); at.Node != nil {
		places = append(places, at)
	}
	for _, config := range o.ProxyConfig() {
		places = append(places, o.below(config, "tracing.sampling")...)
	}
	for _, at := range places {
		if percent, err := strconv.ParseFloat(text(at.Node), 64); err == nil && percent >= 100 {
			p.Report(o, at, "every request is traced", "set the percentage that the tracing backend can take")
		}
	}
}
