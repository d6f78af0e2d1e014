package lint

import (
	"github.com/helmx-dev/helmx/diag"
)

func init() {
	register(Rule{
		ID: "HX212", Title: "Token that is checked and not required",
		Severity: diag.Warning,
		Tags:     []string{"security", "jwt", "authorization"},
		Sources: []Source{
			{"RequestAuthentication reference", "https://istio.io/latest/docs/reference/config/security/request_authentication/"},
		},
		Why: "A RequestAuthentication refuses tokens that are wrong. A request without a token passes; only an AuthorizationPolicy" +
			" about request principals or claims stops it. Any such policy in the namespace or in the root namespace counts here," +
			" and routes by claims do too.",
		Remedy: "Add an AuthorizationPolicy that asks for requestPrincipals.",
		Bad: `apiVersion: security.istio.io/v1
kind: RequestAuthentication
metadata:
  name: shop
  namespace: shop
spec:
  selector:
    matchLabels: {app: shop}
  jwtRules:
  - issuer: https://id.example.com
    jwksUri: https://id.example.com/keys
`,
		Good: `apiVersion: security.istio.io/v1
kind: RequestAuthentication
metadata:
  name: shop
  namespace: shop
spec:
  selector:
    matchLabels: {app: shop}
  jwtRules:
  - issuer: https://id.example.com
    jwksUri: https://id.example.com/keys
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata:
  name: shop
  namespace: shop
spec:
  selector:
    matchLabels: {app: shop}
  rules:
  - from:
    - source:
        requestPrincipals: ["*"]
`,
		Whole: checkTokenRequired,
	})
}

const requestAuthentication = "RequestAuthentication.security.istio.io"

// checkTokenRequired goes by namespaces: who selects what within one is not
// looked at, so that it never asks for a policy that is there.
func checkTokenRequired(p *Pass) {
	authentications := p.Mesh.Of(requestAuthentication)
	if len(authentications) == 0 || firstOf(p.Mesh.Of(virtualService), func(o *Object) bool { return o.Mentions("@request.auth.claims") }) != nil {
		return
	}
	required := make(map[string]bool)
	for _, o := range p.Mesh.Of(authorizationPolicy) {
		if o.Mentions("equestPrincipals") || o.Mentions("request.auth.") {
			required[o.Namespace()] = true
		}
	}
	if required[p.Mesh.RootNamespace()] {
		return
	}
	for _, o := range authentications {
		if len(o.Find("spec.jwtRules[*]")) > 0 && !required[o.Namespace()] {
			d := p.Report(o, o.First("spec.jwtRules"), "a request without a token passes: no AuthorizationPolicy here asks for one", "add an AuthorizationPolicy that asks for requestPrincipals")
			d.Severity = p.absence()
		}
	}
}
