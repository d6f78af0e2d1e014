package lint

import (
	"github.com/helmx-dev/helmx/diag"
)

func init() {
	register(Rule{
		ID: "HX111", Title: "EnvoyFilter for every proxy",
		Severity: diag.Warning,
		Tags:     []string{"feature", "envoyfilter"},
		Sources: []Source{
			{"EnvoyFilter reference", "https://istio.io/latest/docs/reference/config/networking/envoy-filter/"},
		},
		Why: "In the root namespace, a filter that selects nothing applies to every sidecar and gateway of the mesh: one mistake " +
			"in it, or one change of Envoy at an upgrade, takes everything down at once. An empty selector selects all too.",
		Remedy: "Select the workloads with workloadSelector.labels or targetRefs, and keep the filter in their namespace.",
		Bad: `apiVersion: networking.istio.io/v1alpha3
kind: EnvoyFilter
metadata:
  name: shop
  namespace: istio-system
spec:
  configPatches:
  - applyTo: NETWORK_FILTER
    patch:
      operation: REMOVE
`,
		Good: `apiVersion: networking.istio.io/v1alpha3
kind: EnvoyFilter
metadata:
  name: shop
  namespace: shop
spec:
  workloadSelector:
    labels: {app: shop}
  configPatches:
  - applyTo: NETWORK_FILTER
    patch:
      operation: REMOVE
`,
		Kinds:  []string{envoyFilter},
		Object: checkFilterScope,
	})
}

func checkFilterScope(p *Pass, o *Object) {
	if len(o.Find("spec.targetRefs[*]")) > 0 {
		return
	}
	if len(entries(o.First("spec.workloadSelector.labels"))) > 0 {
		return
	}
	at := o.First("spec.workloadSelector")
	scope := "every proxy in namespace " + o.Namespace()
	if o.Namespace() == p.Mesh.RootNamespace() {
		scope = "every proxy of the mesh"
	} else if at.Node == nil {
		return // a namespace's own filter for all of it, on purpose
	}
	p.Report(o, at, "the filter applies to "+scope, "select the workloads with workloadSelector.labels or targetRefs")
}
