package chartutil

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"text/template"

	"github.com/google/go-cmp/cmp"
)

func TestValuesTable(t *testing.T) {
	v := Values(table(t, "{a: {b: {c: 1}}, s: text, nil: null}"))
	for path, want := range map[string]string{
		"a.b": "{c: 1}", "a": "{b: {c: 1}}",
		"x": `"x" is not a table`, "s": `"s" is not a table`, "nil": `"nil" is not a table`, "a.x.b": `"x" is not a table`, "": `"" is not a table`,
	} {
		got, err := v.Table(path)
		if err != nil {
			if err.Error() != want {
				t.Errorf("Table(%q): got %v, want %s", path, err, want)
			}
			continue
		}
		if diff := cmp.Diff(table(t, want), got.AsMap()); diff != "" {
			t.Errorf("Table(%q):\n%s", path, diff)
		}
	}
}

func TestValuesPathValue(t *testing.T) {
	v := Values(table(t, "{a: {b: {c: 1}}, s: text, nil: null}"))
	for path, want := range map[string]string{
		"a.b.c": "1", "s": "text", "nil": "<nil>",
		"a": `"a" is not a value`, "a.b": `"b" is not a value`, "x.y": `"y" is not a value`, "s.t": `"t" is not a value`, "": "YAML path cannot be empty",
	} {
		got, err := v.PathValue(path)
		text := fmt.Sprint(got)
		if err != nil {
			text = err.Error()
		}
		if text != want {
			t.Errorf("PathValue(%q): got %s, want %s", path, text, want)
		}
	}
}

// Every exported method hides a value of the same name from templates.
func TestMethodsAreHelms(t *testing.T) {
	for typ, want := range map[reflect.Type]string{
		reflect.TypeFor[Values]():        "AsMap Encode PathValue Table YAML",
		reflect.TypeFor[*Capabilities](): "Copy",
		reflect.TypeFor[*KubeVersion]():  "GitVersion String",
		reflect.TypeFor[VersionSet]():    "Has",
	} {
		var got []string
		for m := range typ.Methods() {
			got = append(got, m.Name)
		}
		if s := strings.Join(got, " "); s != want {
			t.Errorf("%v: got %s, want %s", typ, s, want)
		}
	}
}

func TestTemplatesSeeHelmsTypes(t *testing.T) {
	ch := newChart(t, "top", "{a: {b: 1}}")
	values, err := ToRenderValues(ch, nil, ReleaseOptions{Name: "r", Namespace: "ns", Revision: 1, IsInstall: true}, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	const text = `{{ printf "%T %T %T %T" .Values .Capabilities .Capabilities.APIVersions .Capabilities.HelmVersion }}
{{ .Capabilities.KubeVersion }} {{ .Capabilities.KubeVersion.GitVersion }} {{ .Capabilities.KubeVersion.Minor }} {{ .Capabilities.HelmVersion.Version }}
{{ .Values.YAML }}{{ .Values.PathValue "a.b" }} {{ .Capabilities.APIVersions.Has "apps/v1" }} {{ .Capabilities.APIVersions.Has "apps/v1/Deployment" }}
{{ .Release.Name }} {{ .Release.Namespace }} {{ .Release.Service }} {{ .Release.IsInstall }} {{ .Release.IsUpgrade }} {{ .Release.Revision }} {{ .Chart.Name }}`
	const want = `chartutil.Values *chartutil.Capabilities chartutil.VersionSet version.BuildInfo
v1.37.0 v1.37.0 37 v3.22.0
a:
  b: 1
1 true false
r ns Helm true false 1 top`
	var b strings.Builder
	if err := template.Must(template.New("").Parse(text)).Execute(&b, values); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, b.String()); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestDefaultCapabilities(t *testing.T) {
	caps := DefaultCapabilities()
	if n := len(caps.APIVersions); n != 57 {
		t.Errorf("got %d API versions, want 57", n)
	}
	if sorted := slices.Sorted(slices.Values(caps.APIVersions)); len(slices.Compact(sorted)) != 57 {
		t.Error("an API version stands twice")
	}
	caps.APIVersions[0] = "changed"
	if DefaultCapabilities().APIVersions[0] != "v1" {
		t.Error("the defaults are shared between callers")
	}
}

// The expectations are those of k8s.io/apimachinery's ParseGeneric.
func TestParseKubeVersion(t *testing.T) {
	for text, want := range map[string]string{
		"1.29":            "v1.29 1 29",
		"v1.29.3":         "v1.29.3 1 29",
		"1.29.3-gke.100":  "v1.29.3 1 29",
		" v1.29.03+k3s1 ": "v1.29.3 1 29",
		"1.2.3.4":         "v1.2.3.4 1 2",
		"1.29.x":          "v1.29 1 29",
		"1":               `illegal version string "1"`,
		"01.2":            `illegal zero-prefixed version component "01" in "01.2"`,
		"":                `could not parse "" as version`,
		"latest":          `could not parse "latest" as version`,
		"1.2\n":           `could not parse "1.2\n" as version`,
		"1.99999999999999999999": `illegal non-numeric version component "99999999999999999999" in "1.99999999999999999999": ` +
			`strconv.ParseUint: parsing "99999999999999999999": value out of range`,
	} {
		v, err := ParseKubeVersion(text)
		got := ""
		if err != nil {
			got = err.Error()
		} else {
			got = v.Version + " " + v.Major + " " + v.Minor
		}
		if got != want {
			t.Errorf("%q: got %s, want %s", text, got, want)
		}
	}
}

func TestIsCompatibleRange(t *testing.T) {
	for _, test := range []struct {
		constraint, version string
		want                bool
	}{
		{">=1.20.0-0", "v1.37.0", true}, {">=1.40", "v1.37.0", false}, {"1.x", "1.2.3", true}, {"^1.2", "2.0.0", false},
		{">=1.0.0", "2.0.0-rc.1", false}, {"", "1.0.0", false}, {"nonsense", "1.0.0", false}, {"*", "nonsense", false},
	} {
		if got := IsCompatibleRange(test.constraint, test.version); got != test.want {
			t.Errorf("%q with %q: got %v", test.constraint, test.version, got)
		}
	}
}

func TestValidateReleaseName(t *testing.T) {
	const regex = "invalid release name, must match regex ^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$ and the length must not be longer than 53"
	for name, want := range map[string]string{
		"a": "", "my-mesh": "", "a.b-c.1": "", strings.Repeat("a", 53): "",
		"": "no name provided", strings.Repeat("a", 54): regex, "A": regex, "a_b": regex, "-a": regex, "a-": regex, "a..b": regex, ".a": regex, "a.-b": regex, "ä": regex,
	} {
		got := ""
		if err := ValidateReleaseName(name); err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%q: got %q, want %q", name, got, want)
		}
	}
}
