package lint

import (
	"fmt"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
)

func init() {
	register(Rule{
		ID: "HX217", Title: "istiod may be made to fetch keys from internal addresses",
		Severity: diag.Info,
		Tags:     []string{"security", "jwt", "istiod"},
		Also:     []string{"IST0175"},
		Sources: []Source{
			{"Istio, JwksUriFetchUnrestricted", "https://istio.io/latest/docs/reference/config/analysis/ist0175/"},
		},
		Why: "istiod fetches the keys of a RequestAuthentication from the jwksUri that is written there. Who may create one can make " +
			"istiod call addresses that only it reaches, such as the metadata service of a cloud.",
		Remedy: "Set BLOCKED_CIDRS_IN_JWKS_URIS in the environment of istiod to the ranges that hold no issuer.",
		Bad: `apiVersion: apps/v1
kind: Deployment
metadata:
  name: istiod
  namespace: istio-system
spec:
  selector:
    matchLabels: {app: istiod}
  template:
    metadata:
      labels: {app: istiod}
    spec:
      containers:
      - name: discovery
        image: registry.istio.io/release/pilot:1.31.1
---
apiVersion: security.istio.io/v1
kind: RequestAuthentication
metadata:
  name: shop
  namespace: shop
spec:
  jwtRules:
  - issuer: https://id.example.com
    jwksUri: https://id.example.com/keys
`,
		Good: `apiVersion: apps/v1
kind: Deployment
metadata:
  name: istiod
  namespace: istio-system
spec:
  selector:
    matchLabels: {app: istiod}
  template:
    metadata:
      labels: {app: istiod}
    spec:
      containers:
      - name: discovery
        image: registry.istio.io/release/pilot:1.31.1
        env:
        - {name: BLOCKED_CIDRS_IN_JWKS_URIS, value: 169.254.0.0/16}
---
apiVersion: security.istio.io/v1
kind: RequestAuthentication
metadata:
  name: shop
  namespace: shop
spec:
  jwtRules:
  - issuer: https://id.example.com
    jwksUri: https://id.example.com/keys
`,
		Whole: checkJWKSAddresses,
	})
}

func checkJWKSAddresses(p *Pass) {
	if p.Mesh.Before("1.30") || len(p.Mesh.install().istiods) == 0 {
		return
	}
	named := firstOf(p.Mesh.Of(requestAuthentication), func(o *Object) bool { return o.First("spec.jwtRules[*].jwksUri").Node != nil })
	if named == nil {
		return
	}
	for _, o := range p.Mesh.install().istiods {
		if value, _ := o.IstiodEnv("BLOCKED_CIDRS_IN_JWKS_URIS"); value == "" {
			p.Report(o, manifest.Found{}, fmt.Sprintf("istiod fetches keys from any address: RequestAuthentication %s names a jwksUri", named.name()),
				"set BLOCKED_CIDRS_IN_JWKS_URIS to the ranges that hold no issuer")
		}
	}
}
