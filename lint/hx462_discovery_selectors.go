package lint

import (
	"fmt"
	"slices"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
)

func init() {
	register(Rule{
		ID: "HX462", Title: "Namespace with mesh configuration that istiod does not watch",
		Severity: diag.Warning,
		Tags:     []string{"correctness", "install"},
		Sources: []Source{
			{"Configuration scoping", "https://istio.io/latest/docs/ops/configuration/mesh/configuration-scoping/"},
		},
		Why: "With discoverySelectors istiod watches the namespaces that one of them chooses. What lies in others, configuration and " +
			"workloads, is not there for it.",
		Remedy: "Label the namespace so that a selector chooses it.",
		Bad: `apiVersion: v1
kind: ConfigMap
metadata:
  name: istio
  namespace: istio-system
data:
  mesh: |-
    discoverySelectors:
    - matchLabels: {mesh: member}
---
apiVersion: v1
kind: Namespace
metadata:
  name: shop
  labels:
    {istio-injection: enabled}
`,
		Good: `apiVersion: v1
kind: ConfigMap
metadata:
  name: istio
  namespace: istio-system
data:
  mesh: |-
    discoverySelectors:
    - matchLabels: {mesh: member}
---
apiVersion: v1
kind: Namespace
metadata:
  name: shop
  labels: {istio-injection: enabled, mesh: member}
`,
		Whole: checkDiscovery,
	})
}

func checkDiscovery(p *Pass) {
	for _, o := range p.Mesh.Of(meshConfigKinds...) {
		for _, config := range o.MeshConfig() {
			selectors := o.below(config, "discoverySelectors[*]")
			if len(selectors) == 0 {
				continue
			}
			for _, namespace := range p.Mesh.Of("Namespace") {
				watched := slices.ContainsFunc(selectors, func(s manifest.Found) bool { return selects(o, s, namespace.Labels()) })
				if !watched && inMesh(namespace.Labels()) {
					p.Report(namespace, namespace.First("metadata.labels"), fmt.Sprintf("istiod does not watch this namespace: no discoverySelector of ConfigMap %s chooses it", o.name()), "label it as one of them says")
				}
			}
		}
	}
}

// inMesh reports whether a namespace asks to be part of the mesh.
func inMesh(labels labelSet) bool {
	return labels[injectionLabel] == "enabled" || labels[revisionLabel] != "" || labels[dataplaneLabel] == "ambient"
}
