package lint

import (
	"fmt"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
)

func init() {
	register(Rule{
		ID: "HX125", Title: "Istio's own routing API beside the Gateway API",
		Severity: diag.Info,
		Optional: true,
		Tags:     []string{"feature", "gateway-api"},
		Sources: []Source{
			{"Gateway API mesh support promoted to stable, Istio blog, 2024", "https://istio.io/latest/blog/2024/gateway-mesh-ga/"},
		},
		Why: "The Gateway API is what Istio recommends for new deployments. Where its routes are in use already, the objects of " +
			"Istio's API beside them make readers learn two ways to say one thing. They are not deprecated, and some of what they " +
			"say has no counterpart.",
		Remedy: "Write new routes as HTTPRoute, and move the others when they change.",
		Bad: `apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata:
  name: cart
  namespace: shop
---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata:
  name: shop
  namespace: shop
`,
		Good: `apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata:
  name: cart
  namespace: shop
`,
		Whole: checkTwoAPIs,
	})
}

func checkTwoAPIs(p *Pass) {
	if p.Mesh.Before("1.22") || len(p.Mesh.Of(routeKinds...)) == 0 {
		return
	}
	for _, o := range p.Mesh.Of(istioGateway, virtualService) {
		p.Report(o, manifest.Found{}, fmt.Sprintf("%s of Istio's API beside routes of the Gateway API", o.ID.Kind), "write new routes as HTTPRoute")
	}
}

// routeKinds are the routes of the Gateway API.
var routeKinds = []string{"HTTPRoute." + gatewayAPI, "GRPCRoute." + gatewayAPI, "TCPRoute." + gatewayAPI, "TLSRoute." + gatewayAPI}
