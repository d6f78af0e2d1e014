package lint

import (
	"fmt"

	"github.com/helmx-dev/helmx/diag"
)

func init() {
	register(Rule{
		ID: "HX215", Title: "Check of istiod switched off", Starred: true,
		Severity: diag.Warning,
		Tags:     []string{"security", "istiod"},
		Sources: []Source{
			{"pilot-discovery reference: environment variables", "https://istio.io/latest/docs/reference/commands/pilot-discovery/"},
			{"Istio, security best practices", "https://istio.io/latest/docs/ops/best-practices/security/"},
		},
		Why: "Each of these variables takes a check out of the control plane that is on for a reason: who may ask it for " +
			"configuration, whose identity a workload may claim, which authorities a remote cluster may name.",
		Remedy: "Remove the variable, and mend what made it necessary.",
		Bad:    istiodWith("XDS_AUTH", "false"),
		Good:   istiodWith("XDS_AUTH", "true"),
		Kinds:  []string{"Deployment.apps"},
		Object: func(p *Pass, o *Object) {
			for _, w := range weakenings {
				value, at := o.IstiodEnv(w.name)
				if at.Node != nil && w.weak(value) && !p.Mesh.Before(w.since) {
					p.Report(o, at, fmt.Sprintf("%s=%s: %s", w.name, value, w.opens), "remove the variable")
				}
			}
		},
	})
}

// weakening is a variable of istiod that opens something.
type weakening struct {
	name  string
	weak  func(value string) bool
	since string // the Istio version that has it; "1.0" is all that matter here
	opens string
}

var weakenings = []weakening{
	{"XDS_AUTH", isFalse, "1.0", "whoever reaches istiod gets the configuration and secrets of workloads"},
	{"PILOT_ENABLE_XDS_IDENTITY_CHECK", isFalse, "1.0", "a workload gets configuration for a namespace and service account that it does not run as"},
	{"ENABLE_DEBUG_ENDPOINT_AUTH", isFalse, "1.30", "the debug endpoints answer without authentication"},
	{"PILOT_SKIP_VALIDATE_TRUST_DOMAIN", isTrue, "1.0", "identities of other trust domains are accepted"},
	{"PILOT_INSECURE_MULTICLUSTER_KUBECONFIG_OPTIONS", isSet, "1.0", "a remote cluster's kubeconfig may run programs and read files in istiod"},
	{"TRUSTED_GATEWAY_CIDR", isSet, "1.0", "whoever sends from there is believed to be the identity it names"},
	{"ISTIO_WORKLOAD_ENTRY_VALIDATE_IDENTITY", isFalse, "1.0", "a machine registers itself under an identity that is not its own"},
	{"ENABLE_WILDCARD_HOST_SERVICE_ENTRIES_FOR_TLS", isTrue, "1.0", "a client chooses the host behind a wildcard by a name that it can forge"},
}

func isSet(value string) bool { return value != "" }
