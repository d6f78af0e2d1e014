package engine

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"text/template"
	"text/template/parse"
)

// With set a template can put a map into itself. Some charts do, to hand $
// around, and all is well until something walks the whole of it: then Helm dies
// of its stack, if it does not take all memory first. Go can recover from
// neither. So whatever walks a value looks for cycles before. toYaml and toJson
// need not, since JSON refuses cycles by itself.

var errCycle = errors.New("the value contains itself, or nests endlessly, so it cannot be printed, copied or merged")

// maxNesting is how deep maps and lists may be nested in what is walked; fmt
// runs out of its stack at some millions.
const maxNesting = 100_000

// refuseCycles makes the functions that walk their arguments refuse a value
// that contains itself.
func refuseCycles(m template.FuncMap) {
	walking := []string{"toYamlPretty", "toToml", "toString", "toStrings", "quote", "squote", "cat", "join",
		"deepCopy", "mustDeepCopy", "float64", "toDecimal", "floor", "ceil", "dict"}
	m["print"], m["println"], m["printf"] = checked(fmt.Sprint), checked(fmt.Sprintln), checkedFormat(fmt.Sprintf)
	m["html"], m["js"], m["urlquery"] = checked(template.HTMLEscaper), checked(template.JSEscaper), checked(template.URLQueryEscaper)
	for _, name := range walking {
		switch f := m[name].(type) {
		case func(any) string:
			m[name] = checkedOne(f)
		case func(any) []string:
			m[name] = checkedOne(f)
		case func(any) any:
			m[name] = checkedOne(f)
		case func(any) int64:
			m[name] = checkedOne(f)
		case func(any) float64:
			m[name] = checkedOne(f)
		case func(any) (any, error):
			m[name] = func(v any) (any, error) { mustEnd(v); return f(v) }
		case func(...any) string:
			m[name] = checked(f)
		case func(...any) map[string]any:
			m[name] = func(pairs ...any) map[string]any { mustEndKeys(pairs); return f(pairs...) }
		case func(string, any) string:
			m[name] = func(s string, v any) string { mustEnd(v); return f(s, v) }
		}
	}
}

func checkedOne[R any](f func(any) R) func(any) R {
	return func(v any) R { mustEnd(v); return f(v) }
}

func checked(f func(...any) string) func(...any) string {
	return func(values ...any) string { mustEnd(values...); return f(values...) }
}

func checkedFormat(f func(string, ...any) string) func(string, ...any) string {
	return func(format string, values ...any) string { mustEnd(values...); return f(format, values...) }
}

// mustEnd panics at values that contain themselves; text/template makes an
// error of it.
func mustEnd(values ...any) {
	for _, v := range values {
		if (&cycleFinder{}).found(v, 0) {
			panic(errCycle)
		}
	}
}

// mustEndKeys checks the keys of pairs: dict makes strings of them.
func mustEndKeys(pairs []any) {
	for i := 0; i < len(pairs); i += 2 {
		mustEnd(pairs[i])
	}
}

// cycleFinder walks a value once, however often its parts are shared. A cycle
// leads through a map, as lists cannot be changed.
type cycleFinder struct {
	inside map[uintptr]bool // maps met: whether the walk is inside of it
}

func (c *cycleFinder) found(v any, depth int) bool {
	switch v := v.(type) {
	case nil, string, bool, int, int64, float64, []string, map[string]string, files:
		return false
	case []any:
		return c.inList(v, depth)
	}
	if m, ok := asTable(v); ok {
		return c.inTable(m, depth)
	}
	if list := reflect.ValueOf(v); list.Kind() == reflect.Slice {
		switch list.Type().Elem().Kind() {
		case reflect.Interface, reflect.Map, reflect.Slice:
			for i := range list.Len() {
				if c.found(list.Index(i).Interface(), depth+1) {
					return true
				}
			}
		}
	}
	return false
}

func (c *cycleFinder) inList(list []any, depth int) bool {
	return slices.ContainsFunc(list, func(v any) bool { return c.found(v, depth+1) })
}

func (c *cycleFinder) inTable(m table, depth int) bool {
	if len(m) == 0 {
		return false
	}
	at := mapAddress(m)
	if inside, met := c.inside[at]; met {
		return inside
	}
	if depth > maxNesting {
		return true
	}
	if c.inside == nil {
		c.inside = map[uintptr]bool{}
	}
	c.inside[at] = true
	for _, v := range m {
		if c.found(v, depth+1) {
			return true
		}
	}
	c.inside[at] = false
	return false
}

// printed is the name of the function that checkPrinted appends. Templates
// cannot call it: the parser does not know it.
const printed = "printed"

// printable passes on what an action prints. It works on the reflect.Value, so
// that text/template sees the very same: String of *KubeVersion, say, is found
// only while the field is addressable.
func printable(v reflect.Value) reflect.Value {
	switch v.Kind() {
	case reflect.Map, reflect.Slice, reflect.Interface:
		mustEnd(v.Interface())
	}
	return v
}

// checkPrinted makes an action look for cycles in what it prints, unless it
// ends in a function that returns text, as most do.
func checkPrinted(n *parse.ActionNode) {
	if len(n.Pipe.Decl) > 0 {
		return // prints nothing
	}
	last := n.Pipe.Cmds[len(n.Pipe.Cmds)-1]
	switch first := last.Args[0].(type) {
	case *parse.IdentifierNode:
		if slices.Contains(textual, first.Ident) {
			return
		}
	case *parse.StringNode, *parse.NumberNode, *parse.BoolNode, *parse.NilNode:
		return
	}
	check := parse.NewIdentifier(printed).SetPos(last.Pos)
	n.Pipe.Cmds = append(n.Pipe.Cmds, &parse.CommandNode{NodeType: parse.NodeCommand, Pos: last.Pos, Args: []parse.Node{check}})
}

// textual are the functions with text as their result that actions often end in.
var textual = []string{"include", "tpl", "toYaml", "toJson", "nindent", "indent", "quote", "squote", "print", "printf",
	"toString", "trim", "trimSuffix", "trunc", "lower", "upper", "replace", "b64enc", "sha256sum", "int", "int64"}
