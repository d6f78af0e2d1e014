package schema

import (
	"strconv"

	"github.com/helmx-dev/helmx/schema/internal/apiserver"
	"github.com/helmx-dev/helmx/schema/internal/pack"
	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions"
)

// asServed returns the custom resource as the server knows it; nil when the
// server would refuse the definition, whose own findings say why.
func (k *kind) asServed() *apiserver.Custom {
	k.serve.Do(func() {
		root := k.root
		if root == nil {
			root = k.lib.definition(k.Defs[0], custom).node
		}
		schema := k.lib.jsonSchema(root)
		k.served, _ = apiserver.NewCustom(&schema, k.Namespaced)
	})
	return k.served
}

// jsonSchema writes a schema out in the types of the server, references to the
// pack resolved.
func (l *library) jsonSchema(n *pack.Node) apiextensions.JSONSchemaProps {
	if n.Def != 0 {
		out := l.jsonSchema(l.resolve(n, custom))
		out.Nullable, out.Default = n.Nullable, jsonValue(n.Default)
		return out
	}
	out := apiextensions.JSONSchemaProps{
		Type: n.Type, Format: n.Format, Nullable: n.Nullable, Pattern: n.Pattern, UniqueItems: n.UniqueItems,
		Default: jsonValue(n.Default), Required: n.Required,
		Minimum: number(n.Minimum.String()), Maximum: number(n.Maximum.String()), MultipleOf: number(n.MultipleOf.String()),
		ExclusiveMinimum: n.ExclusiveLo, ExclusiveMaximum: n.ExclusiveHi,
		MinLength: count(n.MinLength), MaxLength: count(n.MaxLength), MinItems: count(n.MinItems), MaxItems: count(n.MaxItems),
		MinProperties: count(n.MinProps), MaxProperties: count(n.MaxProps),
		AllOf: l.jsonSchemas(n.AllOf), AnyOf: l.jsonSchemas(n.AnyOf), OneOf: l.jsonSchemas(n.OneOf),
		XListMapKeys: n.ListKeys, XIntOrString: n.IntOrString, XEmbeddedResource: n.Embedded,
		XListType: text(n.ListType), XMapType: text(n.MapType), XValidations: rules(n.Rules),
	}
	for _, v := range n.Enum {
		out.Enum = append(out.Enum, *jsonValue(v))
	}
	l.jsonChildren(&out, n)
	return out
}

func (l *library) jsonChildren(out *apiextensions.JSONSchemaProps, n *pack.Node) {
	if n.Preserve {
		out.XPreserveUnknownFields = &n.Preserve
	}
	if n.Properties != nil {
		out.Properties = make(map[string]apiextensions.JSONSchemaProps, len(n.Properties))
		for name, p := range n.Properties {
			out.Properties[name] = l.jsonSchema(p)
		}
	}
	if n.Items != nil {
		items := l.jsonSchema(n.Items)
		out.Items = &apiextensions.JSONSchemaPropsOrArray{Schema: &items}
	}
	if n.Not != nil {
		not := l.jsonSchema(n.Not)
		out.Not = &not
	}
	if a := n.Additional; a != nil {
		out.AdditionalProperties = &apiextensions.JSONSchemaPropsOrBool{Allows: a.Allow}
		if a.Schema != nil {
			s := l.jsonSchema(a.Schema)
			out.AdditionalProperties = &apiextensions.JSONSchemaPropsOrBool{Allows: true, Schema: &s}
		}
	}
}

func (l *library) jsonSchemas(nodes []*pack.Node) []apiextensions.JSONSchemaProps {
	var out []apiextensions.JSONSchemaProps
	for _, n := range nodes {
		out = append(out, l.jsonSchema(n))
	}
	return out
}

func rules(from []pack.Rule) apiextensions.ValidationRules {
	var out apiextensions.ValidationRules
	for _, r := range from {
		rule := apiextensions.ValidationRule{
			Rule: r.Rule, Message: r.Message, MessageExpression: r.MessageExpression,
			FieldPath: r.FieldPath, OptionalOldSelf: r.OptionalOldSelf,
		}
		if r.Reason != "" {
			reason := apiextensions.FieldValueErrorReason(r.Reason)
			rule.Reason = &reason
		}
		out = append(out, rule)
	}
	return out
}

func jsonValue(v any) *apiextensions.JSON {
	if v == nil {
		return nil
	}
	value := apiextensions.JSON(documentValue(v))
	return &value
}

func number(s string) *float64 {
	if !sensible(s) {
		return nil
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return nil
	}
	return &f
}

func count(n *int) *int64 {
	if n == nil {
		return nil
	}
	c := int64(*n)
	return &c
}

func text(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
