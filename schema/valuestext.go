package schema

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
	"github.com/santhosh-tekuri/jsonschema/v5"
)

// walk visits the violations that are no mere wrappers of others.
func (c *valuesChecker) walk(f *jsonschema.ValidationError) {
	switch keyword := lastWord(f); {
	case len(f.Causes) == 0, keyword == "oneOf", keyword == "anyOf":
		c.report(f, keyword)
	default:
		for _, cause := range f.Causes {
			c.walk(cause)
		}
	}
}

func lastWord(f *jsonschema.ValidationError) string {
	words := pointer(f.KeywordLocation)
	if len(words) == 0 {
		return ""
	}
	return words[len(words)-1]
}

// report makes the findings of one violation: one for each key that is missing
// or unknown, one for anything else.
func (c *valuesChecker) report(f *jsonschema.ValidationError, keyword string) {
	path := instancePath(c.values, pointer(f.InstanceLocation))
	value := valueAt(c.values, path)
	_, where, _ := strings.Cut(f.AbsoluteKeywordLocation, "#")
	schema := c.schemaAround(f)
	switch keyword {
	case "required":
		for _, name := range stringsOf(schema["required"]) {
			if _, ok := asMap(value)[name]; !ok {
				c.add("SC102", path.Child(name), fmt.Sprintf("%s is required and not set", show(name)), "", where)
			}
		}
		return
	case "additionalProperties":
		if unknown := unknownKeys(schema, asMap(value)); len(unknown) > 0 {
			for _, name := range unknown {
				c.add("SC104", path.Child(name), fmt.Sprintf("%s is not a value of this chart", show(name)),
					diag.DidYouMean(name, unsetKeys(schema, asMap(value))), where)
			}
			return
		}
	}
	if keyword == "unevaluatedProperties" && len(path) > 0 {
		c.add("SC104", path, fmt.Sprintf("%s is not a value of this chart", show(path[len(path)-1].Key)), "", where)
		return
	}
	code, message, hint := valuesText(keyword, schema, value, f, c.culprit(f, path, value))
	c.add(code, path, message, hint, where)
}

// schemaAround returns the schema that a violated keyword stands in; empty when
// it is in another file.
func (c *valuesChecker) schemaAround(f *jsonschema.ValidationError) map[string]any {
	url, fragment, _ := strings.Cut(f.AbsoluteKeywordLocation, "#")
	words := pointer(fragment)
	id, _ := asMap(c.document)["$id"].(string)
	if len(words) == 0 || url != schemaURL && url != strings.TrimSuffix(id, "#") {
		return nil
	}
	return asMap(valueAt(c.document, instancePath(c.document, words[:len(words)-1])))
}

func stringsOf(v any) []string {
	var out []string
	for _, x := range asList(v) {
		if s, ok := x.(string); ok {
			out = append(out, s)
		}
	}
	return out
}

func unknownKeys(schema, value map[string]any) []string {
	if schema == nil {
		return nil
	}
	properties := asMap(schema["properties"])
	var patterns []*regexp.Regexp
	for p := range asMap(schema["patternProperties"]) {
		if re, err := regexp.Compile(p); err == nil {
			patterns = append(patterns, re)
		}
	}
	return slices.DeleteFunc(sortedKeys(value), func(key string) bool {
		_, known := properties[key]
		return known || slices.ContainsFunc(patterns, func(re *regexp.Regexp) bool { return re.MatchString(key) })
	})
}

func unsetKeys(schema, value map[string]any) []string {
	return slices.DeleteFunc(sortedKeys(asMap(schema["properties"])), func(key string) bool { _, set := value[key]; return set })
}

var secretWord = lazily(diag.SecretWords)

// isSecret reports whether a value is better not shown: when a key that leads
// to it sounds like one, or the name beside it, as in a list of variables.
func (c *valuesChecker) isSecret(p manifest.Path) bool {
	for i, step := range p {
		if secretWord().MatchString(step.Key) {
			return true
		}
		around := asMap(valueAt(c.values, p[:i]))
		for _, key := range []string{"name", "key"} {
			if name, _ := around[key].(string); step.Key != key && secretWord().MatchString(name) {
				return true
			}
		}
	}
	return false
}

// holdsSecret reports whether a value is a secret or has one in it, so that
// what the library says about its parts must not be repeated.
func (c *valuesChecker) holdsSecret(p manifest.Path, value any) bool {
	if c.isSecret(p) {
		return true
	}
	switch value := value.(type) {
	case map[string]any:
		for key, x := range value {
			if c.holdsSecret(p.Child(key), x) {
				return true
			}
		}
	case []any:
		for i, x := range value {
			if c.holdsSecret(p.At(i), x) {
				return true
			}
		}
	}
	return false
}

// culprit is the value that a message is about, as the message names it.
type culprit struct {
	name   string
	secret bool // nothing of it may be shown
}

func (c *valuesChecker) culprit(f *jsonschema.ValidationError, path manifest.Path, value any) culprit {
	switch {
	case len(path) == 0:
		return culprit{"the values", c.holdsSecret(path, value)}
	case strings.Contains(f.KeywordLocation, "/propertyNames"):
		return culprit{name: "the key " + show(path[len(path)-1].Key)}
	case c.isSecret(path):
		return culprit{"a " + typeName(value), true}
	}
	return culprit{name: describe(value), secret: isContainer(value) && c.holdsSecret(path, value)}
}

