package lint

import (
	"fmt"
	"strings"

	"github.com/helmx-dev/helmx/diag"
)

func init() {
	register(Rule{
		ID: "HX517", Title: "Value set below Istio's internal defaults", Starred: true,
		Severity: diag.Error,
		Tags:     []string{"install", "values"},
		Sources: []Source{
			{"Istio, chart istiod: values.yaml, its first comment", "https://github.com/istio/istio/blob/master/manifests/charts/istio-control/istio-discovery/values.yaml"},
			{"istio/istio#53067, which introduced the name", "https://github.com/istio/istio/pull/53067"},
		},
		Why: "Istio's charts keep their defaults below " + internalDefaults + " so that a profile can be laid over them. What a user writes " +
			"there is laid under the profile, loses against it, and moves with the next release; below defaults, the name of before, the " +
			"chart fails.",
		Remedy: "Write the same keys at the top of the values.",
		Bad: `# values of builtin:istio/istiod
_internal_defaults_do_not_set:
  autoscaleMin: 2
`,
		Good: `# values of builtin:istio/istiod
autoscaleMin: 2
`,
		Whole: checkInternalDefaults,
	})
}

// checkInternalDefaults reports the first setting of each table.
func checkInternalDefaults(p *Pass) {
	if p.Mesh.Before("1.24") {
		return
	}
	for _, of := range p.Mesh.istioParts() {
		for _, top := range []string{internalDefaults, "defaults"} {
			for _, s := range of.set(top) {
				key := strings.TrimPrefix(strings.TrimPrefix(s.Key(), top), ".")
				hint := "remove it"
				if key != "" {
					hint = "write " + key + " at the top of the chart's values"
				}
				p.ReportSetting(of, s, fmt.Sprintf("%s is not for users: the value loses against profiles, or the chart fails", top), hint)
			}
		}
	}
}
