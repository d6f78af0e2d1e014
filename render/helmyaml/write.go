package helmyaml

import (
	"encoding/json"
	"math"
	"reflect"
	"strconv"
	"strings"
	"unicode/utf8"
)

// writer writes trees of maps, lists and scalars the way sigs.k8s.io/yaml does:
// through JSON and back, then block style with sorted keys, sequences in the
// column of their key, long lines folded at column 80, and quotes where YAML 1.1
// wants them. It gives up at anything else (structs, marshalers, control
// characters, very long keys, cycles), and the library decides.
type writer struct {
	out   []byte
	start int // where the current line begins in out
	depth int
}

// width is the column after which the library breaks a line at a blank.
const width = 80

// write returns the YAML of v, with a line break at the end.
func write(v any) (string, bool) {
	w := writer{out: make([]byte, 0, 256)}
	if !w.node(v, 0, root) {
		return "", false
	}
	w.newline()
	return string(w.out), true
}

// position is where a node is written.
type position int

const (
	root   position = iota
	ofKey           // after "key:"
	ofDash          // after "-"
)

// node writes a value. Mappings and sequences below it are written at the
// indentation.
func (w *writer) node(v any, indent int, at position) bool {
	if w.depth++; w.depth > maxDepth {
		return false
	}
	defer func() { w.depth-- }()
	switch v := v.(type) {
	case nil:
		return w.word("null", at)
	case bool:
		return w.word(strconv.FormatBool(v), at)
	case string:
		return w.text(v, indent, at)
	case float64:
		s, ok := number(v)
		return ok && w.word(s, at)
	case int:
		return w.word(strconv.Itoa(v), at)
	case int64:
		return w.word(strconv.FormatInt(v, 10), at)
	case map[string]any:
		if v == nil {
			return w.word("null", at)
		}
		return w.mapping(keysOf(v), func(k string) any { return v[k] }, indent, at)
	case map[string]string:
		if v == nil {
			return w.word("null", at)
		}
		return w.mapping(keysOf(v), func(k string) any { return v[k] }, indent, at)
	case []any:
		if v == nil {
			return w.word("null", at)
		}
		return w.sequence(v, indent, at)
	case []string:
		if v == nil {
			return w.word("null", at)
		}
		list := make([]any, len(v))
		for i, s := range v {
			list[i] = s
		}
		return w.sequence(list, indent, at)
	}
	if m, ok := plainMap(v); ok {
		return w.node(m, indent, at)
	}
	return false
}

var (
	mapType       = reflect.TypeFor[map[string]any]()
	marshalerType = reflect.TypeFor[json.Marshaler]()
)

// plainMap converts a named type of map[string]any, such as chartutil.Values.
func plainMap(v any) (map[string]any, bool) {
	t := reflect.TypeOf(v)
	if t.Kind() != reflect.Map || !t.ConvertibleTo(mapType) || t.NumMethod() > 0 && (t.Implements(marshalerType) || implementsText(t)) {
		return nil, false
	}
	return reflect.ValueOf(v).Convert(mapType).Interface().(map[string]any), true
}

func implementsText(t reflect.Type) bool {
	_, ok := t.MethodByName("MarshalText")
	return ok
}

// number formats a number as it comes out of JSON and YAML.
func number(f float64) (string, bool) {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return "", false
	}
	if f == math.Trunc(f) && math.Abs(f) < 1e15 {
		return strconv.FormatInt(int64(f), 10), true
	}
	text, err := json.Marshal(f)
	if err != nil {
		return "", false
	}
	s := string(text)
	if _, err := strconv.ParseInt(s, 0, 64); err == nil {
		return s, true
	}
	if _, err := strconv.ParseUint(s, 0, 64); err == nil {
		return s, true
	}
	return strconv.FormatFloat(f, 'g', -1, 64), true
}

// word writes something that is never broken or quoted.
func (w *writer) word(s string, at position) bool {
	w.space(at)
	w.out = append(w.out, s...)
	return true
}

// space separates a value from its key.
func (w *writer) space(at position) {
	if at == ofKey {
		w.out = append(w.out, ' ')
	}
}

func (w *writer) newline() {
	if len(w.out) > w.start {
		w.out = append(w.out, '\n')
		w.start = len(w.out)
	}
}

func (w *writer) indent(n int) {
	for range n {
		w.out = append(w.out, ' ')
	}
}

func (w *writer) mapping(keys []string, get func(string) any, indent int, at position) bool {
	if len(keys) == 0 {
		return w.word("{}", at)
	}
	for i, k := range keys {
		if i > 0 || at == ofKey {
			w.newline()
			w.indent(indent)
		}
		if !w.key(k) {
			return false
		}
		if !w.node(get(k), indent+2, ofKey) {
			return false
		}
	}
	return true
}

