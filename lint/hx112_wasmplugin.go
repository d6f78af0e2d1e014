package lint

import (
	"github.com/helmx-dev/helmx/manifest"
)

func init() {
	register(Rule{
		ID: "HX112", Title: "WasmPlugin",
		Feature: "WasmPlugin",
		Tags:    []string{"feature", "wasm"},
		Sources: []Source{
			{"WasmPlugin reference", "https://istio.io/latest/docs/reference/config/proxy_extensions/wasm-plugin/"},
		},
		Why: "WebAssembly extensions are Alpha and not part of Istio's stable channel: fields and behaviour may change with any " +
			"version. The proxy fetches the code at run time, so that a registry which is away, or a module which fails, takes " +
			"requests with it.",
		Remedy: "Do it with an API of Istio, an external authorizer, or in the application, where that is possible.",
		Bad: `apiVersion: extensions.istio.io/v1alpha1
kind: WasmPlugin
metadata:
  name: shop
  namespace: shop
spec:
  url: oci://ghcr.io/acme/filter:1.2.0
`,
		Good: `apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata:
  name: shop
  namespace: shop
spec:
  action: CUSTOM
  provider:
    name: authorizer
  rules:
  - {}
`,
		Kinds: []string{wasmPlugin},
		Object: func(p *Pass, o *Object) {
			p.Report(o, manifest.Found{}, "WebAssembly extensions are Alpha, and outside of Istio's stable channel", "use an API of Istio or an external authorizer, where that is possible")
		},
	})
}

const wasmPlugin = "WasmPlugin.extensions.istio.io"
