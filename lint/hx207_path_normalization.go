package lint

import (
	"fmt"

	"github.com/helmx-dev/helmx/diag"
)

func init() {
	register(Rule{
		ID: "HX207", Title: "Policies about paths that are not normalized",
		Severity: diag.Info,
		Tags:     []string{"security", "authorization"},
		Sources: []Source{
			{"Istio, security best practices", "https://istio.io/latest/docs/ops/best-practices/security/"},
			{"MeshConfig reference: pathNormalization", "https://istio.io/latest/docs/reference/config/istio.mesh.v1alpha1/"},
		},
		Why: "A policy compares the path as the proxy sees it. By default the proxy mends little: //admin and /%61dmin may mean " +
			"/admin to the application and something else to the policy.",
		Remedy: "Set pathNormalization.normalization: DECODE_AND_MERGE_SLASHES, after a test with the applications.",
		Bad: `apiVersion: v1
kind: ConfigMap
metadata:
  name: istio
  namespace: istio-system
data:
  mesh: |-
    rootNamespace: istio-system
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata:
  name: shop
  namespace: shop
spec:
  rules:
  - to:
    - operation:
        paths: [/public/*]
`,
		Good: `apiVersion: v1
kind: ConfigMap
metadata:
  name: istio
  namespace: istio-system
data:
  mesh: |-
    pathNormalization:
      normalization: DECODE_AND_MERGE_SLASHES
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata:
  name: shop
  namespace: shop
spec:
  rules:
  - to:
    - operation:
        paths: [/public/*]
`,
		Kinds:  meshConfigKinds,
		Object: checkNormalization,
	})
}

func checkNormalization(p *Pass, o *Object) {
	for _, config := range o.MeshConfig() {
		at := first(o.below(config, "pathNormalization.normalization"))
		switch text(at.Node) {
		case "MERGE_SLASHES", "DECODE_AND_MERGE_SLASHES":
			continue
		}
		if at.Node == nil {
			at = config
		}
		if policy := firstOf(p.Mesh.Of(authorizationPolicy), aboutPaths); policy != nil {
			p.Report(o, at, fmt.Sprintf("paths are not normalized, and AuthorizationPolicy %s compares them", policy.ID.Name), "set pathNormalization.normalization: DECODE_AND_MERGE_SLASHES, after a test")
		}
	}
}

func aboutPaths(o *Object) bool {
	return o.Mentions("aths") && len(conditions(o, []string{"to[*].operation.paths", "to[*].operation.notPaths"})) > 0
}
