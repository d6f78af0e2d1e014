package lint

import (
	"fmt"
	"strings"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
)

func init() {
	register(Rule{
		ID: "HX127", Title: "TCPRoute or TLSRoute in ambient mode",
		Feature:  "TCPRoute and TLSRoute in ambient",
		Severity: diag.Warning,
		Tags:     []string{"feature", "ambient", "gateway-api"},
		Sources: []Source{
			{"Istio, feature stages", "https://istio.io/latest/docs/releases/feature-stages/"},
		},
		Why: "Istio lists these routes as Alpha in ambient mode, and reads those that have no v1 only with " +
			"PILOT_ENABLE_ALPHA_GATEWAY_API. TLSRoute is v1 from Gateway API 1.5 on, and is not meant then.",
		Remedy: "Route by Service where that is enough, and look the routes up in the release notes before an upgrade.",
		Bad: `apiVersion: v1
kind: Namespace
metadata:
  name: shop
  labels: {istio.io/dataplane-mode: ambient}
---
apiVersion: gateway.networking.k8s.io/v1alpha2
kind: TCPRoute
metadata:
  name: db
  namespace: shop
spec:
  parentRefs: [{group: "", kind: Service, name: db, port: 5432}]
`,
		Good: `apiVersion: v1
kind: Namespace
metadata:
  name: shop
  labels: {istio.io/dataplane-mode: ambient}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata:
  name: cart
  namespace: shop
spec:
  parentRefs: [{group: "", kind: Service, name: cart, port: 80}]
`,
		Whole: checkAlphaRoutes,
	})
}

func checkAlphaRoutes(p *Pass) {
	for _, o := range p.Mesh.Of("TCPRoute."+gatewayAPI, "TLSRoute."+gatewayAPI) {
		if strings.Contains(o.ID.Version(), "alpha") && p.Mesh.namespaceLabels(o.Namespace())[dataplaneLabel] == "ambient" {
			p.Report(o, manifest.Found{}, fmt.Sprintf("%s %s is Alpha in ambient mode", o.ID.Kind, o.ID.Version()), "route by Service, or look it up before each upgrade")
		}
	}
	for _, o := range p.Mesh.install().istiods {
		if value, at := o.IstiodEnv("PILOT_ENABLE_ALPHA_GATEWAY_API"); isTrue(value) {
			p.Report(o, at, "istiod reads Alpha kinds of the Gateway API", "remove the variable when no route needs it")
		}
	}
}
