package cli

import (
	"strings"
	"testing"
)

func TestExplainSuggests(t *testing.T) {
	for word, want := range map[string]string{
		"nope":        "helmx: unknown code nope\n`helmx rules` lists them; a code is two letters",
		"HX1O7":       `did you mean "HX107"?`,
		"EnvoyFilter": `about "EnvoyFilter", ` + "`helmx rules` lists them: HX107, ",
		"expression":  `codes are about "expression", ` + "`helmx rules` lists them: EX001, ",
	} {
		code, stdout, stderr := call(t.Context(), strings.NewReader(""), nil, "explain", word)
		if code != exitUsage || stdout != "" || !strings.Contains(stderr, want) {
			t.Errorf("%s: exit code %d, %q, want %q", word, code, stderr, want)
		}
	}
	if code, stdout, _ := call(t.Context(), strings.NewReader(""), nil, "explain", "ex003"); code != 0 || !strings.Contains(stdout, "\nSource: helmx: docs/expressions.md") {
		t.Errorf("exit code %d, %q", code, stdout)
	}
}
