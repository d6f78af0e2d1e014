package lint

func init() {
	register(Rule{
		ID: "HX120", Title: "Load balancing by turns or not at all",
		Feature: "simple load balancers",
		Tags:    []string{"feature", "traffic"},
		Sources: []Source{
			{"DestinationRule reference: LoadBalancerSettings", "https://istio.io/latest/docs/reference/config/networking/destination-rule/"},
		},
		Why: "ROUND_ROBIN takes turns whatever an endpoint has to do, so that a slow one piles up requests; Istio's own reference calls it " +
			"unsafe for many scenarios. PASSTHROUGH sends to the address that the caller asked for and balances nothing.",
		Remedy: "Use LEAST_REQUEST, the default, which replaces ROUND_ROBIN without loss.",
		Bad: `apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata:
  name: cart
  namespace: shop
spec:
  host: cart.shop.svc.cluster.local
  trafficPolicy:
    loadBalancer:
      simple: ROUND_ROBIN
`,
		Good: `apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata:
  name: cart
  namespace: shop
spec:
  host: cart.shop.svc.cluster.local
  trafficPolicy:
    loadBalancer:
      simple: LEAST_REQUEST
`,
		Kinds: []string{destinationRule},
		Object: func(p *Pass, o *Object) {
			for _, policy := range trafficPolicies(o) {
				for _, at := range o.below(policy, "loadBalancer.simple") {
					switch text(at.Node) {
					case "ROUND_ROBIN":
						p.Report(o, at, "ROUND_ROBIN piles requests up at slow endpoints", "use LEAST_REQUEST, or leave it out: that is the default")
					case "PASSTHROUGH":
						p.Report(o, at, "PASSTHROUGH balances nothing: each caller chooses the endpoint", "use LEAST_REQUEST unless the callers are to choose")
					}
				}
			}
		},
	})
}
