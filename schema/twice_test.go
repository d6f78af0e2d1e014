package schema

import (
	"strings"
	"testing"

	"github.com/helmx-dev/helmx/diag"
)

func TestTwice(t *testing.T) {
	object := func(version, kind, metadata string) string {
		return "apiVersion: " + version + "\nkind: " + kind + "\nmetadata: {" + metadata + "}\n---\n"
	}
	cm := object("v1", "ConfigMap", "name: a")
	helm4 := object("v1", "ConfigMap", "name: a, annotations: {postrenderer.helm.sh/postrender-filename: c/t.yaml}")
	for name, tt := range map[string]struct {
		stream string
		want   string
		apply  string
	}{
		"twice":           {cm + cm, "error", ""},
		"in a List":       {cm + "apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: ConfigMap, metadata: {name: a}}\n", "error", ""},
		"Helm 4":          {helm4 + helm4, "warning", ""},
		"server-side":     {cm + cm, "warning", ApplyServer},
		"hook and not":    {cm + object("v1", "ConfigMap", "name: a, annotations: {helm.sh/hook: pre-install}"), "", ""},
		"other namespace": {cm + object("v1", "ConfigMap", "name: a, namespace: b"), "", ""},
		"other kind":      {cm + object("v1", "ServiceAccount", "name: a"), "", ""},
		"other version":   {object("networking.istio.io/v1", "Sidecar", "name: a") + object("networking.istio.io/v1beta1", "Sidecar", "name: a"), "error", ""},
		"no name":         {object("v1", "ConfigMap", "generateName: a") + object("v1", "ConfigMap", "generateName: a"), "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, f := range validate(t, tt.stream, Options{Release: true, Apply: tt.apply}) {
				if f.Code == "SC025" {
					got = append(got, f.Severity.String())
				}
			}
			if strings.Join(got, " ") != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
	for _, f := range validate(t, cm+cm, Options{}) {
		t.Errorf("what is no release may hold objects twice: %v", f)
	}
	f := validate(t, cm+cm, Options{Release: true})[0]
	if f.Severity != diag.Error || f.Span.Start.Line != 5 || f.Related[0].Span.Start.Line != 1 {
		t.Errorf("got %+v", f)
	}
}
