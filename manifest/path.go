package manifest

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Path leads from the root of a tree to nodes in it. The zero Path is the root.
type Path []Step

// StepKind says what a Step does.
type StepKind uint8

// The kinds of steps, with how they are written.
const (
	Key    StepKind = iota // .key or ["any key"]: a key of a mapping
	Index                  // [0], [-1]: an item of a list, from the end when negative
	Token                  // .0 or .-: a key of a mapping or an index of a list, as in a JSON pointer; - is behind the last item
	Match                  // [name=x, port=80]: the items of a list that have these fields
	Item                   // [x] or [=x]: the items of a list that are this scalar
	All                    // [*]: every item of a list, every value of a mapping
	Decode                 // |yaml or |json: into a string that holds a document
)

// Step is one step of a path.
type Step struct {
	Kind   StepKind
	Key    string  // of Key and Token; the text of Item; "yaml" or "json" of Decode
	Index  int     // of Index
	Fields []Field // of Match
}

// Field is a condition of a Match step: the field's scalar is written Value.
type Field struct{ Name, Value string }

// PathError says where the text of a path is wrong.
type PathError struct {
	Path    string
	Offset  int // in bytes
	Message string
}

func (e *PathError) Error() string {
	return fmt.Sprintf("path %q: %s at character %d", e.Path, e.Message, len([]rune(e.Path[:min(e.Offset, len(e.Path))]))+1)
}

// Child returns the path of a key below p, without sharing memory with p.
func (p Path) Child(key string) Path {
	return append(slices.Clip(slices.Clone(p)), Step{Kind: Key, Key: key})
}

// At returns the path of a list item below p, without sharing memory with p.
func (p Path) At(index int) Path {
	return append(slices.Clip(slices.Clone(p)), Step{Kind: Index, Index: index})
}

// Equal reports whether both paths take the same steps.
func (p Path) Equal(q Path) bool {
	return slices.EqualFunc(p, q, func(a, b Step) bool {
		return a.Kind == b.Kind && a.Key == b.Key && a.Index == b.Index && slices.Equal(a.Fields, b.Fields)
	})
}

// Keys makes a path of mapping keys.
func Keys(keys ...string) Path {
	p := make(Path, len(keys))
	for i, k := range keys {
		p[i] = Step{Kind: Key, Key: k}
	}
	return p
}

// String writes the path so that ParsePath reads it back. The root is "".
func (p Path) String() string {
	var b strings.Builder
	for i, s := range p {
		text := s.String()
		if i > 0 && text != "" && text[0] != '[' && text[0] != '|' {
			b.WriteByte('.')
		}
		b.WriteString(text)
	}
	return b.String()
}

// String writes the step alone, without a dot in front.
func (s Step) String() string {
	switch s.Kind {
	case Key:
		if isBareKey(s.Key) {
			return s.Key
		}
		return "[" + strconv.Quote(s.Key) + "]"
	case Index:
		return "[" + strconv.Itoa(s.Index) + "]"
	case Token:
		return s.Key
	case All:
		return "[*]"
	case Item:
		return "[" + itemText(s.Key) + "]"
	case Decode:
		return "|" + s.Key
	}
	fields := make([]string, len(s.Fields))
	for i, f := range s.Fields {
		fields[i] = nameText(f.Name) + "=" + matchText(f.Value)
	}
	return "[" + strings.Join(fields, ", ") + "]"
}

// isBareKey reports whether a key needs no quotes in a path.
func isBareKey(key string) bool {
	if key == "" || key == "$" || isToken(key) || key[0] == '/' {
		return false
	}
	return strings.IndexFunc(key, func(r rune) bool { return !isBareRune(r) }) < 0
}

func isBareRune(r rune) bool {
	switch {
	case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9':
		return true
	}
	return strings.ContainsRune("_-/$@:+<", r)
}

// isToken reports whether a bare segment may be an index: digits, or "-".
func isToken(s string) bool {
	return s == "-" || s != "" && strings.Trim(s, "0123456789") == ""
}

// matchText quotes the parts of a predicate that would not read back.
func matchText(s string) string {
	if s == "" || s[0] == '~' || strings.TrimSpace(s) != s || strings.ContainsAny(s, "\"'[]=:,\\\n\r") || strconv.Quote(s) != `"`+s+`"` {
		return strconv.Quote(s)
	}
	return s
}

