package lint

import (
	"fmt"

	"github.com/helmx-dev/helmx/diag"
)

func init() {
	register(Rule{
		ID: "HX427", Title: "Route by claims that nobody has checked",
		Severity: diag.Error,
		Tags:     []string{"correctness", "jwt", "gateway"},
		Also:     []string{"IST0149"},
		Sources: []Source{
			{"Istio, JwtClaimBasedRoutingWithoutRequestAuthN", "https://istio.io/latest/docs/reference/config/analysis/ist0149/"},
			{"JWT claim based routing", "https://istio.io/latest/docs/tasks/security/authentication/jwt-route/"},
		},
		Why: "A route matches claims that a RequestAuthentication has taken from a token, at the gateway itself. Without one for the " +
			"gateway's pods there are no claims: the match never holds, and its opposite always does. In release scope it may be " +
			"part of another release.",
		Remedy: "Apply a RequestAuthentication in the namespace of the gateway's pods that selects them.",
		Bad: `apiVersion: apps/v1
kind: Deployment
metadata:
  name: gateway
  namespace: edge
spec:
  selector:
    matchLabels: {app: gateway}
  template:
    metadata:
      labels: {app: gateway}
---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata:
  name: shop
  namespace: shop
spec:
  selector: {app: gateway}
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
  hosts: [shop.example.com]
  gateways: [shop]
  http:
  - match:
    - headers:
        "@request.auth.claims.group": {exact: admin}
    route:
    - destination: {host: admin}
`,
		Good: `apiVersion: apps/v1
kind: Deployment
metadata:
  name: gateway
  namespace: edge
spec:
  selector:
    matchLabels: {app: gateway}
  template:
    metadata:
      labels: {app: gateway}
---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata:
  name: shop
  namespace: shop
spec:
  selector: {app: gateway}
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
  hosts: [shop.example.com]
  gateways: [shop]
  http:
  - match:
    - headers:
        "@request.auth.claims.group": {exact: admin}
    route:
    - destination: {host: admin}
---
apiVersion: security.istio.io/v1
kind: RequestAuthentication
metadata:
  name: shop
  namespace: edge
spec:
  selector:
    matchLabels: {app: gateway}
  jwtRules:
  - issuer: https://id.example.com
`,
		Whole: checkClaimsAuthenticated,
	})
}

func checkClaimsAuthenticated(p *Pass) {
	gateways := p.Mesh.gateways()
	for _, o := range p.Mesh.Of(virtualService) {
		if !o.Mentions("@request.auth.claims") {
			continue
		}
		claim := first(claimMatches(o))
		if claim.Node == nil {
			continue
		}
		for _, ref := range gatewayRefs(o) {
			gateway := gateways[gatewayName(text(ref.Node), o.Namespace())]
			if gateway != nil && !p.Mesh.authenticated(gateway) {
				p.Report(o, claim, fmt.Sprintf("no RequestAuthentication here is for the pods of gateway %s: there are no claims", gateway.name()),
					"apply a RequestAuthentication that selects the gateway's pods, in their namespace").Severity = p.absence()
			}
		}
	}
}

// authenticated reports whether all pods of a Gateway check tokens.
func (m *Mesh) authenticated(gateway *Object) bool {
	for _, load := range m.workloads().choose(anywhere, gateway.labelsAt("spec.selector")) {
		if !m.checksTokens(load) {
			return false
		}
	}
	return true
}

func (m *Mesh) checksTokens(load *workload) bool {
	for _, o := range m.Of(requestAuthentication) {
		if at := o.Namespace(); at != load.object.Namespace() && at != m.RootNamespace() {
			continue
		}
		if len(targets(o)) > 0 || o.labelsAt("spec.selector.matchLabels").matches(load.labels) {
			return true
		}
	}
	return false
}
