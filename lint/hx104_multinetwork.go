package lint

import "fmt"

func init() {
	register(Rule{
		ID: "HX104", Title: "Mesh over several networks", Starred: true,
		Feature: "multi-network",
		Tags:    []string{"feature", "multicluster", "gateway"},
		Sources: []Source{
			{"Deployment models: multiple networks", "https://istio.io/latest/docs/ops/deployment/deployment-models/"},
		},
		Why: "Workloads that cannot reach each other directly meet through east-west gateways: one more hop, one more thing to scale and to " +
			"upgrade, load balancing that sees a gateway instead of endpoints, and a network label on every workload that must be right.",
		Remedy: "Give the clusters one flat network (peering, routed pod networks) where you can. Otherwise keep the number of networks small.",
		Bad: `apiVersion: networking.istio.io/v1
kind: Gateway
metadata:
  name: cross-network
  namespace: istio-system
spec:
  selector:
    istio: eastwestgateway
  servers:
  - port:
      number: 15443
      name: tls
      protocol: TLS
    tls:
      mode: AUTO_PASSTHROUGH
    hosts:
    - "*.local"
`,
		Good: `apiVersion: networking.istio.io/v1
kind: Gateway
metadata:
  name: shop
  namespace: shop
spec:
  selector:
    istio: ingressgateway
  servers:
  - port:
      number: 443
      name: https
      protocol: HTTPS
    tls:
      mode: SIMPLE
      credentialName: shop
    hosts:
    - shop/shop.example.com
`,
		Kinds: append([]string{"ConfigMap", istioGateway, k8sGateway}, podKinds...),
		Object: func(p *Pass, o *Object) {
			switch o.ID.Kind {
			case "ConfigMap":
				checkMeshNetworks(p, o)
			case "Gateway":
				checkEastWestGateway(p, o)
			default:
				checkNetworkView(p, o)
			}
		},
	})
}

const multinetworkHint = "one flat network is simpler, if the clusters can have one"

// checkMeshNetworks looks at the networks that istiod is told, in the same
// ConfigMap as the mesh's configuration.
func checkMeshNetworks(p *Pass, o *Object) {
	if len(o.MeshConfig()) == 0 {
		return
	}
	at := o.First("data.meshNetworks|yaml.networks")
	if at.Node != nil && len(at.Node.Content) > 0 {
		p.Report(o, at, "joins networks through gateways: a mesh over several networks is to be avoided where it can", multinetworkHint)
	}
}

func checkEastWestGateway(p *Pass, o *Object) {
	for _, at := range o.Find("spec.servers[*].tls.mode") {
		if text(at.Node) == "AUTO_PASSTHROUGH" {
			p.Report(o, at, "AUTO_PASSTHROUGH makes it the entrance for other networks: a mesh over several networks is to be avoided where it can", multinetworkHint)
		}
	}
	if at := o.First("spec.gatewayClassName"); text(at.Node) == "istio-east-west" {
		p.Report(o, at, "is the entrance for other networks: a mesh over several networks is to be avoided where it can", multinetworkHint)
	}
}

// checkNetworkView looks at gateways, istiod and ztunnel, which are told about
// networks by their environment.
func checkNetworkView(p *Pass, o *Object) {
	for _, name := range []string{"ISTIO_META_REQUESTED_NETWORK_VIEW", "AMBIENT_ENABLE_MULTI_NETWORK"} {
		for _, at := range o.Env(name) {
			if value := text(at.Node); value != "" && value != "false" {
				p.Report(o, at, fmt.Sprintf("%s is %q: a mesh over several networks is to be avoided where it can", name, value), multinetworkHint)
			}
		}
	}
}
