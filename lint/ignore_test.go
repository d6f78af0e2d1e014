package lint

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
)

func day(s string) time.Time {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		panic(err)
	}
	return t
}

// TestIgnoreEntries runs exceptions of the options on two EnvoyFilters, legacy
// in the run's namespace and shared in another.
func TestIgnoreEntries(t *testing.T) {
	text := filter("legacy", "") + filter("shared", "  namespace: istio-system\n")
	found := func(name string) string { return "HX107 " + name }
	for _, tt := range []struct {
		title  string
		ignore Ignore
		scope  string
		want   []string
	}{
		{"by name", Ignore{Code: "HX107", Kind: "EnvoyFilter", Name: "legacy"}, "", []string{found("shared")}},
		{"by glob", Ignore{Code: "HX107", Name: "*a*"}, "", nil},
		{"by prefix", Ignore{Code: "HX1*", Namespace: "istio-*"}, "", []string{found("legacy")}},
		{"by tag", Ignore{Code: "envoyfilter"}, "", nil},
		{"the run's namespace", Ignore{Code: "HX107", Namespace: "shop"}, "", []string{found("shared")}},
		{"other kind, release", Ignore{Code: "HX107", Kind: "Gateway"}, "", []string{"HX004 info", found("legacy"), found("shared")}},
		{"other kind, mesh", Ignore{Code: "HX107", Kind: "Gateway"}, ScopeMesh, []string{"HX004 warning", found("legacy"), found("shared")}},
		{"last day", Ignore{Code: "HX107", Expires: day("2027-01-31")}, "", nil},
		{"expired", Ignore{Code: "HX107", Expires: day("2027-01-30")}, "", []string{"HX003 warning", found("legacy"), found("shared")}},
		{"of a rule that did not run", Ignore{Code: "HX101", Name: "x"}, "", []string{found("legacy"), found("shared")}},
	} {
		tt.ignore.Reason = "because"
		o := Options{Ignore: []Ignore{tt.ignore}, Scope: tt.scope, Namespace: "shop", Now: day("2027-01-31").Add(23 * time.Hour), Select: []string{"HX107"}}
		_, findings, err := Run(t.Context(), manifest.Read("x.yaml", []byte(text)), o)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, d := range findings {
			if d.Object != nil {
				got = append(got, d.Code+" "+d.Object.Name)
			} else {
				got = append(got, d.Code+" "+d.Severity.String())
			}
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.title, diff)
		}
	}
}

func TestComplaintsAboutEntriesNameTheirPlace(t *testing.T) {
	at := diag.Span{File: "helmx.yaml", Start: diag.Pos{Line: 7, Column: 3}}
	o := Options{Ignore: []Ignore{{Code: "HX107", Namespace: "a", Reason: "until the vendor moves", Span: at}}}
	_, findings, err := Run(t.Context(), nil, o)
	if err != nil || len(findings) != 1 {
		t.Fatalf("got %v, %v", findings, err)
	}
	want := "ignore of HX107 for a/* matches no finding (reason given: until the vendor moves)"
	if d := findings[0]; d.Span != at || d.Message != want {
		t.Errorf("got %+v", d)
	}
}

func TestIgnoreAnnotations(t *testing.T) {
	annotated := func(annotation string) string {
		return filter("a", "  annotations:\n    "+annotation+"\n")
	}
	for _, tt := range []struct {
		title, text string
		want        []string
	}{
		{"with a reason", annotated("helmx.dev/ignore.HX107: vendor filter"), nil},
		{"without", annotated(`helmx.dev/ignore.HX107: " "`), []string{
			"warning HX107 EnvoyFilter edits", "warning HX002 annotation ignores HX107 without a reason, and so ignores nothing"}},
		{"of another rule", annotated("helmx.dev/ignore.HX506: x"), []string{
			"warning HX107 EnvoyFilter edits", "warning HX004 annotation ignores HX506, which finds nothing here"}},
		{"unknown", annotated("helmx.dev/ignore.HX1O7: x"), []string{
			"warning HX107 EnvoyFilter edits", `warning HX001 annotation ignores "HX1O7", which is no rule`}},
		{"istioctl's, this code", annotated("galley.istio.io/analyze-suppress: IST0107,IST0133"), nil},
		{"istioctl's, all", annotated("galley.istio.io/analyze-suppress: '*'"), nil},
		{"istioctl's, another", annotated("galley.istio.io/analyze-suppress: IST0107"), []string{"warning HX107 EnvoyFilter edits"}},
		{"on another object of that name", annotated("helmx.dev/ignore.HX107: the hook only") + filter("a", ""), []string{"warning HX107 EnvoyFilter edits"}},
		{"on an object without findings", "apiVersion: v1\nkind: Namespace\nmetadata:\n  annotations: {helmx.dev/ignore.HX107: old}\n", []string{
			"warning HX004 annotation ignores HX107, which finds nothing here"}},
	} {
		got := lines(t, tt.text, Options{})
		if !slices.EqualFunc(tt.want, got, func(want, got string) bool { return strings.HasPrefix(got, want) }) {
			t.Errorf("%s: got %q, want %q", tt.title, got, tt.want)
		}
	}
	if got := lines(t, annotated("helmx.dev/ignore.HX506: x"), Options{Select: []string{"HX107"}}); len(got) != 1 {
		t.Errorf("complained about a rule that did not run: %q", got)
	}
}
