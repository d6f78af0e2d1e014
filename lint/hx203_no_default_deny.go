package lint

import (
	"fmt"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
)

func init() {
	register(Rule{
		ID: "HX203", Title: "Namespace with access rules and no default",
		Severity: diag.Info,
		Tags:     []string{"security", "authorization"},
		Sources: []Source{
			{"Security best practices", "https://istio.io/latest/docs/ops/best-practices/security/"},
		},
		Why: "ALLOW policies with selectors leave every other workload of the namespace open. A policy without rules, in the " +
			"namespace or in the root namespace, denies what nothing allows, so that a new workload is closed until somebody opens " +
			"it.",
		Remedy: "Apply an AuthorizationPolicy with an empty spec in the namespace.",
		Bad: `apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata:
  name: web
  namespace: shop
spec:
  selector: {matchLabels: {app: cart}}
  rules:
  - from: [{source: {principals: [cluster.local/ns/web/sa/web]}}]
`,
		Good: `apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata:
  name: web
  namespace: shop
spec:
  selector: {matchLabels: {app: cart}}
  rules:
  - from: [{source: {principals: [cluster.local/ns/web/sa/web]}}]
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata:
  name: deny-by-default
  namespace: shop
spec: {}
`,
		Whole: checkDefaultDeny,
	})
}

func checkDefaultDeny(p *Pass) {
	closed := make(map[string]bool)
	policies := p.Mesh.Of(authorizationPolicy)
	for _, o := range policies {
		if deniesByDefault(o) {
			closed[o.Namespace()] = true
		}
	}
	if closed[p.Mesh.RootNamespace()] {
		return
	}
	for _, o := range policies {
		if action := o.Text("spec.action"); action != "" && action != "ALLOW" || closed[o.Namespace()] {
			continue
		}
		closed[o.Namespace()] = true // told once
		p.Report(o, manifest.Found{}, fmt.Sprintf("nothing denies what no policy of namespace %s allows", o.Namespace()), "apply an AuthorizationPolicy with spec: {}")
	}
}

// deniesByDefault reports whether a policy leaves everything of its namespace
// closed that no other one opens: it allows, without selector.
func deniesByDefault(o *Object) bool {
	action := o.Text("spec.action")
	return (action == "" || action == "ALLOW") && len(targets(o)) == 0 && len(o.labelsAt("spec.selector.matchLabels")) == 0
}
