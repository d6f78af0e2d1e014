package diff

import (
	"fmt"
	"slices"
	"strings"

	"github.com/aymanbagabas/go-udiff/lcs"
)

// ANSI codes, those that git gives to a diff.
const (
	bold  = "\x1b[1m"
	cyan  = "\x1b[36m"
	red   = "\x1b[31m"
	green = "\x1b[32m"
	reset = "\x1b[0m"
)

// printer collects the text of a diff.
type printer struct {
	strings.Builder
	color bool
	hide  *strings.Replacer // what must not show in a line of the manifests
}

// line writes a line with its line break, in a colour where there are any.
func (p *printer) line(color, text string) {
	if !p.color || color == "" {
		p.WriteString(text)
		return
	}
	p.WriteString(color + strings.TrimRight(text, "\r\n") + reset + "\n")
}

// text is the file as a unified diff. The heading of a hunk names the object
// that its first change is in.
func (f file) text(o Options, hide *strings.Replacer) string {
	p := &printer{color: o.Color, hide: hide}
	p.line(bold, "--- "+orNull(f.name, f.old)+"\n")
	p.line(bold, "+++ "+orNull(f.name, f.renewed)+"\n")
	for changes := f.changes; len(changes) > 0; {
		n := f.together(changes, o.Context)
		f.hunk(p, changes[:n], o.Context)
		changes = changes[n:]
	}
	return p.String()
}

func orNull(name string, l lines) string {
	if len(l.text) == 0 {
		return "/dev/null"
	}
	return name
}

// together counts the changes that share one hunk with the first: those with no
// more lines between them than both would show as context.
func (f file) together(changes []lcs.Diff, context int) int {
	n := 1
	for n < len(changes) && changes[n].Start-changes[n-1].End <= 2*context {
		n++
	}
	return n
}

func (f file) hunk(p *printer, changes []lcs.Diff, context int) {
	first, last := changes[0], changes[len(changes)-1]
	before := min(context, first.Start)
	after := min(context, len(f.old.text)-last.End)
	from, to := first.Start-before, last.End+after
	newFrom, newTo := first.ReplStart-before, last.ReplEnd+after
	p.line(cyan, fmt.Sprintf("@@ -%s +%s @@%s\n", numbers(from, to), numbers(newFrom, newTo), f.heading(first)))
	for _, c := range changes {
		p.lines("", " ", f.old.text[from:c.Start])
		p.lines(red, "-", f.old.text[c.Start:c.End])
		p.lines(green, "+", f.renewed.text[c.ReplStart:c.ReplEnd])
		from = c.End
	}
	p.lines("", " ", f.old.text[from:to])
}

func (p *printer) lines(color, mark string, text []string) {
	for _, line := range text {
		p.line(color, mark+p.hide.Replace(line))
	}
}

// numbers writes a range of lines as unified diffs do: a range of none is that
// behind the line before it.
func numbers(from, to int) string {
	switch n := to - from; n {
	case 0:
		return fmt.Sprintf("%d,0", from)
	case 1:
		return fmt.Sprint(from + 1)
	default:
		return fmt.Sprintf("%d,%d", from+1, n)
	}
}

// heading names the object that a change is in.
func (f file) heading(c lcs.Diff) string {
	objects := slices.Concat(f.renewed.object[c.ReplStart:c.ReplEnd], f.old.object[c.Start:c.End])
	if len(objects) == 0 || objects[0] == "" {
		return ""
	}
	return " " + objects[0]
}
