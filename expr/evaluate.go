package expr

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"text/template"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/funcs"
)

// evaluator holds what the expressions of all documents share.
type evaluator struct {
	values    map[string]any
	release   release
	functions template.FuncMap
	lazy      funcs.Lazy
	world     world // what is not in the values: objects, files

	state
}

// state is that of the expression that is evaluated. Another one may be
// evaluated in between, when it reads an object.
type state struct {
	set     *template.Template // that is executed
	result  any
	steps   int  // rounds of range so far
	secret  bool // it has read a Secret
	depth   int  // of try and can
	notices []funcs.Warning
}

// scope is the dot of an expression.
type scope struct {
	Values  map[string]any
	Release release
	Object  any
}

// release is Release for an expression: methods are called like fields, and can
// fail where a field would be empty.
type release struct {
	Namespace string
	Service   string
	IsInstall bool
	IsUpgrade bool
	Revision  int

	name string
}

var errUnknownName = errors.New("the name of the release is not known")

// Name returns the name, or fails when it is not known.
func (r release) Name() (string, error) {
	if r.name == "" {
		return "", errUnknownName
	}
	return r.name, nil
}

func newRelease(r Release) release {
	return release{
		name: r.Name, Namespace: r.Namespace, Service: r.Service, IsInstall: r.IsInstall, IsUpgrade: r.IsUpgrade, Revision: r.Revision,
	}
}

// problem is what is wrong with an expression or with its result.
type problem struct {
	code, message, hint string
	detail              string // may hold a value: left out of findings about a Secret
	source              string // the expression, where it is one of several in a text
}

// Error makes a problem pass through a template that runs.
func (p *problem) Error() string { return p.message }

const unknownNameHint = "give it with --release NAME, through Helm with --post-renderer-args=--release=NAME; or let the chart write a Context (docs/post-render.md)"

func newEvaluator(o Options) *evaluator {
	e := &evaluator{values: o.Values, release: newRelease(o.Release), functions: pureFunctions(o.Allow)}
	e.world = world{evaluator: e, files: files{folder: o.Folder, allow: o.Allow}}
	maps.Copy(e.functions, funcs.Bound(e))
	maps.Copy(e.functions, e.world.functions())
	return e
}

// begin forgets what the last expression left.
func (e *evaluator) begin(t *template.Template) { e.state = state{set: t} }

// evaluate returns the value of an expression, with integral numbers as int64.
func (e *evaluator) evaluate(expression string, object any) (any, *problem) {
	functions := maps.Clone(e.functions)
	functions["result"] = e.setResult
	t, err := parseExpression(expression, functions)
	if err == nil {
		err = e.prepare(t)
	}
	if err != nil {
		return nil, e.syntaxProblem(err)
	}
	e.begin(t)
	err = t.Execute(io.Discard, scope{Values: e.values, Release: e.release, Object: object})
	if err != nil {
		return nil, runProblem(err)
	}
	normal, err := normalize(e.result)
	if err != nil {
		return nil, &problem{code: "EX002", message: "gives " + err.Error()}
	}
	return normal, nil
}

// The patterns below are compiled when the first expression is wrong: a start
// of helmx pays nothing for them.
var unknownFunction = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`function "([^"]*)" not defined`) })

func (e *evaluator) syntaxProblem(err error) *problem {
	p := &problem{code: "EX001", message: "cannot be read: " + plainError(err)}
	found := unknownFunction().FindStringSubmatch(err.Error())
	if found == nil {
		return p
	}
	name := found[1]
	p.message = fmt.Sprintf("calls %q, which is no function here", name)
	p.hint = e.whyNot(name)
	if p.hint == "" {
		names := slices.Sorted(maps.Keys(e.functions))
		p.hint = diag.DidYouMean(name, names)
	}
	return p
}

// where matches what text/template puts in front of its messages. Names and
// lines there are those of the made-up template around the expression.
var where = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^template: :\d+(:\d+)?: (executing "" at )?`) })

func plainError(err error) string {
	text := where().ReplaceAllString(err.Error(), "")
	return strings.ReplaceAll(text, "result (", "(")
}

// normalize turns a result into the types that a YAML tree is made of.
func normalize(v any) (any, error) {
	switch rv := reflect.ValueOf(v); rv.Kind() {
	case reflect.Invalid:
		return nil, nil
	case reflect.String:
		return rv.String(), nil
	case reflect.Bool:
		return rv.Bool(), nil
	case reflect.Float32, reflect.Float64:
		return normalizeFloat(rv.Float())
	case reflect.Map:
		return normalizeMap(rv)
	case reflect.Slice, reflect.Array:
		return normalizeList(rv)
	case reflect.Pointer, reflect.Interface:
		if rv.IsNil() {
			return nil, nil
		}
		return normalize(rv.Elem().Interface())
	default:
		switch {
		case rv.CanInt():
			return rv.Int(), nil
		case rv.CanUint():
			return rv.Uint(), nil
		}
	}
	return nil, fmt.Errorf("a value of type %T, which YAML does not have", v)
}

// normalizeFloat makes integers of integral numbers: all numbers of a values
// file are float64 to Helm.
func normalizeFloat(f float64) (any, error) {
	switch {
	case math.IsNaN(f) || math.IsInf(f, 0):
		return nil, errors.New("a number that JSON does not have")
	case f == math.Trunc(f) && math.Abs(f) <= 1<<53:
		return int64(f), nil
	}
	return f, nil
}

func normalizeMap(rv reflect.Value) (any, error) {
	m := make(map[string]any, rv.Len())
	for entries := rv.MapRange(); entries.Next(); {
		value, err := normalize(entries.Value().Interface())
		if err != nil {
			return nil, err
		}
		m[fmt.Sprint(entries.Key().Interface())] = value
	}
	return m, nil
}

func normalizeList(rv reflect.Value) (any, error) {
	if rv.Type().Elem().Kind() == reflect.Uint8 {
		return nil, errors.New("bytes, which YAML does not have: use toString or b64enc")
	}
	list := make([]any, rv.Len())
	for i := range list {
		var err error
		if list[i], err = normalize(rv.Index(i).Interface()); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// kindOf names the kind of a normalized value.
func kindOf(v any) string {
	switch v.(type) {
	case nil:
		return "null"
	case map[string]any:
		return "a map"
	case []any:
		return "a list"
	}
	return "a scalar"
}

// inText writes a normalized scalar the way YAML would.
func inText(v any) string {
	if f, ok := v.(float64); ok {
		return strconv.FormatFloat(f, 'f', -1, 64)
	}
	return fmt.Sprint(v)
}

// holds reports whether some text in a normalized value contains the delimiter.
func holds(v any, open string) bool {
	switch x := v.(type) {
	case string:
		return strings.Contains(x, open)
	case []any:
		return slices.ContainsFunc(x, func(item any) bool { return holds(item, open) })
	case map[string]any:
		for key, value := range x {
			if strings.Contains(key, open) || holds(value, open) {
				return true
			}
		}
	}
	return false
}
