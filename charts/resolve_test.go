package charts

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/helmx-dev/helmx/charts/chartutil"
)

// umbrella has two dependencies, one of them twice, and an undeclared chart.
const umbrella = `
-- Chart.yaml --
apiVersion: v2
name: top
version: 1.0.0
kubeVersion: ">=1.25.0-0"
dependencies:
- {name: one, version: 1.x, repository: "", condition: one.enabled, import-values: [data]}
- {name: two, version: 1.x, repository: "", alias: dos, condition: dos.enabled}
- {name: two, version: 1.x, repository: "", alias: tres, condition: dos.enabled}
-- values.yaml --
a: {b: 1, c: 2}
one: {fromTop: 1}
global: {g: 1}
-- values.schema.json --
{"type": "object"}
-- charts/one/Chart.yaml --
apiVersion: v2
name: one
version: 1.2.3
-- charts/one/values.yaml --
enabled: true
exports: {data: {imported: {x: 1, w: 2}}}
own: {p: 1, q: 2}
global: {g: 0, h: 1}
-- charts/one/values.schema.json --
{"title": "one"}
-- charts/two/Chart.yaml --
apiVersion: v2
name: two
version: 1.2.3
-- charts/two/values.yaml --
own: {p: 1, q: 2}
-- charts/two/values.schema.json --
{"title": "two"}
-- charts/three/Chart.yaml --
apiVersion: v2
name: three
version: 1.2.3
`

func resolved(t testing.TB, ch *Chart, u *UserValues, o ResolveOptions) *Resolved {
	t.Helper()
	if o.Release.Name == "" {
		o.Release.Name = "r"
	}
	r, found, err := Resolve(ch, u, o)
	if err != nil {
		t.Fatal(err)
	}
	if len(found) > 0 {
		t.Fatal(findingsText(found))
	}
	return r
}

func TestResolve(t *testing.T) {
	inFolder(t, `
-- null.yaml --
a: {b: null}
one: {own: {p: null}}
-- beside.yaml --
a: {d: 3}
one: {own: {r: 3}}
imported: {v: 3}
-- off.yaml --
one: {enabled: false}
dos: {enabled: false}
`)
	const one = "one: {enabled: true, exports: {data: {imported: {x: 1, w: 2}}}, fromTop: 1, own: {p: 1, q: 2}, global: {g: 1, h: 1}}"
	const twos = "dos: {own: {p: 1, q: 2}, global: {g: 1}}, tres: {own: {p: 1, q: 2}, global: {g: 1}}"
	const three = "three: {global: {g: 1}}"
	for _, test := range []struct {
		name   string
		o      ValuesOptions
		charts string
		want   string
	}{
		{"defaults", ValuesOptions{}, "top/charts/three top/charts/one top/charts/dos top/charts/tres",
			"{a: {b: 1, c: 2}, imported: {x: 1, w: 2}, global: {g: 1}, " + one + "," + twos + "," + three + "}"},
		{"null of a file", ValuesOptions{Files: []string{"null.yaml"}}, "top/charts/three top/charts/one top/charts/dos top/charts/tres",
			"{a: {c: 2}, imported: {x: 1, w: 2}, global: {g: 1}, " + strings.Replace(one, "{p: 1, q", "{q", 1) + "," + twos + "," + three + "}"},
		{"conditions", ValuesOptions{Files: []string{"off.yaml"}}, "top/charts/three",
			"{a: {b: 1, c: 2}, global: {g: 1}, one: {enabled: false, fromTop: 1}, dos: {enabled: false}, " + three + "}"},
		// A table of a file beside a null of helmx.yaml: what the null removed
		// stays away, in the chart, the subchart and the imported values.
		{"nulls of helmx.yaml", ValuesOptions{ConfigValues: configLayer(t, "", "{a: null, one: {own: null, fromTop: null}, imported: null, global: {g: null}, tres: {own: {p: null}}}"), Files: []string{"beside.yaml"}},
			"top/charts/three top/charts/one top/charts/dos top/charts/tres",
			"{a: {d: 3}, imported: {v: 3}, global: {}, one: {enabled: true, exports: {data: {imported: {x: 1, w: 2}}}, own: {r: 3}, global: {h: 1}}, dos: {own: {p: 1, q: 2}, global: {}}, tres: {own: {q: 2}, global: {}}, three: {global: {}}}"},
		{"null of a condition", ValuesOptions{ConfigProfiles: []ConfigLayer{configLayer(t, "all", "{one: {enabled: null}}")}, Profiles: []string{"all"}},
			"top/charts/three top/charts/one top/charts/dos top/charts/tres",
			"{a: {b: 1, c: 2}, imported: {x: 1, w: 2}, global: {g: 1}, " + strings.Replace(one, "enabled: true, ", "", 1) + "," + twos + "," + three + "}"},
	} {
		t.Run(test.name, func(t *testing.T) {
			ch := valuesChart(t, umbrella)
			u := userValues(t, ch, test.o)
			// Twice, since resolving must leave the chart and the values alone.
			for range 2 {
				r := resolved(t, ch, u, ResolveOptions{})
				var charts []string
				for _, sub := range r.Chart.Dependencies() {
					charts = append(charts, sub.ChartFullPath())
				}
				if got := strings.Join(charts, " "); got != test.charts {
					t.Errorf("charts: got %s, want %s", got, test.charts)
				}
				got := map[string]any(r.Values["Values"].(chartutil.Values))
				if diff := cmp.Diff(yamlTable(t, test.want), got); diff != "" {
					t.Errorf("-want +got:\n%s", diff)
				}
			}
			if got := len(ch.Dependencies()); got != 3 {
				t.Errorf("the loaded chart has %d subcharts now", got)
			}
		})
	}
}

