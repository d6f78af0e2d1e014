package lint

import (
	"fmt"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
)

func init() {
	register(Rule{
		ID: "HX533", Title: "Kubernetes older than Istio supports",
		Severity: diag.Warning,
		Tags:     []string{"install", "upgrade"},
		Also:     []string{"IST0142"},
		Sources: []Source{
			{"Istio, UnsupportedKubernetesVersion", "https://istio.io/latest/docs/reference/config/analysis/ist0142/"},
			{"Istio, supported releases", "https://istio.io/latest/docs/releases/supported-releases/"},
		},
		Why: "Each release of Istio is tested with a few versions of Kubernetes, and istioctl refuses to install into older ones. " +
			"helmx compares the oldest of them with --kube-version; without that option it says nothing.",
		Remedy: "Upgrade the cluster first, or stay with the Istio that supports it.",
		Bad: `# helmx lint --kube-version 1.29
apiVersion: apps/v1
kind: Deployment
metadata:
  name: istiod
  namespace: istio-system
spec:
  selector:
    matchLabels: {app: istiod}
  template:
    metadata:
      labels: {app: istiod}
    spec:
      containers:
      - name: discovery
        image: registry.istio.io/release/pilot:1.31.1
`,
		Good: `# helmx lint --kube-version 1.29
apiVersion: apps/v1
kind: Deployment
metadata:
  name: istiod
  namespace: istio-system
spec:
  selector:
    matchLabels: {app: istiod}
  template:
    metadata:
      labels: {app: istiod}
    spec:
      containers:
      - name: discovery
        image: registry.istio.io/release/pilot:1.26.0
`,
		Whole: checkKubernetes,
	})
}

// oldestKubernetes is the oldest supported minor version of Kubernetes by minor
// version of Istio.
// Source: https://istio.io/latest/docs/releases/supported-releases/ and, for 1.31,
// istioctl/pkg/install/k8sversion. Verified 2026-12-01 for 1.23 to 1.26 and 1.31;
// 1.20 to 1.22 and 1.27 are not verified.
var oldestKubernetes = map[version]version{
	{1, 20}: {1, 25}, {1, 21}: {1, 26}, {1, 22}: {1, 27}, {1, 23}: {1, 27}, {1, 24}: {1, 28},
	{1, 25}: {1, 29}, {1, 26}: {1, 29}, {1, 27}: {1, 29}, {1, 31}: {1, 32},
}

func checkKubernetes(p *Pass) {
	oldest, known := oldestKubernetes[p.Mesh.version()]
	if !known {
		return
	}
	for _, o := range p.Mesh.install().istiods {
		for _, text := range p.options.KubeVersions {
			if v, err := parseVersion(text); err == nil && v.less(oldest) {
				p.Report(o, manifest.Found{}, fmt.Sprintf("Istio %s supports Kubernetes %s and later, and this is for %s", p.Mesh.version(), oldest, v), "upgrade the cluster, or use an Istio that supports it")
			}
		}
	}
}
