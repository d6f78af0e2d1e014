package schema

import (
	"cmp"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
	"github.com/helmx-dev/helmx/schema/internal/pack"
	"github.com/santhosh-tekuri/jsonschema/v5"
)

// explainer turns the failures of one object into findings. The library says
// only which keyword of which schema failed where; the text is made here, from
// that schema and the value.
type explainer struct {
	object    *object
	kind      *kind
	schema    *jsonschema.Schema
	validator *validator
	found     diag.List
}

// problem is one failure: the schema, its keyword, and the value with its path.
type problem struct {
	schema  *jsonschema.Schema
	rule    *rule
	keyword string
	path    manifest.Path
	value   any
	cause   *jsonschema.ValidationError
}

func (e *explainer) explain(err error) diag.List {
	var failure *jsonschema.ValidationError
	if !errors.As(err, &failure) {
		d := e.object.finding("SC020", diag.Error)
		d.Message = "the schema of " + e.kind.GVK() + " cannot be applied: " + err.Error()
		return diag.List{d}
	}
	e.walk(failure)
	return inOrder(e.found)
}

// walk visits the failures that are no mere wrappers of others.
func (e *explainer) walk(f *jsonschema.ValidationError) {
	p, ok := e.problem(f)
	if ok && p.keyword == "anyOf" && len(f.Causes) > 0 {
		e.walkLikeliest(p, f.Causes)
		return
	}
	if ok && (p.keyword == "oneOf" || p.keyword == "anyOf" || p.keyword == "not" || len(f.Causes) == 0) {
		e.report(p)
		return
	}
	for _, cause := range f.Causes {
		e.walk(cause)
	}
}

// walkLikeliest explains the branch of an anyOf that the value was probably
// meant for: one that does not fail by its type.
func (e *explainer) walkLikeliest(p problem, causes []*jsonschema.ValidationError) {
	i := slices.IndexFunc(causes, func(c *jsonschema.ValidationError) bool {
		return !strings.HasSuffix(c.KeywordLocation, "/type") || len(c.InstanceLocation) > len(p.cause.InstanceLocation)
	})
	if i < 0 {
		e.report(p)
		return
	}
	e.walk(causes[i])
}

// problem finds the schema that a failure is about; ok is false at the top and
// for wrappers.
func (e *explainer) problem(f *jsonschema.ValidationError) (problem, bool) {
	s := e.schema
	words := pointer(f.KeywordLocation)
	path := instancePath(e.object.value, pointer(f.InstanceLocation))
	for len(words) > 0 {
		next, n := descend(s, words)
		if next == nil {
			break
		}
		s, words = next, words[n:]
	}
	r := ruleOf(s)
	if r == nil || len(words) == 0 {
		return problem{}, false
	}
	return problem{s, r, words[0], path, valueAt(e.object.value, path), f}, true
}

// descend follows the first word or two of a keyword location.
func descend(s *jsonschema.Schema, words []string) (*jsonschema.Schema, int) {
	var branches []*jsonschema.Schema
	switch words[0] {
	case keyDef:
		if r := ruleOf(s); r != nil && r.node.Def != 0 {
			return r.lib.definition(r.node.Def, r.as).schema, 1
		}
	case "not":
		if len(words) > 1 {
			return s.Not, 1
		}
	case "items":
		next, _ := s.Items.(*jsonschema.Schema)
		return next, 1
	case "additionalProperties":
		next, _ := s.AdditionalProperties.(*jsonschema.Schema)
		return next, 1
	case "properties":
		if len(words) > 1 {
			return s.Properties[words[1]], 2
		}
	case "allOf":
		branches = s.AllOf
	case "anyOf":
		branches = s.AnyOf
	case "oneOf":
		branches = s.OneOf
	}
	if len(words) > 1 && branches != nil {
		if i, err := strconv.Atoi(words[1]); err == nil && i < len(branches) {
			return branches[i], 2
		}
	}
	return nil, 0
}

