package lint

import (
	"slices"
	"strings"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
)

func init() {
	register(Rule{
		ID: "HX455", Title: "Pods without the labels app and version",
		Severity: diag.Info,
		Optional: true,
		Tags:     []string{"correctness", "telemetry"},
		Sources: []Source{
			{"Application requirements", "https://istio.io/latest/docs/ops/deployment/application-requirements/"},
		},
		Why: "Metrics and traces name a workload by its labels app, or app.kubernetes.io/name, and version. Without them it is " +
			"called by its Deployment, and its versions cannot be told apart.",
		Remedy: "Label the pods with app and version.",
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
        - containerPort: 8080
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
      labels: {app: shop, version: v1, sidecar.istio.io/inject: "true"}
    spec:
      containers:
      - name: shop
        image: shop:1.2.0
        ports:
        - containerPort: 8080
`,
		Whole: checkPodLabels,
	})
}

func checkPodLabels(p *Pass) {
	for _, load := range p.Mesh.workloads().all[anywhere] {
		if !p.Mesh.sidecar(load) || gatewayProxy(load) {
			continue
		}
		has := func(names ...string) bool {
			return slices.ContainsFunc(names, func(name string) bool { return load.labels[name] != "" })
		}
		var missing []string
		if !has("app", "app.kubernetes.io/name", "service.istio.io/canonical-name") {
			missing = append(missing, "app")
		}
		if !has("version", "app.kubernetes.io/version", "service.istio.io/canonical-revision") {
			missing = append(missing, "version")
		}
		if len(missing) > 0 {
			p.Report(load.object, manifest.Found{}, "the pods carry no label "+strings.Join(missing, " and "), "label the pods with app and version")
		}
	}
}
