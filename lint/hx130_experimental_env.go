package lint

import (
	"maps"
	"slices"
)

func init() {
	register(Rule{
		ID: "HX130", Title: "Experimental feature of istiod switched on",
		Feature: "experimental istiod features",
		Tags:    []string{"feature", "istiod"},
		Sources: []Source{
			{"pilot-discovery reference: environment variables", "https://istio.io/latest/docs/reference/commands/pilot-discovery/"},
		},
		Why: "The variable switches on what is off by default because it is not finished: it may change or go with any version, " +
			"and errors in it are not treated as those of the rest.",
		Remedy: "Remove the variable, unless it is an experiment that you follow up.",
		Bad:    istiodWith("PILOT_ENABLE_QUIC_LISTENERS", "true"),
		Good:   istiodWith("PILOT_ENABLE_QUIC_LISTENERS", "false"),
		Kinds:  []string{"Deployment.apps"},
		Object: func(p *Pass, o *Object) {
			for _, name := range slices.Sorted(maps.Keys(experimental)) {
				value, at := o.IstiodEnv(name)
				if isTrue(value) && !p.Mesh.Before(experimental[name]) {
					p.Report(o, at, name+" switches on an experimental feature", "remove it, unless you follow up what becomes of it")
				}
			}
		},
	})
}

// experimental are variables with the Istio version that first had them; "1.0"
// is all that matter here.
var experimental = map[string]string{
	"ENABLE_MCS_AUTO_EXPORT":                         "1.0",
	"ENABLE_MCS_CLUSTER_LOCAL":                       "1.0",
	"ENABLE_MCS_HOST":                                "1.0",
	"ENABLE_MCS_SERVICE_DISCOVERY":                   "1.0",
	"PILOT_ENABLE_QUIC_LISTENERS":                    "1.0",
	"PILOT_ENABLE_MYSQL_FILTER":                      "1.0",
	"PILOT_ENABLE_REDIS_FILTER":                      "1.0",
	"ENABLE_LAYERED_WAYPOINT_AUTHORIZATION_POLICIES": "1.25",
	"ENABLE_GATEWAY_API_INFERENCE_EXTENSION":         "1.28",
	"PILOT_ENABLE_AGENTGATEWAY":                      "1.29",
	"AMBIENT_ENABLE_DRY_RUN_AUTHORIZATION_POLICY":    "1.29",
	"AMBIENT_ENABLE_BAGGAGE":                         "1.30",
}
