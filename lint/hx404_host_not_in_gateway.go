package lint

import (
	"fmt"
	"strings"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
)

func init() {
	register(Rule{
		ID: "HX404", Title: "VirtualService whose hosts its Gateway does not take",
		Severity: diag.Warning,
		Tags:     []string{"correctness", "traffic", "gateway"},
		Also:     []string{"IST0132"},
		Sources: []Source{
			{"Istio, VirtualServiceHostNotFoundInGateway", "https://istio.io/latest/docs/reference/config/analysis/ist0132/"},
			{"Gateway reference: Server", "https://istio.io/latest/docs/reference/config/networking/gateway/#Server"},
		},
		Why: "A Gateway takes routes only for the hosts of its servers, and only from the namespaces that stand before them. Where no host " +
			"of the VirtualService is among them, it changes nothing, and the gateway answers 404.",
		Remedy: "Add the host to a server of the Gateway, with the VirtualService's namespace before it, or correct the host.",
		Bad:    hostAtGateway("shop.example.org"),
		Good:   hostAtGateway("shop.example.com"),
		Whole:  checkGatewayHosts,
	})
}

// hostAtGateway is an example for rules.
func hostAtGateway(host string) string {
	return `apiVersion: networking.istio.io/v1
kind: Gateway
metadata:
  name: public
  namespace: shop
spec:
  selector: {istio: ingressgateway}
  servers:
  - port: {number: 80, name: http, protocol: HTTP}
    hosts: [shop.example.com]
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: shop
  namespace: shop
spec:
  hosts: [` + host + `]
  gateways: [public]
  http:
  - route:
    - destination: {host: shop}
`
}

// gatewayHosts are the hosts of a Gateway's servers with the namespaces that
// may bind them.
type gatewayHosts struct {
	exact map[string][]string
	wild  map[string][]string // by what follows the asterisk
}

func hostsOfGateway(o *Object) *gatewayHosts {
	g := &gatewayHosts{exact: make(map[string][]string), wild: make(map[string][]string)}
	for _, at := range o.Find("spec.servers[*].hosts[*]") {
		namespace, host := serverHost(strings.ToLower(text(at.Node)), o.Namespace())
		if tail, ok := strings.CutPrefix(host, "*"); ok {
			g.wild[tail] = append(g.wild[tail], namespace)
			continue
		}
		g.exact[host] = append(g.exact[host], namespace)
	}
	return g
}

// take reports whether a host of a namespace's VirtualService meets one of the
// Gateway's.
func (g *gatewayHosts) take(host, namespace string) bool {
	host = strings.ToLower(host)
	tail, wild := strings.CutPrefix(host, "*")
	if bound(g.exact[host], namespace) {
		return true
	}
	for i := 0; i <= len(tail); i++ {
		if bound(g.wild[tail[i:]], namespace) {
			return true
		}
	}
	if !wild {
		return false
	}
	for other, namespaces := range g.exact {
		if strings.HasSuffix(other, tail) && bound(namespaces, namespace) {
			return true
		}
	}
	for other, namespaces := range g.wild {
		if strings.HasSuffix(other, tail) && bound(namespaces, namespace) {
			return true
		}
	}
	return false
}

func bound(namespaces []string, namespace string) bool {
	for _, name := range namespaces {
		if name == anywhere || name == namespace {
			return true
		}
	}
	return false
}

func checkGatewayHosts(p *Pass) {
	known := make(map[*Object]*gatewayHosts)
	for _, o := range p.Mesh.Of(virtualService) {
		hosts := texts(o.Find("spec.hosts[*]"))
		for _, at := range gatewayRefs(o) {
			gateway := p.Mesh.gateways()[gatewayName(text(at.Node), o.Namespace())]
			if gateway == nil || len(hosts) == 0 {
				continue // HX402 looks at the one, package schema at the other
			}
			if known[gateway] == nil {
				known[gateway] = hostsOfGateway(gateway)
			}
			checkTaken(p, o, at, gateway, known[gateway], hosts)
		}
	}
}

func checkTaken(p *Pass, o *Object, at manifest.Found, gateway *Object, taken *gatewayHosts, hosts []string) {
	for _, host := range hosts {
		if taken.take(host, o.Namespace()) {
			return
		}
	}
	p.Report(o, at, fmt.Sprintf("Gateway %s takes none of the hosts %s from namespace %s", gateway.name(), someOf(hosts), o.Namespace()),
		"add the host to a server of the Gateway, or correct it")
}
