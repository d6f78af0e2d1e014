package manifest

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"unicode"

	"go.yaml.in/yaml/v3"
)

// style is how a document is written.
type style struct {
	step int    // spaces a mapping is indented by
	list int    // spaces a list is indented by below its key: 0 or step
	json bool   // flow collections and double quotes only
	eol  string // line break
}

// emitter writes nodes in a style. It remembers which node wrote each line.
type emitter struct {
	style
	own   map[*Node]*Node // nodes of the document, whose comments and anchors are kept
	text  strings.Builder
	wrote []*Node // one for each line of text
}

func newEmitter(s style, own map[*Node]*Node) *emitter {
	return &emitter{style: s, own: own, wrote: []*Node{nil}}
}

func (e *emitter) write(s string) { e.text.WriteString(s) }

// line begins a new line at a column.
func (e *emitter) line(column int) {
	e.write(e.eol)
	e.write(spaces(column))
	e.wrote = append(e.wrote, nil)
}

func spaces(n int) string { return strings.Repeat(" ", max(n, 0)) }

func (e *emitter) by(n *Node) {
	if last := len(e.wrote) - 1; e.wrote[last] == nil {
		e.wrote[last] = n
	}
}

// comment writes the lines of a comment above an entry.
func (e *emitter) comment(n *Node, text string, column int) {
	if text == "" || e.own[n] == nil || e.json {
		return
	}
	for line := range strings.SplitSeq(text, "\n") {
		e.write(line)
		e.line(column)
	}
}

// lineComment writes the comment behind what stands on the line.
func (e *emitter) lineComment(n *Node) {
	if e.own[n] != nil && n.LineComment != "" && !strings.Contains(n.LineComment, "\n") && !e.json {
		e.write(" " + n.LineComment)
	}
}

// entry writes a key and its value in block style; the cursor is at column.
func (e *emitter) entry(key, value *Node, column int) {
	e.comment(key, key.HeadComment, column)
	e.by(key)
	e.write(e.properties(key) + e.scalar(key, key.Style, false))
	e.write(":")
	e.value(value, key, column, false)
}

// item writes an item of a block list; the cursor is at column.
func (e *emitter) item(value *Node, column int) {
	e.comment(value, value.HeadComment, column)
	e.by(value)
	e.write("-")
	e.value(value, value, column, true)
}

// value writes what stands behind the ":" or "-" at column.
func (e *emitter) value(n, key *Node, column int, item bool) {
	e.by(n)
	switch {
	case isBlockText(n) && !e.json:
		e.write(" " + e.properties(n))
		e.block(n, column)
	case e.isInline(n):
		e.write(" " + e.properties(n) + e.flow(n))
		e.lineComment(n)
	default:
		properties := e.properties(n)
		e.write(strings.TrimRight(" "+properties, " "))
		if key != n {
			e.lineComment(key)
		}
		e.collection(n, column, item && properties == "")
	}
}

// collection writes a block collection below the ":" or "-" at column, its
// first entry on the same line when inline is set.
func (e *emitter) collection(n *Node, column int, inline bool) {
	child := column + e.step
	switch {
	case inline:
		child = column + 2
	case n.Kind == yaml.SequenceNode:
		child = column + e.list
	}
	begin := func(first bool) {
		if first && inline {
			e.write(" ")
		} else {
			e.line(child)
		}
	}
	e.entries(n, child, begin)
}

// entries writes the entries of a block collection at column; begin goes to
// the place of the next one.
func (e *emitter) entries(n *Node, column int, begin func(first bool)) {
	if n.Kind == yaml.SequenceNode {
		for i, item := range n.Content {
			begin(i == 0)
			e.item(item, column)
		}
		return
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		begin(i == 0)
		e.entry(n.Content[i], n.Content[i+1], column)
	}
}

// isInline reports whether a node is written on the line of its key.
func (e *emitter) isInline(n *Node) bool {
	return n.Kind == yaml.ScalarNode || n.Kind == yaml.AliasNode || len(n.Content) == 0 || e.json || n.Style&yaml.FlowStyle != 0
}

// properties returns anchor and tag with a blank behind them. Anchors of
// nodes from elsewhere are dropped: they could clash.
func (e *emitter) properties(n *Node) string {
	text := ""
	if n.Anchor != "" && e.own[n] != nil && e.own[n].Kind != yaml.AliasNode && !e.json {
		text = "&" + n.Anchor + " "
	}
	if n.Style&yaml.TaggedStyle != 0 && n.Tag != "" && !e.json {
		text += n.Tag + " "
	}
	return text
}

// flow writes a node in flow style on one line.
func (e *emitter) flow(n *Node) string {
	switch n.Kind {
	case yaml.AliasNode:
		return e.properties(n.Alias) + e.flow(n.Alias)
	case yaml.MappingNode:
		var parts []string
		for i := 0; i+1 < len(n.Content); i += 2 {
			key, value := n.Content[i], n.Content[i+1]
			parts = append(parts, e.properties(key)+e.scalar(key, key.Style, true)+": "+e.properties(value)+e.flow(value))
		}
		return "{" + strings.Join(parts, ", ") + "}"
	case yaml.SequenceNode:
		var parts []string
		for _, item := range n.Content {
			parts = append(parts, e.properties(item)+e.flow(item))
		}
		return "[" + strings.Join(parts, ", ") + "]"
	}
	return e.scalar(n, n.Style, true)
}

