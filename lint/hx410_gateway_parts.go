package lint

import (
	"fmt"
	"slices"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
)

func init() {
	register(Rule{
		ID: "HX410", Title: "Gateway whose proxies, port or certificate are missing",
		Severity: diag.Error,
		Tags:     []string{"correctness", "gateway"},
		Also:     []string{"IST0101", "IST0161", "IST0162"},
		Sources: []Source{
			{"Gateway reference", "https://istio.io/latest/docs/reference/config/networking/gateway/"},
			{"Istio, InvalidGatewayCredential", "https://istio.io/latest/docs/reference/config/analysis/"},
			{"Istio, GatewayPortNotDefinedOnService", "https://istio.io/latest/docs/reference/config/analysis/ist0162/"},
		},
		Why: "A Gateway configures the pods that its selector chooses; without any it does nothing. A port that no Service of those pods leads " +
			"to is not reached, which is a warning, since other ways in exist. A certificate is read from a Secret beside the pods, not beside " +
			"the Gateway, and has to have both the key and the certificate. In release scope pods may be part of another release; that a " +
			"Secret is not among the files is no finding, since secrets rarely are.",
		Remedy: "Correct the selector, add the port to the Service, or give the Secret tls.key and tls.crt.",
		Bad:    gatewayFor("ingressgatway"),
		Good:   gatewayFor("ingressgateway"),
		Whole:  checkGatewayParts,
	})
}

// gatewayFor is an example for rules: a Gateway with a selector, and proxies.
func gatewayFor(selected string) string {
	return `apiVersion: apps/v1
kind: Deployment
metadata:
  name: istio-ingressgateway
  namespace: istio-ingress
spec:
  selector:
    matchLabels: {istio: ingressgateway}
  template:
    metadata:
      labels: {istio: ingressgateway}
---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata:
  name: shop
  namespace: shop
spec:
  selector: {istio: ` + selected + `}
  servers:
  - port: {number: 80, name: http, protocol: HTTP}
    hosts: [shop.example.com]
`
}

// front is what is known of the proxies that one selector chooses.
type front struct {
	proxies    []*workload
	ports      []string // of their Services, both sides
	namespaces []string
}

func checkGatewayParts(p *Pass) {
	secrets := p.Mesh.named("Secret")
	fronts := make(map[string]*front)
	for _, o := range p.Mesh.Of(istioGateway) {
		selector := o.labelsAt("spec.selector")
		f := fronts[selector.String()]
		if f == nil {
			f = p.Mesh.newFront(selector)
			fronts[selector.String()] = f
		}
		if len(f.proxies) == 0 {
			if len(selector) > 0 {
				p.Report(o, o.First("spec.selector"), fmt.Sprintf("no workload here carries the labels %s", selector),
					"write labels that the gateway's pods carry").Severity = p.absence()
			}
			continue
		}
		for _, server := range o.Find("spec.servers[*]") {
			checkServer(p, o, server, f, secrets)
		}
	}
}

func (m *Mesh) newFront(selector labelSet) *front {
	f := &front{proxies: m.workloads().choose(anywhere, selector)}
	for _, proxy := range f.proxies {
		if !slices.Contains(f.namespaces, proxy.object.Namespace()) {
			f.namespaces = append(f.namespaces, proxy.object.Namespace())
		}
	}
	for _, o := range m.Of("Service") {
		chosen := o.labelsAt("spec.selector")
		if len(chosen) == 0 || !slices.Contains(f.namespaces, o.Namespace()) {
			continue
		}
		if slices.ContainsFunc(f.proxies, func(w *workload) bool { return w.object.Namespace() == o.Namespace() && chosen.matches(w.labels) }) {
			f.ports = append(f.ports, texts(append(o.Find("spec.ports[*].port"), o.Find("spec.ports[*].targetPort")...))...)
		}
	}
	return f
}

func checkServer(p *Pass, o *Object, server manifest.Found, f *front, secrets map[objectName]*Object) {
	port := first(o.below(server, "port.number"))
	if number := text(port.Node); number != "" && len(f.ports) > 0 && !slices.Contains(f.ports, number) {
		p.Report(o, port, fmt.Sprintf("no Service here leads to port %s of the gateway's pods", number), "add the port to the gateway's Service").Severity = p.graded(diag.Warning)
	}
	for _, at := range append(o.below(server, "tls.credentialName"), o.below(server, "tls.credentialNames[*]")...) {
		for _, namespace := range f.namespaces {
			if secret := secrets[objectName{namespace, text(at.Node)}]; secret != nil && !isCertificate(secret) {
				p.Report(o, at, fmt.Sprintf("Secret %s holds no certificate and key", secret.name()), "give it tls.crt and tls.key")
			}
		}
	}
}

// isCertificate reports whether a Secret has the keys that istiod reads, or a
// bundle of authorities alone. Values are not looked at.
func isCertificate(o *Object) bool {
	var keys []string
	for _, path := range []string{"data", "stringData"} {
		for _, entry := range entries(o.First(path)) {
			keys = append(keys, manifest.KeyText(entry.Key))
		}
	}
	has := func(name string) bool { return slices.Contains(keys, name) }
	return has("tls.crt") && has("tls.key") || has("cert") && has("key") || has("ca.crt") || has("cacert")
}
