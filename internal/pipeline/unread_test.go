package pipeline

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
	"sigs.k8s.io/yaml"

	"github.com/helmx-dev/helmx/charts"
)

func unreadIn(t testing.TB, ref string, values charts.ValuesOptions) []string {
	t.Helper()
	o := ChartOptions{Unread: true, SkipSchemaValidation: true, Values: values, Resolve: charts.ResolveOptions{Release: charts.Release{Name: "mesh", Namespace: "istio-system"}}}
	rendered, findings, err := RenderChart(t.Context(), ref, o)
	if err != nil {
		t.Fatal(findings, err)
	}
	if len(rendered.Docs) == 0 {
		t.Fatal("nothing was rendered")
	}
	var found []string
	for _, d := range findings {
		if d.Code == charts.CodeUnread {
			found = append(found, fmt.Sprintf("%s: %s (%s)", d.Span, d.Message, d.Hint))
		}
	}
	return found
}

const unreadChart = `
-- Chart.yaml --
apiVersion: v2
name: app
version: 1.0.0
dependencies:
- {name: sub, version: 1.x, repository: "", condition: sub.enabled}
-- values.yaml --
replicas: 1
image: {}
labels: {}
pod: {nodes: {}}
# annotations: {}
sub: {enabled: true}
-- values.schema.json --
{"properties": {"fromSchema": {"type": "string"}}}
-- templates/a.yaml --
kind: ConfigMap
apiVersion: v1
metadata:
  name: a
  labels: {{ toYaml .Values.labels | nindent 4 }}
data:
  replicas: {{ .Values.replicas | quote }}
  image: "{{ .Values.image.repository }}:{{ .Values.image.tag }}"
  {{- range .Values.hosts }}
  {{ .name }}: x
  {{- end }}
  text: {{ tpl (.Values.text | default "") . | quote }}
-- charts/sub/Chart.yaml --
apiVersion: v2
name: sub
version: 1.0.0
-- charts/sub/values.yaml --
size: 1
-- charts/sub/templates/b.yaml --
kind: ConfigMap
apiVersion: v1
metadata: {name: b}
data:
  size: {{ .Values.size | quote }}
  domain: {{ .Values.global.domain | quote }}
`

