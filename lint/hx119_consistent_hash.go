package lint

import (
	"slices"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
)

func init() {
	register(Rule{
		ID: "HX119", Title: "Consistent hashing with locality load balancing", Starred: true,
		Feature: "consistent hashing over localities", Severity: diag.Warning,
		Tags: []string{"feature", "traffic"},
		Sources: []Source{
			{"DestinationRule reference: ConsistentHashLB", "https://istio.io/latest/docs/reference/config/networking/destination-rule/"},
		},
		Why: "Outlier detection switches locality load balancing on, which chooses a locality before anything is hashed. Proxies of different " +
			"zones then send one key to different endpoints, and an endpoint that leaves moves keys between zones: what was to " +
			"stick does not.",
		Remedy: "Write localityLbSetting: {enabled: false} beside the hash, or leave outlier detection out.",
		Bad: `apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata:
  name: cart
  namespace: shop
spec:
  host: cart.shop.svc.cluster.local
  trafficPolicy:
    loadBalancer:
      consistentHash:
        httpHeaderName: x-user
    outlierDetection:
      consecutive5xxErrors: 5
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
      consistentHash:
        httpHeaderName: x-user
      localityLbSetting:
        enabled: false
    outlierDetection:
      consecutive5xxErrors: 5
`,
		Kinds: []string{destinationRule},
		Object: func(p *Pass, o *Object) {
			if !o.Mentions("consistentHash") || localityDisabled(p.Mesh) {
				return
			}
			for _, policy := range trafficPolicies(o) {
				checkHash(p, o, policy)
			}
		},
	})
}

func checkHash(p *Pass, o *Object, policy manifest.Found) {
	hash := first(o.below(policy, "loadBalancer.consistentHash"))
	outliers := first(o.below(policy, "outlierDetection"))
	locality := first(o.below(policy, "loadBalancer.localityLbSetting.enabled"))
	if hash.Node != nil && outliers.Node != nil && text(locality.Node) != "false" {
		d := p.Report(o, hash, "consistentHash does not hold across localities, and outlierDetection switches locality load balancing on",
			"add localityLbSetting: {enabled: false} to the loadBalancer")
		o.Mend(d, "switch locality load balancing off", diag.Set, policy.Path.Child("loadBalancer").Child("localityLbSetting").Child("enabled"), "false")
	}
}

// localityDisabled reports whether the whole mesh goes without locality load
// balancing.
func localityDisabled(m *Mesh) bool {
	return slices.Contains(texts(m.setting("localityLbSetting.enabled")), "false")
}
