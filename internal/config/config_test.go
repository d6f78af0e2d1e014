package config

import (
	"strings"
	"testing"

	"github.com/helmx-dev/helmx/diag"
)

const head = "apiVersion: helmx.dev/v1alpha1\nkind: Config\n"

func TestExamplesOfExplanations(t *testing.T) {
	for _, e := range Explanations {
		if e.Bad == "" || strings.HasPrefix(e.Code, "CF02") { // needs more than the file; stream_test.go has the others
			continue
		}
		_, bad := Parse("helmx.yaml", []byte(e.Bad))
		if len(bad) == 0 || bad[0].Code != e.Code {
			t.Errorf("%s: the bad example gives %v", e.Code, bad)
		}
		if _, good := Parse("helmx.yaml", []byte(e.Good)); len(good) != 0 {
			t.Errorf("%s: the good example gives %v", e.Code, good)
		}
	}
}

func TestParseFindings(t *testing.T) {
	for name, tt := range map[string]struct{ body, want string }{
		"unknown key":      {"lnit: {}\n", `helmx.yaml:3:1: error[CF002]: unknown key "lnit", expected one of apiVersion, kind, include, metadata, values, profiles, patches, expressions, validate, lint (did you mean "lint"?)`},
		"unknown inside":   {"lint:\n  scop: mesh\n", `helmx.yaml:4:3: error[CF002]: unknown key "scop" in lint, expected one of scope, istioVersion, select, severity, ignore (did you mean "scope"?)`},
		"twice":            {"lint: {}\nlint: {}\n", `helmx.yaml:4:1: error[CF002]: key "lint" is given twice, first on line 3`},
		"wrong type":       {"lint: [a]\n", `helmx.yaml:3:7: error[CF003]: lint is a list, expected a map`},
		"enum":             {"validate: {missingSchema: wran}\n", `helmx.yaml:3:27: error[CF003]: validate.missingSchema is "wran", expected one of error, warn, ignore (did you mean "warn"?)`},
		"enum in a map":    {"lint: {severity: {HX101: fatal}}\n", `helmx.yaml:3:26: error[CF003]: lint.severity.HX101 is "fatal", expected one of info, warning, error`},
		"bool":             {"expressions: {enabled: maybe}\n", `helmx.yaml:3:24: error[CF003]: expressions.enabled is "maybe", expected true or false`},
		"date":             {"lint: {ignore: [{code: HX107, reason: r, expires: soon}]}\n", `helmx.yaml:3:51: error[CF003]: lint.ignore[0].expires is "soon", expected a date such as 2027-01-31`},
		"three delimiters": {"expressions: {delimiters: [a, b, c]}\n", `helmx.yaml:3:27: error[CF003]: delimiters has 3 entries, expected two: what opens and what closes an expression`},
	} {
		t.Run(name, func(t *testing.T) {
			_, findings := Parse("helmx.yaml", []byte(head+tt.body))
			if len(findings) != 1 || findings[0].String() != tt.want {
				t.Errorf("got  %v\nwant [%s]", findings, tt.want)
			}
		})
	}
}

