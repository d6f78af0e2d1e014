package schema

import (
	"context"
	"strings"
	"testing"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
)

func TestTwice(t *testing.T) {
	object := func(version, kind, metadata string) string {
		return "apiVersion: " + version + "\nkind: " + kind + "\nmetadata: {" + metadata + "}\n---\n"
	}
	cm := object("v1", "ConfigMap", "name: a")
	helm4 := object("v1", "ConfigMap", "name: a, annotations: {postrenderer.helm.sh/postrender-filename: c/t.yaml}")
	hook := func(events string) string {
		return object("v1", "ConfigMap", "name: a, annotations: {helm.sh/hook: "+events+"}")
	}
	role := func(metadata string) string { return object("rbac.authorization.k8s.io/v1", "ClusterRole", metadata) }
	for name, tt := range map[string]struct {
		stream    string
		want      string
		apply     string
		namespace string
	}{
		"twice":           {stream: cm + cm, want: "error"},
		"in a List":       {stream: cm + "apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: ConfigMap, metadata: {name: a}}\n", want: "error"},
		"Helm 4":          {stream: helm4 + helm4, want: "warning"},
		"server-side":     {stream: cm + cm, want: "warning", apply: ApplyServer},
		"hook and not":    {stream: cm + object("v1", "ConfigMap", "name: a, annotations: {helm.sh/hook: pre-install}")},
		"other namespace": {stream: cm + object("v1", "ConfigMap", "name: a, namespace: b")},
		"other kind":      {stream: cm + object("v1", "ServiceAccount", "name: a")},
		"other version":   {stream: object("networking.istio.io/v1", "Sidecar", "name: a") + object("networking.istio.io/v1beta1", "Sidecar", "name: a"), want: "error"},
		"two hooks":       {stream: hook("pre-install") + hook("post-delete")},
		"hooks, weighed":  {stream: hook("pre-install") + hook("pre-install, helm.sh/hook-weight: '5'")},
		"same namespace":  {stream: cm + object("v1", "ConfigMap", "name: a, namespace: web"), want: "error", namespace: "web"},
		"another one":     {stream: cm + object("v1", "ConfigMap", "name: a, namespace: other"), namespace: "web"},
		"unknown kind":    {stream: object("example.com/v1", "Thing", "name: a") + object("example.com/v1", "Thing", "name: a, namespace: web"), want: "error", namespace: "web"},
		"cluster-scoped":  {stream: role("name: a") + role("name: a, namespace: other"), want: "error", namespace: "web"},
		"no name":         {stream: object("v1", "ConfigMap", "generateName: a") + object("v1", "ConfigMap", "generateName: a")},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, f := range validate(t, tt.stream, Options{Release: true, Apply: tt.apply, Namespace: tt.namespace}) {
				if f.Code == "SC025" {
					got = append(got, f.Severity.String())
				}
			}
			if strings.Join(got, " ") != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
	if found := validate(t, cm+cm, Options{}); len(found) != 1 || found[0].Code != "SC025" || !strings.Contains(found[0].Message, "kubectl") {
		t.Errorf("twice in one file: got %v", found)
	}
	docs := append(manifest.Read("dev.yaml", []byte(cm)), manifest.Read("prod.yaml", []byte(cm))...)
	if _, found, err := Validate(context.Background(), docs, Options{}); err != nil || len(found) > 0 {
		t.Errorf("in two files, which may be of two clusters: got %v, %v", found, err)
	}
	f := validate(t, cm+cm, Options{Release: true})[0]
	if f.Severity != diag.Error || f.Span.Start.Line != 5 || f.Related[0].Span.Start.Line != 1 {
		t.Errorf("got %+v", f)
	}
}
