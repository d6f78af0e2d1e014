package lint

import (
	"fmt"
	"strings"

	"github.com/helmx-dev/helmx/diag"
)

func init() {
	register(Rule{
		ID: "HX205", Title: "Host that is matched without its port",
		Severity: diag.Warning,
		Tags:     []string{"security", "authorization"},
		Sources: []Source{
			{"Istio, security best practices", "https://istio.io/latest/docs/ops/best-practices/security/"},
		},
		Why: "The Host header may carry a port, and a policy compares the whole of it: shop.example.com does not match " +
			"shop.example.com:8443. A DENY or a notHosts is passed by adding the port; an ALLOW refuses clients that add it.",
		Remedy: "Write both: hosts: [\"shop.example.com\", \"shop.example.com:*\"].",
		Bad: `apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata:
  name: shop
  namespace: shop
spec:
  action: ALLOW
  rules:
  - to:
    - operation:
        hosts: [shop.example.com]
`,
		Good: `apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata:
  name: shop
  namespace: shop
spec:
  action: ALLOW
  rules:
  - to:
    - operation:
        hosts: [shop.example.com, "shop.example.com:*"]
`,
		Kinds:  []string{authorizationPolicy},
		Object: checkHostPorts,
	})
}

func checkHostPorts(p *Pass, o *Object) {
	for _, list := range conditions(o, []string{"to[*].operation.hosts", "to[*].operation.notHosts"}) {
		hosts := o.below(list, "[*]")
		has := make(map[string]bool)
		for _, at := range hosts {
			has[text(at.Node)] = true
		}
		for _, at := range hosts {
			if host := text(at.Node); host != "" && !strings.ContainsAny(host, "*:") && !has[host+":*"] && !has[host+"*"] {
				p.Report(o, at, fmt.Sprintf("host %q does not match the same name with a port", host), fmt.Sprintf("add %q", host+":*"))
			}
		}
	}
}
