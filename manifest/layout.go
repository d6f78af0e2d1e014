package manifest

import (
	"bytes"
	"errors"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// box is where a node stands in the text, in byte offsets.
type box struct {
	start   int // its first byte, anchor and tag included
	content int // its first byte behind anchor and tag
	end     int // behind its last byte; the line break is not part of it
	mark    int // of a key: its ":"; of an item of a block list: its "-"; -1 unknown
	column  int // of a block collection: 0-based column of its keys or dashes
	after   int // behind the ":" or "-" in front of it
	outer   int // column of the block collection around it
	flow    bool
}

// layout knows the box of every node of a tree. The parser tells where a node
// begins; where it ends is read from the text here.
type layout struct {
	src   []byte
	body  int   // where the content begins: columns on that line count from here
	lines []int // offset of each line, by the line breaks of YAML
	boxes map[*Node]*box
	spare []box // for the nodes that have none yet
}

// errLayout says that the text is laid out in a way this file does not know.
var errLayout = errors.New("unknown layout")

// newLayout measures a tree that Parse made of the content of src, positions
// counting from the beginning of src.
func newLayout(src []byte, root *Node) (*layout, error) {
	nodes := countNodes(root)
	l := &layout{src: src, body: bodyStart(src), lines: lineStarts(src), boxes: make(map[*Node]*box, nodes), spare: make([]box, nodes)}
	if _, err := l.node(root, -1, false, l.body); err != nil {
		return nil, err
	}
	return l, nil
}

func countNodes(n *Node) int {
	count := 1
	for _, c := range n.Content {
		count += countNodes(c)
	}
	return count
}

// lineStarts finds the lines as the YAML parser counts them: a lone carriage
// return and the Unicode line breaks end a line too. A byte order mark is no
// part of the first.
func lineStarts(src []byte) []int {
	starts := []int{0}
	if bytes.HasPrefix(src, bom) {
		starts[0] = len(bom)
	}
	for i := 0; i < len(src); i++ {
		if n := breakLength(src[i:]); n > 0 {
			i += n - 1
			starts = append(starts, i+1)
		}
	}
	return starts
}

// breakLength returns the length of the line break that s begins with, or 0.
func breakLength(s []byte) int {
	switch {
	case len(s) == 0:
		return 0
	case s[0] == '\n':
		return 1
	case s[0] == '\r':
		if len(s) > 1 && s[1] == '\n' {
			return 2
		}
		return 1
	case s[0] == 0xC2 && len(s) > 1 && s[1] == 0x85:
		return 2
	case s[0] == 0xE2 && len(s) > 2 && s[1] == 0x80 && (s[2] == 0xA8 || s[2] == 0xA9):
		return 3
	}
	return 0
}

func (l *layout) offset(line, column int) (int, error) {
	if line < 1 || line > len(l.lines) {
		return 0, errLayout
	}
	at := l.lines[line-1]
	for ; column > 1; column-- {
		if at >= len(l.src) {
			return 0, errLayout
		}
		_, size := utf8.DecodeRune(l.src[at:])
		at += size
	}
	return at, nil
}

// columnOf returns the 0-based column of an offset, in runes. In front of the
// content is column 0 too: of "--- key: value", the key opens the line.
func (l *layout) columnOf(at int) int {
	return utf8.RuneCount(l.src[min(at, max(l.body, l.lineStart(at))):at])
}

// lineStart returns where the line of an offset begins.
func (l *layout) lineStart(at int) int {
	low, high := 0, len(l.lines)
	for low+1 < high {
		if middle := (low + high) / 2; l.lines[middle] <= at {
			low = middle
		} else {
			high = middle
		}
	}
	return l.lines[low]
}

// lineEnd returns where the line of an offset ends, before its line break.
func (l *layout) lineEnd(at int) int {
	for at < len(l.src) && breakLength(l.src[at:]) == 0 {
		at++
	}
	return at
}

// nextLine returns where the line behind that of an offset begins.
func (l *layout) nextLine(at int) int {
	end := l.lineEnd(at)
	return end + breakLength(l.src[end:])
}

// opensLine reports whether only blanks stand before an offset on its line.
func (l *layout) opensLine(at int) bool {
	return len(bytes.Trim(l.src[l.lineStart(at):at], " \t")) == 0
}

// node measures n. indent is the column of the collection around it, empty
// where a value that is not written stands.
func (l *layout) node(n *Node, indent int, flow bool, empty int) (*box, error) {
	b := &l.spare[0]
	l.spare = l.spare[1:]
	*b = box{start: empty, content: empty, end: empty, mark: -1, after: empty, outer: indent, flow: flow}
	l.boxes[n] = b
	if isUnwritten(n) {
		return b, nil
	}
	start, err := l.offset(n.Line, n.Column)
	if err != nil {
		return nil, err
	}
	b.start, b.content = start, start
	if start < len(l.src) && (l.src[start] == '&' || l.src[start] == '!') {
		b.content = l.skipProperties(start, flow)
	}
	switch {
	case n.Kind == yaml.AliasNode:
		b.end = start + 1 + len(n.Value)
	case n.Kind == yaml.ScalarNode:
		b.end, err = l.scalarEnd(n, b.content, indent)
	case n.Style&yaml.FlowStyle != 0:
		err = l.flowCollection(n, b)
	case n.Kind == yaml.MappingNode:
		err = l.blockMapping(n, b)
	default:
		err = l.blockSequence(n, b)
	}
	if err == nil && (b.end < b.content || b.end > len(l.src)) {
		err = errLayout
	}
	return b, err
}

// isUnwritten reports whether a node is the null of an empty place.
func isUnwritten(n *Node) bool {
	return n.Kind == yaml.ScalarNode && n.Value == "" && n.Style&(quotedStyle|yaml.TaggedStyle) == 0 && n.Anchor == ""
}

// skipProperties returns where the content behind anchor and tag begins, or
// where they end when the content is on another line or missing.
func (l *layout) skipProperties(at int, flow bool) int {
	for {
		for at < len(l.src) && !isBlank(l.src[at]) && breakLength(l.src[at:]) == 0 && !(flow && strings.IndexByte(",[]{}", l.src[at]) >= 0) {
			at++
		}
		next := l.skipSpace(at)
		if next == len(l.src) || breakLength(l.src[next:]) > 0 || l.src[next] == '#' && next > at {
			return at
		}
		if c := l.src[next]; c != '&' && c != '!' {
			return next
		}
		at = next
	}
}

func isBlank(c byte) bool { return c == ' ' || c == '\t' }

func (l *layout) skipSpace(at int) int {
	for at < len(l.src) && isBlank(l.src[at]) {
		at++
	}
	return at
}

// skipFiller skips blanks, line breaks and comments.
func (l *layout) skipFiller(at int) int {
	for at < len(l.src) {
		switch n := breakLength(l.src[at:]); {
		case n > 0:
			at += n
		case isBlank(l.src[at]):
			at++
		case l.src[at] == '#' && (at == 0 || isBlank(l.src[at-1]) || l.lineStart(at) == at):
			at = l.lineEnd(at)
		default:
			return at
		}
	}
	return at
}

func (l *layout) blockMapping(n *Node, b *box) error {
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, err := l.node(n.Content[i], b.column, false, b.end)
		if err != nil {
			return err
		}
		if i == 0 {
			b.content, b.column = key.start, l.columnOf(key.start)
		}
		if at := l.skipFiller(key.end); at < len(l.src) && l.src[at] == ':' {
			key.mark = at // of "? key", it is on another line
		}
		value, err := l.node(n.Content[i+1], b.column, false, max(key.mark+1, key.end))
		if err != nil {
			return err
		}
		b.end = max(value.end, key.mark+1)
	}
	return nil
}

