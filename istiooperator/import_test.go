package istiooperator

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"

	"github.com/helmx-dev/helmx/charts"
	"github.com/helmx-dev/helmx/charts/chartutil"
	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/internal/config"
	"github.com/helmx-dev/helmx/internal/pipeline"
	"github.com/helmx-dev/helmx/manifest"
)

const head = "apiVersion: install.istio.io/v1alpha1\nkind: IstioOperator\n"

// importOne imports one IstioOperator and returns its files by name.
func importOne(t *testing.T, text string) (map[string]string, diag.List) {
	t.Helper()
	installs, findings, err := Import("in.yaml", []byte(head+text), Options{})
	if err != nil || len(installs) != 1 {
		t.Fatalf("%d installs, %v, %v", len(installs), findings, err)
	}
	files := map[string]string{}
	for _, f := range installs[0].Files {
		files[f.Name] = string(f.Data)
		var any map[string]any
		if err := yaml.UnmarshalStrict(f.Data, &any); err != nil {
			t.Errorf("%s: %v\n%s", f.Name, err, f.Data)
		}
	}
	checkConfig(t, files[ConfigFile])
	return files, findings
}

func checkConfig(t *testing.T, text string) {
	t.Helper()
	cfg, findings := config.Parse(ConfigFile, []byte(text))
	if len(findings) > 0 {
		t.Errorf("%v\n%s", findings, text)
		return
	}
	if _, findings = cfg.PatchOptions(); len(findings) > 0 {
		t.Errorf("%v\n%s", findings, text)
	}
}

func TestComponentsOfProfiles(t *testing.T) {
	for profile, want := range map[string]string{
		"default": "base istiod gateway", "minimal": "base istiod", "empty": "", "ambient": "base cni istiod ztunnel",
		"demo": "base istiod gateway gateway", "openshift": "base cni istiod gateway", "remote": "base istiod",
	} {
		installs, findings, err := Import("in.yaml", []byte(head+"spec: {profile: "+profile+"}\n"), Options{})
		if err != nil || findings.HasErrors() || len(installs) != 1 {
			t.Fatal(profile, findings, err)
		}
		var charts []string
		for _, r := range installs[0].Releases {
			charts = append(charts, r.Chart)
		}
		if got := strings.Join(charts, " "); got != want {
			t.Errorf("%s: got %q, want %q", profile, got, want)
		}
	}
}

