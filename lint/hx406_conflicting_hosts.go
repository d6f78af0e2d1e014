package lint

import (
	"fmt"
	"slices"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
)

func init() {
	register(Rule{
		ID: "HX406", Title: "Two VirtualServices for one host in the mesh", Starred: true,
		Severity: diag.Error,
		Tags:     []string{"correctness", "traffic"},
		Also:     []string{"IST0109"},
		Sources: []Source{
			{"Istio, ConflictingMeshGatewayVirtualServiceHosts", "https://istio.io/latest/docs/reference/config/analysis/ist0109/"},
			{"Traffic management best practices: split large virtual services", "https://istio.io/latest/docs/ops/best-practices/traffic-management/"},
		},
		Why: "At a gateway the routes of several VirtualServices for a host are put together. Sidecars take one of them, the oldest, and the " +
			"others have no effect: which one it is depends on when they were created, so that two clusters with the same files may differ.",
		Remedy: "Put the routes into one VirtualService (delegates can share it between teams), or keep the two apart with exportTo.",
		Bad:    twoVirtualServices("reviews.shop.svc.cluster.local"),
		Good:   twoVirtualServices("ratings.shop.svc.cluster.local"),
		Whole:  checkConflictingHosts,
	})
}

// twoVirtualServices is an example: one for reviews, the other for a host.
func twoVirtualServices(other string) string {
	return `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: reviews
  namespace: shop
spec:
  hosts: [reviews.shop.svc.cluster.local]
  http:
  - route:
    - destination: {host: reviews.shop.svc.cluster.local}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: other
  namespace: shop
spec:
  hosts: [` + other + `]
  http:
  - timeout: 3s
    route:
    - destination: {host: ` + other + `}
`
}

// scopedHost is a host as the sidecars of one namespace, or of all, see it.
type scopedHost struct{ scope, host string }

// claim is a VirtualService that names a host for the mesh.
type claim struct {
	object *Object
	at     manifest.Found
}

func checkConflictingHosts(p *Pass) {
	claims := make(map[scopedHost][]claim)
	var order []scopedHost
	byDefault := p.Mesh.defaultExportTo("defaultVirtualServiceExportTo")
	for _, o := range p.Mesh.Of(virtualService) {
		if !onMesh(o) {
			continue
		}
		for _, at := range o.Find("spec.hosts[*]") {
			for _, scope := range scopes(o, byDefault) {
				key := scopedHost{scope, canonicalHost(text(at.Node), o.Namespace())}
				if claims[key] == nil {
					order = append(order, key)
				}
				claims[key] = append(claims[key], claim{o, at})
			}
		}
	}
	reported := make(map[*Object]bool)
	for _, key := range order {
		list := claims[key]
		if key.scope != anywhere {
			list = slices.Concat(list, claims[scopedHost{anywhere, key.host}])
		}
		reportClaims(p, list, reported)
	}
}

// scopes returns the namespaces that see an object which has exportTo.
func scopes(o *Object, byDefault []string) []string {
	names := texts(o.Find("spec.exportTo[*]"))
	if len(names) == 0 {
		names = byDefault
	}
	if len(names) == 0 || slices.Contains(names, "*") {
		return []string{anywhere}
	}
	for i, name := range names {
		if name == "." {
			names = slices.Clone(names)
			names[i] = o.Namespace()
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// reportClaims reports each of several objects once, with one of the others.
func reportClaims(p *Pass, list []claim, reported map[*Object]bool) {
	first := list[0].object
	i := slices.IndexFunc(list, func(c claim) bool { return c.object != first })
	if i < 0 {
		return
	}
	for _, c := range list {
		other := first
		if c.object == first {
			other = list[i].object
		}
		if reported[c.object] {
			continue
		}
		reported[c.object] = true
		p.Report(c.object, c.at, fmt.Sprintf("VirtualService %s names host %s for the mesh too, and sidecars take only one of them", other.name(), text(c.at.Node)),
			"put the routes into one VirtualService, or keep them apart with exportTo")
	}
}
