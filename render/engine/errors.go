package engine

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"text/template"
	"unicode/utf8"
)

// Place is a position in a template file. Line and Column count from 1, the
// column in runes; a zero Column is unknown.
type Place struct {
	File   string // template name: "mesh/charts/sub/templates/_helpers.tpl"
	Line   int
	Column int
}

// Frame is one level of a failed execution.
type Frame struct {
	Place
	Define  string // the template being executed: a file's name or that of a define
	Context string // what was evaluated, cut to 20 characters by text/template
}

// Error is a template that could not be parsed or executed.
type Error struct {
	Template string  // the file that was parsed or rendered
	Text     string  // what Helm prints for it
	Cause    string  // the innermost message alone
	Parse    bool    // it is a syntax error
	Message  bool    // Cause comes from fail or required, so the chart's author wrote it
	Frames   []Frame // from the file to where it failed; tpl texts go by the file name "gotpl"
}

// Error returns Helm's text.
func (e *Error) Error() string { return e.Text }

// At returns the innermost frame that is in a file.
func (e *Error) At() (Frame, bool) {
	for i := len(e.Frames) - 1; i >= 0; i-- {
		if e.Frames[i].File != TextName {
			return e.Frames[i], true
		}
	}
	return Frame{}, false
}

// Failures are all templates that failed, in Helm's order.
type Failures []*Error

// Error returns the text that Helm would print: it stops at the first.
func (f Failures) Error() string { return f[0].Text }

// parseError words a syntax error as Helm does and finds its place.
func parseError(name string, err error) *Error {
	e := &Error{Template: name, Parse: true}
	tokens := strings.Split(err.Error(), ": ")
	if len(tokens) == 1 {
		e.Text = fmt.Sprintf("parse error in (%s): %s", name, err)
		e.Cause = err.Error()
		return e
	}
	e.Text = fmt.Sprintf("parse error at (%s): %s", tokens[1], tokens[len(tokens)-1])
	e.Cause = strings.Join(tokens[2:], ": ")
	frame := Frame{Place: Place{File: name}, Define: name}
	if line, ok := strings.CutPrefix(tokens[1], name+":"); ok {
		line, _, _ = strings.Cut(line, ":")
		frame.Line, _ = strconv.Atoi(line)
	}
	e.Frames = []Frame{frame}
	return e
}

// execError words a failed execution as Helm does and takes its chain apart.
func (r *renderer) execError(name string, err error) *Error {
	e := &Error{Template: name, Text: execText(name, err)}
	for rest := err; ; {
		var exec template.ExecError
		if !errors.As(rest, &exec) {
			break
		}
		frame, cause, ok := r.frame(exec.Error())
		if !ok {
			break
		}
		e.Frames = append(e.Frames, frame)
		e.Cause = cause
		rest = exec.Err
	}
	if e.Cause == "" {
		e.Cause = err.Error()
	}
	if message, ok := authored(e.Cause); ok {
		e.Cause, e.Message = message, true
	}
	return e
}

// execText is the text that Helm prints for a failed execution.
func execText(name string, err error) string {
	if _, ok := err.(template.ExecError); !ok {
		return err.Error()
	}
	tokens := strings.SplitN(err.Error(), ": ", 3)
	if len(tokens) != 3 {
		return fmt.Sprintf("execution error in (%s): %s", name, err)
	}
	if message, ok := authored(tokens[2]); ok {
		return fmt.Sprintf("execution error at (%s): %s", tokens[1], message)
	}
	return err.Error()
}

// authored returns what stands between the marks of fail and required.
func authored(text string) (string, bool) {
	_, rest, found := strings.Cut(text, messageStart)
	end := strings.LastIndex(rest, messageEnd)
	if !found || end < 0 {
		return "", false
	}
	return rest[:end], true
}

var execPrefix = regexp.MustCompile(`(?s)^template: (.+?):(\d+):(\d+): executing ("(?:[^"\\]|\\.)*") at <(.*?)>: `)

// frame takes the first level off the text of an execution error.
func (r *renderer) frame(text string) (f Frame, cause string, ok bool) {
	m := execPrefix.FindStringSubmatch(text)
	if m == nil {
		return f, "", false
	}
	f.File, f.Context = m[1], m[5]
	f.Define, _ = strconv.Unquote(m[4])
	f.Line, _ = strconv.Atoi(m[2])
	column, _ := strconv.Atoi(m[3])
	f.Column = r.runeColumn(f.File, f.Line, column)
	return f, text[len(m[0]):], true
}

// runeColumn converts text/template's column, which counts bytes from 0.
func (r *renderer) runeColumn(file string, line, column int) int {
	for _, s := range r.sources {
		if s.name != file {
			continue
		}
		text := lineAt(s.text, line)
		if column <= len(text) {
			return utf8.RuneCountInString(text[:column]) + 1
		}
	}
	return column + 1
}

// lineAt returns line n of the text, counted from 1, without its line break.
func lineAt(text string, n int) string {
	for ; n > 1; n-- {
		_, text, _ = strings.Cut(text, "\n")
	}
	line, _, _ := strings.Cut(text, "\n")
	return line
}
