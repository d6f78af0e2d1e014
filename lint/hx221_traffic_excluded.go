package lint

import (
	"fmt"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
)

func init() {
	register(Rule{
		ID: "HX221", Title: "Traffic that goes past the proxy",
		Severity: diag.Warning,
		Tags:     []string{"security", "injection", "ambient"},
		Sources: []Source{
			{"Istio, security best practices", "https://istio.io/latest/docs/ops/best-practices/security/"},
			{"Resource annotations", "https://istio.io/latest/docs/reference/config/annotations/"},
		},
		Why: "What is excluded is not seen by the proxy: no mutual TLS, no policy, no telemetry. Whoever reaches an excluded port " +
			"inbound needs no identity, and a workload that is broken into leaves by an excluded port outbound.",
		Remedy: "Take the port into the mesh: declare its protocol, and set a portLevelMtls of PERMISSIVE for clients that have no " +
			"identity. Where it has to stay out, ignore the finding with the reason, and guard the port with a NetworkPolicy.",
		Bad: `apiVersion: apps/v1
kind: Deployment
metadata:
  name: shop
  namespace: shop
spec:
  selector:
    matchLabels: {app: shop}
  template:
    metadata:
      labels: {app: shop}
      annotations:
        traffic.sidecar.istio.io/excludeInboundPorts: "5432"
    spec:
      containers:
      - name: shop
        image: shop:1.2.0
`,
		Good: `apiVersion: apps/v1
kind: Deployment
metadata:
  name: shop
  namespace: shop
spec:
  selector:
    matchLabels: {app: shop}
  template:
    metadata:
      labels: {app: shop}
      annotations:
        traffic.sidecar.istio.io/includeInboundPorts: "*"
    spec:
      containers:
      - name: shop
        image: shop:1.2.0
`,
		Kinds:  append([]string{"ConfigMap"}, podKinds...),
		Object: checkExcluded,
	})
}

func checkExcluded(p *Pass, o *Object) {
	if o.ID.Kind == "ConfigMap" {
		checkExcludedByDefault(p, o)
		return
	}
	for _, at := range entries(first(o.below(o.Pod(), "metadata.annotations"))) {
		name, value := manifest.KeyText(at.Key), text(at.Node)
		switch name {
		case "traffic.sidecar.istio.io/excludeInboundPorts", "traffic.sidecar.istio.io/excludeOutboundPorts",
			"traffic.sidecar.istio.io/excludeOutboundIPRanges":
			if value != "" {
				p.Report(o, at, fmt.Sprintf("%s: traffic of %s goes past the proxy", name, value), excludedHint)
			}
		case "traffic.sidecar.istio.io/includeInboundPorts":
			if value == "" {
				p.Report(o, at, name+" is empty: all that comes in goes past the proxy", excludedHint)
			}
		case "ambient.istio.io/bypass-inbound-capture":
			if isTrue(value) {
				p.Report(o, at, name+": all that comes in goes past ztunnel", excludedHint)
			}
		}
	}
}

const excludedHint = "take it into the mesh, or guard it with a NetworkPolicy"

// checkExcludedByDefault looks at what the injector excludes from every pod.
func checkExcludedByDefault(p *Pass, o *Object) {
	if !isInjector(o) {
		return
	}
	for _, name := range []string{"excludeInboundPorts", "excludeOutboundPorts", "excludeIPRanges"} {
		if at := o.First("data.values|json.global.proxy." + name); text(at.Node) != "" {
			p.Report(o, at, fmt.Sprintf("global.proxy.%s: traffic of %s goes past every proxy", name, text(at.Node)), excludedHint)
		}
	}
}
