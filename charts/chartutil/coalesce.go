package chartutil

import (
	"fmt"
	"maps"
	"slices"

	"helm.sh/helm/v3/pkg/chart"
)

// Warning is something in the values that Helm logs and then passes over.
type Warning struct {
	// Path leads to the value, from the root of the top chart's values.
	Path []string
	// Message says what is wrong there. It holds no values.
	Message string
}

// WarnFunc receives warnings; nil drops them. The order of warnings within one
// table is not defined.
type WarnFunc func(Warning)

// TypeError says that a subchart's values are not a table.
type TypeError struct {
	Path []string // leads to the value, from the root of the top chart's values
	Got  string   // what stands there: "a string"
}

func (e *TypeError) Error() string {
	return fmt.Sprintf("type mismatch on %s: expected the values of the subchart, a table, found %s", e.Path[len(e.Path)-1], e.Got)
}

// CoalesceValues puts the values of ch and of its subcharts under vals, which
// win: tables are merged, everything else is replaced. A null in vals removes
// the value of the chart (inside tables too); a null of the chart itself stays.
// Subcharts receive the table "global" of their parent.
//
// Neither ch nor vals is changed, and the result shares nothing with them. The
// error is a *TypeError.
func CoalesceValues(ch *chart.Chart, vals map[string]any, warn WarnFunc) (Values, error) {
	return coalesce(ch, vals, false, warn)
}

// MergeValues is CoalesceValues with nulls kept, for values that will be
// coalesced with others later.
func MergeValues(ch *chart.Chart, vals map[string]any, warn WarnFunc) (Values, error) {
	return coalesce(ch, vals, true, warn)
}

func coalesce(ch *chart.Chart, vals map[string]any, keepNull bool, warn WarnFunc) (Values, error) {
	dest := copyTable(vals)
	c := coalescer{warn: warn, keepNull: keepNull}
	return dest, c.chart(ch, dest, nil)
}

// place is a path into the values, kept as a chain so that walking costs no
// allocation while nothing is wrong.
type place struct {
	parent *place
	key    string
}

func (p *place) path() []string {
	var keys []string
	for ; p != nil; p = p.parent {
		keys = append(keys, p.key)
	}
	slices.Reverse(keys)
	return keys
}

type coalescer struct {
	warn     WarnFunc
	keepNull bool
}

func (c coalescer) report(at *place, format string, args ...any) {
	if c.warn != nil {
		c.warn(Warning{Path: at.path(), Message: fmt.Sprintf(format, args...)})
	}
}

// chart fills dest, the values meant for ch, with the defaults of ch and of
// everything below it.
func (c coalescer) chart(ch *chart.Chart, dest map[string]any, at *place) error {
	c.defaults(ch, dest, at)
	for _, sub := range ch.Dependencies() {
		subAt := &place{at, sub.Name()}
		value, found := dest[sub.Name()]
		table, ok := value.(map[string]any)
		switch {
		case !found:
			table = map[string]any{}
			dest[sub.Name()] = table
		case !ok:
			return &TypeError{Path: subAt.path(), Got: KindOf(value)}
		}
		c.globals(table, dest, subAt)
		if err := c.chart(sub, table, subAt); err != nil {
			return err
		}
	}
	return nil
}

// defaults adds the values that ch itself declares to dest.
func (c coalescer) defaults(ch *chart.Chart, dest map[string]any, at *place) {
	for key, value := range ch.Values {
		set, found := dest[key]
		switch table, isSet := set.(map[string]any); {
		case !found:
			dest[key] = copyValue(value)
		case set == nil && !c.keepNull:
			delete(dest, key)
		case isSet:
			c.defaultTable(ch, key, table, value, &place{at, key})
		default:
			c.replacedTable(ch, key, set, value, at)
		}
	}
}

// defaultTable adds one default to the table that stands in its place.
func (c coalescer) defaultTable(ch *chart.Chart, key string, table map[string]any, value any, at *place) {
	src, ok := value.(map[string]any)
	if !ok {
		if value != nil {
			c.report(at, "a table replaces the chart's default, which is %s", KindOf(value))
		}
		return
	}
	// The nulls for a subchart must survive until the subchart's own defaults
	// are at hand.
	c.keepNull = c.keepNull || hasDependency(ch, key)
	c.tables(table, copyTable(src), at)
}

