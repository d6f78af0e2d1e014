package schema

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
)

// istioObject writes an object of a kind of Istio; spec begins in line 4.
func istioObject(kind, spec string) string {
	groups := map[string]string{
		"AuthorizationPolicy": "security.istio.io/v1", "PeerAuthentication": "security.istio.io/v1", "RequestAuthentication": "security.istio.io/v1",
		"Telemetry": "telemetry.istio.io/v1", "WasmPlugin": "extensions.istio.io/v1alpha1", "TrafficExtension": "extensions.istio.io/v1alpha1",
		"EnvoyFilter": "networking.istio.io/v1alpha3", "ProxyConfig": "networking.istio.io/v1beta1",
	}
	apiVersion := groups[kind]
	if apiVersion == "" {
		apiVersion = "networking.istio.io/v1"
	}
	return "apiVersion: " + apiVersion + "\nkind: " + kind + "\nmetadata: {name: a, namespace: shop}\nspec:\n  " + strings.ReplaceAll(spec, "\n", "\n  ") + "\n"
}

// short prints what a finding of this pass is about.
func short(found diag.List) []string {
	var out []string
	for _, d := range found {
		out = append(out, fmt.Sprintf("%d %s %s: %s", d.Span.Start.Line, d.Code, d.Path, d.Message))
	}
	return out
}

