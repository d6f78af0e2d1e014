package lint

import (
	"fmt"
	"slices"
	"strings"

	"github.com/helmx-dev/helmx/diag"
)

func init() {
	register(Rule{
		ID: "HX317", Title: "Gateway API older than Istio reads",
		Severity: diag.Warning,
		Tags:     []string{"deprecation", "gateway-api"},
		Also:     []string{"IST0156", "IST0172", "IST0176"},
		Sources: []Source{
			{"Istio, UnsupportedGatewayAPIVersion", "https://istio.io/latest/docs/reference/config/analysis/ist0156/"},
			{"Istio, FutureUnsupportedGatewayAPIVersion", "https://istio.io/latest/docs/reference/config/analysis/ist0172/"},
			{"Istio, source: the oldest CRDs that istiod watches (MinimumCRDVersions)", "https://github.com/istio/istio/blob/master/pkg/config/schema/gatewayapi/minimumversions.go"},
		},
		Why: "Kinds of the Gateway API that have a v1 are read as v1; versions before it go with one of the next releases of the " +
			"API. Of kinds that became stable late, istiod passes over CRDs whose bundle is older than it needs: the routes are " +
			"accepted, and do nothing.",
		Remedy: "Write the v1 of the kind, and install a newer bundle of the Gateway API's CRDs.",
		Bad: `apiVersion: gateway.networking.k8s.io/v1beta1
kind: HTTPRoute
metadata:
  name: shop
  namespace: shop
spec:
  rules:
  - backendRefs: [{name: shop, port: 80}]
`,
		Good: `apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata:
  name: shop
  namespace: shop
spec:
  rules:
  - backendRefs: [{name: shop, port: 80}]
`,
		Whole: checkGatewayAPIVersions,
	})
}

const gatewayAPI = "gateway.networking.k8s.io"

// stableGatewayKinds have a v1 in every bundle that Istio supports.
var stableGatewayKinds = []string{"Gateway", "GatewayClass", "HTTPRoute", "GRPCRoute"}

func checkGatewayAPIVersions(p *Pass) {
	for _, kind := range append(stableGatewayKinds, "BackendTLSPolicy") {
		for _, o := range p.Mesh.Of(kind + "." + gatewayAPI) {
			version := o.ID.Version()
			switch {
			case kind == "BackendTLSPolicy" && version != "v1" && !p.Mesh.Before("1.31"):
				p.Report(o, o.First("apiVersion"), fmt.Sprintf("istiod reads no BackendTLSPolicy %s", version), "write "+gatewayAPI+"/v1")
			case kind != "BackendTLSPolicy" && version != "v1":
				p.Report(o, o.First("apiVersion"), fmt.Sprintf("%s is %s, and has a v1", kind, version), "write "+gatewayAPI+"/v1")
			}
		}
	}
	for _, o := range p.Mesh.Of("CustomResourceDefinition.apiextensions.k8s.io") {
		if strings.HasSuffix(o.ID.Name, "."+gatewayAPI) {
			checkGatewayCRD(p, o)
		}
	}
}

// oldestBundles are the oldest bundles with whose CRDs istiod reads a kind, by
// the version of Istio that began to ask.
var oldestBundles = map[string]version{
	"grpcroutes": {1, 1}, "backendtlspolicies": {1, 4}, "tlsroutes": {1, 5}, "tcproutes": {1, 6},
}

func checkGatewayCRD(p *Pass, o *Object) {
	plural, _, _ := strings.Cut(o.ID.Name, ".")
	at := o.First(`metadata.annotations["gateway.networking.k8s.io/bundle-version"]`)
	bundle, err := parseVersion(text(at.Node))
	if oldest, asked := oldestBundles[plural]; asked && err == nil && bundle.less(oldest) && !p.Mesh.Before("1.31") {
		p.Report(o, at, fmt.Sprintf("istiod passes over %s of bundle %s: it needs %s", plural, bundle, oldest), "install a newer bundle of the Gateway API")
	}
	served := texts(o.Find("spec.versions[*].name"))
	kind := o.Text("spec.names.kind")
	if len(served) > 0 && slices.Contains(stableGatewayKinds, kind) && !slices.Contains(served, "v1") {
		p.Report(o, o.First("spec.versions"), fmt.Sprintf("the CRD of %s has no v1", kind), "install a newer bundle of the Gateway API")
	}
}
