package lint

import (
	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
)

func init() {
	register(Rule{
		ID: "HX508", Title: "Ambient mode by halves", Starred: true,
		Severity: diag.Error,
		Tags:     []string{"install", "ambient"},
		Sources: []Source{
			{"Install ambient mode with Helm", "https://istio.io/latest/docs/ambient/install/helm/"},
		},
		Why: "Ambient mode takes three: istiod that knows of it, istio-cni that sends traffic of pods to the node's proxy, and " +
			"ztunnel, which is that proxy. With one of them missing or without its setting, pods with the ambient label are not in " +
			"the mesh, or have no network. What is missing altogether is told only where istiod is among the files, and counts as " +
			"an error only in the scope of the whole mesh.",
		Remedy: "Install istiod, istio-cni and ztunnel, each with profile: ambient.",
		Bad:    istiodWith("PILOT_TRACE_SAMPLING", "1") + "---\n" + ztunnelIn("istio-system", "1.31.1"),
		Good:   istiodWith("PILOT_ENABLE_AMBIENT", "true") + "---\n" + ztunnelIn("istio-system", "1.31.1") + "---\n" + ambientCNI + "---\n" + cniDaemonSet,
		Whole:  checkAmbient,
	})
}

// ambientCNI and cniDaemonSet are examples for rules.
const (
	ambientCNI = `apiVersion: v1
kind: ConfigMap
metadata:
  name: istio-cni-config
  namespace: istio-system
data:
  AMBIENT_ENABLED: "true"
`
	cniDaemonSet = `apiVersion: apps/v1
kind: DaemonSet
metadata:
  name: istio-cni-node
  namespace: istio-system
spec:
  selector:
    matchLabels: {k8s-app: istio-cni-node}
  template:
    metadata:
      labels: {k8s-app: istio-cni-node}
    spec:
      containers:
      - name: install-cni
        image: registry.istio.io/release/install-cni:1.31.1
`
)

// checkAmbient looks at files with istiod that show ambient mode anywhere.
func checkAmbient(p *Pass) {
	parts := p.Mesh.install()
	if len(parts.istiods) == 0 {
		return
	}
	plane := firstOf(parts.istiods, func(o *Object) bool {
		value, _ := o.IstiodEnv("PILOT_ENABLE_AMBIENT")
		return isTrue(value)
	})
	agent := firstOf(parts.agents, func(o *Object) bool { return isTrueAt(o.First("data.AMBIENT_ENABLED")) })
	if plane == nil && agent == nil && len(parts.ztunnels) == 0 && !hasAmbientLabel(p.Mesh) {
		return
	}
	if plane == nil {
		o := parts.istiods[0]
		_, at := o.IstiodEnv("PILOT_ENABLE_AMBIENT")
		p.Report(o, at, "istiod runs without ambient mode, which something else here is for", "install the istiod chart with profile: ambient")
	}
	if agent == nil {
		reportAgent(p, parts)
	}
	if len(parts.ztunnels) == 0 {
		d := p.Report(parts.istiods[0], manifest.Found{}, "ambient mode without a ztunnel here", "install the ztunnel chart")
		d.Severity = p.absence()
	}
}

func reportAgent(p *Pass, parts install) {
	if len(parts.agents) > 0 {
		p.Report(parts.agents[0], parts.agents[0].First("data.AMBIENT_ENABLED"), "istio-cni runs without ambient mode, which something else here is for", "install the cni chart with profile: ambient")
		return
	}
	d := p.Report(parts.istiods[0], manifest.Found{}, "ambient mode without an istio-cni here", "install the cni chart with profile: ambient")
	d.Severity = p.absence()
}

// hasAmbientLabel reports whether a Namespace or the pods of a workload ask for
// ambient mode.
func hasAmbientLabel(m *Mesh) bool {
	const label = `metadata.labels["istio.io/dataplane-mode"]`
	for _, o := range m.Of(append([]string{"Namespace"}, podKinds...)...) {
		if !o.Mentions("istio.io/dataplane-mode") {
			continue
		}
		at := o.Pod()
		if o.ID.Kind == "Namespace" {
			at = manifest.Found{Node: o.Root()}
		}
		if text(first(o.below(at, label)).Node) == "ambient" {
			return true
		}
	}
	return false
}
