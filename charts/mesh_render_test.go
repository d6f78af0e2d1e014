package charts_test

import (
	"strings"
	"testing"

	"github.com/helmx-dev/helmx/charts"
	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/render"
)

// TestMeshNamespace: objects of the mesh would be spread over two namespaces if
// the release went into another one than global.istioNamespace.
func TestMeshNamespace(t *testing.T) {
	for _, test := range []struct{ namespace, istioNamespace, want string }{
		{"istio-system", "", ""},
		{"mesh", "mesh", ""},
		{"default", "", "the release is in namespace default, but the mesh (global.istioNamespace) in istio-system: add -n istio-system"},
		{"istio-system", "mesh", "the release is in namespace istio-system, but the mesh (global.istioNamespace) in mesh: add -n mesh"},
	} {
		for _, profile := range []string{"ambient", "minimal"} {
			found := renderMesh(t, test.namespace, test.istioNamespace, profile)
			switch {
			case test.want == "" && len(found) > 0:
				t.Errorf("%+v %s: %v", test, profile, found)
			case test.want != "" && (len(found) != 1 || !strings.HasSuffix(found[0].Message, ": "+test.want)):
				t.Errorf("%+v %s: %v", test, profile, found)
			}
		}
	}
}

func renderMesh(t *testing.T, namespace, istioNamespace, profile string) diag.List {
	t.Helper()
	ch, found, err := charts.Load(t.Context(), "builtin:mesh", charts.LoadOptions{})
	if err != nil || len(found) > 0 {
		t.Fatal(found, err)
	}
	o := charts.ValuesOptions{Profiles: []string{profile}}
	if istioNamespace != "" {
		o.Values = []string{"global.istioNamespace=" + istioNamespace}
	}
	values, found, err := charts.Values(t.Context(), ch, o)
	if err != nil || len(found) > 0 {
		t.Fatal(found, err)
	}
	resolved, found, err := charts.Resolve(ch, values, charts.ResolveOptions{Release: charts.Release{Name: "mesh", Namespace: namespace}})
	if err != nil || len(found) > 0 {
		t.Fatal(found, err)
	}
	_, found, err = render.Render(t.Context(), resolved, render.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return found
}
