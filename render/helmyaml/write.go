package helmyaml

import (
	"encoding/json"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"go.yaml.in/yaml/v2"
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
		return w.mapping(len(v), keysOf(v), func(k string) any { return v[k] }, indent, at)
	case map[string]string:
		if v == nil {
			return w.word("null", at)
		}
		return w.mapping(len(v), keysOf(v), func(k string) any { return v[k] }, indent, at)
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

func (w *writer) mapping(n int, keys []string, get func(string) any, indent int, at position) bool {
	if n == 0 {
		return w.word("{}", at)
	}
	if keys == nil {
		return false
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

// keysOf returns the keys in the library's order, nil when one is not simple.
func keysOf[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, compareKeys)
	return keys
}

// compareKeys orders keys as the library does: letters after everything else,
// and runs of digits by their value.
func compareKeys(a, b string) int {
	switch {
	case a == b:
		return 0
	case keyLess(a, b):
		return -1
	}
	return 1
}

func keyLess(a, b string) bool {
	// Up to the first difference both are equal, so the bytes will do to find it.
	i := 0
	for i < len(a) && i < len(b) && a[i] == b[i] {
		i++
	}
	if i == len(a) || i == len(b) {
		return len(a) < len(b)
	}
	if x, y := a[i], b[i]; isLetter(x) && isLetter(y) {
		return x < y
	}
	return runesLess([]rune(a), []rune(b))
}

func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

// runesLess is the comparison in full.
func runesLess(a, b []rune) bool {
	i := 0
	for i < len(a) && i < len(b) && a[i] == b[i] {
		i++
	}
	if i == len(a) || i == len(b) {
		return len(a) < len(b)
	}
	al, bl := unicode.IsLetter(a[i]), unicode.IsLetter(b[i])
	switch {
	case al && bl:
		return a[i] < b[i]
	case al || bl:
		return bl
	}
	var x, y int64
	if a[i] == '0' || b[i] == '0' {
		// Zeros that follow other digits of the same number count.
		for j := i - 1; j >= 0 && unicode.IsDigit(a[j]); j-- {
			if a[j] != '0' {
				x, y = 1, 1
				break
			}
		}
	}
	x, ai := digitRun(a, i, x)
	y, bi := digitRun(b, i, y)
	switch {
	case x != y:
		return x < y
	case ai != bi:
		return ai < bi
	}
	return a[i] < b[i]
}

func digitRun(s []rune, i int, n int64) (int64, int) {
	for ; i < len(s) && unicode.IsDigit(s[i]); i++ {
		n = n*10 + int64(s[i]-'0')
	}
	return n, i
}

type style int

const (
	plain style = iota
	singleQuoted
	doubleQuoted
	literal
)

// styleOf says how the library writes a string. It fails at characters that
// need escapes other than those of quotes, backslashes and line breaks.
func styleOf(s string) (st style, ok bool) {
	if s == "" {
		return doubleQuoted, true
	}
	indicators := strings.HasPrefix(s, "---") || strings.HasPrefix(s, "...")
	switch c := s[0]; c {
	case '#', ',', '[', ']', '{', '}', '&', '*', '!', '|', '>', '\'', '"', '%', '@', '`':
		indicators = true
	case '?', ':', '-':
		indicators = indicators || len(s) == 1 || s[1] == ' '
	}
	breaks, spaceBreak := false, false
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\n':
			breaks = true
			spaceBreak = spaceBreak || i > 0 && s[i-1] == ' '
		case c < 0x20 || c == 0x7f:
			return 0, false
		case c == ':':
			indicators = indicators || i+1 == len(s) || s[i+1] == ' '
		case c == '#':
			indicators = indicators || i > 0 && (s[i-1] == ' ' || s[i-1] == '\n')
		case c >= utf8.RuneSelf:
			r, size := utf8.DecodeRuneInString(s[i:])
			if r < 0xa0 || r == 0x2028 || r == 0x2029 || r == 0xfeff || r >= 0xfffd || r == utf8.RuneError {
				return 0, false
			}
			i += size - 1
		}
	}
	first, last := s[0] == ' ', s[len(s)-1] == ' '
	switch {
	case breaks && (last || spaceBreak):
		return doubleQuoted, true
	case breaks:
		return literal, true
	case !surelyString(s) && quotedAsWord(s):
		return doubleQuoted, true
	case first || last || indicators:
		return singleQuoted, true
	}
	return plain, true
}

// quotedAsWord reports whether the library quotes the string because plain it
// would be a number, a boolean, null or a date. It asks the library itself.
func quotedAsWord(s string) bool {
	out, err := yaml.Marshal(s)
	return err != nil || len(out) == 0 || out[0] == '"'
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
