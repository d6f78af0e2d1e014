package lint

import (
	"fmt"

	"github.com/helmx-dev/helmx/diag"
)

func init() {
	register(Rule{
		ID: "HX531", Title: "Environment variable that is given twice",
		Severity: diag.Warning,
		Tags:     []string{"install"},
		Sources: []Source{
			{"Kubernetes, server-side apply: lists as maps", "https://kubernetes.io/docs/reference/using-api/server-side-apply/"},
		},
		Why: "The last of two counts, and which that is nobody sees in the values: a chart writes its own, and values add one of " +
			"the same name. Server-side apply, which Helm 4 uses, refuses the object.",
		Remedy: "Leave one of them out; charts that set a variable themselves have a value for it.",
		Bad: `apiVersion: apps/v1
kind: Deployment
metadata:
  name: shop
  namespace: shop
spec:
  selector:
    matchLabels: {app: shop}
  template:
    metadata:
      labels: {app: shop}
    spec:
      containers:
      - name: shop
        image: shop:1.2.0
        env:
        - name: LEVEL
          value: info
        - name: LEVEL
          value: debug
`,
		Good: `apiVersion: apps/v1
kind: Deployment
metadata:
  name: shop
  namespace: shop
spec:
  selector:
    matchLabels: {app: shop}
  template:
    metadata:
      labels: {app: shop}
    spec:
      containers:
      - name: shop
        image: shop:1.2.0
        env:
        - name: LEVEL
          value: debug
`,
		Kinds: podKinds,
		Object: func(p *Pass, o *Object) {
			for _, container := range o.Containers() {
				seen := make(map[string]bool)
				for _, at := range o.below(container, "env[*].name") {
					name := text(at.Node)
					if seen[name] && name != "" {
						p.Report(o, at, fmt.Sprintf("%s is given twice in one container", name), "leave one of them out")
					}
					seen[name] = true
				}
			}
		},
	})
}