func TestSettings(t *testing.T) {
	for _, tt := range []struct{ name, in, file, want string }{
		{"values for all", "spec: {values: {global: {logAsJson: true}}}", "istio-base-values.yaml", "logAsJson: true"},
		{"mesh configuration", "spec: {meshConfig: {accessLogFile: /dev/stdout}}", "istiod-values.yaml", "meshConfig:\n  accessLogFile: /dev/stdout"},
		{"values win over the mesh configuration", "spec: {meshConfig: {connectTimeout: 1s}, values: {meshConfig: {connectTimeout: 2s}}}", "istiod-values.yaml", "connectTimeout: 2s"},
		{"a tag is text", "spec: {tag: 1.30}", "istiod-values.yaml", `tag: "1.30"`},
		{"tag of a component", "spec: {components: {pilot: {tag: 1.20, hub: h}}}", "istiod-values.yaml", "hub: h\n  tag: \"1.20\""},
		{"hub", "spec: {hub: example.com/istio}", "istiod-values.yaml", "hub: example.com/istio"},
		{"profile of the charts", "spec: {profile: demo}", "istiod-values.yaml", "profile: demo"},
		{"platform", "spec: {profile: openshift}", "istio-cni-values.yaml", "platform: openshift"},
		{"CNI is told to istiod", "spec: {components: {cni: {enabled: true}}}", "istiod-values.yaml", "cni:\n    enabled: true"},
		{"revision", "spec: {revision: canary}", "istiod-canary-values.yaml", "revision: canary"},
		{"ztunnel without prefix", "spec: {profile: ambient, values: {ztunnel: {logLevel: debug}}}", "ztunnel-values.yaml", "\nlogLevel: debug"},
		{"unvalidated values", "spec: {unvalidatedValues: {pilot: {x: 1}}}", "istiod-values.yaml", "x: 1"},
		{"resources are values", "spec: {components: {pilot: {k8s: {resources: {limits: {cpu: 2}}}}}}", "istiod-values.yaml", "limits:\n      cpu: 2"},
		{"a default taken away is a patch", "spec: {components: {pilot: {k8s: {resources: {requests: {memory: null}}}}}}", ConfigFile, "memory: null"},
		{"scaling", "spec: {components: {pilot: {k8s: {hpaSpec: {minReplicas: 2, maxReplicas: 7}}}}}", "istiod-values.yaml", "autoscaleMax: 7\n  autoscaleMin: 2"},
		{"metrics", "spec: {components: {pilot: {k8s: {hpaSpec: {metrics: []}}}}}", ConfigFile, "target: {kind: HorizontalPodAutoscaler, name: istiod}"},
		{"env", "spec: {components: {pilot: {k8s: {env: [{name: A, value: b}]}}}}", ConfigFile, "# in.yaml:3: spec.components.pilot.k8s.env\n- name: istiod-env"},
		{"patch of a revision", "spec: {revision: r1, components: {pilot: {k8s: {priorityClassName: p}}}}", ConfigFile, "target: {kind: Deployment, name: istiod-r1}"},
		{"braces stay", "spec: {components: {pilot: {k8s: {env: [{name: A, value: '{{ x }}'}]}}}}", ConfigFile, "literal: true"},
		{"only one bound", "spec: {components: {pilot: {k8s: {replicaCount: 2, hpaSpec: {minReplicas: 2}, podDisruptionBudget: {maxUnavailable: 1}}}}}", ConfigFile, "minAvailable: null"},
		{"a budget by replicas", "spec: {values: {pilot: {autoscaleEnabled: false}}, components: {pilot: {k8s: {replicaCount: 2, podDisruptionBudget: {minAvailable: 2}}}}}", ConfigFile, "target: {kind: PodDisruptionBudget, name: istiod}"},
		{"overlay", "spec: {components: {base: {k8s: {overlays: [{kind: A, name: b, patches: [{path: c.d, value: 1}, {path: e}]}]}}}}", ConfigFile, "target: {kind: A, name: b}\n  overlays:\n    - path: c.d\n      value: 1\n    - path: e\n"},
		{"namespace of a component", "spec: {components: {cni: {enabled: true, namespace: kube-system}}}", ConfigFile, "istio-cni istio/cni --version " + charts.IstioVersion + " -n kube-system --create-namespace"},
		{"namespace of the mesh", "spec: {values: {global: {istioNamespace: mesh}}}", ConfigFile, "istiod istio/istiod --version " + charts.IstioVersion + " -n mesh"},
		{"repository", "spec: {}", ConfigFile, "#   helm repo add istio " + charts.IstioRepository + "\n#   helm upgrade"},
		{"version", "spec: {tag: 1.28.2}", ConfigFile, "istio/istiod --version 1.28.2 "},
		{"version of a gateway", "spec: {tag: 1.28.2, components: {ingressGateways: [{name: edge}]}}", ConfigFile, "edge istio/gateway --version 1.28.2 "},
		{"version of a variant", "spec: {tag: 1.28.2-distroless}", ConfigFile, "istio/base --version 1.28.2 "},
		{"version before a release", "spec: {tag: 1.32.0-rc.1-debug}", ConfigFile, "istio/base --version 1.32.0-rc.1 "},
		{"version in the values", "spec: {tag: 1.28.2, values: {global: {tag: 1.29.0}}}", ConfigFile, "istio/base --version 1.29.0 "},
		{"version of a component", "spec: {tag: 1.28.2, components: {pilot: {tag: 1.28.3}}, values: {pilot: {tag: 1.28.1}}}", ConfigFile, "istio/istiod --version 1.28.3 "},
		{"version of ztunnel", "spec: {profile: ambient, values: {ztunnel: {tag: 1.28.1}}}", ConfigFile, "istio/ztunnel --version 1.28.1 "},
		{"no version in a tag", "spec: {tag: latest}", ConfigFile, "istio/istiod --version " + charts.IstioVersion + " "},
		{"labels of a gateway", "spec: {components: {ingressGateways: [{name: edge, label: {istio: edge}}]}}", "edge-values.yaml", "labels:\n  app: istio-ingressgateway\n  istio: edge"},
		{"account of a gateway", "spec: {components: {ingressGateways: [{name: edge}]}}", "edge-values.yaml", "name: edge-service-account"},
		{"gateway scaling", "spec: {values: {gateways: {istio-ingressgateway: {autoscaleMin: 3, cpu: {targetAverageUtilization: 60}}}}}", "istio-ingressgateway-values.yaml", "minReplicas: 3\n  targetCPUUtilizationPercentage: 60"},
		{"gateway ports of a profile", "spec: {profile: demo}", "istio-ingressgateway-values.yaml", "port: 15443"},
		{"gateway env", "spec: {components: {ingressGateways: [{name: g, k8s: {env: [{name: A, value: b}, {name: C, valueFrom: {fieldRef: {fieldPath: metadata.name}}}]}}]}}", "g-values.yaml", "env:\n  A: b\nenvVarFrom:\n  - name: C"},
		{"gateway service", "spec: {components: {ingressGateways: [{name: g, k8s: {service: {type: NodePort, sessionAffinity: ClientIP}}}]}}", ConfigFile, "sessionAffinity: ClientIP"},
		{"several gateways share a chart", "spec: {components: {egressGateways: [{name: e}], ingressGateways: [{name: g, k8s: {service: {sessionAffinity: ClientIP}}}]}}", ConfigFile, "expect: 0+"},
		{"gateway volumes", "spec: {values: {gateways: {istio-ingressgateway: {secretVolumes: [{name: c, secretName: s, mountPath: /c}]}}}}", "istio-ingressgateway-values.yaml", "volumeMounts:\n  - mountPath: /c\n    name: c\n    readOnly: true"},
	} {
		files, findings := importOne(t, tt.in+"\n")
		if findings.HasErrors() || !strings.Contains(files[tt.file], tt.want) {
			t.Errorf("%s: %s lacks %q: %v\n%s", tt.name, tt.file, tt.want, findings, files[tt.file])
		}
	}
}

