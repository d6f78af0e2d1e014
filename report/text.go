package report

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/helmx-dev/helmx/diag"
)

// widest is how much of an excerpt's line is shown: rendered charts hold
// lines of many kilobytes (JSON in a string), and the marks have to stay on
// the screen with the text they mark.
const widest = 120

// encodeText prints for people, one block for each finding:
//
//	error[SC014]: Deployment istio-system/istiod: unknown field "imagePullPolcy"
//	  --> istiod/templates/deployment.yaml:112 (rendered line 3592:11)
//	      3592 |           imagePullPolcy: Always
//	           |           ^^^^^^^^^^^^^^ did you mean "imagePullPolicy"?
//	  field   spec.template.spec.containers[name=discovery].imagePullPolcy
//	  schema  apps/v1 Deployment, Kubernetes 1.36
//
// A summary line follows.
func encodeText(b *bytes.Buffer, r Report, o Options) error {
	if len(r.Findings) == 0 && o.Quiet {
		return nil
	}
	p := textPrinter{b, o.Color}
	for _, f := range r.Findings {
		p.finding(f)
		b.WriteByte('\n')
	}
	b.WriteString(summarize(r) + "\n")
	return nil
}

// summarize counts the findings and the files they are in.
func summarize(r Report) string {
	if len(r.Findings) == 0 {
		return "no findings"
	}
	var parts []string
	for _, c := range []struct {
		n    int
		noun string
	}{{r.Summary.Error, "error"}, {r.Summary.Warning, "warning"}, {r.Summary.Info, "info"}} {
		if c.n > 0 {
			parts = append(parts, plural(c.n, c.noun))
		}
	}
	files := make(map[string]bool)
	for _, f := range r.Findings {
		if f.File != "" {
			files[f.File] = true
		}
	}
	text := strings.Join(parts, ", ")
	if len(files) > 0 {
		text += " in " + plural(len(files), "file")
	}
	return text
}

func plural(n int, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return strconv.Itoa(n) + " " + noun
}

// textPrinter prints findings for people. A bytes.Buffer does not fail.
type textPrinter struct {
	b     *bytes.Buffer
	color bool
}

const (
	bold   = "1"
	dim    = "2"
	red    = "1;31"
	yellow = "1;33"
	blue   = "1;34"
)

var severityColors = map[diag.Severity]string{diag.Error: red, diag.Warning: yellow, diag.Info: blue}

