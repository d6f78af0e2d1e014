package lint

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
)

func init() {
	register(Rule{
		ID: "HX444", Title: "Waypoint that does not exist or does not fit", Starred: true,
		Severity: diag.Error,
		Tags:     []string{"correctness", "ambient"},
		Sources: []Source{
			{"Ambient mode: configure waypoint proxies", "https://istio.io/latest/docs/ambient/usage/waypoint/"},
		},
		Why: "The label istio.io/use-waypoint names a Gateway of class istio-waypoint. Where there is none of that name, where it is for the " +
			"other kind of traffic, or where it does not let other namespaces in, traffic goes past it, and no policy or route of the " +
			"waypoint holds. In release scope the waypoint may be part of another release.",
		Remedy: "Name a waypoint that exists, in istio.io/use-waypoint-namespace its namespace; set istio.io/waypoint-for to service, workload " +
			"or all as needed, and allowedRoutes for other namespaces.",
		Bad:   useWaypoint("waypiont"),
		Good:  useWaypoint("waypoint"),
		Whole: checkWaypoints,
	})
}

const (
	useWaypointLabel   = "istio.io/use-waypoint"
	waypointNamespace  = "istio.io/use-waypoint-namespace"
	waypointForLabel   = "istio.io/waypoint-for"
	gatewayClassObject = "GatewayClass.gateway.networking.k8s.io"
)

// useWaypoint is an example for rules: a Service and a waypoint.
func useWaypoint(name string) string {
	return `apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata:
  name: waypoint
  namespace: shop
  labels: {istio.io/waypoint-for: service}
spec:
  gatewayClassName: istio-waypoint
  listeners:
  - {name: mesh, port: 15008, protocol: HBONE}
---
apiVersion: v1
kind: Service
metadata:
  name: shop
  namespace: shop
  labels: {istio.io/use-waypoint: ` + name + `}
spec:
  selector: {app: shop}
  ports:
  - {name: http, port: 80}
`
}

func checkWaypoints(p *Pass) {
	waypoints := p.Mesh.named(k8sGateway)
	for _, o := range p.Mesh.Of(slices.Concat([]string{"Namespace", "Service", serviceEntry, workloadEntry}, podKinds)...) {
		if !o.Mentions(useWaypointLabel) {
			continue
		}
		at := manifest.Found{Node: o.Root()}
		if pod := o.Pod(); pod.Node != nil {
			at = pod
		}
		if label := first(o.below(at, `metadata.labels["`+useWaypointLabel+`"]`)); text(label.Node) != "" && text(label.Node) != "none" {
			own := o.Namespace()
			if o.ID.Kind == "Namespace" {
				own = o.ID.Name
			}
			other := text(first(o.below(at, `metadata.labels["`+waypointNamespace+`"]`)).Node)
			checkWaypoint(p, o, label, own, objectName{cmp.Or(other, own), text(label.Node)}, waypoints)
		}
	}
}

func checkWaypoint(p *Pass, o *Object, label manifest.Found, own string, name objectName, waypoints map[objectName]*Object) {
	waypoint := waypoints[name]
	if waypoint == nil {
		p.Report(o, label, fmt.Sprintf("there is no Gateway %s here to be its waypoint", name),
			"name a Gateway of class istio-waypoint, its namespace in "+waypointNamespace).Severity = p.absence()
		return
	}
	class := waypoint.Text("spec.gatewayClassName")
	purpose := cmp.Or(waypoint.Labels()[waypointForLabel], p.Mesh.classPurpose(class), "service")
	switch {
	case class == "istio" || class == "istio-east-west":
		p.Report(o, label, fmt.Sprintf("Gateway %s is of class %s and is no waypoint", name, class), "name a Gateway of class istio-waypoint")
	case !covers(purpose, o):
		p.Report(o, label, fmt.Sprintf("waypoint %s is for %s, which is not for a %s", name, purpose, o.ID.Kind),
			"set "+waypointForLabel+" of the Gateway to "+needed(o)+" or all")
	case name.namespace != own && !letsIn(waypoint):
		p.Report(o, label, fmt.Sprintf("waypoint %s does not let other namespaces in", name),
			"set allowedRoutes.namespaces.from of its listener to All, or to Selector")
	}
}

// classPurpose returns what the waypoints of a class are for, when the class is
// here and says so.
func (m *Mesh) classPurpose(class string) string {
	for _, o := range m.Of(gatewayClassObject) {
		if o.ID.Name == class {
			return o.Labels()[waypointForLabel]
		}
	}
	return ""
}

// needed is the traffic that an object's waypoint has to be for.
func needed(o *Object) string {
	switch o.ID.Kind {
	case "Service", "ServiceEntry", "Namespace":
		return "service"
	}
	return "workload"
}

// covers reports whether a waypoint for that traffic is one for the object; a
// namespace has both services and workloads.
func covers(purpose string, o *Object) bool {
	return purpose == "all" || purpose == needed(o) || o.ID.Kind == "Namespace" && purpose == "workload"
}

// letsIn reports whether a Gateway takes what is in other namespaces.
func letsIn(o *Object) bool {
	for _, from := range texts(o.Find("spec.listeners[*].allowedRoutes.namespaces.from")) {
		if from == "All" || from == "Selector" {
			return true
		}
	}
	return false
}