func TestValuesOfOthersStayOut(t *testing.T) {
	files, _ := importOne(t, "spec: {profile: ambient, values: {pilot: {a: 1}, cni: {b: 1}, ztunnel: {c: 1}, base: {d: 1}, gateways: {istio-ingressgateway: {e: 1}, seccompProfile: {f: 1}}}}\n")
	for file, keys := range map[string]string{
		"istio-base-values.yaml": "d", "istio-cni-values.yaml": "b", "istiod-values.yaml": "abdf", "ztunnel-values.yaml": "c",
	} {
		for _, key := range "abcdef" {
			if has := strings.Contains(files[file], string(key)+": 1\n"); has != strings.ContainsRune(keys, key) {
				t.Errorf("%s: key %c: %v\n%s", file, key, has, files[file])
			}
		}
	}
}

func TestFindings(t *testing.T) {
	for _, tt := range []struct{ name, in, want string }{
		{"unknown key", "spec:\n  profil: demo\n", `in.yaml:4:3: warning[IM002]: IstioOperator: spec has no key "profil": it is left out at spec.profil (did you mean "profile"?)`},
		{"unknown setting", "spec: {components: {pilot: {k8s: {replicas: 1}}}}\n", `has no key "replicas"`},
		{"unknown component", "spec: {components: {pilots: {}}}\n", `did you mean "pilot"?`},
		{"unknown value", "spec: {values: {globl: {}}}\n", `did you mean "global"?`},
		{"misspelt value", "spec: {values: {pilot: {autoscaleMn: 2}}}\n", `spec.values.pilot.autoscaleMn is no value that a chart reads: it is carried over as it is at spec.values.pilot.autoscaleMn (did you mean "autoscaleMin"?)`},
		{"misspelt value of all", "spec: {values: {global: {imagePullPolcy: Always}}}\n", `did you mean "imagePullPolicy"?`},
		{"place of a misspelt value", "spec:\n  values:\n    pilot:\n      tracSampling: 1\n", `in.yaml:6:7: warning[IM002]`},
		{"misspelt mesh configuration", "spec:\n  meshConfig:\n    accesLogFile: a\n", `in.yaml:5:5: warning[IM002]: IstioOperator: spec.meshConfig has no key "accesLogFile": it is carried over as it is at spec.meshConfig.accesLogFile (did you mean "accessLogFile"?)`},
		{"misspelt mesh configuration in values", "spec: {values: {meshConfig: {trustDomian: a}}}\n", `did you mean "trustDomain"?`},
		{"misspelt proxy configuration", "spec: {meshConfig: {defaultConfig: {concurency: 2}}}\n", `spec.meshConfig.defaultConfig has no key "concurency": it is carried over as it is`},
		{"mesh configuration is a list", "spec: {meshConfig: []}\n", "expected a map"},
		{"a tag of another version", "spec:\n  tag: 1.28.2\n", "in.yaml:4:3: info[IM007]: IstioOperator: the commands install the charts 1.28.2, and the values and patches are made for " + charts.IstioVersion},
		{"a tag of a minor version", "spec: {tag: 1.30}\n", `info[IM007]: IstioOperator: the tag "1.30" names no release`},
		{"a tag of no version", "spec: {components: {pilot: {tag: latest}}}\n", `the tag "latest" names no release: the commands install the charts ` + charts.IstioVersion},
		{"of old times", "spec: {addonComponents: {}}\n", "since 1.8"},
		{"map for list", "spec: {components: {ingressGateways: {a: b}}}\n", "error[IM006]: IstioOperator: spec.components.ingressGateways is a map, expected a list"},
		{"list for map", "spec: {components: []}\n", "expected a map"},
		{"string for boolean", "spec: {components: {cni: {enabled: \"true\"}}}\n", `is the string "true", expected true or false`},
		{"number for string", "spec: {profile: 1}\n", "is the number 1, expected a string"},
		{"profile", "spec: {profile: ambeint}\n", `error[IM005]: IstioOperator: there is no profile "ambeint" at spec.profile (did you mean "ambient"?)`},
		{"profile file", "spec: {profile: ./mine.yaml}\n", "merge the file into this one"},
		{"namespace", "spec: {namespace: a}\n", "warning[IM003]"},
		{"package path", "spec: {installPackagePath: /x}\n", "charts on a disk"},
		{"remote", "spec: {components: {istiodRemote: {enabled: true}}}\n", "profile: remote"},
		{"no autoscaler", "spec: {profile: demo, components: {pilot: {k8s: {hpaSpec: {metrics: [{type: Resource}]}}}}}\n", "no autoscaler"},
		{"no budget", "spec: {components: {pilot: {k8s: {podDisruptionBudget: {minAvailable: 2}}}}}\n", "no PodDisruptionBudget"},
		{"no workload", "spec: {components: {base: {k8s: {env: [{name: a}]}}}}\n", "no workload"},
		{"daemon set", "spec: {components: {cni: {enabled: true, k8s: {strategy: {type: Recreate}}}}}\n", "a DaemonSet has no strategy"},
		{"service of CNI", "spec: {components: {cni: {enabled: true, k8s: {service: {}}}}}\n", "no Service"},
		{"volumes", "spec: {components: {pilot: {k8s: {volumes: [{name: a}]}}}}\n", "info[IM004]"},
		{"off", "spec: {components: {cni: {enabled: false, k8s: {env: []}}}}\n", "is off"},
		{"gateway image", "spec: {components: {ingressGateways: [{name: g, tag: x}]}}\n", "from injection"},
		{"gateway value", "spec: {values: {gateways: {istio-ingressgateway: {runAsRoot: true}}}}\n", "containerSecurityContext"},
		{"two gateways of one name", "spec: {components: {ingressGateways: [{name: g}, {name: g, namespace: b}]}}\n", "a second component"},
		{"a gateway called istiod", "spec: {components: {ingressGateways: [{name: istiod}]}}\n", "a second component"},
		{"a name that is a path", "spec: {components: {ingressGateways: [{name: ../../g}]}}\n", "error[IM006]"},
		{"a revision that is a path", "spec: {revision: ../g}\n", "error[IM006]"},
		{"overlay without name", "spec: {components: {pilot: {k8s: {overlays: [{kind: A}]}}}}\n", "matches nothing"},
	} {
		_, findings, err := Import("in.yaml", []byte(head+tt.in), Options{})
		if err != nil || !slices.ContainsFunc(findings, func(d diag.Diagnostic) bool { return strings.Contains(d.String(), tt.want) }) {
			t.Errorf("%s: %v lacks %q (%v)", tt.name, findings, tt.want, err)
		}
		for _, d := range findings {
			if d.Span.Start.Line == 0 {
				t.Errorf("%s: no place: %v", tt.name, d)
			}
		}
	}
}

