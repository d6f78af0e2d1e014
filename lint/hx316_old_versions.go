package lint

import (
	"fmt"

	"github.com/helmx-dev/helmx/diag"
)

func init() {
	register(Rule{
		ID: "HX316", Title: "Older version of an API that has a v1",
		Severity: diag.Info,
		Tags:     []string{"deprecation", "upgrade"},
		Sources: []Source{
			{"Istio APIs reach v1", "https://istio.io/latest/blog/2024/v1-apis/"},
		},
		Why: "The fields are the same in v1, which Istio has since 1.22. The older versions are kept for now, and will be " +
			"deprecated first.",
		Remedy: "Write apiVersion v1 once every cluster runs Istio 1.22 or later.",
		Bad: `apiVersion: networking.istio.io/v1beta1
kind: Gateway
metadata:
  name: shop
  namespace: shop
`,
		Good: `apiVersion: networking.istio.io/v1
kind: Gateway
metadata:
  name: shop
  namespace: shop
`,
		Whole: func(p *Pass) {
			if p.Mesh.Before("1.22") {
				return
			}
			for _, o := range p.Mesh.Of(withV1...) {
				if o.ID.Version() != "v1" {
					p.Report(o, o.First("apiVersion"), fmt.Sprintf("%s is %s, and has a v1 since Istio 1.22", o.ID.Kind, o.ID.Version()), fmt.Sprintf("write %s/v1", o.ID.Group()))
				}
			}
		},
	})
}

// withV1 are the kinds that have a v1; EnvoyFilter, ProxyConfig and WasmPlugin
// have none.
var withV1 = []string{
	istioGateway, destinationRule, virtualService, serviceEntry, sidecarKind,
	workloadEntry, workloadGroup, authorizationPolicy, peerAuthentication,
	requestAuthentication, telemetryKind,
}
