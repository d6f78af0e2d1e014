package lint

import (
	"fmt"
	"strings"

	"github.com/helmx-dev/helmx/diag"
)

func init() {
	register(Rule{
		ID: "HX318", Title: "Chart, profile or kind of before",
		Severity: diag.Error,
		Tags:     []string{"deprecation", "values", "install"},
		Sources: []Source{
			{"Istio 1.24, change notes", "https://istio.io/latest/news/releases/1.24.x/announcing-1.24/change-notes/"},
		},
		Why: "The chart istiod-remote is the profile remote of istiod since 1.24, the profiles for OpenShift are a platform, and " +
			"InferencePool left its Alpha version with 1.28. The old names either fail to install, or are passed over.",
		Remedy: "Write what the hint names.",
		Bad: `apiVersion: inference.networking.x-k8s.io/v1alpha2
kind: InferencePool
metadata:
  name: models
  namespace: shop
`,
		Good: `apiVersion: inference.networking.k8s.io/v1
kind: InferencePool
metadata:
  name: models
  namespace: shop
`,
		Whole: checkRetiredCharts,
	})
}

func checkRetiredCharts(p *Pass) {
	for _, o := range p.Mesh.Of("InferencePool.inference.networking.x-k8s.io") {
		if !p.Mesh.Before("1.28") {
			p.Report(o, o.First("apiVersion"), fmt.Sprintf("InferencePool %s is not read since Istio 1.28", o.ID.Version()), "write inference.networking.k8s.io/v1")
		}
	}
	if p.Mesh.Before("1.24") {
		return
	}
	for _, of := range p.Mesh.istioParts() {
		if s, set := of.last("profile"); set && strings.HasPrefix(s.Text(), "openshift") {
			profile := strings.TrimPrefix(strings.TrimPrefix(s.Text(), "openshift"), "-")
			p.ReportSetting(of, s, fmt.Sprintf("profile %s is gone since Istio 1.24", s.Text()), strings.TrimSpace("write global.platform: openshift, and profile: "+profile))
		}
	}
	for _, o := range p.Mesh.Of("Deployment.apps", "ConfigMap", "Service") {
		if at := o.First(`metadata.labels["helm.sh/chart"]`); strings.HasPrefix(text(at.Node), "istiod-remote-") {
			p.Report(o, at, "chart istiod-remote is gone since Istio 1.24", "use the chart istiod with profile: remote")
			return
		}
	}
}