func TestRealValuesAreKnown(t *testing.T) {
	for _, in := range []string{
		"spec: {values: {pilot: {env: {A: b}, autoscaleEnabled: false, cni: {}}, cni: {tolerations: [], ambient: {}}, global: {proxy: {}, meshID: m}, base: {excludedCRDs: []}}}\n",
		"spec: {meshConfig: {accessLogFile: a, access_log_encoding: JSON, mesh_mTLS: {}, meshMTLS: {}, defaultConfig: {holdApplicationUntilProxyStarts: true, proxy_metadata: {}}}}\n",
	} {
		if _, findings := importOne(t, in); findings.AtLeast(diag.Warning) {
			t.Error(findings)
		}
	}
}

// idle finds the patches that change nothing in the built-in charts.
func idle(r Release, values, helmx []byte) ([]string, error) {
	cfg, _ := config.Parse(ConfigFile, helmx)
	patches, _ := cfg.PatchOptions()
	node, err := manifest.Parse(values)
	if err != nil {
		return nil, err
	}
	return pipeline.IdlePatches(context.Background(), charts.BuiltinPrefix+"istio/"+r.Chart, pipeline.ChartOptions{
		Values: charts.ValuesOptions{ConfigValues: charts.ConfigLayer{File: r.Values, Node: node}},
		Resolve: charts.ResolveOptions{
			Release: charts.Release{Name: r.Name, Namespace: r.Namespace}, Capabilities: chartutil.DefaultCapabilities(),
		},
	}, patches)
}

