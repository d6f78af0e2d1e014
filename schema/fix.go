package schema

import (
	"encoding/json"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
)

// mend makes the fix of a finding about the object.
func (o *object) mend(title string, c diag.Change) *diag.Fix {
	return &diag.Fix{Title: title, Changes: []diag.Change{c}, Target: o.doc}
}

// renameFix is for an unknown field that was plainly meant to be another one.
func (e *explainer) renameFix(p problem, name string, known []string) *diag.Fix {
	best := diag.Nearest(name, known)
	if best == "" || p.path.Child(best).Get(e.object.node) != nil {
		return nil
	}
	return e.object.mend("rename "+name+" to "+best, diag.Change{Kind: diag.Rename, Path: p.path.Child(name).String(), Value: best})
}

// valueFix is for a value that says the right thing in the wrong type or spelling.
func (e *explainer) valueFix(p problem) *diag.Fix {
	n := p.rule.node
	text, isString := p.value.(string)
	at := manifest.Resolve(p.path.Get(e.object.node))
	if at == nil || at.Kind != yaml.ScalarNode || e.object.isSecretValue(p.path) || len(p.path) == 0 {
		return nil
	}
	set := func(title, value string) *diag.Fix {
		return e.object.mend(title, diag.Change{Kind: diag.Set, Path: p.path.String(), Value: value})
	}
	switch {
	case p.keyword == "type" && n.Type == "string" && !isString && isScalar(p.value) && p.value != nil:
		return set("put it in quotes", quoted(at.Value))
	case p.keyword == "type" && isString && (n.Type == "integer" || n.Type == "number") && isNumber(text),
		p.keyword == "type" && isString && n.Type == "boolean" && (text == "true" || text == "false"):
		return set("remove the quotes", text)
	case p.keyword == keyEnum && isString:
		if best := diag.Nearest(text, words(n.Enum)); best != "" {
			return set("write "+best, quoted(best))
		}
	}
	return nil
}

// quoted is a string as YAML reads it, whatever it holds.
func quoted(text string) string {
	q, _ := json.Marshal(text) // a string always can be
	return string(q)
}

func words(enum []any) []string {
	var list []string
	for _, x := range enum {
		if s, ok := x.(string); ok && s != "" {
			list = append(list, s)
		}
	}
	return list
}

// versionFix is for an API that is served under a newer version of its group as well,
// when the object is valid there as it is.
func (v *validator) versionFix(o *object, replacement string) *diag.Fix {
	apiVersion, sameKind := strings.CutSuffix(replacement, " "+o.kind)
	k := v.find(apiVersion, o.kind)
	if !sameKind || k == nil || len(o.path) > 0 {
		return nil
	}
	value := make(map[string]any, len(o.value))
	for key, below := range o.value {
		value[key] = below
	}
	value["apiVersion"] = apiVersion
	schema, node := k.load(v.target.release)
	v.lib.prepare(node, value, dialect(!k.Custom()))
	if validateSafely(schema, value) != nil {
		return nil
	}
	return o.mend("use "+apiVersion, diag.Change{Kind: diag.Set, Path: "apiVersion", Value: apiVersion})
}