// pretty writes a flow collection over several lines, as JSON files have it.
func (e *emitter) pretty(n *Node, column int) string {
	n = Resolve(n)
	if n.Kind == yaml.ScalarNode || len(n.Content) == 0 {
		return e.flow(n)
	}
	open, shut, width := "[", "]", 1
	if n.Kind == yaml.MappingNode {
		open, shut, width = "{", "}", 2
	}
	var b strings.Builder
	b.WriteString(open)
	for i := 0; i+width <= len(n.Content); i += width {
		if i > 0 {
			b.WriteString(",")
		}
		b.WriteString(e.eol + spaces(column+e.step))
		if width == 2 {
			b.WriteString(e.scalar(n.Content[i], n.Content[i].Style, true) + ": ")
		}
		b.WriteString(e.pretty(n.Content[i+width-1], column+e.step))
	}
	b.WriteString(e.eol + spaces(column) + shut)
	return b.String()
}

// scalar writes a scalar on one line, in the quotes it prefers where they fit.
func (e *emitter) scalar(n *Node, prefer yaml.Style, flow bool) string {
	n = Resolve(n)
	if e.json {
		return jsonScalar(n)
	}
	tagged := n.Style&yaml.TaggedStyle != 0
	if _, isString := scalarValue(n).(string); !isString && n.Style&quotedStyle == 0 {
		if n.Value == "" {
			return "null"
		}
		return n.Value
	} else if isString && isMerge(n) {
		return "<<"
	}
	plain := plainSafe(n.Value) || tagged && plainSyntax(n.Value)
	if flow && strings.ContainsAny(n.Value, ",[]{}") || flow && strings.ContainsRune("?:", firstRune(n.Value)) {
		plain = false
	}
	switch {
	case prefer&yaml.SingleQuotedStyle != 0 && singleSafe(n.Value):
		return "'" + strings.ReplaceAll(n.Value, "'", "''") + "'"
	case prefer&yaml.DoubleQuotedStyle != 0 || !plain:
		return doubleQuote(n.Value)
	}
	return n.Value
}

func firstRune(s string) rune {
	for _, r := range s {
		return r
	}
	return ' '
}

// singleSafe reports whether a string can stand in single quotes on one line.
func singleSafe(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return notPlainRune(r) }) < 0
}

// doubleQuote writes a double-quoted scalar; without characters beyond the
// basic plane or control characters it is valid JSON too.
func doubleQuote(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\t':
			b.WriteString(`\t`)
		case r == '\r':
			b.WriteString(`\r`)
		case r == ' ' || unicode.IsPrint(r) && !notPlainRune(r):
			b.WriteRune(r)
		case r > 0xFFFF:
			fmt.Fprintf(&b, `\U%08X`, r)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// jsonScalar writes a scalar as JSON. Integers keep their digits.
func jsonScalar(n *Node) string {
	v := scalarValue(n)
	if f, ok := v.(float64); ok && (math.IsInf(f, 0) || math.IsNaN(f) || isDigits(n.Value)) {
		return n.Value
	}
	var b strings.Builder
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		return doubleQuote(n.Value)
	}
	text := strings.TrimSuffix(b.String(), "\n")
	if f, ok := v.(float64); ok && !strings.ContainsAny(text, ".e") && f == math.Trunc(f) {
		text += ".0"
	}
	return text
}

// isBlockText reports whether a string is best written as a literal block.
func isBlockText(n *Node) bool {
	if n.Kind != yaml.ScalarNode || n.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle) != 0 {
		return false
	}
	_, isString := scalarValue(n).(string)
	return isString && strings.Contains(n.Value, "\n") && literalSafe(n.Value)
}

// literalSafe reports whether a literal block can hold a string.
func literalSafe(s string) bool {
	return strings.Trim(s, "\n") != "" && strings.IndexFunc(s, func(r rune) bool {
		return r != '\n' && r != '\t' && notPlainRune(r)
	}) < 0
}

// block writes a literal block whose key or dash is at column.
func (e *emitter) block(n *Node, column int) {
	e.write(literalHeader("|", n.Value, e.step))
	for _, line := range literalLines(n.Value) {
		if line == "" {
			e.line(0)
		} else {
			e.line(column + e.step)
		}
		e.write(line)
	}
}

// literalHeader returns "|" or ">" with the indicators that a string needs.
// indent is the indentation of its lines relative to the collection around.
func literalHeader(kind, s string, indent int) string {
	if strings.HasPrefix(s, " ") || strings.HasPrefix(s, "\n") || strings.HasPrefix(s, "\t") {
		kind += fmt.Sprint(indent)
	}
	switch {
	case !strings.HasSuffix(s, "\n"):
		return kind + "-"
	case strings.HasSuffix(s, "\n\n"):
		return kind + "+"
	}
	return kind
}

// literalLines returns the lines of a string in a literal block.
func literalLines(s string) []string {
	return strings.Split(strings.TrimSuffix(s, "\n"), "\n")
}
