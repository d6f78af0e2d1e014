package lint

func init() {
	register(Rule{
		ID: "HX110", Title: "Lua code in the proxy",
		Feature: "Lua filter",
		Tags:    []string{"feature", "envoyfilter", "security"},
		Sources: []Source{
			{"EnvoyFilter reference", "https://istio.io/latest/docs/reference/config/networking/envoy-filter/"},
		},
		Why: "The Lua filter is not supported by Istio. Its code runs for every request in the proxy, untested by anything that tests the " +
			"mesh, and it reaches the proxy through an EnvoyFilter, which may stop to apply at any upgrade.",
		Remedy: "Say it with VirtualService headers and rewrites, RequestAuthentication and AuthorizationPolicy. What needs code belongs into " +
			"an external authorization service.",
		Bad: `apiVersion: networking.istio.io/v1alpha3
kind: EnvoyFilter
metadata:
  name: tenant-header
  namespace: shop
spec:
  workloadSelector:
    labels: {app: shop}
  configPatches:
  - applyTo: HTTP_FILTER
    match:
      context: SIDECAR_INBOUND
    patch:
      operation: INSERT_FIRST
      value:
        name: tenant
        typed_config:
          "@type": type.googleapis.com/envoy.extensions.filters.http.lua.v3.Lua
          default_source_code:
            inline_string: function envoy_on_request(handle) handle:headers():add("x-tenant", "shop") end
`,
		Good: `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: shop
  namespace: shop
spec:
  hosts: [shop]
  http:
  - headers:
      request:
        set:
          x-tenant: shop
    route:
    - destination: {host: shop}
`,
		Kinds: []string{envoyFilter},
		Object: func(p *Pass, o *Object) {
			if !o.Mentions("filters.http.lua") {
				return
			}
			for _, config := range filterConfigs(o) {
				if config.typeName == luaFilter {
					p.Report(o, config.at, "runs Lua code in the proxy, which Istio does not support",
						"use VirtualService, AuthorizationPolicy or an external authorization service where they can do it")
				}
			}
		},
	})
}
