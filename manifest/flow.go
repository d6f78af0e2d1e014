package manifest

import (
	"bytes"
	"strings"
)

// between returns what stands between two entries of a flow collection, after the
// model of those around entry i.
func (c *children) between(i int) string {
	for _, j := range []int{i, i - 1, 0, len(c.pieces) - 2} {
		if j < 0 || j+1 >= len(c.pieces) {
			continue
		}
		text := string(c.src[c.pieces[j].end:c.pieces[j+1].start])
		if !strings.Contains(text, "#") && strings.Trim(text, " \t\r\n") == "," {
			return text
		}
	}
	if start := c.pieces[0].start; c.opensLine(start) {
		return "," + c.eol + c.margin(start)
	}
	return c.style.flow.comma()
}

// insertFlow writes entries of b into a flow collection, behind entry after, or
// in front of the first when that is -1.
func (c *children) insertFlow(after int, b *Node, entries []int) {
	e := c.emitter(c.json)
	between := c.between(max(after, 0))
	for i, j := range entries {
		if after >= 0 && (i > 0 || !c.comesLater(after, between)) {
			c.separate(e, between)
		}
		if i > 0 && c.by.nodes[b.Content[j*c.width]] > c.by.nodes[b.Content[entries[i-1]*c.width]] {
			e.wrote[len(e.wrote)-1] = nil // the line is that of the later edit
		}
		c.flowEntry(e, b, j)
		if after < 0 {
			c.separate(e, between)
		}
	}
	switch {
	case after < 0:
		at := c.pieces[0].start
		if c.opensLine(at) {
			at = c.commentsAbove(at) + len(c.margin(at))
		}
		c.replaceRange(at, at, e)
	case c.comesLater(after, between):
		c.insertLine(after, between, e)
	default:
		at := c.pieces[after].end
		c.replaceRange(at, at, e)
	}
}

// comesLater reports whether a new line goes behind the comment on the line of
// the entry before it, not right behind that entry.
func (c *children) comesLater(after int, between string) bool {
	at := c.pieces[after].end
	rest := bytes.TrimLeft(c.src[at:c.lineEnd(at)], " \t,")
	return strings.HasPrefix(between, ",") && strings.Contains(between, "\n") && len(rest) > 0 && rest[0] == '#'
}

// insertLine puts an entry on a line of its own below an entry that has a comment.
func (c *children) insertLine(after int, between string, e *emitter) {
	at := c.pieces[after].end
	text := strings.TrimPrefix(between, ",") + e.text.String()
	wrote := append([]*Node{nil}, e.wrote...)
	if comma := c.comma(after); comma > at && comma <= c.lineEnd(at) {
		text += ","
	} else {
		c.changes = append(c.changes, change{from: at, to: at, text: ",", wrote: []*Node{nil}, head: e.first()})
	}
	c.changes = append(c.changes, change{from: c.lineEnd(at), to: c.lineEnd(at), text: text, wrote: wrote})
}

func (c *children) separate(e *emitter, between string) {
	e.write(between)
	for range strings.Count(between, "\n") {
		e.wrote = append(e.wrote, nil)
	}
}

// flowEntry writes entry j of b.
func (c *children) flowEntry(e *emitter, b *Node, j int) {
	n := b.Content[j*c.width : (j+1)*c.width]
	if c.width == 2 {
		e.by(n[0])
		e.write(e.properties(n[0]) + e.key(n[0], n[0].Style, true) + c.colon())
	}
	e.writeFlow(n[c.width-1], c.margin(c.pieces[0].start))
}

// colon returns what stands between the keys of the mapping and their values.
func (c *children) colon() string {
	for i := 0; i+1 < len(c.node.Content); i += 2 {
		mark, value := c.boxes[c.node.Content[i]].mark, c.boxes[c.node.Content[i+1]]
		if mark > 0 && value.start > mark && !isUnwritten(c.node.Content[i+1]) {
			if text := string(c.src[mark:value.start]); text == ":" || text == ": " {
				return text
			}
		}
	}
	return c.style.flow.colon()
}

// comma returns the offset behind the comma that follows an entry, or the end of
// the entry when there is none.
func (c *children) comma(i int) int {
	end := c.pieces[i].end
	if at := c.skipFiller(end); at < len(c.src) && c.src[at] == ',' {
		return at + 1
	}
	return end
}

// deleteFlow removes the entries first to last of a flow collection.
func (c *children) deleteFlow(first, last int) {
	from, to := c.pieces[first].start, c.pieces[last].end
	ownLines := c.opensLine(from) && c.closesLine(c.comma(last))
	switch {
	case ownLines:
		c.deleteFlowLines(first, last)
		return
	case last+1 < len(c.pieces) && first > 0 && !c.opensLine(from) && c.opensLine(c.pieces[last+1].start):
		from, to = c.comma(first-1), c.comma(last)
	case last+1 < len(c.pieces):
		to = c.pieces[last+1].start
	default:
		from = c.pieces[first-1].end
		if isUnwritten(c.node.Content[first*c.width-1]) && isBlank(c.src[from]) {
			from++ // the blank behind a colon makes it one
		}
	}
	c.changes = append(c.changes, change{from: from, to: to})
}

// closesLine reports whether nothing but a comment stands behind an offset on
// its line.
func (l *layout) closesLine(at int) bool {
	rest := bytes.TrimSpace(l.src[at:l.lineEnd(at)])
	return len(rest) == 0 || rest[0] == '#'
}

// deleteFlowLines removes entries that have lines of their own. A comma that
// would be left behind the new last entry goes too.
func (c *children) deleteFlowLines(first, last int) {
	if last+1 == len(c.pieces) && c.comma(last) == c.pieces[last].end {
		if comma := c.comma(first - 1); comma > c.pieces[first-1].end {
			c.changes = append(c.changes, change{from: comma - 1, to: comma})
		}
	}
	from, to := c.commentsAbove(c.pieces[first].start), c.nextLine(c.comma(last))
	if c.headsSection(from, c.lineStart(c.pieces[first].start), c.comma(last)) {
		from = c.lineStart(c.pieces[first].start)
	}
	c.changes = append(c.changes, change{from: from, to: to})
}
