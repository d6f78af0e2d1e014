package lint

import (
	"fmt"

	"github.com/helmx-dev/helmx/diag"
)

func init() {
	register(Rule{
		ID: "HX208", Title: "Gateway open for every host", Starred: true,
		Severity: diag.Warning,
		Tags:     []string{"security", "gateway"},
		Sources: []Source{
			{"Istio, security best practices", "https://istio.io/latest/docs/ops/best-practices/security/"},
		},
		Why: "A server for all hosts takes VirtualServices from every namespace for any name: whoever may write one can take " +
			"over another team's host, or publish a service that nobody meant to publish.",
		Remedy: "Name the hosts, with the namespace that may bind them: shop/shop.example.com.",
		Bad: `apiVersion: networking.istio.io/v1
kind: Gateway
metadata:
  name: shop
  namespace: shop
spec:
  selector:
    istio: ingressgateway
  servers:
  - port:
      number: 443
      name: https
      protocol: HTTPS
    tls:
      mode: SIMPLE
      credentialName: shop
    hosts:
    - "*"
`,
		Good: `apiVersion: networking.istio.io/v1
kind: Gateway
metadata:
  name: shop
  namespace: shop
spec:
  selector:
    istio: ingressgateway
  servers:
  - port:
      number: 443
      name: https
      protocol: HTTPS
    tls:
      mode: SIMPLE
      credentialName: shop
    hosts:
    - "shop/shop.example.com"
`,
		Kinds: []string{istioGateway},
		Object: func(p *Pass, o *Object) {
			for _, at := range o.Find("spec.servers[*].hosts[*]") {
				if host := text(at.Node); host == "*" || host == "*/*" {
					p.Report(o, at, fmt.Sprintf("host %q lets every namespace publish every name here", host), "name the hosts, with the namespace that may bind them: shop/shop.example.com")
				}
			}
		},
	})
}
