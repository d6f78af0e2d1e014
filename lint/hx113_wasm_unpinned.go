package lint

import (
	"fmt"
	"strings"

	"github.com/helmx-dev/helmx/diag"
)

func init() {
	register(Rule{
		ID: "HX113", Title: "WebAssembly module that is not pinned",
		Severity: diag.Warning,
		Tags:     []string{"feature", "wasm", "security"},
		Sources: []Source{
			{"WasmPlugin reference: sha256", "https://istio.io/latest/docs/reference/config/proxy_extensions/wasm-plugin/"},
		},
		Why: "The module is code in every proxy, with all that passes it. Without a digest the proxy takes what the address gives " +
			"at the time: proxies differ, and whoever can write there, or stands in the way of plain HTTP, runs code in the mesh.",
		Remedy: "Name the module by digest, or give its sha256.",
		Bad: `apiVersion: extensions.istio.io/v1alpha1
kind: WasmPlugin
metadata:
  name: shop
  namespace: shop
spec:
  url: oci://ghcr.io/acme/filter:latest
`,
		Good: `apiVersion: extensions.istio.io/v1alpha1
kind: WasmPlugin
metadata:
  name: shop
  namespace: shop
spec:
  url: oci://ghcr.io/acme/filter:1.2.0
  sha256: 5f2b1c0e7a4d93b86c5e2f1a0d9b8c7e6f5a4b3c2d1e0f9a8b7c6d5e4f3a2b1c
`,
		Kinds:  []string{wasmPlugin},
		Object: checkWasmURL,
	})
}

func checkWasmURL(p *Pass, o *Object) {
	at := o.First("spec.url")
	value := text(at.Node)
	if value == "" || o.Text("spec.sha256") != "" {
		return
	}
	scheme, rest, found := strings.Cut(value, "://")
	if !found { // the reference of an image, as with oci://
		scheme, rest = "oci", value
	}
	switch scheme {
	case "file":
	case "http", "https":
		p.Report(o, at, fmt.Sprintf("whatever %s gives runs in the proxies", value), "give the sha256 of the module")
	default:
		if i := parseImage(rest); i.digest == "" && (i.tag == "" || isLatest(i.tag)) {
			p.Report(o, at, fmt.Sprintf("%s names no version of the module", value), "name it by digest, or give its sha256")
		}
	}
}