// replacedTable reports a default table that something else stands for. Helm
// does below the top of the values only, but the templates fail all the same.
// An empty table has nothing to lose and is often a mere placeholder.
func (c coalescer) replacedTable(ch *chart.Chart, key string, set, value any, at *place) {
	if table, ok := value.(map[string]any); ok && set != nil && len(table) > 0 && !hasDependency(ch, key) {
		c.report(&place{at, key}, "%s replaces the chart's default, which is a table", KindOf(set))
	}
}

func hasDependency(ch *chart.Chart, name string) bool {
	return slices.ContainsFunc(ch.Dependencies(), func(sub *chart.Chart) bool { return sub.Name() == name })
}

// tables adds to dst what only src has, table by table. It takes src over:
// parts of it end up in dst, and a null in dst is written to src as well. Helm
// has that effect too, and where values are imported from several children it
// can be seen in the result.
func (c coalescer) tables(dst, src map[string]any, at *place) {
	if dst == nil || src == nil {
		return
	}
	for key, value := range src {
		set, found := dst[key]
		switch {
		case !found:
			dst[key] = value
		case set == nil:
			if value != nil && !c.keepNull {
				delete(dst, key)
			}
			src[key] = nil
		default:
			c.nested(set, value, &place{at, key})
		}
	}
	for key, value := range dst {
		if value == nil {
			src[key] = nil
		}
	}
}

// nested merges two values of the same key, where at least the first is set.
func (c coalescer) nested(set, value any, at *place) {
	dst, dstIsTable := set.(map[string]any)
	src, srcIsTable := value.(map[string]any)
	switch {
	case dstIsTable && srcIsTable:
		c.tables(dst, src, at)
	case srcIsTable:
		c.report(at, "%s replaces the chart's default, which is a table", KindOf(set))
	case dstIsTable && value != nil:
		c.report(at, "a table replaces the chart's default, which is %s", KindOf(value))
	}
}

// globals passes the table "global" of a parent on to the values of one of its
// subcharts. What the parent says wins. As in Helm only the first level is
// copied: tables further inside are shared with the parent, so that what a
// subchart adds to them is seen by the parent and by the subcharts after it.
func (c coalescer) globals(sub, parent map[string]any, at *place) {
	at = &place{at, globalKey}
	dst, ok := tableOrNew(sub)
	if !ok {
		c.report(at, "the globals of the parent are not passed on, since global is %s here and not a table", KindOf(sub[globalKey]))
		return
	}
	src, ok := tableOrNew(parent)
	if !ok {
		c.report(at.parent.parent.under(globalKey), "global is %s and not a table, so it is not passed on to subcharts", KindOf(parent[globalKey]))
		return
	}
	c.keepNull = true // the nulls go when the subchart's own values are coalesced
	for key, value := range src {
		c.global(dst, key, value, &place{at, key})
	}
	sub[globalKey] = dst
}

func (p *place) under(key string) *place { return &place{p, key} }

func tableOrNew(values map[string]any) (table map[string]any, ok bool) {
	value, found := values[globalKey]
	if !found {
		return map[string]any{}, true
	}
	table, ok = value.(map[string]any)
	return table, ok
}

func (c coalescer) global(dst map[string]any, key string, value any, at *place) {
	own, found := dst[key]
	ownTable, ownIsTable := own.(map[string]any)
	table, isTable := value.(map[string]any)
	switch {
	case isTable && found && !ownIsTable:
		c.report(at, "the parent's global table is not passed on, since the subchart has %s here", KindOf(own))
	case isTable:
		merged := maps.Clone(table)
		c.tables(merged, ownTable, at)
		dst[key] = merged
	case ownIsTable:
		c.report(at, "the parent's global is %s and not passed on, since the subchart has a table here", KindOf(value))
	default:
		dst[key] = value
	}
}

// KindOf names the type of a value in the words of YAML, without the value.
func KindOf(v any) string {
	switch v.(type) {
	case nil:
		return "null"
	case map[string]any, Values:
		return "a table"
	case []any:
		return "a list"
	case string:
		return "a string"
	case bool:
		return "a boolean"
	}
	return "a number"
}
