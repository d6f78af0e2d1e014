package lint

import (
	"github.com/helmx-dev/helmx/diag"
)

func init() {
	register(Rule{
		ID: "HX523", Title: "Two injectors for namespaces without a label",
		Severity: diag.Warning,
		Tags:     []string{"install", "injection", "upgrade"},
		Sources: []Source{
			{"istiod chart: sidecarInjectorWebhook.enableNamespacesByDefault", "https://github.com/istio/istio/blob/master/manifests/charts/istio-control/istio-discovery/values.yaml"},
		},
		Why: "With enableNamespacesByDefault a control plane injects every namespace that says nothing. Where two do, it is left " +
			"to the order of webhooks which of them a pod belongs to.",
		Remedy: "Leave it on for one revision.",
		Bad:    enabledByDefault("a") + "---\n" + enabledByDefault("b"),
		Good:   enabledByDefault("a"),
		Whole:  checkDefaultInjection,
	})
}

func enabledByDefault(revision string) string {
	return `apiVersion: v1
kind: ConfigMap
metadata:
  name: istio-sidecar-injector-` + revision + `
  namespace: istio-system
data:
  values: |-
    {"sidecarInjectorWebhook": {"enableNamespacesByDefault": true}}
`
}

// injectsUnlabelled is where the injector's values say whether it takes the
// namespaces that carry no label.
const injectsUnlabelled = "data.values|json.sidecarInjectorWebhook.enableNamespacesByDefault"

func checkDefaultInjection(p *Pass) {
	var one *Object
	for _, o := range p.Mesh.install().injectors {
		at := o.First(injectsUnlabelled)
		switch {
		case !isTrueAt(at):
		case one == nil:
			one = o
		default:
			p.Report(o, at, "injects namespaces without a label, and so does "+one.ID.Name, "leave enableNamespacesByDefault on for one revision")
		}
	}
}
