package lint

import (
	"cmp"
	"fmt"

	"github.com/helmx-dev/helmx/diag"
)

func init() {
	register(Rule{
		ID: "HX446", Title: "Subsets of a host that an HTTPRoute leads to",
		Severity: diag.Warning,
		Tags:     []string{"correctness", "traffic", "gateway-api"},
		Sources: []Source{
			{"Migrating policies to ambient mode", "https://istio.io/latest/docs/ambient/migrate/migrate-policies/"},
		},
		Why: "An HTTPRoute names Services, and cannot name a subset: those of the DestinationRule are never chosen, and their " +
			"policies never hold.",
		Remedy: "Make a Service for each version, and name those in backendRefs.",
		Bad: `apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata:
  name: cart
  namespace: shop
spec:
  parentRefs: [{group: "", kind: Service, name: cart, port: 80}]
  rules:
  - backendRefs: [{name: cart, port: 80}]
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata:
  name: cart
  namespace: shop
spec:
  host: cart
  subsets:
  - {name: v1, labels: {version: v1}}
`,
		Good: `apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata:
  name: cart
  namespace: shop
spec:
  parentRefs: [{group: "", kind: Service, name: cart, port: 80}]
  rules:
  - backendRefs: [{name: cart, port: 80}]
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata:
  name: cart
  namespace: shop
spec:
  host: cart
  trafficPolicy: {connectionPool: {tcp: {maxConnections: 100}}}
`,
		Whole: checkRouteSubsets,
	})
}

func checkRouteSubsets(p *Pass) {
	routed := make(map[string]*Object)
	for _, o := range p.Mesh.Of(routeKinds...) {
		for _, backend := range o.Find("spec.rules[*].backendRefs[*]") {
			field := func(name string) string { return text(first(o.below(backend, name)).Node) }
			routed[canonicalHost(field("name"), cmp.Or(field("namespace"), o.Namespace()))] = o
		}
	}
	if len(routed) == 0 {
		return
	}
	subsets := make(map[string]bool) // hosts of which a VirtualService names a subset
	for _, o := range p.Mesh.Of(virtualService) {
		for _, d := range destinations(o) {
			if text(d.subset.Node) != "" {
				subsets[canonicalHost(d.host, o.Namespace())] = true
			}
		}
	}
	for _, o := range p.Mesh.Of(destinationRule) {
		host := canonicalHost(o.Text("spec.host"), o.Namespace())
		if at := o.First("spec.subsets"); routed[host] != nil && !subsets[host] && o.First("spec.subsets[*]").Node != nil {
			p.Report(o, at, fmt.Sprintf("%s %s leads to %s and cannot name a subset", routed[host].ID.Kind, routed[host].name(), o.Text("spec.host")), "make a Service for each version")
		}
	}
}
