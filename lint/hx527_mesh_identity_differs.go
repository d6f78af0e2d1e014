package lint

import (
	"fmt"

	"github.com/helmx-dev/helmx/diag"
)

func init() {
	register(Rule{
		ID: "HX527", Title: "Parts of one mesh that disagree on its name",
		Severity: diag.Warning,
		Tags:     []string{"install", "upgrade"},
		Sources: []Source{
			{"Global mesh options", "https://istio.io/latest/docs/reference/config/istio.mesh.v1alpha1/"},
		},
		Why: "Trust domain, cluster domain and ID of a mesh are part of the identity of every workload. Where two control planes, or " +
			"two charts, say different things, workloads of one do not trust those of the other.",
		Remedy: "Set the same everywhere; list an old trust domain in trustDomainAliases while it is replaced.",
		Bad: `apiVersion: v1
kind: ConfigMap
metadata:
  name: istio
  namespace: istio-system
data:
  mesh: |-
    trustDomain: example.org
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: istio-canary
  namespace: istio-system
data:
  mesh: |-
    trustDomain: example.com
`,
		Good: `apiVersion: v1
kind: ConfigMap
metadata:
  name: istio
  namespace: istio-system
data:
  mesh: |-
    trustDomain: example.org
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: istio-canary
  namespace: istio-system
data:
  mesh: |-
    trustDomain: example.org
`,
		Whole: checkMeshIdentity,
	})
}

func checkMeshIdentity(p *Pass) {
	type said struct {
		value string
		where string
	}
	for _, field := range []string{"trustDomain", "defaultConfig.meshId"} {
		var before *said
		for _, o := range p.Mesh.Of(meshConfigKinds...) {
			for _, config := range o.MeshConfig() {
				at := first(o.below(config, field))
				switch value := text(at.Node); {
				case value == "":
				case before == nil:
					before = &said{value, fmt.Sprintf("%s %s", o.ID.Kind, o.name())}
				case value != before.value:
					p.Report(o, at, fmt.Sprintf("%s is %s here, and %s in %s", field, value, before.value, before.where), "set the same everywhere")
				}
			}
		}
	}
	domains := make(map[string]string)
	for _, of := range p.Mesh.istioParts() {
		for _, path := range []string{"global.proxy.clusterDomain", "global.meshID"} {
			s, set := of.last(path)
			if !set || s.Text() == "" {
				continue
			}
			if before, ok := domains[path]; ok && before != s.Text() {
				p.ReportSetting(of, s, fmt.Sprintf("%s is %s for chart %s, and %s for another", path, s.Text(), of.Name, before), "set the same everywhere")
				continue
			}
			domains[path] = s.Text()
		}
	}
}
