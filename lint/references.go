package lint

import "sync"

// references are the indexes by which one object finds another that it names
// or selects. Each is made when a rule first asks for it.
type references struct {
	workloads  func() *workloads
	ambients   func() *workloads
	services   func() *services
	rules      func() *destinationRules
	gateways   func() map[objectName]*Object // of Istio's own kind
	namespaces func() map[string]labelSet    // with their labels
	meshed     func() bool

	serviceObjects func() map[objectName]*Object
}

func (m *Mesh) newReferences() references {
	return references{
		workloads:  sync.OnceValue(m.indexWorkloads),
		ambients:   sync.OnceValue(m.indexAmbient),
		services:   sync.OnceValue(m.indexServices),
		rules:      sync.OnceValue(m.indexDestinationRules),
		gateways:   sync.OnceValue(func() map[objectName]*Object { return m.named(istioGateway) }),
		namespaces: sync.OnceValue(m.indexNamespaces),
		meshed:     sync.OnceValue(m.findMesh),

		serviceObjects: sync.OnceValue(func() map[objectName]*Object { return m.named("Service") }),
	}
}
