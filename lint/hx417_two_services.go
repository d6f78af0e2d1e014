package lint

import (
	"cmp"
	"fmt"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
)

func init() {
	register(Rule{
		ID: "HX417", Title: "Services of one workload that disagree about a port",
		Severity: diag.Warning,
		Tags:     []string{"correctness", "traffic"},
		Also:     []string{"IST0116", "IST0137"},
		Sources: []Source{
			{"Istio, DeploymentAssociatedToMultipleServices", "https://istio.io/latest/docs/reference/config/analysis/ist0116/"},
			{"Istio, DeploymentConflictingPorts", "https://istio.io/latest/docs/reference/config/analysis/ist0137/"},
		},
		Why: "A sidecar makes one listener of a port. Where two Services lead to the same pods with different protocols on a port, " +
			"or with different ports to one port of the pods, one of them wins and the traffic of the other is treated as its.",
		Remedy: "Use the same protocol and the same port in both, or one Service.",
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
      labels: {app: shop, sidecar.istio.io/inject: "true"}
    spec:
      containers:
      - {name: shop, image: "shop:1.2.0"}
---
apiVersion: v1
kind: Service
metadata:
  name: shop
  namespace: shop
spec:
  selector: {app: shop}
  ports:
  - {name: http, port: 80, targetPort: 8080, protocol: TCP}
---
apiVersion: v1
kind: Service
metadata:
  name: shop-admin
  namespace: shop
spec:
  selector: {app: shop}
  ports:
  - {name: http, port: 81, targetPort: 8080, protocol: TCP}
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
      labels: {app: shop, sidecar.istio.io/inject: "true"}
    spec:
      containers:
      - {name: shop, image: "shop:1.2.0"}
---
apiVersion: v1
kind: Service
metadata:
  name: shop
  namespace: shop
spec:
  selector: {app: shop}
  ports:
  - {name: http, port: 80, targetPort: 8080, protocol: TCP}
---
apiVersion: v1
kind: Service
metadata:
  name: shop-admin
  namespace: shop
spec:
  selector: {app: shop}
  ports:
  - {name: http, port: 80, targetPort: 8080, protocol: TCP}
`,
		Whole: checkTwoServices,
	})
}

// podPort is a port of a workload: of its own, or of the Services before it.
type podPort struct {
	load *workload
	port string
	own  bool
}

// portUse is how a Service leads to a port.
type portUse struct {
	service *Object
	what    string
}

func checkTwoServices(p *Pass) {
	uses := make(map[podPort]portUse)
	for _, o := range p.Mesh.Of("Service") {
		selector := o.labelsAt("spec.selector")
		if len(selector) == 0 {
			continue
		}
		for _, load := range p.Mesh.workloads().choose(o.Namespace(), selector) {
			if p.Mesh.sidecar(load) && !gatewayProxy(load) {
				checkServicePorts(p, o, load, uses)
			}
		}
	}
}

func checkServicePorts(p *Pass, o *Object, load *workload, uses map[podPort]portUse) {
	for _, port := range o.Find("spec.ports[*]") {
		number := text(first(o.below(port, "port")).Node)
		target := cmp.Or(text(first(o.below(port, "targetPort")).Node), number)
		protocol := cmp.Or(text(first(o.below(port, "protocol")).Node), "TCP")
		for at, what := range map[podPort]string{{load, target, true}: number, {load, number, false}: protocol} {
			other, taken := uses[at]
			if !taken {
				uses[at] = portUse{o, what}
				continue
			}
			if other.service != o && other.what != what {
				p.Report(o, manifest.Found{}, fmt.Sprintf("port %s of %s %s is %s here, and %s in Service %s", at.port, load.object.ID.Kind, load.object.name(), what, other.what, other.service.name()),
					"use the same port and protocol in both")
			}
		}
	}
}
