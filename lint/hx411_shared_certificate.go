package lint

import (
	"fmt"
	"strings"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
)

func init() {
	register(Rule{
		ID: "HX411", Title: "One certificate in several Gateways of a proxy",
		Severity: diag.Warning,
		Tags:     []string{"correctness", "gateway"},
		Also:     []string{"IST0138"},
		Sources: []Source{
			{"Istio, GatewayDuplicateCertificate", "https://istio.io/latest/docs/reference/config/analysis/ist0138/"},
			{"404 errors occur when multiple gateways configured with same TLS certificate", "https://istio.io/latest/docs/ops/common-problems/network-issues/"},
		},
		Why: "A browser that has a connection over HTTP/2 uses it for every host that the certificate names. Where those hosts are spread over " +
			"several Gateways, requests for one arrive at the routes of the other, and the answer is 404.",
		Remedy: "Put the hosts of the certificate into one Gateway, and let the VirtualServices bind to that.",
		Bad:    strings.Replace(twoGateways("pay.example.com"), "credentialName: other", "credentialName: shop", 1),
		Good:   twoGateways("pay.example.com"),
		Whole: func(p *Pass) {
			holders := make(map[certificate]*Object)
			for _, o := range p.Mesh.Of(istioGateway) {
				proxies := p.Mesh.proxies(o, o.labelsAt("spec.selector"))
				for _, at := range o.Find("spec.servers[*].tls.credentialName") {
					checkCertificate(p, o, at, proxies, holders)
				}
			}
		},
	})
}

// certificate is one that a proxy, or what one selector chooses, shows.
type certificate struct {
	proxies any
	name    string
}

func checkCertificate(p *Pass, o *Object, at manifest.Found, proxies []any, holders map[certificate]*Object) {
	var other *Object
	for _, proxy := range proxies {
		key := certificate{proxy, text(at.Node)}
		if holder := holders[key]; holder == nil {
			holders[key] = o
		} else if holder != o {
			other = holder
		}
	}
	if other != nil {
		p.Report(o, at, fmt.Sprintf("Gateway %s shows certificate %s on the same proxies", other.name(), text(at.Node)),
			"put the hosts of the certificate into one Gateway")
	}
}
