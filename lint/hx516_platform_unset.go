package lint

import (
	"slices"
	"strings"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
)

func init() {
	register(Rule{
		ID: "HX516", Title: "Platform that the charts were not told",
		Severity: diag.Error,
		Tags:     []string{"install", "values", "ambient"},
		Sources: []Source{
			{"Ambient mode: platform-specific prerequisites", "https://istio.io/latest/docs/ambient/install/platform-prerequisites/"},
		},
		Why: "istio-cni and ztunnel need other folders, quotas or rights on k3s and GKE. The charts have settings for them behind " +
			"the value platform; without it istio-cni writes where nobody reads. helmx knows the platform from --kube-version " +
			"alone, where it ends in +k3s1 or -gke.1.",
		Remedy: "Set global.platform in the values of istiod, cni and ztunnel.",
		Bad: `# helmx lint --kube-version 1.34.1+k3s1
apiVersion: apps/v1
kind: DaemonSet
metadata:
  name: istio-cni-node
  namespace: istio-system
spec:
  template:
    spec:
      containers:
      - name: install-cni
        image: registry.istio.io/release/install-cni:1.31.1
      volumes:
      - name: cni-bin-dir
        hostPath: {path: /opt/cni/bin}
`,
		Good: `# helmx lint --kube-version 1.34.1+k3s1
apiVersion: apps/v1
kind: DaemonSet
metadata:
  name: istio-cni-node
  namespace: istio-system
spec:
  template:
    spec:
      containers:
      - name: install-cni
        image: registry.istio.io/release/install-cni:1.31.1
      volumes:
      - name: cni-bin-dir
        hostPath: {path: /var/lib/rancher/k3s/data/cni}
`,
		Whole: checkPlatform,
	})
}

func checkPlatform(p *Pass) {
	for _, kube := range p.options.KubeVersions {
		for _, o := range p.Mesh.install().cnis {
			path := text(first(o.below(o.Pod(), "spec.volumes[name=cni-bin-dir].hostPath.path")).Node)
			if strings.Contains(kube, "+k3s") && path == "/opt/cni/bin" {
				p.Report(o, manifest.Found{}, "k3s keeps its CNI plugins elsewhere than in /opt/cni/bin", "set global.platform: k3s")
			}
		}
		for _, o := range slices.Concat(p.Mesh.install().cnis, p.Mesh.install().ztunnels) {
			if strings.Contains(kube, "-gke.") && o.Namespace() != "kube-system" && !p.Mesh.hasQuota(o.Namespace()) {
				p.Report(o, manifest.Found{}, "GKE lets critical pods run outside of kube-system only under a ResourceQuota", "set global.platform: gke")
			}
		}
	}
}

// hasQuota reports whether a namespace has a quota for critical pods.
func (m *Mesh) hasQuota(namespace string) bool {
	return firstOf(m.Of("ResourceQuota"), func(o *Object) bool { return o.Namespace() == namespace && o.Mentions("system-node-critical") }) != nil
}
