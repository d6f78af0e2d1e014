package lint

import (
	"fmt"

	"github.com/helmx-dev/helmx/diag"
)

func init() {
	register(Rule{
		ID: "HX314", Title: "API that Istio has removed",
		Severity: diag.Error,
		Tags:     []string{"deprecation", "upgrade"},
		Sources: []Source{
			{"Istio 1.6 upgrade notes", "https://istio.io/latest/news/releases/1.6.x/announcing-1.6/upgrade-notes/"},
		},
		Why: "No istiod reads these kinds any more: the objects lie in the cluster and do nothing, which for a rule about " +
			"access means that it does not hold.",
		Remedy: "Write AuthorizationPolicy for rbac.istio.io, PeerAuthentication and RequestAuthentication for " +
			"authentication.istio.io, Telemetry for config.istio.io.",
		Bad: `apiVersion: rbac.istio.io/v1alpha1
kind: ServiceRole
metadata:
  name: viewer
  namespace: shop
spec:
  rules:
  - services: ["*"]
    methods: [GET]
`,
		Good: `apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata:
  name: viewer
  namespace: shop
spec:
  rules:
  - to:
    - operation: {methods: [GET]}
`,
		Whole: func(p *Pass) {
			for _, o := range p.Mesh.Objects {
				if instead := removedGroups[o.ID.Group()]; instead != "" {
					p.Report(o, o.First("apiVersion"), fmt.Sprintf("no istiod reads %s any more", o.ID.Group()), "write "+instead)
				}
			}
		},
	})
}

var removedGroups = map[string]string{
	"rbac.istio.io":           "an AuthorizationPolicy",
	"authentication.istio.io": "a PeerAuthentication or RequestAuthentication",
	"config.istio.io":         "a Telemetry",
}
