package lint

import (
	"github.com/helmx-dev/helmx/diag"
)

func init() {
	register(Rule{
		ID: "HX526", Title: "Validation of configuration switched off",
		Severity: diag.Warning,
		Tags:     []string{"install", "istiod"},
		Sources: []Source{
			{"istiod chart: global.configValidation", "https://github.com/istio/istio/blob/master/manifests/charts/istio-control/istio-discovery/values.yaml"},
		},
		Why: "Without the validating webhook the API server takes every mistake in Istio's resources. istiod then leaves out what " +
			"it cannot use, in silence, and the first sign is traffic that goes wrong.",
		Remedy: "Remove global.configValidation: false.",
		Bad:    injectorValues(`{"global": {"configValidation": false}}`),
		Good:   injectorValues(`{"global": {"configValidation": true}}`),
		Kinds:  []string{"ConfigMap"},
		Object: func(p *Pass, o *Object) {
			if !isInjector(o) {
				return
			}
			if at := o.First("data.values|json.global.configValidation"); text(at.Node) == "false" {
				p.Report(o, at, "nothing checks Istio's resources when they are applied", "remove global.configValidation: false")
			}
		},
	})
}
