package lint

import (
	"fmt"
	"strings"

	"github.com/helmx-dev/helmx/diag"
)

func init() {
	register(Rule{
		ID: "HX213", Title: "Gateway beside the control plane", Starred: true,
		Severity: diag.Warning,
		Tags:     []string{"security", "gateway"},
		Sources: []Source{
			{"Installing gateways: deploy the gateway in a different namespace from the control plane", "https://istio.io/latest/docs/setup/additional-setup/gateway/"},
		},
		Why: "A gateway takes traffic from outside. In the namespace of istiod, whoever may manage gateways may also read the " +
			"keys of the mesh's authority and change the control plane, and a gateway that is broken into is next to both.",
		Remedy: "Install gateways in a namespace of their own, for example istio-ingress.",
		Bad: `apiVersion: apps/v1
kind: Deployment
metadata:
  name: istio-ingressgateway
  namespace: istio-system
spec:
  selector:
    matchLabels: {istio: ingressgateway}
  template:
    metadata:
      labels: {istio: ingressgateway}
      annotations: {inject.istio.io/templates: gateway}
    spec:
      containers:
      - name: istio-proxy
        image: auto
`,
		Good: `apiVersion: apps/v1
kind: Deployment
metadata:
  name: istio-ingressgateway
  namespace: istio-ingress
spec:
  selector:
    matchLabels: {istio: ingressgateway}
  template:
    metadata:
      labels: {istio: ingressgateway}
      annotations: {inject.istio.io/templates: gateway}
    spec:
      containers:
      - name: istio-proxy
        image: auto
`,
		Kinds:  append([]string{k8sGateway}, podKinds...),
		Object: checkGatewayNamespace,
	})
}

func checkGatewayNamespace(p *Pass, o *Object) {
	if o.Namespace() != p.Mesh.RootNamespace() {
		return
	}
	at := gatewayPod(o)
	if o.ID.Kind == "Gateway" && strings.HasPrefix(o.Text("spec.gatewayClassName"), "istio") && o.Text("spec.gatewayClassName") != waypointClass {
		at = o.First("spec.gatewayClassName")
	}
	if at.Node != nil {
		p.Report(o, at, fmt.Sprintf("a gateway in %s, the namespace of the control plane", o.Namespace()), "give gateways a namespace of their own, such as istio-ingress")
	}
}