// Istio's charts keep their defaults aside; a null reaches them there.
func TestNullReachesIstiosDefaults(t *testing.T) {
	ch := valuesChart(t, "-- values.yaml --\n_internal_defaults_do_not_set:\n  pilot: {a: 1, b: 2}\n")
	r := resolved(t, ch, userValues(t, ch, ValuesOptions{ConfigValues: configLayer(t, "", "pilot: {a: null}")}), ResolveOptions{})
	want := yamlTable(t, "_internal_defaults_do_not_set: {pilot: {b: 2}}")
	if diff := cmp.Diff(want, map[string]any(r.Values["Values"].(chartutil.Values))); diff != "" {
		t.Error(diff)
	}
}

func TestRenderContext(t *testing.T) {
	ch := valuesChart(t, "")
	caps := chartutil.DefaultCapabilities()
	r := resolved(t, ch, nil, ResolveOptions{Release: Release{Name: "r", Namespace: "ns", IsUpgrade: true}, Capabilities: caps})
	want := map[string]any{"Name": "r", "Namespace": "ns", "IsUpgrade": true, "IsInstall": false, "Revision": 1, "Service": "Helm"}
	if diff := cmp.Diff(want, r.Values["Release"]); diff != "" {
		t.Error(diff)
	}
	if r.Values["Capabilities"] != any(caps) || r.Values["Chart"] != any(r.Chart.Metadata) {
		t.Error("Chart or Capabilities is another one")
	}
}