// paint wraps text in an ANSI colour. Callers pass text that printable has
// seen: a chart must not be able to move the cursor.
func (p textPrinter) paint(code, text string) string {
	if !p.color || text == "" {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}

func (p textPrinter) finding(f Finding) {
	head := p.paint(severityColors[f.Severity], f.Severity.String()+"["+printable(f.Code)+"]")
	fmt.Fprintf(p.b, "%s%s\n", head, p.paint(bold, ": "+printable(strings.TrimRight(f.title(), "\n"))))
	if at := place(f); at != "" {
		fmt.Fprintf(p.b, "  %s %s\n", p.paint(blue, "-->"), printable(at))
	}
	if f.excerpt != nil {
		p.excerpt(*f.excerpt, severityColors[f.Severity])
	}
	p.line("field", f.Path)
	p.line("schema", f.schema)
	if f.excerpt == nil || f.Hint != f.excerpt.Note {
		p.line("hint", f.Hint)
	}
	p.line("level", f.Level)
	p.line("kube", strings.Join(f.KubeVersions, ", "))
	p.line("also", strings.Join(f.Also, ", "))
	for _, r := range f.Related {
		p.line("see", related(r))
	}
	if f.Fix != nil {
		p.line("fix", f.Fix.Title)
	}
}

// line prints one labelled line, or several when the text has line breaks.
func (p textPrinter) line(label, text string) {
	if text == "" {
		return
	}
	text = strings.ReplaceAll(printable(strings.TrimRight(text, "\n")), "\n", "\n          ")
	fmt.Fprintf(p.b, "  %s%*s%s\n", p.paint(dim, label), 8-len(label), "", text)
}

// place is where the finding is: in the user's file, and in the rendered
// stream where that says something new.
func place(f Finding) string {
	start := diag.Pos{Line: f.Line, Column: f.Column}
	at := diag.Span{File: f.File, Start: start}.String()
	if !f.Rendered.Known() || f.Rendered == start {
		return at
	}
	rendered := "rendered line " + strings.TrimPrefix(diag.Span{Start: f.Rendered}.String(), ":")
	if at == "" {
		return rendered
	}
	return at + " (" + rendered + ")"
}

func related(r Related) string {
	at := diag.Span{File: r.File, Start: diag.Pos{Line: r.Line, Column: r.column}}.String()
	if at == "" {
		return r.Message
	}
	return at + ": " + r.Message
}

// excerpt prints the line and, below it, the marks.
func (p textPrinter) excerpt(e diag.Excerpt, color string) {
	text, column, width := window(e)
	number := ""
	if e.Line > 0 {
		number = strconv.Itoa(e.Line)
	}
	gutter := strings.Repeat(" ", len(number))
	fmt.Fprintf(p.b, "      %s %s\n", p.paint(blue, number+" |"), printable(text))
	if column == 0 {
		if e.Note != "" {
			fmt.Fprintf(p.b, "      %s %s\n", p.paint(blue, gutter+" |"), printable(e.Note))
		}
		return
	}
	marks := strings.Repeat("^", width)
	if e.Note != "" {
		marks += " " + printable(e.Note)
	}
	fmt.Fprintf(p.b, "      %s %s%s\n", p.paint(blue, gutter+" |"), indentLike(text, column), p.paint(color, marks))
}

// window cuts a long line around its marked part, and keeps the marks on the
// text. Column 0 means that there is nothing to mark.
func window(e diag.Excerpt) (text string, column, width int) {
	runes := []rune(strings.TrimRight(e.Text, "\r\n"))
	column, width = e.Column, max(1, e.Width)
	if column < 1 || column > len(runes)+1 {
		column = 0
	} else {
		width = max(1, min(width, len(runes)-column+1))
	}
	if len(runes) <= widest {
		return string(runes), column, width
	}
	start := max(0, min(column-1-widest/3, len(runes)-widest))
	cut := runes[start:min(len(runes), start+widest)]
	if start > 0 {
		cut, column = append([]rune("…"), cut...), column+1
	}
	if column > 0 {
		column -= start
		width = min(width, len(cut)-column+1)
	}
	if start+widest < len(runes) {
		cut = append(cut[:len(cut):len(cut)], '…')
	}
	return string(cut), column, max(1, width)
}

// indentLike returns the white space that puts marks below a rune column:
// tabs stay tabs, since only the terminal knows how wide they are.
func indentLike(text string, column int) string {
	var b strings.Builder
	for i, r := range []rune(text) {
		if i >= column-1 {
			break
		}
		switch {
		case r == '\t':
			b.WriteByte('\t')
		case !unicode.IsPrint(r):
			b.WriteString(strings.Repeat(" ", utf8.RuneCountInString(escape(r))))
		default:
			b.WriteByte(' ')
		}
	}
	return b.String()
}

// printable keeps line breaks and tabs and shows every other control character
// as an escape: what a chart says is not allowed to drive the terminal.
func printable(s string) string {
	harmless := func(r rune) bool { return r == '\n' || r == '\t' || !unicode.IsControl(r) }
	if strings.IndexFunc(s, func(r rune) bool { return !harmless(r) }) < 0 && utf8.ValidString(s) {
		return s
	}
	var b strings.Builder
	for i, r := range s {
		switch {
		case harmless(r), r == '\r' && strings.HasPrefix(s[i:], "\r\n"):
			b.WriteRune(r)
		default:
			b.WriteString(escape(r))
		}
	}
	return b.String()
}

func escape(r rune) string {
	quoted := strconv.QuoteRune(r)
	return quoted[1 : len(quoted)-1]
}
