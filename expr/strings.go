package expr

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"strings"
	"text/template"
	"unicode/utf8"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/funcs"
	"github.com/helmx-dev/helmx/manifest"
)

// Strings evaluates {{ ... }} in the strings of helmx.yaml: in the values of
// patches and in their conditions. What Options say about late expressions
// matters only in that no result may hold their delimiter.
//
// A text is read once, however often it is evaluated. Not safe for concurrent use.
type Strings struct {
	*evaluator
	programs map[string]*program
	late     string // what opens a late expression, "" when there are none
	found    diag.List
}

// NewStrings returns an evaluator for the strings of one helmx.yaml. The values
// are never modified.
//
// docs are the objects in reach, as they are when an expression reads them.
func NewStrings(docs []*manifest.Document, o Options) *Strings {
	s := &Strings{evaluator: newEvaluator(o), programs: map[string]*program{}}
	s.world.docs = docs
	if o.Enabled {
		s.late = cmp.Or(o.Delimiters[0], defaultOpen)
	}
	return s
}

// Value evaluates a text. One that is exactly one pipeline, from {{ to }}, has
// the type of its result: integral numbers are int64, maps map[string]any, lists
// []any. Any other is a template, control structures included, and gives a string.
//
// object returns .Object when the text reads it; nil where there is no object.
// The finding says what is wrong in Code, Message and Hint; the place is for the
// caller to add. It holds no value of a Secret.
func (s *Strings) Value(text string, object func() any) (any, *diag.Diagnostic) {
	value, problem := s.run(text, object)
	if problem == nil && value == nil {
		problem = nullProblem(text)
	}
	if problem == nil && s.late != "" && holds(value, s.late) {
		problem = s.lateProblem()
	}
	if problem != nil {
		return nil, s.finding(text, problem, object)
	}
	s.pass(text, object)
	return value, nil
}

// True evaluates a condition: a text that is one pipeline whose result is true
// or false, or one of these two words. Nothing else passes for either.
func (s *Strings) True(text string, object func() any) (bool, *diag.Diagnostic) {
	text = strings.TrimSpace(text)
	switch {
	case text == "true" || text == "false":
		return text == "true", nil
	case !strings.Contains(text, "{{"):
		return false, s.finding(text, &problem{code: "EX010", message: "is no condition: expected {{ ... }}, true or false", hint: "write the expression between {{ and }}"}, object)
	}
	value, problem := s.run(text, object)
	if problem == nil && value == nil {
		problem = nullProblem(text)
	}
	if b, ok := value.(bool); ok && problem == nil {
		s.pass(text, object)
		return b, nil
	}
	if problem == nil {
		problem = notACondition(value, s.secret || isSecret(object))
	}
	return false, s.finding(text, problem, object)
}

func (s *Strings) lateProblem() *problem {
	return &problem{
		code: "EX006", message: "gives text with " + s.late + " in it, which would be evaluated as a late expression",
		hint: "a late expression stands in a patch with literal: true; no value may bring one in",
	}
}

// notACondition says what a condition gave instead. Only what could have been
// meant as true or false is shown: any other text may be a secret.
func notACondition(value any, secret bool) *problem {
	p := &problem{code: "EX010", hint: `compare: {{ eq .Values.env "prod" }}; ask for presence with {{ hasPath "a.b" .Values }} or {{ not (empty .Values.a) }}`}
	got := kindOf(value)
	switch v := value.(type) {
	case string:
		got = "a string"
		if !secret && len(v) <= len("false") {
			got = fmt.Sprintf("the string %q", v)
		}
		if !secret && (v == "true" || v == "false") {
			p.hint = fmt.Sprintf("a string is not a boolean: compare it, {{ eq ... %q }}", v)
		}
	case int64, float64:
		got = "a number"
	}
	p.message = "gives " + got + ", expected true or false"
	return p
}

// program is a text, read.
type program struct {
	template *template.Template
	single   bool     // exactly one pipeline
	problem  *problem // instead of a template
}

func (s *Strings) program(text string) *program {
	p, ok := s.programs[text]
	if !ok {
		p = s.read(text)
		s.programs[text] = p
	}
	return p
}

// literal is the way out for templates of others, such as Istio's injector.
const literal = "for {{ as plain text, say literal: true in the patch"

