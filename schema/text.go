package schema

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
	"github.com/helmx-dev/helmx/schema/internal/pack"
	"go.yaml.in/yaml/v3"
)

// valueText says what is wrong with one value.
func (e *explainer) valueText(p problem) (code, message, hint string) {
	found := e.describe(p)
	n := p.rule.node
	switch p.keyword {
	case "type":
		return "SC011", fmt.Sprintf("expected %s, found %s", expectedType(n, p.schema.Types), found), e.typeHint(p)
	case keyEnum:
		return enumText(n.Enum, p.value, found)
	case keyFormat:
		if problem := formatProblem(n, p.value); problem != "" {
			return "SC016", fmt.Sprintf("%s is %s", found, problem), ""
		}
	case "pattern":
		return "SC016", fmt.Sprintf("%s does not match the pattern %s", found, n.Pattern), ""
	case "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf":
		return "SC015", fmt.Sprintf("%s is out of range: must be %s", found, numberRange(n)), ""
	case "minLength", "maxLength":
		return "SC015", fmt.Sprintf("%s has the wrong length: must be %s characters", found, countRange(n.MinLength, n.MaxLength)), ""
	case "minItems", "maxItems":
		return "SC015", fmt.Sprintf("a list of %d items: must be %s", len(asList(p.value)), countRange(n.MinItems, n.MaxItems)), ""
	case "minProperties", "maxProperties":
		return "SC015", fmt.Sprintf("a map of %d keys: must be %s", len(asMap(p.value)), countRange(n.MinProps, n.MaxProps)), ""
	case "uniqueItems":
		return "SC017", "the list holds an item twice", ""
	}
	return "SC018", p.cause.Message, ""
}

func asList(v any) []any         { l, _ := v.([]any); return l }
func asMap(v any) map[string]any { m, _ := v.(map[string]any); return m }

// describe names a value in a message, and never a Secret's.
func (e *explainer) describe(p problem) string {
	if e.object.isSecretValue(p.path) {
		return "a " + typeName(p.value)
	}
	return describe(p.value)
}

// describe names a value: scalars by their text.
func describe(v any) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case map[string]any:
		return "a map"
	case []any:
		return "a list"
	case string:
		return "string " + show(v)
	case bool:
		return "boolean " + show(v)
	}
	return "number " + show(v)
}

func typeName(v any) string {
	switch v.(type) {
	case nil:
		return "null"
	case map[string]any:
		return "map"
	case []any:
		return "list"
	case string:
		return "string"
	case bool:
		return "boolean"
	}
	return "number"
}

// show writes a scalar, cut short.
func show(v any) string {
	switch v := v.(type) {
	case string:
		if r := []rune(v); len(r) > 60 {
			v = string(r[:60]) + "..."
		}
		return strconv.Quote(v)
	case json.Number:
		return v.String()
	}
	text := fmt.Sprint(v)
	if len(text) > 60 {
		return text[:60] + "..."
	}
	return text
}

var typeWords = map[string]string{
	"object": "a map", "array": "a list", "string": "a string", "integer": "an integer", "number": "a number", "boolean": "true or false",
}

func expectedType(n *pack.Node, types []string) string {
	if n.Format == "quantity" {
		return "a quantity such as 500m or 128Mi"
	}
	var words []string
	for _, t := range types {
		if w := typeWords[t]; w != "" {
			words = append(words, w)
		}
	}
	return strings.Join(words, " or ")
}

// typeHint says how to turn a value of the wrong type into one of the right.
func (e *explainer) typeHint(p problem) string {
	n := p.rule.node
	node, _ := locate(e.object.node, p.path, false)
	value := manifest.Resolve(manifest.Path(p.path).Get(e.object.node))
	if isLeftover(value) {
		return "are these the braces of a template that was not rendered?"
	}
	secret := e.object.isSecretValue(p.path)
	text, isString := p.value.(string)
	switch {
	case n.Type == "string" && isContainer(p.value):
		return textHint(p.path, value, secret)
	case n.Type == "string" && !isString && isScalar(p.value):
		return e.quoteHint(node.Value, secret)
	case isString && !secret && (n.Type == "integer" || n.Type == "number") && isNumber(text),
		isString && n.Type == "boolean" && (text == "true" || text == "false"):
		return "remove the quotes"
	case isString && isPrintedMap(text) && (n.Type == "object" || n.Type == "array"):
		key, _ := locate(e.object.node, p.path, true)
		return fmt.Sprintf("the template prints a map as it is: put it through toYaml and nindent %d", key.Column+1)
	case n.Type == "array" && p.value != nil:
		return `begin each item with "- "`
	}
	return ""
}

