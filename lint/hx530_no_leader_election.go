package lint

import (
	"fmt"
	"strconv"

	"github.com/helmx-dev/helmx/diag"
)

func init() {
	register(Rule{
		ID: "HX530", Title: "Several istiods without a leader",
		Severity: diag.Error,
		Tags:     []string{"install", "availability", "istiod"},
		Sources: []Source{
			{"pilot-discovery reference: environment variables", "https://istio.io/latest/docs/reference/commands/pilot-discovery/"},
		},
		Why: "Without leader election every replica of istiod believes that it is the only one: they write status, certificates " +
			"and gateways at the same time, and undo each other's work.",
		Remedy: "Remove ENABLE_LEADER_ELECTION, or run one replica.",
		Bad:    istiodWith("ENABLE_LEADER_ELECTION", "false") + "---\n" + scaleIstiod("2"),
		Good:   istiodWith("ENABLE_LEADER_ELECTION", "true") + "---\n" + scaleIstiod("2"),
		Kinds:  []string{"Deployment.apps"},
		Object: checkLeader,
	})
}

func checkLeader(p *Pass, o *Object) {
	value, at := o.IstiodEnv("ENABLE_LEADER_ELECTION")
	if !isFalse(value) {
		return
	}
	most := o.First("spec.replicas")
	if scaler := o.Autoscaler(); scaler != nil {
		most = scaler.First("spec.maxReplicas")
		if scaler.ID.Kind == "ScaledObject" {
			most = scaler.First("spec.maxReplicaCount")
		}
	}
	if n, err := strconv.Atoi(text(most.Node)); err == nil && n > 1 {
		p.Report(o, at, fmt.Sprintf("no leader is elected among up to %d istiods", n), "remove the variable, or run one replica")
	}
}
