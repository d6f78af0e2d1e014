// Package funcs is the one registry of the template functions that helmx adds
// to those of Helm and sprig: code, documentation and runnable examples
// together. Completion, `helmx funcs` and the generated docs are made from it.
//
// Rules of the house: the value that a pipe brings comes last; what cannot be
// answered is an error, never an empty string; no function changes its
// arguments; names never hide one of Helm's or sprig's.
//
// The package neither runs templates nor knows a release: what needs a running
// template belongs to package render, what needs the rendered objects to
// package expr.
package funcs

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"text/template"
)

// Func is one template function with all that is said about it.
type Func struct {
	Name     string
	Group    Group
	Doc      string // what it does, what it returns, when it fails; first sentence stands alone
	Params   []Param
	Examples []Example
	Where    Place
	Fn       any            // what a template.FuncMap takes; one that needs a host fails
	Bind     func(Host) any // Fn for a host; nil where it needs none
}

// Param documents one parameter, in the order of the template's arguments.
type Param struct {
	Name     string
	Doc      string
	Optional bool
}

// Example is run by a test: Template, executed with Values (YAML) as .Values,
// prints Want, or fails with a message that contains Error.
type Example struct {
	Template string
	Values   string
	Want     string
	Error    string
	Warning  string // what the user is told as well
	Objects  string // the rendered objects, for people
}

// Group sorts the functions for people.
type Group string

const (
	Structure  Group = "structure"
	Kubernetes Group = "Kubernetes"
	Network    Group = "network and mesh"
	Secrets    Group = "secrets and certificates"
	Checks     Group = "checks and warnings"
	Running    Group = "control"
	Objects    Group = "rendered objects and files"
)

// Groups returns all groups in the order of the documentation.
func Groups() []Group {
	return []Group{Structure, Running, Checks, Kubernetes, Network, Secrets, Objects}
}

// In returns the functions of a group, sorted by name.
func In(group Group) []Func {
	return slices.DeleteFunc(slices.Clone(All()), func(f Func) bool { return f.Group != group })
}

// Signature shows how the function is called and what comes back, for example
// "cidrHost INDEX CIDR -> string". Optional parameters stand in brackets.
func (f Func) Signature() string {
	var b strings.Builder
	b.WriteString(f.Name)
	for _, p := range f.Params {
		if p.Optional {
			fmt.Fprintf(&b, " [%s]", strings.ToUpper(p.Name))
		} else {
			b.WriteString(" " + strings.ToUpper(p.Name))
		}
	}
	return b.String() + " -> " + resultName(f.Fn)
}

// Usage says how the function is called and what its parameters are, in one line.
func (f Func) Usage() string {
	var b strings.Builder
	b.WriteString("want " + f.Signature())
	for i, p := range f.Params {
		b.WriteString([]string{" - ", "; "}[min(i, 1)] + strings.ToUpper(p.Name) + ": " + p.Doc)
	}
	return b.String()
}

// Summary is the first sentence of Doc, without its full stop.
func (f Func) Summary() string {
	first, _, _ := strings.Cut(f.Doc, ". ")
	return strings.TrimSuffix(first, ".")
}

// resultName names the type that Fn returns in the words of a chart's author.
func resultName(fn any) string {
	result := reflect.TypeOf(fn).Out(0)
	if result == reflect.TypeFor[reflect.Value]() {
		return "any"
	}
	switch result.Kind() {
	case reflect.Interface:
		return "any"
	case reflect.Int64, reflect.Int:
		return "integer"
	case reflect.Map:
		return "map"
	case reflect.Slice:
		return "list"
	}
	return result.Kind().String()
}

// All returns every function, sorted by name. The result is shared: do not
// change it. Safe for concurrent use.
func All() []Func { return registry() }

var registry = sync.OnceValue(func() []Func {
	all := slices.Concat(
		structureFuncs(), pathFuncs(), patchFuncs(), yamlFuncs(), jqFuncs(), listFuncs(),
		nameFuncs(), quantityFuncs(), durationFuncs(), imageFuncs(), labelFuncs(),
		networkFuncs(), cidrFuncs(), meshFuncs(), deriveFuncs(), certificateFuncs(),
		checkFuncs(), runningFuncs(), objectFuncs(),
	)
	slices.SortFunc(all, func(a, b Func) int { return strings.Compare(a.Name, b.Name) })
	return all
})

// Lookup returns the function of that name.
func Lookup(name string) (Func, bool) {
	all := All()
	i, ok := slices.BinarySearchFunc(all, name, func(f Func, name string) int { return strings.Compare(f.Name, name) })
	if !ok {
		return Func{}, false
	}
	return all[i], true
}

// Map returns the functions for a template. The map is the caller's own.
func Map() template.FuncMap {
	m := make(template.FuncMap, len(All()))
	for _, f := range All() {
		m[f.Name] = f.Fn
	}
	return m
}
