package schema

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
)

// TestServer asks what only the server's own code knows.
func TestServer(t *testing.T) {
	service := func(spec string) string {
		return "apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec: {ports: [{port: 80}], " + spec + "}\n"
	}
	for name, tt := range map[string]struct {
		stream string
		want   []string
	}{
		"a headless service needs no clusterIPs": {service("clusterIP: None"), nil},
		"two families under the policy of one": {
			service("ipFamilies: [IPv4, IPv6], ipFamilyPolicy: SingleStack"),
			[]string{`4:71: error[SC026]: Service a: string "SingleStack" is not accepted: must be 'RequireDualStack' or 'PreferDualStack' when multiple IP families are specified at spec.ipFamilyPolicy`},
		},
		"two of both, of which the first is told": {
			service("clusterIPs: [10.0.0.1, \"fd00::1\"], clusterIP: 10.0.0.1, ipFamilies: [IPv4, IPv6], ipFamilyPolicy: SingleStack"),
			[]string{`4:127: error[SC026]: Service a: string "SingleStack" is not accepted: must be 'RequireDualStack' or 'PreferDualStack' when multiple cluster IPs are specified at spec.ipFamilyPolicy`},
		},
		"an address that contradicts the other": {
			service("clusterIP: 10.0.0.1, clusterIPs: [10.0.0.2]"),
			[]string{`4:50: error[SC026]: Service a: first value must match ` + "`clusterIP`" + ` at spec.clusterIPs`},
		},
		"a job makes its own selector":  {"apiVersion: batch/v1\nkind: Job\nmetadata: {name: a}\nspec:\n  template:\n    spec: {restartPolicy: Never, containers: [{name: a, image: a}]}\n", nil},
		"a name that the server makes":  {strings.Replace(pod, "name: a", "generateName: a-", 1), nil},
		"privileged is for the cluster": {pod + "    securityContext: {privileged: true}\n", nil},
		"what the server warns about": {
			strings.Replace(pod, "spec:", "spec:\n  nodeSelector: {beta.kubernetes.io/os: linux}", 1),
			[]string{`5:41: warning[SC027]: Pod a: deprecated since v1.14; use "kubernetes.io/os" instead at spec.nodeSelector["beta.kubernetes.io/os"]`},
		},
		"what was read back from a cluster": {
			strings.Replace(pod, "metadata: {name: a}", "metadata: {name: a, resourceVersion: \"12\", uid: x}", 1),
			[]string{
				`3:38: error[SC026]: Pod a: not allowed here: should not be set on objects to be created at metadata.resourceVersion`,
				`3:49: error[SC026]: Pod a: not allowed here: server-side apply finds no object of this UID at metadata.uid`,
			},
		},
		"one mistake said once, and the others too": {
			strings.Replace(pod, "image: a", "image: a\n    ports: [{containerPort: \"80\"}]\n    livenessProbe: {}", 1),
			[]string{
				`8:29: error[SC011]: Pod a: expected an integer, found string "80" at spec.containers[name=a].ports[0].containerPort (remove the quotes)`,
				`9:5: error[SC026]: Pod a: must specify a handler type at spec.containers[name=a].livenessProbe`,
			},
		},
		"a Secret's value": {
			"apiVersion: v1\nkind: Secret\nmetadata: {name: a}\ntype: kubernetes.io/dockerconfigjson\nstringData: {.dockerconfigjson: hunter2}\n",
			nil, // read below: no text may hold it
		},
	} {
		t.Run(name, func(t *testing.T) {
			got := lines(validate(t, tt.stream, Options{}))
			if strings.Contains(fmt.Sprint(got), "hunter2") {
				t.Fatalf("a Secret's value: %q", got)
			}
			if tt.want != nil || !strings.Contains(tt.stream, "hunter2") {
				if !slices.Equal(got, tt.want) {
					t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(tt.want, "\n"))
				}
			}
		})
	}
}

const ruled = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: gauges.example.com}
spec:
  group: example.com
  scope: Namespaced
  names: {kind: Gauge, plural: gauges, singular: gauge, listKind: GaugeList}
  versions:
  - name: v1
    served: true
    storage: true
    schema:
      openAPIV3Schema:
        type: object
        properties:
          spec:
            type: object
            x-kubernetes-validations: [{rule: "self.low <= self.high", message: low above high, fieldPath: .low}]
            properties:
              low: {type: integer, default: 0}
              high: {type: integer}
              marks: {type: array, maxItems: 9, items: {type: object, properties: {at: {type: integer}}, x-kubernetes-validations: [{rule: "self.at % 10 == 0", message: no multiple of ten}]}}
