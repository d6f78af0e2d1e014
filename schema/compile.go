package schema

import (
	"math/big"
	"regexp"
	"slices"

	"github.com/helmx-dev/helmx/schema/internal/pack"
	"github.com/santhosh-tekuri/jsonschema/v5"
)

// compile builds the schema of one node. Going through the library's compiler
// instead would mean to write JSON first, and takes ten times as long.
// required says that the field must be set, so that "" is no way to leave an
// enum to its default.
func (l *library) compile(n *pack.Node, as dialect, required bool) *jsonschema.Schema {
	s := blank()
	s.Extensions = map[string]jsonschema.ExtSchema{ruleKey: &rule{node: n, lib: l, as: as, emptyIsUnset: as == native && !required}}
	if n.Def != 0 {
		return s
	}
	s.Types = types(n, as)
	l.compileObject(s, n, as)
	if n.Items != nil {
		s.Items = l.compile(n.Items, as, true)
	}
	compileBounds(s, n)
	s.AllOf = l.compileAll(n.AllOf, as)
	s.AnyOf = l.compileAll(n.AnyOf, as)
	s.OneOf = l.compileAll(n.OneOf, as)
	if n.IntOrString {
		// The two types that the branches repeat are in Types already.
		s.AnyOf, s.AllOf = nil, slices.DeleteFunc(s.AllOf, func(b *jsonschema.Schema) bool { return len(b.AnyOf) > 0 })
	}
	if n.Not != nil {
		s.Not = l.compile(n.Not, as, true)
	}
	return s
}

func (l *library) compileAll(nodes []*pack.Node, as dialect) []*jsonschema.Schema {
	var out []*jsonschema.Schema
	for _, n := range nodes {
		out = append(out, l.compile(n, as, true))
	}
	return out
}

// types lists what a value may be. Kubernetes' own types read null as the zero
// value wherever it stands; null fields are dropped before validation, and this
// leaves the items of lists.
func types(n *pack.Node, as dialect) []string {
	var out []string
	switch {
	case n.IntOrString:
		out = []string{"integer", "string"}
	case n.Format == "quantity":
		out = []string{"string", "number"}
	case n.Type == "":
		return nil
	default:
		out = []string{n.Type}
	}
	if n.Nullable || as == native {
		out = append(out, "null")
	}
	return out
}

func (l *library) compileObject(s *jsonschema.Schema, n *pack.Node, as dialect) {
	if len(n.Properties) > 0 {
		s.Properties = make(map[string]*jsonschema.Schema, len(n.Properties))
		for name, p := range n.Properties {
			s.Properties[name] = l.compile(p, as, slices.Contains(n.Required, name))
		}
	}
	// A default fills the field before anyone asks whether it is there.
	s.Required = slices.DeleteFunc(slices.Clone(n.Required), func(name string) bool {
		p := n.Properties[name]
		return as == custom && p != nil && p.Default != nil
	})
	switch {
	case n.Additional != nil && n.Additional.Schema != nil:
		s.AdditionalProperties = l.compile(n.Additional.Schema, as, true)
	case n.Additional != nil && n.Additional.Allow, n.Preserve, n.Type != "object":
	default:
		s.AdditionalProperties = false
	}
}

func compileBounds(s *jsonschema.Schema, n *pack.Node) {
	if n.Pattern != "" {
		// A pattern that Go cannot read is refused where the CRD is checked.
		s.Pattern, _ = regexp.Compile(n.Pattern)
	}
	for _, b := range []struct {
		from *int
		to   *int
	}{
		{n.MinLength, &s.MinLength}, {n.MaxLength, &s.MaxLength},
		{n.MinItems, &s.MinItems}, {n.MaxItems, &s.MaxItems},
		{n.MinProps, &s.MinProperties}, {n.MaxProps, &s.MaxProperties},
	} {
		if b.from != nil {
			*b.to = *b.from
		}
	}
	s.UniqueItems = n.UniqueItems
	s.MultipleOf = rational(n.MultipleOf.String())
	if low := rational(n.Minimum.String()); n.ExclusiveLo {
		s.ExclusiveMinimum = low
	} else {
		s.Minimum = low
	}
	if high := rational(n.Maximum.String()); n.ExclusiveHi {
		s.ExclusiveMaximum = high
	} else {
		s.Maximum = high
	}
}

// rational reads a bound. One with an absurd exponent, which would take
// gigabytes to hold, is no bound.
func rational(s string) *big.Rat {
	if len(s) == 0 || !sensible(s) {
		return nil
	}
	r, ok := new(big.Rat).SetString(s)
	if !ok {
		return nil
	}
	return r
}

// blank is a schema that allows everything: the library takes zeros for limits.
func blank() *jsonschema.Schema {
	return &jsonschema.Schema{
		MinProperties: -1, MaxProperties: -1, MinItems: -1, MaxItems: -1,
		MinContains: 1, MaxContains: -1, MinLength: -1, MaxLength: -1,
	}
}
