package lint

import (
	"github.com/helmx-dev/helmx/diag"
)

func init() {
	register(Rule{
		ID: "HX309", Title: "Deprecated setting of the mesh",
		Severity: diag.Warning,
		Tags:     []string{"deprecation", "install"},
		Sources: []Source{
			{"MeshConfig reference", "https://istio.io/latest/docs/reference/config/istio.mesh.v1alpha1/"},
		},
		Why:    "The setting goes back to features that were taken out of Istio; it has no effect, or only its default is left.",
		Remedy: "Remove it. Certificates for services come from cert-manager or the cluster's own signers.",
		Bad: `apiVersion: v1
kind: ConfigMap
metadata:
  name: istio
  namespace: istio-system
data:
  mesh: |-
    certificates:
    - secretName: dns.example-service-account
`,
		Good: `apiVersion: v1
kind: ConfigMap
metadata:
  name: istio
  namespace: istio-system
data:
  mesh: |-
    rootNamespace: istio-system
`,
		Kinds: meshConfigKinds,
		Object: func(p *Pass, o *Object) {
			for _, mesh := range o.MeshConfig() {
				reportRetired(p, o, mesh, []retired{
					{path: "certificates", gone: "1.18", instead: "use cert-manager or istio-csr"},
					{path: "verifyCertificateAtClient", instead: "remove it: certificates are verified by default"},
				})
			}
		},
	})
}