`

func gauge(spec string) string {
	return "---\napiVersion: example.com/v1\nkind: Gauge\nmetadata: {name: a}\nspec: " + spec + "\n"
}

// TestRulesOfDefinitions runs the CEL rules of a definition in the stream.
func TestRulesOfDefinitions(t *testing.T) {
	for spec, want := range map[string][]string{
		"{low: 1, high: 3}":  nil,
		"{high: 3}":          nil, // low has a default
		"{high: -3}":         {`error[SC026]: Gauge a: number 0 is not accepted: low above high at spec.low`},
		"{low: 5, high: 3}":  {`error[SC026]: Gauge a: number 5 is not accepted: low above high at spec.low`},
		"{low: a, high: -3}": {`error[SC011]: Gauge a: expected an integer, found string "a" at spec.low`},
		"{high: 3, marks: [{at: 10}, {at: 11}]}": {
			`error[SC026]: Gauge a: no multiple of ten at spec.marks[1]`,
		},
	} {
		found := validate(t, ruled+gauge(spec), Options{})
		if len(found) != len(want) {
			t.Errorf("%s: got %v, want %q", spec, found, want)
			continue
		}
		for i := range found {
			if !strings.Contains(found[i].String(), want[i]) {
				t.Errorf("%s: got %v, want %q", spec, found[i], want[i])
			}
		}
	}
}

// TestEmulation validates for two versions at the same time: what one of them
// refuses is no business of the other.
func TestEmulation(t *testing.T) {
	var tests []func()
	for range 4 {
		for _, version := range []string{"1.31", "1.37"} {
			tests = append(tests, func() {
				if found := validate(t, pod, Options{KubeVersion: version}); len(found) > 0 {
					t.Errorf("%s: %v", version, found)
				}
			})
		}
	}
	done := make(chan bool)
	for _, test := range tests {
		go func() { defer func() { done <- true }(); test() }()
	}
	for range tests {
		<-done
	}
}

// TestHostileInput must end, with a finding, and in no time to speak of.
func TestHostileInput(t *testing.T) {
	deep := func(n int, open, shut string) string { return strings.Repeat(open, n) + "x" + strings.Repeat(shut, n) }
	schema := func(s string) string {
		i := strings.Index(widgets, "        type: object\n")
		return widgets[:i] + s
	}
	for name, tt := range map[string]struct {
		stream string
		code   string // of the first error; "" for none
	}{
		"a number without end":                   {strings.Replace(pod, "spec:", "spec:\n  priority: 1e10000000", 1), "SC011"},
		"a scalar of ten megabytes":              {"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {a: " + strings.Repeat("x", 10<<20) + "}\n", "SC015"},
		"a thousand levels":                      {"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {a: " + deep(1000, "[", "]") + "}\n", "SC011"},
		"a rule that would take for ever":        {strings.Replace(ruled, "self.low <= self.high", "[1,2,3,4,5,6,7,8,9].all(a, [1,2,3,4,5,6,7,8,9].all(b, [1,2,3,4,5,6,7,8,9].all(c, [1,2,3,4,5,6,7,8,9].all(d, [1,2,3,4,5,6,7,8,9].all(e, [1,2,3,4,5,6,7,8,9].all(f, [1,2,3,4,5,6,7,8,9].all(g, true)))))))", 1) + gauge("{high: 3}"), "SC026"},
		"a rule that is none":                    {strings.Replace(ruled, "self.low <= self.high", "self.nowhere", 1), "SC026"},
		"a schema of a thousand levels":          {schema("        type: object\n        properties: " + strings.Repeat("{a: {type: object, properties: ", 300) + "{}" + strings.Repeat("}}", 300) + "\n"), ""},
		"a pattern that Go cannot read":          {strings.Replace(widgets, "color: {type: string, default: red}", "color: {type: string, pattern: \"(?<=a)b\"}", 1), "SC020"},
		"a definition of the wrong type":         {"apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: a}\nspec: [1]\n", "SC011"},
		"a definition whose schema is text":      {strings.Replace(widgets, "openAPIV3Schema:\n        type: object", "openAPIV3Schema: x\n        #", 1), "SC001"},
		"a reference, which servers do not take": {strings.Replace(widgets, "color: {type: string, default: red}", "color: {$ref: \"#/definitions/x\"}", 1), "SC020"},
	} {
		t.Run(name, func(t *testing.T) {
			found := validate(t, tt.stream, Options{})
			i := slices.IndexFunc(found, func(d diag.Diagnostic) bool { return d.Severity == diag.Error })
			switch {
			case tt.code == "" && i >= 0:
				t.Errorf("got %.300v", found[i])
			case tt.code != "" && i < 0:
				t.Errorf("nothing found, want %s", tt.code)
			case tt.code != "" && found[i].Code != tt.code:
				t.Errorf("got %.300v, want %s", found[i], tt.code)
			}
		})
	}
}

// TestNoCluster sets a trap: a kubeconfig whose server must never be called.
func TestNoCluster(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	called := make(chan string, 1)
	server := &http.Server{Handler: http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		select {
		case called <- r.URL.Path:
		default:
		}
	})}
	go server.Serve(listener)
	defer server.Close()
	config := filepath.Join(t.TempDir(), "config")
	text := fmt.Sprintf("apiVersion: v1\nkind: Config\ncurrent-context: x\ncontexts: [{name: x, context: {cluster: x, user: x}}]\nusers: [{name: x, user: {}}]\nclusters: [{name: x, cluster: {server: \"http://%s\"}}]\n", listener.Addr())
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("KUBECONFIG", config)
	claim := "---\napiVersion: resource.k8s.io/v1\nkind: ResourceClaim\nmetadata: {name: a}\nspec: {devices: {requests: [{name: a, exactly: {deviceClassName: a, adminAccess: true}}]}}\n"
	docs := manifest.Read("", []byte(pod+"---\n"+widget("{size: 1}")+claim))
	if _, found, err := Validate(t.Context(), docs, Options{}); err != nil || len(found) > 0 {
		t.Error(found, err)
	}
	select {
	case path := <-called:
		t.Errorf("the cluster was asked for %s", path)
	default:
	}
}