func (w *writer) key(k string) bool {
	if len(k) > maxKey {
		return false
	}
	style, ok := styleOf(k)
	if !ok || style == literal || style == doubleQuoted && k != "" && strings.IndexByte(k, '\n') >= 0 {
		return false
	}
	w.quoteShort(k, style)
	w.out = append(w.out, ':')
	return true
}

func (w *writer) sequence(list []any, indent int, at position) bool {
	if len(list) == 0 {
		return w.word("[]", at)
	}
	if at == ofKey {
		indent -= 2 // in the column of the key
	}
	for i, v := range list {
		if i > 0 || at == ofKey {
			w.newline()
			w.indent(indent)
		}
		w.out = append(w.out, '-', ' ')
		if !w.node(v, indent+2, ofDash) {
			return false
		}
	}
	return true
}

// text writes a string.
func (w *writer) text(s string, indent int, at position) bool {
	st, ok := styleOf(s)
	if !ok {
		return false
	}
	w.space(at)
	if at == root {
		indent = 2
	}
	switch {
	case st == literal:
		w.literal(s, indent)
	case len(w.out)-w.start+2*len(s) <= width || strings.IndexByte(s, ' ') < 0:
		// No blank of it is beyond the width, even if every character is escaped.
		w.quoteShort(s, st)
	case st == plain:
		w.folded(s, indent, st)
	case st == singleQuoted:
		w.out = append(w.out, '\'')
		w.folded(s, indent, st)
		w.out = append(w.out, '\'')
	default:
		w.foldedDouble(s, indent)
	}
	return true
}

// quoteShort writes a string on one line.
func (w *writer) quoteShort(s string, st style) {
	switch st {
	case plain:
		w.out = append(w.out, s...)
	case singleQuoted:
		w.out = append(w.out, '\'')
		w.out = append(w.out, strings.ReplaceAll(s, "'", "''")...)
		w.out = append(w.out, '\'')
	default:
		w.out = append(w.out, '"')
		for i := range len(s) {
			w.escaped(s[i])
		}
		w.out = append(w.out, '"')
	}
}

func (w *writer) escaped(c byte) {
	switch c {
	case '\n':
		w.out = append(w.out, '\\', 'n')
	case '"', '\\':
		w.out = append(w.out, '\\', c)
	default:
		w.out = append(w.out, c)
	}
}

// column counts characters, as the library does.
func (w *writer) column() int { return utf8.RuneCount(w.out[w.start:]) }

// breakLine goes to the next line within a scalar.
func (w *writer) breakLine(indent int) {
	w.out = append(w.out, '\n')
	w.start = len(w.out)
	w.indent(indent)
}

// folded writes a plain or single quoted string over several lines: it breaks
// at the first single blank beyond the width. Inside quotes the blanks at the
// ends stay.
func (w *writer) folded(s string, indent int, st style) {
	column, spaces := w.column(), false
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c == ' ' {
			inside := st == plain || i > 0 && i < len(s)-1
			if !spaces && column > width && inside && i+1 < len(s) && s[i+1] != ' ' {
				w.breakLine(indent)
				column = indent
			} else {
				w.out = append(w.out, c)
				column++
			}
			spaces = true
			continue
		}
		if c == '\'' && st == singleQuoted {
			w.out = append(w.out, c)
			column++
		}
		w.out = append(w.out, c)
		if c < utf8.RuneSelf || c >= 0xc0 {
			column++
		}
		spaces = false
	}
}

// foldedDouble writes a double quoted string over several lines. A blank that
// would be lost at the start of a line is escaped.
func (w *writer) foldedDouble(s string, indent int) {
	w.out = append(w.out, '"')
	column, spaces := w.column(), false
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c == ' ' && !spaces && column > width && i > 0 && i < len(s)-1 {
			w.breakLine(indent)
			column = indent
			if s[i+1] == ' ' {
				w.out = append(w.out, '\\')
				column++
			}
			spaces = true
			continue
		}
		before := len(w.out)
		w.escaped(c)
		if c < utf8.RuneSelf || c >= 0xc0 {
			column += len(w.out) - before
		}
		spaces = c == ' '
	}
	w.out = append(w.out, '"')
}

// literal writes a string of several lines as it is.
func (w *writer) literal(s string, indent int) {
	w.out = append(w.out, '|')
	if s[0] == ' ' || s[0] == '\n' {
		w.out = append(w.out, '2')
	}
	switch {
	case s[len(s)-1] != '\n':
		w.out = append(w.out, '-')
	case len(s) == 1 || s[len(s)-2] == '\n':
		w.out = append(w.out, '+')
	}
	for line := range strings.Lines(s) {
		w.newlineAlways()
		if line != "\n" {
			w.indent(indent)
			w.out = append(w.out, strings.TrimSuffix(line, "\n")...)
		}
	}
	if s[len(s)-1] == '\n' {
		w.newlineAlways()
	}
}

func (w *writer) newlineAlways() {
	w.out = append(w.out, '\n')
	w.start = len(w.out)
}
