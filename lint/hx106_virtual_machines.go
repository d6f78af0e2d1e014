package lint

import (
	"github.com/helmx-dev/helmx/manifest"
)

func init() {
	register(Rule{
		ID: "HX106", Title: "Machines in the mesh",
		Feature: "virtual machines",
		Tags:    []string{"feature", "vm"},
		Sources: []Source{
			{"Virtual machine architecture", "https://istio.io/latest/docs/ops/deployment/vm-architecture/"},
		},
		Why: "A machine has no kubelet and no webhook: its proxy is installed, upgraded and given its identity by somebody else " +
			"than Kubernetes, and an address that is out of date gets traffic until a person or a health check removes it.",
		Remedy: "Keep it if you need it; give the WorkloadGroup a readiness probe, let machines register themselves, and plan how " +
			"their proxies are upgraded.",
		Bad: `apiVersion: networking.istio.io/v1
kind: WorkloadEntry
metadata:
  name: shop
  namespace: shop
spec:
  address: 10.0.0.7
  labels:
    app: db
  serviceAccount: db
`,
		Good: `apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata:
  name: shop
  namespace: shop
spec:
  hosts: [db.example.com]
  resolution: DNS
  ports:
  - number: 5432
    name: tcp
    protocol: TCP
`,
		Kinds: []string{workloadEntry, workloadGroup},
		Object: func(p *Pass, o *Object) {
			p.Report(o, manifest.Found{}, o.ID.Kind+" brings machines into the mesh, which nothing of Kubernetes keeps up to date", "let machines register themselves, with a probe in their WorkloadGroup")
		},
	})
}
