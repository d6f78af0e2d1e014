package lint

import (
	"fmt"

	"github.com/helmx-dev/helmx/diag"
)

func init() {
	register(Rule{
		ID: "HX504", Title: "Replicas beside an autoscaler", Starred: true,
		Severity: diag.Warning,
		Tags:     []string{"install", "availability"},
		Sources: []Source{
			{"Kubernetes, HorizontalPodAutoscaler: migrating Deployments to horizontal autoscaling", "https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/"},
		},
		Why: "Every upgrade writes the number of the manifest, and the autoscaler its own: a busy workload is cut down to the " +
			"manifest's number each time a release is installed, and grows again under load.",
		Remedy: "Leave spec.replicas out where an autoscaler decides, and say the least number in the autoscaler.",
		Bad: `apiVersion: apps/v1
kind: Deployment
metadata:
  name: shop
  namespace: shop
spec:
  replicas: 3
  selector:
    matchLabels: {app: shop}
  template:
    metadata:
      labels: {app: shop}
    spec:
      containers:
      - name: shop
        image: shop:1.2.0
---
` + scaleShop,
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
---
` + scaleShop,
		Kinds: []string{"Deployment.apps", "StatefulSet.apps", "ReplicaSet.apps", "Rollout.argoproj.io", "DeploymentConfig.apps.openshift.io"},
		Object: func(p *Pass, o *Object) {
			scaler := o.Autoscaler()
			if scaler == nil {
				return
			}
			if at := o.First("spec.replicas"); text(at.Node) != "" {
				p.Report(o, at, fmt.Sprintf("replicas is %s, and %s %s changes it", text(at.Node), scaler.ID.Kind, scaler.ID.Name),
					"leave replicas out, and set the least number in the "+scaler.ID.Kind)
			}
		},
	})
}

const scaleShop = `apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata:
  name: shop
  namespace: shop
spec:
  scaleTargetRef:
    apiVersion: apps/v1
    kind: Deployment
    name: shop
  minReplicas: 3
  maxReplicas: 9
`
