package lint

import "github.com/helmx-dev/helmx/diag"

func init() {
	register(Rule{
		ID: "HX136", Title: "Runtime values of the proxy",
		Feature: "runtimeValues", Severity: diag.Warning,
		Tags: []string{"feature", "proxy", "upgrade"},
		Sources: []Source{
			{"ProxyConfig reference: runtimeValues", "https://istio.io/latest/docs/reference/config/istio.mesh.v1alpha1/#ProxyConfig"},
		},
		Why: "These switches of Envoy turn on what is experimental, unsafe or unsupported, or bring back what was deprecated. They come and go " +
			"with Envoy's versions, and an unknown one is passed over without a word.",
		Remedy: "Remove it once the problem that it was for is solved. Until then write down which Envoy version it was for.",
		Bad: `apiVersion: v1
kind: ConfigMap
metadata:
  name: istio
  namespace: istio-system
data:
  mesh: |-
    defaultConfig:
      runtimeValues:
        envoy.reloadable_features.strict_duration_validation: "false"
`,
		Good: `apiVersion: v1
kind: ConfigMap
metadata:
  name: istio
  namespace: istio-system
data:
  mesh: |-
    defaultConfig:
      holdApplicationUntilProxyStarts: true
`,
		Kinds: proxyConfigKinds,
		Object: func(p *Pass, o *Object) {
			for _, config := range o.ProxyConfig() {
				for _, at := range o.below(config, "runtimeValues") {
					if len(at.Node.Content) > 0 {
						p.Report(o, at, "runtimeValues turn on what Envoy calls experimental, unsafe or deprecated", "remove them once the problem they are for is solved")
					}
				}
			}
		},
	})
}
