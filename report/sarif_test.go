package report

import (
	"bytes"
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v5"

	"github.com/helmx-dev/helmx/diag"
)

func encode(t *testing.T, format string, l diag.List, o Options) []byte {
	t.Helper()
	o.Format = format
	var b bytes.Buffer
	if err := Print(&b, l, o); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestSARIFSatisfiesItsSchema(t *testing.T) {
	file, err := os.Open("testdata/sarif-2.1.0-rtm.5.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	c := jsonschema.NewCompiler()
	c.AssertFormat = true
	if err := c.AddResource("sarif.json", file); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("sarif.json")
	if err != nil {
		t.Fatal(err)
	}
	for name, l := range map[string]diag.List{"sample": sample(), "empty": nil} {
		for _, o := range []Options{{}, {Version: "0.1.0", Rules: explanations(), Category: "mesh", Subject: "charts/mesh", Dir: "/repo/a", Root: "/repo"}} {
			var v any
			if err := json.Unmarshal(encode(t, "sarif", l, o), &v); err != nil {
				t.Fatal(err)
			}
			if err := schema.Validate(v); err != nil {
				t.Errorf("%s: %#v", name, err)
			}
		}
	}
	if err := schema.Validate(map[string]any{"version": "2.1.0"}); err == nil {
		t.Error("the schema accepts a log without runs: this test proves nothing")
	}
}

// TestSARIFHasWhatGitHubRequires checks GitHub's list, which is longer than
// the schema's: texts that are not empty, a line for each result, a rule for
// each ruleId, the fingerprint it looks at, and no null results.
func TestSARIFHasWhatGitHubRequires(t *testing.T) {
	for name, l := range map[string]diag.List{"sample": sample(), "empty": nil} {
		var log sarifLog
		if err := json.Unmarshal(encode(t, "sarif", l, Options{Rules: explanations()}), &log); err != nil {
			t.Fatal(err)
		}
		run := log.Runs[0]
		if log.Schema == "" || log.Version != "2.1.0" || run.Tool.Driver.Name == "" || run.Results == nil {
			t.Errorf("%s: incomplete log %+v", name, log)
		}
		for _, rule := range run.Tool.Driver.Rules {
			for _, text := range []string{rule.ID, rule.Short.Text, rule.Full.Text, rule.Help.Text} {
				if text == "" || len([]rune(text)) > 1024 {
					t.Errorf("%s: rule %s: a text is empty or too long: %q", name, rule.ID, text)
				}
			}
		}
		seen := make(map[string]bool)
		for _, r := range run.Results {
			place := r.Locations[0].Physical
			if r.Message.Text == "" || place.Artifact.URI == "" || place.Region.StartLine < 1 {
				t.Errorf("%s: incomplete result %+v", name, r)
			}
			if run.Tool.Driver.Rules[r.RuleIndex].ID != r.RuleID {
				t.Errorf("%s: ruleIndex %d is not %s", name, r.RuleIndex, r.RuleID)
			}
			if r.Fingerprints.Line == "" || seen[r.Fingerprints.Line] {
				t.Errorf("%s: fingerprint %q is empty or not unique", name, r.Fingerprints.Line)
			}
			seen[r.Fingerprints.Line] = true
		}
	}
}

func TestSARIFShortensLongTexts(t *testing.T) {
	long := strings.Repeat("ä", 3000)
	rule := sarifRuleOf(diag.Explanation{Code: "X", Title: long, Why: long})
	for _, text := range []string{rule.Short.Text, rule.Full.Text} {
		if n := len([]rune(text)); n != 1024 || !strings.HasSuffix(text, "…") {
			t.Errorf("%d characters, ending in %q", n, text[len(text)-3:])
		}
	}
	if !strings.Contains(rule.Help.Text, long) {
		t.Error("the help text, which has no limit, was shortened")
	}
}

func TestFencesOutnumberThoseInTheCode(t *testing.T) {
	if got, want := Fenced("a: |\n ```\nb:\n"), "````yaml\na: |\n ```\nb:\n````"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestOnlyYAMLIsFencedAsYAML(t *testing.T) {
	for code, want := range map[string]string{
		"a: b\n": "yaml", "- name: a\n": "yaml", "metadata:\n  name: [\n": "yaml", "\"a/b\": 1\n": "yaml", "a: {{ .Values.a }\n": "yaml",
		"helmx template mesh ./charts/mesh\n": "text", "mesh/charts/README.md\n": "text", "demo/dump.sql has 100 MB\n": "text",
		"oci://ghcr.io/a/b:1.0": "text", "{{- define \"x\" }}{{ end }}\n": "text", "helmx template x --set a: b": "text",
	} {
		if got, _, _ := strings.Cut(strings.TrimPrefix(Fenced(code), "```"), "\n"); got != want {
			t.Errorf("%q is fenced as %s, want %s", code, got, want)
		}
	}
}

func TestSARIFHoldsTheRulesThatOccur(t *testing.T) {
	var log sarifLog
	l := diag.List{{Code: "SC014", Message: "m"}, {Code: "ZZ999", Message: "not explained"}, {Code: "SC014", Message: "n"}}
	if err := json.Unmarshal(encode(t, "sarif", l, Options{Rules: explanations()}), &log); err != nil {
		t.Fatal(err)
	}
	var rules []string
	for _, r := range log.Runs[0].Tool.Driver.Rules {
		rules = append(rules, r.ID)
	}
	if got := strings.Join(rules, " "); got != "SC014 ZZ999" {
		t.Errorf("got the rules %s", got)
	}
	for _, r := range log.Runs[0].Results {
		if rules[r.RuleIndex] != r.RuleID {
			t.Errorf("ruleIndex %d is not %s", r.RuleIndex, r.RuleID)
		}
	}
}