// quoteHint says how to make text of a number or a boolean. In a document that
// was changed it may be what a patch or an expression wrote, and those have
// quotes that do not end up in the document.
func (e *explainer) quoteHint(text string, secret bool) string {
	hint := "put it in quotes"
	if !secret {
		hint += ": " + strconv.Quote(text)
	}
	if e.object.doc.Changed() {
		hint += ", or let the expression that gives it end in | toString"
	}
	return hint
}

// textHint guesses how a map or a list came to stand where text belongs.
func textHint(p manifest.Path, value *manifest.Node, secret bool) string {
	flow := value == nil || value.Style&yaml.FlowStyle != 0
	switch {
	case value != nil && value.Kind == yaml.SequenceNode:
		if len(value.Content) == 1 && value.Content[0].Kind == yaml.ScalarNode && !secret {
			return "write it without the list: " + strconv.Quote(value.Content[0].Value)
		}
		return "only one value is allowed here, without a list around it"
	case flow:
		return ""
	case p[len(p)-1].Kind == manifest.Index:
		return `the ": " in it makes it a map: put the whole item in quotes`
	}
	return `is a "|" missing behind the key, or is one field of the map meant?`
}

// isPrintedMap recognises what a template prints for a map: map[a:b].
func isPrintedMap(text string) bool {
	return strings.HasPrefix(text, "map[") && strings.HasSuffix(text, "]")
}

func isNumber(text string) bool {
	_, err := strconv.ParseFloat(text, 64)
	return err == nil && sensible(text)
}

// isLeftover recognises "{{ .Values.x }}" that YAML read as a map whose key is
// a map.
func isLeftover(n *manifest.Node) bool {
	return n != nil && n.Kind == yaml.MappingNode && n.Style&yaml.FlowStyle != 0 &&
		len(n.Content) > 0 && n.Content[0].Kind == yaml.MappingNode
}

// closest returns the candidate that a word was probably meant to be: one that
// differs by few letters, else the only one that contains it.
func closest(word string, candidates []string) string {
	if best := diag.Nearest(word, candidates); best != "" || len(word) < 4 {
		return best
	}
	lower, found := strings.ToLower(word), ""
	for _, c := range candidates {
		if strings.Contains(strings.ToLower(c), lower) {
			if found != "" {
				return ""
			}
			found = c
		}
	}
	return found
}

// listLimit is how many allowed values are shown, the likeliest first.
const listLimit = 9

func enumText(enum []any, v any, found string) (code, message, hint string) {
	var allowed []string
	for _, x := range enum {
		if s := enumWord(x); s != "" {
			allowed = append(allowed, s)
		}
	}
	text := fmt.Sprint(v)
	shown := slices.Clone(allowed)
	if len(shown) > listLimit {
		shown = diag.NearestN(text, allowed, listLimit)
		shown[listLimit-1] += fmt.Sprintf(" and %d more", len(allowed)-listLimit)
	}
	return "SC013", fmt.Sprintf("%s is not allowed: expected %s", found, strings.Join(shown, ", ")), didYouMean(text, allowed)
}

// enumWord writes an allowed value: text as it is, anything else as JSON.
func enumWord(v any) string {
	if s, ok := v.(string); ok {
		return s
	}
	text, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return string(text)
}

func didYouMean(word string, candidates []string) string {
	if best := closest(word, candidates); best != "" {
		return fmt.Sprintf("did you mean %q?", best)
	}
	return ""
}

func numberRange(n *pack.Node) string {
	var parts []string
	if n.Minimum != "" {
		parts = append(parts, bound("at least", "more than", n.ExclusiveLo)+" "+n.Minimum.String())
	}
	if n.Maximum != "" {
		parts = append(parts, bound("at most", "less than", n.ExclusiveHi)+" "+n.Maximum.String())
	}
	if n.MultipleOf != "" {
		parts = append(parts, "a multiple of "+n.MultipleOf.String())
	}
	return strings.Join(parts, " and ")
}

func bound(inclusive, exclusive string, isExclusive bool) string {
	if isExclusive {
		return exclusive
	}
	return inclusive
}

func countRange(low, high *int) string {
	switch {
	case low != nil && high != nil:
		return fmt.Sprintf("%d to %d", *low, *high)
	case low != nil:
		return fmt.Sprintf("at least %d", *low)
	case high != nil:
		return fmt.Sprintf("at most %d", *high)
	}
	return "another number"
}

// requiredNames lists the fields that the branches of a schema ask for.
func requiredNames(n *pack.Node) []string {
	var names []string
	var walk func(n *pack.Node)
	walk = func(n *pack.Node) {
		for _, branch := range slices.Concat(n.OneOf, n.AnyOf) {
			names = append(names, branch.Required...)
			walk(branch)
		}
		if n.Not != nil {
			names = append(names, n.Not.Required...)
			walk(n.Not)
		}
	}
	walk(n)
	slices.Sort(names)
	return slices.Compact(names)
}
