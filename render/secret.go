package render

import (
	"regexp"
	"slices"
	"strings"

	"github.com/helmx-dev/helmx/funcs"
	"github.com/helmx-dev/helmx/render/engine"
)

// What a function says when it fails may quote its arguments, and those of a
// template that renders a Secret may be what the Secret keeps. This file takes
// values out of such messages; what is written in the templates stays.

const (
	leftOut = "the reason is left out: it could show a value of the Secret"
	hidden  = "***"
)

// secretKind matches templates that render a Secret, or an object whose kind
// only the values tell.
var secretKind = regexp.MustCompile(`\bkind["']?:\s*["']?(Secret\b|\{\{)`)

// rendersSecret reports whether a template on the way to the failure does.
func (f finder) rendersSecret(e *engine.Error) bool {
	names := []string{e.Template}
	for _, frame := range e.Frames {
		names = append(names, frame.File)
	}
	return slices.ContainsFunc(names, func(name string) bool {
		text, _ := f.source(name)
		return secretKind.MatchString(text)
	})
}

// discreet returns the failure without values. Syntax errors hold none: they
// are about the text of a file.
func (f finder) discreet(e *engine.Error) *engine.Error {
	if e.Parse {
		return e
	}
	d := *e
	inText := slices.ContainsFunc(e.Frames, func(frame engine.Frame) bool { return frame.File == engine.TextName })
	switch {
	case inText: // the text may be a value, and Helm's message quotes pieces of it
		d.Text, d.Cause = "execution error in ("+e.Template+"): "+leftOut, leftOut
		d.Frames = slices.DeleteFunc(slices.Clone(e.Frames), func(frame engine.Frame) bool { return frame.File == engine.TextName })
		return &d
	case e.Message:
		d.Cause = f.writtenWords(e.Cause)
	case saysNoValue(e.Cause):
		d.Cause = f.writtenQuotes(e.Cause)
	default:
		d.Cause = leftOut
	}
	before, ok := strings.CutSuffix(e.Text, e.Cause)
	if !ok {
		before = "execution error in (" + e.Template + "): "
	}
	d.Text = before + d.Cause
	return &d
}

// valueless are the messages of text/template that name fields and types only.
var valueless = []string{"nil pointer evaluating", "can't evaluate field", "wrong number of args", "incompatible types", "no template ", "wrong type for value"}

var calling = regexp.MustCompile(`^error calling (\w+): `)

// saysNoValue knows messages that show no argument, quotes aside.
func saysNoValue(cause string) bool {
	if m := calling.FindStringSubmatch(cause); m != nil {
		if _, ours := funcs.Lookup(m[1]); ours {
			return true
		}
	}
	return slices.ContainsFunc(valueless, func(s string) bool { return strings.Contains(cause, s) })
}

var words = regexp.MustCompile(`\S+`)

// writtenWords keeps the words of a message of fail or required that stand in
// some template.
func (f finder) writtenWords(message string) string {
	sources := engine.Sources(f.chart.Chart)
	return words.ReplaceAllStringFunc(message, func(word string) string {
		if slices.ContainsFunc(sources, func(s engine.Source) bool { return strings.Contains(s.Text, word) }) {
			return word
		}
		return hidden
	})
}

var quotes = regexp.MustCompile("\"(?:[^\"\\\\]|\\\\.){3,}\"|`[^`]{3,}`|'[^']{3,}'")

// writtenQuotes keeps what a message quotes when it stands in some template, or
// is the name of one.
func (f finder) writtenQuotes(message string) string {
	sources := engine.Sources(f.chart.Chart)
	return quotes.ReplaceAllStringFunc(message, func(quote string) string {
		written := func(s engine.Source) bool {
			return strings.Contains(s.Text, quote) || s.Name == strings.Trim(quote, "\"`'")
		}
		if slices.ContainsFunc(sources, written) {
			return quote
		}
		return quote[:1] + hidden + quote[:1]
	})
}