func (s *Strings) read(text string) *program {
	t, err := template.New("").Funcs(s.functions).Parse(text)
	if err == nil {
		err = s.prepare(t)
	}
	if err != nil {
		p := s.syntaxProblem(err)
		p.hint = strings.TrimPrefix(strings.ReplaceAll(p.hint+"; "+literal, "?; ", "? "), "; ")
		return &program{problem: p}
	}
	single, err := instrument(t)
	if err != nil {
		return &program{problem: &problem{code: "EX001", message: "cannot be read: " + err.Error(), hint: literal}}
	}
	t.Funcs(template.FuncMap{resultFunc: s.setResult, textFunc: inlineText, stepFunc: s.countStep})
	return &program{template: t, single: single}
}

// run evaluates a text. A string comes back for a text that is not a single
// pipeline.
func (s *Strings) run(text string, object func() any) (any, *problem) {
	p := s.program(text)
	if p.problem != nil {
		return nil, p.problem
	}
	s.begin(p.template)
	var out boundedText
	err := p.template.Execute(&out, lazyScope{Values: s.values, Release: s.release, object: object})
	if err != nil {
		return nil, runProblem(err)
	}
	if !p.single {
		return out.String(), nil
	}
	value, err := normalize(s.result)
	if err != nil {
		return nil, &problem{code: "EX002", message: "gives " + err.Error()}
	}
	return value, nil
}

func runProblem(err error) *problem {
	var known *problem
	switch {
	case errors.As(err, &known):
		return known
	case errors.Is(err, errUnknownName):
		return &problem{code: "EX009", message: "reads the name of the release, which Helm does not tell a post-renderer", hint: unknownNameHint}
	}
	if message := unknownField(err); message != "" {
		return &problem{code: "EX002", message: "fails: " + message}
	}
	return &problem{code: "EX002", message: "fails", detail: plainError(err), hint: wantedCall(err)}
}

// wantedCall says how a function of ours is called that got too few arguments,
// or too many.
func wantedCall(err error) string {
	_, rest, found := strings.Cut(err.Error(), "wrong number of args for ")
	name, _, _ := strings.Cut(rest, ":")
	if f, ok := funcs.Lookup(name); found && ok {
		return f.Usage()
	}
	return ""
}

// finding is what is wrong with a text, without its place.
func (s *Strings) finding(text string, p *problem, object func() any) *diag.Diagnostic {
	d := &diag.Diagnostic{Code: p.code, Severity: diag.Error, Hint: p.hint}
	if p.code == codeNoValue && object != nil {
		d.Hint = cmp.Or(absentKey(p.source, object), d.Hint)
	}
	if s.secret || isSecret(object) {
		d.Message = "an expression for a Secret " + p.message
		if p.detail != "" {
			d.Hint = "the reason is left out: it could show a value of the Secret"
		}
		return d
	}
	d.Message = quoteText(cmp.Or(p.source, text)) + " " + p.message
	if p.detail != "" {
		d.Message += ": " + p.detail
	}
	return d
}

// quoteText shows a text on one line, cut when it is long.
func quoteText(text string) string {
	const limit = 100
	text = strings.Join(strings.Fields(text), " ")
	if utf8.RuneCountInString(text) > limit {
		text = string([]rune(text)[:limit]) + "..."
	}
	return text
}

// isSecret reports whether an object is, or may hold, a Secret.
func isSecret(object func() any) bool {
	if object == nil {
		return false
	}
	m, _ := object().(map[string]any)
	kind, _ := m["kind"].(string)
	return kind == "Secret" || strings.HasSuffix(kind, "List")
}

// lazyScope is the dot of a text of helmx.yaml: .Object is made when it is read.
type lazyScope struct {
	Values  map[string]any
	Release release

	object func() any
}

// Object returns the object that a patch works on.
func (s lazyScope) Object() (any, error) {
	if s.object == nil {
		return nil, &problem{code: "EX011", message: "reads .Object, and there is none", hint: "`when:` is asked once, before any object is looked at; what is asked of each object stands in target.where"}
	}
	return s.object(), nil
}

// boundedText collects what a template prints, up to the size of an object.
type boundedText struct{ bytes.Buffer }

func (b *boundedText) Write(p []byte) (int, error) {
	if b.Len()+len(p) > maxText {
		return 0, &problem{code: "EX002", message: fmt.Sprintf("gives more than %d bytes", maxText)}
	}
	return b.Buffer.Write(p)
}
