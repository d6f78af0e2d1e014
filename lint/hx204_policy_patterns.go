package lint

import (
	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
)

func init() {
	register(Rule{
		ID: "HX204", Title: "Policy that fails open", Starred: true,
		Severity: diag.Warning,
		Tags:     []string{"security", "authorization"},
		Sources: []Source{
			{"Istio, security best practices", "https://istio.io/latest/docs/ops/best-practices/security/"},
		},
		Why: "An ALLOW with negative conditions lets everything through that nobody thought of, and a DENY with positive ones " +
			"stops only what somebody did: a path written another way, a method that comes later, passes.",
		Remedy: "Turn it round: ALLOW with positive conditions (what may come in), DENY with negative ones (all but these).",
		Bad: `apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata:
  name: no-admin
  namespace: shop
spec:
  selector:
    matchLabels: {app: shop}
  action: ALLOW
  rules:
  - to:
    - operation:
        notPaths: [/admin]
`,
		Good: `apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata:
  name: public
  namespace: shop
spec:
  selector:
    matchLabels: {app: shop}
  action: ALLOW
  rules:
  - to:
    - operation:
        paths: [/public/*]
`,
		Kinds:  []string{authorizationPolicy},
		Object: checkPolicyPattern,
	})
}

const authorizationPolicy = "AuthorizationPolicy.security.istio.io"

// positive are the conditions of requests that have a negative twin.
var positive = []string{"to[*].operation.paths", "to[*].operation.hosts", "to[*].operation.methods", "when[*].values"}

// negative are the conditions that exclude.
var negative = []string{
	"to[*].operation.notPaths", "to[*].operation.notHosts", "to[*].operation.notMethods", "to[*].operation.notPorts", "when[*].notValues",
	"from[*].source.notPrincipals", "from[*].source.notRequestPrincipals", "from[*].source.notNamespaces",
	"from[*].source.notIpBlocks", "from[*].source.notRemoteIpBlocks", "from[*].source.notServiceAccounts",
}

func checkPolicyPattern(p *Pass, o *Object) {
	switch o.Text("spec.action") {
	case "", "ALLOW":
		for _, at := range conditions(o, negative) {
			p.Report(o, at, "an ALLOW with a negative condition lets in whatever it does not name", "name what may come in, or use DENY")
		}
	case "DENY":
		for _, at := range conditions(o, positive) {
			p.Report(o, at, "a DENY with a positive condition stops only what it names", "deny all but what may come in, with the negative condition, or use ALLOW")
		}
	}
}

// conditions returns the conditions of a policy's rules that are there.
func conditions(o *Object, names []string) []manifest.Found {
	var found []manifest.Found
	for _, rule := range o.Find("spec.rules[*]") {
		for _, name := range names {
			found = append(found, o.below(rule, name)...)
		}
	}
	return found
}
