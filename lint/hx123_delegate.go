package lint

import (
	"cmp"
	"fmt"

	"github.com/helmx-dev/helmx/diag"
)

func init() {
	register(Rule{
		ID: "HX123", Title: "Delegate of a VirtualService that is missing or nests",
		Severity: diag.Warning,
		Tags:     []string{"feature", "traffic"},
		Sources: []Source{
			{"Virtual service reference: Delegate", "https://istio.io/latest/docs/reference/config/networking/virtual-service/#Delegate"},
		},
		Why: "A route that delegates to a VirtualService that does not exist is left out in silence, and so is one to a " +
			"VirtualService that has hosts or delegates itself. In release scope the other may be part of another release.",
		Remedy: "Name a VirtualService that exists, has no hosts, and does not delegate.",
		Bad: `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: shop
  namespace: edge
spec:
  hosts: [shop.example.com]
  gateways: [shop]
  http:
  - delegate: {name: card, namespace: cart}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: cart
  namespace: cart
spec:
  http:
  - route:
    - destination: {host: cart}
`,
		Good: `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: shop
  namespace: edge
spec:
  hosts: [shop.example.com]
  gateways: [shop]
  http:
  - delegate: {name: cart, namespace: cart}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: cart
  namespace: cart
spec:
  http:
  - route:
    - destination: {host: cart}
`,
		Whole: checkDelegates,
	})
}

func checkDelegates(p *Pass) {
	var byName map[objectName]*Object
	for _, o := range p.Mesh.Of(virtualService) {
		for _, at := range o.Find("spec.http[*].delegate") {
			if byName == nil {
				byName = p.Mesh.named(virtualService)
			}
			name := objectName{cmp.Or(text(first(o.below(at, "namespace")).Node), o.Namespace()), text(first(o.below(at, "name")).Node)}
			other := byName[name]
			switch {
			case other == nil:
				p.Report(o, at, fmt.Sprintf("no VirtualService here is called %s: the route is left out", name), "correct the name, or apply it").Severity = p.absence()
			case other.First("spec.hosts[*]").Node != nil:
				p.Report(o, at, fmt.Sprintf("VirtualService %s has hosts, and so is no delegate", name), "remove its hosts, and its gateways")
			case other.First("spec.http[*].delegate").Node != nil:
				p.Report(o, at, fmt.Sprintf("VirtualService %s delegates itself: delegates do not nest", name), "write its routes out")
			}
		}
	}
}
