package schema

import (
	"strings"
	"testing"
)

// mesh writes the ConfigMap of a mesh; the settings begin in line 6.
func mesh(settings string) string {
	return "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: istio, namespace: istio-system}\ndata:\n  mesh: |\n    " + strings.ReplaceAll(settings, "\n", "\n    ") + "\n"
}

func injector(config string) string {
	return "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: istio-sidecar-injector-canary}\ndata:\n  config: |\n    " + strings.ReplaceAll(config, "\n", "\n    ") + "\n"
}

func TestEmbeddedDocuments(t *testing.T) {
	deployment := func(annotation string) string {
		return "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\nspec:\n  selector: {matchLabels: {a: a}}\n  template:\n    metadata:\n      labels: {a: a}\n      annotations:\n        proxy.istio.io/config: |\n          " +
			strings.ReplaceAll(annotation, "\n", "\n          ") + "\n    spec: {containers: [{name: a, image: a}]}\n"
	}
	for name, c := range map[string]struct{ stream, want string }{
		"an unknown field": {mesh("defaultConfig:\n  concurency: 2"),
			`7 SC212 data.mesh|yaml.defaultConfig.concurency: unknown field "concurency", which Istio passes over`},
		"metadata that is no text": {mesh("defaultConfig:\n  proxyMetadata:\n    A: \"1\"\n    B: true"),
			`9 SC213 data.mesh|yaml.defaultConfig.proxyMetadata.B: expected a string, found boolean true`},
		"an enum": {mesh("outboundTrafficPolicy:\n  mode: REGISTRY"),
			`7 SC213 data.mesh|yaml.outboundTrafficPolicy.mode: string "REGISTRY" is not allowed: expected REGISTRY_ONLY, ALLOW_ANY, ALLOW_ANY_DYNAMIC_DNS`},
		"a list that is none": {mesh("trustDomainAliases: a"),
			`6 SC213 data.mesh|yaml.trustDomainAliases: expected a list, found string "a"`},
		"a duration that is none": {mesh("connectTimeout: 5"),
			`6 SC213 data.mesh|yaml.connectTimeout: expected a string, found number 5`},
		"a duration without a unit": {mesh("connectTimeout: \"5\""),
			`6 SC214 data.mesh|yaml.connectTimeout: Istio cannot read this: bad Duration: time: missing unit in duration "5"`},
		"a duration that is too long": {mesh("accessLogFile: /dev/stdout\nconnectTimeout: 2h"),
			`7 SC214 data.mesh|yaml.connectTimeout: invalid connect timeout: time 2h0m0s must be >1ms and <1h0m0s`},
		"an address": {mesh("defaultConfig:\n  tracing:\n    zipkin:\n      address: zipkin"),
			`9 SC214 data.mesh|yaml.defaultConfig.tracing.zipkin.address: invalid zipkin config: unable to split "zipkin": address zipkin: missing port in address`},
		"a warning": {mesh("defaultConfig:\n  proxyMetadata:\n    ISTIO_META_DNS_AUTO_ALLOCATE: \"true\""),
			`8 SC215 data.mesh|yaml.defaultConfig.proxyMetadata.ISTIO_META_DNS_AUTO_ALLOCATE: 'ISTIO_META_DNS_AUTO_ALLOCATE' is deprecated; review https://istio.io/latest/docs/ops/configuration/traffic-management/dns-proxy/#dns-auto-allocation-v2 for information about replacement functionality`},
		"a provider": {mesh("extensionProviders:\n- name: a\n  envoyExtAuthzGrpc: {service: a.b, port: 70000}"),
			`8 SC215 data.mesh|yaml.extensionProviders[name=a].envoyExtAuthzGrpc.port: the provider cannot be used: invalid service port: port number 70000 must be in the range 1..65535`},
		"broken YAML": {mesh("accessLogFile: a\nb: c: d"),
			`7 SC211 data.mesh|yaml: the text is no YAML: a second ": " on one line: quote the value, or put the key on a line of its own`},
		"a key twice": {mesh("accessLogFile: a\naccessLogFile: b"),
			`7 SC211 data.mesh|yaml.accessLogFile: key "accessLogFile" stands twice, and only the second one counts`},
		"no map": {mesh("text"), `6 SC213 data.mesh|yaml: expected a map, found string "text"`},
		"of a revision, in one line": {strings.Replace(strings.Replace(mesh("x"), "name: istio,", "name: istio-canary,", 1), "|\n    x", `"{\"ingresClass\": \"a\"}"`, 1),
			`5 SC212 data.mesh|yaml.ingresClass: unknown field "ingresClass", which Istio passes over`},
		"networks": {strings.Replace(mesh("networks:\n  a:\n    endpoints: [{fromCidr: 10.0.0.0/99}]\n    gateways: [{address: 1.1.1.1, port: 443}]"), "mesh:", "meshNetworks:", 1),
			`8 SC214 data.meshNetworks|yaml.networks.a.endpoints[0].fromCidr: invalid network a: 10.0.0.0/99 is not a valid CIDR block`},
		"another ConfigMap": {strings.Replace(mesh("foo: bar"), "name: istio,", "name: other,", 1), ""},
		"nothing":           {mesh(""), ""},
		"all is well":       {mesh("accessLogFile: /dev/stdout\ndefaultConfig: {discoveryAddress: istiod.istio-system.svc:15012, proxyMetadata: {A: \"true\"}}\nenablePrometheusMerge: true\nconnectTimeout: 5s\nrootNamespace: istio-system"), ""},

		"an annotation": {deployment("concurrency: 2\ndrainDuraton: 5s"),
			`12 SC212 spec.template.metadata.annotations["proxy.istio.io/config"]|yaml.drainDuraton: unknown field "drainDuraton", which Istio passes over`},
		"a value in an annotation": {deployment("statusPort: 70000"),
			`11 SC214 spec.template.metadata.annotations["proxy.istio.io/config"]|yaml.statusPort: invalid status port: port number 70000 must be in the range 1..65535`},
		"a good annotation": {deployment("holdApplicationUntilProxyStarts: true\nproxyMetadata: {A: \"1\"}"), ""},

		"a function that there is not": {injector("templates:\n  sidecar: |\n    a: b\n    c: {{ .Values.a | tooYaml }}"),
			`9 SC216 data.config|yaml.templates.sidecar: the template does not parse, so that no pod is injected: function "tooYaml" not defined`},
		"a block without end": {injector("policy: enabled\ntemplates:\n  sidecar: |\n    {{ if true }}"),
			`9 SC216 data.config|yaml.templates.sidecar: the template does not parse, so that no pod is injected: unexpected EOF`},
		"a key of the injector": {injector("polcy: enabled\ntemplates: {}"),
			`6 SC212 data.config|yaml.polcy: unknown field "polcy", which Istio passes over`},
		"a policy": {injector("policy: enable\ntemplates: {}"),
			`6 SC213 data.config|yaml.policy: string "enable" is not allowed: expected disabled, enabled`},
		"a template that there is not": {injector("defaultTemplates: [sidecarr]\ntemplates: {sidecar: a}"),
			`6 SC214 data.config|yaml.defaultTemplates[0]: there is no template "sidecarr", so that no pod is injected`},
		"values": {strings.Replace(injector("{\"a\": \"b\""), "config:", "values:", 1),
			`6 SC211 data.values|yaml: the text is no YAML: the "{" that opens here is never closed`},

		"defaults of a class": {
			"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n  labels: {gateway.istio.io/defaults-for-class: istio}\ndata:\n  deployments: |\n    spec: {replicas: 2}\n  service: |\n    text\n",
			"7 SC212 data.deployments: istiod makes no \"deployments\" for a Gateway, and fails\n" +
				`10 SC213 data.service|yaml: expected a map, found string "text"`},
	} {
		t.Run(name, func(t *testing.T) {
			if got := strings.Join(short(validate(t, c.stream, Options{})), "\n"); got != c.want {
				t.Errorf("found\n%s\nwant\n%s", got, c.want)
			}
		})
	}
}

// TestEmbeddedSecrets: fields that are called like secrets keep their values.
func TestEmbeddedSecrets(t *testing.T) {
	for _, settings := range []string{
		"defaultConfig: {tracing: {lightstep: {accessToken: 12345678}}}",
		"defaultConfig: {proxyMetadata: {API_TOKEN: 12345678}}",
	} {
		found := validate(t, mesh(settings), Options{})
		if len(found) != 1 || strings.Contains(found[0].Message+found[0].Hint, "12345678") {
			t.Errorf("%v", found)
		}
	}
}
