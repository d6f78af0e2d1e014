package schema

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/helmx-dev/helmx/schema/internal/pack"
	"github.com/santhosh-tekuri/jsonschema/v5"
)

// ruleKey is the name under which a rule hangs on its schema.
const ruleKey = "kubernetes"

// Keywords that rule reports, beside those of JSON Schema.
const (
	keyDef      = "def"
	keyEnum     = "enum"
	keyFormat   = "format"
	keyListKeys = "x-kubernetes-list-map-keys"
	keyListSet  = "x-kubernetes-list-type"
)

// rule is what a node demands beyond JSON Schema, and the way to the
// definition where the node is a reference. It says only which keyword failed;
// the text is made when there is a failure to tell of (explain.go).
type rule struct {
	node         *pack.Node
	lib          *library
	as           dialect
	emptyIsUnset bool
}

// ruleOf returns the rule of a schema that compile made.
func ruleOf(s *jsonschema.Schema) *rule {
	r, _ := s.Extensions[ruleKey].(*rule)
	return r
}

// Validate implements jsonschema.ExtSchema.
func (r *rule) Validate(ctx jsonschema.ValidationContext, v any) error {
	if r.node.Def != 0 {
		if v == nil && (r.as == native || r.node.Nullable) {
			return nil
		}
		return ctx.Validate(r.lib.definition(r.node.Def, r.as).schema, keyDef, v, "")
	}
	var failed []error
	for _, check := range []struct {
		keyword string
		ok      bool
	}{
		{keyEnum, r.enumHolds(v)},
		{keyFormat, r.formatHolds(v)},
		{keyListKeys, len(r.node.ListKeys) == 0 || len(r.duplicates(v)) == 0},
		{keyListSet, r.node.ListType != "set" || len(r.duplicates(v)) == 0},
	} {
		if !check.ok {
			failed = append(failed, ctx.Error(check.keyword, "%s", check.keyword))
		}
	}
	switch len(failed) {
	case 0:
		return nil // not an empty group, which would be an error
	case 1:
		return failed[0]
	}
	return jsonschema.ValidationError{}.Group(ctx.Error("", ""), failed...)
}

func (r *rule) formatHolds(v any) bool {
	if v == nil || r.node.Format == "" && !r.node.IntOrString {
		return true
	}
	if v == "" && r.emptyIsUnset && strings.HasPrefix(r.node.Format, ownFormats) {
		return true
	}
	if check := mapFormats[r.node.Format]; check != nil {
		m, _ := v.(map[string]any)
		for key, value := range m {
			if check(key, value) != "" {
				return false
			}
		}
		return true
	}
	return formatProblem(r.node, v) == ""
}

func (r *rule) enumHolds(v any) bool {
	if len(r.node.Enum) == 0 || v == nil || v == "" && r.emptyIsUnset {
		return true
	}
	return slices.ContainsFunc(r.node.Enum, func(allowed any) bool { return sameScalar(allowed, v) })
}

// sameScalar compares a value of a schema, whose numbers are json.Number, with
// one of a document.
func sameScalar(allowed, v any) bool {
	if n, ok := allowed.(json.Number); ok {
		switch v.(type) {
		case int64, uint64, float64:
			return n.String() == fmt.Sprint(v)
		}
		return false
	}
	switch allowed.(type) {
	case string, bool:
		return allowed == v
	}
	return fmt.Sprint(allowed) == fmt.Sprint(v)
}

// duplicate is an item of a list that repeats an earlier one.
type duplicate struct {
	first, second int
	key           string // the fields that are the same, as shown to the user
}

// duplicates finds the items of a list map or set that repeat an earlier one.
func (r *rule) duplicates(v any) []duplicate {
	items, ok := v.([]any)
	if !ok {
		return nil
	}
	var found []duplicate
	seen := make(map[string]int, len(items))
	for i, item := range items {
		key, ok := r.itemKey(item)
		if !ok {
			continue
		}
		if first, ok := seen[key]; ok {
			found = append(found, duplicate{first, i, key})
		} else {
			seen[key] = i
		}
	}
	return found
}

// itemKey is what identifies an item; an item that lacks a key field is not
// compared, the missing field is another mistake.
func (r *rule) itemKey(item any) (string, bool) {
	if len(r.node.ListKeys) == 0 {
		if !isScalar(item) {
			return "", false
		}
		return show(item), true
	}
	m, ok := item.(map[string]any)
	if !ok {
		return "", false
	}
	schema := r.lib.resolve(r.node.Items, r.as)
	var parts []string
	for _, name := range r.node.ListKeys {
		value := m[name]
		if p := schema.Properties[name]; (value == nil || value == "") && p != nil && p.Default != nil {
			value = p.Default
		}
		switch {
		case value != nil:
			parts = append(parts, name+" "+show(value))
		case slices.Contains(schema.Required, name):
			return "", false
		}
	}
	return strings.Join(parts, ", "), len(parts) > 0
}

func isScalar(v any) bool {
	switch v.(type) {
	case nil, map[string]any, []any:
		return false
	}
	return true
}
