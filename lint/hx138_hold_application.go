package lint

import (
	"github.com/helmx-dev/helmx/diag"
)

func init() {
	register(Rule{
		ID: "HX138", Title: "Holding the application where the sidecar starts first anyway",
		Severity: diag.Info,
		Tags:     []string{"feature", "injection"},
		Sources: []Source{
			{"Istio 1.27, change notes: native sidecars by default", "https://istio.io/latest/news/releases/1.27.x/announcing-1.27/change-notes/"},
		},
		Why: "With native sidecars, the default since Istio 1.27 on Kubernetes that has them, the proxy is an init container that " +
			"keeps running, and the application starts when it is ready. holdApplicationUntilProxyStarts adds nothing to that.",
		Remedy: "Remove it, once no cluster is left whose Kubernetes is older than 1.29.",
		Bad: `apiVersion: apps/v1
kind: Deployment
metadata:
  name: shop
  namespace: shop
spec:
  selector:
    matchLabels: {app: shop}
  template:
    metadata:
      labels: {app: shop}
      annotations:
        proxy.istio.io/config: '{"holdApplicationUntilProxyStarts": true}'
`,
		Good: `apiVersion: apps/v1
kind: Deployment
metadata:
  name: shop
  namespace: shop
spec:
  selector:
    matchLabels: {app: shop}
  template:
    metadata:
      labels: {app: shop}
`,
		Whole: checkHeldApplication,
	})
}

func checkHeldApplication(p *Pass) {
	if p.Mesh.Before("1.27") {
		return
	}
	for _, o := range p.Mesh.install().istiods {
		if value, _ := o.IstiodEnv("ENABLE_NATIVE_SIDECARS"); isFalse(value) {
			return
		}
	}
	for _, o := range p.Mesh.Of(proxyConfigKinds...) {
		for _, config := range o.ProxyConfig() {
			if at := first(o.below(config, "holdApplicationUntilProxyStarts")); isTrueAt(at) {
				p.Report(o, at, "the application waits for its sidecar anyway: sidecars are native since Istio 1.27", "remove it when no cluster is older than Kubernetes 1.29")
			}
		}
	}
}
