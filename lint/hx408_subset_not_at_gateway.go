package lint

import (
	"fmt"

	"github.com/helmx-dev/helmx/diag"
)

func init() {
	register(Rule{
		ID: "HX408", Title: "Subset that a gateway's route does not take",
		Severity: diag.Warning,
		Tags:     []string{"correctness", "traffic", "gateway"},
		Also:     []string{"IST0140"},
		Sources: []Source{
			{"Istio, IngressRouteRulesNotAffected", "https://istio.io/latest/docs/reference/config/analysis/ist0140/"},
			{"Virtual service reference", "https://istio.io/latest/docs/reference/config/networking/virtual-service/"},
		},
		Why: "A gateway applies the VirtualServices that name it, and no others: what a VirtualService for the mesh says of subsets " +
			"is passed over when traffic comes in from outside, and reaches all versions.",
		Remedy: "Name the subset in the gateway's route too, or bind one VirtualService to both the gateway and mesh.",
		Bad: `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: cart
  namespace: shop
spec:
  hosts: [cart]
  http:
  - route:
    - destination: {host: cart, subset: v1}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: cart-outside
  namespace: shop
spec:
  hosts: [cart.example.com]
  gateways: [istio-ingress/shop]
  http:
  - route:
    - destination: {host: cart}
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
    - destination: {host: cart, subset: v1}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: cart-outside
  namespace: shop
spec:
  hosts: [cart.example.com]
  gateways: [istio-ingress/shop]
  http:
  - route:
    - destination: {host: cart, subset: v1}
`,
		Whole: checkGatewaySubsets,
	})
}

func checkGatewaySubsets(p *Pass) {
	split := make(map[string]*Object) // hosts that a VirtualService for the mesh leads to subsets of
	for _, o := range p.Mesh.Of(virtualService) {
		if len(gatewayRefs(o)) > 0 {
			continue
		}
		for _, d := range destinations(o) {
			if host := canonicalHost(d.host, o.Namespace()); text(d.subset.Node) != "" && !d.mirror && leadsOf(o, host) {
				split[host] = o
			}
		}
	}
	if len(split) == 0 {
		return
	}
	for _, o := range p.Mesh.Of(virtualService) {
		if len(gatewayRefs(o)) == 0 {
			continue
		}
		for _, d := range destinations(o) {
			if other := split[canonicalHost(d.host, o.Namespace())]; other != nil && text(d.subset.Node) == "" && !d.mirror {
				p.Report(o, d.at, fmt.Sprintf("%s is reached without the subsets that VirtualService %s leads to: it is not for gateways", d.host, other.name()),
					"name a subset here too")
			}
		}
	}
}

// leadsOf reports whether a VirtualService is for a host.
func leadsOf(o *Object, host string) bool {
	for _, name := range texts(o.Find("spec.hosts[*]")) {
		if canonicalHost(name, o.Namespace()) == host {
			return true
		}
	}
	return false
}
