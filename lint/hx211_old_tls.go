package lint

import (
	"fmt"

	"github.com/helmx-dev/helmx/diag"
)

func init() {
	register(Rule{
		ID: "HX211", Title: "Old version of TLS, or a cipher twice",
		Severity: diag.Warning,
		Tags:     []string{"security", "gateway", "tls"},
		Sources: []Source{
			{"Gateway reference: ServerTLSSettings", "https://istio.io/latest/docs/reference/config/networking/gateway/#ServerTLSSettings"},
		},
		Why: "TLS 1.0 and 1.1 are broken, and no client of today needs them; a gateway that offers them can be talked down to " +
			"them. Of a cipher that is listed twice the second counts for nothing, which is a slip of somebody who meant another.",
		Remedy: "Set minProtocolVersion: TLSV1_2 or TLSV1_3, or leave it out; list each cipher once.",
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
    hosts: [shop/shop.example.com]
    tls:
      mode: SIMPLE
      credentialName: shop
      minProtocolVersion: TLSV1_0
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
    hosts: [shop/shop.example.com]
    tls:
      mode: SIMPLE
      credentialName: shop
      minProtocolVersion: TLSV1_2
`,
		Kinds:  []string{istioGateway},
		Object: checkTLSVersion,
	})
}

func checkTLSVersion(p *Pass, o *Object) {
	for _, tls := range o.Find("spec.servers[*].tls") {
		at := first(o.below(tls, "minProtocolVersion"))
		if v := text(at.Node); v == "TLSV1_0" || v == "TLSV1_1" {
			d := p.Report(o, at, v+" is offered to clients", "set TLSV1_2, or leave minProtocolVersion out")
			o.Mend(d, "set TLSV1_2", diag.Set, at.Path, "TLSV1_2")
		}
		seen := make(map[string]bool)
		for _, at := range o.below(tls, "cipherSuites[*]") {
			if name := text(at.Node); seen[name] && name != "" {
				p.Report(o, at, fmt.Sprintf("cipher %s is listed twice", name), "remove it, or write the one that was meant")
			}
			seen[text(at.Node)] = true
		}
	}
}
