package lint

import (
	"slices"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
)

func init() {
	register(Rule{
		ID: "HX229", Title: "Control plane without NetworkPolicy",
		Severity: diag.Info,
		Optional: true,
		Tags:     []string{"security", "install"},
		Sources: []Source{
			{"Security best practices", "https://istio.io/latest/docs/ops/best-practices/security/"},
		},
		Why:    "Since Istio 1.28 its charts bring NetworkPolicies that let in what each part needs. They are off by default.",
		Remedy: "Set global.networkPolicy.enabled: true, where the network plugin enforces policies.",
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
      containers:
      - name: discovery
        image: registry.istio.io/release/pilot:1.31.1
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: istiod
  namespace: istio-system
spec:
  podSelector:
    matchLabels: {app: istiod}
`,
		Whole: checkNetworkPolicy,
	})
}

func checkNetworkPolicy(p *Pass) {
	if p.Mesh.Before("1.28") {
		return
	}
	guarded := make(map[string][]labelSet)
	for _, o := range p.Mesh.Of("NetworkPolicy.networking.k8s.io") {
		guarded[o.Namespace()] = append(guarded[o.Namespace()], o.labelsAt("spec.podSelector.matchLabels"))
	}
	for _, o := range p.Mesh.install().istiods {
		labels := o.labels(o.Pod(), "metadata.labels")
		if !slices.ContainsFunc(guarded[o.Namespace()], func(selector labelSet) bool { return selector.matches(labels) }) {
			p.Report(o, manifest.Found{}, "no NetworkPolicy here is for istiod", "set global.networkPolicy.enabled: true")
		}
	}
}
