package lint

import (
	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
)

func init() {
	register(Rule{
		ID: "HX503", Title: "Replicas of istiod that may share a node",
		Severity: diag.Info,
		Optional: true,
		Tags:     []string{"install", "availability"},
		Sources: []Source{
			{"Deployment best practices", "https://istio.io/latest/docs/ops/best-practices/deployment/"},
		},
		Why: "Nothing keeps the scheduler from putting all replicas of istiod on one node, and then its loss is that of the control " +
			"plane.",
		Remedy: "Set topologySpreadConstraints or affinity in the values of istiod: required by host, preferred by zone.",
		Bad: `apiVersion: apps/v1
kind: Deployment
metadata:
  name: istiod
  namespace: istio-system
spec:
  selector:
    matchLabels: {app: istiod}
  template:
    metadata:
      labels: {app: istiod}
    spec:
      containers:
      - name: discovery
        image: registry.istio.io/release/pilot:1.31.1
`,
		Good: `apiVersion: apps/v1
kind: Deployment
metadata:
  name: istiod
  namespace: istio-system
spec:
  selector:
    matchLabels: {app: istiod}
  template:
    metadata:
      labels: {app: istiod}
    spec:
      topologySpreadConstraints: [{maxSkew: 1, topologyKey: kubernetes.io/hostname, whenUnsatisfiable: DoNotSchedule}]
      containers:
      - name: discovery
        image: registry.istio.io/release/pilot:1.31.1
`,
		Whole: checkIstiodSpread,
	})
}

func checkIstiodSpread(p *Pass) {
	for _, o := range p.Mesh.install().istiods {
		pod := o.Pod()
		if len(entries(first(o.below(pod, "spec.affinity.podAntiAffinity")))) == 0 && len(o.below(pod, "spec.topologySpreadConstraints[*]")) == 0 {
			p.Report(o, manifest.Found{}, "nothing spreads the replicas of istiod over nodes", "set topologySpreadConstraints")
		}
	}
}
