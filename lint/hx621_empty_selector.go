package lint

import (
	"github.com/helmx-dev/helmx/diag"
)

func init() {
	register(Rule{
		ID: "HX621", Title: "Workload with an empty selector",
		Severity: diag.Error,
		Tags:     []string{"chart", "helm-lint"},
		Sources:  []Source{{"Helm: pkg/lint/rules", "https://github.com/helm/helm/tree/v3.22.0/pkg/lint/rules"}},
		Why:      "A selector without matchLabels and matchExpressions selects nothing that the API server accepts for a workload: the object is refused when it is applied. helm lint refuses it too.",
		Remedy:   "Select the labels of the pod template.",
		Bad: `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  selector: {}
  template:
    metadata:
      labels:
        app: web
    spec:
      containers:
      - name: web
        image: web:1.0
`,
		Good: `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  selector:
    matchLabels:
      app: web
  template:
    metadata:
      labels:
        app: web
    spec:
      containers:
      - name: web
        image: web:1.0
`,
		Kinds: []string{"Deployment.apps", "ReplicaSet.apps", "DaemonSet.apps", "StatefulSet.apps"},
		Object: func(p *Pass, o *Object) {
			selector := o.First("spec.selector")
			labels, expressions := o.First("spec.selector.matchLabels"), o.First("spec.selector.matchExpressions")
			if selector.Node != nil && labels.Node == nil && expressions.Node == nil {
				p.Report(o, selector, "the selector has neither matchLabels nor matchExpressions", "add matchLabels with labels of spec.template")
			}
		},
	})
}
