package render

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/helmx-dev/helmx/charts"
	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/funcs"
	"github.com/helmx-dev/helmx/manifest"
	"github.com/helmx-dev/helmx/render/engine"
)

// finder words findings about the templates of a chart.
type finder struct{ chart *charts.Chart }

// failures are templates that could not be parsed or executed. Where several
// fail at one place, mostly in a define that all of them include, the first
// speaks for them.
func (f finder) failures(list engine.Failures) diag.List {
	type place struct {
		at    engine.Place
		cause string
	}
	var findings diag.List
	first := map[place]int{}
	secret := map[place]bool{}
	for _, e := range list {
		if at, ok := e.At(); ok && f.rendersSecret(e) {
			secret[place{at.Place, e.Cause}] = true
		}
	}
	for _, e := range list {
		at, ok := e.At()
		i, known := first[place{at.Place, e.Cause}]
		if ok && known {
			findings[i].Related = append(findings[i].Related, diag.Related{
				Span: spanOf(f.chart, e.Frames[0].Place), Message: "fails in the same way",
			})
			continue
		}
		first[place{at.Place, e.Cause}] = len(findings)
		if secret[place{at.Place, e.Cause}] || !ok && f.rendersSecret(e) {
			e = f.discreet(e)
		}
		findings = append(findings, f.failure(e))
	}
	return findings
}

// failure is a template that could not be parsed or executed.
func (f finder) failure(e *engine.Error) diag.Diagnostic {
	d := diag.Diagnostic{Code: codeExecution, Severity: diag.Error, Message: e.Text, Span: diag.Span{File: f.chart.UserPath(e.Template)}}
	switch {
	case e.Parse:
		d.Code = codeSyntax
	case e.Message:
		d.Code = codeMessage
	}
	d.Hint = hintFor(e)
	at, ok := e.At()
	if !ok {
		return d
	}
	if begins, ok := f.opening(e, at); ok {
		at = begins
		d.Hint = "what begins here is never closed"
	}
	d.Span = spanOf(f.chart, at.Place)
	d.Excerpt = f.templateLine(at)
	if len(e.Frames) > 1 {
		d.Related = f.trace(e.Frames)
	}
	return d
}

// traceEnds is how many levels of a long trace are shown at its start and end.
const traceEnds = 5

// trace is the way from the rendered file to where it failed.
func (f finder) trace(frames []engine.Frame) []diag.Related {
	var related []diag.Related
	for i, frame := range frames {
		if i >= traceEnds && i < len(frames)-traceEnds {
			if i == traceEnds {
				related = append(related, diag.Related{Message: fmt.Sprintf("... %d more levels", len(frames)-2*traceEnds)})
			}
			continue
		}
		r := diag.Related{Span: spanOf(f.chart, frame.Place), Message: "evaluating " + oneLine(frame.Context)}
		if frame.File == engine.TextName {
			// A text that tpl was given: its lines are in no file.
			r.Span = diag.Span{}
			r.Message = fmt.Sprintf("in line %d of the text given to tpl: evaluating %s", frame.Line, oneLine(frame.Context))
		} else if i > 0 && frame.Define != frame.File {
			r.Message = fmt.Sprintf("in define %q: %s", frame.Define, r.Message)
		}
		related = append(related, r)
	}
	return related
}

// templateLine shows the line of the template with what was evaluated marked.
func (f finder) templateLine(at engine.Frame) *diag.Excerpt {
	text, ok := f.source(at.File)
	if !ok || at.Line < 1 {
		return nil
	}
	line := nthLine(text, at.Line)
	e := &diag.Excerpt{Line: at.Line, Text: line, Column: max(1, at.Column), Width: 1}
	if at.Column == 0 {
		indent := len(line) - len(strings.TrimLeft(line, " \t"))
		e.Column, e.Width = indent+1, max(1, utf8.RuneCountInString(strings.TrimSpace(line)))
		return e
	}
	shown := strings.TrimSuffix(at.Context, "...")
	if runes := []rune(line); e.Column <= len(runes) && strings.HasPrefix(string(runes[e.Column-1:]), shown) {
		e.Width = max(1, utf8.RuneCountInString(shown))
	}
	return e
}

