package lint

import (
	"github.com/helmx-dev/helmx/diag"
)

func init() {
	register(Rule{
		ID: "HX220", Title: "Privileged proxies",
		Severity: diag.Warning,
		Tags:     []string{"security", "proxy", "injection"},
		Sources: []Source{
			{"istiod chart: global.proxy.privileged", "https://github.com/istio/istio/blob/master/manifests/charts/istio-control/istio-discovery/values.yaml"},
		},
		Why: "With global.proxy.privileged every injected proxy runs as a privileged container: whoever breaks into one of them " +
			"has the node. No feature of the mesh needs it.",
		Remedy: "Remove it. For the redirection of traffic without privileges in the pod, use istio-cni or ambient mode.",
		Bad:    injectorValues(`{"global": {"proxy": {"privileged": true}}}`),
		Good:   injectorValues(`{"global": {"proxy": {"privileged": false}}}`),
		Kinds:  []string{"ConfigMap"},
		Object: func(p *Pass, o *Object) {
			if !isInjector(o) {
				return
			}
			if at := o.First("data.values|json.global.proxy.privileged"); isTrueAt(at) {
				p.Report(o, at, "every injected proxy is a privileged container", "remove it, and use istio-cni or ambient mode")
			}
		},
	})
}

// injectorValues is an example for rules: the ConfigMap of the sidecar injector.
func injectorValues(values string) string {
	return `apiVersion: v1
kind: ConfigMap
metadata:
  name: istio-sidecar-injector
  namespace: istio-system
data:
  values: |-
    ` + values + `
`
}
