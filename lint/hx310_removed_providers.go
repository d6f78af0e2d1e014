package lint

import (
	"fmt"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
)

func init() {
	register(Rule{
		ID: "HX310", Title: "Provider that Istio has removed", Starred: true,
		Severity: diag.Error,
		Tags:     []string{"deprecation", "telemetry"},
		Sources: []Source{
			{"Istio 1.27 change notes", "https://istio.io/latest/news/releases/1.27.x/announcing-1.27/change-notes/"},
			{"Istio 1.25 change notes", "https://istio.io/latest/news/releases/1.25.x/announcing-1.25/change-notes/"},
		},
		Why: "istiod of this version does not know the provider any more: the configuration of the mesh is refused or the " +
			"provider sends nothing, and traces or metrics are missing after the upgrade.",
		Remedy: "Use an OpenTelemetry provider; Lightstep and the collectors of OpenCensus take its protocol.",
		Bad: `apiVersion: v1
kind: ConfigMap
metadata:
  name: istio
  namespace: istio-system
data:
  mesh: |-
    extensionProviders:
    - name: lightstep
      lightstep: {service: ingest.lightstep.com, port: 443}
`,
		Good: `apiVersion: v1
kind: ConfigMap
metadata:
  name: istio
  namespace: istio-system
data:
  mesh: |-
    extensionProviders:
    - name: traces
      opentelemetry: {service: otel-collector.observability.svc.cluster.local, port: 4317}
`,
		Kinds:  proxyConfigKinds,
		Object: checkProviders,
	})
}

// removedProviders are gone since a version of Istio.
var removedProviders = []struct{ name, since string }{{"lightstep", "1.27"}, {"opencensus", "1.25"}, {"openCensusAgent", "1.25"}}

func checkProviders(p *Pass, o *Object) {
	var places []manifest.Found
	for _, mesh := range o.MeshConfig() {
		places = append(places, o.below(mesh, "extensionProviders[*]")...)
	}
	for _, config := range o.ProxyConfig() {
		places = append(places, o.below(config, "tracing")...)
	}
	for _, r := range removedProviders {
		if p.Mesh.Before(r.since) {
			continue
		}
		for _, place := range places {
			for _, at := range o.below(place, r.name) {
				p.Report(o, at, fmt.Sprintf("the %s provider was removed in Istio %s", r.name, r.since), "use an opentelemetry provider")
			}
		}
	}
}
