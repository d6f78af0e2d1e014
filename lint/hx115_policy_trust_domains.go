package lint

func init() {
	register(Rule{
		ID: "HX115", Title: "Trust domains in a policy",
		Feature: "trust domains in policies",
		Tags:    []string{"feature", "authorization"},
		Sources: []Source{
			{"AuthorizationPolicy reference", "https://istio.io/latest/docs/reference/config/security/authorization-policy/"},
		},
		Why: "The fields are not part of Istio's stable channel, whose admission policy refuses them, and they are newer than the " +
			"rest of the API: an older proxy does not know them.",
		Remedy: "Name the principals, whose first part is the trust domain.",
		Bad: `apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata:
  name: shop
  namespace: shop
spec:
  rules:
  - from:
    - source:
        trustDomains: [cluster.local]
`,
		Good: `apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata:
  name: shop
  namespace: shop
spec:
  rules:
  - from:
    - source:
        principals: [cluster.local/*]
`,
		Kinds: []string{authorizationPolicy},
		Object: func(p *Pass, o *Object) {
			for _, at := range conditions(o, []string{"from[*].source.trustDomains", "from[*].source.notTrustDomains"}) {
				p.Report(o, at, "trust domains in a policy are outside of Istio's stable channel", "name principals, such as cluster.local/*")
			}
		},
	})
}
