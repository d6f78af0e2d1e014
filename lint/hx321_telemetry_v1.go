package lint

import (
	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
)

func init() {
	register(Rule{
		ID: "HX321", Title: "Leftover of Mixer or of the gateways of old charts",
		Severity: diag.Info,
		Tags:     []string{"deprecation", "install"},
		Sources: []Source{
			{"Istio 1.8, change notes: Mixer is removed", "https://istio.io/latest/news/releases/1.8.x/announcing-1.8/change-notes/"},
			{"Installing gateways", "https://istio.io/latest/docs/setup/additional-setup/gateway/"},
		},
		Why: "Mixer left with Istio 1.8, and with it istio-policy, istio-telemetry and the values mixer. The values gateways made " +
			"istioctl install gateways beside istiod; in the charts of Helm nothing reads them but securityContext and " +
			"seccompProfile.",
		Remedy: "Remove the leftover. Install gateways with the chart gateway, in a namespace of their own.",
		Bad: `apiVersion: apps/v1
kind: Deployment
metadata:
  name: istio-telemetry
  namespace: istio-system
`,
		Good: `apiVersion: telemetry.istio.io/v1
kind: Telemetry
metadata:
  name: mesh
  namespace: istio-system
`,
		Whole: checkLeftovers,
	})
}

func checkLeftovers(p *Pass) {
	for _, o := range p.Mesh.Of("Deployment.apps", "Service", "HorizontalPodAutoscaler.autoscaling") {
		if name := o.ID.Name; name == "istio-telemetry" || name == "istio-policy" || name == "istio-mixer" {
			p.Report(o, manifest.Found{}, name+" is a part of Mixer, which is gone since Istio 1.8", "remove it, and use the Telemetry API")
		}
	}
	for _, of := range p.Mesh.istioParts(chartIstiod) {
		for _, s := range of.set("gateways") {
			if len(s.Path) > 2 && (s.Path[1] == "istio-ingressgateway" || s.Path[1] == "istio-egressgateway") {
				p.ReportSetting(of, s, "the chart istiod installs no gateway", "install the chart gateway, in a namespace of its own")
			}
		}
	}
}
