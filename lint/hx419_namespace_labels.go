package lint

import (
	"fmt"
	"strings"

	"github.com/helmx-dev/helmx/diag"
)

func init() {
	register(Rule{
		ID: "HX419", Title: "Namespace whose labels contradict each other about the mesh", Starred: true,
		Severity: diag.Warning,
		Tags:     []string{"correctness", "injection", "ambient"},
		Also:     []string{"IST0102", "IST0123", "IST0148"},
		Sources: []Source{
			{"Istio, NamespaceMultipleInjectionLabels", "https://istio.io/latest/docs/reference/config/analysis/ist0123/"},
			{"Istio, NamespaceNotInjected", "https://istio.io/latest/docs/reference/config/analysis/ist0102/"},
			{"Installing the sidecar", "https://istio.io/latest/docs/setup/additional-setup/sidecar-injection/"},
		},
		Why: "istio-injection wins over istio.io/rev, and a sidecar over ambient mode: what the other label asks for is not done, so that an " +
			"upgrade by revision leaves the namespace behind. A namespace with none of the labels is outside the mesh, unless the " +
			"injector takes all: where pods here are neither asked for one by one nor gateways, that is an info.",
		Remedy: "Keep one of istio-injection, istio.io/rev and istio.io/dataplane-mode.",
		Bad: `apiVersion: v1
kind: Namespace
metadata:
  name: shop
  labels:
    istio-injection: enabled
    istio.io/rev: stable
`,
		Good: `apiVersion: v1
kind: Namespace
metadata:
  name: shop
  labels:
    istio.io/rev: stable
`,
		Whole: func(p *Pass) {
			byDefault := p.Mesh.injectsByDefault()
			for _, o := range p.Mesh.Of("Namespace") {
				checkNamespaceLabels(p, o, byDefault)
			}
		},
	})
}

// membershipLabels are the labels of a namespace that make its pods part of
// the mesh.
var membershipLabels = []string{injectionLabel, revisionLabel, dataplaneLabel}

func checkNamespaceLabels(p *Pass, o *Object, byDefault bool) {
	labels := o.Labels()
	var set []string
	for _, name := range membershipLabels {
		if value, ok := labels[name]; ok {
			set = append(set, name+"="+value)
		}
	}
	optedOut := labels[injectionLabel] != "" && labels[injectionLabel] != "enabled"
	switch {
	case o.ID.Name == p.Mesh.RootNamespace() || strings.HasPrefix(o.ID.Name, "kube-"):
	case len(set) > 1 && !optedOut && labels[dataplaneLabel] != "none":
		at := o.First(`metadata.labels["` + strings.SplitN(set[1], "=", 2)[0] + `"]`)
		p.Report(o, at, fmt.Sprintf("labels %s contradict each other", strings.Join(set, " and ")), "keep one of them")
	case len(set) > 0 || !p.Mesh.meshed() || !p.Mesh.holdsOutsiders(o.ID.Name):
	case byDefault:
		p.Report(o, o.First("metadata.name"), "carries no label for injection, and is injected since the injector takes all namespaces",
			"write istio-injection: enabled, or disabled to keep it out").Severity = p.graded(diag.Info)
	default:
		p.Report(o, o.First("metadata.name"), "carries no label that makes its pods part of the mesh",
			"write istio-injection: enabled, istio.io/rev or istio.io/dataplane-mode: ambient; istio-injection: disabled says that it is meant to be outside").Severity = p.graded(diag.Info)
	}
}

// holdsOutsiders reports whether a namespace has pods here that are no part of
// the mesh, as far as its labels and theirs say.
func (m *Mesh) holdsOutsiders(namespace string) bool {
	for _, w := range m.workloads().all[namespace] {
		if w.pod.Node != nil && !gatewayProxy(w) && !m.sidecar(w) && !m.ambient(w) && w.labels[injectLabel] == "" && w.labels[dataplaneLabel] == "" {
			return true
		}
	}
	return false
}

// injectsByDefault reports whether the injector takes namespaces that carry no
// label.
func (m *Mesh) injectsByDefault() bool {
	return firstOf(m.install().injectors, func(o *Object) bool { return isTrueAt(o.First(injectsUnlabelled)) }) != nil
}
