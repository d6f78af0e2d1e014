package lint

import (
	"fmt"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
)

func init() {
	register(Rule{
		ID: "HX121", Title: "Number of proxy threads set by hand", Starred: true,
		Feature: "concurrency", Severity: diag.Warning,
		Tags: []string{"feature", "proxy", "performance"},
		Sources: []Source{
			{"ProxyConfig reference: concurrency", "https://istio.io/latest/docs/reference/config/istio.mesh.v1alpha1/#ProxyConfig"},
		},
		Why: "Left alone, a proxy starts as many threads as its CPU limit or request allows. A number set by hand stays when the limits change; 0 " +
			"means one thread for each CPU of the node, which under a CPU limit are throttled and make every request slow.",
		Remedy: "Remove concurrency, and set the CPU of the proxy with sidecar.istio.io/proxyCPU and proxyCPULimit, or global.proxy.resources.",
		Bad: `apiVersion: v1
kind: ConfigMap
metadata:
  name: istio
  namespace: istio-system
data:
  mesh: |-
    defaultConfig:
      concurrency: 0
`,
		Good: `apiVersion: v1
kind: ConfigMap
metadata:
  name: istio
  namespace: istio-system
data:
  mesh: |-
    defaultConfig:
      discoveryAddress: istiod.istio-system.svc:15012
`,
		Kinds: proxyConfigKinds,
		Object: func(p *Pass, o *Object) {
			for _, config := range o.ProxyConfig() {
				for _, at := range o.below(config, "concurrency") {
					checkConcurrency(p, o, at)
				}
			}
		},
	})
}

func checkConcurrency(p *Pass, o *Object, at manifest.Found) {
	message := fmt.Sprintf("concurrency is %s: the number stays when the proxy's CPU changes", text(at.Node))
	switch text(at.Node) {
	case "":
		return
	case "0":
		message = "concurrency is 0: one thread for each CPU of the node, throttled by any CPU limit of the proxy"
	}
	p.Report(o, at, message, "remove it: the proxy goes by its CPU limit or request")
}
