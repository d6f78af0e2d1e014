package lint

import (
	"fmt"
	"strings"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
)

func init() {
	register(Rule{
		ID: "HX409", Title: "Two Gateways for one host and port of a proxy", Starred: true,
		Severity: diag.Error,
		Tags:     []string{"correctness", "gateway"},
		Also:     []string{"IST0145"},
		Sources: []Source{
			{"Istio, ConflictingGateways", "https://istio.io/latest/docs/reference/config/analysis/ist0145/"},
			{"Gateway reference", "https://istio.io/latest/docs/reference/config/networking/gateway/"},
		},
		Why: "Where two servers with TLS take the same host on the same port of the same proxy, istiod keeps the one of the older Gateway " +
			"and skips the other whole server, with all its hosts and its certificate, and only its log tells. Servers without TLS are put " +
			"together, so that their routes come in an order that nobody chose: that is an info.",
		Remedy: "Keep one server for the host, or give the Gateways selectors of different proxies, different ports, or different hosts.",
		Bad:    twoGateways("shop.example.com"),
		Good:   twoGateways("pay.example.com"),
		Whole:  checkConflictingGateways,
	})
}

// twoGateways is an example: one for shop.example.com, one for another host.
func twoGateways(other string) string {
	return `apiVersion: networking.istio.io/v1
kind: Gateway
metadata:
  name: shop
  namespace: shop
spec:
  selector: {istio: ingressgateway}
  servers:
  - port: {number: 443, name: https, protocol: HTTPS}
    tls: {mode: SIMPLE, credentialName: shop}
    hosts: [shop.example.com]
---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata:
  name: other
  namespace: shop
spec:
  selector: {istio: ingressgateway}
  servers:
  - port: {number: 443, name: https, protocol: HTTPS}
    tls: {mode: SIMPLE, credentialName: other}
    hosts: [` + other + `]
`
}

// listener is where a proxy takes a host: proxies are those that one selector
// chooses, or a workload that several do.
type listener struct {
	proxies          any
	port, bind, host string
}

// server is one of a Gateway.
type server struct {
	gateway  *Object
	selector labelSet
	at       manifest.Found
	tls      bool
}

func checkConflictingGateways(p *Pass) {
	holders := make(map[listener]*server)
	for _, o := range p.Mesh.Of(istioGateway) {
		selector := o.labelsAt("spec.selector")
		proxies := p.Mesh.proxies(o, selector)
		for _, at := range o.Find("spec.servers[*]") {
			s := &server{gateway: o, selector: selector, at: at, tls: len(o.below(at, "tls.mode")) > 0}
			for _, host := range o.below(at, "hosts[*]") {
				checkHolder(p, s, host, proxies, holders)
			}
		}
	}
}

// proxies returns what stands for the proxies that a Gateway is for: its
// selector, and the workloads here that it chooses.
func (m *Mesh) proxies(o *Object, selector labelSet) []any {
	list := []any{selector.String()}
	for _, load := range m.workloads().choose(anywhere, selector) {
		list = append(list, load)
	}
	return list
}

// checkHolder looks for another server that takes the host already.
func checkHolder(p *Pass, s *server, host manifest.Found, proxies []any, holders map[listener]*server) {
	o := s.gateway
	namespace, name := serverHost(strings.ToLower(text(host.Node)), o.Namespace())
	if namespace != anywhere {
		name = namespace + "/" + name
	}
	port, bind := text(first(o.below(s.at, "port.number")).Node), text(first(o.below(s.at, "bind")).Node)
	var other *server
	for _, proxy := range proxies {
		key := listener{proxy, port, bind, name}
		if holder := holders[key]; holder != nil && holder != s {
			other = holder
		} else {
			holders[key] = s
		}
	}
	if other == nil || other.gateway == o && !s.tls {
		return
	}
	d := p.Report(o, host, fmt.Sprintf("Gateway %s takes host %s on port %s of the same proxies", other.gateway.name(), text(host.Node), port),
		"keep one server for the host, or choose other proxies, another port or another host")
	if !s.tls || !other.tls {
		d.Severity = p.graded(diag.Info)
	}
}
