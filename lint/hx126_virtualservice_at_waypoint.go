package lint

import (
	"cmp"
	"fmt"

	"github.com/helmx-dev/helmx/diag"
)

func init() {
	register(Rule{
		ID: "HX126", Title: "VirtualService for a service behind a waypoint",
		Feature:  "VirtualService in ambient",
		Severity: diag.Info,
		Tags:     []string{"feature", "ambient", "traffic"},
		Sources: []Source{
			{"Istio, feature stages", "https://istio.io/latest/docs/releases/feature-stages/"},
			{"Migrating policies to ambient mode", "https://istio.io/latest/docs/ambient/migrate/migrate-policies/"},
		},
		Why: "Waypoints read VirtualServices, and Istio lists that as Alpha; HTTPRoute is the stable way in ambient mode. A " +
			"VirtualService and an HTTPRoute for one service do not go together at all.",
		Remedy: "Write the routes as HTTPRoute with the Service as parent.",
		Bad: `apiVersion: v1
kind: Service
metadata:
  name: cart
  namespace: shop
  labels: {istio.io/use-waypoint: waypoint}
spec:
  ports:
  - {name: http, port: 80}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: cart
  namespace: shop
spec:
  hosts:
  - cart
  http:
  - route:
    - destination: {host: cart}
`,
		Good: `apiVersion: v1
kind: Service
metadata:
  name: cart
  namespace: shop
  labels: {istio.io/use-waypoint: waypoint}
spec:
  ports:
  - {name: http, port: 80}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata:
  name: cart
  namespace: shop
spec:
  parentRefs: [{group: "", kind: Service, name: cart, port: 80}]
`,
		Whole: checkWaypointRouting,
	})
}

func checkWaypointRouting(p *Pass) {
	for _, o := range p.Mesh.Of(virtualService) {
		if !onMesh(o) {
			continue
		}
		for _, at := range o.Find("spec.hosts[*]") {
			for _, s := range p.Mesh.services().lookup(text(at.Node), o.Namespace()) {
				if p.Mesh.hasWaypoint(s.object) {
					p.Report(o, at, fmt.Sprintf("%s is behind a waypoint, where VirtualService is Alpha", text(at.Node)), "write the routes as HTTPRoute")
					break
				}
			}
		}
	}
}

const waypointLabel = "istio.io/use-waypoint"

// hasWaypoint reports whether a Service or ServiceEntry, or its namespace, asks
// for a waypoint.
func (m *Mesh) hasWaypoint(o *Object) bool {
	name := cmp.Or(o.Labels()[waypointLabel], m.namespaceLabels(o.Namespace())[waypointLabel])
	return name != "" && name != "none"
}
