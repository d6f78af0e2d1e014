package lint

import (
	"fmt"

	"github.com/helmx-dev/helmx/diag"
)

func init() {
	register(Rule{
		ID: "HX441", Title: "Policy with an action that ztunnel does not know",
		Severity: diag.Error,
		Tags:     []string{"correctness", "ambient", "authorization"},
		Sources: []Source{
			{"Ambient mode: Layer 4 security policy", "https://istio.io/latest/docs/ambient/usage/l4-policy/"},
		},
		Why: "Without targetRefs a policy is for ztunnel, which knows ALLOW and DENY. A CUSTOM or AUDIT policy never reaches it: nobody is " +
			"asked, nothing is logged, and the traffic passes.",
		Remedy: "Name the waypoint's Gateway or the Service in targetRefs.",
		Bad: ambientPolicy(`  action: CUSTOM
  provider: {name: oauth2}
  rules: [{}]
`),
		Good: ambientPolicy(`  targetRefs:
  - {kind: Service, group: "", name: shop}
  action: CUSTOM
  provider: {name: oauth2}
  rules: [{}]
`),
		Whole: func(p *Pass) {
			for _, o := range p.Mesh.Of(authorizationPolicy) {
				if action := o.Text("spec.action"); (action == "CUSTOM" || action == "AUDIT") && p.Mesh.atZtunnel(o) {
					p.Report(o, o.First("spec.action"), fmt.Sprintf("ztunnel does not know the action %s and ignores the policy", action),
						"name the waypoint's Gateway or the Service in targetRefs")
				}
			}
		},
	})
}
