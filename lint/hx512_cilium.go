package lint

import (
	"github.com/helmx-dev/helmx/diag"
)

func init() {
	register(Rule{
		ID: "HX512", Title: "Cilium set to do what Istio has to", Starred: true,
		Severity: diag.Error,
		Tags:     []string{"install", "cilium", "cni"},
		Sources: []Source{
			{"Cilium, integration with Istio", "https://docs.cilium.io/en/stable/network/servicemesh/istio/"},
			{"Istio, platform prerequisites of ambient mode", "https://istio.io/latest/docs/ambient/install/platform-prerequisites/"},
		},
		Why: "Alone, Cilium removes other CNI plugins from the node, which takes istio-cni out; chooses endpoints in the pod's " +
			"socket, so that proxies never see the service that was called; and with masquerading by BPF the kubelet's probes lose the " +
			"address by which ambient mode lets them pass. Each makes traffic or probes fail, or go around the mesh.",
		Remedy: "Set cni.exclusive: false, socketLB.hostNamespaceOnly: true and, with ambient mode, bpf.masquerade: false in the " +
			"values of the Cilium chart.",
		Bad:    ciliumWith(`cni-exclusive: "true"`) + "---\n" + cniDaemonSet,
		Good:   ciliumWith(`cni-exclusive: "false"`) + "---\n" + cniDaemonSet,
		Kinds:  []string{"ConfigMap"},
		Object: checkCilium,
	})
}

func ciliumWith(setting string) string {
	return `apiVersion: v1
kind: ConfigMap
metadata:
  name: cilium-config
  namespace: kube-system
data:
  ` + setting + `
`
}

func checkCilium(p *Pass, o *Object) {
	if o.ID.Name != "cilium-config" {
		return
	}
	parts := p.Mesh.install()
	if at := o.First("data.cni-exclusive"); isTrueAt(at) && len(parts.cnis) > 0 {
		p.Report(o, at, "Cilium removes istio-cni from the node", "set cni.exclusive: false in Cilium's values")
	}
	if at := o.First("data.enable-bpf-masquerade"); isTrueAt(at) && len(parts.ztunnels) > 0 {
		p.Report(o, at, "masquerading by BPF breaks the kubelet's probes of pods in ambient mode", "set bpf.masquerade: false in Cilium's values")
	}
	mesh := len(parts.cnis) + len(parts.ztunnels) + len(parts.istiods)
	if mesh == 0 || isTrueAt(o.First("data.bpf-lb-sock-hostns-only")) {
		return
	}
	for _, path := range []string{"data.bpf-lb-sock", "data.kube-proxy-replacement"} {
		if at := o.First(path); isTrueAt(at) || text(at.Node) == "strict" {
			p.Report(o, at, "Cilium chooses endpoints in the pod's socket, before the mesh sees the service", "set socketLB.hostNamespaceOnly: true in Cilium's values")
			return
		}
	}
}
