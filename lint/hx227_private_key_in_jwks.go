package lint

import (
	"fmt"

	"github.com/helmx-dev/helmx/diag"
)

func init() {
	register(Rule{
		ID: "HX227", Title: "Private key among public ones",
		Severity: diag.Warning,
		Tags:     []string{"security", "jwt"},
		Sources: []Source{
			{"RequestAuthentication reference: JWTRule", "https://istio.io/latest/docs/reference/config/security/request_authentication/"},
			{"RFC 7518: parameters of private keys", "https://www.rfc-editor.org/rfc/rfc7518#section-6"},
		},
		Why: "jwks is for the keys that tokens are checked with. A key with its private part (d, p or q) lets whoever reads the " +
			"manifest, the repository or a proxy's configuration make tokens that the mesh accepts. The finding points at the " +
			"rule and not at the key, so that reports do not spread it.",
		Remedy: "Replace the key pair, and write the public part alone.",
		Bad: `apiVersion: security.istio.io/v1
kind: RequestAuthentication
metadata:
  name: shop
  namespace: shop
spec:
  jwtRules:
  - issuer: https://id.example.com
    jwks: '{"keys": [{"kty": "oct-example", "kid": "a", "d": "example"}]}'
`,
		Good: `apiVersion: security.istio.io/v1
kind: RequestAuthentication
metadata:
  name: shop
  namespace: shop
spec:
  jwtRules:
  - issuer: https://id.example.com
    jwks: '{"keys": [{"kty": "RSA", "kid": "a", "n": "example", "e": "AQAB"}]}'
`,
		Kinds:  []string{requestAuthentication},
		Object: checkPrivateKeys,
	})
}

func checkPrivateKeys(p *Pass, o *Object) {
	for _, rule := range o.Find("spec.jwtRules[*]") {
		for _, key := range o.below(rule, "jwks|json.keys[*]") {
			for _, member := range []string{"d", "p", "q"} {
				if first(o.below(key, member)).Node == nil {
					continue
				}
				at := first(o.below(rule, "issuer"))
				p.Report(o, at, fmt.Sprintf("jwks holds a private key: it has %q", member), "replace the key pair, and write the public part alone")
				return
			}
		}
	}
}
