package lint

import "github.com/helmx-dev/helmx/diag"

func init() {
	register(Rule{
		ID: "HX109", Title: "EnvoyFilter for what an API of Istio can say", Starred: true,
		Severity: diag.Warning,
		Tags:     []string{"feature", "envoyfilter", "upgrade"},
		Sources: []Source{
			{"Upgrade problems: EnvoyFilter migration", "https://istio.io/latest/docs/ops/common-problems/upgrade-issues/"},
		},
		Why: "What this EnvoyFilter does can be said with an API that Istio keeps stable. The filter has to be checked, and often written anew, at " +
			"every upgrade; the API need not.",
		Remedy: "Replace it: xff_num_trusted_hops by gatewayTopology.numTrustedProxies, a Wasm filter by WasmPlugin, histogram buckets " +
			"by the annotation sidecar.istio.io/statsHistogramBuckets, access logs by Telemetry, external authorization by an " +
			"AuthorizationPolicy with action CUSTOM and an extension provider.",
		Bad: `apiVersion: networking.istio.io/v1alpha3
kind: EnvoyFilter
metadata:
  name: trusted-hops
  namespace: istio-ingress
spec:
  workloadSelector:
    labels: {istio: ingressgateway}
  configPatches:
  - applyTo: NETWORK_FILTER
    match:
      listener:
        filterChain:
          filter: {name: envoy.filters.network.http_connection_manager}
    patch:
      operation: MERGE
      value:
        typed_config:
          "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
          xff_num_trusted_hops: 2
`,
		Good: `apiVersion: apps/v1
kind: Deployment
metadata:
  name: istio-ingressgateway
  namespace: istio-ingress
spec:
  selector:
    matchLabels: {istio: ingressgateway}
  template:
    metadata:
      labels: {istio: ingressgateway}
      annotations:
        proxy.istio.io/config: |
          gatewayTopology:
            numTrustedProxies: 2
    spec:
      containers:
      - name: istio-proxy
        image: auto
`,
		Kinds:  []string{envoyFilter},
		Object: checkReplaceable,
	})
}

// replacements are what an API of Istio says instead, by the type of the
// configuration and a field in it; an empty field is the type as a whole.
var replacements = []struct{ typeName, field, does, instead string }{
	{httpManager, "xff_num_trusted_hops", "sets the number of trusted proxies", "gatewayTopology.numTrustedProxies in the annotation proxy.istio.io/config"},
	{httpManager, "access_log", "sets access logs", "a Telemetry with accessLogging"},
	{httpWasm, "", "loads a Wasm module", "a WasmPlugin"},
	{networkWasm, "", "loads a Wasm module", "a WasmPlugin"},
	{httpExtAuthz, "", "asks an external authorization service", "an AuthorizationPolicy with action CUSTOM, and meshConfig.extensionProviders"},
}

func checkReplaceable(p *Pass, o *Object) {
	for _, config := range filterConfigs(o) {
		for _, r := range replacements {
			if r.typeName != config.typeName {
				continue
			}
			at := config.at
			if r.field != "" {
				if at = first(o.below(config.at, r.field)); at.Node == nil {
					continue
				}
			}
			p.Report(o, at, "an EnvoyFilter "+r.does+", which Istio has an API for", "use "+r.instead)
		}
	}
	for _, at := range o.Find("spec.configPatches[applyTo=BOOTSTRAP].patch.value.stats_config.histogram_bucket_settings") {
		p.Report(o, at, "an EnvoyFilter sets histogram buckets, which Istio has an API for", "use the annotation sidecar.istio.io/statsHistogramBuckets")
	}
}
