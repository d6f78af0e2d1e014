package lint

import (
	"github.com/helmx-dev/helmx/diag"
)

func init() {
	register(Rule{
		ID: "HX315", Title: "Address allocation of proxies, which istiod does now",
		Severity: diag.Warning,
		Tags:     []string{"deprecation", "dns"},
		Sources: []Source{
			{"DNS proxying", "https://istio.io/latest/docs/ops/configuration/traffic-management/dns-proxy/"},
		},
		Why: "Since Istio 1.25 istiod gives addresses to ServiceEntries without any, and writes them to their status. " +
			"ISTIO_META_DNS_AUTO_ALLOCATE made each proxy do it for itself.",
		Remedy: "Remove it; label the ServiceEntries that should get no address with networking.istio.io/enable-autoallocate-ip: " +
			"\"false\".",
		Bad: `apiVersion: v1
kind: ConfigMap
metadata:
  name: istio
  namespace: istio-system
data:
  mesh: |-
    defaultConfig:
      proxyMetadata:
        ISTIO_META_DNS_CAPTURE: "true"
        ISTIO_META_DNS_AUTO_ALLOCATE: "true"
`,
		Good: `apiVersion: v1
kind: ConfigMap
metadata:
  name: istio
  namespace: istio-system
data:
  mesh: |-
    defaultConfig:
      proxyMetadata:
        ISTIO_META_DNS_CAPTURE: "true"
`,
		Kinds:  proxyConfigKinds,
		Object: checkAutoAllocate,
	})
}

func checkAutoAllocate(p *Pass, o *Object) {
	if !o.Mentions("ISTIO_META_DNS_AUTO_ALLOCATE") || p.Mesh.Before("1.25") {
		return
	}
	for _, config := range o.ProxyConfig() {
		for _, path := range []string{"proxyMetadata.ISTIO_META_DNS_AUTO_ALLOCATE", "environmentVariables.ISTIO_META_DNS_AUTO_ALLOCATE"} {
			for _, at := range o.below(config, path) {
				p.Report(o, at, "istiod allocates addresses since Istio 1.25", "remove ISTIO_META_DNS_AUTO_ALLOCATE")
			}
		}
	}
}
