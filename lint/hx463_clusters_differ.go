package lint

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
)

func init() {
	register(Rule{
		ID: "HX463", Title: "Service that differs between clusters",
		Severity: diag.Warning,
		Tags:     []string{"correctness", "multicluster"},
		Also:     []string{"IST0170"},
		Sources: []Source{
			{"Istio, MultiClusterInconsistentService", "https://istio.io/latest/docs/reference/config/analysis/ist0170/"},
		},
		Why: "In a multi-cluster mesh the Services of one name and namespace are one. Where they differ in type, in being headless, " +
			"or in ports, what a client gets depends on the cluster that it is in. Services count as those of several clusters when " +
			"their label topology.istio.io/cluster says so.",
		Remedy: "Give the Service the same type and ports in all clusters.",
		Bad: `apiVersion: v1
kind: Service
metadata:
  name: cart
  namespace: shop
  labels: {topology.istio.io/cluster: east}
spec:
  ports:
  - {name: http, port: 80}
---
apiVersion: v1
kind: Service
metadata:
  name: cart
  namespace: shop
  labels: {topology.istio.io/cluster: west}
spec:
  ports:
  - {name: http, port: 8080}
`,
		Good: `apiVersion: v1
kind: Service
metadata:
  name: cart
  namespace: shop
  labels: {topology.istio.io/cluster: east}
spec:
  ports:
  - {name: http, port: 80}
---
apiVersion: v1
kind: Service
metadata:
  name: cart
  namespace: shop
  labels: {topology.istio.io/cluster: west}
spec:
  ports:
  - {name: http, port: 80}
`,
		Whole: checkClusters,
	})
}

func checkClusters(p *Pass) {
	byName := make(map[objectName]*Object)
	for _, o := range p.Mesh.Of("Service") {
		cluster := clusterOf(o)
		if cluster == "" {
			continue
		}
		other := byName[o.name()]
		if other == nil {
			byName[o.name()] = o
			continue
		}
		if what := serviceDifference(o, other); what != "" && clusterOf(other) != cluster {
			p.Report(o, manifest.Found{}, fmt.Sprintf("%s from those in cluster %s", what, clusterOf(other)), "give the Service the same type and ports in all clusters")
		}
	}
}

func clusterOf(o *Object) string { return o.Labels()["topology.istio.io/cluster"] }

// serviceDifference says in what two Services differ, "" when in nothing.
func serviceDifference(a, b *Object) string {
	headless := func(o *Object) bool { return o.Text("spec.clusterIP") == "None" }
	ports := func(o *Object) []string {
		var list []string
		for _, port := range o.Find("spec.ports[*]") {
			field := func(name string) string { return text(first(o.below(port, name)).Node) }
			list = append(list, strings.Join([]string{field("name"), field("port"), cmp.Or(field("protocol"), "TCP")}, "/"))
		}
		slices.Sort(list)
		return list
	}
	switch {
	case headless(a) != headless(b):
		return "clusterIP and type differ"
	case cmp.Or(a.Text("spec.type"), "ClusterIP") != cmp.Or(b.Text("spec.type"), "ClusterIP"):
		return "type and other settings differ"
	case !slices.Equal(ports(a), ports(b)):
		return "ports differ"
	}
	return ""
}