// source returns the text of a template.
func (f finder) source(name string) (string, bool) {
	for _, s := range engine.Sources(f.chart.Chart) {
		if s.Name == name {
			return s.Text, true
		}
	}
	return "", false
}

// badDocument is a document that Helm cannot read.
func (f finder) badDocument(e *entry) diag.Diagnostic {
	doc := manifest.New([]byte(e.text), manifest.Origin{Source: e.file.Name})
	lines := &templateLines{chart: f.chart, file: e.file, start: e.start}
	d := diag.Diagnostic{
		Code:     codeForm,
		Severity: diag.Error,
		Message:  fmt.Sprintf("YAML parse error on %s: %s", e.file.Name, strings.TrimSpace(e.err.Error())),
		Hint:     "a document is a mapping with apiVersion, kind and metadata, whose name and annotations are strings",
	}
	line, column := 1, 0
	root, err := doc.Root()
	var syntax *manifest.SyntaxError
	if strings.Contains(d.Message, "error converting YAML to JSON") {
		d.Code, d.Hint = codeYAML, ""
		line = lineOf(e.err.Error())
	}
	if errors.As(err, &syntax) {
		line, column, d.Hint = syntax.Line, syntax.Column, syntax.Message
	} else if n, hint := blame(root); n != nil {
		line, column, d.Hint = n.Line, n.Column, hint
	}
	if strings.Contains(e.text, "Secret") {
		d.Message, d.Hint = f.writtenQuotes(d.Message), f.writtenQuotes(d.Hint)
	}
	if object := doc.Object(); object.Kind != "" {
		d.Object = &object
	}
	d.Span = lines.Span(line)
	d.Excerpt = f.renderedLine(e, lines, line, column)
	for _, p := range lines.places(line) {
		if span := spanOf(f.chart, p); span != d.Span {
			d.Related = append(d.Related, diag.Related{Span: span, Message: "rendered from here"})
		}
	}
	return d
}

// lineOf finds the line in an error of the YAML parser, 1 when there is none.
func lineOf(message string) int {
	_, rest, _ := strings.Cut(message, "yaml: line ")
	number, _, _ := strings.Cut(rest, ":")
	if n, err := strconv.Atoi(number); err == nil && n > 0 {
		return n
	}
	return 1
}

// renderedLine shows the line of the document that is wrong. Of a Secret it
// shows the line of the template instead.
func (f finder) renderedLine(e *entry, lines *templateLines, line, column int) *diag.Excerpt {
	if strings.Contains(e.text, "Secret") {
		places := lines.places(line)
		if len(places) == 0 {
			return nil
		}
		return f.templateLine(engine.Frame{Place: places[len(places)-1]})
	}
	text := nthLine(e.text, line)
	indent := len(text) - len(strings.TrimLeft(text, " \t"))
	x := &diag.Excerpt{Line: line + strings.Count(e.file.Text[:e.start], "\n"), Text: text, Column: column, Width: 1}
	if column == 0 {
		x.Column, x.Width = indent+1, max(1, utf8.RuneCountInString(strings.TrimSpace(text)))
	}
	x.Note = "rendered line " + strconv.Itoa(x.Line)
	return x
}

