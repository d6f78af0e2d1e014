package helmyaml

import (
	"strings"
	"unicode/utf8"
)

// reader reads the YAML that manifests are usually made of - block mappings and
// sequences, plain, quoted and block scalars, short flow lists of scalars -
// with the results of sigs.k8s.io/yaml: the tree that decoding JSON makes, all
// numbers float64. Whatever is not plainly of this kind (anchors, tags,
// directives, tabs, keys that are no strings, and every error) makes it give
// up, and the library decides. So it needs to be right about what it accepts,
// and nothing else. It reads about ten times as fast as the library.
type reader struct {
	s     string
	pos   int // at the first character of the current content, len(s) at the end
	col   int // its column, -1 at the end
	depth int
}

// maxDepth is far above what manifests need and far below the library's limit.
const maxDepth = 200

// read returns the value of a text whose top is a mapping or a sequence.
func read(text string) (v any, ok bool) {
	if !plainText(text) {
		return nil, false
	}
	r := reader{s: text}
	if !r.line() || r.col < 0 {
		return nil, false
	}
	v, ok = r.block(-1, true)
	return v, ok && r.col < 0
}

// plainText reports whether the text holds no characters that the library
// refuses or treats as line breaks, and no byte order mark.
func plainText(s string) bool {
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c >= 0x20 && c < 0x7f || c == '\n' || c == '\t' {
			continue
		}
		if c < utf8.RuneSelf {
			return false
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		if r < 0xa0 || r == 0x2028 || r == 0x2029 || r == 0xfeff || r == 0xfffe || r == 0xffff || r == utf8.RuneError {
			return false
		}
		i += size - 1
	}
	return true
}

// line moves from the start of a line to the next content. It fails at tabs
// used as indentation and at document markers.
func (r *reader) line() bool {
	for {
		start := r.pos
		for r.pos < len(r.s) && r.s[r.pos] == ' ' {
			r.pos++
		}
		if r.pos >= len(r.s) {
			r.col = -1
			return true
		}
		switch r.s[r.pos] {
		case '\n':
			r.pos++
			continue
		case '#':
			r.skipLine()
			continue
		case '\t':
			return false
		}
		r.col = r.pos - start
		marker := r.col == 0 && (strings.HasPrefix(r.s[r.pos:], "---") || strings.HasPrefix(r.s[r.pos:], "..."))
		return !marker
	}
}

// skipLine moves to the start of the next line.
func (r *reader) skipLine() {
	if i := strings.IndexByte(r.s[r.pos:], '\n'); i >= 0 {
		r.pos += i + 1
	} else {
		r.pos = len(r.s)
	}
}

// endLine moves from behind a value to the next content. Only blanks and a
// comment may follow the value.
func (r *reader) endLine() bool {
	start := r.pos
	for r.pos < len(r.s) && r.s[r.pos] == ' ' {
		r.pos++
	}
	if r.pos < len(r.s) && r.s[r.pos] != '\n' && (r.s[r.pos] != '#' || r.pos == start) {
		return false
	}
	r.skipLine()
	return r.line()
}

// breakAt reports whether a blank, a line break or the end is at i.
func (r *reader) breakAt(i int) bool {
	return i >= len(r.s) || r.s[i] == ' ' || r.s[i] == '\n'
}

// entry reports whether "- " is at the position.
func (r *reader) entry() bool {
	return r.col >= 0 && r.s[r.pos] == '-' && r.breakAt(r.pos+1)
}

// block reads the node at the position, which stands further right than its
// parent. Values that are not kept are read for their syntax alone.
func (r *reader) block(parent int, keep bool) (v any, ok bool) {
	if r.depth++; r.depth > maxDepth {
		return nil, false
	}
	defer func() { r.depth-- }()
	if r.entry() {
		return r.sequence(r.col, keep)
	}
	if end, ok := r.keyEnd(); !ok {
		return nil, false
	} else if end >= 0 {
		return r.mapping(r.col, keep, nil)
	}
	if parent < 0 {
		return nil, false
	}
	return r.inline(parent, keep)
}

// mapping reads the mapping whose keys are in the column. With a visitor it
// keeps nothing itself: the visitor says of each key whether it wants the value.
func (r *reader) mapping(col int, keep bool, visit visitor) (any, bool) {
	var m map[string]any
	if keep && visit == nil {
		m = map[string]any{}
	}
	for {
		key, ok := r.key()
		if !ok {
			return nil, false
		}
		want := keep
		if visit != nil {
			if want, ok = visit.want(key); !ok {
				return nil, false
			}
		}
		v, ok := r.value(col, want)
		if !ok {
			return nil, false
		}
		switch {
		case visit != nil && want:
			if !visit.set(key, v) {
				return nil, false
			}
		case want:
			if _, twice := m[key]; twice {
				return nil, false
			}
			m[key] = v
		}
		if r.col < col {
			return m, true
		}
		if r.col > col || r.entry() {
			return nil, false
		}
	}
}

