package config

import "testing"

// What is no UTF-8 is said at its place, and is not taken for nothing.
func TestNotUTF8(t *testing.T) {
	for text, want := range map[string]string{
		"\xff\xfe": "helmx.yaml: error[CF001]: the file is not valid YAML: it is not UTF-8",
		"apiVersion: helmx.dev/v1alpha1\nkind: \xe4\n": "helmx.yaml:2:7: error[CF001]: the file is not valid YAML: a byte (0xe4) that is not UTF-8: save the file as UTF-8",
	} {
		_, findings := Parse("helmx.yaml", []byte(text))
		if len(findings) != 1 || findings[0].String() != want {
			t.Errorf("got  %v\nwant [%s]", findings, want)
		}
	}
}
