package lint

import (
	"fmt"

	"github.com/helmx-dev/helmx/diag"
)

func init() {
	register(Rule{
		ID: "HX423", Title: "Policy that selects the pods of a Gateway of the Gateway API",
		Severity: diag.Warning,
		Tags:     []string{"correctness", "gateway", "ambient"},
		Also:     []string{"IST0166"},
		Sources: []Source{
			{"Istio, configuration analysis messages", "https://istio.io/latest/docs/reference/config/analysis/"},
			{"AuthorizationPolicy reference: targetRefs", "https://istio.io/latest/docs/reference/config/security/authorization-policy/"},
		},
		Why: "istiod makes the pods of such a Gateway, and a policy reaches them through targetRefs. At a waypoint a selector has no effect at " +
			"all, and at other gateways it is kept for the time of a migration.",
		Remedy: "Name the Gateway in targetRefs.",
		Bad:    gatewayPolicy("selector: {matchLabels: {gateway.networking.k8s.io/gateway-name: waypoint}}"),
		Good:   gatewayPolicy("targetRefs: [{group: gateway.networking.k8s.io, kind: Gateway, name: waypoint}]"),
		Whole: func(p *Pass) {
			for _, o := range p.Mesh.Of(authorizationPolicy, requestAuthentication, telemetryKind, wasmPlugin) {
				checkGatewaySelector(p, o)
			}
		},
	})
}

func gatewayPolicy(target string) string {
	return `apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata:
  name: waypoint
  namespace: shop
spec:
  gatewayClassName: istio-waypoint
  listeners:
  - {name: mesh, port: 15008, protocol: HBONE}
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata:
  name: shop
  namespace: shop
spec:
  ` + target + `
  rules:
  - to:
    - operation: {methods: [GET]}
`
}

func checkGatewaySelector(p *Pass, o *Object) {
	at := o.First("spec.selector")
	selector := o.labels(at, "matchLabels")
	if len(selector) == 0 || len(targets(o)) > 0 {
		return
	}
	for _, load := range p.Mesh.workloads().choose(o.Namespace(), selector) {
		if name := load.labels["gateway.networking.k8s.io/gateway-name"]; name != "" {
			p.Report(o, at, fmt.Sprintf("selects the pods of Gateway %s, which a policy reaches through targetRefs", name),
				"write targetRefs: [{group: gateway.networking.k8s.io, kind: Gateway, name: "+name+"}]")
			return
		}
	}
}
