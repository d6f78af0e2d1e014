package lint

import (
	"github.com/helmx-dev/helmx/diag"
)

func init() {
	register(Rule{
		ID: "HX306", Title: "Deprecated field of a VirtualService",
		Severity: diag.Warning,
		Tags:     []string{"deprecation", "traffic"},
		Also:     []string{"IST0002"},
		Sources: []Source{
			{"VirtualService reference", "https://istio.io/latest/docs/reference/config/networking/virtual-service/"},
		},
		Why:    "The field still works and has a successor; a later version may pass over it without a word.",
		Remedy: "Write the successor: percentage for percent, mirrorPercentage for mirrorPercent, allowOrigins for allowOrigin.",
		Bad: `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: cart
  namespace: shop
spec:
  hosts: [cart]
  http:
  - route:
    - destination: {host: cart}
    mirror: {host: cart-next}
    mirrorPercent: 10
`,
		Good: `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: cart
  namespace: shop
spec:
  hosts: [cart]
  http:
  - route:
    - destination: {host: cart}
    mirror: {host: cart-next}
    mirrorPercentage: {value: 10}
`,
		Kinds: []string{virtualService},
		Object: func(p *Pass, o *Object) {
			for _, route := range o.Find("spec.http[*]") {
				reportRetired(p, o, route, []retired{
					{path: "fault.delay.percent", instead: "write percentage: {value: ...}"},
					{path: "mirrorPercent", instead: "write mirrorPercentage: {value: ...}"},
					{path: "mirror_percent", instead: "write mirrorPercentage: {value: ...}"},
					{path: "corsPolicy.allowOrigin", instead: "write allowOrigins, a list of exact, prefix or regex"},
				})
			}
		},
	})
}
