package lint

import (
	"fmt"

	"github.com/helmx-dev/helmx/charts"
	"github.com/helmx-dev/helmx/diag"
)

func init() {
	register(Rule{
		ID: "HX301", Title: "Deprecated value of Istio's charts", Starred: true,
		Severity: diag.Warning,
		Tags:     []string{"deprecation", "values", "install"},
		Sources: []Source{
			{"Istio, chart istiod: NOTES.txt, the table of deprecated values", "https://github.com/istio/istio/blob/master/manifests/charts/istio-control/istio-discovery/templates/NOTES.txt"},
			{"istio/istio#43501, which added the table", "https://github.com/istio/istio/pull/43501"},
		},
		Why: "The chart still takes the value, and says so in notes that `helm template` and most pipelines never show. It is left out " +
			"without a further word one day, and the mesh then runs with the default. Most of these moved to meshConfig.",
		Remedy: "Write what the hint names.",
		Bad: `# values of builtin:istio/istiod
global:
  proxy:
    accessLogFile: /dev/stdout
`,
		Good: `# values of builtin:istio/istiod
meshConfig:
  accessLogFile: /dev/stdout
`,
		Whole: func(p *Pass) {
			reportSettings(p, deprecatedValues, func(s charts.Assignment, _ setting) string {
				return fmt.Sprintf("the value %s is deprecated", s.Key())
			})
		},
	})
}

const tracingObject = "the Telemetry API with a provider of meshConfig.extensionProviders"

// deprecatedValues is the table of the chart's NOTES.txt. Where it names a
// setting that is deprecated too, the one after that stands here.
var deprecatedValues = []setting{
	{path: "global.outboundTrafficPolicy", charts: chartIstiod, instead: "write meshConfig.outboundTrafficPolicy"},
	{path: "global.certificates", charts: chartIstiod, instead: "use cert-manager with istio-csr; meshConfig.certificates is gone too"},
	{path: "global.localityLbSetting", charts: chartIstiod, instead: "write meshConfig.localityLbSetting"},
	{path: "global.policyCheckFailOpen", charts: chartIstiod, instead: "remove it: the component that it was for is gone"},
	{path: "global.enableTracing", charts: chartIstiod, instead: "use " + tracingObject},
	{path: "global.proxy.accessLogFormat", charts: chartIstiod, instead: "write meshConfig.accessLogFormat"},
	{path: "global.proxy.accessLogFile", charts: chartIstiod, instead: "write meshConfig.accessLogFile"},
	{path: "global.proxy.concurrency", charts: chartIstiod, instead: "remove it, or write meshConfig.defaultConfig.concurrency"},
	{path: "global.proxy.envoyAccessLogService", charts: chartIstiod, instead: "write meshConfig.defaultConfig.envoyAccessLogService"},
	{path: "global.proxy.envoyAccessLogService.enabled", charts: chartIstiod, instead: "write meshConfig.enableEnvoyAccessLogService"},
	{path: "global.proxy.envoyMetricsService", charts: chartIstiod, instead: "write meshConfig.defaultConfig.envoyMetricsService"},
	{path: "global.proxy.protocolDetectionTimeout", charts: chartIstiod, instead: "remove it, and declare the protocol of each port; meshConfig.protocolDetectionTimeout is not recommended either"},
	{path: "global.proxy.holdApplicationUntilProxyStarts", charts: chartIstiod, instead: "write meshConfig.defaultConfig.holdApplicationUntilProxyStarts"},
	{path: "pilot.ingress", charts: chartIstiod, instead: "write meshConfig.ingressService, ingressControllerMode and ingressClass"},
	{path: "global.mtls.enabled", charts: chartIstiod, instead: "use a PeerAuthentication"},
	{path: "global.mtls.auto", charts: chartIstiod, instead: "write meshConfig.enableAutoMtls"},
	{path: "global.tracer.lightstep", charts: chartIstiod, instead: "use " + tracingObject + " of kind opentelemetry"},
	{path: "global.tracer.zipkin", charts: chartIstiod, instead: "use " + tracingObject},
	{path: "global.tracer.datadog", charts: chartIstiod, instead: "use " + tracingObject},
	{path: "global.meshExpansion.enabled", charts: chartIstiod, instead: "use a Gateway and the other resources of a multi-cluster mesh"},
	{path: "istiocoredns.enabled", charts: chartIstiod, instead: "let the proxy answer DNS: ISTIO_META_DNS_CAPTURE in meshConfig.defaultConfig.proxyMetadata"},
}
