package lint

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/helmx-dev/helmx/diag"
)

func init() {
	register(Rule{
		ID: "HX460", Title: "Telemetry provider that the mesh does not define",
		Severity: diag.Warning,
		Tags:     []string{"correctness", "telemetry"},
		Sources: []Source{
			{"Telemetry reference", "https://istio.io/latest/docs/reference/config/telemetry/"},
		},
		Why: "istiod passes over a provider that is neither in meshConfig.extensionProviders nor one of its own (prometheus, " +
			"stackdriver, envoy): no traces, logs or metrics go anywhere, without a word. Looked at only where the mesh's " +
			"configuration is among the files.",
		Remedy: "Define the provider in meshConfig.extensionProviders, or correct the name.",
		Bad: `apiVersion: v1
kind: ConfigMap
metadata:
  name: istio
  namespace: istio-system
data:
  mesh: |-
    extensionProviders:
    - name: otel
      opentelemetry: {service: otel.tracing.svc.cluster.local, port: 4317}
---
apiVersion: telemetry.istio.io/v1
kind: Telemetry
metadata:
  name: mesh
  namespace: istio-system
spec:
  tracing:
  - providers:
    - name: otle
`,
		Good: `apiVersion: v1
kind: ConfigMap
metadata:
  name: istio
  namespace: istio-system
data:
  mesh: |-
    extensionProviders:
    - name: otel
      opentelemetry: {service: otel.tracing.svc.cluster.local, port: 4317}
---
apiVersion: telemetry.istio.io/v1
kind: Telemetry
metadata:
  name: mesh
  namespace: istio-system
spec:
  tracing:
  - providers:
    - name: otel
`,
		Whole: checkTelemetryProviders,
	})
}

func checkTelemetryProviders(p *Pass) {
	known := append(p.Mesh.extensionProviders(), "prometheus", "stackdriver", "envoy")
	configured := firstOf(p.Mesh.Of(meshConfigKinds...), func(o *Object) bool { return len(o.MeshConfig()) > 0 })
	if configured == nil {
		return
	}
	for _, o := range p.Mesh.Of(telemetryKind) {
		for _, path := range []string{"spec.tracing[*].providers[*].name", "spec.metrics[*].providers[*].name", "spec.accessLogging[*].providers[*].name"} {
			for _, at := range o.Find(path) {
				if !slices.Contains(known, text(at.Node)) {
					hint := cmp.Or(diag.DidYouMean(text(at.Node), known), "define it in meshConfig.extensionProviders")
					p.Report(o, at, fmt.Sprintf("no provider is called %s", text(at.Node)), hint)
				}
			}
		}
	}
}
