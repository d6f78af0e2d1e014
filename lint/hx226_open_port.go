package lint

import (
	"fmt"
	"strings"

	"github.com/helmx-dev/helmx/diag"
)

func init() {
	register(Rule{
		ID: "HX226", Title: "ServiceEntry that opens a port to everywhere",
		Severity: diag.Warning,
		Tags:     []string{"security", "egress"},
		Sources: []Source{
			{"ServiceEntry reference", "https://istio.io/latest/docs/reference/config/networking/service-entry/"},
		},
		Why: "TCP carries no host name. With resolution NONE and no addresses the proxy has nothing to tell the host by, and lets " +
			"traffic on the port go to any address.",
		Remedy: "Give the addresses, set resolution: DNS or STATIC, or use TLS, whose server name can be matched.",
		Bad: `apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata:
  name: shop
  namespace: shop
spec:
  hosts: [db.example.com]
  resolution: NONE
  ports:
  - number: 5432
    name: tcp
    protocol: TCP
`,
		Good: `apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata:
  name: shop
  namespace: shop
spec:
  hosts: [db.example.com]
  addresses: [192.0.2.7/32]
  resolution: NONE
  ports:
  - number: 5432
    name: tcp
    protocol: TCP
`,
		Kinds:  []string{serviceEntry},
		Object: checkOpenPort,
	})
}

func checkOpenPort(p *Pass, o *Object) {
	if r := o.Text("spec.resolution"); r != "" && r != "NONE" || len(o.Find("spec.addresses[*]")) > 0 {
		return
	}
	for _, port := range o.Find("spec.ports[*]") {
		protocol := first(o.below(port, "protocol"))
		if v := strings.ToUpper(text(protocol.Node)); v != "" && v != "TCP" {
			continue
		}
		if protocol.Node == nil {
			protocol = port
		}
		number := text(first(o.below(port, "number")).Node)
		p.Report(o, protocol, fmt.Sprintf("opens port %s to every address: resolution NONE, TCP and no addresses", number), "give the addresses, or set resolution: DNS or STATIC")
	}
}
