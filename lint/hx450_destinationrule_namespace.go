package lint

import (
	"fmt"
	"slices"

	"github.com/helmx-dev/helmx/diag"
)

func init() {
	register(Rule{
		ID: "HX450", Title: "DestinationRule that other namespaces do not look up",
		Severity: diag.Info,
		Tags:     []string{"correctness", "traffic"},
		Sources: []Source{
			{"Traffic management best practices", "https://istio.io/latest/docs/ops/best-practices/traffic-management/"},
		},
		Why: "For a host a proxy looks for a DestinationRule in its own namespace, in that of the Service, and in the root " +
			"namespace. One that lies elsewhere holds for the clients of its namespace alone, which may be meant.",
		Remedy: "Put it beside the Service, or set exportTo: [.] to say that it is for this namespace alone.",
		Bad: `apiVersion: v1
kind: Service
metadata:
  name: cart
  namespace: shop
spec:
  ports:
  - {name: http, port: 80}
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata:
  name: cart
  namespace: tools
spec:
  host: cart.shop.svc.cluster.local
  exportTo: ["*"]
`,
		Good: `apiVersion: v1
kind: Service
metadata:
  name: cart
  namespace: shop
spec:
  ports:
  - {name: http, port: 80}
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata:
  name: cart
  namespace: shop
spec:
  host: cart.shop.svc.cluster.local
  exportTo: ["*"]
`,
		Whole: checkRuleNamespace,
	})
}

func checkRuleNamespace(p *Pass) {
	for _, o := range p.Mesh.Of(destinationRule) {
		if o.Namespace() == p.Mesh.RootNamespace() || slices.Equal(texts(o.Find("spec.exportTo[*]")), []string{"."}) {
			continue
		}
		at := o.First("spec.host")
		found := p.Mesh.services().byHost[canonicalHost(text(at.Node), o.Namespace())]
		if len(found) == 0 || slices.ContainsFunc(found, func(s *service) bool { return s.object.Namespace() == o.Namespace() || s.object.ID.Kind != "Service" }) {
			continue
		}
		p.Report(o, at, fmt.Sprintf("the rule holds for clients in namespace %s alone, and the Service is in %s", o.Namespace(), found[0].object.Namespace()), "put it beside the Service, or set exportTo: [.]")
	}
}
