package lint

// indexNamespaces returns the labels of the namespaces that are among the
// objects. One that is not is missing from the map.
func (m *Mesh) indexNamespaces() map[string]labelSet {
	index := make(map[string]labelSet)
	for _, o := range m.Of("Namespace") {
		index[o.ID.Name] = o.Labels()
	}
	return index
}

// namespaceLabels returns the labels of a namespace; none when it is not
// among the objects.
func (m *Mesh) namespaceLabels(name string) labelSet { return m.namespaces()[name] }

// findMesh reports whether anything here has to do with Istio: what is said of
// Services and namespaces of a mesh means nothing to others.
func (m *Mesh) findMesh() bool {
	for _, o := range m.Objects {
		if o.Mentions("istio") {
			return true
		}
	}
	return false
}
