package lint

import (
	"github.com/helmx-dev/helmx/diag"
)

func init() {
	register(Rule{
		ID: "HX308", Title: "Field that Istio ignores in a Gateway or Sidecar",
		Severity: diag.Warning,
		Tags:     []string{"deprecation", "gateway"},
		Also:     []string{"IST0002"},
		Sources: []Source{
			{"Istio, Deprecated", "https://istio.io/latest/docs/reference/config/analysis/ist0002/"},
			{"Sidecar reference", "https://istio.io/latest/docs/reference/config/networking/sidecar/"},
			{"Gateway reference", "https://istio.io/latest/docs/reference/config/networking/gateway/"},
		},
		Why: "targetPort of a Gateway's or Sidecar's port, and egressProxy of a Sidecar, are read by nobody: traffic goes where it " +
			"went without them.",
		Remedy: "Remove the field. Ports are mapped by the Service of the gateway; an egress gateway is chosen by a VirtualService.",
		Bad: `apiVersion: networking.istio.io/v1
kind: Gateway
metadata:
  name: shop
  namespace: shop
spec:
  selector: {istio: ingressgateway}
  servers:
  - port: {number: 80, name: http, protocol: HTTP, targetPort: 8080}
    hosts: [shop.example.com]
`,
		Good: `apiVersion: networking.istio.io/v1
kind: Gateway
metadata:
  name: shop
  namespace: shop
spec:
  selector: {istio: ingressgateway}
  servers:
  - port: {number: 80, name: http, protocol: HTTP}
    hosts: [shop.example.com]
`,
		Kinds:  []string{istioGateway, sidecarKind},
		Object: checkIgnoredFields,
	})
}

func checkIgnoredFields(p *Pass, o *Object) {
	for _, path := range []string{"spec.servers[*].port.targetPort", "spec.ingress[*].port.targetPort", "spec.egress[*].port.targetPort"} {
		for _, at := range o.Find(path) {
			p.Report(o, at, "targetPort has no effect", "remove it; the Service of the gateway maps ports")
		}
	}
	for _, at := range o.Find("spec.outboundTrafficPolicy.egressProxy") {
		p.Report(o, at, "egressProxy has no effect", "remove it; a VirtualService leads traffic to an egress gateway")
	}
}
