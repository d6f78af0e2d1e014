package apiserver

import (
	"context"
	"maps"
	"slices"
	"strings"
	"sync"

	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions"
	structural "k8s.io/apiextensions-apiserver/pkg/apiserver/schema"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/cel"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/defaulting"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/listtype"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/objectmeta"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/pruning"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/validation"
	genericvalidation "k8s.io/apimachinery/pkg/api/validation"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/validation/field"
	celconfig "k8s.io/apiserver/pkg/apis/cel"
)

// Custom is a kind that a CustomResourceDefinition describes. It is safe for
// concurrent use.
type Custom struct {
	namespaced bool
	schema     *structural.Structural
	validator  validation.SchemaValidator
	ruled      []string // paths of the nodes that have CEL rules, in order

	mu    sync.Mutex
	rules map[string]*cel.Validator // by the ruled nodes that an object reaches
}

// NewCustom prepares a kind. The schema is that of whole objects, as the
// definition spells it; the error says why the server would refuse it.
func NewCustom(schema *apiextensions.JSONSchemaProps, namespaced bool) (*Custom, error) {
	setup()
	s, err := structural.NewStructural(schema)
	if err != nil {
		return nil, err
	}
	if err := defaulting.PruneDefaults(s); err != nil {
		return nil, err
	}
	v, _, err := validation.NewSchemaValidator(schema)
	if err != nil {
		return nil, err
	}
	c := &Custom{namespaced: namespaced, schema: s, validator: v, rules: map[string]*cel.Validator{}}
	walkSchema(s, "", func(path string, n *structural.Structural) {
		if len(n.XValidations) > 0 || n.ValueValidation != nil && nestedRules(*n.ValueValidation) {
			c.ruled = append(c.ruled, path)
		}
	})
	return c, nil
}

// nestedRules reports whether there are rules in allOf and its like.
func nestedRules(v structural.ValueValidation) bool {
	nested := slices.Concat(v.AllOf, v.AnyOf, v.OneOf)
	if v.Not != nil {
		nested = append(nested, *v.Not)
	}
	return slices.ContainsFunc(nested, func(n structural.NestedValueValidation) bool {
		return len(n.XValidations) > 0 || nestedRules(n.ValueValidation) || n.Items != nil || len(n.Properties) > 0
	})
}

// Create is the answer to the creation of an object of the kind. Its status is
// not looked at: with a status subresource, which nearly all have, the server
// throws it away.
func (c *Custom) Create(v Version, r Request) (a Answer) {
	defer v.emulate()()
	defer survive(&a)
	var object map[string]any
	if err := r.decode(&object); err != nil {
		return undecodable(err)
	}
	delete(object, "status")
	u := &unstructured.Unstructured{Object: object}
	if _, ok := object["metadata"].(map[string]any); !ok {
		object["metadata"] = map[string]any{}
	}
	pruning.Prune(object, c.schema, true)
	defaulting.PruneNonNullableNullsWithoutDefaults(object, c.schema)
	if err, _ := objectmeta.CoerceWithOptions(nil, object, c.schema, false, objectmeta.CoerceOptions{}); err != nil {
		return Answer{Errors: field.ErrorList{err}}
	}
	defaulting.Default(object, c.schema)
	refused := r.systemFields(u)
	r.fillMeta(u, c.namespaced)
	return Answer{Errors: append(refused, c.validate(context.Background(), u)...)}
}

// validate follows the order of the server's own strategy for custom resources:
// rules are run only over objects of the right shape.
func (c *Custom) validate(ctx context.Context, u *unstructured.Unstructured) field.ErrorList {
	errs := genericvalidation.ValidateObjectMetaAccessor(u, c.namespaced, genericvalidation.NameIsDNSSubdomain, field.NewPath("metadata"))
	errs = append(errs, validation.ValidateCustomResource(nil, u.Object, c.validator)...)
	errs = append(errs, objectmeta.Validate(ctx, nil, u.Object, c.schema, false)...)
	errs = append(errs, listtype.ValidateListSetsAndMaps(nil, c.schema, u.Object)...)
	if blocked(errs) {
		return errs
	}
	if rules := c.rulesFor(u.Object); rules != nil {
		found, _ := rules.Validate(ctx, nil, c.schema, u.Object, nil, celconfig.RuntimeCELCostBudget)
		errs = append(errs, found...)
	}
	return errs
}

// blocked reports whether an error keeps the server from running rules, which
// expect values of the declared types and sizes.
func blocked(errs field.ErrorList) bool {
	for _, err := range errs {
		switch err.Type {
		case field.ErrorTypeNotSupported, field.ErrorTypeRequired, field.ErrorTypeTooLong, field.ErrorTypeTooMany, field.ErrorTypeTypeInvalid:
			return true
		}
	}
	return false
}

// rulesFor compiles the rules that apply to an object: those of nodes that it
// reaches. Compiling is what costs, and most objects set few of the fields that
// have rules; objects of one shape share what was compiled.
func (c *Custom) rulesFor(object map[string]any) *cel.Validator {
	if len(c.ruled) == 0 {
		return nil
	}
	reached := map[string]bool{}
	reach(c.schema, object, "", reached)
	var key strings.Builder
	for _, path := range c.ruled {
		if reached[path] {
			key.WriteString(path)
			key.WriteByte('\n')
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	compiled, known := c.rules[key.String()]
	if !known {
		compiled = cel.NewValidator(c.without(reached), true, celconfig.PerCallLimit)
		c.rules[key.String()] = compiled
	}
	return compiled
}

// without returns the schema without the rules of nodes that are not reached.
func (c *Custom) without(reached map[string]bool) *structural.Structural {
	s := c.schema.DeepCopy()
	walkSchema(s, "", func(path string, n *structural.Structural) {
		if !reached[path] {
			n.XValidations = nil
		}
	})
	return s
}

// The names of a path's steps that no property can have.
const (
	itemStep  = "/["
	entryStep = "/{"
)

// walkSchema visits every node of a schema that can hold rules.
func walkSchema(n *structural.Structural, path string, visit func(path string, n *structural.Structural)) {
	visit(path, n)
	for _, name := range slices.Sorted(maps.Keys(n.Properties)) {
		child := n.Properties[name]
		walkSchema(&child, path+"/"+name, visit)
		n.Properties[name] = child
	}
	if n.Items != nil {
		walkSchema(n.Items, path+itemStep, visit)
	}
	if n.AdditionalProperties != nil && n.AdditionalProperties.Structural != nil {
		walkSchema(n.AdditionalProperties.Structural, path+entryStep, visit)
	}
}

// reach notes the paths of the nodes that describe some part of a value.
func reach(n *structural.Structural, v any, path string, reached map[string]bool) {
	reached[path] = true
	switch v := v.(type) {
	case map[string]any:
		for key, x := range v {
			if p, ok := n.Properties[key]; ok {
				reach(&p, x, path+"/"+key, reached)
			} else if n.AdditionalProperties != nil && n.AdditionalProperties.Structural != nil {
				reach(n.AdditionalProperties.Structural, x, path+entryStep, reached)
			}
		}
	case []any:
		for _, x := range v {
			if n.Items != nil {
				reach(n.Items, x, path+itemStep, reached)
			}
		}
	}
}
