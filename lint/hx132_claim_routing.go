package lint

import (
	"strings"

	"github.com/helmx-dev/helmx/manifest"
)

func init() {
	register(Rule{
		ID: "HX132", Title: "Routing by claims of a token",
		Feature: "JWT claim based routing",
		Tags:    []string{"feature", "jwt", "traffic"},
		Sources: []Source{
			{"JWT claim based routing", "https://istio.io/latest/docs/tasks/security/authentication/jwt-route/"},
		},
		Why: "Matching @request.auth.claims is Alpha, works at ingress gateways only, and takes a RequestAuthentication there: " +
			"without it the claim is never present, and the route never matches.",
		Remedy: "Route by a header that the application sets, or by host, and check the token with an AuthorizationPolicy.",
		Bad: `apiVersion: networking.istio.io/v1
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
        "@request.auth.claims.group":
          exact: admin
    route:
    - destination:
        host: admin
`,
		Good: `apiVersion: networking.istio.io/v1
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
        x-group:
          exact: admin
    route:
    - destination:
        host: admin
`,
		Kinds: []string{virtualService},
		Object: func(p *Pass, o *Object) {
			if !o.Mentions("@request.auth.claims") {
				return
			}
			for _, at := range claimMatches(o) {
				p.Report(o, at, "routing by claims of a token is Alpha", "route by a header or host, and check the token with an AuthorizationPolicy")
			}
		},
	})
}

// claimMatches returns the matches of claims in a VirtualService.
func claimMatches(o *Object) []manifest.Found {
	var found []manifest.Found
	for _, path := range []string{"spec.http[*].match[*].headers", "spec.http[*].match[*].withoutHeaders"} {
		for _, headers := range o.Find(path) {
			for _, at := range entries(headers) {
				if strings.HasPrefix(manifest.KeyText(at.Key), "@request.auth.claims") {
					found = append(found, at)
				}
			}
		}
	}
	return found
}