// A path with a bracket is named where YAML only misses a comma, on whichever line
// of the collection it stands; other mistakes of that kind keep their message.
func TestPathsInFlowCollections(t *testing.T) {
	const told = "error[CF001]: the file is not valid YAML: a path with [ needs quotes inside { } or [ ], or a line of its own"
	for body, want := range map[string]string{
		`set: {spec.annotations["prometheus.io/scrape"]: "true"}`: `1:7 'spec.annotations["prometheus.io/scrape"]'`,
		`rename: {data["app.yaml"]: x}`:                           `1:10 'data["app.yaml"]'`,
		`rename: {data['app.yaml']: x}`:                           `1:10 'data[''app.yaml'']'`,
		`remove: [a[name=b].c]`:                                   `1:10 'a[name=b].c'`,
		`remove: [ü, a[host=a.com, kind=x], b]`:                   `1:13 'a[host=a.com, kind=x]'`,
		`set: {a[0]: 1, b: {c: d}}`:                               `1:7 'a[0]'`,
		"set:\n  {a: 1, # it's\n  b[0].x: 2}":                     `3:3 'b[0].x'`,
		"remove: [a,\n  b[0], c]":                                 `2:3 'b[0]'`,
		`copy: {from: a[0], to: b}`:                               `1:14 'a[0]'`,
		`set: {a: 1 b: 2}`:                                        "",
		`set: {a: [x, y}`:                                         "",
		`set: {"a[0]": 1, b: 'c[d' e}`:                            "",
	} {
		_, findings := Parse("helmx.yaml", []byte(body+"\n"))
		if len(findings) != 1 || findings[0].Code != "CF001" {
			t.Errorf("%s: got %v", body, findings)
			continue
		}
		got, place := findings[0].String(), ""
		if place, _, _ = strings.Cut(want, " "); place == "" {
			if strings.Contains(got, "a path with") {
				t.Errorf("%s: got %s", body, got)
			}
			continue
		}
		_, path, _ := strings.Cut(want, " ")
		if got != "helmx.yaml:"+place+": "+told+" (write "+path+", in single quotes)" {
			t.Errorf("%s: got %s, want %s", body, got, want)
		}
	}
}

func TestAnEmptyFileIsNoConfiguration(t *testing.T) {
	for _, text := range []string{"", "\n", "# nothing yet\n", "---\n"} {
		c, findings := Parse("helmx.yaml", []byte(text))
		if len(findings) != 0 || c.Patches != nil || c.File() != "helmx.yaml" {
			t.Errorf("%q: got %+v, %v", text, c, findings)
		}
	}
}

func TestEverythingWrongIsReportedAtOnce(t *testing.T) {
	_, findings := Parse("helmx.yaml", []byte("apiVersion: v2\nlint: {scope: x, y: z}\n"))
	var codes []string
	for _, f := range findings {
		codes = append(codes, f.Code)
	}
	if got, want := strings.Join(codes, " "), "CF003 CF002 CF004 CF004"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestLintFindingsHaveAPlace(t *testing.T) {
	c, findings := Parse("helmx.yaml", []byte(head+"lint:\n  istioVersion: banana\n  select: [HX107, HX1O7]\n  severity:\n    SC008: info\n"))
	if len(findings) != 0 {
		t.Fatal(findings)
	}
	var places []string
	for _, d := range c.LintOptions().Validate() {
		places = append(places, d.Span.String())
	}
	if got, want := strings.Join(places, " "), "helmx.yaml:4:17 helmx.yaml:5:19 helmx.yaml:7:5"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// TestAliases: what stands behind an alias is decoded, and has a place.
func TestAliases(t *testing.T) {
	c, findings := Parse("helmx.yaml", []byte(head+`profiles: &profiles {}
validate: &validate
  crds: &crds [a, b]
lint:
  select: &select [HX101]
  ignore: &ignore
  - {code: HX107, reason: r}
`))
	if len(findings) != 0 || len(c.CRDPaths()) != 2 {
		t.Fatalf("anchors: %v", findings)
	}
	_, findings = Parse("helmx.yaml", []byte(head+`values:
  paths: &paths [a, b]
  lint: &lint {select: *paths, ignore: [{code: HX107, reason: r}]}
  validate: &validate {crds: *paths}
validate: *validate
lint: *lint
`))
	if len(findings) != 0 {
		t.Errorf("aliases: %v", findings)
	}
}

func TestLintOptions(t *testing.T) {
	c, findings := Parse("helmx.yaml", []byte(head+`lint:
  scope: mesh
  istioVersion: 1.30
  severity: {HX506: info}
  ignore:
  - {code: HX107, target: {kind: EnvoyFilter, name: legacy}, reason: "until 2027", expires: 2027-01-31}
`))
	if len(findings) != 0 {
		t.Fatal(findings)
	}
	o := c.LintOptions()
	if o.Scope != "mesh" || o.IstioVersion != "1.30" || o.Severity["HX506"] != diag.Info {
		t.Errorf("got %+v", o)
	}
	if i := o.Ignore[0]; i.Code != "HX107" || i.Name != "legacy" || i.Expires.Year() != 2027 || i.Span.Start.Line != 8 {
		t.Errorf("got %+v", i)
	}
}