// unknownHook is a document that Helm drops.
func (f finder) unknownHook(e *entry, annotation string) diag.Diagnostic {
	lines := &templateLines{chart: f.chart, file: e.file, start: e.start}
	line := 1
	if at := strings.Index(e.text, hookAnnotation); at >= 0 {
		line += strings.Count(e.text[:at], "\n")
	}
	var hint string
	for event := range strings.SplitSeq(annotation, ",") {
		if event = strings.ToLower(strings.TrimSpace(event)); !hookEvents[event] {
			hint = diag.DidYouMean(event, hookNames())
			break
		}
	}
	object := manifest.New([]byte(e.text), manifest.Origin{Source: e.file.Name}).Object()
	return diag.Diagnostic{
		Code: codeHook, Severity: diag.Warning, Object: &object, Hint: hint,
		Message: fmt.Sprintf("helm.sh/hook is %q, which Helm does not know, so the object is left out of the release", annotation),
		Span:    lines.Span(line),
		Path:    `metadata.annotations["helm.sh/hook"]`,
	}
}

func noSuchTemplate(pattern string, names []string) diag.Diagnostic {
	d := diag.Diagnostic{
		Code: codeShowOnly, Severity: diag.Error,
		Message: fmt.Sprintf("could not find template %s in chart", pattern),
		Hint:    diag.DidYouMean(pattern, names),
	}
	rendered := slices.DeleteFunc(slices.Clone(names), func(name string) bool { return name == "" })
	if near := diag.NearestN(pattern, rendered, 3); d.Hint == "" && len(near) > 0 {
		d.Hint = "the nearest templates that rendered something are " + strings.Join(near, ", ")
	}
	return d
}

// limit is a render that ran too long or wrote too much.
func (f finder) limit(err error) diag.Diagnostic {
	d := diag.Diagnostic{
		Code: codeLimit, Severity: diag.Error, Message: err.Error(),
		Hint: "look for a range, include or tpl that does not end",
	}
	var stop *engine.Stopped
	if errors.As(err, &stop) && stop.Template != "" {
		d.Span = diag.Span{File: f.chart.UserPath(stop.Template)}
		if stop.At.Line > 0 {
			d.Span = spanOf(f.chart, stop.At)
			d.Excerpt = f.templateLine(engine.Frame{Place: stop.At})
		}
	}
	return d
}

// hintFor knows what is usually behind some messages of text/template.
func hintFor(e *engine.Error) string {
	switch {
	case e.Parse && strings.Contains(e.Cause, "function "):
		return unknownFunction(e.Cause)
	case strings.Contains(e.Cause, "wrong number of args for "):
		return wantedCall(e.Cause)
	case strings.Contains(e.Cause, "nil pointer evaluating"):
		return "a value on the way is not set: give it a default in values.yaml, or guard it with `with` or `default dict`"
	case strings.Contains(e.Cause, "no template "), strings.Contains(e.Cause, "not defined") && strings.HasPrefix(e.Cause, "template "):
		return "the define it names is in no template of this chart or its subcharts; is a dependency missing?"
	case strings.Contains(e.Cause, "nested reference name"):
		return "the template includes itself without end"
	}
	return ""
}

// unknownFunction answers `function "x" not defined`.
func unknownFunction(cause string) string {
	_, rest, _ := strings.Cut(cause, `function "`)
	name, _, ok := strings.Cut(rest, `"`)
	if !ok {
		return ""
	}
	if name == "env" || name == "expandenv" {
		return "Helm takes " + name + " away from charts: pass the value in with --set"
	}
	names := engine.FuncNames()
	for _, f := range funcs.All() {
		names = append(names, f.Name)
	}
	return diag.DidYouMean(name, names)
}

// wantedCall answers a call of one of our functions with too few or too many
// arguments.
func wantedCall(cause string) string {
	_, rest, _ := strings.Cut(cause, "wrong number of args for ")
	name, _, _ := strings.Cut(rest, ":")
	f, ok := funcs.Lookup(name)
	if !ok {
		return ""
	}
	return f.Usage()
}

func nthLine(text string, n int) string {
	for ; n > 1; n-- {
		_, text, _ = strings.Cut(text, "\n")
	}
	line, _, _ := strings.Cut(text, "\n")
	return strings.TrimRight(line, "\r")
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

func quoted(s string) string { return strconv.Quote(s) }
