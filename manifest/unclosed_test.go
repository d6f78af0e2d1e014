package manifest

import (
	"errors"
	"strings"
	"testing"
	"time"
)

// Any text either parses or fails at a place that is in it.
func FuzzSyntaxErrorsAreInTheText(f *testing.F) {
	for _, s := range []string{"a: \"x\nb: 'c", "a: [b, {c: ']'\n# ]\n", "a: {b: [1, 2}\n", "{\"a\":\"", "[#\n\"", "a: [1, , 2]", "- '''\n- \"\\\"\n"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		_, err := Parse([]byte(s))
		var syntax *SyntaxError
		if err != nil && !errors.As(err, &syntax) {
			t.Fatalf("%q: %v is no SyntaxError", s, err)
		}
		if syntax != nil && (syntax.Line < 1 || syntax.Column < 0 || syntax.Line > 1+strings.Count(s, "\n")+strings.Count(s, "\r")) {
			t.Fatalf("%q: %v", s, err)
		}
	})
}

// What follows does not hide where something opens, and the search is bounded.
func TestUnclosedAboveMuchText(t *testing.T) {
	for lines, want := range map[int]string{500: "line 2, column 4: ", 20_000: "line "} {
		_, err := Parse([]byte("a: 1\nb: [1\n" + strings.Repeat("c: [d, \"e\"] # 'f\n", lines)))
		if err == nil || !strings.HasPrefix(err.Error(), want) || !strings.Contains(err.Error(), "closed") {
			t.Errorf("above %d lines: got %v", lines, err)
		}
	}
}

// TestDeepNestingIsFast: the search for what is never closed ends early where the
// parser itself takes long.
func TestDeepNestingIsFast(t *testing.T) {
	start := time.Now()
	if _, err := Parse([]byte("{0k" + strings.Repeat("[", 4000) + "0")); err == nil {
		t.Error("no error")
	}
	if took := time.Since(start); took > 3*time.Second { // it is a matter of milliseconds
		t.Errorf("took %v", took)
	}
}