func TestResolveFindings(t *testing.T) {
	inFolder(t, "-- v.yaml --\none: true\n-- clash.yaml --\none:\n  own:\n    p: {x: 1}\n  exports: 5\n-- nobool.yaml --\none: {enabled: 'no'}\n")
	for _, test := range []struct {
		name string
		o    ValuesOptions
		r    ResolveOptions
		want string
	}{
		{"release name", ValuesOptions{}, ResolveOptions{Release: Release{Name: "My_Mesh"}},
			`error[CH114]: release name "My_Mesh": invalid release name, must match regex ^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$ and the length must not be longer than 53 (try my-mesh)` + "\n"},
		{"no release name", ValuesOptions{}, ResolveOptions{Release: Release{Name: ""}}, `error[CH114]: release name "": no name provided` + "\n"},
		{"Kubernetes version", ValuesOptions{}, ResolveOptions{Release: Release{Name: "r"}, Capabilities: &chartutil.Capabilities{KubeVersion: chartutil.KubeVersion{Version: "v1.20.0"}}},
			"top/Chart.yaml:4:1: error[CH113]: chart requires kubeVersion: >=1.25.0-0 which is incompatible with Kubernetes v1.20.0 (name the version of your cluster with --kube-version)\n"},
		{"subchart is no table", ValuesOptions{Files: []string{"v.yaml"}}, ResolveOptions{Release: Release{Name: "r"}},
			"v.yaml:1:6: error[CH112]: type mismatch on one: expected the values of the subchart, a table, found a boolean at one\n"},
		{"subchart is no table, by flag", ValuesOptions{Values: []string{"one=null"}}, ResolveOptions{Release: Release{Name: "r"}}, ""},
		{"tables", ValuesOptions{Files: []string{"clash.yaml"}}, ResolveOptions{Release: Release{Name: "r"}},
			"clash.yaml:4:12: warning[CH111]: a number replaces the chart's default, which is a table at one.exports\n" +
				"clash.yaml:3:5: warning[CH111]: a table replaces the chart's default, which is a number at one.own.p\n"},
		{"condition", ValuesOptions{Files: []string{"nobool.yaml"}}, ResolveOptions{Release: Release{Name: "r"}},
			"nobool.yaml:1:16: warning[CH115]: condition one.enabled of dependency one: expected true or false, found a string; it is ignored at one.enabled\n"},
		{"by flag", ValuesOptions{StringValues: []string{"one.enabled=no"}}, ResolveOptions{Release: Release{Name: "r"}},
			"warning[CH115]: condition one.enabled of dependency one: expected true or false, found a string; it is ignored at one.enabled\n  : set by --set-string one.enabled=no\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			ch := valuesChart(t, umbrella)
			_, found, err := Resolve(ch, userValues(t, ch, test.o), test.r)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, findingsText(found)); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// A constraint that nobody can read fits no version, and the place is that of
// the chart, not of a file in the working directory.
func TestUnreadableKubeVersion(t *testing.T) {
	ch := valuesChart(t, "-- Chart.yaml --\napiVersion: v2\nname: top\nversion: 1.0.0\nkubeVersion: '>= banana'\n")
	_, found, err := Resolve(ch, userValues(t, ch, ValuesOptions{}), ResolveOptions{Release: Release{Name: "r"}})
	if err != nil {
		t.Fatal(err)
	}
	want := "top/Chart.yaml:4:1: error[CH113]: chart requires kubeVersion: >= banana which is incompatible with Kubernetes " + chartutil.DefaultCapabilities().KubeVersion.Version +
		`: it is no constraint that can be read, so no version fits (write kubeVersion like ">=1.30.0-0" or ">=1.30.0-0 <1.40.0-0")` + "\n"
	if diff := cmp.Diff(want, findingsText(found)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// Where Helm is silent, at the top of the values, a lost table is told too.
func TestReplacedTable(t *testing.T) {
	inFolder(t, "-- v.yaml --\nlabels: foo\nempty: foo\nsub: {labels: [a]}\nsame: {b: 1}\nnone: null\n")
	ch := valuesChart(t, "-- Chart.yaml --\napiVersion: v2\nname: top\nversion: 1.0.0\n"+
		"-- values.yaml --\nlabels: {a: b}\nempty: {}\nsame: {b: 2}\nnone: {a: 1}\n"+
		"-- charts/sub/Chart.yaml --\napiVersion: v2\nname: sub\nversion: 1.0.0\n-- charts/sub/values.yaml --\nlabels: {a: b}\n")
	_, found, err := Resolve(ch, userValues(t, ch, ValuesOptions{Files: []string{"v.yaml"}}), ResolveOptions{Release: Release{Name: "r"}})
	if err != nil {
		t.Fatal(err)
	}
	want := "v.yaml:1:9: warning[CH111]: a string replaces the chart's default, which is a table at labels\n" +
		"v.yaml:3:7: warning[CH111]: a list replaces the chart's default, which is a table at sub.labels\n"
	if diff := cmp.Diff(want, findingsText(found)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestSchemas(t *testing.T) {
	ch := valuesChart(t, umbrella)
	r := resolved(t, ch, userValues(t, ch, ValuesOptions{Values: []string{"one.enabled=false"}}), ResolveOptions{})
	var got []string
	for _, s := range r.Schemas() {
		own, _ := s.Values["own"].(map[string]any)
		got = append(got, strings.Join([]string{s.ChartPath, s.File, strings.Join(s.Prefix, "."), strings.TrimSpace(string(s.JSON))}, " "))
		if len(s.Prefix) > 0 && own["p"] != 1.0 {
			t.Errorf("%s: got values %v", s.ChartPath, s.Values)
		}
	}
	want := []string{
		`top top/values.schema.json  {"type": "object"}`,
		`top/charts/dos top/charts/dos/values.schema.json dos {"title": "two"}`,
		`top/charts/tres top/charts/tres/values.schema.json tres {"title": "two"}`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func BenchmarkResolve(b *testing.B) {
	for _, name := range []string{"istio/istiod", "mesh"} {
		b.Run(name, func(b *testing.B) {
			ch, _ := Builtin(name)
			c := &Chart{Chart: ch}
			u := userValues(b, c, ValuesOptions{Profiles: []string{"ambient"}})
			b.ReportAllocs()
			for b.Loop() {
				if _, _, err := Resolve(c, u, ResolveOptions{Release: Release{Name: "r"}}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
