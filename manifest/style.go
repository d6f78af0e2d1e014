package manifest

import (
	"bytes"
	"strings"

	"go.yaml.in/yaml/v3"
)

// styleOf finds out how a document is written: the indentation that most of
// its mappings and lists have, its quotes, its flow collections, and the line
// break of its first line.
func styleOf(l *layout, root *Node) style {
	s := plainStyle()
	var c styleCounts
	c.visit(l, root)
	s.step, s.list = c.steps.most(s.step), c.lists.most(s.list)
	if c.quotes.double == 0 && c.quotes.single > 1 {
		s.quotes = yaml.SingleQuotedStyle // one alone may be what the edit replaces
	}
	s.eol = lineBreak(l.src)
	s.flow.unit = spaces(s.step)
	if root.Style&yaml.FlowStyle != 0 && len(root.Content) > 0 {
		s.flow = l.flowStyleOf(root, s.flow)
	}
	return s
}

// lineBreak returns how the first line of a text ends.
func lineBreak(text []byte) string {
	if i := bytes.IndexByte(text, '\n'); i > 0 && text[i-1] == '\r' {
		return "\r\n"
	}
	return "\n"
}

type styleCounts struct {
	steps, lists tally
	quotes       quoteCount
}

func (c *styleCounts) visit(l *layout, n *Node) {
	c.quotes.add(n, 1)
	c.children(l, n)
	for _, child := range n.Content {
		c.visit(l, child)
	}
}

// children counts how the values of a block mapping are indented.
func (c *styleCounts) children(l *layout, n *Node) {
	if n.Kind != yaml.MappingNode || n.Style&yaml.FlowStyle != 0 {
		return
	}
	for i := 1; i < len(n.Content); i += 2 {
		value := n.Content[i]
		if value.Style&yaml.FlowStyle != 0 || len(value.Content) == 0 {
			continue
		}
		indent := l.boxes[value].column - l.boxes[n].column
		if value.Kind == yaml.SequenceNode {
			c.lists.add(indent)
		} else if indent > 0 {
			c.steps.add(indent)
		}
	}
}

// near is the style of the document as it is around the current node: a template
// often puts together text of several indentations.
func (p *planner) near() style {
	s := p.style
	steps, lists := false, false
	for i := len(p.inside) - 1; i >= 0 && !(steps && lists); i-- {
		var c styleCounts
		c.children(p.layout, p.inside[i])
		if !steps && len(c.steps) > 0 {
			s.step, steps = c.steps.most(s.step), true
		}
		if !lists && len(c.lists) > 0 {
			s.list, lists = c.lists.most(s.list), true
		}
	}
	return s
}

// flowStyleOf finds out how the flow collections of JSON are written.
func (l *layout) flowStyleOf(root *Node, f flowStyle) flowStyle {
	first := l.boxes[root.Content[0]].start
	f.tall = l.opensLine(first) && l.lineStart(first) != l.lineStart(l.boxes[root].start)
	if f.tall {
		if unit := strings.TrimPrefix(l.margin(first), l.margin(l.boxes[root].start)); unit != "" {
			f.unit = unit
		}
		return f
	}
	if mark := l.boxes[root.Content[0]].mark; root.Kind == yaml.MappingNode && mark > 0 && mark+1 < len(l.src) {
		f.tight = !isBlank(l.src[mark+1])
	} else if len(root.Content) > 1 {
		f.tight = l.boxes[root.Content[1]].start == l.boxes[root.Content[0]].end+1
	}
	return f
}

// tally counts numbers, of which there are few.
type tally []struct{ n, count int }

func (t *tally) add(n int) {
	for i := range *t {
		if (*t)[i].n == n {
			(*t)[i].count++
			return
		}
	}
	*t = append(*t, struct{ n, count int }{n, 1})
}

// most returns the number that was counted most often, the smallest of these.
func (t tally) most(otherwise int) int {
	best, count := otherwise, 0
	for _, c := range t {
		if c.count > count || c.count == count && c.n < best {
			best, count = c.n, c.count
		}
	}
	return best
}
