package report

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/helmx-dev/helmx/diag"
)

// sample has one finding of each shape that a format may stumble over.
func sample() diag.List {
	discovery := diag.Object{APIVersion: "apps/v1", Kind: "Deployment", Namespace: "istio-system", Name: "istiod"}
	filter := diag.Object{APIVersion: "networking.istio.io/v1alpha3", Kind: "EnvoyFilter", Name: "legacy"}
	hook := diag.Object{APIVersion: "v1", Kind: "ConfigMap", Name: "twice"}
	template := "istiod/templates/deployment.yaml"
	return diag.List{
		{ // rendered from a template, with everything a schema finding has
			Code: "SC014", Severity: diag.Error, Message: `unknown field "imagePullPolcy"`,
			Hint:     `did you mean "imagePullPolicy"?`,
			Span:     diag.Span{File: template, Start: diag.Pos{Line: 112}},
			Rendered: diag.Pos{Line: 3592, Column: 11},
			Excerpt: &diag.Excerpt{
				Line: 3592, Text: "          imagePullPolcy: Always", Column: 11, Width: 14,
				Note: `did you mean "imagePullPolicy"?`,
			},
			Object: &discovery, Path: "spec.template.spec.containers[name=discovery].imagePullPolcy",
			Schema: "apps/v1 Deployment, Kubernetes 1.36", KubeVersions: []string{"1.35", "1.36"},
		},
		{ // a lint rule, in a plain manifest: the rendered place says nothing new
			Code: "HX107", Severity: diag.Warning, Message: "patches Envoy's own configuration",
			Hint: "use a first-class API", Level: "avoid", Also: []string{"IST0133"},
			Span:     diag.Span{File: "./mesh/filter.yaml", Start: diag.Pos{Line: 2, Column: 7}, End: diag.Pos{Line: 2, Column: 18}},
			Rendered: diag.Pos{Line: 2, Column: 7},
			Excerpt:  &diag.Excerpt{Line: 2, Text: "kind:\tEnvoyFilter", Column: 7, Width: 11},
			Object:   &filter,
			Fix: &diag.Fix{Title: "drop the filter", Edits: []diag.Edit{
				{Span: diag.Span{File: "./mesh/filter.yaml", Start: diag.Pos{Line: 1, Column: 1}, End: diag.Pos{Line: 9, Column: 1}}, Text: ""},
			}},
		},
		{ // a template error of several lines, with its include trace
			Code: "TP002", Severity: diag.Error,
			Message: "execution error at (mesh/templates/a.yaml:1:4): three problems:\n- 100% wrong, <here> & \"there\"\n- ::warning::not a command",
			Span:    diag.Span{File: "mesh/templates/_helpers.tpl", Start: diag.Pos{Line: 12, Column: 4}},
			Related: []diag.Related{
				{Span: diag.Span{File: "mesh/templates/a.yaml", Start: diag.Pos{Line: 1, Column: 4}}, Message: `includes "mesh.name"`},
				{Message: "called by tpl"},
			},
		},
		{Code: "CH003", Severity: diag.Info, Message: "no place is known\x1b[31m, and \ta tab"},
		{ // the same twice: a hook and an object of one name
			Code: "HX900", Severity: diag.Info, Message: "said twice", Object: &hook,
			Span: diag.Span{File: "a b,c:d.yaml", Start: diag.Pos{Line: 3}},
		},
		{
			Code: "HX900", Severity: diag.Info, Message: "said twice", Object: &hook,
			Span: diag.Span{File: "a b,c:d.yaml", Start: diag.Pos{Line: 9}},
		},
		{ // from a pipe
			Code: "SC001", Severity: diag.Error, Message: "tabs are not allowed",
			Span:    diag.Span{File: "<stdin>", Start: diag.Pos{Line: 7, Column: 1}, End: diag.Pos{Line: 7, Column: 2}},
			Excerpt: &diag.Excerpt{Line: 7, Text: "\tname: x", Column: 1, Width: 1, Note: "expected spaces"},
		},
	}
}

func explanations() []diag.Explanation {
	return []diag.Explanation{
		{
			Code: "HX107", Title: "EnvoyFilter in use", Severity: diag.Warning,
			Why: "It ties the mesh to Envoy's internals.", Remedy: "Use a first-class API.",
			Bad: "kind: EnvoyFilter\n", Good: "kind: Telemetry\n", Source: "Istio's docs: https://istio.io/latest/docs/\nA code without a link", Tags: []string{"feature"},
		},
		{Code: "SC014", Title: "Unknown field", Severity: diag.Error, Why: "The API server drops it.", Source: "kubectl, --validate=strict"},
	}
}

func TestGolden(t *testing.T) {
	options := Options{Version: "0.1.0", Rules: explanations(), Subject: "charts/mesh"}
	for _, format := range Formats() {
		for name, l := range map[string]diag.List{"sample": sample(), "empty": nil} {
			o := options
			o.Format = format
			compare(t, name+"."+format, l, o)
		}
	}
	o := options
	o.Color = true
	compare(t, "sample.color", sample(), o)
}

func compare(t *testing.T, name string, l diag.List, o Options) {
	t.Helper()
	var b bytes.Buffer
	if err := Print(&b, l, o); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	file := filepath.Join("testdata", "golden", name)
	if os.Getenv("HELMX_UPDATE") != "" {
		if err := os.WriteFile(file, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), b.String()); diff != "" {
		t.Errorf("%s (-want +got):\n%s", name, diff)
	}
}
