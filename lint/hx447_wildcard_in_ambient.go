package lint

import (
	"github.com/helmx-dev/helmx/diag"
)

func init() {
	register(Rule{
		ID: "HX447", Title: "Wildcard host without waypoint in ambient mode",
		Severity: diag.Error,
		Tags:     []string{"correctness", "ambient", "egress"},
		Sources: []Source{
			{"Service entry reference", "https://istio.io/latest/docs/reference/config/networking/service-entry/"},
			{"Waypoint proxies", "https://istio.io/latest/docs/ambient/usage/waypoint/"},
		},
		Why: "ztunnel sends traffic to addresses, and a wildcard has none: resolution DYNAMIC_DNS looks the name of each request up, " +
			"which takes a waypoint. With location MESH_INTERNAL it is not supported at all.",
		Remedy: "Label the ServiceEntry with istio.io/use-waypoint, and leave location at MESH_EXTERNAL.",
		Bad: `apiVersion: v1
kind: Namespace
metadata:
  name: shop
  labels: {istio.io/dataplane-mode: ambient}
---
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata:
  name: cloud
  namespace: shop
spec:
  hosts: ["*.example.com"]
  location: MESH_EXTERNAL
  resolution: DYNAMIC_DNS
  ports:
  - {number: 443, name: tls, protocol: TLS}
`,
		Good: `apiVersion: v1
kind: Namespace
metadata:
  name: shop
  labels: {istio.io/dataplane-mode: ambient}
---
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata:
  name: cloud
  namespace: shop
  labels: {istio.io/use-waypoint: egress}
spec:
  hosts: ["*.example.com"]
  location: MESH_EXTERNAL
  resolution: DYNAMIC_DNS
  ports:
  - {number: 443, name: tls, protocol: TLS}
`,
		Whole: checkWildcardEntries,
	})
}

func checkWildcardEntries(p *Pass) {
	for _, o := range p.Mesh.Of(serviceEntry) {
		at := o.First("spec.resolution")
		if text(at.Node) != "DYNAMIC_DNS" || p.Mesh.namespaceLabels(o.Namespace())[dataplaneLabel] != "ambient" {
			continue
		}
		if location := o.First("spec.location"); text(location.Node) == "MESH_INTERNAL" {
			p.Report(o, location, "DYNAMIC_DNS is not supported for MESH_INTERNAL in ambient mode", "write MESH_EXTERNAL")
		}
		if !p.Mesh.hasWaypoint(o) {
			p.Report(o, at, "DYNAMIC_DNS needs a waypoint in ambient mode", "label the ServiceEntry with istio.io/use-waypoint")
		}
	}
}
