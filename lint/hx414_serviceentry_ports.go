package lint

import (
	"fmt"
	"strings"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
)

func init() {
	register(Rule{
		ID: "HX414", Title: "Port of a ServiceEntry that others disagree on, or without address",
		Severity: diag.Error,
		Tags:     []string{"correctness", "traffic"},
		Also:     []string{"IST0134", "IST0177"},
		Sources: []Source{
			{"Istio, ServiceEntryAddressesRequired", "https://istio.io/latest/docs/reference/config/analysis/ist0134/"},
			{"Istio, ConflictingServiceEntryProtocol", "https://istio.io/latest/docs/reference/config/analysis/ist0177/"},
			{"Service entry reference", "https://istio.io/latest/docs/reference/config/networking/service-entry/"},
		},
		Why: "Two ServiceEntries that give one host and port different protocols leave it to chance which one holds. A TCP port " +
			"without addresses takes the traffic of every address on that port, up to Istio 1.24, which gives no addresses of its " +
			"own: that is a warning.",
		Remedy: "Write the same protocol everywhere; give addresses, or use TLS or HTTP, which carry the host's name.",
		Bad: `apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata:
  name: bank
  namespace: shop
spec:
  hosts: [bank.example.com]
  ports:
  - {number: 443, name: tls, protocol: TLS}
---
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata:
  name: bank-plain
  namespace: shop
spec:
  hosts: [bank.example.com]
  ports:
  - {number: 443, name: tls, protocol: TCP}
`,
		Good: `apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata:
  name: bank
  namespace: shop
spec:
  hosts: [bank.example.com]
  ports:
  - {number: 443, name: tls, protocol: TLS}
---
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata:
  name: bank-plain
  namespace: shop
spec:
  hosts: [bank.example.com]
  ports:
  - {number: 443, name: tls, protocol: TLS}
`,
		Whole: checkEntryPorts,
	})
}

// hostPort is a port of a host as a namespace sees it.
type hostPort struct{ scope, host, port string }

func checkEntryPorts(p *Pass) {
	byDefault := p.Mesh.defaultExportTo("defaultServiceExportTo")
	holders := make(map[hostPort]entryPort)
	for _, o := range p.Mesh.Of(serviceEntry) {
		for _, port := range o.Find("spec.ports[*]") {
			e := entryPort{o, first(o.below(port, "protocol"))}
			number := text(first(o.below(port, "number")).Node)
			for _, host := range texts(o.Find("spec.hosts[*]")) {
				for _, scope := range scopes(o, byDefault) {
					e.compare(p, holders, hostPort{scope, host, number})
				}
			}
			checkEntryAddress(p, e, port)
		}
	}
}

// entryPort is a port of a ServiceEntry, at its protocol.
type entryPort struct {
	object   *Object
	protocol manifest.Found
}

func (e entryPort) name() string { return strings.ToUpper(text(e.protocol.Node)) }

// compare reports the port when another has taken its place with another
// protocol. What is seen everywhere is seen in each namespace.
func (e entryPort) compare(p *Pass, holders map[hostPort]entryPort, at hostPort) {
	for _, scope := range []string{at.scope, anywhere} {
		other, taken := holders[hostPort{scope, at.host, at.port}]
		if taken && other.object != e.object && other.name() != e.name() {
			p.Report(e.object, e.protocol, fmt.Sprintf("port %s of %s is %s here, and %s in ServiceEntry %s", at.port, at.host, e.name(), other.name(), other.object.name()),
				"write the same protocol in both")
			return
		}
	}
	if _, taken := holders[at]; !taken {
		holders[at] = e
	}
}

func checkEntryAddress(p *Pass, e entryPort, port manifest.Found) {
	o := e.object
	if !p.Mesh.Before("1.25") && o.Labels()["networking.istio.io/enable-autoallocate-ip"] != "false" {
		return // istiod gives it an address
	}
	if name := e.name(); name != "" && name != "TCP" || o.First("spec.addresses[*]").Node != nil || o.Text("spec.resolution") == "NONE" {
		return
	}
	p.Report(o, port, "a TCP port without addresses takes the traffic of every address on that port", "give addresses, or use a protocol that carries the host").Severity = p.graded(diag.Warning)
}
