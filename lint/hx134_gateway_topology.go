package lint

func init() {
	register(Rule{
		ID: "HX134", Title: "Network topology of gateways",
		Feature: "gatewayTopology",
		Tags:    []string{"feature", "gateway"},
		Sources: []Source{
			{"Configuring gateway network topology", "https://istio.io/latest/docs/ops/configuration/traffic-management/network-topologies/"},
		},
		Why: "The number of trusted proxies decides which address counts as the client's. The field is Alpha; it is better than an" +
			" EnvoyFilter that does the same, and so not to be avoided. A number too high lets clients claim any address, which " +
			"opens rules about addresses.",
		Remedy: "Set it to the number of proxies that are really in front of the gateways, and check it when that changes.",
		Bad: `apiVersion: v1
kind: ConfigMap
metadata:
  name: istio
  namespace: istio-system
data:
  mesh: |-
    defaultConfig:
      gatewayTopology:
        numTrustedProxies: 2
`,
		Good: `apiVersion: v1
kind: ConfigMap
metadata:
  name: istio
  namespace: istio-system
data:
  mesh: |-
    defaultConfig:
      discoveryAddress: istiod.istio-system.svc:15012
`,
		Kinds: proxyConfigKinds,
		Object: func(p *Pass, o *Object) {
			for _, config := range o.ProxyConfig() {
				for _, at := range o.below(config, "gatewayTopology") {
					if at.Node != nil && len(at.Node.Content) > 0 {
						p.Report(o, at, "gatewayTopology is Alpha, and decides which address counts as the client's", "check the number against the proxies in front of the gateways")
					}
				}
			}
		},
	})
}