// pointer splits a JSON pointer as the library writes it.
func pointer(s string) []string {
	if s == "" {
		return nil
	}
	words := strings.Split(strings.TrimPrefix(s, "/"), "/")
	for i, w := range words {
		if u, err := url.PathUnescape(w); err == nil {
			w = u
		}
		words[i] = strings.ReplaceAll(strings.ReplaceAll(w, "~1", "/"), "~0", "~")
	}
	return words
}

// report makes the findings of one problem: one for each field that is missing
// or unknown, one for anything else.
func (e *explainer) report(p problem) {
	if e.inStatus(p) {
		return
	}
	switch p.keyword {
	case "required":
		e.missing(p)
	case "additionalProperties":
		e.unknown(p)
	case keyListKeys, keyListSet:
		e.duplicates(p)
	case "oneOf", "anyOf", "not":
		e.branches(p)
	default:
		if mapFormats[p.rule.node.Format] != nil && p.keyword == keyFormat {
			e.entries(p)
			return
		}
		code, message, hint := e.valueText(p)
		d := e.add(code, p.path, false, message, hint)
		d.Fix = e.valueFix(p)
		if p.keyword == keyFormat && dubious[p.rule.node.Format] {
			d.Severity = diag.Warning
		}
	}
}

// entries reports the bad entries of a map such as labels.
func (e *explainer) entries(p problem) {
	m, _ := p.value.(map[string]any)
	for _, key := range sortedKeys(m) {
		if problem := mapFormats[p.rule.node.Format](key, m[key]); problem != "" {
			e.add("SC019", p.path.Child(key), true, problem, "")
		}
	}
}

// inStatus reports whether a problem does not matter because the server throws
// the status of new objects away - after decoding it, so that types and unknown
// fields do matter.
func (e *explainer) inStatus(p problem) bool {
	return len(p.path) > 0 && p.path[0].Key == "status" && p.keyword != "type" && p.keyword != "additionalProperties"
}

func (e *explainer) add(code string, p manifest.Path, key bool, message, hint string) *diag.Diagnostic {
	d := e.object.at(p, key)
	d.Code, d.Severity = code, diag.Error
	d.Message, d.Hint = message, hint
	d.Schema = e.kind.schemaName(e.validator.target.release)
	note(&d)
	e.found = append(e.found, d)
	return &e.found[len(e.found)-1]
}

func (e *explainer) missing(p problem) {
	m, _ := p.value.(map[string]any)
	for _, name := range p.schema.Required {
		if _, ok := m[name]; !ok {
			e.add("SC012", p.path.Child(name), false, fmt.Sprintf("required field %q is missing", name), "")
		}
	}
}

func (e *explainer) unknown(p problem) {
	m, _ := p.value.(map[string]any)
	known := sortedKeys(p.schema.Properties)
	for _, name := range sortedKeys(m) {
		if p.schema.Properties[name] != nil {
			continue
		}
		d := e.add("SC014", p.path.Child(name), true, fmt.Sprintf("unknown field %q", name), e.unknownHint(p, name, known))
		d.Fix = e.renameFix(p, name, known)
	}
}

// unknownHint guesses what an unknown field was meant to be: a field of a
// mapping that ended too early, another field of the same mapping, or one that
// belongs a level further out or in.
func (e *explainer) unknownHint(p problem, name string, known []string) string {
	if hint := e.emptyParent(p, name); hint != "" {
		return hint
	}
	if best := closest(name, known); best != "" {
		if p.path.Child(best).Get(e.object.node) != nil {
			return fmt.Sprintf("did you mean %q, which is set as well?", best)
		}
		return fmt.Sprintf("did you mean %q?", best)
	}
	if at := e.fieldElsewhere(p, name); at != "" {
		return fmt.Sprintf("%s has a field %q: check the indentation", at, name)
	}
	if len(known) == 0 || len(known) > 9 {
		return ""
	}
	return "expected one of " + strings.Join(known, ", ")
}

// emptyParent recognises the fields of a block that a template indented too
// little: the key above them is left without a value.
func (e *explainer) emptyParent(p problem, name string) string {
	for _, parent := range e.fieldsHolding(p, name) {
		value := manifest.Resolve(p.path.Child(parent).Get(e.object.node))
		if value == nil || value.ShortTag() != "!!null" {
			continue
		}
		key, _ := locate(e.object.node, p.path.Child(parent), true)
		return fmt.Sprintf("it is a field of %s, which is empty: indent it further, in a template with nindent %d", parent, key.Column+1)
	}
	return ""
}

