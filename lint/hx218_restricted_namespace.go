package lint

import (
	"slices"

	"github.com/helmx-dev/helmx/diag"
)

func init() {
	register(Rule{
		ID: "HX218", Title: "Sidecars that a restricted namespace refuses", Starred: true,
		Severity: diag.Error,
		Tags:     []string{"security", "injection", "cni"},
		Sources: []Source{
			{"Application requirements: pod privileges", "https://istio.io/latest/docs/ops/deployment/application-requirements/"},
			{"Kubernetes, pod security standards: restricted", "https://kubernetes.io/docs/concepts/security/pod-security-standards/"},
		},
		Why: "Without istio-cni each injected pod has an init container, istio-init, that needs NET_ADMIN and NET_RAW to redirect " +
			"traffic. A namespace that enforces the restricted standard refuses such pods: nothing starts there.",
		Remedy: "Install istio-cni and set pilot.cni.enabled: true in the values of the istiod chart.",
		Bad:    restrictedNamespace + "---\n" + injectorWith("false"),
		Good:   restrictedNamespace + "---\n" + injectorWith("true"),
		Kinds:  []string{"Namespace"},
		Object: checkRestricted,
	})
}

const restrictedNamespace = `apiVersion: v1
kind: Namespace
metadata:
  name: shop
  labels:
    istio-injection: enabled
    pod-security.kubernetes.io/enforce: restricted
`

// checkRestricted reports only what the files themselves show: an injector, and
// none that leaves the redirection to istio-cni.
func checkRestricted(p *Pass, o *Object) {
	if !o.Mentions("restricted") || !isInjected(o) {
		return
	}
	at := o.First(`metadata.labels["pod-security.kubernetes.io/enforce"]`)
	injectors := p.Mesh.install().injectors
	withInit := func(injector *Object) bool { return text(injector.First(injectorCNI).Node) == "false" }
	if text(at.Node) != "restricted" || len(injectors) == 0 || slices.ContainsFunc(injectors, func(i *Object) bool { return !withInit(i) }) {
		return
	}
	p.Report(o, at, "the namespace refuses istio-init, which injected pods have while pilot.cni.enabled is false", "install istio-cni, and set pilot.cni.enabled: true for istiod")
}
