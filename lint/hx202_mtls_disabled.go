package lint

import (
	"github.com/helmx-dev/helmx/diag"
)

func init() {
	register(Rule{
		ID: "HX202", Title: "Mutual TLS switched off",
		Severity: diag.Warning,
		Tags:     []string{"security", "mtls"},
		Sources: []Source{
			{"Istio, security best practices", "https://istio.io/latest/docs/ops/best-practices/security/"},
		},
		Why: "Traffic to these workloads or ports is neither encrypted nor authenticated, and policies about principals cannot " +
			"hold there.",
		Remedy: "Use PERMISSIVE while clients are moved, then STRICT; give a client that cannot speak TLS a port of its own.",
		Bad: `apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata:
  name: default
  namespace: shop
spec:
  mtls:
    mode: DISABLE
`,
		Good: `apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata:
  name: default
  namespace: shop
spec:
  mtls:
    mode: STRICT
`,
		Kinds: []string{peerAuthentication},
		Object: func(p *Pass, o *Object) {
			modes := o.Find("spec.mtls.mode")
			for _, port := range entries(o.First("spec.portLevelMtls")) {
				modes = append(modes, o.below(port, "mode")...)
			}
			for _, at := range modes {
				if text(at.Node) == "DISABLE" {
					p.Report(o, at, "DISABLE leaves traffic in plain text", "use PERMISSIVE while clients are moved, then STRICT")
				}
			}
		},
	})
}
