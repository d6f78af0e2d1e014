package funcs

import (
	"reflect"
	"text/template"
)

// Host is what functions need of whoever runs the template that calls them.
// Package render implements it for charts, package expr for expressions.
type Host interface {
	// Warn tells the user, with the line of the template.
	Warn(Warning)
	// Refuse returns the error with which fail stops a template.
	Refuse(message string) error
	// Run executes a named template and returns what it gives: the value that it
	// returns, or else its text, read as YAML.
	Run(name string, dot any) (any, error)
	// Return is the error that ends the named template that Run executes.
	Return(value any) error
	// Memo returns what make returned when it was last asked for this key.
	Memo(key string, make func() (any, error)) (any, error)
	// Execute runs the template that Lazy made of an argument.
	Execute(t *Thunk) error
}

// Warning is what a function has to say to the user.
type Warning struct {
	Message    string
	Deprecated bool // the user sets what is to be set in another way
}

// Place says where a function can be called.
type Place uint8

// A function can be called Anywhere, unless it needs what only Templates or
// only Expressions have.
const (
	Anywhere Place = iota
	Templates
	Expressions
)

// Bound returns the functions that need a host, bound to one. The map is the
// caller's own.
func Bound(h Host) template.FuncMap {
	m := template.FuncMap{}
	for _, f := range All() {
		if f.Bind != nil {
			m[f.Name] = f.Bind(h)
		}
	}
	return m
}

// CopyTree returns a deep copy of the maps and lists of a value.
func CopyTree(v any) any { return copyTree(v, 0) }

func copyTree(v any, depth int) any {
	mustEnd(depth)
	if m, ok := asMap(v); ok && m != nil {
		c := make(map[string]any, len(m))
		for key, value := range m {
			c[key] = copyTree(value, depth+1)
		}
		return c
	}
	if reflect.ValueOf(v).Kind() != reflect.Slice {
		return v
	}
	l, _ := asList(v)
	c := make([]any, len(l))
	for i, value := range l {
		c[i] = copyTree(value, depth+1)
	}
	return c
}
