package lint

import (
	"github.com/helmx-dev/helmx/diag"
)

func init() {
	register(Rule{
		ID: "HX511", Title: "Injector and istio-cni that disagree", Starred: true,
		Severity: diag.Error,
		Tags:     []string{"install", "injection", "cni"},
		Sources: []Source{
			{"Install the Istio CNI node agent", "https://istio.io/latest/docs/setup/additional-setup/cni/"},
		},
		Why: "With pilot.cni.enabled the injector leaves the redirection of traffic to istio-cni and only checks that it was done: " +
			"without istio-cni on the node, pods wait in istio-validation for ever. The other way round nothing stops, since istio-cni passes " +
			"over pods that redirect their own traffic, but each of them keeps the privileges that it was installed to spare; " +
			"that is a warning, and only where namespaces get sidecars, because beside ambient mode it is right.",
		Remedy: "Set pilot.cni.enabled: true in the values of the istiod chart where istio-cni is installed, and only there.",
		Bad:    injectorWith("true"),
		Good:   injectorWith("true") + "---\n" + cniDaemonSet,
		Whole:  checkInjectorCNI,
	})
}

// injectorWith is an example for rules: the values of the injector.
func injectorWith(cni string) string {
	return `apiVersion: v1
kind: ConfigMap
metadata:
  name: istio-sidecar-injector
  namespace: istio-system
data:
  values: |-
    {
      "pilot": {
        "cni": {
          "enabled": ` + cni + `
        }
      }
    }
`
}

const injectorCNI = "data.values|json.pilot.cni.enabled"

func checkInjectorCNI(p *Pass) {
	parts := p.Mesh.install()
	for _, o := range parts.injectors {
		at := o.First(injectorCNI)
		switch {
		case isTrueAt(at) && len(parts.cnis) == 0:
			d := p.Report(o, at, "pilot.cni.enabled is true, and there is no istio-cni here: pods would wait in istio-validation",
				"install the cni chart, or set pilot.cni.enabled: false")
			d.Severity = p.absence()
		case text(at.Node) == "false" && len(parts.cnis) > 0 && hasInjectedNamespace(p.Mesh):
			d := p.Report(o, at, "pilot.cni.enabled is false, and istio-cni is here: sidecars redirect their traffic themselves, with privileges that they need not have",
				"set pilot.cni.enabled: true")
			d.Severity = p.graded(diag.Warning)
		}
	}
}

func hasInjectedNamespace(m *Mesh) bool { return firstOf(m.Of("Namespace"), isInjected) != nil }