// istioCases are mistakes that only the webhook finds, with all findings.
var istioCases = []struct{ name, kind, spec, want string }{
	{"a host that is none", "VirtualService", "hosts: [reviews, a_b]\nhttp:\n- route: [{destination: {host: reviews}}]",
		`5 SC201 spec.hosts[1]: domain name "a_b" invalid (label "a_b" invalid)`},
	{"an equal mistake in two rules", "VirtualService", "hosts: [reviews]\nhttp:\n- route: [{destination: {host: a, port: {number: 70000}}}]\n  match: [{uri: {prefix: /a}}]\n- route: [{destination: {host: b, port: {number: 70000}}}]",
		"7 SC201 spec.http[0].route[0].destination.port.number: port number 70000 must be in the range 1..65535\n" +
			"9 SC201 spec.http[1].route[0].destination.port.number: port number 70000 must be in the range 1..65535"},
	{"weights of nothing", "VirtualService", "hosts: [reviews]\nhttp:\n- route:\n  - {destination: {host: a}, weight: 0}\n  - {destination: {host: b}, weight: 0}",
		`7 SC201 spec.http[0].route: total destination weight = 0`},
	{"a rule that is never used", "VirtualService", "hosts: [reviews]\nhttp:\n- name: a\n  route: [{destination: {host: a}}]\n- name: b\n  route: [{destination: {host: b}}]",
		`9 SC203 spec.http[name=b]: virtualService rule "b" not used (only the last rule can have no matches)`},
	{"a match that is covered", "VirtualService", "hosts: [reviews]\nhttp:\n- match: [{uri: {prefix: /a}}]\n  route: [{destination: {host: a}}]\n- match: [{uri: {exact: /x}}, {uri: {prefix: /ab}}]\n  route: [{destination: {host: b}}]",
		`9 SC203 spec.http[1].match[1]: virtualService rule #1 match #1 of prefix /ab is not used (duplicate/overlapping match in rule #0 of prefix /a on #0)`},
	{"a header of a delegate", "VirtualService", "hosts: [reviews]\nhttp:\n- route: [{destination: {host: a}}]\n  headers: {request: {set: {':path': /x}}}",
		`8 SC201 spec.http[0].headers.request.set.:path: invalid header ":path": header cannot have ":" prefix`},
	{"a duration that is none", "VirtualService", "hosts: [reviews]\nhttp:\n- route: [{destination: {host: a}}]\n  timeout: 1ns",
		`8 SC026 spec.http[0].timeout: string "1ns" is not accepted: must be a valid duration greater than 1ms`},
	{"an SNI host that is none of the hosts", "VirtualService", "hosts: [a.example.com]\ntls:\n- match: [{port: 443, sniHosts: [b.example.com]}]\n  route: [{destination: {host: a}}]",
		`7 SC201 spec.tls[0].match[0].sniHosts[0]: SNI host "b.example.com" is not a compatible subset of any of the virtual service hosts: [a.example.com]`},
	{"a gateway by an old name", "VirtualService", "hosts: [reviews]\ngateways: [gw.shop.svc.cluster.local]\nhttp:\n- route: [{destination: {host: a}}]",
		`6 SC202 spec.gateways[0]: using legacy gatewayName format "gw.shop.svc.cluster.local"; prefer the <namespace>/<name> format: "shop/gw"`},

	{"a subset twice", "DestinationRule", "host: reviews\nsubsets:\n- {name: v1, labels: {version: v1}}\n- {name: v1, labels: {version: v2}}",
		`8 SC201 spec.subsets[1].name: duplicate subset names: v1`},
	{"mutual TLS without a certificate", "DestinationRule", "host: reviews\ntrafficPolicy:\n  tls: {mode: MUTUAL, privateKey: /k}",
		`7 SC201 spec.trafficPolicy.tls.mode: client certificate required for mutual tls`},
	{"a field that is deprecated", "DestinationRule", "host: reviews\ntrafficPolicy:\n  outlierDetection: {consecutiveErrors: 5}",
		`7 SC202 spec.trafficPolicy.outlierDetection.consecutiveErrors: outlier detection consecutive errors is deprecated, use consecutiveGatewayErrors or consecutive5xxErrors instead`},

	{"a server without TLS", "Gateway", "servers:\n- port: {number: 443, name: https, protocol: HTTPS}\n  hosts: ['*.example.com']",
		`6 SC201 spec.servers[0].port.protocol: server must have TLS settings for HTTPS/TLS protocols`},
	{"a port name twice", "Gateway", "servers:\n- port: {number: 80, name: http, protocol: HTTP}\n  hosts: [a.example.com]\n- port: {number: 81, name: http, protocol: HTTP}\n  hosts: [b.example.com]",
		`8 SC201 spec.servers[1].port.name: port names in servers must be unique: duplicate name http`},
	{"a short host", "Gateway", "servers:\n- port: {number: 80, name: http, protocol: HTTP}\n  hosts: [shop/a]",
		`7 SC201 spec.servers[0].hosts[0]: short names (non FQDN) are not allowed`},

	{"an address that is none", "ServiceEntry", "hosts: [a.example.com]\nports: [{number: 443, name: tls, protocol: TLS}]\nresolution: STATIC\naddresses: [10.0.0]\nendpoints: [{address: 10.0.0.1}]",
		`8 SC201 spec.addresses[0]: 10.0.0 is not a valid IP`},
	{"an endpoint that is no address", "ServiceEntry", "hosts: [a.example.com]\nports: [{number: 443, name: tls, protocol: TLS}]\nresolution: STATIC\nendpoints: [{address: b.example.com}]",
		`8 SC201 spec.endpoints[0].address: endpoint address "b.example.com" is not a valid IP address`},
	{"an address of a workload", "WorkloadEntry", "address: a_b",
		`5 SC201 spec.address: endpoint address "a_b" is not a valid FQDN or an IP address`},
	{"a header of a probe", "WorkloadGroup", "template: {}\nprobe:\n  httpGet: {port: 80, httpHeaders: [{name: a_b, value: c}]}",
		`7 SC201 spec.probe.httpGet.httpHeaders[name=a_b].name: header name a_b is not a valid header name`},
	{"a host without namespace", "Sidecar", "egress:\n- hosts: [reviews]",
		`6 SC201 spec.egress[0].hosts[0]: host must be of form namespace/dnsName`},

	{"a filter without a name", "EnvoyFilter", "configPatches:\n- applyTo: NETWORK_FILTER\n  match: {listener: {filterChain: {filter: {}}}}\n  patch: {operation: REMOVE}",
		`7 SC201 spec.configPatches[0].match.listener.filterChain.filter: the match of a filter has no name`},
	{"a match of another class", "EnvoyFilter", "configPatches:\n- applyTo: CLUSTER\n  match: {listener: {}}\n  patch: {operation: REMOVE}",
		`7 SC201 spec.configPatches[0].match.listener: applyTo CLUSTER can only match a cluster`},

	{"denied without rules", "AuthorizationPolicy", "action: DENY",
		"5 SC201 spec.action: DENY action without `rules` is meaningless as it will never be triggered, add an empty rule `{}` if you want it be triggered for every request"},
	{"a block that is none", "AuthorizationPolicy", "rules:\n- from: [{source: {ipBlocks: [10.0.0.0/8]}}]\n- from: [{source: {ipBlocks: [10.0.0.0/64]}}]",
		`7 SC201 spec.rules[1].from[0].source.ipBlocks[0]: bad CIDR range (10.0.0.0/64): netip.ParsePrefix("10.0.0.0/64"): prefix length out of range`},
	{"an unknown key of a condition", "AuthorizationPolicy", "rules:\n- when: [{key: request.foo, values: [a]}]",
		"6 SC201 spec.rules[0].when[0].key: invalid `value` for `key` request.foo: unknown attribute: request.foo"},
	{"an empty source", "AuthorizationPolicy", "rules:\n- from: [{source: {namespaces: [a]}}]\n- from: [{source: {}}]",
		"7 SC201 spec.rules[1].from[0].source: `from.source` must not be empty, found at rule 1"},
	{"a label with a wildcard", "PeerAuthentication", "selector: {matchLabels: {app: 'a*'}}\nmtls: {mode: STRICT}",
		`5 SC026 spec.selector.matchLabels.app: string "a*" is not accepted: wildcard not allowed in label value match`},
	{"a URI that is none", "RequestAuthentication", "jwtRules:\n- {issuer: a, jwksUri: 'ftp://a'}",
		`6 SC026 spec.jwtRules[0].jwksUri: string "ftp://a" is not accepted: url must have scheme http:// or https://`},
	{"two providers for one", "Telemetry", "tracing:\n- providers: [{name: a}, {name: b}]",
		`6 SC202 spec.tracing[0].providers: multiple providers is not currently supported`},
	{"an expression that is none", "Telemetry", "accessLogging:\n- providers: [{name: a}]\n  filter: {expression: 'response.code >='}",
		`7 SC201 spec.accessLogging[0].filter.expression: must be a valid CEL expression, ERROR: <input>:1:17: Syntax error: mismatched input '<EOF>' expecting {'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}`},
	{"a scheme that is none", "WasmPlugin", "url: ftp://a/b", `5 SC026 spec.url: string "ftp://a/b" is not accepted: url must have schema one of [http, https, file, oci]`},
	{"neither of two", "TrafficExtension", "phase: AUTHN", `4 SC026 spec: exactly one of wasm or lua must be set`},
	{"the workloads of a selector", "ProxyConfig", "selector: {matchLabels: {}}\nconcurrency: 0",
		`5 SC202 spec.selector: workload selector specified without labels`},
}

