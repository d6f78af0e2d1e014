package lint

import (
	"slices"

	"github.com/helmx-dev/helmx/diag"
)

func init() {
	register(Rule{
		ID: "HX225", Title: "Address of a load balancer taken for the client's",
		Severity: diag.Info,
		Tags:     []string{"security", "authorization", "gateway"},
		Sources: []Source{
			{"Ingress access control", "https://istio.io/latest/docs/tasks/security/authorization/authz-ingress/"},
		},
		Why: "ipBlocks are compared with the peer of the connection. Behind a load balancer that speaks the proxy protocol, or that " +
			"writes X-Forwarded-For, the client's address is what remoteIpBlocks are compared with.",
		Remedy: "Write remoteIpBlocks, or notRemoteIpBlocks.",
		Bad: `apiVersion: v1
kind: Service
metadata:
  name: gateway
  namespace: edge
  annotations: {service.beta.kubernetes.io/aws-load-balancer-proxy-protocol: "*"}
spec:
  selector: {istio: ingressgateway}
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: gateway
  namespace: edge
spec:
  selector:
    matchLabels: {istio: ingressgateway}
  template:
    metadata:
      labels: {istio: ingressgateway}
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata:
  name: office
  namespace: edge
spec:
  selector:
    matchLabels: {istio: ingressgateway}
  rules:
  - from:
    - source:
        ipBlocks: [192.0.2.0/24]
`,
		Good: `apiVersion: v1
kind: Service
metadata:
  name: gateway
  namespace: edge
  annotations: {service.beta.kubernetes.io/aws-load-balancer-proxy-protocol: "*"}
spec:
  selector: {istio: ingressgateway}
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: gateway
  namespace: edge
spec:
  selector:
    matchLabels: {istio: ingressgateway}
  template:
    metadata:
      labels: {istio: ingressgateway}
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata:
  name: office
  namespace: edge
spec:
  selector:
    matchLabels: {istio: ingressgateway}
  rules:
  - from:
    - source:
        remoteIpBlocks: [192.0.2.0/24]
`,
		Whole: checkPeerAddresses,
	})
}

func checkPeerAddresses(p *Pass) {
	trusted := len(p.Mesh.setting("defaultConfig.gatewayTopology")) > 0
	for _, o := range p.Mesh.Of(authorizationPolicy) {
		if !o.Mentions("pBlocks") || !trusted && !p.Mesh.behindProxyProtocol(o) {
			continue
		}
		if trusted && !slices.ContainsFunc(p.Mesh.workloads().choose(p.Mesh.reach(o), o.labelsAt("spec.selector.matchLabels")), gatewayProxy) {
			continue
		}
		for _, path := range []string{"spec.rules[*].from[*].source.ipBlocks", "spec.rules[*].from[*].source.notIpBlocks"} {
			for _, at := range o.Find(path) {
				p.Report(o, at, "the peer is a load balancer, and not the client", "write remoteIpBlocks")
			}
		}
	}
}

// behindProxyProtocol reports whether a policy is for a gateway whose Service
// says that a load balancer speaks the proxy protocol.
func (m *Mesh) behindProxyProtocol(policy *Object) bool {
	selector := policy.labelsAt("spec.selector.matchLabels")
	for _, o := range m.Of("Service") {
		if !o.Mentions("proxy-protocol") || o.Namespace() != policy.Namespace() {
			continue
		}
		for _, load := range m.workloads().choose(o.Namespace(), o.labelsAt("spec.selector")) {
			if gatewayProxy(load) && selector.matches(load.labels) {
				return true
			}
		}
	}
	return false
}
