package lint

import (
	"github.com/helmx-dev/helmx/diag"
)

func init() {
	register(Rule{
		ID: "HX442", Title: "mTLS switched off in ambient mode",
		Severity: diag.Warning,
		Tags:     []string{"correctness", "ambient", "mtls"},
		Sources: []Source{
			{"Ambient mode, L4 policy", "https://istio.io/latest/docs/ambient/usage/l4-policy/"},
		},
		Why: "ztunnel does not know the mode DISABLE: the policy is passed over, and traffic stays encrypted between members of the " +
			"mesh.",
		Remedy: "Remove the policy, or take the workloads out of ambient mode.",
		Bad: `apiVersion: v1
kind: Namespace
metadata:
  name: shop
  labels: {istio.io/dataplane-mode: ambient}
---
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata:
  name: default
  namespace: shop
spec:
  mtls: {mode: DISABLE}
`,
		Good: `apiVersion: v1
kind: Namespace
metadata:
  name: shop
  labels: {istio.io/dataplane-mode: ambient}
---
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata:
  name: default
  namespace: shop
spec:
  mtls: {mode: STRICT}
`,
		Whole: checkAmbientMTLS,
	})
}

func checkAmbientMTLS(p *Pass) {
	for _, o := range p.Mesh.Of(peerAuthentication) {
		if !p.Mesh.atZtunnel(o) {
			continue
		}
		for _, at := range append(o.Find("spec.mtls.mode"), o.Find("spec.portLevelMtls[*].mode")...) {
			if text(at.Node) == "DISABLE" {
				p.Report(o, at, "ztunnel passes over DISABLE: traffic stays encrypted", "remove the policy, or take the workloads out of ambient mode")
			}
		}
	}
}