// writeChart writes the files of a txtar archive into a folder and goes there.
func writeChart(t testing.TB, archive string) {
	t.Helper()
	t.Chdir(t.TempDir())
	for _, f := range txtar.Parse([]byte(archive)).Files {
		name := filepath.Join("app", f.Name)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, f.Data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func TestUnread(t *testing.T) {
	writeChart(t, unreadChart)
	for _, test := range []struct{ name, values, want string }{
		{"everything is known", "replicas: 2\nimage: {tag: x}\nlabels: {a: {b: c}}\nsub: {size: 2}\nglobal: {domain: x}", ""},
		{"misspelt", "replicsa: 2", `v.yaml:1:11: nothing reads the value replicsa (did you mean "replicas"?)`},
		{"in a table of which single keys are read", "image:\n  tga: x\n  repository: y", `v.yaml:2:8: nothing reads the value image.tga (did you mean "tag"?)`},
		{"a table is named once", "imaeg: {tag: x, repository: y}", `v.yaml:1:1: nothing reads the value imaeg (did you mean "image"?)`},
		{"in the wrong table", "sub: {replicas: 2}", `v.yaml:1:17: nothing reads the value sub.replicas (the chart has a value of that name at replicas)`},
		{"of the subchart, at the top", "size: 2", `v.yaml:1:7: nothing reads the value size (the chart has a value of that name at sub.size)`},
		{"in an item", "hosts: [{name: a, nmae: b}]", `v.yaml:1:25: nothing reads the value hosts[0].nmae (did you mean "name"?)`},
		{"null", "repilcas: null", `v.yaml:1:11: nothing reads the value repilcas (did you mean "replicas"?)`},
		{"read by a text given to tpl", "text: '{{ .Values.inText }}'\ninText: x", ""},
		{"declared by the schema or a comment", "fromSchema: x\nannotations: {a: b}", ""},
		{"of a subchart that is off", "sub: {enabled: false, any: x}", ""},
		{"globals are for others, too", "global: {registry: x, domian: y}", `v.yaml:1:31: nothing reads the value global.domian (did you mean "domain"?)`},
		{"declared, though nothing reads it", "pod: {nodes: x}", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			if err := os.WriteFile("v.yaml", []byte(test.values), 0o644); err != nil {
				t.Fatal(err)
			}
			found := unreadIn(t, "app", charts.ValuesOptions{Files: []string{"v.yaml"}})
			if diff := cmp.Diff(test.want, strings.Join(found, "\n")); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
	found := unreadIn(t, "app", charts.ValuesOptions{Values: []string{"replicsa=2"}})
	if want := []string{`: nothing reads the value replicsa, set by --set replicsa=2 (did you mean "replicas"?)`}; !slices.Equal(found, want) {
		t.Errorf("got %q", found)
	}
}

// What the parse trees do not tell is found out by rendering without it; keys that
// are put together may be any.
func TestUnreadIsTried(t *testing.T) {
	for _, read := range []string{`{{ len .Values }}`, `{{ get .Values.AsMap (list "ex" "tra" | join "") }}`, `{{ range $k, $v := .Values }}{{ $k }}{{ end }}`} {
		writeChart(t, "-- Chart.yaml --\napiVersion: v2\nname: app\nversion: 1.0.0\n-- templates/a.yaml --\nkind: ConfigMap\napiVersion: v1\nmetadata: {name: a}\ndata: {x: '"+read+"'}\n")
		if found := unreadIn(t, "app", charts.ValuesOptions{Values: []string{"extra=1"}}); len(found) > 0 {
			t.Errorf("%s: %q", read, found)
		}
	}
	writeChart(t, "-- Chart.yaml --\napiVersion: v2\nname: app\nversion: 1.0.0\n-- templates/a.yaml --\nkind: ConfigMap\napiVersion: v1\nmetadata: {name: a}\ndata: {x: '{{ randAlphaNum 9 }}'}\n")
	if found := unreadIn(t, "app", charts.ValuesOptions{Values: []string{"extra=1"}}); len(found) != 1 {
		t.Errorf("a chart that renders something else each time: %q", found)
	}
}

// What Istio's charts document is read: every default, whatever stands in empty
// tables and lists, what comments show, and the tables of single components.
func TestDocumentedValuesOfIstioAreRead(t *testing.T) {
	component := map[string][]string{"istio/istiod": {"pilot"}, "istio/cni": {"cni"}, "istio/ztunnel": {"global"}, "istio/gateway": {"global"}}
	for _, name := range []string{"istio/base", "istio/istiod", "istio/cni", "istio/ztunnel", "istio/gateway"} {
		ch, _ := charts.Builtin(name)
		defaults, _ := ch.Values["_internal_defaults_do_not_set"].(map[string]any)
		if len(defaults) == 0 {
			t.Fatalf("%s has no defaults", name)
		}
		documented := filled(defaults).(map[string]any)
		sets := []map[string]any{documented}
		for _, key := range component[name] {
			own := map[string]any{}
			for k, v := range documented {
				if k != "global" {
					own[k] = v
				}
			}
			sets = append(sets, map[string]any{key: own})
		}
		for _, f := range ch.Files {
			if strings.HasPrefix(f.Name, "files/profile-") {
				var profile map[string]any
				if err := yaml.Unmarshal(f.Data, &profile); err != nil {
					t.Fatal(err)
				}
				sets = append(sets, profile)
			}
		}
		for _, values := range sets {
			text, err := yaml.Marshal(values)
			if err != nil {
				t.Fatal(err)
			}
			file := filepath.Join(t.TempDir(), "v.yaml")
			if err := os.WriteFile(file, text, 0o644); err != nil {
				t.Fatal(err)
			}
			for _, found := range unreadIn(t, charts.BuiltinPrefix+name, charts.ValuesOptions{Files: []string{file}}) {
				t.Errorf("%s: %s", name, found)
			}
		}
	}
}

// filled puts something into empty tables.
func filled(v any) any {
	m, ok := v.(map[string]any)
	switch {
	case !ok:
		return v
	case len(m) == 0:
		return map[string]any{"example": "value"}
	}
	out := map[string]any{}
	for key, inner := range m {
		out[key] = filled(inner)
		if key == "gatewayClasses" {
			out[key] = map[string]any{"class": map[string]any{"deployment": "spec: {}"}}
		}
	}
	return out
}

// Misspelt values of Istio's charts are found, and with what was meant.
func TestUnreadOfIstio(t *testing.T) {
	for _, test := range []struct{ chart, set, want string }{
		{"istio/istiod", "pilot.autoscaleMni=2", `nothing reads the value pilot.autoscaleMni, set by --set pilot.autoscaleMni=2 (did you mean "autoscaleMin"?)`},
		{"istio/istiod", "taint.enabeld=true", `nothing reads the value taint.enabeld, set by --set taint.enabeld=true (did you mean "enabled"?)`},
		{"istio/ztunnel", "resuorces.x=1", `nothing reads the value resuorces, set by --set resuorces.x=1 (did you mean "resources"?)`},
		{"istio/gateway", "service.tpye=ClusterIP", `nothing reads the value service.tpye, set by --set service.tpye=ClusterIP (did you mean "type"?)`},
		{"istio/istiod", "meshConfig.accessLogFile=/dev/stdout,pilot.env.X=1,global.proxy.resources.limits.cpu=1", ""},
		{"mesh", "istiod.autoscaleMni=2", `nothing reads the value istiod.autoscaleMni, set by --set istiod.autoscaleMni=2 (did you mean "autoscaleMin"?)`},
		{"mesh", "istiod.meshConfig.x=1,istiod.pilot.env.X=2,ztunnel.env.X=1,cni.cniBinDir=/x", ""},
	} {
		found := strings.TrimPrefix(strings.Join(unreadIn(t, charts.BuiltinPrefix+test.chart, charts.ValuesOptions{Values: []string{test.set}}), "\n"), ": ")
		if found != test.want {
			t.Errorf("%s --set %s:\ngot  %s\nwant %s", test.chart, test.set, found, test.want)
		}
	}
}
