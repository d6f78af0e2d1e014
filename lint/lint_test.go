package lint

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
)

func filter(name, metadata string) string {
	return fmt.Sprintf("---\napiVersion: networking.istio.io/v1alpha3\nkind: EnvoyFilter\nmetadata:\n  name: %s\n%s", name, metadata)
}

// lines runs the options on manifests and returns each finding as "severity code message".
func lines(t *testing.T, text string, o Options) []string {
	t.Helper()
	_, findings, err := Run(t.Context(), manifest.Read("x.yaml", []byte(text)), o)
	if err != nil {
		t.Fatal(err)
	}
	return brief(findings)
}

func brief(findings diag.List) []string {
	var out []string
	for _, d := range findings {
		out = append(out, d.Severity.String()+" "+d.Code+" "+d.Message)
	}
	return out
}

func TestSelect(t *testing.T) {
	text := filter("a", "") + "---\napiVersion: v1\nkind: Pod\nspec: {containers: [{image: app}]}\n"
	for _, tt := range []struct {
		patterns []string
		want     string
	}{
		{nil, "HX107 HX506"},
		{[]string{"HX107"}, "HX107"},
		{[]string{"HX1*"}, "HX107"},
		{[]string{"install"}, "HX506"},
		{[]string{"feature", "HX5*"}, "HX107 HX506"},
		{[]string{"HX101"}, ""},
	} {
		var codes []string
		for _, line := range lines(t, text, Options{Select: tt.patterns}) {
			codes = append(codes, strings.Fields(line)[1])
		}
		if got := strings.Join(codes, " "); got != tt.want {
			t.Errorf("%q: got %q, want %q", tt.patterns, got, tt.want)
		}
	}
}

func TestWrongOptions(t *testing.T) {
	for _, tt := range []struct {
		o    Options
		want string
	}{
		{Options{Scope: "mash"}, `HX001 unknown scope "mash"`},
		{Options{IstioVersion: "latest"}, `HX001 istioVersion: "latest" is no Istio version`},
		{Options{Select: []string{"HX1O7"}}, `HX001 select: no rule has the code, prefix or tag "HX1O7" (did you mean "HX107"?)`},
		{Options{Select: []string{"HX9*"}}, `HX001 select: no rule has the code, prefix or tag "HX9*"`},
		{Options{Select: []string{"instal"}}, `(did you mean "install"?)`},
		{Options{Select: []string{""}}, `HX001 select`},
		{Options{Select: []string{"SC0*"}}, `(only rules can be selected, rated and ignored: HX101 and up`},
		{Options{Ignore: []Ignore{{Code: "SC008", Reason: "r"}}}, `(only rules can be`},
		{Options{Severity: map[string]diag.Severity{"HX001": 0}}, `(only rules can be`},
		{Options{Severity: map[string]diag.Severity{"HX17": 0}}, `HX001 severity: unknown rule "HX17": expected the code of a rule (did you mean "HX107"?)`},
		{Options{Ignore: []Ignore{{Code: "HX1079", Reason: "r"}}}, `HX001 ignore: no rule`},
		{Options{Ignore: []Ignore{{Code: "HX107"}}}, `HX002 ignore of HX107 gives no reason`},
		{Options{Ignore: []Ignore{{Code: "HX107", Reason: "r", Name: "["}}}, `HX001 ignore of HX107: "[" is no valid glob`},
	} {
		_, findings, err := Run(t.Context(), manifest.Read("x.yaml", []byte(filter("a", ""))), tt.o)
		if err != nil {
			t.Fatal(err)
		}
		if len(findings) != 1 || findings[0].Severity != diag.Error {
			t.Errorf("%+v: got %v, want one error and no judgement", tt.o, findings)
			continue
		}
		got := fmt.Sprintf("%s %s (%s)", findings[0].Code, findings[0].Message, findings[0].Hint)
		if !strings.Contains(got, tt.want) {
			t.Errorf("got %q, want %q", got, tt.want)
		}
	}
	if wrong := (Options{Scope: "x", Select: []string{"y"}, IstioVersion: "z"}).Validate(); len(wrong) != 3 {
		t.Errorf("not everything at once: %v", wrong)
	}
}

