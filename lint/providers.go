package lint

// extensionProviders returns the names of the providers that mesh
// configuration here defines.
func (m *Mesh) extensionProviders() []string {
	var names []string
	for _, o := range m.Of(meshConfigKinds...) {
		for _, config := range o.MeshConfig() {
			names = append(names, texts(o.below(config, "extensionProviders[*].name"))...)
		}
	}
	return names
}

// meshConfigWith is an example for rules: the mesh's configuration with a
// provider of a name.
func meshConfigWith(provider string) string {
	return `apiVersion: v1
kind: ConfigMap
metadata:
  name: istio
  namespace: istio-system
data:
  mesh: |-
    extensionProviders:
    - name: ` + provider + `
      envoyExtAuthzGrpc: {service: authz.istio-system.svc.cluster.local, port: 9000}
---
`
}
