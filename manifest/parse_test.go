package manifest

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

func TestSyntaxErrorsNameThePlace(t *testing.T) {
	for _, test := range []struct {
		name, in     string
		line, column int
		message      string
	}{
		{"tab", "a:\n\tb: 1\n", 2, 1, "a tab where YAML wants spaces"},
		{"second colon", "---\n# c\na: 1\nb: x: y\n", 4, 5, `a second ": "`},
		{"no colon", "a: 1\nb\nc: 2\n", 2, 1, `has no ":"`},
		{"indentation", "a:\n  b: 1\n c: 2\nd: 1\n", 3, 2, "indentation"},
		{"deep indentation", "a:\n  b:\n    c: 1\n   d: 2\ne: 1\nf: 1\n", 4, 4, "indentation"},
		{"reserved", "a: @x\n", 1, 4, `must not begin with "@"`},
		{"open quote", "a: 1\nb: \"x\nc: 2\n", 2, 4, "never closed"},
		{"open bracket", "a: [1, 2\nb: 1\n", 1, 4, `the "[" that opens here is never closed`},
		{"open brace", "a:\n  b: {c: 1\nd: 1\n", 2, 6, `the "{" that opens here is never closed`},
		{"missing comma", "a: [x: y: z]\nb: 1\n", 1, 4, "a comma is missing"},
		{"missing item", "a: [1, , 2]\nb: 1\n", 1, 1, "a value is missing"},
		{"open quote far above", "p: \"x\nfoo: bar\nx: y\n", 1, 4, "the quote that opens here is never closed"},
		{"open quote over blank lines", "---\n# c\np: 'it''s\n\nfoo: \"bar\n", 3, 4, "the quote that opens here is never closed"},
		{"open quote in a flow", "ä: {b: \"x}\nc: d\n", 1, 8, "the quote that opens here is never closed"},
		{"open quote behind others", "a: \"x\n  y\"\nb: |\n  \"z\nc: \"d\ne: don't\n", 5, 4, "the quote that opens here is never closed"},
		{"open bracket with nothing in it", "a:\n  b: [\n", 2, 6, `the "[" that opens here is never closed`},
		{"open brace in front of others", "a: {b: c\nd: [1, 2]\ne: {f: \"}\"} # }\n", 1, 4, `the "{" that opens here is never closed`},
		{"open bracket inside a brace", "x: [1]\na: {b: [1, 2}\nc: 1\n", 2, 8, `the "[" that opens here is never closed`},
		{"open bracket over lines", "x: 1\na: [\n  1,\n  2\nb: 1\nc: '['\n", 2, 4, `the "[" that opens here is never closed`},
		{"item on the key's line", "a: - b\n", 1, 4, "line of its own"},
		{"unknown anchor", "b: 1\na: *x\n", 2, 4, "anchor"},
		{"behind the end marker", "a: 1\n...\nb: 2\n", 3, 1, "end marker"},
		{"directive", "%YAML 1.2\n", 1, 1, "directive"},
		{"anchor in itself", "a: &x\n  b: *x\n", 2, 6, "inside the anchor"},
		{"two documents in one", "{}\n{}\n", 2, 1, "end of the document"},
		{"template as a key", "a: {{ .Values.x }}\n", 1, 5, "a map as a key"},
		{"second document", "a: |-\n  ---\n---\nb: 1\n", 3, 1, "second document"},
		{"no UTF-8", "---\na: 1\nä: \"x\xff\"\nb: 1\n", 3, 6, "a byte (0xff) that is not UTF-8"},
		{"UTF-8 cut short", "a: 1\nb: \xc3\n", 2, 4, "a byte (0xc3) that is not UTF-8"},
		{"control character", "a: 1\nb: x\ab\nc: 2\n", 2, 5, "a control character (U+0007)"},
		{"on the separator's line", "--- a: b: c\n", 1, 9, `a second ": "`},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := New([]byte(test.in), Origin{}).Root()
			var syntax *SyntaxError
			if !errors.As(err, &syntax) {
				t.Fatalf("got %v", err)
			}
			if syntax.Line != test.line || syntax.Column != test.column || !strings.Contains(syntax.Message, test.message) {
				t.Errorf("got %d:%d %s, want %d:%d %s", syntax.Line, syntax.Column, syntax.Message, test.line, test.column, test.message)
			}
		})
	}
}

func TestRootOfEmptyDocuments(t *testing.T) {
	for _, text := range []string{"", "\n", "---\n", "# c\n", "---\n# Source: x\n", "---\n...\n", "\ufeff---\n\n"} {
		if root, err := New([]byte(text), Origin{}).Root(); root != nil || err != nil {
			t.Errorf("%q: %v, %v", text, root, err)
		}
	}
}

func TestRootCountsWithinTheDocument(t *testing.T) {
	for text, want := range map[string]string{
		"---\n# c\na: 1\n":      "3:1",
		"\n\n--- {a: 1}\n":      "3:6",
		"\ufeffa: 1\n":          "1:1",
		"\ufeff---\r\n\r\na: 1": "3:1",
	} {
		root, err := New([]byte(text), Origin{}).Root()
		if err != nil {
			t.Errorf("%q: %v", text, err)
			continue
		}
		if got := fmt.Sprintf("%d:%d", root.Content[0].Line, root.Content[0].Column); got != want {
			t.Errorf("%q: at %s, want %s", text, got, want)
		}
	}
}

func TestDuplicates(t *testing.T) {
	root, err := Parse([]byte("a: 1\nb:\n  c: 1\n  d: 2\n  c: 3\na: 2\n"))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, d := range Duplicates(root) {
		got = append(got, fmt.Sprintf("%s %d %d", d.Path, d.First.Line, d.Second.Line))
	}
	if text := strings.Join(got, "; "); text != "a 1 6; b.c 3 5" {
		t.Errorf("got %s", text)
	}
}

func TestAliasBombIsRefused(t *testing.T) {
	text := "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
	for i := range 9 {
		text += fmt.Sprintf("a%d: &a%d [%s*a%d]\n", i+1, i+1, strings.Repeat(fmt.Sprintf("*a%d, ", i), 9), i)
	}
	_, err := New([]byte(text), Origin{}).Root()
	if err == nil || !strings.Contains(err.Error(), "aliases expand") {
		t.Errorf("got %v", err)
	}
}
