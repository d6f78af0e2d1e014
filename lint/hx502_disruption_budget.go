package lint

import (
	"fmt"
	"strconv"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
)

func init() {
	register(Rule{
		ID: "HX502", Title: "Replicas that maintenance may take all at once",
		Severity: diag.Warning,
		Tags:     []string{"install", "availability", "gateway", "istiod"},
		Sources: []Source{
			{"Kubernetes, specifying a disruption budget", "https://kubernetes.io/docs/tasks/run-application/configure-pdb/"},
			{"Installing gateways", "https://istio.io/latest/docs/setup/additional-setup/gateway/"},
		},
		Why: "Two replicas help against one node that breaks. When nodes are drained, only a PodDisruptionBudget keeps one of them" +
			" running; one that asks for as many pods as there are lets no node be drained at all. The istiod chart adds a budget" +
			" from two replicas on, the gateway chart only when it is told to.",
		Remedy: "Set podDisruptionBudget: {maxUnavailable: 1} in the values of the gateway chart, or " +
			"global.defaultPodDisruptionBudget.enabled: true for istiod.",
		Bad:    istiodWith("PILOT_TRACE_SAMPLING", "1") + "---\n" + scaleIstiod("2"),
		Good:   istiodWith("PILOT_TRACE_SAMPLING", "1") + "---\n" + scaleIstiod("2") + "---\n" + istiodBudget,
		Kinds:  []string{"Deployment.apps"},
		Object: checkBudget,
	})
}

const istiodBudget = `apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: istiod
  namespace: istio-system
spec:
  minAvailable: 1
  selector:
    matchLabels: {app: istiod}
`

const disruptionBudget = "PodDisruptionBudget.policy"

func checkBudget(p *Pass, o *Object) {
	if !isIstiod(o) && gatewayPod(o).Node == nil {
		return
	}
	at := o.First("spec.replicas")
	if scaler := o.Autoscaler(); scaler != nil {
		at = minReplicas(scaler)
	}
	replicas, err := strconv.Atoi(text(at.Node))
	if err != nil || replicas < 2 {
		return
	}
	budgets := p.Mesh.budgetsFor(o)
	if len(budgets) == 0 {
		d := p.Report(o, manifest.Found{}, fmt.Sprintf("%d replicas, and no PodDisruptionBudget here keeps one of them", replicas), "add a PodDisruptionBudget with maxUnavailable: 1")
		d.Severity = p.absence()
	}
	for _, budget := range budgets {
		least := budget.First("spec.minAvailable")
		if n, err := strconv.Atoi(text(least.Node)); err == nil && n >= replicas {
			p.Report(budget, least, fmt.Sprintf("minAvailable is %d of %d replicas: no node with one of them can be drained", n, replicas), "write maxUnavailable: 1 instead")
		}
	}
}

// budgetsFor returns the budgets that select the object's pods.
func (m *Mesh) budgetsFor(o *Object) []*Object {
	labels := o.labels(o.Pod(), "metadata.labels")
	var found []*Object
	for _, budget := range m.budgets()[o.Namespace()] {
		selector := budget.labelsAt("spec.selector.matchLabels")
		if selector.matches(labels) { // expressions may select less, which is not looked at
			found = append(found, budget)
		}
	}
	return found
}

func (m *Mesh) indexBudgets() map[string][]*Object {
	index := make(map[string][]*Object)
	for _, o := range m.Of(disruptionBudget) {
		index[o.Namespace()] = append(index[o.Namespace()], o)
	}
	return index
}
