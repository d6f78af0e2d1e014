package lint

import (
	"github.com/helmx-dev/helmx/diag"
)

func init() {
	register(Rule{
		ID: "HX312", Title: "Deprecated field of an authorization provider",
		Severity: diag.Warning,
		Tags:     []string{"deprecation", "authorization"},
		Sources: []Source{
			{"Global mesh options: HTTP external authorization", "https://istio.io/latest/docs/reference/config/istio.mesh.v1alpha1/#MeshConfig-ExtensionProvider-EnvoyExternalAuthorizationHttpProvider"},
		},
		Why: "includeHeadersInCheck was renamed when headers of the response could be chosen too. Where both names are written, the " +
			"old one is passed over.",
		Remedy: "Write includeRequestHeadersInCheck.",
		Bad: `apiVersion: v1
kind: ConfigMap
metadata:
  name: istio
  namespace: istio-system
data:
  mesh: |-
    extensionProviders:
    - name: authz
      envoyExtAuthzHttp:
        service: authz.shop.svc.cluster.local
        port: 8000
        includeHeadersInCheck: [x-token]
`,
		Good: `apiVersion: v1
kind: ConfigMap
metadata:
  name: istio
  namespace: istio-system
data:
  mesh: |-
    extensionProviders:
    - name: authz
      envoyExtAuthzHttp:
        service: authz.shop.svc.cluster.local
        port: 8000
        includeRequestHeadersInCheck: [x-token]
`,
		Kinds:  meshConfigKinds,
		Object: checkExtAuthzFields,
	})
}

func checkExtAuthzFields(p *Pass, o *Object) {
	for _, config := range o.MeshConfig() {
		for _, provider := range o.below(config, "extensionProviders[*].envoyExtAuthzHttp") {
			reportRetired(p, o, provider, []retired{{path: "includeHeadersInCheck", instead: "write includeRequestHeadersInCheck"}})
		}
	}
}