func TestIstioWebhook(t *testing.T) {
	for _, c := range istioCases {
		t.Run(c.kind+", "+c.name, func(t *testing.T) {
			got := short(validate(t, istioObject(c.kind, c.spec), Options{}))
			if text := strings.Join(got, "\n"); text != c.want {
				t.Errorf("found\n%s\nwant\n%s", text, c.want)
			}
		})
	}
}

// TestIstioWebhookIsSilent holds objects that the webhook takes without a word.
func TestIstioWebhookIsSilent(t *testing.T) {
	for kind, spec := range map[string]string{
		"VirtualService":        "hosts: [reviews]\nhttp:\n- match: [{uri: {prefix: /a}}]\n  route: [{destination: {host: a}, weight: 90}, {destination: {host: b}, weight: 10}]\n- route: [{destination: {host: a}}]",
		"DestinationRule":       "host: '*.shop.svc.cluster.local'\ntrafficPolicy: {tls: {mode: ISTIO_MUTUAL}}",
		"Gateway":               "selector: {istio: ingressgateway}\nservers:\n- port: {number: 443, name: https, protocol: HTTPS}\n  hosts: ['*']\n  tls: {mode: SIMPLE, credentialName: a}",
		"ServiceEntry":          "hosts: [a.example.com]\nlocation: MESH_EXTERNAL\nports: [{number: 443, name: tls, protocol: TLS}]\nresolution: DNS",
		"Sidecar":               "egress:\n- hosts: ['./*', istio-system/*]",
		"AuthorizationPolicy":   "{}",
		"PeerAuthentication":    "mtls: {mode: STRICT}",
		"RequestAuthentication": "jwtRules:\n- {issuer: a, jwksUri: 'https://a/keys'}",
		"Telemetry":             "accessLogging:\n- providers: [{name: envoy}]\n  filter: {expression: response.code >= 400}",
		"ProxyConfig":           "concurrency: 0",
	} {
		if found := validate(t, istioObject(kind, spec), Options{}); len(found) > 0 {
			t.Errorf("%s: %v", kind, found)
		}
	}
}

