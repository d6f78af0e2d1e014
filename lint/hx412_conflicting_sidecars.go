package lint

import (
	"fmt"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
)

const sidecarKind = "Sidecar.networking.istio.io"

func init() {
	register(Rule{
		ID: "HX412", Title: "Sidecars that conflict, or that select nothing",
		Severity: diag.Error,
		Tags:     []string{"correctness", "traffic"},
		Also:     []string{"IST0101", "IST0110", "IST0111"},
		Sources: []Source{
			{"Sidecar reference", "https://istio.io/latest/docs/reference/config/networking/sidecar/"},
			{"Istio, ConflictingSidecarWorkloadSelectors", "https://istio.io/latest/docs/reference/config/analysis/ist0110/"},
			{"Istio, MultipleSidecarsWithoutWorkloadSelectors", "https://istio.io/latest/docs/reference/config/analysis/ist0111/"},
		},
		Why: "One Sidecar holds for a workload. Of two without selector in a namespace, or of two that select the same pods, istiod takes one, " +
			"and which one is not defined. One that selects no pods does nothing; in release scope they may be part of another release.",
		Remedy: "Keep one Sidecar without selector in a namespace, and selectors that do not overlap.",
		Bad:    twoOfAKind("networking.istio.io/v1", "Sidecar", "  egress: [{hosts: [./*]}]\n", "  egress: [{hosts: [./*]}]\n"),
		Good:   twoOfAKind("networking.istio.io/v1", "Sidecar", "  egress: [{hosts: [./*]}]\n", "  workloadSelector: {labels: {app: shop}}\n  egress: [{hosts: [./*]}]\n"),
		Whole: func(p *Pass) {
			checkOnePerWorkload(p, sidecarKind, "spec.workloadSelector.labels")
		},
	})
}

// twoOfAKind is an example for rules: two policies and a workload beside them.
func twoOfAKind(apiVersion, kind, spec1, spec2 string) string {
	policy := func(name, spec string) string {
		return "---\napiVersion: " + apiVersion + "\nkind: " + kind + "\nmetadata:\n  name: " + name + "\n  namespace: shop\nspec:\n" + spec
	}
	return `apiVersion: apps/v1
kind: Deployment
metadata:
  name: shop
  namespace: shop
spec:
  selector:
    matchLabels: {app: shop}
  template:
    metadata:
      labels: {app: shop}
    spec:
      containers:
      - {name: shop, image: "shop:1.2.0"}
` + policy("first", spec1) + policy("second", spec2)
}

// checkOnePerWorkload looks for policies of a kind of which a workload, and a
// namespace, can have one.
func checkOnePerWorkload(p *Pass, kind, selectorPath string) {
	byNamespace := make(map[string]*Object)
	byWorkload := make(map[selection]*Object)
	for _, o := range p.Mesh.Of(kind) {
		if len(targets(o)) > 0 || p.Mesh.namespaceLabels(o.Namespace())[dataplaneLabel] == "ambient" && o.ID.Kind == "Sidecar" {
			continue // HX443 says that a Sidecar does nothing there
		}
		selector := o.labelsAt(selectorPath)
		if len(selector) == 0 {
			if other := byNamespace[o.Namespace()]; other != nil {
				p.Report(o, manifest.Found{}, fmt.Sprintf("%s is for the whole namespace %s too, which can have one", other.ID.Kind+" "+other.ID.Name, o.Namespace()),
					"put the two together, or give one a selector")
				continue
			}
			byNamespace[o.Namespace()] = o
			continue
		}
		checkSelected(p, o, o.First(selectorPath), selector, byWorkload)
	}
}

// selection is a workload as the policies of one namespace select it: those of
// the root namespace come second, and conflict with none.
type selection struct {
	namespace string
	load      *workload
}

func checkSelected(p *Pass, o *Object, at manifest.Found, selector labelSet, byWorkload map[selection]*Object) {
	chosen := p.Mesh.workloads().choose(p.Mesh.reach(o), selector)
	if len(chosen) == 0 {
		p.Report(o, at, fmt.Sprintf("no workload here carries the labels %s", selector), "correct the selector").Severity = p.absence()
		return
	}
	for _, load := range chosen {
		if other := byWorkload[selection{o.Namespace(), load}]; other != nil {
			p.Report(o, at, fmt.Sprintf("%s %s selects %s %s too, which can have one", other.ID.Kind, other.ID.Name, load.object.ID.Kind, load.object.name()),
				"put the two together, or let them select different workloads")
			return
		}
	}
	for _, load := range chosen {
		byWorkload[selection{o.Namespace(), load}] = o
	}
}
