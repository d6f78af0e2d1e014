package lint

import (
	"github.com/helmx-dev/helmx/diag"
)

func init() {
	register(Rule{
		ID: "HX458", Title: "Policy with a selector and a target, or with one target of old",
		Severity: diag.Warning,
		Tags:     []string{"correctness", "authorization"},
		Sources: []Source{
			{"istio/istio#50463, on targetRefs", "https://github.com/istio/istio/issues/50463"},
		},
		Why: "Where targetRefs are, the selector is not looked at, and waypoints look at nothing but targetRefs. targetRef, which " +
			"takes one, is what they replaced.",
		Remedy: "Write targetRefs alone for waypoints and gateways of the Gateway API, and a selector alone for sidecars.",
		Bad: `apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata:
  name: cart
  namespace: shop
spec:
  selector:
    matchLabels: {app: cart}
  targetRefs: [{group: "", kind: Service, name: cart}]
`,
		Good: `apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata:
  name: cart
  namespace: shop
spec:
  targetRefs: [{group: "", kind: Service, name: cart}]
`,
		Kinds:  []string{authorizationPolicy, requestAuthentication, telemetryKind, wasmPlugin},
		Object: checkTargets,
	})
}

func checkTargets(p *Pass, o *Object) {
	if at := o.First("spec.targetRef"); at.Node != nil {
		p.Report(o, at, "targetRef is what targetRefs replaced", "write targetRefs, a list")
	}
	if at := o.First("spec.selector"); at.Node != nil && len(targets(o)) > 0 {
		p.Report(o, at, "a selector beside targetRefs is not looked at", "remove one of them")
	}
}
