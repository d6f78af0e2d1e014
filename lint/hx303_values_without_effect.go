package lint

import (
	"fmt"

	"github.com/helmx-dev/helmx/charts"
	"github.com/helmx-dev/helmx/diag"
)

func init() {
	register(Rule{
		ID: "HX303", Title: "Value of Istio's charts without effect",
		Severity: diag.Warning,
		Tags:     []string{"deprecation", "values", "install"},
		Sources: []Source{
			{"Istio, source: the values that charts and istioctl know (values_types.proto)", "https://github.com/istio/istio/blob/master/operator/pkg/apis/values_types.proto"},
			{"Istio, change notes of 1.24", "https://istio.io/latest/news/releases/1.24.x/announcing-1.24/change-notes/"},
		},
		Why: "No template reads the value any more. Whoever wrote it relies on something that does not happen, or copies a line from an " +
			"old example.",
		Remedy: "Remove it, or write what the hint names.",
		Bad: `# values of builtin:istio/cni
cni:
  logLevel: debug
`,
		Good: `# values of builtin:istio/cni
logging:
  level: debug
`,
		Whole: func(p *Pass) {
			reportSettings(p, valuesWithoutEffect, func(s charts.Assignment, e setting) string {
				if e.gone != "" {
					return fmt.Sprintf("the value %s has no effect since Istio %s", s.Key(), e.gone)
				}
				return fmt.Sprintf("the value %s has no effect", s.Key())
			})
		},
	})
}

const removeValue = "remove it"

// valuesWithoutEffect are values that charts of old read. Where no version is
// known no supported version of Istio reads them.
var valuesWithoutEffect = []setting{
	{path: "pilot.configNamespace", charts: chartIstiod, instead: removeValue},
	{path: "pilot.configSource", charts: chartIstiod, instead: removeValue},
	{path: "pilot.useMCP", charts: chartIstiod, instead: removeValue},
	{path: "pilot.enableProtocolSniffingForInbound", charts: chartIstiod, instead: "remove it: protocols are detected where a port does not say its own"},
	{path: "pilot.enableProtocolSniffingForOutbound", charts: chartIstiod, instead: "remove it: protocols are detected where a port does not say its own"},
	{path: "global.autoscalingV2API", instead: removeValue},
	{path: "global.configRootNamespace", instead: "write meshConfig.rootNamespace"},
	{path: "global.useMCP", instead: removeValue},
	{path: "global.jwtPolicy", instead: "remove it: istiod takes third-party tokens alone"},
	{path: "global.arch", instead: "write an affinity for the nodes"},
	{path: "global.oneNamespace", instead: "write meshConfig.discoverySelectors"},
	{path: "sidecarInjectorWebhook.objectSelector", charts: chartIstiod, gone: "1.24", instead: "label the pods: sidecar.istio.io/inject"},
	{path: "sidecarInjectorWebhook.useLegacySelectors", charts: chartIstiod, gone: "1.24", instead: removeValue},
	{path: "istio_cni", gone: "1.24", instead: "write pilot.cni"},
	{path: "cni.privileged", charts: chartCNI, instead: "remove it: the chart sets the capabilities that it needs"},
	{path: "privileged", charts: chartCNI, instead: "remove it: the chart sets the capabilities that it needs"},
	{path: "cni.logLevel", charts: chartCNI, instead: "write logging.level"},
	{path: "logLevel", charts: chartCNI, instead: "write logging.level"},
	{path: "cni.psp_cluster_role", charts: chartCNI, instead: "remove it: Kubernetes has no PodSecurityPolicy"},
	{path: "psp_cluster_role", charts: chartCNI, instead: "remove it: Kubernetes has no PodSecurityPolicy"},
}
