package lint

import (
	"strings"

	"github.com/helmx-dev/helmx/diag"
)

func init() {
	register(Rule{
		ID: "HX535", Title: "Ambient label in a namespace that istio-cni leaves out",
		Severity: diag.Warning,
		Tags:     []string{"install", "ambient", "cni"},
		Sources: []Source{
			{"cni chart: excludeNamespaces", "https://github.com/istio/istio/blob/master/manifests/charts/istio-cni/values.yaml"},
			{"Add workloads to ambient mode", "https://istio.io/latest/docs/ambient/usage/add-workloads/"},
		},
		Why: "istio-cni passes over the namespaces of its excludeNamespaces, whatever their label says: pods there are not in the " +
			"mesh, though the label looks as if they were. Older versions of Istio took them in all the same, so that an upgrade " +
			"takes them out.",
		Remedy: "Take the namespace out of excludeNamespaces, or remove the label.",
		Bad:    cniSetting("EXCLUDE_NAMESPACES", "kube-system,shop") + "---\n" + ambientNamespace,
		Good:   cniSetting("EXCLUDE_NAMESPACES", "kube-system") + "---\n" + ambientNamespace,
		Kinds:  []string{"Namespace"},
		Object: checkExcludedNamespace,
	})
}

const ambientNamespace = `apiVersion: v1
kind: Namespace
metadata:
  name: shop
  labels:
    istio.io/dataplane-mode: ambient
`

func checkExcludedNamespace(p *Pass, o *Object) {
	at := o.First(`metadata.labels["istio.io/dataplane-mode"]`)
	if text(at.Node) != "ambient" {
		return
	}
	for _, config := range p.Mesh.install().agents {
		for name := range strings.SplitSeq(config.Text("data.EXCLUDE_NAMESPACES"), ",") {
			if strings.TrimSpace(name) == o.ID.Name && o.ID.Name != "" {
				p.Report(o, at, "istio-cni leaves the namespace out, whatever the label says", "take it out of excludeNamespaces, or remove the label")
				return
			}
		}
	}
}