// TestDefaultsAreLeftOut imports settings that repeat what the charts say, and
// the same settings with something else in them.
func TestDefaultsAreLeftOut(t *testing.T) {
	for _, tt := range []struct{ name, component, def, other string }{
		{"strategy", "pilot", "strategy: {rollingUpdate: {maxSurge: 100%, maxUnavailable: 25%}}", "strategy: {rollingUpdate: {maxSurge: 100%, maxUnavailable: 0}}"},
		{"probe", "pilot", "readinessProbe: {httpGet: {path: /ready, port: 8080}, periodSeconds: 3}", "readinessProbe: {httpGet: {path: /ready, port: 8080}, periodSeconds: 4}"},
		{"env", "pilot", `env: [{name: PILOT_ENABLE_ANALYSIS, value: "false"}]`, `env: [{name: PILOT_ENABLE_ANALYSIS, value: "false"}, {name: A, value: b}]`},
		{"overlay", "pilot", "overlays: [{kind: Service, name: istiod, patches: [{path: metadata.labels.app, value: istiod}]}]", "overlays: [{kind: Service, name: istiod, patches: [{path: metadata.labels.app, value: x}]}]"},
		{"CNI", "cni", "priorityClassName: system-node-critical", "priorityClassName: system-cluster-critical"},
		{"ztunnel", "ztunnel", "env: [{name: RUST_LOG, value: info}]", "env: [{name: RUST_LOG, value: debug}]"},
	} {
		for setting, want := range map[string]int{tt.def: 0, tt.other: 1} {
			in := head + "spec:\n  profile: ambient\n  components:\n    " + tt.component + ":\n      k8s:\n        " + setting + "\n"
			installs, findings, err := Import("in.yaml", []byte(in), Options{Idle: idle})
			if err != nil || len(installs) != 1 || installs[0].Patches != want {
				t.Fatalf("%s: %s: %v, %v, %v", tt.name, setting, installs, findings, err)
			}
			if told := strings.Contains(fmt.Sprint(findings), "in.yaml:8:9: info[IM008]") || strings.Contains(fmt.Sprint(findings), "in.yaml:8:20: info[IM008]"); told != (want == 0) {
				t.Errorf("%s: %s: %v", tt.name, setting, findings)
			}
		}
	}
}