func TestIstioSaysNothingTwice(t *testing.T) {
	for name, c := range map[string]struct{ stream, want string }{
		"a field that is misspelt": {
			istioObject("VirtualService", "hosts: [reviews]\nhttp:\n- rout: [{destination: {host: a}}]"),
			`7 SC014 spec.http[0].rout: unknown field "rout"`},
		"a value that cannot be read": {
			istioObject("VirtualService", "hosts: [reviews]\nhttp:\n- route: [{destination: {host: a}, weight: x}]"),
			`7 SC011 spec.http[0].route[0].weight: expected an integer, found string "x"`},
		"an item of a list": {
			"apiVersion: v1\nkind: List\nitems:\n- apiVersion: networking.istio.io/v1\n  kind: DestinationRule\n  metadata: {name: a}\n  spec: {host: a_b}\n",
			`7 SC201 items[0].spec.host: domain name "a_b" invalid (label "a_b" invalid)`},
		"the name of an object": {
			strings.Replace(istioObject("Gateway", "servers:\n- port: {number: 80, name: http, protocol: HTTP}\n  hosts: [a.example.com]"), "name: a,", "name: a.b,", 1),
			`3 SC201 metadata.name: invalid gateway name: "a.b"`},
		"an annotation": {
			strings.Replace(istioObject("Sidecar", "egress:\n- hosts: ['./*']"), "namespace: shop", "annotations: {istio.io/dry-run: 'true'}", 1),
			`3 SC201 metadata.annotations["istio.io/dry-run"]: has unsupported annotation istio.io/dry-run, please remove the annotation`},
	} {
		t.Run(name, func(t *testing.T) {
			if got := strings.Join(short(validate(t, c.stream, Options{})), "\n"); got != c.want {
				t.Errorf("found\n%s\nwant\n%s", got, c.want)
			}
		})
	}
}

func TestIstioFindingNamesTheCheck(t *testing.T) {
	found := validate(t, istioObject("VirtualService", "hosts: [reviews]\nhttp:\n- route: [{destination: {host: a}}]\n- route: [{destination: {host: b_c}}]"), Options{})
	if len(found) != 2 || !slices.Equal(found[0].Also, []string{"IST0130"}) || !slices.Equal(found[1].Also, []string{"IST0106"}) {
		t.Fatal(found)
	}
	if s := found[1].Schema; s != "networking.istio.io/v1 VirtualService, webhook of Istio 1.31" {
		t.Error(s)
	}
}

// TestIstioLeavesSecretsOut: Istio quotes values, and some are none to be shown.
func TestIstioLeavesSecretsOut(t *testing.T) {
	const secret = "hunter2%"
	stream := istioObject("VirtualService", "hosts: [reviews]\nhttp:\n- route: [{destination: {host: a}}]\n  headers: {request: {set: {authorization: '"+secret+"'}}}")
	found := validate(t, stream, Options{})
	if len(found) != 1 || !strings.Contains(found[0].Path, "authorization") || strings.Contains(found[0].Message, secret) {
		t.Errorf("%v", found)
	}
	docs := manifest.Read("a", []byte(istioObject("DestinationRule", "host: hunter_2")))
	docs[0].MarkSecret()
	_, found, err := Validate(context.Background(), docs, Options{})
	if err != nil || len(found) != 1 || strings.Contains(fmt.Sprintf("%+v", found[0]), "hunter_2") {
		t.Errorf("%+v %v", found, err)
	}
}

// TestIstioDoesNotLog: Istio's code logs beside what it returns.
func TestIstioDoesNotLog(t *testing.T) {
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	out, errs := os.Stdout, os.Stderr
	os.Stdout, os.Stderr = write, write
	validate(t, istioObject("DestinationRule", "host: reviews\ntrafficPolicy:\n  outlierDetection: {consecutiveErrors: 5}"), Options{})
	validate(t, mesh("extensionProviders: [{name: a}]"), Options{})
	os.Stdout, os.Stderr = out, errs
	write.Close()
	if logged, err := io.ReadAll(read); err != nil || len(logged) > 0 {
		t.Errorf("%q %v", logged, err)
	}
}

