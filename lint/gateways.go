package lint

import (
	"slices"
	"strings"
)

const (
	istioGateway   = "Gateway.networking.istio.io"
	virtualService = "VirtualService.networking.istio.io"

	// meshGateway is the name by which a VirtualService means all sidecars.
	meshGateway = "mesh"
	// waypointClass is the GatewayClass of the proxies of ambient mode.
	waypointClass = "istio-waypoint"
)

// objectName is the name of a namespaced object.
type objectName struct{ namespace, name string }

func (n objectName) String() string { return n.namespace + "/" + n.name }

func (o *Object) name() objectName { return objectName{o.Namespace(), o.ID.Name} }

// named indexes the objects of a kind by name.
func (m *Mesh) named(kinds ...string) map[objectName]*Object {
	index := make(map[objectName]*Object)
	for _, o := range m.Of(kinds...) {
		index[o.name()] = o
	}
	return index
}

// gatewayName resolves how a VirtualService names a Gateway, as istiod does:
// name, namespace/name, ./name, and of old name.namespace.svc.cluster.local.
func gatewayName(ref, namespace string) objectName {
	if ns, name, ok := strings.Cut(ref, "/"); ok {
		if ns == "." {
			ns = namespace
		}
		return objectName{ns, name}
	}
	if parts := strings.SplitN(ref, ".", 3); len(parts) > 1 {
		return objectName{parts[1], parts[0]}
	}
	return objectName{namespace, ref}
}

// onMesh reports whether a VirtualService is for sidecars too, which it is when
// it names no gateway.
func onMesh(o *Object) bool {
	gateways := o.Find("spec.gateways[*]")
	if len(gateways) == 0 {
		return true
	}
	for _, at := range gateways {
		if text(at.Node) == meshGateway {
			return true
		}
	}
	return false
}

// serverHost splits a host of a Gateway's server into the namespace that may
// bind it, anywhere by default, and the name.
func serverHost(host, gatewayNamespace string) (namespace, name string) {
	namespace, name, ok := strings.Cut(host, "/")
	switch {
	case !ok:
		return anywhere, host
	case namespace == ".":
		return gatewayNamespace, name
	}
	return namespace, name
}

// someOf names a few of the texts, which are sorted, and counts the others.
func someOf(names []string) string {
	const most = 3
	slices.Sort(names)
	if len(names) <= most {
		return strings.Join(names, ", ")
	}
	return strings.Join(names[:most], ", ") + " and others"
}
