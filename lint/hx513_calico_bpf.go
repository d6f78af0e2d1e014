package lint

import (
	"github.com/helmx-dev/helmx/diag"
)

func init() {
	register(Rule{
		ID: "HX513", Title: "Calico that chooses endpoints before the mesh",
		Severity: diag.Error,
		Tags:     []string{"install", "calico", "cni"},
		Sources: []Source{
			{"Calico, FelixConfiguration: bpfConnectTimeLoadBalancing", "https://docs.tigera.io/calico/latest/reference/resources/felixconfig"},
			{"Istio, platform prerequisites of ambient mode", "https://istio.io/latest/docs/ambient/install/platform-prerequisites/"},
		},
		Why: "With its BPF data plane Calico can replace a Service's address by that of a pod when a program connects. The mesh " +
			"then never sees the service that was called: routing, policies and telemetry for it do not apply. Reported where BPF" +
			" is on and the balancing is not Disabled, or it is enabled in so many words.",
		Remedy: "Set bpfConnectTimeLoadBalancing: Disabled.",
		Bad:    felixWith("TCP") + "---\n" + cniDaemonSet,
		Good:   felixWith("Disabled") + "---\n" + cniDaemonSet,
		Kinds:  []string{"FelixConfiguration.crd.projectcalico.org", "FelixConfiguration.projectcalico.org"},
		Object: checkFelix,
	})
}

func felixWith(balancing string) string {
	return `apiVersion: projectcalico.org/v3
kind: FelixConfiguration
metadata:
  name: default
spec:
  bpfEnabled: true
  bpfConnectTimeLoadBalancing: ` + balancing + `
`
}

func checkFelix(p *Pass, o *Object) {
	parts := p.Mesh.install()
	if len(parts.istiods)+len(parts.ztunnels)+len(parts.cnis) == 0 {
		return
	}
	at, enabled := o.First("spec.bpfConnectTimeLoadBalancing"), o.First("spec.bpfEnabled")
	mode := text(at.Node)
	if mode == "Disabled" || text(enabled.Node) == "false" || mode == "" && !isTrueAt(enabled) {
		return
	}
	if at.Node == nil {
		at = enabled
	}
	p.Report(o, at, "Calico chooses endpoints when a program connects, before the mesh sees the service", "set bpfConnectTimeLoadBalancing: Disabled")
}
