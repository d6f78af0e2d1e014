package lint

import (
	"fmt"

	"github.com/helmx-dev/helmx/diag"
)

func init() {
	register(Rule{
		ID: "HX322", Title: "Kubernetes API that the cluster does not serve",
		Severity: diag.Error,
		Tags:     []string{"deprecation", "upgrade"},
		Sources: []Source{
			{"Kubernetes, deprecated API migration guide", "https://kubernetes.io/docs/reference/using-api/deprecation-guide/"},
		},
		Why: "Charts of old render versions of Kubernetes' APIs that newer clusters do not have; installing them fails. helmx " +
			"compares with --kube-version, and says nothing without it.",
		Remedy: "Write the newer version, or use a newer chart.",
		Bad: `# helmx lint --kube-version 1.34
apiVersion: policy/v1beta1
kind: PodDisruptionBudget
metadata:
  name: istiod
  namespace: istio-system
`,
		Good: `# helmx lint --kube-version 1.34
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: istiod
  namespace: istio-system
`,
		Whole: checkKubernetesAPIs,
	})
}

// goneAPIs are the versions that charts of Istio and of gateways once rendered,
// the Kubernetes without them, and what to write.
// Source: the lifecycle of k8s.io/api that package schema has in its pack, and for
// PodSecurityPolicy https://kubernetes.io/docs/concepts/security/pod-security-policy/.
// Verified 2026-12-01.
var goneAPIs = map[string]struct {
	gone    version
	instead string
}{
	"policy/v1beta1 PodDisruptionBudget":                    {version{1, 25}, "policy/v1"},
	"policy/v1beta1 PodSecurityPolicy":                      {version{1, 25}, "the labels of Pod Security Admission"},
	"autoscaling/v2beta1 HorizontalPodAutoscaler":           {version{1, 25}, "autoscaling/v2"},
	"autoscaling/v2beta2 HorizontalPodAutoscaler":           {version{1, 26}, "autoscaling/v2"},
	"networking.k8s.io/v1beta1 Ingress":                     {version{1, 22}, "networking.k8s.io/v1"},
	"extensions/v1beta1 Ingress":                            {version{1, 22}, "networking.k8s.io/v1"},
	"networking.k8s.io/v1beta1 IngressClass":                {version{1, 22}, "networking.k8s.io/v1"},
	"discovery.k8s.io/v1beta1 EndpointSlice":                {version{1, 25}, "discovery.k8s.io/v1"},
	"batch/v1beta1 CronJob":                                 {version{1, 25}, "batch/v1"},
	"apiextensions.k8s.io/v1beta1 CustomResourceDefinition": {version{1, 22}, "apiextensions.k8s.io/v1"},
}

func checkKubernetesAPIs(p *Pass) {
	for _, text := range p.options.KubeVersions {
		v, err := parseVersion(text)
		if err != nil {
			continue
		}
		for _, o := range p.Mesh.Objects {
			if api, listed := goneAPIs[o.ID.APIVersion+" "+o.ID.Kind]; listed && !v.less(api.gone) {
				p.Report(o, o.First("apiVersion"), fmt.Sprintf("%s %s is gone since Kubernetes %s", o.ID.Kind, o.ID.APIVersion, api.gone), "write "+api.instead)
			}
		}
	}
}