// fieldsHolding lists the fields of a mapping whose own mapping, or whose
// items, have a field of this name.
func (e *explainer) fieldsHolding(p problem, name string) []string {
	var found []string
	for _, child := range sortedKeys(p.rule.node.Properties) {
		c := p.rule.lib.resolve(p.rule.node.Properties[child], p.rule.as)
		if c.Items != nil {
			c = p.rule.lib.resolve(c.Items, p.rule.as)
		}
		if c.Properties[name] != nil {
			found = append(found, child)
		}
	}
	return found
}

// fieldElsewhere looks for a field of this name one level in, and in the
// mappings around, the nearest first.
func (e *explainer) fieldElsewhere(p problem, name string) string {
	value, _ := p.value.(map[string]any)
	for _, child := range e.fieldsHolding(p, name) {
		if value[child] != nil {
			return child
		}
	}
	nodes := e.nodesAlong(p)
	for i := len(nodes) - 1; i >= 0; i-- {
		if n := nodes[i]; n != nil && n.Properties[name] != nil {
			return cmp.Or(p.path[:i].String(), "the object itself")
		}
	}
	return ""
}

// nodesAlong returns the schemas of the mappings and lists around a value, the
// object's own first.
func (e *explainer) nodesAlong(p problem) []*pack.Node {
	lib := e.kind.lib
	n := lib.resolve(ruleOf(e.schema).node, native)
	var nodes []*pack.Node
	for _, step := range p.path {
		nodes = append(nodes, n)
		switch {
		case n == nil:
		case step.Kind == manifest.Index:
			n = lib.resolve(n.Items, p.rule.as)
		default:
			n = lib.resolve(childNode(n, step.Key), p.rule.as)
		}
	}
	return nodes
}

func (e *explainer) duplicates(p problem) {
	for _, dup := range p.rule.duplicates(p.value) {
		what := dup.key
		if e.object.isSecretValue(p.path) {
			what = "value"
		}
		d := e.add("SC017", p.path.At(dup.second), false,
			fmt.Sprintf("the list holds %s twice, first at index %d", what, dup.first), "")
		if p.rule.as == native && e.validator.options.Apply == ApplyClient && !uniqueAnyway[p.path[len(p.path)-1].Key] {
			d.Severity = diag.Warning
		}
	}
}

// uniqueAnyway are lists of native kinds that the server refuses with a name
// twice however they are applied.
var uniqueAnyway = map[string]bool{"containers": true, "initContainers": true, "volumes": true}

// branches explains oneOf, anyOf and not. In custom resources they nearly
// always say which fields exclude each other, or that one of some must be set.
func (e *explainer) branches(p problem) {
	m, _ := p.value.(map[string]any)
	names := requiredNames(p.rule.node)
	var set []string
	for _, name := range names {
		if _, ok := m[name]; ok {
			set = append(set, name)
		}
	}
	list := func(names []string) string { return strings.Join(names, ", ") }
	switch {
	case len(set) > 1:
		e.add("SC018", p.path.Child(set[1]), true, "only one of "+list(set)+" may be set", "")
	case len(names) > 0 && len(set) == 0:
		e.add("SC018", p.path, false, "one of "+list(names)+" must be set", "")
	default:
		e.add("SC018", p.path, false, "fits none of the forms that are allowed here", e.deepestHint(p))
	}
}

// deepestHint quotes the branch that came furthest.
func (e *explainer) deepestHint(p problem) string {
	best := p.cause
	var walk func(f *jsonschema.ValidationError)
	walk = func(f *jsonschema.ValidationError) {
		if len(f.InstanceLocation) > len(best.InstanceLocation) && len(f.Causes) == 0 {
			best = f
		}
		for _, c := range f.Causes {
			walk(c)
		}
	}
	walk(p.cause)
	q, ok := e.problem(best)
	if !ok || best == p.cause || q.keyword == "required" || q.keyword == "additionalProperties" {
		return ""
	}
	_, message, _ := e.valueText(q)
	return message
}
