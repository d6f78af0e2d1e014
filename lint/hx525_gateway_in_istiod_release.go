package lint

import (
	"fmt"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
)

func init() {
	register(Rule{
		ID: "HX525", Title: "Gateway in the release of istiod",
		Severity: diag.Info,
		Optional: true,
		Tags:     []string{"install", "gateway", "upgrade"},
		Sources: []Source{
			{"Installing gateways", "https://istio.io/latest/docs/setup/additional-setup/gateway/"},
		},
		Why: "A gateway that is part of istiod's release is upgraded, and restarted, with the control plane, in the same moment. " +
			"Istio recommends to keep them apart. A release is known here by the label app.kubernetes.io/instance.",
		Remedy: "Install the gateway as a release of its own.",
		Bad: `apiVersion: apps/v1
kind: Deployment
metadata:
  name: istiod
  labels: {app.kubernetes.io/instance: mesh}
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
apiVersion: apps/v1
kind: Deployment
metadata:
  name: gateway
  namespace: istio-ingress
  labels: {app.kubernetes.io/instance: mesh}
spec:
  selector:
    matchLabels: {istio: ingressgateway}
  template:
    metadata:
      labels: {istio: ingressgateway}
`,
		Good: `apiVersion: apps/v1
kind: Deployment
metadata:
  name: istiod
  labels: {app.kubernetes.io/instance: mesh}
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
apiVersion: apps/v1
kind: Deployment
metadata:
  name: gateway
  namespace: istio-ingress
  labels: {app.kubernetes.io/instance: edge}
spec:
  selector:
    matchLabels: {istio: ingressgateway}
  template:
    metadata:
      labels: {istio: ingressgateway}
`,
		Whole: checkGatewayRelease,
	})
}

func checkGatewayRelease(p *Pass) {
	const label = "app.kubernetes.io/instance"
	planes := make(map[string]bool)
	for _, o := range p.Mesh.install().istiods {
		planes[o.Labels()[label]] = true
	}
	delete(planes, "")
	if len(planes) == 0 {
		return
	}
	for _, o := range p.Mesh.Of(podKinds...) {
		if release := o.Labels()[label]; planes[release] && gatewayPod(o).Node != nil {
			p.Report(o, manifest.Found{}, fmt.Sprintf("the gateway is part of release %s, as istiod is", release), "install it as a release of its own")
		}
	}
}
