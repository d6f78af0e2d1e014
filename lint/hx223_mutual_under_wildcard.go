package lint

import (
	"fmt"
	"slices"
	"strings"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
)

func init() {
	register(Rule{
		ID: "HX223", Title: "Client certificate that a wildcard goes around",
		Severity: diag.Warning,
		Tags:     []string{"security", "gateway", "tls"},
		Sources: []Source{
			{"Security best practices", "https://istio.io/latest/docs/ops/best-practices/security/"},
		},
		Why: "A server for a wildcard takes connections without client certificate. A client that names another host in the TLS " +
			"handshake than in the request reaches the routes of the host that asks for one, unless the wildcard's routes refuse " +
			"such requests with 421.",
		Remedy: "Use a port or an address of its own for hosts that ask for client certificates, or refuse requests for them at the " +
			"wildcard.",
		Bad: `apiVersion: networking.istio.io/v1
kind: Gateway
metadata:
  name: shop
  namespace: shop
spec:
  selector: {istio: ingressgateway}
  servers:
  - port: {number: 443, name: https, protocol: HTTPS}
    hosts: ["*.example.com"]
    tls: {mode: SIMPLE, credentialName: wild}
  - port: {number: 443, name: https-bank, protocol: HTTPS}
    hosts: [bank.example.com]
    tls: {mode: MUTUAL, credentialName: bank}
`,
		Good: `apiVersion: networking.istio.io/v1
kind: Gateway
metadata:
  name: shop
  namespace: shop
spec:
  selector: {istio: ingressgateway}
  servers:
  - port: {number: 443, name: https, protocol: HTTPS}
    hosts: ["*.example.com"]
    tls: {mode: SIMPLE, credentialName: wild}
  - port: {number: 443, name: https-bank, protocol: HTTPS}
    hosts: [bank.example.com]
    tls: {mode: SIMPLE, credentialName: bank}
`,
		Whole: checkMutualHosts,
	})
}

func checkMutualHosts(p *Pass) {
	refused := firstOf(p.Mesh.Of(virtualService), func(o *Object) bool {
		return slices.Contains(texts(o.Find("spec.http[*].directResponse.status")), "421")
	})
	if refused != nil {
		return
	}
	wild := make(map[string]string) // host of a server without client certificate, by selector, port and what follows the asterisk
	servers := func(visit func(o *Object, key string, host string, mode string, server manifest.Found)) {
		for _, o := range p.Mesh.Of(istioGateway) {
			selector := o.labelsAt("spec.selector").String()
			for _, server := range o.Find("spec.servers[*]") {
				key := selector + " " + text(first(o.below(server, "port.number")).Node) + " "
				mode := text(first(o.below(server, "tls.mode")).Node)
				for _, host := range texts(o.below(server, "hosts[*]")) {
					_, name := serverHost(host, o.Namespace())
					visit(o, key, name, mode, server)
				}
			}
		}
	}
	servers(func(_ *Object, key, host, mode string, _ manifest.Found) {
		if tail, ok := strings.CutPrefix(host, "*"); ok && mode == "SIMPLE" {
			wild[key+tail] = host
		}
	})
	servers(func(o *Object, key, host, mode string, server manifest.Found) {
		if mode != "MUTUAL" && mode != "OPTIONAL_MUTUAL" {
			return
		}
		for i := range host {
			if cover, ok := wild[key+host[i:]]; ok {
				p.Report(o, first(o.below(server, "tls.mode")), fmt.Sprintf("%s asks for a client certificate, and the server for %s does not: a client can go through that one", host, cover),
					"use another port, or answer requests for the host with 421 at the wildcard")
				return
			}
		}
	})
}
