package engine

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"text/template"
	"text/template/parse"
)

// maxNested is how often an include may be nested in itself. Helm's counter
// lets it through once more.
const maxNested = 1000

// Helm wraps the messages of required and fail in these, and shows a user what
// is between them.
const (
	messageStart = "HELM_ERR_START"
	messageEnd   = "HELM_ERR_END"
)

// scope is a template set with include and tpl bound to it. There is the set of
// the chart, and one more for every running tpl whose text defines templates.
type scope struct {
	w   *worker
	set *template.Template
}

// newScope binds include and tpl to the set.
func (w *worker) newScope(set *template.Template) *scope {
	s := &scope{w: w, set: set}
	option := "missingkey=zero"
	if w.r.opts.Strict {
		option = "missingkey=error"
	}
	set.Option(option).Funcs(template.FuncMap{"include": s.include, "tpl": s.tpl})
	if len(w.r.opts.Funcs) > 0 {
		set.Funcs(s.bound())
	}
	return s
}

// include is the template function of that name.
func (s *scope) include(name string, data any) (string, error) {
	f, err := s.execute(name, data)
	if err != nil {
		return "", err
	}
	return f.out.String(), nil
}

// execute runs a named template into a new frame, which is there when it fails
// too.
func (s *scope) execute(name string, data any) (*frame, error) {
	w := s.w
	if w.included[name] > maxNested {
		return nil, fmt.Errorf("rendering template has a nested reference name: %s: unable to execute template", name)
	}
	w.included[name]++
	f, err := w.run(func(f *frame) error {
		if name == TextName && len(w.texts) > 0 {
			// Within tpl the text itself goes by this name, but it is not in the
			// set when tpl did not clone.
			return w.texts[len(w.texts)-1].Execute(f, data)
		}
		return s.set.ExecuteTemplate(f, name, data)
	})
	w.included[name]--
	return f, err
}

// tpl is the template function of that name. Helm clones the whole set for each
// call, so that what the text defines is seen from inside only. That is needed
// for texts with definitions alone; all others run as a template that shares
// the set's names without being one of them (0.5 µs instead of 80 to 170 µs).
func (s *scope) tpl(text string, data any) (string, error) {
	w := s.w
	p := w.r.texts.get(text)
	if p.err != nil {
		return "", fmt.Errorf("cannot parse template %q: %w", text, p.err)
	}
	if p.plain {
		return strings.ReplaceAll(text, noValue, ""), nil
	}
	if len(w.texts) > maxNested {
		return "", fmt.Errorf("tpl is nested more than %d times in itself", maxNested)
	}
	t, err := s.instance(p)
	if err != nil {
		return "", err
	}
	w.texts = append(w.texts, t)
	f, err := w.run(func(f *frame) error { return t.Execute(f, data) })
	w.texts = w.texts[:len(w.texts)-1]
	if err != nil {
		return "", fmt.Errorf("error during tpl function execution for %q: %w", text, err)
	}
	return strings.ReplaceAll(f.out.String(), noValue, ""), nil
}

// instance returns a template that executes the parsed text in this scope.
func (s *scope) instance(p *textEntry) (*template.Template, error) {
	if p.main != nil && !s.w.r.selfRef {
		t := s.set.New(TextName)
		t.Tree = p.main
		return t, nil
	}
	clone, err := s.set.Clone()
	if err != nil {
		return nil, fmt.Errorf("cannot clone template: %w", err)
	}
	s.w.newScope(clone)
	t := clone.New(TextName)
	for name, tree := range p.trees {
		if _, err := t.AddParseTree(name, tree); err != nil {
			return nil, fmt.Errorf("cannot parse template: %w", err)
		}
	}
	return t, nil
}

// textCache remembers the texts that tpl was given; charts tend to pass the
// same few over and over. It is safe for concurrent use.
type textCache struct {
	parse   func(name, text string) parsed
	mu      sync.RWMutex
	entries map[string]*textEntry
}

type textEntry struct {
	parsed
	plain bool        // no template syntax at all
	main  *parse.Tree // the only tree of the text; nil when it has definitions too
}

func (c *textCache) get(text string) *textEntry {
	if !strings.Contains(text, "{{") {
		return &textEntry{plain: true}
	}
	c.mu.RLock()
	e := c.entries[text]
	c.mu.RUnlock()
	if e != nil {
		return e
	}
	e = &textEntry{parsed: c.parse(TextName, text)}
	if len(e.trees) == 1 && !e.selfRef {
		e.main = e.trees[TextName]
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.entries == nil {
		c.entries = map[string]*textEntry{}
	}
	c.entries[text] = e
	return e
}

// messages are the functions by which charts refuse their values.
func (w *worker) messages() template.FuncMap {
	return template.FuncMap{"required": w.required, "fail": w.fail}
}

func (w *worker) required(message string, value any) (any, error) {
	if value != nil && value != any("") {
		return value, nil
	}
	if w.r.opts.LintMode {
		w.warn("[INFO] Missing required value: %s", message)
		return "", nil
	}
	return value, errors.New(messageStart + message + messageEnd)
}

func (w *worker) fail(message string) (string, error) {
	if w.r.opts.LintMode {
		w.warn("[INFO] Fail: %s", message)
		return "", nil
	}
	return "", errors.New(messageStart + message + messageEnd)
}
