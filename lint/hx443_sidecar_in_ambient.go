package lint

import (
	"slices"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
)

func init() {
	register(Rule{
		ID: "HX443", Title: "Sidecar resource for workloads in ambient mode",
		Severity: diag.Warning,
		Tags:     []string{"correctness", "ambient"},
		Also:     []string{"IST0167"},
		Sources: []Source{
			{"Istio, configuration analysis messages", "https://istio.io/latest/docs/reference/config/analysis/"},
			{"Sidecar reference", "https://istio.io/latest/docs/reference/config/networking/sidecar/"},
		},
		Why: "A Sidecar configures the proxy of a pod, and a pod in ambient mode has none: what the resource says about outbound hosts, ports " +
			"and traffic policy does not hold.",
		Remedy: "Remove the Sidecar once all workloads of the namespace are in ambient mode.",
		Bad:    sidecarIn("istio.io/dataplane-mode: ambient"),
		Good:   sidecarIn("istio-injection: enabled"),
		Whole: func(p *Pass) {
			for _, o := range p.Mesh.Of(sidecarKind) {
				selector := o.labelsAt("spec.workloadSelector.labels")
				if p.Mesh.allAmbient(o.Namespace(), selector) {
					p.Report(o, manifest.Found{}, "what it is for is in ambient mode and has no sidecar", "remove it")
				}
			}
		},
	})
}

// sidecarIn is an example for rules.
func sidecarIn(label string) string {
	return `apiVersion: v1
kind: Namespace
metadata:
  name: shop
  labels: {` + label + `}
---
apiVersion: networking.istio.io/v1
kind: Sidecar
metadata:
  name: default
  namespace: shop
spec:
  egress:
  - hosts: [./*]
`
}

// allAmbient reports whether all that a selector chooses in a namespace is in
// ambient mode; without workloads here the label of the namespace decides.
func (m *Mesh) allAmbient(namespace string, selector labelSet) bool {
	chosen := m.workloads().choose(namespace, selector)
	if len(chosen) == 0 {
		return m.namespaceLabels(namespace)[dataplaneLabel] == "ambient"
	}
	return !slices.ContainsFunc(chosen, func(w *workload) bool { return !m.ambient(w) })
}
