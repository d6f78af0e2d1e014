package lint

import (
	"fmt"

	"github.com/helmx-dev/helmx/diag"
)

func init() {
	register(Rule{
		ID: "HX108", Title: "EnvoyFilter for a waypoint",
		Severity: diag.Error,
		Tags:     []string{"feature", "envoyfilter", "ambient"},
		Sources: []Source{
			{"istio.io#16477, on EnvoyFilter and waypoints", "https://github.com/istio/istio.io/pull/16477"},
		},
		Why: "Istio does not support EnvoyFilter for waypoints: nothing says which listeners and filters a waypoint has, and a " +
			"filter that works today breaks with the next patch.",
		Remedy: "Use what waypoints support: HTTPRoute, AuthorizationPolicy, Telemetry, WasmPlugin.",
		Bad: `apiVersion: networking.istio.io/v1alpha3
kind: EnvoyFilter
metadata:
  name: headers
  namespace: shop
spec:
  targetRefs:
  - {kind: GatewayClass, group: gateway.networking.k8s.io, name: istio-waypoint}
`,
		Good: `apiVersion: telemetry.istio.io/v1
kind: Telemetry
metadata:
  name: headers
  namespace: shop
spec:
  targetRefs:
  - {kind: Gateway, group: gateway.networking.k8s.io, name: waypoint}
`,
		Whole: checkWaypointFilter,
	})
}

func checkWaypointFilter(p *Pass) {
	if p.Mesh.Before("1.22") {
		return
	}
	gateways := p.Mesh.named(k8sGateway)
	for _, o := range p.Mesh.Of(envoyFilter) {
		for _, at := range targets(o) {
			kind, name := text(first(o.below(at, "kind")).Node), text(first(o.below(at, "name")).Node)
			gateway := gateways[objectName{o.Namespace(), name}]
			if kind == "Service" || kind == "GatewayClass" && name == waypointClass || kind == "Gateway" && gateway != nil && gateway.Text("spec.gatewayClassName") == waypointClass {
				p.Report(o, at, fmt.Sprintf("EnvoyFilter is not supported for waypoints, and %s %s is served by one", kind, name), "use HTTPRoute, AuthorizationPolicy, Telemetry or WasmPlugin")
			}
		}
		if at := o.First(`spec.workloadSelector.labels["gateway.istio.io/managed"]`); text(at.Node) == "istio.io-mesh-controller" {
			p.Report(o, at, "EnvoyFilter is not supported for waypoints, and this selects them all", "use HTTPRoute, AuthorizationPolicy, Telemetry or WasmPlugin")
		}
	}
}
