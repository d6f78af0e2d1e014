package lint

// extensionProviders returns the names of the providers that mesh
// configuration here defines.
func (m *Mesh) extensionProviders() []string {
	return texts(m.setting("extensionProviders[*].name"))
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
