package funcs

import (
	"errors"
	"fmt"
	"strings"

	"github.com/helmx-dev/helmx/diag"
)

func checkFuncs() []Func {
	return []Func{
		{
			Name: "warn", Group: Checks,
			Fn:     func(any) (string, error) { return "", notRunning("warn") },
			Bind:   func(h Host) any { return func(message any) (string, error) { return warn(h, message) } },
			Params: []Param{{Name: "message", Doc: "a text for the user"}},
			Doc:    "Tells the user something, with the line of the template: in template and lint, and in every report. Prints nothing and stops nothing.",
			Examples: []Example{
				{Template: `{{ if not .Values.tls }}{{ warn "tls is off" }}{{ end }}ok`, Want: "ok", Warning: "tls is off"},
			},
		},
		{
			Name: "deprecate", Group: Checks,
			Fn: func(_, _, _ any) (any, error) { return nil, notRunning("deprecate") },
			Bind: func(h Host) any {
				return func(old, new, values any) (any, error) { return deprecate(h, old, new, values) }
			},
			Params: []Param{
				{Name: "old", Doc: "the path that is going away, as for getPath"},
				{Name: "new", Doc: "the path that takes its place"},
				{Name: "values", Doc: "mostly .Values"},
			},
			Doc: "The value at a new path, or else at the old one, with a warning to the user who still sets that. Null when neither is set. For aliases of values: the defaults of the chart must leave both unset.",
			Examples: []Example{
				{Template: `{{ .Values | deprecate "image.name" "image.repository" }}`, Values: "image: {name: pilot}", Want: "pilot", Warning: "image.name is deprecated: set image.repository instead"},
				{Template: `{{ .Values | deprecate "image.name" "image.repository" }}`, Values: "image: {repository: pilot}", Want: "pilot"},
			},
		},
		{
			Name: "assert", Group: Checks,
			Fn: func(_, _ any) (string, error) { return "", notRunning("assert") },
			Bind: func(h Host) any {
				return func(message, condition any) (string, error) { return assert(h, message, condition) }
			},
			Params: []Param{{Name: "message", Doc: "what to tell the user when it does not hold"}, {Name: "condition", Doc: "true or false, nothing else"}},
			Doc:    "Stops the render with a message unless a condition is true. Prints nothing. Fails when the condition is no boolean: a text like \"false\" would be true to if.",
			Examples: []Example{
				{Template: `{{ assert "replicas must be positive" (gt .Values.replicas 0.0) }}ok`, Values: "replicas: 2", Want: "ok"},
				{Template: `{{ hasPath "a" .Values | assert "a must be set" }}`, Error: "a must be set"},
				{Template: `{{ assert "x" "false" }}`, Error: "condition: want true or false, got a string"},
			},
		},
		{
			Name: "oneOf", Group: Checks, Fn: oneOf,
			Params: []Param{{Name: "choices", Doc: "a list of scalars"}, {Name: "value", Doc: "the value to check"}},
			Doc:    "The value, if it is among the choices. Fails otherwise, lists them and says which one may be meant; the value itself is not shown.",
			Examples: []Example{
				{Template: `{{ .Values.mode | oneOf (list "STRICT" "PERMISSIVE") }}`, Values: "mode: STRICT", Want: "STRICT"},
				{Template: `{{ .Values.mode | oneOf (list "STRICT" "PERMISSIVE") }}`, Values: "mode: STRICTT", Error: `value: want "STRICT" or "PERMISSIVE", got a string that is none; did you mean "STRICT"?`},
			},
		},
	}
}

const wantMessage = "a message"

func warn(h Host, message any) (string, error) {
	text, err := textArgument("message", message, wantMessage)
	if err == nil && text == "" {
		err = argumentError("message", message, wantMessage)
	}
	if err == nil {
		h.Warn(Warning{Message: text})
	}
	return "", err
}

func deprecate(h Host, old, new, values any) (any, error) {
	oldPath, err := textArgument("old", old, "a path like image.name")
	if err != nil {
		return nil, err
	}
	newPath, err := textArgument("new", new, "a path like image.repository")
	if err != nil {
		return nil, err
	}
	before, err := getPath(oldPath, values)
	if err != nil {
		return nil, fmt.Errorf("old: %w", err)
	}
	now, err := getPath(newPath, values)
	if err != nil {
		return nil, fmt.Errorf("new: %w", err)
	}
	switch {
	case before == nil:
		return now, nil
	case now != nil:
		h.Warn(Warning{Message: oldPath + " is deprecated, and " + newPath + ", which takes its place, is set too: remove " + oldPath, Deprecated: true})
		return now, nil
	}
	h.Warn(Warning{Message: oldPath + " is deprecated: set " + newPath + " instead", Deprecated: true})
	return before, nil
}

func assert(h Host, message, condition any) (string, error) {
	text, err := textArgument("message", message, wantMessage)
	if err != nil {
		return "", err
	}
	holds, ok := condition.(bool)
	switch {
	case !ok:
		return "", argumentError("condition", condition, "true or false")
	case !holds:
		return "", h.Refuse(text)
	}
	return "", nil
}

func oneOf(choices, value any) (any, error) {
	list, ok := asList(choices)
	if !ok || len(list) == 0 {
		return nil, argumentError("choices", choices, "a list of scalars with at least one")
	}
	names := make([]string, len(list))
	for i, choice := range list {
		if sameScalar(choice, value) {
			return value, nil
		}
		if !isScalar(choice) {
			return nil, argumentError(fmt.Sprintf("choices[%d]", i), choice, "a scalar")
		}
		if names[i] = scalarText(choice); sortKind(choice) == "a string" {
			names[i] = fmt.Sprintf("%q", names[i])
		}
	}
	err := formError("value", value, alternatives(names))
	if !isScalar(value) {
		return nil, err
	}
	for i := range names {
		names[i] = strings.Trim(names[i], `"`)
	}
	if meant := diag.DidYouMean(scalarText(value), names); meant != "" {
		err = errors.New(err.Error() + "; " + meant)
	}
	return nil, err
}

// alternatives joins names as a sentence does.
func alternatives(names []string) string {
	if len(names) == 1 {
		return names[0]
	}
	return strings.Join(names[:len(names)-1], ", ") + " or " + names[len(names)-1]
}
