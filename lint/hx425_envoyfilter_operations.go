package lint

import (
	"fmt"
	"slices"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
)

func init() {
	register(Rule{
		ID: "HX425", Title: "EnvoyFilter with an operation that does nothing or depends on order",
		Severity: diag.Error,
		Tags:     []string{"correctness", "envoyfilter"},
		Also:     []string{"IST0151", "IST0152", "IST0153", "IST0154", "IST0155"},
		Sources: []Source{
			{"EnvoyFilter reference", "https://istio.io/latest/docs/reference/config/networking/envoy-filter/"},
			{"Istio, EnvoyFilterUsesReplaceOperationIncorrectly", "https://istio.io/latest/docs/reference/config/analysis/ist0152/"},
			{"Istio, EnvoyFilterUsesRelativeOperation", "https://istio.io/latest/docs/reference/config/analysis/ist0151/"},
		},
		Why: "ADD and REMOVE are passed over for route configurations and HTTP routes, and REPLACE for all but filters and virtual hosts: the " +
			"patch is applied and changes nothing. INSERT_BEFORE, INSERT_AFTER, REMOVE and REPLACE look for what another EnvoyFilter may " +
			"put in or take out; without a priority the order is that of creation, which differs from cluster to cluster: that is a warning.",
		Remedy: "Use an operation that the place knows, such as MERGE, and give EnvoyFilters with relative operations a priority.",
		Bad:    envoyFilterWith("HTTP_ROUTE", "ADD"),
		Good:   envoyFilterWith("HTTP_ROUTE", "MERGE"),
		Kinds:  []string{envoyFilter},
		Object: func(p *Pass, o *Object) {
			priority := text(o.First("spec.priority").Node)
			for _, patch := range o.Find("spec.configPatches[*]") {
				checkOperation(p, o, patch, priority == "" || priority == "0")
			}
		},
	})
}

// envoyFilterWith is an example for rules.
func envoyFilterWith(applyTo, operation string) string {
	return `apiVersion: networking.istio.io/v1alpha3
kind: EnvoyFilter
metadata:
  name: routes
  namespace: shop
spec:
  workloadSelector:
    labels: {app: shop}
  configPatches:
  - applyTo: ` + applyTo + `
    match: {context: SIDECAR_INBOUND}
    patch:
      operation: ` + operation + `
      value: {name: shop}
`
}

func checkOperation(p *Pass, o *Object, patch manifest.Found, unordered bool) {
	at := first(o.below(patch, "patch.operation"))
	operation, applyTo := text(at.Node), text(first(o.below(patch, "applyTo")).Node)
	route := applyTo == "ROUTE_CONFIGURATION" || applyTo == "HTTP_ROUTE"
	replaceable := slices.Contains([]string{"NETWORK_FILTER", "HTTP_FILTER", "VIRTUAL_HOST"}, applyTo)
	relative := slices.Contains([]string{"INSERT_BEFORE", "INSERT_AFTER", "REMOVE", "REPLACE"}, operation)
	switch {
	case (operation == "ADD" || operation == "REMOVE") && route, operation == "REPLACE" && applyTo != "" && !replaceable:
		p.Report(o, at, fmt.Sprintf("%s does nothing for %s", operation, applyTo), "use an operation that the place knows, such as MERGE")
	case relative && unordered:
		p.Report(o, at, fmt.Sprintf("%s depends on the order of EnvoyFilters, and this one has no priority", operation),
			"set priority").Severity = p.graded(diag.Warning)
	}
}
