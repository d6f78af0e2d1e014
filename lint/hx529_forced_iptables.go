package lint

import (
	"github.com/helmx-dev/helmx/diag"
)

func init() {
	register(Rule{
		ID: "HX529", Title: "Redirection applied twice",
		Severity: diag.Warning,
		Tags:     []string{"install", "injection"},
		Sources: []Source{
			{"istiod chart: global.proxy_init.forceApplyIptables", "https://github.com/istio/istio/blob/master/manifests/charts/istio-control/istio-discovery/values.yaml"},
		},
		Why: "With forceApplyIptables istio-init writes its rules without a look at what is there. A pod whose init container runs" +
			" a second time may be left without network, and Istio means to remove the setting.",
		Remedy: "Remove it, or ignore the finding with the problem it works around.",
		Bad:    injectorValues(`{"global": {"proxy_init": {"forceApplyIptables": true}}}`),
		Good:   injectorValues(`{"global": {"proxy_init": {"forceApplyIptables": false}}}`),
		Kinds:  []string{"ConfigMap"},
		Object: func(p *Pass, o *Object) {
			if !isInjector(o) {
				return
			}
			if at := o.First("data.values|json.global.proxy_init.forceApplyIptables"); isTrueAt(at) {
				p.Report(o, at, "istio-init writes its rules whether they are there or not", "remove it, unless it works around a known problem")
			}
		},
	})
}