func TestInput(t *testing.T) {
	one := head + "metadata: {name: a}\nspec: {profile: minimal}\n"
	for _, tt := range []struct {
		name, in, want string
		installs       int
	}{
		{"nothing", "", "there is no IstioOperator", 0},
		{"a comment", "# nothing\n", "there is no IstioOperator", 0},
		{"broken", "a: [\n", "not YAML", 0},
		{"a list", "- a\n", "a document without a kind", 0},
		{"other kind", "apiVersion: v1\nkind: ConfigMap\n", "it is v1 ConfigMap", 0},
		{"Sail", "apiVersion: sailoperator.io/v1\nkind: Istio\n", "Sail operator", 0},
		{"no spec", head, "", 1},
		{"empty spec", head + "spec:\n", "", 1},
		{"with others", one + "---\napiVersion: v1\nkind: Namespace\nmetadata: {name: n}\n", "passed over", 1},
		{"two", one + "---\n" + strings.Replace(one, "name: a", "name: b", 1), "", 2},
		{"twice one name", one + "---\n" + one, "a second IstioOperator", 1},
		{"anchors", head + "spec:\n  components:\n    pilot: {k8s: &k {priorityClassName: p}}\n    cni: {enabled: true, k8s: *k}\n", "", 1},
	} {
		installs, findings, err := Import("in.yaml", []byte(tt.in), Options{})
		if err != nil || len(installs) != tt.installs {
			t.Errorf("%s: %d installs, %v, %v", tt.name, len(installs), findings, err)
		}
		if !slices.ContainsFunc(findings, func(d diag.Diagnostic) bool { return strings.Contains(d.String(), tt.want) }) && tt.want != "" {
			t.Errorf("%s: %v lacks %q", tt.name, findings, tt.want)
		}
	}
}

func TestEveryCodeIsExplained(t *testing.T) {
	for _, e := range Explanations {
		_, findings, _ := Import("in.yaml", []byte(e.Bad), Options{Idle: idle})
		if !slices.ContainsFunc(findings, func(d diag.Diagnostic) bool { return d.Code == e.Code }) {
			t.Errorf("%s: the bad example gives %v", e.Code, findings)
		}
		_, findings, _ = Import("in.yaml", []byte(e.Good), Options{Idle: idle})
		if slices.ContainsFunc(findings, func(d diag.Diagnostic) bool { return d.Code == e.Code }) {
			t.Errorf("%s: the good example gives %v", e.Code, findings)
		}
	}
}

// FuzzImport proves that no input makes the importer panic, and that what it
// writes can be read by whoever reads it next.
func FuzzImport(f *testing.F) {
	for _, e := range Explanations {
		f.Add(e.Bad)
		f.Add(e.Good)
	}
	f.Add(head + "spec: {profile: demo, components: {pilot: {k8s: {env: [{name: a}], resources: {limits: {cpu: 1}}, overlays: [{kind: a, name: b, patches: [{path: a.b, value: {}}]}]}}}}\n")
	f.Add(head + "spec: {components: {ingressGateways: [{name: g, label: {a: b}, k8s: {service: {ports: []}, hpaSpec: {metrics: []}, env: [1, null]}}, null]}}\n")
	f.Add(head + "spec: {values: {gateways: {istio-ingressgateway: {configVolumes: [{name: 1}, x]}}, global: null, profile: ambient}}\n")
	f.Fuzz(func(t *testing.T, text string) {
		installs, findings, err := Import("in.yaml", []byte(text), Options{})
		if err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		if findings.HasErrors() {
			return
		}
		for _, install := range installs {
			for _, file := range install.Files {
				var v any
				if err := yaml.Unmarshal(file.Data, &v); err != nil {
					t.Errorf("%s: %v\n%s", file.Name, err, file.Data)
				}
				if file.Name != ConfigFile {
					continue
				}
				if _, findings := config.Parse(file.Name, file.Data); len(findings) > 0 {
					t.Errorf("%v\n%s", findings, file.Data)
				}
			}
		}
	})
}

// The path is wrong in the user's own file, and reported there.
func TestOverlayPathsAreReportedWhereTheyStand(t *testing.T) {
	in := head + "spec:\n  components:\n    pilot:\n      k8s:\n        overlays:\n        - kind: A\n          name: b\n          patches:\n          - path: good\n          - path: bad\n"
	_, findings, err := Import("in.yaml", []byte(in), Options{Path: func(text string) error {
		if text == "bad" {
			return errors.New("no path")
		}
		return nil
	}})
	line := strings.Count(head, "\n") + 10
	want := fmt.Sprintf("in.yaml:%d:19: error[IM006]: IstioOperator", line)
	if err != nil || !slices.ContainsFunc(findings, func(d diag.Diagnostic) bool { return strings.HasPrefix(d.String(), want) }) {
		t.Errorf("got %v, %v, want %s", findings, err, want)
	}
}
