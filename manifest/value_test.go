package manifest

import (
	"encoding/json"
	"math"
	"reflect"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
	sigsyaml "sigs.k8s.io/yaml"
)

// plainTexts are scalars that readers of YAML disagree about.
var plainTexts = []string{
	"y", "Y", "yes", "YES", "yEs", "n", "N", "no", "on", "On", "oN", "off", "OFF", "true", "True", "tRue", "false", "null", "Null", "nULL", "~",
	"0", "1", "-1", "+1", "010", "0o17", "0O17", "08", "0x1F", "0X1f", "-0x1F", "0b101", "-0b11", "1_000", "1_", "_1", "0x_1",
	"9223372036854775807", "9223372036854775808", "18446744073709551615", "18446744073709551616", "-9223372036854775809",
	"1.5", "1.", ".5", "-.5", "+.5", "1e3", "1E3", "1e+3", "1.5e-3", "1e", "e1", ".", "..", "-", "--", "+", "1.2.3", "1_0.5", ".5_0", "1e400",
	"2001-01-01", "2001-1-1", "2001-01-01T01:02:03Z", "2001-01-01 01:02:03", "2001-13-01", "12:30:45", "1:2", "190:20:30.15",
	"0.0", "-0", "-0.0", "1000000", "1e6", "text", "a b", "<", "=", "@x", "100m", "10Mi", "v1", "0.1.0", "1,000", "0xg", "0b2", "inf", "nan",
}

func TestValueResolvesAsHelmDoes(t *testing.T) {
	for _, s := range plainTexts {
		for _, text := range []string{"a: " + s, "a: '" + s + "'", "a: \"" + s + "\"", "a: !!str " + s, s + ": a", "- " + s, "a:\n- b: " + s} {
			compareWithHelm(t, text)
		}
	}
	for _, text := range []string{
		"a: !!int 3\nb: !!float 3\nc: !!bool yes\nd: !!null x\ne: !custom x\nf: !!binary aGVsbG8=",
		"a: &x {b: 1, c: 2}\nd: {<<: *x, b: 3}", "x: &x {b: 1}\ny: &y {b: 2, c: 3}\nd:\n  b: 9\n  <<: [*x, *y]\n", "a: 1\na: 2",
		"a:\nb: []\nc: {}\nd: |\n  x\ne: >-\n  x\n  y\n", "1: a\n1.5: b\nyes: c\n0x10: d\n", "a: {b, c: }", "\"<<\": 1",
	} {
		compareWithHelm(t, text)
	}
}

func compareWithHelm(t *testing.T, text string) {
	t.Helper()
	helm, err := sigsyaml.YAMLToJSON([]byte(text))
	root, parseErr := Parse([]byte(text))
	if err != nil || parseErr != nil {
		return // infinity has no JSON, null is no key for Helm
	}
	ours, err := json.Marshal(Value(root))
	if err != nil {
		t.Errorf("%q: %v", text, err)
		return
	}
	if string(ours) != string(helm) {
		t.Errorf("%q: got %s, Helm reads %s", text, ours, helm)
	}
}

func FuzzValueResolvesAsHelmDoes(f *testing.F) {
	for _, s := range plainTexts {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if strings.ContainsAny(s, "\n\r\u0085\u2028\u2029&*!{}[]|>%@`\"'#,?:") || strings.TrimSpace(s) != s {
			return
		}
		compareWithHelm(t, "a: "+s)
	})
}

func TestNewNodeIsTheInverseOfValue(t *testing.T) {
	for _, v := range []any{
		nil, true, false, "", "text", "true", "y", "on", "1", "1.5", "0x1", "~", "null", "2001-01-01", "12:30", "a: b", "# c", "one\ntwo", " x", "é\u2028\x00",
		int64(1), int64(math.MinInt64), uint64(math.MaxUint64), 1.0, 1.5, 1e300, math.Inf(1),
		[]any{}, map[string]any{}, map[string]any{"a": []any{int64(1), "x", nil, map[string]any{"on": "off"}}, "": ""},
	} {
		n := NewNode(v)
		if got := Value(n); !reflect.DeepEqual(got, v) {
			t.Errorf("Value(NewNode(%#v)) = %#v", v, got)
		}
		text, err := yaml.Marshal(n)
		if err != nil {
			t.Fatal(err)
		}
		root, err := Parse(text)
		if err != nil || !reflect.DeepEqual(Value(root), v) {
			t.Errorf("%#v printed as %q reads as %#v, %v", v, text, Value(root), err)
		}
	}
	if got := Value(NewNode(int32(7))); got != int64(7) {
		t.Errorf("int32 became %#v", got)
	}
	if got := Value(NewNode([]string{"a"})); !reflect.DeepEqual(got, []any{"a"}) {
		t.Errorf("[]string became %#v", got)
	}
}

func TestEqual(t *testing.T) {
	for _, test := range []struct {
		a, b string
		want bool
	}{
		{"{a: 1, b: 2}", "b: 2\na: 1\n", true}, {"a: 1", "a: 1.0", false}, {"a: 1", "a: '1'", false}, {"a: yes", "a: true", true},
		{"a: 123456789012345678901", "a: 123456789012345678902", false}, {"a: 1e3", "a: 1000.0", true}, {"[a, b]", "[b, a]", false},
		{"a: &x {b: 1}\nc: *x", "a: {b: 1}\nc: {b: 1}", true}, {"a: .nan", "a: .nan", true}, {"a: 0x10", "a: 16", true}, {"a:", "a: {}", false},
	} {
		a, errA := Parse([]byte(test.a))
		b, errB := Parse([]byte(test.b))
		if errA != nil || errB != nil {
			t.Fatal(errA, errB)
		}
		if got := Equal(a, b); got != test.want {
			t.Errorf("Equal(%q, %q) = %v", test.a, test.b, got)
		}
	}
}