// FuzzIstio changes objects in any way: there must be a finding or none, but
// always the same, and no panic.
func FuzzIstio(f *testing.F) {
	for _, c := range []string{
		istioObject("VirtualService", "hosts: [reviews, reviews]\nhttp:\n- match: [{uri: {regex: '['}}, null]\n  route: [{destination: {host: a, port: {number: 0}}}, null]\n- null\ntls: [null]\ntcp: [{match: [null]}]"),
		istioObject("DestinationRule", "host: reviews\nsubsets: [null, {name: a}]\ntrafficPolicy: {portLevelSettings: [null], loadBalancer: {localityLbSetting: {distribute: [null], failover: [null]}}}"),
		istioObject("Gateway", "servers: [null, {port: null}, {port: {}, tls: {}}]"),
		istioObject("ServiceEntry", "hosts: [a]\nports: [null]\nendpoints: [null]\nresolution: STATIC"),
		istioObject("Sidecar", "ingress: [null, {port: null}]\negress: [null]"),
		istioObject("EnvoyFilter", "configPatches: [null, {applyTo: HTTP_FILTER, match: {listener: {filterChain: {filter: {subFilter: {}}}}}, patch: {operation: MERGE, value: {a: [1, {b: c}]}}}]"),
		istioObject("AuthorizationPolicy", "action: CUSTOM\nrules: [null, {from: [null, {}], to: [null, {}], when: [null]}]\nprovider: {}"),
		istioObject("RequestAuthentication", "jwtRules: [null, {fromHeaders: [null], outputClaimToHeaders: [null], jwks: '{}'}]"),
		istioObject("Telemetry", "tracing: [null, {customTags: {'': null, a: {}}}]\nmetrics: [{overrides: [null, {tagOverrides: {a: null}}]}]\naccessLogging: [{providers: [null]}]"),
		istioObject("WasmPlugin", "url: a\nmatch: [null, {ports: [null]}]\nvmConfig: {env: [null, {}]}"),
		istioObject("TrafficExtension", "lua: {}\nmatch: [null]"),
		istioObject("WorkloadGroup", "template: {}\nprobe: {httpGet: {port: 1, httpHeaders: [null]}}"),
		istioObject("PeerAuthentication", "portLevelMtls: {'0': null}"),
		mesh("defaultConfig: {tracing: {customTags: {a: null}, zipkin: {}}}\nextensionProviders: [null, {name: a, zipkin: null}]\nserviceSettings: [null]\nlocalityLbSetting: {distribute: [null]}"),
		mesh("trustDomainAliases: [null]\nca: {address: 5}"),
	} {
		f.Add(c)
	}
	f.Fuzz(func(t *testing.T, stream string) {
		docs := manifest.Read("a", []byte(stream))
		_, found, err := Validate(context.Background(), docs, Options{})
		if err != nil {
			t.Fatal(err)
		}
		_, again, err := Validate(context.Background(), manifest.Read("a", []byte(stream)), Options{})
		if a, b := asJSON(t, found), asJSON(t, again); err != nil || a != b {
			t.Errorf("%v\n%s\n%s", err, a, b)
		}
		for _, d := range found {
			if d.Code == "" || d.Message == "" || strings.ContainsAny(d.Message, "\n\r") {
				t.Errorf("%+v", d)
			}
		}
	})
}

func asJSON(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func BenchmarkIstio(b *testing.B) {
	for name, c := range map[string]string{
		"valid":   istioObject("VirtualService", "hosts: [reviews]\nhttp:\n- match: [{uri: {prefix: /a}}]\n  route: [{destination: {host: a}, weight: 90}, {destination: {host: b}, weight: 10}]\n- route: [{destination: {host: a}}]"),
		"invalid": istioObject("VirtualService", "hosts: [reviews]\nhttp:\n- route: [{destination: {host: a, port: {number: 70000}}}]"),
		"mesh":    mesh("accessLogFile: /dev/stdout\ndefaultConfig: {concurrency: 2}"),
	} {
		b.Run(name, func(b *testing.B) {
			lib, err := openLibrary()
			if err != nil {
				b.Fatal(err)
			}
			docs := manifest.Read("", []byte(c))
			v, _ := newValidator(lib, Options{}, docs)
			root, err := docs[0].Root()
			if err != nil {
				b.Fatal(err)
			}
			value, _ := manifest.Value(root).(map[string]any)
			o := &object{doc: docs[0], node: manifest.Resolve(root), value: value}
			o.readKind()
			for b.Loop() {
				v.istio(o, nil)
			}
		})
	}
}
