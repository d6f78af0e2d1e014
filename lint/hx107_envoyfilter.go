package lint

import "github.com/helmx-dev/helmx/manifest"

func init() {
	register(Rule{
		ID: "HX107", Title: "EnvoyFilter in use", Starred: true,
		Feature: "EnvoyFilter",
		Tags:    []string{"feature", "envoyfilter", "upgrade"},
		Also:    []string{"IST0133"},
		Sources: []Source{
			{"EnvoyFilter reference, note 1", "https://istio.io/latest/docs/reference/config/networking/envoy-filter/"},
			{"Feature status: custom Envoy filters are Alpha", "https://istio.io/latest/docs/releases/feature-stages/"},
		},
		Why: "An EnvoyFilter edits the configuration that istiod generates for Envoy, by the names and the order of things inside it. " +
			"Neither is an API: both change from one Istio version to the next, and a patch that no longer fits is dropped, or " +
			"applied to something else, without an error. The feature is Alpha, lies outside Istio's stable channel, and istiod's " +
			"own validation warns about every EnvoyFilter.",
		Remedy: "Say it with an API that Istio keeps stable: Telemetry for logs, metrics and tracing, AuthorizationPolicy with an " +
			"extension provider for external authorization, VirtualService and DestinationRule for timeouts, retries, headers and " +
			"connection limits, gatewayTopology for trusted proxies. Keep what is left small, scope it with a selector or targetRefs, and " +
			"test it at every upgrade.",
		Bad: `apiVersion: networking.istio.io/v1alpha3
kind: EnvoyFilter
metadata:
  name: access-log
  namespace: shop
spec:
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
          access_log:
          - name: envoy.access_loggers.stdout
            typed_config:
              "@type": type.googleapis.com/envoy.extensions.access_loggers.stream.v3.StdoutAccessLog
`,
		Good: `apiVersion: telemetry.istio.io/v1
kind: Telemetry
metadata:
  name: access-log
  namespace: shop
spec:
  accessLogging:
  - providers:
    - name: envoy
`,
		Kinds: []string{envoyFilter},
		Object: func(p *Pass, o *Object) {
			p.Report(o, manifest.Found{},
				"EnvoyFilter edits configuration that Istio generates, which any Istio version may change",
				"use Telemetry, AuthorizationPolicy, VirtualService or DestinationRule where they can say it")
		},
	})
}
