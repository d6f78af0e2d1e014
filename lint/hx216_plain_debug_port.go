package lint

import (
	"slices"
	"strings"

	"github.com/helmx-dev/helmx/diag"
)

func init() {
	register(Rule{
		ID: "HX216", Title: "istiod with its plain ports open",
		Severity: diag.Info,
		Optional: true,
		Tags:     []string{"security", "istiod"},
		Sources: []Source{
			{"Security best practices", "https://istio.io/latest/docs/ops/best-practices/security/"},
		},
		Why: "Port 15010 serves configuration without TLS, and port 8080 debug information; both are on by default. Who can reach " +
			"istiod reads the configuration of the mesh there. Some commands of istioctl need the debug port.",
		Remedy: "Close them where no proxy is that needs them: the argument --grpcAddr= and ENABLE_DEBUG_ON_HTTP: \"false\"; or let a " +
			"NetworkPolicy do it.",
		Bad: `apiVersion: apps/v1
kind: Deployment
metadata:
  name: istiod
  namespace: istio-system
spec:
  selector:
    matchLabels: {app: istiod}
  template:
    metadata:
      labels: {app: istiod}
    spec:
      containers:
      - name: discovery
        image: registry.istio.io/release/pilot:1.31.1
`,
		Good: `apiVersion: apps/v1
kind: Deployment
metadata:
  name: istiod
  namespace: istio-system
spec:
  selector:
    matchLabels: {app: istiod}
  template:
    metadata:
      labels: {app: istiod}
    spec:
      containers:
      - name: discovery
        image: registry.istio.io/release/pilot:1.31.1
        args: [discovery, --grpcAddr=]
        env:
        - {name: ENABLE_DEBUG_ON_HTTP, value: "false"}
`,
		Whole: checkPlainPorts,
	})
}

func checkPlainPorts(p *Pass) {
	for _, o := range p.Mesh.install().istiods {
		container := o.First("spec.template.spec.containers[name=discovery]")
		closed := slices.ContainsFunc(texts(o.below(container, "args[*]")), func(arg string) bool { return strings.TrimRight(arg, `"`) == "--grpcAddr=" })
		debug, _ := o.IstiodEnv("ENABLE_DEBUG_ON_HTTP")
		var open []string
		if !closed {
			open = append(open, "plain text on port 15010")
		}
		if !isFalse(debug) {
			open = append(open, "debug information on port 8080")
		}
		if len(open) > 0 {
			p.Report(o, first(o.below(container, "name")), "istiod serves "+strings.Join(open, " and "), `set the argument --grpcAddr= and ENABLE_DEBUG_ON_HTTP: "false", or restrict who reaches istiod`)
		}
	}
}