func TestSeverityIsReplaced(t *testing.T) {
	got := lines(t, filter("a", ""), Options{Severity: map[string]diag.Severity{"HX107": diag.Error}})
	if len(got) != 1 || !strings.HasPrefix(got[0], "error HX107") {
		t.Errorf("got %q", got)
	}
}

// TestWrongOptionsNameTheirPlace holds for each option that a file can set.
func TestWrongOptionsNameTheirPlace(t *testing.T) {
	o := Options{
		Scope: "mash", IstioVersion: "banana", Select: []string{"HX107", "HX1O7"},
		Severity: map[string]diag.Severity{"HX17": 0}, Spans: map[string]diag.Span{},
	}
	for line, key := range []string{"scope", "istioVersion", "select HX107", "select HX1O7", "severity HX17"} {
		o.Spans[key] = diag.Span{File: "helmx.yaml", Start: diag.Pos{Line: line + 1}}
	}
	var lines []int
	for _, d := range o.Validate() {
		lines = append(lines, d.Span.Start.Line)
	}
	if want := []int{1, 2, 4, 5}; !slices.Equal(lines, want) {
		t.Errorf("findings on lines %v, want %v", lines, want)
	}
	if at := (Options{Scope: "mash"}).Validate()[0].Span; at != (diag.Span{}) {
		t.Errorf("an option without a place is at %s", at)
	}
}

// TestVersionOfTheMesh says which of the places that tell a version counts.
func TestVersionOfTheMesh(t *testing.T) {
	pod := func(images ...string) string {
		text := "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n"
		for _, i := range images {
			text += "  - image: " + i + "\n"
		}
		return text
	}
	for _, tt := range []struct {
		version, text string
		before        bool
	}{
		{"1.23.4", pod("istio/pilot:1.30.0"), true},
		{"1.24", pod("x"), false},
		{"", pod("istio/pilot:1.22.0"), true},
		{"", pod("istio/proxyv2:1.22.0", "istio/ztunnel:1.25.0-distroless"), false},
		{"", pod("istio/pilot:1.22.0", "istio/proxyv2:1.25.0"), true}, // the control plane counts
		{"", pod("acme/pilots:1.22.0", "pilot:nightly"), false},       // nothing told: the newest
	} {
		mesh := newMesh(manifest.Read("x", []byte(tt.text)), Options{IstioVersion: tt.version})
		if got := mesh.Before("1.24"); got != tt.before {
			t.Errorf("%q, %s: before 1.24 is %v", tt.version, tt.text, got)
		}
	}
}

func TestVersions(t *testing.T) {
	for s, want := range map[string]version{
		"1.30": {1, 30}, "1.30.2": {1, 30}, "v1.9.0": {1, 9}, "1.30-alpha.abc": {1, 30}, "1.30.0-rc.1-distroless": {1, 30},
	} {
		if got, err := parseVersion(s); err != nil || got != want {
			t.Errorf("%s: got %v, %v", s, got, err)
		}
	}
	for _, s := range []string{"", "1", "latest", "1.x", "a.b", "1.-3", "0.8"} {
		if got, err := parseVersion(s); err == nil {
			t.Errorf("%q: got %v, want an error", s, got)
		}
	}
}

func TestImages(t *testing.T) {
	for ref, want := range map[string]image{
		"nginx":                         {"", "nginx", "", ""},
		"nginx:1.25":                    {"", "nginx", "1.25", ""},
		"localhost:5000/a/nginx":        {"localhost:5000/a", "nginx", "", ""},
		"localhost:5000/nginx:1@sha:ab": {"localhost:5000", "nginx", "1", "sha:ab"},
		" docker.io/istio/pilot:1.30 ":  {"docker.io/istio", "pilot", "1.30", ""},
		"/x":                            {"", "x", "", ""},
		"a:":                            {"", "a", "", ""},
	} {
		if got := parseImage(ref); got != want {
			t.Errorf("%q: got %+v, want %+v", ref, got, want)
		}
	}
}

