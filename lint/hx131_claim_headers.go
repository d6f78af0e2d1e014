package lint

func init() {
	register(Rule{
		ID: "HX131", Title: "JWT claims copied to headers",
		Feature: "outputClaimToHeaders",
		Tags:    []string{"feature", "jwt", "security"},
		Sources: []Source{
			{"RequestAuthentication reference: outputClaimToHeaders", "https://istio.io/latest/docs/reference/config/security/request_authentication/"},
		},
		Why: "The feature is Experimental: it may change or go at any version. Only claims of simple types are copied, and a request without a token " +
			"keeps the header that its sender wrote.",
		Remedy: "Forward the token (forwardOriginalToken) and read the claim in the application, or keep the use of the header harmless.",
		Bad: `apiVersion: security.istio.io/v1
kind: RequestAuthentication
metadata:
  name: jwt
  namespace: shop
spec:
  jwtRules:
  - issuer: https://id.example.com
    outputClaimToHeaders:
    - header: x-tenant
      claim: tenant
`,
		Good: `apiVersion: security.istio.io/v1
kind: RequestAuthentication
metadata:
  name: jwt
  namespace: shop
spec:
  jwtRules:
  - issuer: https://id.example.com
    forwardOriginalToken: true
`,
		Kinds: []string{requestAuthentication},
		Object: func(p *Pass, o *Object) {
			for _, at := range o.Find("spec.jwtRules[*].outputClaimToHeaders") {
				if at.Node != nil && len(at.Node.Content) > 0 {
					p.Report(o, at, "outputClaimToHeaders is experimental", "forward the token and read the claim in the application")
				}
			}
		},
	})
}
