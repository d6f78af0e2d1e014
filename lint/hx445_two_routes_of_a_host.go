package lint

import (
	"cmp"
	"fmt"

	"github.com/helmx-dev/helmx/diag"
)

func init() {
	register(Rule{
		ID: "HX445", Title: "VirtualService and HTTPRoute for one host",
		Severity: diag.Error,
		Tags:     []string{"correctness", "traffic", "gateway-api"},
		Sources: []Source{
			{"Migrating policies to ambient mode", "https://istio.io/latest/docs/ambient/migrate/migrate-policies/"},
		},
		Why: "Istio does not support both for one host: which of the two holds is not defined, and may change when either is applied " +
			"again.",
		Remedy: "Keep one of them.",
		Bad: `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: cart
  namespace: shop
spec:
  hosts: [cart]
  http:
  - route:
    - destination: {host: cart}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata:
  name: cart
  namespace: shop
spec:
  parentRefs: [{group: "", kind: Service, name: cart, port: 80}]
`,
		Good: `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: cart
  namespace: shop
spec:
  hosts: [cart]
  http:
  - route:
    - destination: {host: cart}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata:
  name: cart
  namespace: shop
spec:
  parentRefs: [{group: "", kind: Service, name: payment, port: 80}]
`,
		Whole: checkTwoRoutes,
	})
}

func checkTwoRoutes(p *Pass) {
	routed := make(map[string]*Object) // hosts that a route of the Gateway API has for parent
	for _, o := range p.Mesh.Of("HTTPRoute."+gatewayAPI, "GRPCRoute."+gatewayAPI) {
		for _, parent := range o.Find("spec.parentRefs[*]") {
			field := func(name string) string { return text(first(o.below(parent, name)).Node) }
			if field("kind") == "Service" {
				routed[canonicalHost(field("name"), cmp.Or(field("namespace"), o.Namespace()))] = o
			}
		}
	}
	if len(routed) == 0 {
		return
	}
	for _, o := range p.Mesh.Of(virtualService) {
		if !onMesh(o) {
			continue
		}
		for _, at := range o.Find("spec.hosts[*]") {
			if other := routed[canonicalHost(text(at.Node), o.Namespace())]; other != nil {
				p.Report(o, at, fmt.Sprintf("%s %s is for %s too: which of them holds is not defined", other.ID.Kind, other.name(), text(at.Node)), "keep one of them")
			}
		}
	}
}
