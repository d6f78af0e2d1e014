package validation

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"sigs.k8s.io/yaml"
)

// change is one edit of an object.
type change struct {
	sort  string // what is tried
	path  []any  // keys and indexes of the field
	value any    // what it holds then
	shown string // the change, in the name of the mutant
}

// The sorts of changes.
const (
	wrongType = "type"
	wrongEnum = "enum"
	outside   = "range"
	removal   = "removal"
	null      = "null"
	unknown   = "unknown field"
	addition  = "addition"
	format    = "format"
	duplicate = "duplicate"
)

// gone is the value of a field that is taken away.
type gone struct{}

// mutator collects the changes that can be made to one object.
type mutator struct {
	*description
	changes []change
}

func (m *mutator) add(sort string, path []any, value any) {
	shown := "removed"
	if _, removed := value.(gone); !removed {
		text, err := yaml.Marshal(value)
		if err != nil {
			panic(err) // of values made in this file
		}
		shown = strings.ReplaceAll(strings.TrimSpace(string(text)), "\n", " ")
	}
	if len(shown) > 60 {
		shown = fmt.Sprintf("%s... (%d)", shown[:50], len(shown))
	}
	m.changes = append(m.changes, change{sort, slices.Clone(path), value, show(path) + " = " + shown})
}

// rename gives a key of a map another name.
func (m *mutator) rename(sort string, path []any, fields map[string]any, from, to string) {
	other := maps.Clone(fields)
	delete(other, from)
	other[to] = fields[from]
	shown := fmt.Sprintf("%s renamed to %.40q", show(below(path, from)), to)
	m.changes = append(m.changes, change{sort, slices.Clone(path), other, shown})
}

// repeat puts an item of a list behind the last one.
func (m *mutator) repeat(path []any, items []any, i int) {
	shown := show(below(path, i)) + " repeated"
	m.changes = append(m.changes, change{duplicate, slices.Clone(path), append(slices.Clone(items), items[i]), shown})
}

// field collects the changes of a field and of all below it.
func (m *mutator) field(path []any, value any, p *property) {
	if len(path) > 0 {
		m.add(removal, path, gone{})
		m.add(null, path, nil)
	}
	switch s := m.shape(p); s {
	case isObject:
		m.object(path, value, p)
	case isMap:
		m.mapping(path, value, p)
	case isList:
		m.list(path, value, p)
	case isAnything:
		m.values(wrongType, path, "text", 1)
	default:
		m.scalar(path, value, p, s)
	}
}

func (m *mutator) values(sort string, path []any, values ...any) {
	for _, v := range values {
		m.add(sort, path, v)
	}
}

// object changes the fields of an object, and which it has.
func (m *mutator) object(path []any, value any, p *property) {
	fields, ok := value.(map[string]any)
	if !ok {
		return
	}
	p, _ = m.resolve(p)
	if len(path) > 0 {
		m.values(wrongType, path, "text", []any{}, []any{value})
		m.add(removal, path, map[string]any{})
	}
	m.add(unknown, below(path, "unknownField"), "x")
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		m.rename(unknown, path, fields, name, name+"s")
		if property, known := p.Properties[name]; known {
			m.field(below(path, name), fields[name], &property)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(p.Properties)) {
		if _, there := fields[name]; !there {
			property := p.Properties[name]
			m.add(addition, below(path, name), m.sample(&property, 3))
		}
	}
}

// mapping changes keys, and the first two values.
func (m *mutator) mapping(path []any, value any, p *property) {
	entries, ok := value.(map[string]any)
	if !ok {
		return
	}
	p, _ = m.resolve(p)
	m.values(wrongType, path, "text", []any{"a"})
	m.add(addition, below(path, "added"), m.sample(p.Additional, 2))
	names := slices.Sorted(maps.Keys(entries))
	for _, name := range names[:min(2, len(names))] {
		for _, bad := range []string{"not a key", "a/b/c", "-" + name, strings.Repeat("k", 300), ""} {
			m.rename(format, path, entries, name, bad)
		}
		m.field(below(path, name), entries[name], p.Additional)
	}
}

// list changes which items there are, and the first three.
func (m *mutator) list(path []any, value any, p *property) {
	items, ok := value.([]any)
	if !ok {
		return
	}
	p, _ = m.resolve(p)
	m.values(wrongType, path, "text", map[string]any{"a": "b"})
	m.add(removal, path, []any{})
	m.add(addition, path, append(slices.Clone(items), m.sample(p.Items, 2)))
	for i, item := range items[:min(3, len(items))] {
		m.repeat(path, items, i)
		m.field(below(path, i), item, p.Items)
	}
}

