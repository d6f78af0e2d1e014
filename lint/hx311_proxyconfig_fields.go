package lint

import (
	"github.com/helmx-dev/helmx/diag"
)

func init() {
	register(Rule{
		ID: "HX311", Title: "Deprecated setting of the proxy",
		Severity: diag.Warning,
		Tags:     []string{"deprecation", "proxy"},
		Sources: []Source{
			{"ProxyConfig reference", "https://istio.io/latest/docs/reference/config/istio.mesh.v1alpha1/#ProxyConfig"},
		},
		Why:    "The setting has a successor or no effect any more, and nothing says so when a proxy starts.",
		Remedy: "Remove it, or write its successor: tracing for zipkinAddress, a Telemetry for metrics and stat tags.",
		Bad: `apiVersion: v1
kind: ConfigMap
metadata:
  name: istio
  namespace: istio-system
data:
  mesh: |-
    defaultConfig:
      zipkinAddress: zipkin.tracing:9411
`,
		Good: `apiVersion: v1
kind: ConfigMap
metadata:
  name: istio
  namespace: istio-system
data:
  mesh: |-
    defaultConfig:
      tracing: {zipkin: {address: "zipkin.tracing:9411"}}
`,
		Kinds: proxyConfigKinds,
		Object: func(p *Pass, o *Object) {
			for _, config := range o.ProxyConfig() {
				reportRetired(p, o, config, []retired{
					{path: "zipkinAddress", instead: "write tracing.zipkin.address, or better a Telemetry with an extension provider"},
					{path: "discoveryRefreshDelay", instead: "remove it"},
					{path: "envoyMetricsServiceAddress", instead: "write envoyMetricsService: {address: ...}"},
					{path: "availabilityZone", instead: "remove it: the zone comes from the labels of the node"},
					{path: "sds", instead: "remove it"},
					{path: "extraStatTags", instead: "write the tags in a Telemetry"},
				})
			}
		},
	})
}