// valuesText says what is wrong with one value.
func valuesText(keyword string, schema map[string]any, value any, f *jsonschema.ValidationError, who culprit) (code, message, hint string) {
	found, secret := who.name, who.secret
	switch keyword {
	case "type":
		types := stringsOf(schema["type"])
		if t, ok := schema["type"].(string); ok {
			types = []string{t}
		}
		if len(types) > 0 {
			return "SC101", fmt.Sprintf("expected %s, found %s", wordsOf(types), found), valuesTypeHint(types, value, secret)
		}
		return "SC101", f.Message, ""
	case "enum":
		if enum := asList(schema["enum"]); enum != nil {
			_, message, hint := enumText(enum, value, found)
			return "SC103", message, hint
		}
		return "SC103", found + " is not allowed", ""
	case "const":
		if want, ok := schema["const"]; ok {
			return "SC103", fmt.Sprintf("expected %s, found %s", describe(want), found), ""
		}
	case "pattern":
		if pattern, ok := schema["pattern"].(string); ok {
			return "SC105", fmt.Sprintf("%s does not match the pattern %s", found, pattern), ""
		}
	case "format":
		return "SC105", fmt.Sprintf("%s is no %v", found, schema["format"]), ""
	case "oneOf", "anyOf":
		return "SC105", fmt.Sprintf("%s fits none of the forms that are allowed here", found), branchHint(f, secret)
	case "not":
		return "SC105", found + " has a form that is not allowed here", ""
	}
	if keyword == "multipleOf" && schema != nil {
		return "SC105", fmt.Sprintf("%s must be a multiple of %v", found, schema["multipleOf"]), ""
	}
	if secret && !tellsNoValue[keyword] {
		return "SC105", fmt.Sprintf("%s violates %q of the schema", found, keyword), ""
	}
	return "SC105", fmt.Sprintf("%s: %s", found, demand(f)), ""
}

// tellsNoValue are the keywords whose violation the library explains by what
// the schema demands, with nothing of the value before a " but ".
var tellsNoValue = map[string]bool{
	"type": true, "required": true, "additionalProperties": true, "minLength": true, "maxLength": true,
	"minimum": true, "maximum": true, "exclusiveMinimum": true, "exclusiveMaximum": true,
	"minItems": true, "maxItems": true, "minProperties": true, "maxProperties": true, "uniqueItems": true,
	"enum": true, "const": true, "dependentRequired": true,
}

// demand is the part of the library's message that says what the schema wants.
func demand(f *jsonschema.ValidationError) string {
	text, _, _ := strings.Cut(f.Message, " but ")
	return strings.TrimSuffix(text, ",")
}

// branchHint lists what each form misses, in the order of the schema.
func branchHint(f *jsonschema.ValidationError, secret bool) string {
	if len(f.Causes) == 0 {
		return "it fits several at once: " + f.Message
	}
	var parts []string
	for _, cause := range f.Causes {
		for len(cause.Causes) > 0 {
			cause = cause.Causes[0]
		}
		message := cause.Message
		switch {
		case strings.Contains(message, "does not match"), secret && !tellsNoValue[lastWord(cause)]:
			continue
		case secret && lastWord(cause) != "type":
			message = demand(cause)
		}
		at := strings.TrimPrefix(strings.TrimPrefix(cause.InstanceLocation, f.InstanceLocation), "/")
		if at != "" {
			message = strings.Join(pointer(at), ".") + ": " + message
		}
		if !slices.Contains(parts, message) {
			parts = append(parts, message)
		}
	}
	return strings.Join(parts[:min(3, len(parts))], "; or ")
}

func wordsOf(types []string) string {
	var words []string
	for _, t := range types {
		if w := typeWords[t]; w != "" {
			words = append(words, w)
		} else {
			words = append(words, t)
		}
	}
	return strings.Join(words, " or ")
}

func valuesTypeHint(types []string, value any, secret bool) string {
	text, isString := value.(string)
	_, isNumber := parseNumber(text)
	switch {
	case slices.Contains(types, "string") && isScalar(value) && secret:
		return "put it in quotes, or use --set-string"
	case slices.Contains(types, "string") && isScalar(value):
		return fmt.Sprintf("put it in quotes: %q, or use --set-string", fmt.Sprint(value))
	case isString && isNumber && (slices.Contains(types, "integer") || slices.Contains(types, "number")),
		isString && (text == "true" || text == "false") && slices.Contains(types, "boolean"):
		return "remove the quotes, or use --set"
	}
	return ""
}

func parseNumber(s string) (json.Number, bool) {
	_, err := strconv.ParseFloat(s, 64)
	return json.Number(s), err == nil
}

// add makes a finding, at the place that set the value.
func (c *valuesChecker) add(code string, p manifest.Path, message, hint, pointer string) {
	full := make(manifest.Path, 0, len(c.input.Prefix)+len(p))
	full = append(append(full, manifest.Keys(c.input.Prefix...)...), p...)
	d := diag.Diagnostic{
		Code: code, Severity: diag.Error, Message: message, Hint: hint, Path: full.String(),
		Schema: fmt.Sprintf("%s#%s", c.input.SchemaFile, pointer),
	}
	if c.locate != nil {
		words := make([]string, len(full))
		for i, s := range full {
			words[i] = s.Key
			if s.Kind == manifest.Index {
				words[i] = strconv.Itoa(s.Index)
			}
		}
		var by string
		switch d.Span, by = c.locate(words); {
		case by == "":
		case code == "SC102":
			d.Message += "; the map around it comes from " + by
		default:
			d.Message += ", set by " + by
		}
	}
	c.found = append(c.found, d)
}

// semver is the grammar of https://semver.org.
var semver = lazily(`^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-((0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*)(\.(0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*))*))?(\+([0-9a-zA-Z-]+(\.[0-9a-zA-Z-]+)*))?$`)

func isSemver(v any) bool {
	s, ok := v.(string)
	return !ok || semver().MatchString(s)
}