// scalar changes a value that has nothing below it.
func (m *mutator) scalar(path []any, value any, p *property, s shape) {
	for _, wrong := range wrongTypes[s] {
		m.add(wrongType, path, wrong)
	}
	m.values(outside, path, ranges[s]...)
	p, _ = m.resolve(p)
	text, isText := value.(string)
	if len(p.Enum) > 0 {
		m.values(wrongEnum, path, "Unknown", "", strings.ToLower(text), text+" ")
		m.values(wrongEnum, path, p.Enum...)
		return
	}
	if isText && s == isString {
		m.values(format, path, "Not A Name!", "", "-"+text, text+"/", "a/b/c", strings.ToUpper(text), strings.Repeat("x", 300), "ä", text+"\n", "10.0.0.1", "*")
		return
	}
	m.values(format, path, formats[s]...)
}

// wrongTypes are values that a field of a shape cannot hold.
var wrongTypes = map[shape][]any{
	isString:    {7, true, 1.5, map[string]any{"a": "b"}, []any{"a"}},
	isInteger:   {"7", 1.5, true, "seven", map[string]any{}, []any{1}},
	isNumber:    {"7", true, []any{1}},
	isBoolean:   {"true", 1, "yes", []any{true}, map[string]any{}},
	isQuantity:  {true, map[string]any{}, []any{"1"}},
	isIntString: {true, 1.5, map[string]any{}, []any{1}},
	isTime:      {1, true, map[string]any{}},
	isBytes:     {1, []any{"YQ=="}, map[string]any{}},
}

// ranges are values of the right type that may be out of what is allowed.
var ranges = map[shape][]any{
	isInteger:   {-1, 0, 1, 70000, int64(1) << 31, int64(-1) << 40, 1e30},
	isNumber:    {-1, 0, 1e300},
	isBoolean:   {true, false},
	isQuantity:  {0, -1, "-1Gi", "0.5", "100Ei", "1e3"},
	isIntString: {-1, 0, 70000, "150%", "-5%", int64(1) << 33},
}

// formats are texts that are not what a field of a shape holds.
var formats = map[shape][]any{
	isQuantity:  {"1x", "", "1 Gi", "Gi", "1.2.3", "1MB"},
	isIntString: {"abc", "", "10 %", "http-port-with-a-long-name", "A_B"},
	isTime:      {"yesterday", "2026-01-01", "", "2026-13-01T00:00:00Z", "2026-01-01T00:00:00Z", "2026-01-01T00:00:00.000000Z"},
	isBytes:     {"not base64!", "", "YQ", "YQ==\n"},
}

// sample makes up a value for a field that an object does not have.
func (m *mutator) sample(p *property, depth int) any {
	s := m.shape(p)
	p, _ = m.resolve(p)
	switch {
	case len(p.Enum) > 0:
		return p.Enum[0]
	case s == isList && depth > 0:
		return []any{m.sample(p.Items, depth-1)}
	case s == isMap && depth > 0:
		return map[string]any{"a": m.sample(p.Additional, depth-1)}
	case s == isObject && depth > 0:
		return m.required(p, depth)
	}
	return samples[s]
}

// required makes up an object with two of its fields.
func (m *mutator) required(p *property, depth int) any {
	object := map[string]any{}
	for _, name := range slices.Sorted(maps.Keys(p.Properties)) {
		if len(object) < 2 {
			property := p.Properties[name]
			object[name] = m.sample(&property, depth-1)
		}
	}
	return object
}

var samples = map[shape]any{
	isString: "sample", isInteger: 1, isNumber: 1, isBoolean: true, isList: []any{}, isMap: map[string]any{}, isObject: map[string]any{},
	isQuantity: "1", isIntString: 1, isTime: "2026-01-01T00:00:00Z", isBytes: "YQ==", isAnything: map[string]any{"a": "b"},
}

func below(path []any, step any) []any { return append(slices.Clone(path), step) }

// apply returns a copy of the object with the change made. What is not on the way
// to the field is shared.
func (c change) apply(value any, path []any) any {
	if len(path) == 0 {
		return c.value
	}
	_, removed := c.value.(gone)
	last := removed && len(path) == 1
	switch step := path[0].(type) {
	case string:
		fields := maps.Clone(value.(map[string]any))
		if last {
			delete(fields, step)
		} else {
			fields[step] = c.apply(fields[step], path[1:])
		}
		return fields
	case int:
		items := slices.Clone(value.([]any))
		if last {
			return slices.Delete(items, step, step+1)
		}
		items[step] = c.apply(items[step], path[1:])
		return items
	}
	panic("a path has keys and indexes")
}

func (c change) String() string { return c.sort + ": " + c.shown }

func show(path []any) string {
	var b strings.Builder
	for _, step := range path {
		switch step := step.(type) {
		case string:
			if strings.ContainsAny(step, "./") {
				fmt.Fprintf(&b, "[%s]", step)
			} else {
				b.WriteString("." + step)
			}
		case int:
			fmt.Fprintf(&b, "[%d]", step)
		}
	}
	return strings.TrimPrefix(b.String(), ".")
}
