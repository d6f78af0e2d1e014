package lint

import (
	"github.com/helmx-dev/helmx/diag"
)

func init() {
	register(Rule{
		ID: "HX222", Title: "External authorizer that fails open",
		Severity: diag.Info,
		Tags:     []string{"security", "authorization"},
		Sources: []Source{
			{"MeshConfig reference: extensionProviders", "https://istio.io/latest/docs/reference/config/istio.mesh.v1alpha1/"},
		},
		Why: "With failOpen every request passes while the authorizer does not answer - also when somebody overloads it on " +
			"purpose. Without a timeout a proxy waits ten minutes before it counts as not answering.",
		Remedy: "Leave failOpen out, give the authorizer replicas, and set a timeout. Keep it only where being served matters more " +
			"than being allowed.",
		Bad: `apiVersion: v1
kind: ConfigMap
metadata:
  name: istio
  namespace: istio-system
data:
  mesh: |-
    extensionProviders:
    - name: authorizer
      envoyExtAuthzGrpc:
        service: authorizer.auth.svc.cluster.local
        port: 9000
        timeout: 1s
        failOpen: true
`,
		Good: `apiVersion: v1
kind: ConfigMap
metadata:
  name: istio
  namespace: istio-system
data:
  mesh: |-
    extensionProviders:
    - name: authorizer
      envoyExtAuthzGrpc:
        service: authorizer.auth.svc.cluster.local
        port: 9000
        timeout: 1s
`,
		Kinds: meshConfigKinds,
		Object: func(p *Pass, o *Object) {
			for _, config := range o.MeshConfig() {
				for _, kind := range []string{"envoyExtAuthzHttp", "envoyExtAuthzGrpc"} {
					for _, at := range o.below(config, "extensionProviders[*]."+kind+".failOpen") {
						if isTrueAt(at) {
							p.Report(o, at, "requests pass while the authorizer does not answer", "leave failOpen out, and set a timeout")
						}
					}
				}
			}
		},
	})
}
