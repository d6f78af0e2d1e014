package lint

import (
	"fmt"
	"strings"

	"github.com/helmx-dev/helmx/diag"
)

func init() {
	register(Rule{
		ID: "HX424", Title: "AuthorizationPolicy for workloads or namespaces that do not exist",
		Severity: diag.Warning,
		Tags:     []string{"correctness", "authorization"},
		Also:     []string{"IST0101", "IST0127"},
		Sources: []Source{
			{"AuthorizationPolicy reference", "https://istio.io/latest/docs/reference/config/security/authorization-policy/"},
			{"Istio, NoMatchingWorkloadsFound", "https://istio.io/latest/docs/reference/config/analysis/ist0127/"},
		},
		Why: "A policy whose selector chooses nothing protects nothing, and nobody hears of it: the workload it was written for takes " +
			"whatever comes. A namespace that does not exist lets nobody in. In release scope both may be part of another release; " +
			"namespaces are compared with those that are among the objects, if any are.",
		Remedy: "Correct the labels, or the namespace.",
		Bad:    policyFor("shopp"),
		Good:   policyFor("shop"),
		Whole: func(p *Pass) {
			for _, o := range p.Mesh.Of(authorizationPolicy) {
				checkPolicySelector(p, o)
				checkPolicyNamespaces(p, o)
			}
		},
	})
}

// policyFor is an example for rules: a workload and a policy that selects.
func policyFor(app string) string {
	return `apiVersion: apps/v1
kind: Deployment
metadata:
  name: shop
  namespace: shop
spec:
  selector:
    matchLabels: {app: shop}
  template:
    metadata:
      labels: {app: shop}
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata:
  name: shop
  namespace: shop
spec:
  selector:
    matchLabels: {app: ` + app + `}
  rules:
  - from:
    - source: {namespaces: [shop]}
`
}

func checkPolicySelector(p *Pass, o *Object) {
	at := o.First("spec.selector")
	selector := o.labels(at, "matchLabels")
	if len(selector) > 0 && len(p.Mesh.workloads().choose(p.Mesh.reach(o), selector)) == 0 {
		p.Report(o, at, fmt.Sprintf("no workload here carries the labels %s, so that the policy protects nothing", selector),
			"write labels that the pods carry").Severity = p.absence()
	}
}

func checkPolicyNamespaces(p *Pass, o *Object) {
	if len(p.Mesh.namespaces()) == 0 {
		return
	}
	for _, at := range conditions(o, []string{"from[*].source.namespaces[*]"}) {
		name := text(at.Node)
		if _, known := p.Mesh.namespaces()[name]; known || name == "" || strings.Contains(name, "*") {
			continue
		}
		p.Report(o, at, fmt.Sprintf("there is no namespace %s here", name), "correct the name").Severity = p.absence()
	}
}
