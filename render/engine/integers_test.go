package engine

import (
	"strings"
	"testing"
	"text/template"

	"github.com/Masterminds/sprig/v3"
)

// TestIntegers has the results of Helm 3.22.0.
func TestIntegers(t *testing.T) {
	for text, want := range map[string]int64{
		"12": 12, "-3": -3, "+4": 4, "0x1F": 31, "017": 15, "1_000": 1000, "": 0, "x": 0, " 1": 0,
		"1.0": 1, "1.00": 1, "10.0": 10, "0x1.0": 1, "100": 100, "0": 0, "0.0": 0,
		"1.5": 0, "1.50": 0, "1.": 0, ".5": 0, ".0": 0, "1e3": 0, "1.0.0": 0, "9223372036854775808": 0,
	} {
		if got := integer(text); got != want {
			t.Errorf("integer(%q) = %v, want %d", text, got, want)
		}
	}
	for _, v := range []any{1, 1.5, true, nil, uint8(3)} {
		if got := integer(v); got != v {
			t.Errorf("integer(%v) = %v", v, got)
		}
	}
}

// TestIntegerFunctions makes sure that every function in question is wrapped,
// whatever signature sprig gives it.
func TestIntegerFunctions(t *testing.T) {
	for call, want := range map[string]string{
		`int "1.5"`: "0", `int64 "1.5"`: "0", `add1 "1.5"`: "1", `add "1.5" 2 "3"`: "5", `sub "7.9" 1`: "-1",
		`div "9.9" 3`: "0", `mod "9.9" 3`: "0", `mul "1.5" 4`: "0", `max "1.5" 0`: "0", `biggest 0 "1.5"`: "0", `min "1.5" 3`: "0",
		`slice (list 1 2 3) "1.5"`: "[1 2 3]", `mustSlice (list 1 2 3) 1 "2.0"`: "[2]",
	} {
		m := sprig.TxtFuncMap()
		readIntegersAsHelm(m)
		if got := execute(t, m, call); got != want {
			t.Errorf("%s = %s, want %s", call, got, want)
		}
	}
}

func execute(t *testing.T, m template.FuncMap, call string) string {
	t.Helper()
	tmpl, err := template.New("").Funcs(m).Parse("{{ " + call + " }}")
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	if err := tmpl.Execute(&out, nil); err != nil {
		t.Fatal(err)
	}
	return out.String()
}
