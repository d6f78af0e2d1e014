package lint

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/helmx-dev/helmx/diag"
)

func init() {
	register(Rule{
		ID: "HX461", Title: "CUSTOM policy whose provider is not defined", Starred: true,
		Severity: diag.Error,
		Tags:     []string{"correctness", "authorization"},
		Sources: []Source{
			{"External authorization", "https://istio.io/latest/docs/tasks/security/authorization/authz-custom/"},
			{"AuthorizationPolicy reference: ExtensionProvider", "https://istio.io/latest/docs/reference/config/security/authorization-policy/"},
		},
		Why: "A CUSTOM policy asks the provider that meshConfig.extensionProviders defines under that name. Where there is none istiod denies " +
			"everything that the policy is about. In release scope the mesh's configuration may be part of another release.",
		Remedy: "Define the provider in meshConfig.extensionProviders, or correct its name.",
		Bad:    meshConfigWith("oauth2-proxy") + customPolicy,
		Good:   meshConfigWith("oauth2") + customPolicy,
		Whole: func(p *Pass) {
			known := p.Mesh.extensionProviders()
			for _, o := range p.Mesh.Of(authorizationPolicy) {
				at := o.First("spec.provider.name")
				if name := text(at.Node); o.Text("spec.action") == "CUSTOM" && name != "" && !slices.Contains(known, name) {
					p.Report(o, at, fmt.Sprintf("no extensionProviders here define %q, without which everything is denied", name),
						cmp.Or(diag.DidYouMean(name, known), "define it in meshConfig.extensionProviders")).Severity = p.absence()
				}
			}
		},
	})
}

const customPolicy = `apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata:
  name: login
  namespace: istio-ingress
spec:
  selector:
    matchLabels: {istio: ingressgateway}
  action: CUSTOM
  provider: {name: oauth2}
  rules:
  - to:
    - operation: {hosts: [shop.example.com]}
`