// itemText writes the scalar of an Item step: bare where it reads back as one.
func itemText(s string) string {
	text := matchText(s)
	if _, err := strconv.Atoi(s); err == nil || text != s || s == "*" {
		return "=" + text
	}
	return text
}

// nameText is matchText for the name of a field, which must not look like a
// comparison.
func nameText(s string) string {
	if strings.ContainsAny(s, comparisons) {
		return strconv.Quote(s)
	}
	return matchText(s)
}

// comparisons are the characters that other query languages put in front of "=".
const comparisons = "!~<>^$*"

// ParsePath reads a path in any of the notations that patches.md lists: keys
// with dots, keys in brackets and quotes, indexes, predicates, the brackets of
// IstioOperator overlays, and JSON pointers, which begin with a slash. Every
// error is a *PathError.
func ParsePath(s string) (Path, error) {
	if strings.HasPrefix(s, "/") {
		return parsePointer(s)
	}
	if s == "$" || strings.HasPrefix(s, "$.") || strings.HasPrefix(s, "$[") {
		return nil, &PathError{s, 0, `"$" is not needed: begin with a field of the object, such as spec`}
	}
	p := pathParser{text: s}
	for p.at < len(s) {
		if err := p.step(); err != nil {
			return nil, err
		}
	}
	if strings.HasSuffix(s, ".") && !strings.HasSuffix(s, `\.`) {
		return nil, p.fail(len(s), "a key is missing after the last dot")
	}
	return p.path, nil
}

func parsePointer(s string) (Path, error) {
	var path Path
	offset := 1
	for token := range strings.SplitSeq(s[1:], "/") {
		for i := range len(token) {
			if token[i] == '~' && (i+1 == len(token) || token[i+1] != '0' && token[i+1] != '1') {
				return nil, &PathError{s, offset + i, `"~" stands alone: write ~0 for "~" and ~1 for "/"`}
			}
		}
		offset += len(token) + 1
		key := strings.ReplaceAll(strings.ReplaceAll(token, "~1", "/"), "~0", "~")
		kind := Key
		if isToken(key) {
			kind = Token
		}
		path = append(path, Step{Kind: kind, Key: key})
	}
	return path, nil
}

type pathParser struct {
	text string
	at   int
	path Path
}

func (p *pathParser) fail(offset int, message string) error {
	return &PathError{Path: p.text, Offset: offset, Message: message}
}

func (p *pathParser) add(s Step) { p.path = append(p.path, s) }

// step reads one step and the dot in front of it.
func (p *pathParser) step() error {
	dot := p.at > 0 && p.text[p.at] == '.'
	if dot {
		p.at++
		if p.at == len(p.text) {
			return nil
		}
	}
	switch c := p.text[p.at]; {
	case c == '[':
		return p.bracket()
	case c == '|':
		return p.decode()
	case p.at > 0 && !dot:
		return p.fail(p.at, `expected ".", "[" or "|"`)
	}
	return p.bare()
}

func (p *pathParser) bare() error {
	var key strings.Builder
	start := p.at
	for p.at < len(p.text) {
		c := p.text[p.at]
		if c == '.' || c == '[' || c == '|' {
			break
		}
		if c == '\\' && p.at+1 < len(p.text) {
			p.at++
			c = p.text[p.at]
		} else if strings.IndexByte("]\"'\\ \t\n\r", c) >= 0 {
			return p.fail(p.at, fmt.Sprintf(`%q in a bare key: write ["..."] around it`, c))
		}
		key.WriteByte(c)
		p.at++
	}
	if p.at == start {
		return p.fail(start, "a key is missing before the dot")
	}
	kind := Key
	if isToken(p.text[start:p.at]) {
		kind = Token
	}
	p.add(Step{Kind: kind, Key: key.String()})
	return nil
}

func (p *pathParser) decode() error {
	start := p.at
	end := p.at + 1
	for end < len(p.text) && p.text[end] != '.' && p.text[end] != '[' && p.text[end] != '|' {
		end++
	}
	format := p.text[start+1 : end]
	if format != "yaml" && format != "json" {
		return p.fail(start, fmt.Sprintf("unknown format %q after the bar: yaml and json are known", format))
	}
	if start == 0 {
		return p.fail(start, "a path cannot begin with a bar: the root is no string")
	}
	p.at = end
	p.add(Step{Kind: Decode, Key: format})
	return nil
}

