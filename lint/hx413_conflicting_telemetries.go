package lint

import (
	"fmt"

	"github.com/helmx-dev/helmx/diag"
)

const telemetryKind = "Telemetry.telemetry.istio.io"

func init() {
	register(Rule{
		ID: "HX413", Title: "Telemetries that conflict, select nothing, or log to nobody",
		Severity: diag.Error,
		Tags:     []string{"correctness", "telemetry"},
		Also:     []string{"IST0101", "IST0157", "IST0159", "IST0160"},
		Sources: []Source{
			{"Telemetry reference", "https://istio.io/latest/docs/reference/config/telemetry/"},
			{"Istio, ConflictingTelemetryWorkloadSelectors", "https://istio.io/latest/docs/reference/config/analysis/ist0159/"},
			{"Istio, MultipleTelemetriesWithoutWorkloadSelectors", "https://istio.io/latest/docs/reference/config/analysis/ist0160/"},
			{"Istio, InvalidTelemetryProvider", "https://istio.io/latest/docs/reference/config/analysis/ist0157/"},
		},
		Why: "One Telemetry holds for a namespace and one for a workload; of two that claim the same, istiod takes the older. accessLogging " +
			"without providers means those of meshConfig.defaultProviders, and where there are none nothing is logged: that is a warning, and " +
			"an info in release scope, where the mesh's configuration may be part of another release.",
		Remedy: "Put the settings into one Telemetry, let selectors not overlap, and name a provider such as envoy.",
		Bad:    twoOfAKind("telemetry.istio.io/v1", "Telemetry", "  tracing: [{randomSamplingPercentage: 1}]\n", "  tracing: [{randomSamplingPercentage: 5}]\n"),
		Good: twoOfAKind("telemetry.istio.io/v1", "Telemetry", "  tracing: [{randomSamplingPercentage: 1}]\n",
			"  selector: {matchLabels: {app: shop}}\n  tracing: [{randomSamplingPercentage: 5}]\n"),
		Whole: func(p *Pass) {
			checkOnePerWorkload(p, telemetryKind, "spec.selector.matchLabels")
			checkLoggers(p)
		},
	})
}

// checkLoggers looks for access logs that have no provider.
func checkLoggers(p *Pass) {
	if len(p.Mesh.setting("defaultProviders.accessLogging[*]")) > 0 {
		return
	}
	for _, o := range p.Mesh.Of(telemetryKind) {
		for _, at := range o.Find("spec.accessLogging[*]") {
			if len(o.below(at, "providers[*]")) > 0 || text(first(o.below(at, "disabled")).Node) == "true" {
				continue
			}
			d := p.Report(o, at, fmt.Sprintf("accessLogging of Telemetry %s names no provider, and the mesh has none by default", o.ID.Name),
				"name one: providers: [{name: envoy}]")
			d.Severity = min(p.absence(), p.graded(diag.Warning))
		}
	}
}
