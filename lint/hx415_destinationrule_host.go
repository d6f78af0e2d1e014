package lint

import (
	"fmt"
	"strings"

	"github.com/helmx-dev/helmx/diag"
)

func init() {
	register(Rule{
		ID: "HX415", Title: "DestinationRule for an unknown host, or a subset without pods",
		Severity: diag.Warning,
		Tags:     []string{"correctness", "traffic"},
		Also:     []string{"IST0173", "IST0174"},
		Sources: []Source{
			{"DestinationRule reference", "https://istio.io/latest/docs/reference/config/networking/destination-rule/"},
			{"Istio, configuration analysis messages", "https://istio.io/latest/docs/reference/config/analysis/"},
		},
		Why: "A DestinationRule for a host that is no Service and no ServiceEntry holds for nothing: the TLS mode or the circuit breaker it was " +
			"written for is not there. A subset whose labels no pod of the Service carries answers every request with 503. In release scope " +
			"a host that is not here may be part of another release.",
		Remedy: "Write the full name of the host, and labels that the pods of its Service carry.",
		Bad:    strings.Replace(destinationRuleFor("reviews"), "host: reviews.shop", "host: review.shop", 1),
		Good:   destinationRuleFor("reviews"),
		Whole: func(p *Pass) {
			for _, o := range p.Mesh.Of(destinationRule) {
				checkRuleHost(p, o)
			}
		},
	})
}

// destinationRuleFor is an example for rules: a Service and its DestinationRule.
func destinationRuleFor(name string) string {
	return `apiVersion: v1
kind: Service
metadata:
  name: ` + name + `
  namespace: shop
spec:
  selector: {app: ` + name + `}
  ports:
  - {name: http, port: 80}
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata:
  name: ` + name + `
  namespace: shop
spec:
  host: ` + name + `.shop.svc.cluster.local
  trafficPolicy:
    connectionPool: {tcp: {maxConnections: 100}}
`
}

func checkRuleHost(p *Pass, o *Object) {
	at := o.First("spec.host")
	host := text(at.Node)
	if host == "" || strings.HasPrefix(host, "*") || canonicalHost(host, o.Namespace()) == apiServer {
		return
	}
	found := p.Mesh.services().lookup(host, o.Namespace())
	if len(found) == 0 {
		p.Report(o, at, fmt.Sprintf("host %q is no Service and no ServiceEntry here", host), missingHostHint(p.Mesh, host, o.Namespace())).Severity = p.absence()
		return
	}
	for _, s := range found {
		if s.object.ID.Kind == "Service" {
			checkSubsetPods(p, o, s.object)
		}
	}
}

// checkSubsetPods looks for subsets that no pod of the Service is in, where
// there are such pods here at all.
func checkSubsetPods(p *Pass, o, service *Object) {
	selector := service.labelsAt("spec.selector")
	if len(selector) == 0 || len(p.Mesh.workloads().choose(service.Namespace(), selector)) == 0 {
		return
	}
	for _, subset := range o.Find("spec.subsets[*]") {
		labels := merged(o.labels(subset, "labels"), selector)
		for name := range labels {
			if strings.HasPrefix(name, "topology.") || name == "kubernetes.io/hostname" {
				delete(labels, name) // comes from the node
			}
		}
		if len(p.Mesh.workloads().choose(service.Namespace(), labels)) == 0 {
			d := p.Report(o, subset, fmt.Sprintf("no pod here of Service %s is in subset %s: none carries the labels %s",
				service.name(), text(first(o.below(subset, "name")).Node), labels), "correct the labels, or remove the subset")
			if d.Severity = p.absence(); p.options.Scope == ScopeMesh {
				d.Severity = p.graded(diag.Error)
			}
		}
	}
}