func (l *layout) blockSequence(n *Node, b *box) error {
	at := b.content
	for i, item := range n.Content {
		dash := l.skipFiller(at)
		if dash >= len(l.src) || l.src[dash] != '-' {
			return errLayout
		}
		if i == 0 {
			b.content, b.column = dash, l.columnOf(dash)
		}
		value, err := l.node(item, b.column, false, dash+1)
		if err != nil {
			return err
		}
		value.mark = dash
		at = max(value.end, dash+1)
		b.end = at
	}
	return nil
}

func (l *layout) flowCollection(n *Node, b *box) error {
	open := l.src[b.content]
	at := b.content
	braces := open == '{' && n.Kind == yaml.MappingNode || open == '[' && n.Kind == yaml.SequenceNode
	if braces {
		at++
	}
	for i, c := range n.Content {
		value, err := l.node(c, -1, true, at)
		if err != nil {
			return err
		}
		at = max(at, value.end)
		if n.Kind == yaml.MappingNode && i%2 == 0 {
			if colon := l.skipFiller(at); colon < len(l.src) && l.src[colon] == ':' {
				value.mark = colon
				at = colon + 1
			}
		}
	}
	b.end = at
	if braces {
		return l.closeFlow(b, at)
	}
	return nil
}

// closeFlow finds the bracket that ends a flow collection.
func (l *layout) closeFlow(b *box, at int) error {
	for {
		at = l.skipFiller(at)
		if at >= len(l.src) {
			return errLayout
		}
		switch l.src[at] {
		case ',':
			at++
		case '}', ']':
			b.end = at + 1
			return nil
		default:
			return errLayout
		}
	}
}

func (l *layout) scalarEnd(n *Node, at, indent int) (int, error) {
	switch {
	case n.Value == "" && n.Style&quotedStyle == 0:
		return at, nil // an anchor or a tag with nothing behind it
	case n.Style&yaml.DoubleQuotedStyle != 0:
		return l.quoteEnd(at, '"')
	case n.Style&yaml.SingleQuotedStyle != 0:
		return l.quoteEnd(at, '\'')
	case n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0:
		return l.blockScalar(at, indent).end, nil
	}
	return l.plainEnd(n.Value, at)
}

func (l *layout) quoteEnd(at int, quote byte) (int, error) {
	if at >= len(l.src) || l.src[at] != quote {
		return 0, errLayout
	}
	for at++; at < len(l.src); at++ {
		switch c := l.src[at]; {
		case c == '\\' && quote == '"':
			at++
		case c == quote && quote == '\'' && at+1 < len(l.src) && l.src[at+1] == quote:
			at++
		case c == quote:
			return at + 1, nil
		}
	}
	return 0, errLayout
}

// plainEnd walks text and value together; where the one has white space or a
// line break, so has the other, if not the same.
func (l *layout) plainEnd(value string, at int) (int, error) {
	for i := 0; i < len(value); {
		if at >= len(l.src) {
			return 0, errLayout
		}
		if isFolded(value[i:]) > 0 {
			for i < len(value) && isFolded(value[i:]) > 0 {
				i += isFolded(value[i:])
			}
			for at < len(l.src) && isFolded(string(l.src[at:min(at+3, len(l.src))])) > 0 {
				at += isFolded(string(l.src[at:min(at+3, len(l.src))]))
			}
			continue
		}
		if l.src[at] != value[i] {
			return 0, errLayout
		}
		i++
		at++
	}
	return at, nil
}

func isFolded(s string) int {
	if isBlank(s[0]) {
		return 1
	}
	return breakLength([]byte(s[:min(3, len(s))]))
}
