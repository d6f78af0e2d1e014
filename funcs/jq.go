package funcs

import (
	"errors"
	"fmt"
	"math"
	"math/big"
	"reflect"

	"github.com/helmx-dev/helmx/patch"
	"github.com/itchyny/gojq"
)

func jqFuncs() []Func {
	return []Func{{
		Name: "jq", Group: Structure, Fn: jq,
		Doc: "Runs a jq program on a value and returns its one result. A program that gives none or several is an error: put several into a list with [ ]. " +
			"There is no clock, environment or input, and a program that does not end is stopped.",
		Params: []Param{{Name: "program", Doc: "a program of the jq language"}, {Name: "value", Doc: "what the program sees as ."}},
		Examples: []Example{
			{
				Template: `{{ .Values | jq "[.ports[] | select(.tls) | .name]" | toJson }}`,
				Values:   `ports: [{name: http}, {name: https, tls: true}]`,
				Want:     `["https"]`,
			},
			{Template: `{{ list 3 1 2 | jq "max" }}`, Want: "3"},
			{Template: `{{ list 1 2 | jq ".[]" }}`, Error: "program: want one result, got several: write [ ] around it for a list"},
		},
	}}
}

var jqPrograms cache[*gojq.Code]

// noClock takes away what would make the result depend on when and where it is
// computed.
const noClock = `def now: error("there is no clock here"); def localtime: error("there is no time zone here"); def strflocaltime(f): error("there is no time zone here"); `

func compileJQ(text string) (*gojq.Code, error) {
	query, err := gojq.Parse(noClock + text)
	if err == nil {
		var code *gojq.Code
		if code, err = gojq.Compile(query); err == nil {
			return code, nil
		}
	}
	return nil, fmt.Errorf("program: want a jq program, got a string that is none: %w", err)
}

func jq(program, value any) (any, error) {
	text, err := textArgument("program", program, "a jq program")
	if err != nil {
		return nil, err
	}
	code, err := jqPrograms.get(text, compileJQ)
	if err != nil {
		return nil, err
	}
	input, err := jqInput(value, 0)
	if err != nil {
		return nil, err
	}
	steps := patch.NewJQBudget(maxSteps, errSteps)
	results := code.RunWithContext(steps, input)
	result, ok := results.Next()
	switch {
	case steps.Spent():
		return nil, errSteps
	case !ok:
		return nil, errors.New("program: want one result, got none")
	}
	if err, failed := result.(error); failed {
		return nil, jqError(err)
	}
	switch more, another := results.Next(); {
	case steps.Spent():
		return nil, errSteps
	case another:
		if err, failed := more.(error); failed {
			return nil, jqError(err)
		}
		return nil, errors.New("program: want one result, got several: write [ ] around it for a list")
	}
	return jqOutput(result), nil
}

// jqError keeps the value out of the message: gojq quotes it.
func jqError(err error) error {
	if errors.Is(err, errSteps) {
		return errSteps
	}
	var thrown gojq.ValueError
	if text, ok := errorText(err, &thrown); ok {
		return errors.New("program: error(" + text + ")")
	}
	return errors.New("program: the value is not what the program takes")
}

// errorText is what the author of a program gave to error, where that is plain
// text: the one message that is not made of the value.
func errorText(err error, thrown *gojq.ValueError) (string, bool) {
	if !errors.As(err, thrown) {
		return "", false
	}
	text, ok := (*thrown).Value().(string)
	return text, ok && (text == "there is no clock here" || text == "there is no time zone here")
}

// jqInput copies a value into the types of gojq.
func jqInput(v any, depth int) (any, error) {
	mustEnd(depth)
	if m, ok := asMap(v); ok {
		c := make(map[string]any, len(m))
		for key, value := range m {
			var err error
			if c[key], err = jqInput(value, depth+1); err != nil {
				return nil, err
			}
		}
		return c, nil
	}
	if l, ok := asList(v); ok {
		c := make([]any, len(l))
		for i, value := range l {
			var err error
			if c[i], err = jqInput(value, depth+1); err != nil {
				return nil, err
			}
		}
		return c, nil
	}
	switch rv := reflect.ValueOf(v); {
	case v == nil:
		return nil, nil
	case rv.Kind() == reflect.String:
		return rv.String(), nil
	case rv.Kind() == reflect.Bool:
		return rv.Bool(), nil
	case rv.CanInt():
		return int(rv.Int()), nil
	case rv.CanUint():
		return new(big.Int).SetUint64(rv.Uint()), nil
	case rv.CanFloat():
		return wholeNumber(rv.Float()), nil
	}
	return nil, argumentError("value", v, "plain data: maps, lists and scalars")
}

// wholeNumber makes an int of an integral number, as Helm's values hold all
// numbers as float64.
func wholeNumber(f float64) any {
	if f == math.Trunc(f) && math.Abs(f) <= 1<<53 {
		return int(f)
	}
	return f
}

// jqOutput turns the types of gojq into those of a template.
func jqOutput(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for key, value := range v {
			v[key] = jqOutput(value)
		}
	case []any:
		for i := range v {
			v[i] = jqOutput(v[i])
		}
	case int:
		return int64(v)
	case float64:
		if n, ok := wholeNumber(v).(int); ok {
			return int64(n)
		}
	case *big.Int:
		if v.IsUint64() {
			return v.Uint64()
		}
		f, _ := new(big.Float).SetInt(v).Float64()
		return f
	}
	return v
}

// maxSteps bounds a program that does not end to half a second.
const maxSteps = 2_000_000

var errSteps = errors.New("program: does not end within its bounds: 2 million steps, 256 MB")
