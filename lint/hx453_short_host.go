package lint

import (
	"fmt"
	"strings"

	"github.com/helmx-dev/helmx/diag"
)

func init() {
	register(Rule{
		ID: "HX453", Title: "Short host name",
		Severity: diag.Info,
		Optional: true,
		Tags:     []string{"correctness", "traffic"},
		Sources: []Source{
			{"Traffic management best practices", "https://istio.io/latest/docs/ops/best-practices/traffic-management/"},
		},
		Why: "A name without dots is completed with the namespace of the object that it stands in, and not with that of the client " +
			"or the Service. Moved to another namespace, the object means another host.",
		Remedy: "Write the whole name: cart.shop.svc.cluster.local.",
		Bad: `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: cart
  namespace: shop
spec:
  hosts: [cart.shop.svc.cluster.local]
  http:
  - route:
    - destination:
        host: cart
`,
		Good: `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: cart
  namespace: shop
spec:
  hosts: [cart.shop.svc.cluster.local]
  http:
  - route:
    - destination:
        host: cart.shop.svc.cluster.local
`,
		Kinds:  []string{virtualService, destinationRule},
		Object: checkShortHosts,
	})
}

func checkShortHosts(p *Pass, o *Object) {
	places := o.Find("spec.host")
	if o.ID.Kind == "VirtualService" {
		places = o.Find("spec.hosts[*]")
		for _, d := range destinations(o) {
			places = append(places, d.at)
		}
	}
	for _, at := range places {
		if host := text(at.Node); host != "" && !strings.ContainsAny(host, ".*") {
			p.Report(o, at, fmt.Sprintf("%s is short for %s", host, canonicalHost(host, o.Namespace())), "write the whole name")
		}
	}
}
