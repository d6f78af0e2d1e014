package lint

import (
	"fmt"
	"strconv"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
)

func init() {
	register(Rule{
		ID: "HX501", Title: "Only one istiod", Starred: true,
		Severity: diag.Warning,
		Tags:     []string{"install", "availability", "istiod"},
		Sources: []Source{
			{"Deployment best practices", "https://istio.io/latest/docs/ops/best-practices/deployment/"},
		},
		Why: "The webhook that injects sidecars fails closed: while the only istiod is moved to another node or restarted, no pod " +
			"of the mesh starts, and proxies that do start get no configuration. One replica is what the istiod chart asks for as " +
			"long as nobody says otherwise, which suits a laptop; so this is reported of the chart's own default too.",
		Remedy: "Set autoscaleMin: 2 in the values of the istiod chart. From two replicas on, the chart adds a PodDisruptionBudget.",
		Bad:    istiodWith("PILOT_TRACE_SAMPLING", "1") + "---\n" + scaleIstiod("1"),
		Good:   istiodWith("PILOT_TRACE_SAMPLING", "1") + "---\n" + scaleIstiod("2"),
		Kinds:  []string{"Deployment.apps"},
		Object: checkIstiodReplicas,
	})
}

// scaleIstiod is an example for rules: the autoscaler of istiod.
func scaleIstiod(replicas string) string {
	return `apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata:
  name: istiod
  namespace: istio-system
spec:
  scaleTargetRef:
    apiVersion: apps/v1
    kind: Deployment
    name: istiod
  minReplicas: ` + replicas + `
  maxReplicas: 5
`
}

const istiodReplicasHint = "set autoscaleMin: 2 in the values of the istiod chart"

func checkIstiodReplicas(p *Pass, o *Object) {
	if !isIstiod(o) {
		return
	}
	shown, at := o, o.First("spec.replicas")
	if scaler := o.Autoscaler(); scaler != nil {
		shown, at = scaler, minReplicas(scaler)
	}
	count := 1 // Kubernetes' default for all of them
	if value := text(at.Node); value != "" {
		n, err := strconv.Atoi(value)
		if err != nil || n == 0 { // 0: scaled down on purpose, or by KEDA when idle
			return
		}
		count = n
	}
	if count >= 2 {
		return
	}
	d := p.Report(shown, at, fmt.Sprintf("keeps %d replica of istiod: while it is away, no pod of the mesh starts", count), istiodReplicasHint)
	if shown == o && at.Node == nil { // what scales it may be elsewhere
		d.Severity = p.absence()
	}
}

// minReplicas returns where an autoscaler says its lower bound.
func minReplicas(scaler *Object) manifest.Found {
	if scaler.ID.Kind == "ScaledObject" {
		return scaler.First("spec.minReplicaCount")
	}
	return scaler.First("spec.minReplicas")
}
