package lint

import (
	"github.com/helmx-dev/helmx/diag"
)

func init() {
	register(Rule{
		ID: "HX456", Title: "Pod in the network of its node in an injected namespace",
		Severity: diag.Info,
		Tags:     []string{"correctness", "injection"},
		Sources: []Source{
			{"Application requirements", "https://istio.io/latest/docs/ops/deployment/application-requirements/"},
		},
		Why: "Pods with hostNetwork get no sidecar: its rules would redirect the traffic of the node. They are outside of the mesh, " +
			"and STRICT mTLS keeps them out.",
		Remedy: "Take hostNetwork off, or move the workload to a namespace that is not injected.",
		Bad: `apiVersion: v1
kind: Namespace
metadata:
  name: shop
  labels: {istio-injection: enabled}
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: shop
  namespace: shop
spec:
  selector:
    matchLabels: {app: shop}
  template:
    metadata:
      labels: {app: shop}
    spec:
      hostNetwork: true
      containers:
      - name: shop
        image: shop:1.2.0
        ports:
        - containerPort: 8080
`,
		Good: `apiVersion: v1
kind: Namespace
metadata:
  name: shop
  labels: {istio-injection: enabled}
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: shop
  namespace: shop
spec:
  selector:
    matchLabels: {app: shop}
  template:
    metadata:
      labels: {app: shop}
    spec:
      containers:
      - name: shop
        image: shop:1.2.0
        ports:
        - containerPort: 8080
`,
		Whole: checkHostNetwork,
	})
}

func checkHostNetwork(p *Pass) {
	for _, load := range p.Mesh.workloads().all[anywhere] {
		if load.pod.Node == nil {
			continue
		}
		at := first(load.object.below(load.pod, "spec.hostNetwork"))
		labels := p.Mesh.namespaceLabels(load.object.Namespace())
		injected := labels[injectionLabel] == "enabled" || labels[injectionLabel] == "" && labels[revisionLabel] != "" && labels[dataplaneLabel] == ""
		if injected && isTrueAt(at) && load.labels[injectLabel] != "false" {
			p.Report(load.object, at, "pods in the network of their node get no sidecar, though their namespace is injected", "take hostNetwork off, or move the workload")
		}
	}
}
