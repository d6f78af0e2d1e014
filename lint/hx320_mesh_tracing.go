package lint

import (
	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
)

func init() {
	register(Rule{
		ID: "HX320", Title: "Tracing set in the mesh's configuration",
		Severity: diag.Info,
		Tags:     []string{"deprecation", "telemetry", "tracing"},
		Also:     []string{"IST0169"},
		Sources: []Source{
			{"istio/istio#49615, which took the default tracer away", "https://github.com/istio/istio/pull/49615"},
			{"Telemetry API: tracing", "https://istio.io/latest/docs/tasks/observability/distributed-tracing/telemetry-api/"},
		},
		Why: "Since Istio 1.22 no proxy sends traces to a Service called zipkin unless it is told to. Tracing in defaultConfig still " +
			"works, for all proxies at once; the Telemetry API chooses workloads, providers and rates, and a change does not need " +
			"restarts.",
		Remedy: "Define a provider in meshConfig.extensionProviders, and name it in a Telemetry.",
		Bad: `apiVersion: v1
kind: ConfigMap
metadata:
  name: istio
  namespace: istio-system
data:
  mesh: |-
    defaultConfig:
      tracing:
        zipkin: {address: zipkin.tracing:9411}
`,
		Good: `apiVersion: telemetry.istio.io/v1
kind: Telemetry
metadata:
  name: mesh
  namespace: istio-system
spec:
  tracing:
  - providers: [{name: zipkin}]
`,
		Whole: checkMeshTracing,
	})
}

func checkMeshTracing(p *Pass) {
	if p.Mesh.Before("1.22") {
		return
	}
	told := len(p.Mesh.setting("defaultProviders.tracing[*]")) > 0 ||
		firstOf(p.Mesh.Of(telemetryKind), func(o *Object) bool { return o.First("spec.tracing").Node != nil }) != nil
	for _, o := range p.Mesh.Of(proxyConfigKinds...) {
		for _, config := range o.ProxyConfig() {
			if at := first(o.below(config, "tracing")); len(entries(at)) > 0 {
				told = true
				p.Report(o, at, "tracing is set in the configuration of proxies", "define a provider, and name it in a Telemetry")
			}
		}
	}
	for _, o := range p.Mesh.Of("Service") {
		if o.ID.Name == "zipkin" && o.Namespace() == p.Mesh.RootNamespace() && !told {
			p.Report(o, manifest.Found{}, "no proxy sends traces to this Service since Istio 1.22: nothing here tells them to", "define a provider, and name it in a Telemetry")
		}
	}
}
