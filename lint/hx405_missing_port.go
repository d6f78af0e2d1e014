package lint

import (
	"fmt"

	"github.com/helmx-dev/helmx/diag"
)

func init() {
	register(Rule{
		ID: "HX405", Title: "Route to a service of several ports without a port",
		Severity: diag.Error,
		Tags:     []string{"correctness", "traffic"},
		Also:     []string{"IST0112"},
		Sources: []Source{
			{"Istio, VirtualServiceDestinationPortSelectorRequired", "https://istio.io/latest/docs/reference/config/analysis/ist0112/"},
			{"VirtualService reference: Destination", "https://istio.io/latest/docs/reference/config/networking/virtual-service/#Destination"},
		},
		Why: "Without a port the proxy takes the one that the client asked for. At a gateway that is the gateway's own, 80 or 443, " +
			"and where the service has no such port the answer is 503. A sidecar that sends a service's traffic on to the same service " +
			"means the same port, which works: that is an info.",
		Remedy: "Write port: {number: ...} in the destination.",
		Bad: `apiVersion: v1
kind: Service
metadata:
  name: shop
  namespace: shop
spec:
  selector: {app: shop}
  ports:
  - {name: http, port: 8080}
  - {name: grpc, port: 9090}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: shop
  namespace: shop
spec:
  hosts: [shop.example.com]
  gateways: [public]
  http:
  - route:
    - destination: {host: shop}
`,
		Good: `apiVersion: v1
kind: Service
metadata:
  name: shop
  namespace: shop
spec:
  selector: {app: shop}
  ports:
  - {name: http, port: 8080}
  - {name: grpc, port: 9090}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: shop
  namespace: shop
spec:
  hosts: [shop.example.com]
  gateways: [public]
  http:
  - route:
    - destination: {host: shop, port: {number: 8080}}
`,
		Whole: func(p *Pass) {
			for _, o := range p.Mesh.Of(virtualService) {
				for _, d := range destinations(o) {
					checkPortNamed(p, o, d)
				}
			}
		},
	})
}

func checkPortNamed(p *Pass, o *Object, d destination) {
	found := p.Mesh.services().lookup(d.host, o.Namespace())
	if d.port.Node != nil || len(found) == 0 || found[0].anyPort || len(found[0].ports) < 2 {
		return
	}
	finding := p.Report(o, d.at, fmt.Sprintf("%s %q has several ports, and none is chosen", d.what(), d.host),
		"write the port, one of "+someOf(found[0].numbers()))
	if len(gatewayRefs(o)) == 0 && sameHost(o, d.host) {
		finding.Severity = p.graded(diag.Info)
	}
}

// sameHost reports whether a VirtualService is for the very host that it sends to.
func sameHost(o *Object, host string) bool {
	for _, name := range texts(o.Find("spec.hosts[*]")) {
		if canonicalHost(name, o.Namespace()) == canonicalHost(host, o.Namespace()) {
			return true
		}
	}
	return false
}
