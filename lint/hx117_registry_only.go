package lint

import "slices"

func init() {
	register(Rule{
		ID: "HX117", Title: "REGISTRY_ONLY taken for a firewall", Starred: true,
		Feature: "REGISTRY_ONLY",
		Tags:    []string{"feature", "egress", "security"},
		Sources: []Source{
			{"Security best practices: understand traffic capture limitations", "https://istio.io/latest/docs/ops/best-practices/security/"},
		},
		Why: "With REGISTRY_ONLY a proxy sends nothing to hosts that the mesh does not know. It is no firewall: a workload can go around its " +
			"proxy, and nothing enforces the mode. It does break every call to a host without a ServiceEntry, which is worth it where " +
			"the list of hosts is wanted for its own sake.",
		Remedy: "Enforce what may leave with a NetworkPolicy and an egress gateway. Keep REGISTRY_ONLY to find calls that nobody declared.",
		Bad: `apiVersion: networking.istio.io/v1
kind: Sidecar
metadata:
  name: default
  namespace: shop
spec:
  outboundTrafficPolicy:
    mode: REGISTRY_ONLY
`,
		Good: `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: egress
  namespace: shop
spec:
  podSelector: {}
  policyTypes: [Egress]
  egress:
  - to:
    - namespaceSelector: {}
`,
		Kinds: append([]string{sidecarKind}, meshConfigKinds...),
		Object: func(p *Pass, o *Object) {
			modes := o.Find("spec.outboundTrafficPolicy.mode")
			if o.ID.Kind != "Sidecar" {
				modes = nil
			}
			for _, mesh := range o.MeshConfig() {
				modes = slices.Concat(modes, o.below(mesh, "outboundTrafficPolicy.mode"))
			}
			for _, at := range modes {
				if text(at.Node) == "REGISTRY_ONLY" {
					p.Report(o, at, "REGISTRY_ONLY does not keep a workload from calling what it wants",
						"enforce egress with a NetworkPolicy and an egress gateway")
				}
			}
		},
	})
}
