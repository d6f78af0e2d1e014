// Package pack is the form in which schemas are stored: the schema tree that
// the Kubernetes OpenAPI documents and CustomResourceDefinitions share, and the
// file that holds many of them for many Kubernetes versions.
//
// It reads and writes; it does not validate anything, and it does not know
// where schemas come from - that is schema/gen, a module of its own, which
// writes the pack with this package.
package pack

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
)

// Node is one schema: a structural schema as a CustomResourceDefinition spells
// it (the JSON names are those of OpenAPI v3), plus Def for schemas stored
// elsewhere in the pack. Descriptions are not kept. A Node is not changed once
// it is decoded, so it may be read from several goroutines.
type Node struct {
	// Def is the number of the definition that stands for this schema, 0 for
	// none; a node with Def holds nothing else but Nullable and Default.
	Def int `json:"def,omitempty"`

	Type        string           `json:"type,omitempty"`
	Format      string           `json:"format,omitempty"`
	Nullable    bool             `json:"nullable,omitempty"`
	Enum        []any            `json:"enum,omitempty"`
	Properties  map[string]*Node `json:"properties,omitempty"`
	Additional  *Additional      `json:"additionalProperties,omitempty"`
	Required    []string         `json:"required,omitempty"`
	Items       *Node            `json:"items,omitempty"`
	AllOf       []*Node          `json:"allOf,omitempty"`
	AnyOf       []*Node          `json:"anyOf,omitempty"`
	OneOf       []*Node          `json:"oneOf,omitempty"`
	Not         *Node            `json:"not,omitempty"`
	Pattern     string           `json:"pattern,omitempty"`
	Minimum     json.Number      `json:"minimum,omitempty"`
	Maximum     json.Number      `json:"maximum,omitempty"`
	ExclusiveLo bool             `json:"exclusiveMinimum,omitempty"`
	ExclusiveHi bool             `json:"exclusiveMaximum,omitempty"`
	MultipleOf  json.Number      `json:"multipleOf,omitempty"`
	MinLength   *int             `json:"minLength,omitempty"`
	MaxLength   *int             `json:"maxLength,omitempty"`
	MinItems    *int             `json:"minItems,omitempty"`
	MaxItems    *int             `json:"maxItems,omitempty"`
	MinProps    *int             `json:"minProperties,omitempty"`
	MaxProps    *int             `json:"maxProperties,omitempty"`
	UniqueItems bool             `json:"uniqueItems,omitempty"`
	Default     any              `json:"default,omitempty"`

	ListType    string   `json:"x-kubernetes-list-type,omitempty"`
	ListKeys    []string `json:"x-kubernetes-list-map-keys,omitempty"`
	MapType     string   `json:"x-kubernetes-map-type,omitempty"`
	IntOrString bool     `json:"x-kubernetes-int-or-string,omitempty"`
	Preserve    bool     `json:"x-kubernetes-preserve-unknown-fields,omitempty"`
	Embedded    bool     `json:"x-kubernetes-embedded-resource,omitempty"`
	Rules       []Rule   `json:"x-kubernetes-validations,omitempty"`
}

// Rule is a condition in CEL that values of the schema must meet.
type Rule struct {
	Rule              string `json:"rule"`
	Message           string `json:"message,omitempty"`
	MessageExpression string `json:"messageExpression,omitempty"`
	Reason            string `json:"reason,omitempty"`
	FieldPath         string `json:"fieldPath,omitempty"`
	OptionalOldSelf   *bool  `json:"optionalOldSelf,omitempty"`
}

// Additional is additionalProperties: a schema for every further property, or
// a plain yes or no.
type Additional struct {
	Schema *Node // nil when it is yes or no
	Allow  bool
}

// MarshalJSON writes the schema, or true or false.
func (a *Additional) MarshalJSON() ([]byte, error) {
	if a.Schema != nil {
		return json.Marshal(a.Schema)
	}
	return json.Marshal(a.Allow)
}

// UnmarshalJSON reads what MarshalJSON writes.
func (a *Additional) UnmarshalJSON(data []byte) error {
	if data = bytes.TrimSpace(data); len(data) > 0 && data[0] == '{' {
		a.Allow = true
		return Decode(data, &a.Schema)
	}
	return json.Unmarshal(data, &a.Allow)
}

// Decode reads one schema and keeps numbers of enums and defaults exact.
func Decode(data []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	return d.Decode(into)
}

// Children calls fn for every direct part of the schema, properties by name.
func (n *Node) Children(fn func(child *Node)) {
	for _, name := range slices.Sorted(maps.Keys(n.Properties)) {
		fn(n.Properties[name])
	}
	if n.Additional != nil && n.Additional.Schema != nil {
		fn(n.Additional.Schema)
	}
	if n.Items != nil {
		fn(n.Items)
	}
	if n.Not != nil {
		fn(n.Not)
	}
	for _, branch := range slices.Concat(n.AllOf, n.AnyOf, n.OneOf) {
		fn(branch)
	}
}
