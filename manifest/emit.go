package manifest

import (
	"fmt"
	"strings"
	"unicode"

	"go.yaml.in/yaml/v3"
)

// style is how a document is written.
type style struct {
	step   int        // spaces a mapping is indented by
	list   int        // spaces a list is indented by below its key: 0 or step
	json   bool       // flow collections and double quotes only
	strict bool       // the whole text is JSON and must stay it
	eol    string     // line break
	quotes yaml.Style // of strings that need some
	flow   flowStyle
}

// flowStyle is how the flow collections of a document are written.
type flowStyle struct {
	tight bool   // no blank behind commas and colons
	tall  bool   // JSON over several lines
	unit  string // the indentation of one level there
}

// plainStyle is the style of a text that says nothing about it.
func plainStyle() style {
	return style{step: 2, eol: "\n", quotes: yaml.DoubleQuotedStyle, flow: flowStyle{unit: "  "}}
}

func (f flowStyle) comma() string {
	if f.tight {
		return ","
	}
	return ", "
}

func (f flowStyle) colon() string {
	if f.tight {
		return ":"
	}
	return ": "
}

// emitter writes nodes in a style. It remembers which node wrote each line.
type emitter struct {
	style
	own   map[*Node]*Node // nodes of the document, whose comments and anchors are kept
	kept  *keeper         // writes those that did not change as they were; may be nil
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

// first returns the first node that wrote something, nil when there is none.
func (e *emitter) first() *Node {
	for _, n := range e.wrote {
		if n != nil {
			return n
		}
	}
	return nil
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
	if e.keepEntry(key, value, column) {
		return
	}
	e.comment(key, key.HeadComment, column)
	e.by(key)
	e.write(e.properties(key) + e.key(key, key.Style, false))
	e.write(":")
	e.value(value, key, column, false)
}

// item writes an item of a block list; the cursor is at column.
func (e *emitter) item(value *Node, column int) {
	if e.keepItem(value, column) {
		return
	}
	e.comment(value, value.HeadComment, column)
	e.by(value)
	e.write("-")
	e.value(value, value, column, true)
}

// value writes what stands behind the ":" or "-" at column.
func (e *emitter) value(n, key *Node, column int, item bool) {
	e.by(n)
	switch {
	case !item && e.keepValue(n, column):
	case isBlockText(n) && !e.json:
		e.write(" " + e.properties(n))
		e.block(n, column)
	case e.isInline(n):
		e.write(" ")
		e.writeFlow(n, "")
		e.lineComment(n)
	default:
		properties := e.properties(n)
		e.write(strings.TrimRight(" "+properties, " "))
		if key != n {
			e.lineComment(key)
		}
		e.collection(n, column, item, item && properties == "")
	}
}

// collection writes a block collection below the ":" of a key at column or the
// "-" of an item, its first entry on the same line when inline is set.
func (e *emitter) collection(n *Node, column int, item, inline bool) {
	child := column + e.step
	switch {
	case inline:
		child = column + 2
	case n.Kind == yaml.SequenceNode && !item:
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

// inFlow writes a node in flow style: on one line, or, where the document has
// tall JSON, over several, of which the first is indented by margin.
func (e *emitter) inFlow(n *Node, margin string) string {
	if text, ok := e.keepFlow(n, margin); ok {
		return text
	}
	n = Resolve(n)
	if n.Kind == yaml.ScalarNode {
		return e.scalar(n, n.Style, true)
	}
	open, shut, width := "[", "]", 1
	if n.Kind == yaml.MappingNode {
		open, shut, width = "{", "}", 2
	}
	between, before, after := e.flow.comma(), "", ""
	inner := margin + e.flow.unit
	if e.json && e.flow.tall && len(n.Content) > 0 {
		between, before, after = ","+e.eol+inner, e.eol+inner, e.eol+margin
	}
	var b strings.Builder
	b.WriteString(open + before)
	for i := 0; i+width <= len(n.Content); i += width {
		if i > 0 {
			b.WriteString(between)
		}
		if key := n.Content[i]; width == 2 {
			b.WriteString(e.properties(key) + e.key(key, key.Style, true) + e.flow.colon())
		}
		value := n.Content[i+width-1]
		b.WriteString(e.properties(value) + e.inFlow(value, inner))
	}
	b.WriteString(after + shut)
	return b.String()
}

// writeFlow writes a node in flow style with its properties.
func (e *emitter) writeFlow(n *Node, margin string) {
	e.by(n)
	text := e.properties(n) + e.inFlow(n, margin)
	e.write(text)
	for range strings.Count(text, "\n") {
		e.wrote = append(e.wrote, n)
	}
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
		return singleQuote(n.Value)
	case prefer&yaml.DoubleQuotedStyle != 0 || !plain:
		if e.quotes == yaml.SingleQuotedStyle && singleSafe(n.Value) {
			return singleQuote(n.Value)
		}
		return doubleQuote(n.Value)
	}
	return n.Value
}

func singleQuote(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

func firstRune(s string) rune {
	for _, r := range s {
		return r
	}
	return ' '
}

// singleSafe reports whether a string can stand in single quotes on one line.
func singleSafe(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return notTextRune(r) }) < 0
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
		return r != '\n' && r != '\t' && notTextRune(r)
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
