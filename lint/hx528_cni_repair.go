package lint

import (
	"github.com/helmx-dev/helmx/diag"
)

func init() {
	register(Rule{
		ID: "HX528", Title: "istio-cni that deletes or labels pods",
		Severity: diag.Info,
		Tags:     []string{"install", "cni", "security"},
		Sources: []Source{
			{"cni chart: repair", "https://github.com/istio/istio/blob/master/manifests/charts/istio-cni/values.yaml"},
		},
		Why: "To repair a pod whose network was not set up in time, istio-cni can set it up (repairPods, the default), delete the " +
			"pod, or label it. To delete or label it needs the right to do so with any pod of the cluster, on every node; and " +
			"only one of the three may be on.",
		Remedy: "Leave repair.repairPods on, and the two others off.",
		Bad:    cniSetting("REPAIR_DELETE_PODS", "true"),
		Good:   cniSetting("REPAIR_REPAIR_PODS", "true"),
		Kinds:  []string{"ConfigMap"},
		Object: func(p *Pass, o *Object) {
			if o.ID.Name != "istio-cni-config" || text(o.First("data.REPAIR_ENABLED").Node) == "false" {
				return
			}
			for _, name := range []string{"REPAIR_DELETE_PODS", "REPAIR_LABEL_PODS"} {
				if at := o.First("data." + name); isTrueAt(at) {
					p.Report(o, at, name+" lets every node change any pod of the cluster", "leave repair.repairPods on, and this off")
				}
			}
		},
	})
}

// cniSetting is an example for rules: the configuration of istio-cni.
func cniSetting(name, value string) string {
	return `apiVersion: v1
kind: ConfigMap
metadata:
  name: istio-cni-config
  namespace: kube-system
data:
  ` + name + `: "` + value + `"
`
}
