package charts

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// ourChart keeps profiles as helmx reads them; sub is a chart of Istio's kind.
const ourChart = `
-- Chart.yaml --
apiVersion: v2
name: top
version: 1.0.0
dependencies:
- {name: sub, version: 1.x, alias: second, repository: ""}
-- values.yaml --
size: small
keep: {a: 1, b: 2}
-- profiles/prod.yaml --
size: large
keep: {a: null, c: 3}
-- profiles/more.yaml --
size: larger
-- profiles/platform-gke.yaml --
cloud: gke
-- charts/sub/Chart.yaml --
apiVersion: v2
name: sub
version: 1.0.0
-- charts/sub/files/profile-prod.yaml --
-- charts/sub/files/profile-ambient.yaml --
-- charts/sub/files/profile-platform-gke.yaml --
-- charts/sub/files/profile-platform-k3d.yaml --
-- charts/sub/files/profile-compatibility-version-1.28.yaml --
`

const istioChartFiles = `
-- files/profile-ambient.yaml --
-- files/profile-demo.yaml --
-- files/profile-platform-gke.yaml --
-- files/profile-compatibility-version-1.28.yaml --
-- files/other.yaml --
`

func TestProfiles(t *testing.T) {
	inFolder(t, "-- user.yaml --\nsize: mine\nprofile: mine\n")
	config := []ConfigLayer{
		configLayer(t, "prod", "{team: mesh}"),
		configLayer(t, "none", "{size: null}"),
		{Name: "empty", File: "helmx.yaml"},
	}
	for _, test := range []struct {
		name, chart string
		o           ValuesOptions
		want        string
	}{
		{"the chart's, then helmx.yaml's of the same name", ourChart, ValuesOptions{Profiles: []string{"prod"}}, "{size: large, keep: {c: 3}, team: mesh}"},
		{"in order", ourChart, ValuesOptions{Profiles: []string{"more", "prod"}}, "{size: large, keep: {c: 3}, team: mesh}"},
		{"in the other order", ourChart, ValuesOptions{Profiles: []string{"prod", "more"}}, "{size: larger, keep: {c: 3}, team: mesh}"},
		{"null removes", ourChart, ValuesOptions{Profiles: []string{"prod", "none"}}, "{keep: {c: 3}, team: mesh}"},
		{"empty", ourChart, ValuesOptions{Profiles: []string{"empty"}}, "{}"},
		{"precedence", ourChart, ValuesOptions{Profiles: []string{"prod"}, Platform: "gke", ConfigValues: configLayer(t, "", "{size: config, cloud: own}"), Files: []string{"user.yaml"}, Values: []string{"keep.c=4"}},
			"{size: mine, profile: mine, keep: {c: 4}, team: mesh, cloud: own}"},
		{"umbrella's own file comes first", ourChart, ValuesOptions{Platform: "gke"}, "{cloud: gke}"},
		{"umbrella passes a profile on", ourChart, ValuesOptions{Profiles: []string{"ambient"}}, "{global: {profile: ambient}}"},
		{"umbrella passes a platform on", ourChart, ValuesOptions{Platform: "k3d"}, "{global: {platform: k3d}}"},
		{"umbrella passes a version on", ourChart, ValuesOptions{CompatibilityVersion: "1.28"}, "{second: {compatibilityVersion: '1.28'}}"},
		{"Istio's kind", istioChartFiles, ValuesOptions{Profiles: []string{"ambient", "prod"}, Platform: "gke", CompatibilityVersion: "1.28"},
			"{profile: ambient, platform: gke, compatibilityVersion: '1.28', team: mesh}"},
		{"Istio's kind, the user wins", istioChartFiles, ValuesOptions{Profiles: []string{"ambient"}, Files: []string{"user.yaml"}}, "{profile: mine, size: mine}"},
	} {
		t.Run(test.name, func(t *testing.T) {
			test.o.ConfigProfiles = config
			u := userValues(t, valuesChart(t, test.chart), test.o)
			if diff := cmp.Diff(yamlTable(t, test.want), throughJSON(t, u.Map)); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestBadProfiles(t *testing.T) {
	config := []ConfigLayer{configLayer(t, "staging", "{a: 1}")}
	for _, test := range []struct {
		name, chart string
		o           ValuesOptions
		want        string
	}{
		{"typo", ourChart, ValuesOptions{Profiles: []string{"prud"}}, `error[CH109]: unknown profile "prud": chart top has ambient, more, prod; helmx.yaml has staging (did you mean "prod"?)` + "\n"},
		{"typo in helmx.yaml's", ourChart, ValuesOptions{Profiles: []string{"stagin"}}, `error[CH109]: unknown profile "stagin": chart top has ambient, more, prod; helmx.yaml has staging (did you mean "staging"?)` + "\n"},
		{"platform is no profile", istioChartFiles, ValuesOptions{Profiles: []string{"platform-gke"}}, `error[CH109]: unknown profile "platform-gke": chart top has ambient, demo; helmx.yaml has staging (write --platform gke)` + "\n"},
		{"platform", istioChartFiles, ValuesOptions{Platform: "gek"}, `error[CH109]: unknown platform "gek": chart top has gke (did you mean "gke"?)` + "\n"},
		{"version", istioChartFiles, ValuesOptions{CompatibilityVersion: "1.29"}, `error[CH109]: unknown compatibility version "1.29": chart top has 1.28 (did you mean "1.28"?)` + "\n"},
		{"no versions", "-- values.yaml --\n", ValuesOptions{CompatibilityVersion: "1.29"}, `error[CH109]: unknown compatibility version "1.29": chart top has none` + "\n"},
		{"paths lead nowhere", ourChart, ValuesOptions{Profiles: []string{"../values"}}, `error[CH109]: unknown profile "../values": chart top has ambient, more, prod; helmx.yaml has staging` + "\n"},
		{"two of the chart's", istioChartFiles, ValuesOptions{Profiles: []string{"ambient", "demo"}},
			"error[CH110]: --profile is given as ambient and as demo, but the chart applies profiles by itself and takes one (its value profile) (put what you need of the other one into a values file or a profile of helmx.yaml)\n"},
		{"the same twice", istioChartFiles, ValuesOptions{Profiles: []string{"ambient", "ambient"}}, ""},
		{"broken", "-- profiles/x.yaml --\na:\n\tb: 1\n", ValuesOptions{Profiles: []string{"x"}}, "top/profiles/x.yaml:2:1: error[CH102]: not YAML: a tab where YAML wants spaces\n  | \tb: 1\n  | ^^^^^\n"},
		{"key twice", "-- profiles/x.yaml --\na: 1\na: 2\n", ValuesOptions{Profiles: []string{"x"}}, "top/profiles/x.yaml:2:1: error[CH104]: key \"a\" is given twice; the last one counts at a\n  top/profiles/x.yaml:1:1: given first here\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			test.o.ConfigProfiles = config
			_, found, err := Values(context.Background(), valuesChart(t, test.chart), test.o)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, findingsText(found)); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestUnknownProfileWithoutChart(t *testing.T) {
	for _, test := range []struct {
		config []ConfigLayer
		want   string
	}{
		{nil, `error[CH109]: unknown profile "prd": there is none` + "\n"},
		{[]ConfigLayer{configLayer(t, "dev", "{a: 1}"), configLayer(t, "prod", "{a: 2}")}, `error[CH109]: unknown profile "prd": helmx.yaml has dev, prod (did you mean "prod"?)` + "\n"},
	} {
		_, found, err := Values(context.Background(), nil, ValuesOptions{Profiles: []string{"prd"}, ConfigProfiles: test.config})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(test.want, findingsText(found)); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
	}
}

// Every profile, platform and version that the built-in charts list can be
// asked for.
func TestBuiltinProfiles(t *testing.T) {
	for _, info := range Builtins() {
		ch, _ := Builtin(info.Name)
		c := &Chart{Chart: ch, Ref: BuiltinPrefix + info.Name}
		for _, name := range info.Profiles {
			userValues(t, c, ValuesOptions{Profiles: []string{name}})
		}
		for _, name := range info.Platforms {
			userValues(t, c, ValuesOptions{Platform: name})
		}
		for _, name := range info.CompatibilityVersions {
			userValues(t, c, ValuesOptions{CompatibilityVersion: name})
		}
	}
}
