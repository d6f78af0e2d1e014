package report

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/helmx-dev/helmx/diag"
)

func TestUnknownFormatIsAnErrorWithASuggestion(t *testing.T) {
	err := Print(io.Discard, nil, Options{Format: "sarfi"})
	if err == nil || !strings.Contains(err.Error(), `did you mean "sarif"?`) {
		t.Errorf("got %v", err)
	}
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("no space left") }

func TestAFailingWriterIsAnError(t *testing.T) {
	for _, format := range Formats() {
		if err := Print(full{}, sample(), Options{Format: format}); err == nil {
			t.Errorf("%s: no error", format)
		}
	}
}

func TestQuietTextSaysNothingWithoutFindings(t *testing.T) {
	if got := encode(t, "text", nil, Options{Quiet: true}); len(got) != 0 {
		t.Errorf("printed %q", got)
	}
	if got := encode(t, "text", sample(), Options{Quiet: true}); len(got) == 0 {
		t.Error("printed nothing about findings")
	}
}

func TestPrintKeepsTheCallersOrder(t *testing.T) {
	l := sample()
	encode(t, "json", l, Options{})
	if diff := cmp.Diff(sample(), l); diff != "" {
		t.Errorf("the list changed:\n%s", diff)
	}
}

// TestJSONKeys holds the keys of the documented form, and that none of them
// comes or goes with its value.
func TestJSONKeys(t *testing.T) {
	var got struct {
		Findings []map[string]any
	}
	if err := json.Unmarshal(encode(t, "json", sample(), Options{}), &got); err != nil {
		t.Fatal(err)
	}
	want := strings.Fields("code severity message hint file line column rendered object path also kubeVersions level related fix fingerprint")
	for _, f := range got.Findings {
		for _, key := range want {
			v, ok := f[key]
			if !ok || v == nil && key != "fix" {
				t.Errorf("%s: %s is missing or null", f["code"], key)
			}
		}
		if len(f) != len(want) {
			t.Errorf("%s: %d keys, want %d", f["code"], len(f), len(want))
		}
	}
}

func TestXMLSurvivesAnyMessage(t *testing.T) {
	l := diag.List{{Code: "X1", Severity: diag.Error, Message: "]]> <x a=\"'&\x00\x1b\xff\ufffe\nend", Span: diag.Span{File: "a&b<c>\".yaml"}}}
	for _, format := range []string{"junit", "checkstyle"} {
		d := xml.NewDecoder(bytes.NewReader(encode(t, format, l, Options{})))
		for {
			token, err := d.Token()
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatalf("%s: %v", format, err)
			}
			if e, ok := token.(xml.StartElement); ok && (e.Name.Local == "file" || e.Name.Local == "testsuite") {
				if e.Attr[0].Value != `a&b<c>".yaml` {
					t.Errorf("%s: name is %q", format, e.Attr[0].Value)
				}
			}
		}
	}
}

func TestGitHubCommandsStayOnOneLine(t *testing.T) {
	l := diag.List{{Code: "X1", Severity: diag.Error, Message: "50%\r\n::error::b", Span: diag.Span{File: "a:b,c%.yaml"}}}
	got := string(encode(t, "github", l, Options{}))
	want := "::error file=a%3Ab%2Cc%25.yaml,title=X1::50%25%0D%0A::error::b\n1 error in 1 file\n"
	if got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestTextOfManyLinesIsKeptWord(t *testing.T) {
	message := "template: a.yaml:1: error:\n\tline two\nline three"
	got := string(encode(t, "text", diag.List{{Code: "TP001", Severity: diag.Error, Message: message}}, Options{}))
	if !strings.HasPrefix(got, "error[TP001]: "+message+"\n\n1 error\n") {
		t.Errorf("got %q", got)
	}
}

func TestControlCharactersAreShownNotSent(t *testing.T) {
	l := diag.List{{
		Code: "X1", Message: "a\x1b]0;title\x07b\rc", Hint: "\x1b[2J", Span: diag.Span{File: "f\x1bg"},
		Excerpt: &diag.Excerpt{Line: 1, Text: "x: \x1b[31mred", Column: 4, Width: 8, Note: "\x1b[0m"},
	}}
	got := string(encode(t, "text", l, Options{}))
	if strings.ContainsAny(got, "\x1b\x07\r") {
		t.Errorf("control characters in %q", got)
	}
}

func TestLongLinesAreCutAroundTheMarks(t *testing.T) {
	long := strings.Repeat("a", 500) + "WRONG" + strings.Repeat("b", 500)
	for _, e := range []diag.Excerpt{
		{Text: long, Column: 501, Width: 5},
		{Text: long[500:], Column: 1, Width: 5},
		{Text: long[:505], Column: 501, Width: 5},
	} {
		text, column, width := window(e)
		runes := []rune(text)
		if got := string(runes[column-1 : column-1+width]); got != "WRONG" || len(runes) > widest+2 {
			t.Errorf("marked %q in %d characters: %s", got, len(runes), text)
		}
	}
	for _, e := range []diag.Excerpt{{Text: "ab", Column: 9, Width: 1}, {Text: "ab", Column: 2, Width: 99}, {Text: "", Column: 1}, {Text: long, Column: 0}} {
		text, column, width := window(e)
		if n := len([]rune(text)); column > n+1 || column > 0 && column-1+width > max(n, 1) {
			t.Errorf("%+v: marks column %d, width %d of %q", e, column, width, text)
		}
	}
}

func TestFilesAreNamedFromTheRepositorysRoot(t *testing.T) {
	for _, tt := range []struct {
		o    Options
		name string
		file string
		uri  string
	}{
		{Options{}, "./a/b.yaml", "a/b.yaml", "a/b.yaml"},
		{Options{}, "", "helmx", "helmx"},
		{Options{Subject: "charts/a"}, "", "charts/a", "charts/a"},
		{Options{Dir: "/repo/sub", Root: "/repo"}, "a b.yaml", "sub/a b.yaml", "sub/a%20b.yaml"},
		{Options{Dir: "/repo/sub", Root: "/repo"}, "../c.yaml", "c.yaml", "c.yaml"},
		{Options{Dir: "/repo/sub", Root: "/repo"}, "/repo/x.yaml", "x.yaml", "x.yaml"},
		{Options{Dir: "/repo/sub", Root: "/repo"}, "/tmp/x.yaml", "/tmp/x.yaml", "file:///tmp/x.yaml"},
		{Options{Dir: "/repo/sub", Root: "/repo"}, "..data/x.yaml", "sub/..data/x.yaml", "sub/..data/x.yaml"},
		{Options{Dir: "/repo"}, "<stdin>", "<stdin>", "%3Cstdin%3E"},
		{Options{Dir: "/repo"}, "oci://r/c", "oci://r/c", "oci://r/c"},
		{Options{}, "a:b.yaml", "a:b.yaml", "./a:b.yaml"},
	} {
		if got := tt.o.file(tt.name); got != tt.file {
			t.Errorf("file(%q) = %q, want %q", tt.name, got, tt.file)
		}
		if got := tt.o.uri(tt.name); got != tt.uri {
			t.Errorf("uri(%q) = %q, want %q", tt.name, got, tt.uri)
		}
	}
}