// TestWhatNoRuleLooksAtIsNotParsed is what keeps a lint of a large stream
// cheap: parsing costs far more than all rules.
func TestWhatNoRuleLooksAtIsNotParsed(t *testing.T) {
	text := "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n---\napiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\n" +
		"metadata:\n  name: b\n---\napiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: c\n" + filter("d", "") +
		"---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: e\n  annotations:\n    helmx.dev/ignore.HX107: x\n"
	for _, tt := range []struct{ selected, want string }{
		{"HX101", "e"}, {"HX107", "d e"}, {"HX506", "c e"},
	} {
		docs := manifest.Read("x", []byte(text))
		mesh, _, err := run(t.Context(), docs, Options{}, selectRules(Rules(), []string{tt.selected}))
		if err != nil {
			t.Fatal(err)
		}
		var parsed []string
		for _, o := range mesh.Objects {
			if o.parsed {
				parsed = append(parsed, o.ID.Name)
			}
		}
		if got := strings.Join(parsed, " "); got != tt.want {
			t.Errorf("%s: parsed %q, want %q", tt.selected, got, tt.want)
		}
	}
}

func TestBrokenDocumentsArePassedOver(t *testing.T) {
	got := lines(t, "apiVersion: apps/v1\nkind: Deployment\nspec: [\n"+filter("a", "")+"---\nnot an object\n---\n- 1\n", Options{})
	if len(got) != 1 || !strings.HasPrefix(got[0], "warning HX107") {
		t.Errorf("got %q", got)
	}
}

func TestItemsOfAListAreObjects(t *testing.T) {
	text := "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Pod\n  metadata: {name: p, namespace: n}\n  spec: {containers: [{image: app}]}\n"
	_, findings, err := Run(t.Context(), manifest.Read("x.yaml", []byte(text)), Options{})
	if err != nil || len(findings) != 1 {
		t.Fatalf("got %v, %v", findings, err)
	}
	want := diag.Object{APIVersion: "v1", Kind: "Pod", Namespace: "n", Name: "p"}
	if d := findings[0]; *d.Object != want || d.Path != "items[0].spec.containers[0].image" || d.Span.Start.Line != 7 {
		t.Errorf("got %+v of %+v", d, *d.Object)
	}
}

// TestTypedListsNeedNotRepeatTheirKind as the API server lists them.
func TestTypedListsNeedNotRepeatTheirKind(t *testing.T) {
	text := "apiVersion: v1\nkind: PodList\nitems:\n- metadata: {name: p}\n  spec: {containers: [{image: app}]}\n"
	_, findings, err := Run(t.Context(), manifest.Read("x.yaml", []byte(text)), Options{})
	if err != nil || len(findings) != 1 || findings[0].Object.Kind != "Pod" {
		t.Fatalf("got %v, %v", findings, err)
	}
}

func TestCancelledRunIsAnError(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := Run(ctx, manifest.Read("x", []byte(filter("a", ""))), Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestRunIsDeterministic(t *testing.T) {
	var b strings.Builder
	for i := range 300 {
		b.WriteString(filter(fmt.Sprintf("f%d", i%7), ""))
	}
	before := runtime.GOMAXPROCS(1)
	defer runtime.GOMAXPROCS(before)
	docs := manifest.Read("x.yaml", []byte(b.String()))
	_, one, err := Run(t.Context(), docs, Options{})
	if err != nil {
		t.Fatal(err)
	}
	runtime.GOMAXPROCS(8)
	back, many, err := Run(t.Context(), docs, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(one, many); diff != "" || len(one) != 300 {
		t.Errorf("%d findings, on one processor and on eight:\n%s", len(one), diff)
	}
	if &back[0] != &docs[0] || len(back) != len(docs) {
		t.Error("the documents came back changed")
	}
}

func TestRulesReturnsACopy(t *testing.T) {
	Rules()[0] = nil
	if Rules()[0] == nil {
		t.Error("a caller can change the list of rules")
	}
}

func BenchmarkRun(b *testing.B) {
	var text strings.Builder
	for i := range 10_000 {
		fmt.Fprintf(&text, "---\napiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata:\n  name: v%d\nspec:\n  hosts: [a]\n", i)
	}
	for i := range 100 {
		fmt.Fprintf(&text, "---\napiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: d%d\nspec:\n  template:\n    spec:\n      containers:\n      - image: a:1\n", i)
	}
	data := []byte(text.String())
	for b.Loop() {
		if _, _, err := Run(b.Context(), manifest.Read("x", data), Options{}); err != nil {
			b.Fatal(err)
		}
	}
}
