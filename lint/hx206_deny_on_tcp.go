package lint

import (
	"github.com/helmx-dev/helmx/diag"
)

func init() {
	register(Rule{
		ID: "HX206", Title: "DENY about requests that stops all other traffic",
		Severity: diag.Warning,
		Tags:     []string{"security", "authorization"},
		Sources: []Source{
			{"AuthorizationPolicy reference", "https://istio.io/latest/docs/reference/config/security/authorization-policy/"},
		},
		Why: "On a port that is not HTTP there are no paths, methods or hosts; a DENY takes what it cannot see for matched. The " +
			"rule then refuses every connection to the workload's other ports, such as those of a database. Policies with " +
			"targetRefs are left out: a waypoint or gateway that is named so serves HTTP.",
		Remedy: "Add the HTTP ports to the operation.",
		Bad: `apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata:
  name: shop
  namespace: shop
spec:
  selector:
    matchLabels: {app: shop}
  action: DENY
  rules:
  - to:
    - operation:
        notMethods: [GET]
`,
		Good: `apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata:
  name: shop
  namespace: shop
spec:
  selector:
    matchLabels: {app: shop}
  action: DENY
  rules:
  - to:
    - operation:
        notMethods: [GET]
        ports: ["8080"]
`,
		Kinds:  []string{authorizationPolicy},
		Object: checkDenyPorts,
	})
}

func checkDenyPorts(p *Pass, o *Object) {
	if o.Text("spec.action") != "DENY" || len(o.Find("spec.targetRefs[*]")) > 0 || o.First("spec.targetRef").Node != nil {
		return
	}
	for _, operation := range o.Find("spec.rules[*].to[*].operation") {
		if len(o.below(operation, "ports[*]"))+len(o.below(operation, "notPorts[*]")) > 0 {
			continue
		}
		for _, field := range []string{"paths", "notPaths", "methods", "notMethods", "hosts", "notHosts"} {
			if at := first(o.below(operation, field)); at.Node != nil {
				p.Report(o, at, field+" in a DENY without ports: connections that are not HTTP are all refused", "add the HTTP ports to the operation")
				break
			}
		}
	}
}