// bracket reads [...]: an index, *, a quoted key, a predicate or an item.
func (p *pathParser) bracket() error {
	start := p.at
	p.at++
	p.space()
	if p.at < len(p.text) && p.text[p.at] == '*' && strings.HasPrefix(strings.TrimLeft(p.text[p.at+1:], " "), "]") {
		p.at++
		p.add(Step{Kind: All})
		return p.closeBracket(start)
	}
	if p.at < len(p.text) && p.text[p.at] == '=' {
		value, err := p.operand(start)
		if err != nil {
			return err
		}
		p.add(Step{Kind: Item, Key: value})
		return p.closeBracket(start)
	}
	word, quoted, err := p.word(start, "=:,]")
	if err != nil {
		return err
	}
	if p.at < len(p.text) && p.text[p.at] == ']' {
		if word == "" && !quoted {
			return p.fail(p.at, "nothing in the brackets")
		}
		p.add(oneWord(word, quoted))
		return p.closeBracket(start)
	}
	return p.fields(start, word, quoted)
}

func oneWord(word string, quoted bool) Step {
	if quoted {
		return Step{Kind: Key, Key: word}
	}
	if i, err := strconv.Atoi(word); err == nil {
		return Step{Kind: Index, Index: i}
	}
	return Step{Kind: Item, Key: word}
}

// fields reads the rest of a predicate whose first name has been read.
func (p *pathParser) fields(start int, name string, quoted bool) error {
	var fields []Field
	for {
		if p.at >= len(p.text) || p.text[p.at] != '=' && p.text[p.at] != ':' {
			return p.fail(p.at, `expected "=" after the name of a field`)
		}
		if last := len(name) - 1; !quoted && last >= 0 && strings.IndexByte(comparisons, name[last]) >= 0 {
			return p.fail(p.at-1, fmt.Sprintf(`%q is no comparison of a path: only "=" is`, name[last:]+p.text[p.at:p.at+1]))
		}
		value, err := p.operand(start)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(fields, func(f Field) bool { return f.Name == name }) {
			return p.fail(start, fmt.Sprintf("%q stands twice, and an item has it once", name))
		}
		fields = append(fields, Field{Name: name, Value: value})
		if p.at >= len(p.text) || p.text[p.at] != ',' {
			break
		}
		p.at++
		if name, quoted, err = p.word(start, "=:,]"); err != nil {
			return err
		}
	}
	p.add(Step{Kind: Match, Fields: fields})
	return p.closeBracket(start)
}

// operand reads the sign of a comparison and the value behind it.
func (p *pathParser) operand(start int) (string, error) {
	p.at++
	if p.at < len(p.text) && strings.IndexByte("=~", p.text[p.at]) >= 0 {
		return "", p.fail(p.at, fmt.Sprintf(`%q is no comparison of a path: write one "="`, p.text[p.at-1:p.at+1]))
	}
	value, _, err := p.word(start, ",]")
	return value, err
}

func (p *pathParser) closeBracket(start int) error {
	p.space()
	if p.at >= len(p.text) || p.text[p.at] != ']' {
		return p.fail(start, `the "[" is not closed`)
	}
	p.at++
	return nil
}

func (p *pathParser) space() {
	for p.at < len(p.text) && p.text[p.at] == ' ' {
		p.at++
	}
}

// word reads a quoted or bare part of a bracket up to one of the stop bytes.
func (p *pathParser) word(start int, stops string) (word string, quoted bool, err error) {
	p.space()
	if p.at < len(p.text) && (p.text[p.at] == '"' || p.text[p.at] == '\'') {
		word, err = p.quoted()
		p.space()
		return word, true, err
	}
	from := p.at
	for p.at < len(p.text) && strings.IndexByte(stops, p.text[p.at]) < 0 {
		p.at++
	}
	if p.at == len(p.text) {
		return "", false, p.fail(start, `the "[" is not closed`)
	}
	return strings.TrimSpace(p.text[from:p.at]), false, nil
}

func (p *pathParser) quoted() (string, error) {
	start, q := p.at, p.text[p.at]
	if q == '\'' {
		end := strings.IndexByte(p.text[start+1:], q)
		if end < 0 {
			return "", p.fail(start, "the quote is not closed")
		}
		p.at = start + end + 2
		return p.text[start+1 : p.at-1], nil
	}
	prefix, err := strconv.QuotedPrefix(p.text[start:])
	if err != nil {
		return "", p.fail(start, "the quote is not closed, or has an escape that is none")
	}
	p.at = start + len(prefix)
	return strconv.Unquote(prefix)
}
