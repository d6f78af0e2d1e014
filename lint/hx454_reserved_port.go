package lint

import (
	"fmt"
	"slices"

	"github.com/helmx-dev/helmx/diag"
)

func init() {
	register(Rule{
		ID: "HX454", Title: "Port that the sidecar uses itself",
		Severity: diag.Warning,
		Tags:     []string{"correctness", "injection"},
		Sources: []Source{
			{"Application requirements", "https://istio.io/latest/docs/ops/deployment/application-requirements/"},
		},
		Why: "The proxy of a sidecar listens on these ports in the network of the pod. An application that listens on the same one " +
			"does not start, or takes the place of the proxy.",
		Remedy: "Use another port.",
		Bad: `apiVersion: apps/v1
kind: Deployment
metadata:
  name: shop
  namespace: shop
spec:
  selector:
    matchLabels: {app: shop}
  template:
    metadata:
      labels: {app: shop, sidecar.istio.io/inject: "true"}
    spec:
      containers:
      - name: shop
        image: shop:1.2.0
        ports:
        - containerPort: 15001
`,
		Good: `apiVersion: apps/v1
kind: Deployment
metadata:
  name: shop
  namespace: shop
spec:
  selector:
    matchLabels: {app: shop}
  template:
    metadata:
      labels: {app: shop, sidecar.istio.io/inject: "true"}
    spec:
      containers:
      - name: shop
        image: shop:1.2.0
        ports:
        - containerPort: 8080
`,
		Whole: checkReservedPorts,
	})
}

// proxyPorts are those that a sidecar listens on.
// https://istio.io/latest/docs/ops/deployment/application-requirements/#ports-used-by-istio
var proxyPorts = []string{"15000", "15001", "15002", "15004", "15006", "15008", "15020", "15021", "15053", "15090"}

func checkReservedPorts(p *Pass) {
	for _, load := range p.Mesh.workloads().all[anywhere] {
		if !p.Mesh.sidecar(load) || gatewayProxy(load) {
			continue
		}
		o := load.object
		for _, container := range o.below(load.pod, "spec.containers[*]") {
			if text(first(o.below(container, "name")).Node) == proxyContainer {
				continue
			}
			for _, at := range o.below(container, "ports[*].containerPort") {
				if slices.Contains(proxyPorts, text(at.Node)) {
					p.Report(o, at, fmt.Sprintf("port %s is one of the sidecar's", text(at.Node)), "use another port")
				}
			}
		}
	}
}
