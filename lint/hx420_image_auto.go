package lint

import (
	"cmp"

	"github.com/helmx-dev/helmx/diag"
)

func init() {
	register(Rule{
		ID: "HX420", Title: "Proxy image that nothing fills in",
		Severity: diag.Error,
		Tags:     []string{"correctness", "injection", "gateway"},
		Also:     []string{"IST0146", "IST0147"},
		Sources: []Source{
			{"Istio, ImageAutoWithoutInjectionWarning", "https://istio.io/latest/docs/reference/config/analysis/ist0146/"},
			{"Istio, ImageAutoWithoutInjectionError", "https://istio.io/latest/docs/reference/config/analysis/ist0147/"},
			{"Injecting gateways", "https://istio.io/latest/docs/setup/additional-setup/gateway/"},
		},
		Why: "The image auto is a place holder that the injector replaces. Where injection is off, or for a Pod that is written out " +
			"and so is never what the injector sees, the kubelet looks for an image of that name and finds none.",
		Remedy: "Let the pods be injected: no istio-injection: disabled on the namespace, and the label sidecar.istio.io/inject: \"true\" " +
			"on the pods.",
		Bad: `apiVersion: v1
kind: Namespace
metadata:
  name: edge
  labels: {istio-injection: disabled}
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: gateway
  namespace: edge
spec:
  selector:
    matchLabels: {app: gateway}
  template:
    metadata:
      labels: {app: gateway}
    spec:
      containers:
      - name: istio-proxy
        image: auto
`,
		Good: `apiVersion: v1
kind: Namespace
metadata:
  name: edge
  labels: {istio-injection: enabled}
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: gateway
  namespace: edge
spec:
  selector:
    matchLabels: {app: gateway}
  template:
    metadata:
      labels: {app: gateway, sidecar.istio.io/inject: "true"}
    spec:
      containers:
      - name: istio-proxy
        image: auto
`,
		Whole: checkAutoImage,
	})
}

func checkAutoImage(p *Pass) {
	for _, load := range p.Mesh.workloads().all[anywhere] {
		o := load.object
		if load.pod.Node == nil || !o.Mentions("auto") {
			continue
		}
		for _, container := range o.Containers() {
			image := first(o.below(container, "image"))
			if text(image.Node) != "auto" || text(first(o.below(container, "name")).Node) != proxyContainer {
				continue
			}
			if why := p.Mesh.notInjected(load); why != "" {
				p.Report(o, image, "the image auto is replaced by injection, and these pods are not injected: "+why,
					`take istio-injection: disabled off, and set the label sidecar.istio.io/inject: "true" on the pods`)
			}
		}
	}
}

// notInjected says why no injector takes a workload, "" where one may. That no
// namespace is among the objects says nothing.
func (m *Mesh) notInjected(load *workload) string {
	namespace, known := m.namespaces()[load.object.Namespace()]
	inject := cmp.Or(load.labels[injectLabel], text(first(load.object.below(load.pod, `metadata.annotations["sidecar.istio.io/inject"]`)).Node))
	switch {
	case namespace[injectionLabel] == "disabled":
		return "the namespace says istio-injection: disabled"
	case inject == "false":
		return "their label says sidecar.istio.io/inject: false"
	case known && inject == "" && namespace[injectionLabel] == "" && namespace[revisionLabel] == "" && load.labels[revisionLabel] == "" && !m.injectsByDefault():
		return "neither the namespace nor the pods ask for it"
	}
	return ""
}
