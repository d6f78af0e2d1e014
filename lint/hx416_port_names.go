package lint

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
)

func init() {
	register(Rule{
		ID: "HX416", Title: "Service port that does not say its protocol", Starred: true,
		Severity: diag.Info,
		Tags:     []string{"correctness", "traffic"},
		Also:     []string{"IST0118", "IST0150"},
		Sources: []Source{
			{"Istio, protocol selection", "https://istio.io/latest/docs/ops/configuration/traffic-management/protocol-selection/"},
			{"Istio, PortNameIsNotUnderNamingConvention", "https://istio.io/latest/docs/reference/config/analysis/ist0118/"},
			{"Istio, ExternalNameServiceTypeInvalidPortName", "https://istio.io/latest/docs/reference/config/analysis/ist0150/"},
		},
		Why: "Without a protocol the proxy looks at the first bytes of each connection. Where the server speaks first it waits in vain, where " +
			"the bytes deceive it the routes and metrics of HTTP are missing. A port of an ExternalName service that is called tcp takes the " +
			"traffic of every host on that port: that is a warning.",
		Remedy: "Set appProtocol, or begin the name with the protocol: http-web, grpc, tcp-metrics.",
		Bad: `apiVersion: v1
kind: Service
metadata:
  name: shop
  namespace: shop
  labels: {istio.io/use-waypoint: none}
spec:
  selector: {app: shop}
  ports:
  - name: web
    port: 8080
`,
		Good: `apiVersion: v1
kind: Service
metadata:
  name: shop
  namespace: shop
  labels: {istio.io/use-waypoint: none}
spec:
  selector: {app: shop}
  ports:
  - name: web
    port: 8080
    appProtocol: http
`,
		Whole: func(p *Pass) {
			if !p.Mesh.meshed() {
				return
			}
			for _, o := range p.Mesh.Of("Service") {
				checkPortNames(p, o)
			}
		},
	})
}

// knownProtocols are what a port's name may begin with, before a dash.
// https://istio.io/latest/docs/ops/configuration/traffic-management/protocol-selection/
var knownProtocols = []string{"http", "http2", "https", "http_proxy", "grpc", "tcp", "udp", "tls", "mongo", "mysql", "redis", "hbone", "double_hbone"}

// knownAppProtocols are the names of Kubernetes for appProtocol.
var knownAppProtocols = []string{"kubernetes.io/h2c", "kubernetes.io/ws", "kubernetes.io/wss"}

// tcpPorts are the ports on which servers are known to speak first.
var tcpPorts = []string{"25", "53", "3306", "27017"}

func checkPortNames(p *Pass, o *Object) {
	labels := o.Labels()
	if labels["istio"] != "" || labels["release"] == "istio" || labels["gateway.istio.io/managed"] != "" || p.Mesh.fronts(o, gatewayProxy) {
		return
	}
	external := o.Text("spec.type") == "ExternalName"
	for _, port := range o.Find("spec.ports[*]") {
		place := first(o.below(port, "name"))
		if place.Node == nil {
			place = port
		}
		switch saysProtocol, name := portProtocol(o, port), text(first(o.below(port, "name")).Node); {
		case external && (name == "tcp" || !saysProtocol):
			p.Report(o, place, fmt.Sprintf("port %q of an ExternalName service is taken for TCP of every host", name),
				"name the protocol: http, https or tls").Severity = p.graded(diag.Warning)
		case !saysProtocol:
			p.Report(o, place, fmt.Sprintf("port %s does not say its protocol", cmp.Or(name, text(first(o.below(port, "port")).Node))),
				"set appProtocol, or begin the name with the protocol, such as http-"+cmp.Or(name, "web"))
		}
	}
}

func portProtocol(o *Object, port manifest.Found) bool {
	field := func(name string) string { return text(first(o.below(port, name)).Node) }
	name := strings.ToLower(field("name"))
	if app := strings.ToLower(field("appProtocol")); app != "" {
		if slices.Contains(knownAppProtocols, app) {
			return true
		}
		name = app
	}
	prefix, _, _ := strings.Cut(name, "-")
	return field("protocol") == "UDP" || slices.Contains(knownProtocols, prefix) || slices.Contains(tcpPorts, field("port"))
}

// fronts reports whether a Service's selector chooses workloads here, all of
// which are of a sort.
func (m *Mesh) fronts(o *Object, sort func(*workload) bool) bool {
	selector := o.labelsAt("spec.selector")
	if len(selector) == 0 {
		return false
	}
	chosen := m.workloads().choose(o.Namespace(), selector)
	return len(chosen) > 0 && !slices.ContainsFunc(chosen, func(w *workload) bool { return !sort(w) })
}

// gatewayProxy reports whether a workload is a gateway: its ports are those of
// the proxy itself.
func gatewayProxy(w *workload) bool {
	return kindOf(w.object.ID).String() == k8sGateway || gatewayPod(w.object).Node != nil
}
