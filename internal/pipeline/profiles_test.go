package pipeline

import (
	"bytes"
	"strings"
	"testing"

	"github.com/helmx-dev/helmx/charts"
	"github.com/helmx-dev/helmx/manifest"
)

// Istio's charts apply profiles, platforms and compatibility versions by
// template, told by values of theirs. What --profile renders is what those
// values render, and the user's own values win over both.
func TestProfilesOfIstioCharts(t *testing.T) {
	user := []string{"global.variant=mine", "variant=mine", "env.PILOT_ENABLE_AMBIENT=mine", "ambient.enabled=false"}
	for _, chart := range charts.Builtins() {
		if !strings.HasPrefix(chart.Name, "istio/") {
			continue
		}
		if len(chart.Profiles) < 3 || len(chart.Platforms) < 3 || len(chart.CompatibilityVersions) < 2 {
			t.Errorf("%s: %+v", chart.Name, chart)
		}
		same := func(flag charts.ValuesOptions, set string) {
			t.Helper()
			own := charts.ValuesOptions{StringValues: []string{set}}
			flag.Values, own.Values = user, user
			if got, want := renderValues(t, chart.Name, flag), renderValues(t, chart.Name, own); !bytes.Equal(got, want) {
				t.Errorf("%s with %s: the flag and the value render different manifests", chart.Name, set)
			}
		}
		for _, name := range chart.Profiles {
			same(charts.ValuesOptions{Profiles: []string{name}}, "profile="+name)
		}
		for _, name := range chart.Platforms {
			same(charts.ValuesOptions{Platform: name}, "platform="+name)
		}
		for _, name := range chart.CompatibilityVersions {
			same(charts.ValuesOptions{CompatibilityVersion: name}, "compatibilityVersion="+name)
		}
	}
}

// TestUserWinsOverOwnProfile: what a test of equal bytes takes for granted.
func TestUserWinsOverOwnProfile(t *testing.T) {
	o := charts.ValuesOptions{Profiles: []string{"ambient"}}
	if out := renderValues(t, "istio/istiod", o); !bytes.Contains(out, []byte("-distroless")) || !bytes.Contains(out, []byte(`"profile": "ambient"`)) {
		t.Error("the profile has no effect, or _original does not name it")
	}
	o.Values = []string{"global.variant=debug"}
	if out := renderValues(t, "istio/istiod", o); bytes.Contains(out, []byte("-distroless")) || !bytes.Contains(out, []byte("-debug")) {
		t.Error("the profile wins over the user's value")
	}
}

func renderValues(t *testing.T, chart string, values charts.ValuesOptions) []byte {
	t.Helper()
	o := ChartOptions{SkipSchemaValidation: true, Values: values, Resolve: charts.ResolveOptions{Release: charts.Release{Name: "mesh", Namespace: "istio-system"}}}
	rendered, findings, err := RenderChart(t.Context(), charts.BuiltinPrefix+chart, o)
	if err != nil {
		t.Fatal(findings, err)
	}
	var out bytes.Buffer
	if err := manifest.Write(&out, rendered.Docs); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}
