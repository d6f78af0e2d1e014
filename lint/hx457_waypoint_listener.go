package lint

import (
	"fmt"
	"slices"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
)

func init() {
	register(Rule{
		ID: "HX457", Title: "Waypoint without its listener",
		Severity: diag.Error,
		Tags:     []string{"correctness", "ambient"},
		Sources: []Source{
			{"Waypoint proxies", "https://istio.io/latest/docs/ambient/usage/waypoint/"},
		},
		Why: "ztunnel sends traffic to a waypoint on port 15008 in the protocol HBONE. A Gateway of class istio-waypoint that has no " +
			"such listener gets none. The label istio.io/waypoint-for takes service, workload, all and none.",
		Remedy: "Give the Gateway a listener with port: 15008 and protocol: HBONE.",
		Bad: `apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata:
  name: waypoint
  namespace: shop
  labels: {istio.io/waypoint-for: service}
spec:
  gatewayClassName: istio-waypoint
  listeners:
  - {name: mesh, port: 15008, protocol: HTTP}
`,
		Good: `apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata:
  name: waypoint
  namespace: shop
  labels: {istio.io/waypoint-for: service}
spec:
  gatewayClassName: istio-waypoint
  listeners:
  - {name: mesh, port: 15008, protocol: HBONE}
`,
		Kinds:  []string{k8sGateway},
		Object: checkWaypointListener,
	})
}

func checkWaypointListener(p *Pass, o *Object) {
	if o.Text("spec.gatewayClassName") != waypointClass {
		return
	}
	listens := slices.ContainsFunc(o.Find("spec.listeners[*]"), func(l manifest.Found) bool {
		return text(first(o.below(l, "port")).Node) == "15008" && text(first(o.below(l, "protocol")).Node) == "HBONE"
	})
	if !listens {
		p.Report(o, o.First("spec.listeners"), "waypoint has no listener on port 15008 with protocol HBONE", "add it: {name: mesh, port: 15008, protocol: HBONE}")
	}
	at := o.First(`metadata.labels["istio.io/waypoint-for"]`)
	if purpose := text(at.Node); at.Node != nil && !slices.Contains([]string{"service", "workload", "all", "none"}, purpose) {
		p.Report(o, at, fmt.Sprintf("istio.io/waypoint-for: %q is none of service, workload, all and none", purpose), "write one of them")
	}
}
