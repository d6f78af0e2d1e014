package lint

import (
	"slices"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
)

func init() {
	register(Rule{
		ID: "HX224", Title: "Gateway without a limit of connections",
		Severity: diag.Info,
		Optional: true,
		Tags:     []string{"security", "gateway"},
		Sources: []Source{
			{"Security best practices", "https://istio.io/latest/docs/ops/best-practices/security/"},
		},
		Why: "A gateway takes connections until it has no memory or file descriptors left, for all of its hosts at once. Envoy " +
			"refuses more than global_downstream_max_connections.",
		Remedy: "Set ISTIO_META_GLOBAL_DOWNSTREAM_MAX_CONNECTIONS in the environment of the gateway, or in proxyMetadata.",
		Bad: `apiVersion: apps/v1
kind: Deployment
metadata:
  name: gateway
  namespace: edge
spec:
  selector:
    matchLabels: {istio: ingressgateway}
  template:
    metadata:
      labels: {istio: ingressgateway}
    spec:
      containers:
      - {name: istio-proxy, image: auto}
`,
		Good: `apiVersion: apps/v1
kind: Deployment
metadata:
  name: gateway
  namespace: edge
spec:
  selector:
    matchLabels: {istio: ingressgateway}
  template:
    metadata:
      labels: {istio: ingressgateway}
    spec:
      containers:
      - name: istio-proxy
        image: auto
        env:
        - {name: ISTIO_META_GLOBAL_DOWNSTREAM_MAX_CONNECTIONS, value: "50000"}
`,
		Whole: checkConnectionLimit,
	})
}

// connectionLimits are the words by which a limit is written, wherever it is.
var connectionLimits = []string{"GLOBAL_DOWNSTREAM_MAX_CONNECTIONS", "global_downstream_max_connections", "globalDownstreamConnectionLimit"}

func checkConnectionLimit(p *Pass) {
	limited := func(o *Object) bool { return slices.ContainsFunc(connectionLimits, o.Mentions) }
	if firstOf(p.Mesh.Of(append([]string{envoyFilter}, proxyConfigKinds[:3]...)...), limited) != nil {
		return
	}
	for _, o := range p.Mesh.Of(podKinds...) {
		if gatewayPod(o).Node != nil && !limited(o) {
			p.Report(o, manifest.Found{}, "the gateway takes connections until its memory ends", "set ISTIO_META_GLOBAL_DOWNSTREAM_MAX_CONNECTIONS")
		}
	}
}
