package lint

import "github.com/helmx-dev/helmx/manifest"

// indexAmbient is the index of the workloads that ztunnel carries alone.
func (m *Mesh) indexAmbient() *workloads {
	w := &workloads{all: make(map[string][]*workload), byLabel: make(map[workloadLabel][]*workload)}
	for _, load := range m.workloads().all[anywhere] {
		if m.ambient(load) {
			w.add(load)
		}
	}
	return w
}

// reach is the namespace that a policy holds for: its own, or all when it lies
// in the root namespace.
func (m *Mesh) reach(o *Object) string {
	if o.Namespace() == m.RootNamespace() {
		return anywhere
	}
	return o.Namespace()
}

// atZtunnel reports whether ztunnel has to keep a policy: it has no targetRefs,
// and holds for workloads here, or for a namespace, that are in ambient mode.
func (m *Mesh) atZtunnel(o *Object) bool {
	if len(targets(o)) > 0 {
		return false
	}
	selector := o.labelsAt("spec.selector.matchLabels")
	if len(m.ambients().choose(m.reach(o), selector)) > 0 {
		return true
	}
	return len(selector) == 0 && m.namespaceLabels(o.Namespace())[dataplaneLabel] == "ambient" &&
		len(m.workloads().all[o.Namespace()]) == 0
}

// targets returns where a policy names what it is for.
func targets(o *Object) []manifest.Found {
	return append(o.Find("spec.targetRef"), o.Find("spec.targetRefs[*]")...)
}

// ambientPolicy is an example for rules: a policy in an ambient namespace, with
// what comes after its metadata.
func ambientPolicy(spec string) string {
	return `apiVersion: v1
kind: Namespace
metadata:
  name: shop
  labels: {istio.io/dataplane-mode: ambient}
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata:
  name: shop
  namespace: shop
spec:
` + spec
}
