package manifest

import (
	"bytes"
	"strings"

	"go.yaml.in/yaml/v3"
)

// keeper writes nodes that did not change but stand elsewhere now the way they
// were written: quotes, comments, blank lines and folds stay, only the
// indentation follows the new place.
type keeper struct {
	*planner
	expand bool // what holds aliases is not kept
}

// same reports whether the old node a can stand for n as it is written.
func (k *keeper) same(a, n *Node) bool {
	return a != nil && k.boxes[a] != nil && Equal(a, n) && k.aliasesHold(a) && !(k.expand && hasAlias(a)) && !k.endsOpen(a)
}

// endsOpen reports whether a block scalar ends the text without a line break:
// elsewhere it would get one.
func (k *keeper) endsOpen(a *Node) bool {
	last, _ := lastNode(k.layout, a)
	return k.boxes[a].end == len(k.src) && last.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0 && !strings.HasSuffix(last.Value, "\n")
}

// follows reports whether only blanks and comments stand between an offset and a
// node.
func (k *keeper) follows(at int, a *Node) bool {
	b := k.boxes[a]
	return b.start == at || k.skipFiller(at) == b.start
}

// keepEntry writes an entry of a block mapping as it was, its comments included,
// and reports whether it could.
func (e *emitter) keepEntry(key, value *Node, column int) bool {
	k := e.kept
	if k == nil || e.json || !k.same(e.own[key], key) || !k.same(e.own[value], value) {
		return false
	}
	from, to := k.boxes[e.own[key]], k.boxes[e.own[value]]
	if from.flow || from.mark < 0 || from.mark > k.lineEnd(from.end) || !k.follows(from.mark+1, e.own[value]) {
		return false
	}
	e.keepComments(from.start, max(to.end, from.mark+1), column)
	e.by(key)
	e.shifted(from.start, max(to.end, from.mark+1), k.columnOf(from.start), column)
	return true
}

// keepItem is keepEntry for an item of a block list.
func (e *emitter) keepItem(value *Node, column int) bool {
	k := e.kept
	if k == nil || e.json || !k.same(e.own[value], value) {
		return false
	}
	b := k.boxes[e.own[value]]
	if b.flow || b.mark < 0 || k.src[b.mark] != '-' || !k.follows(b.mark+1, e.own[value]) {
		return false
	}
	e.keepComments(b.mark, max(b.end, b.mark+1), column)
	e.by(value)
	e.shifted(b.mark, max(b.end, b.mark+1), k.columnOf(b.mark), column)
	return true
}

// keepValue writes what stood behind the ":" of an entry.
func (e *emitter) keepValue(n *Node, column int) bool {
	k := e.kept
	if k == nil || e.json || !k.same(e.own[n], n) {
		return false
	}
	b := k.boxes[e.own[n]]
	if b.flow || b.mark >= 0 || b.after == 0 || k.src[b.after-1] != ':' || !k.follows(b.after, e.own[n]) {
		return false
	}
	e.shifted(b.after, max(b.end, b.after), b.outer, column)
	return true
}

// keepFlow returns the text of a node that stood in a flow collection, or was
// one. Its further lines follow the margin of the first.
func (e *emitter) keepFlow(n *Node, margin string) (string, bool) {
	k := e.kept
	if k == nil || !k.same(e.own[n], n) {
		return "", false
	}
	a := e.own[n]
	b := k.boxes[a]
	collection := len(a.Content) > 0 && a.Style&yaml.FlowStyle != 0
	if !b.flow && (e.json || !collection) || isUnwritten(a) || b.end <= b.content {
		return "", false
	}
	text := string(k.src[b.content:b.end])
	if !collection && strings.Contains(text, "\n") {
		return "", false
	}
	return strings.ReplaceAll(text, "\n"+k.margin(b.start), "\n"+margin), true
}

// margin returns the blanks that the line of an offset begins with.
func (l *layout) margin(at int) string {
	line := l.src[l.lineStart(at):at]
	return string(line[:len(line)-len(bytes.TrimLeft(line, " \t"))])
}

// keepComments writes the comments right above the line of an offset, where an
// entry begins that ends at another.
func (e *emitter) keepComments(at, end, column int) {
	from, to := e.kept.commentsAbove(at), e.kept.lineStart(at)
	if from >= to || e.kept.headsSection(from, to, end) {
		return
	}
	for line := range bytes.Lines(e.kept.src[from:to]) {
		e.write(strings.TrimSpace(string(line)))
		e.line(column)
	}
}

// shifted writes the lines from one offset to the end of the line of another,
// moved from a column to another.
func (e *emitter) shifted(from, to, column, wanted int) {
	writer := e.wrote[len(e.wrote)-1]
	first := true
	for line := range strings.Lines(string(e.kept.src[from:e.kept.lineEnd(to)])) {
		line = strings.TrimRight(line, "\r\n")
		if !first {
			e.line(0)
			e.by(writer)
			if leadingSpaces(line) >= column {
				line = spaces(wanted) + line[column:]
			}
		}
		first = false
		e.write(line)
	}
}
