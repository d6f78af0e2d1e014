package lint

import (
	"cmp"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
)

func init() {
	register(Rule{
		ID: "HX201", Title: "Mesh that accepts plain text", Starred: true,
		Severity: diag.Warning,
		Tags:     []string{"security", "mtls"},
		Sources: []Source{
			{"Istio, security best practices", "https://istio.io/latest/docs/ops/best-practices/security/"},
			{"PeerAuthentication reference", "https://istio.io/latest/docs/reference/config/security/peer_authentication/"},
		},
		Why: "Without a PeerAuthentication that says STRICT for the whole mesh, workloads take plain text beside mutual TLS. " +
			"Whoever reaches a pod around the mesh talks to it without an identity, and rules about principals do not see " +
			"them.",
		Remedy: "Apply a PeerAuthentication with mode STRICT and without selector in the root namespace, once every client speaks " +
			"mutual TLS. In release scope the policy may be part of another release.",
		Bad: `apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata:
  name: default
  namespace: istio-system
spec:
  mtls:
    mode: PERMISSIVE
`,
		Good: `apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata:
  name: default
  namespace: istio-system
spec:
  mtls:
    mode: STRICT
`,
		Whole: checkStrict,
	})
}

const peerAuthentication = "PeerAuthentication.security.istio.io"

// checkStrict looks for the policy of the whole mesh, in files that hold a part
// of its security: istiod, or any other policy of that kind.
func checkStrict(p *Pass) {
	var shown *Object
	for _, o := range p.Mesh.Of(peerAuthentication) {
		if o.First("spec.selector").Node != nil {
			shown = cmp.Or(shown, o)
			continue
		}
		if o.Namespace() != p.Mesh.RootNamespace() {
			shown = cmp.Or(shown, o)
			continue
		}
		if text(o.First("spec.mtls.mode").Node) == "STRICT" {
			return
		}
		shown = o
	}
	if istiods := p.Mesh.install().istiods; shown == nil && len(istiods) > 0 {
		shown = istiods[0]
	}
	if shown == nil {
		return
	}
	d := p.Report(shown, manifest.Found{}, "no PeerAuthentication here makes the whole mesh STRICT, so that workloads take plain text",
		"apply one with mode STRICT and without selector in "+p.Mesh.RootNamespace())
	d.Severity = p.absence()
}
