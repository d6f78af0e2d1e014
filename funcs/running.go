package funcs

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"text/template"
)

func runningFuncs() []Func {
	dot := Param{Name: "arguments", Doc: "what the template sees as its dot: one value, or several as a list; null when there are none", Optional: true}
	const defines = `{{ define "ports" }}{{ range .names }}- {name: {{ . }}, port: 80}{{ "\n" }}{{ end }}{{ end }}`
	const double = `{{ define "double" }}{{ return (mul 2 .) }}{{ end }}`
	return []Func{
		{
			Name: "call", Group: Running, Fn: callFunction, Where: Templates,
			Bind: func(h Host) any {
				return func(fn reflect.Value, args ...reflect.Value) (reflect.Value, error) { return call(h, fn, args) }
			},
			Params: []Param{{Name: "name", Doc: "of a named template. A function value is called, as by Go's own call"}, dot},
			Doc: "Runs a named template and returns its result with its type: what it gives to return, or else its text, read as YAML. So a helper can give a list, a map or a number, where include gives text. " +
				"Fails when there is no such template or its text is no YAML.",
			Examples: []Example{
				{Template: defines + `{{ range call "ports" .Values }}{{ .name }}:{{ .port }} {{ end }}`, Values: "names: [a, b]", Want: "a:80 b:80 "},
				{Template: double + `{{ add 1 (call "double" 20) }}`, Want: "41"},
			},
		},
		{
			Name: "callCached", Group: Running, Where: Templates,
			Fn: func(_ string, _ ...any) (any, error) { return nil, notRunning("callCached") },
			Bind: func(h Host) any {
				return func(name string, args ...any) (any, error) { return callCached(h, name, args) }
			},
			Params: []Param{{Name: "name", Doc: "of a named template"}, dot},
			Doc: "As call, and runs the template once for the same arguments; whoever calls gets a copy of the result. For templates that do much and look at nothing but their arguments: give them what they need, not the whole $. " +
				"Fails when the arguments are not plain data.",
			Examples: []Example{{Template: double + `{{ callCached "double" 4 }}{{ callCached "double" 4 }}`, Want: "88"}},
		},
		{
			Name: "return", Group: Running, Where: Templates,
			Fn:       func(any) (any, error) { return nil, notRunning("return") },
			Bind:     func(h Host) any { return func(v any) (any, error) { return nil, h.Return(v) } },
			Params:   []Param{{Name: "value", Doc: "any value; it keeps its type"}},
			Doc:      "Ends the named template that call runs and gives its result. Fails in a template that include or Helm itself runs, and when the template wrote text before.",
			Examples: []Example{{Template: `{{ define "sign" }}{{ if lt . 0 }}{{ return "minus" }}{{ end }}{{ return "plus" }}{{ end }}{{ call "sign" -1 }}`, Want: "minus"}},
		},
		{
			Name: "try", Group: Running,
			Fn:     func(_, _ any) (any, error) { return nil, notRunning("try") },
			Params: []Param{{Name: "default", Doc: "what to return instead"}, {Name: "expression", Doc: "what may fail, in parentheses or in front of the pipe"}},
			Doc:    "The value of an expression, or a default when it fails or is null. What stops the whole run, such as a time limit, is not held up.",
			Examples: []Example{
				{Template: `{{ try 1024 (toBytes .Values.memory) }}`, Values: "memory: lots", Want: "1024"},
				{Template: `{{ .Values.a.b.c | upper | try "none" }}`, Want: "none"},
				{Template: `{{ try 1024 (toBytes .Values.memory) }}`, Values: "memory: 2k", Want: "2000"},
			},
		},
		{
			Name: "can", Group: Running,
			Fn:     func(any) (bool, error) { return false, notRunning("can") },
			Params: []Param{{Name: "expression", Doc: "what may fail, in parentheses or in front of the pipe"}},
			Doc:    "Whether an expression can be evaluated without failing.",
			Examples: []Example{
				{Template: `{{ can (toBytes .Values.memory) }}`, Values: "memory: lots", Want: "false"},
				{Template: `{{ .Values.memory | toBytes | can }}`, Values: "memory: 2k", Want: "true"},
			},
		},
	}
}

func notRunning(name string) error {
	return errors.New(name + ": needs a running template")
}

// callFunction is Go's own call: without a host there are no named templates.
func callFunction(fn reflect.Value, args ...reflect.Value) (reflect.Value, error) {
	return call(nil, fn, args)
}

func call(h Host, fn reflect.Value, args []reflect.Value) (reflect.Value, error) {
	for fn.Kind() == reflect.Interface {
		fn = fn.Elem()
	}
	if fn.Kind() != reflect.String {
		return builtinCall(fn, args)
	}
	if h == nil {
		return reflect.Value{}, notRunning("call")
	}
	v, err := h.Run(fn.String(), dotOf(values(args)))
	return reflect.ValueOf(&v).Elem(), err
}

func values(args []reflect.Value) []any {
	list := make([]any, len(args))
	for i, arg := range args {
		if arg.IsValid() {
			list[i] = arg.Interface()
		}
	}
	return list
}

func dotOf(args []any) any {
	switch len(args) {
	case 0:
		return nil
	case 1:
		return args[0]
	}
	return args
}

// builtinCall lets text/template call a function value, with its checks and in
// its words.
func builtinCall(fn reflect.Value, args []reflect.Value) (reflect.Value, error) {
	text := "{{result (call .function"
	for i := range args {
		text += fmt.Sprintf(" (index .args %d)", i)
	}
	var result reflect.Value
	set := func(v reflect.Value) string { result = v; return "" }
	t := template.Must(template.New("").Funcs(template.FuncMap{"result": set}).Parse(text + ")}}"))
	var function any
	if fn.IsValid() {
		function = fn.Interface()
	}
	err := t.Execute(&strings.Builder{}, map[string]any{"function": function, "args": values(args)})
	var exec template.ExecError
	if errors.As(err, &exec) {
		_, cause, _ := strings.Cut(exec.Err.Error(), "error calling call: ")
		return result, errors.New(cause)
	}
	return result, err
}

func callCached(h Host, name string, args []any) (any, error) {
	key, err := json.Marshal(args)
	if err != nil {
		return nil, errors.New("arguments: want plain data: maps, lists and scalars")
	}
	v, err := h.Memo(name+" "+string(key), func() (any, error) { return h.Run(name, dotOf(args)) })
	return CopyTree(v), err
}

// ReadResult is what a named template gave as text, with its type.
func ReadResult(name, text string) (any, error) {
	v, err := mustFromYaml(text)
	if err != nil {
		return nil, fmt.Errorf("the text of %q is no YAML%s", name, strings.TrimPrefix(err.Error(), "text: want YAML, got a string that is none"))
	}
	return v, nil
}
