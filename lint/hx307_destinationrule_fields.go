package lint

import (
	"github.com/helmx-dev/helmx/diag"
)

func init() {
	register(Rule{
		ID: "HX307", Title: "Deprecated field of a DestinationRule",
		Severity: diag.Warning,
		Tags:     []string{"deprecation", "traffic"},
		Also:     []string{"IST0002"},
		Sources: []Source{
			{"DestinationRule reference", "https://istio.io/latest/docs/reference/config/networking/destination-rule/"},
		},
		Why: "The field or value still works and has a successor; a later version may pass over it without a word.",
		Remedy: "Write the successor: consecutive5xxErrors for consecutiveErrors, LEAST_REQUEST for LEAST_CONN, ringHash for " +
			"minimumRingSize.",
		Bad: `apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata:
  name: cart
  namespace: shop
spec:
  host: cart
  trafficPolicy:
    outlierDetection:
      consecutiveErrors: 5
`,
		Good: `apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata:
  name: cart
  namespace: shop
spec:
  host: cart
  trafficPolicy:
    outlierDetection:
      consecutive5xxErrors: 5
`,
		Kinds: []string{destinationRule},
		Object: func(p *Pass, o *Object) {
			for _, policy := range trafficPolicies(o) {
				reportRetired(p, o, policy, []retired{
					{path: "outlierDetection.consecutiveErrors", instead: "write consecutive5xxErrors, or consecutiveGatewayErrors"},
					{path: "loadBalancer.simple", value: "LEAST_CONN", instead: "write LEAST_REQUEST"},
					{path: "loadBalancer.consistentHash.minimumRingSize", instead: "write ringHash: {minimumRingSize: ...}"},
				})
			}
		},
	})
}