// value reads what follows "key:" in a mapping.
func (r *reader) value(col int, keep bool) (any, bool) {
	for r.pos < len(r.s) && r.s[r.pos] == ' ' {
		r.pos++
	}
	if r.pos < len(r.s) && r.s[r.pos] != '\n' && r.s[r.pos] != '#' {
		return r.inline(col, keep)
	}
	if !r.endOfKey() {
		return nil, false
	}
	switch {
	case r.col > col:
		return r.block(col, keep)
	case r.col == col && r.entry():
		return r.sequence(col, keep)
	}
	return nil, true
}

// endOfKey is endLine behind a ":" or "-" and the blanks after it.
func (r *reader) endOfKey() bool {
	if r.pos < len(r.s) && r.s[r.pos] == '#' && r.s[r.pos-1] != ' ' {
		return false
	}
	r.skipLine()
	return r.line()
}

// sequence reads the sequence whose dashes are in the column.
func (r *reader) sequence(col int, keep bool) (any, bool) {
	var list []any
	if keep {
		list = []any{}
	}
	if r.depth++; r.depth > maxDepth {
		return nil, false
	}
	defer func() { r.depth-- }()
	for {
		v, ok := r.item(col, keep)
		if !ok {
			return nil, false
		}
		if keep {
			list = append(list, v)
		}
		if r.col < col || r.col == col && !r.entry() {
			// In the column of a mapping's keys the next key may follow; whether
			// this is one, the caller sees.
			return list, true
		}
		if r.col > col {
			return nil, false
		}
	}
}

// item reads what follows a dash.
func (r *reader) item(col int, keep bool) (any, bool) {
	dash := r.pos
	r.pos++
	for r.pos < len(r.s) && r.s[r.pos] == ' ' {
		r.pos++
	}
	if r.pos < len(r.s) && r.s[r.pos] != '\n' && r.s[r.pos] != '#' {
		r.col = col + r.pos - dash
		return r.block(col, keep)
	}
	if !r.endOfKey() {
		return nil, false
	}
	if r.col > col {
		return r.block(col, keep)
	}
	return nil, true
}

// keyEnd returns where the simple key at the position ends, -1 when there is
// none and the content is a scalar.
func (r *reader) keyEnd() (end int, ok bool) {
	switch r.s[r.pos] {
	case '"', '\'':
		at := *r
		if _, multi, ok := at.quoted(false); !ok || multi {
			return -1, ok
		}
		if at.pos < len(r.s) && r.s[at.pos] == ':' && at.breakAt(at.pos+1) {
			return at.pos, true
		}
		return -1, true
	case '|', '>', '[', '{':
		return -1, true
	}
	line := r.restOfLine()
	for i := 0; i < len(line); i++ {
		switch line[i] {
		case '\t':
			return -1, false
		case ':':
			if i+1 == len(line) || line[i+1] == ' ' {
				return r.pos + i, true
			}
		case '#':
			if i > 0 && line[i-1] == ' ' {
				return -1, true
			}
		}
	}
	return -1, true
}

func (r *reader) restOfLine() string {
	line := r.s[r.pos:]
	if i := strings.IndexByte(line, '\n'); i >= 0 {
		line = line[:i]
	}
	return line
}

// maxKey is the length up to which a key needs no thought: the library allows
// 1024 characters when reading and 128 bytes when writing.
const maxKey = 120

// key reads "key:" at the position.
func (r *reader) key() (string, bool) {
	end, ok := r.keyEnd()
	if !ok || end < 0 || end-r.pos > maxKey {
		return "", false
	}
	if c := r.s[r.pos]; c == '"' || c == '\'' {
		key, _, ok := r.quoted(true)
		r.pos++
		return key, ok
	}
	key := strings.TrimRight(r.s[r.pos:end], " ")
	if !r.plainStart() || key == "" || key == "<<" || !surelyString(key) {
		return "", false
	}
	r.pos = end + 1
	return key, true
}

// plainStart reports whether a plain scalar can begin at the position.
func (r *reader) plainStart() bool {
	switch r.s[r.pos] {
	case ',', '[', ']', '{', '}', '#', '&', '*', '!', '|', '>', '\'', '"', '%', '@', '`', ' ', '\t', '\n':
		return false
	case '-', '?', ':':
		return !r.breakAt(r.pos+1) && r.s[r.pos+1] != '\t'
	}
	return true
}

// inline reads a value that begins in the line of its key or dash, or a scalar
// on a line of its own.
func (r *reader) inline(parent int, keep bool) (v any, ok bool) {
	switch r.s[r.pos] {
	case '|', '>':
		return r.blockScalar(parent, keep)
	case '"', '\'':
		text, _, ok := r.quoted(keep)
		return text, ok && r.endLine()
	case '[', '{':
		v, ok = r.flow(keep)
		return v, ok && r.endLine()
	}
	text, ok := r.plain(parent, keep)
	if !ok {
		return nil, false
	}
	v, ok = resolve(text)
	return v, ok
}
