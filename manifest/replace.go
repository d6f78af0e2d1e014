package manifest

import (
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// scalar changes a scalar in the quotes or the block it stands in.
func (p *planner) scalar(s spot, a, b *Node) {
	box := p.boxes[a]
	if a.Style&yaml.TaggedStyle != 0 || b.Style&yaml.TaggedStyle != 0 || isUnwritten(a) {
		p.replace(s, a, b)
		return
	}
	_, isString := scalarValue(b).(string)
	if a.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0 && isString && literalSafe(b.Value) {
		p.touch(s.path)
		p.block(s, a, b)
		return
	}
	quotes := a.Style & (yaml.DoubleQuotedStyle | yaml.SingleQuotedStyle)
	if quotes == 0 && isBlockText(b) && !s.flow || a.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0 {
		p.replace(s, a, b)
		return
	}
	p.touch(s.path)
	if isString && !s.flow && p.foldedPlain(a, b) {
		return
	}
	if quotes == 0 && !plainSafe(b.Value) {
		quotes = b.Style
	}
	e := p.emitter(s.flow && s.json)
	e.by(b)
	if box.content == box.end && box.content > box.start { // an anchor with nothing behind it
		e.write(" ")
	}
	e.write(e.scalar(b, quotes, s.flow))
	p.replaceRange(box.content, box.end, e)
}

// block changes the text of a literal or folded scalar, in its own style as
// far as the new text allows.
func (p *planner) block(s spot, a, b *Node) {
	box := p.boxes[a]
	t := p.blockScalar(box.content, s.column)
	indent := t.indent
	if indent == 0 {
		indent = max(s.column, 0) + p.step
	}
	lines, folded := p.foldedBlock(a, b, t)
	if !folded {
		lines = literalLines(b.Value)
	}
	kind := "|"
	if folded || a.Style&yaml.FoldedStyle != 0 && !strings.Contains(strings.TrimRight(b.Value, "\n"), "\n") {
		kind = ">"
	}
	header := literalHeader(kind, b.Value, indent-max(s.column, 0))
	if t.explicit && len(strings.Trim(header, "|>+-")) == 0 {
		header = kind + literalHeader("", " ", indent-max(s.column, 0))[:1] + header[1:]
	}
	if header != string(p.src[box.content:t.header]) {
		p.changes = append(p.changes, change{from: box.content, to: t.header, text: header, wrote: []*Node{b}})
	}
	e := p.emitter(false)
	for _, line := range lines {
		if line == "" {
			e.line(0)
		} else {
			e.line(indent)
		}
		e.by(b)
		e.write(line)
	}
	from := p.lineEnd(t.header)
	p.replaceLines(from, max(t.end, from), e)
}

// replaceLines replaces whole lines, but leaves those alone that do not change.
func (p *planner) replaceLines(from, to int, e *emitter) {
	old := strings.SplitAfter(string(p.src[from:to]), "\n")
	text := strings.SplitAfter(e.text.String(), "\n")
	i, j := 0, 0
	for _, same := range append(sameLines(old, text), [2]int{len(old), len(text)}) {
		n := len(strings.Join(old[i:same[0]], ""))
		if i < same[0] || j < same[1] {
			p.changes = append(p.changes, change{from: from, to: from + n, text: strings.Join(text[j:same[1]], ""), wrote: slices.Clip(e.wrote[j:same[1]])})
		}
		if from += n; same[0] < len(old) {
			from += len(old[same[0]])
		}
		i, j = same[0]+1, same[1]+1
	}
}

// sameLines pairs the lines that two texts have in common. The last lines, which
// have no line break, are no pair: what they are depends on what comes before.
func sameLines(old, text []string) [][2]int {
	i, j, m, n := 0, 0, len(old)-1, len(text)-1
	var pairs, tail [][2]int
	for i < m && j < n && old[i] == text[j] {
		pairs = append(pairs, [2]int{i, j})
		i, j = i+1, j+1
	}
	if i < m && j < n {
		for ; i < m && j < n && old[m] == text[n]; m, n = m-1, n-1 {
			tail = append(tail, [2]int{m, n})
		}
	}
	if (m+1-i)*(n+1-j) <= maxCompared {
		for _, pair := range longestCommon(m-i, n-j, func(x, y int) bool { return old[i+x] == text[j+y] }) {
			pairs = append(pairs, [2]int{pair[0] + i, pair[1] + j})
		}
	}
	slices.Reverse(tail)
	return append(pairs, tail...)
}

// replace writes b in place of a.
func (p *planner) replace(s spot, a, b *Node) {
	p.touch(s.path)
	box := p.boxes[a]
	e := p.emitter(s.json && (s.flow || p.style.json))
	switch {
	case s.mark < 0:
		p.root(e, b)
		p.replaceRange(box.start, p.lastLine(a), e)
	case s.flow:
		switch {
		case isUnwritten(a) && s.mark == 0: // {key}: even the colon is missing
			e.write(": ")
		case isUnwritten(a):
			e.write(" ")
		}
		e.writeFlow(b, p.margin(box.start))
		p.replaceRange(box.start, box.end, e)
	default:
		p.replaceBlock(s, a, b, e)
	}
}

// root writes a whole tree.
func (p *planner) root(e *emitter, b *Node) {
	if e.isInline(b) {
		e.writeFlow(b, "")
		return
	}
	if properties := e.properties(b); properties != "" {
		e.write(strings.TrimSpace(properties))
		e.line(0)
	}
	e.entries(b, 0, func(first bool) {
		if !first {
			e.line(0)
		}
	})
}

// replaceBlock writes b behind a key or dash. What b needs below that line goes
// behind the line's comment.
func (p *planner) replaceBlock(s spot, a, b *Node, e *emitter) {
	key := s.key
	if key == nil {
		key = b
	}
	writer := b
	if len(a.Content) == 0 && a.Kind == b.Kind && len(b.Content) > 0 {
		plainly := *b // an empty {} or [] says nothing about style
		plainly.Style &^= yaml.FlowStyle
		if e.own[b] == nil {
			plainly.Style = b.Style
		}
		b = &plainly
	}
	silent := newEmitter(e.style, withoutLineComments(e.own, key, b))
	silent.kept = e.kept
	silent.value(b, key, s.column, s.key == nil)
	for i, n := range silent.wrote {
		if n == b {
			silent.wrote[i] = writer
		}
	}
	head, body, _ := strings.Cut(silent.text.String(), e.eol)
	p.writeBlock(s, a, head, body, silent.wrote)
}

// writeBlock puts head behind the key or dash of a and body, if there is one,
// below that line, and takes the text of a away.
func (p *planner) writeBlock(s spot, a *Node, head, body string, wrote []*Node) {
	box := p.boxes[a]
	if body != "" {
		body = p.eol + body
	}
	below := append([]*Node{nil}, wrote[1:]...)
	sameLine := !isUnwritten(a) && box.start <= p.lineEnd(s.mark)
	at, from, to := s.mark, s.mark, s.mark
	if sameLine {
		at, to = box.end, p.lastLine(a)
		if strings.HasPrefix(head, " ") {
			from, head = box.start, head[1:]
		}
	}
	if a.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0 && sameLine {
		t := p.blockScalar(box.content, s.column)
		end := p.lineEnd(t.header) // a comment may stand there
		p.changes = append(p.changes, change{from: from, to: t.header, text: head, wrote: wrote[:1]},
			change{from: end, to: max(t.end, end), text: body, wrote: below, head: wrote[0]})
		return
	}
	p.changes = append(p.changes, change{from: from, to: to, text: head, wrote: wrote[:1]})
	if body != "" {
		end := p.lineEnd(at)
		p.changes = append(p.changes, change{from: end, to: end, text: body, wrote: below, head: wrote[0]})
	}
	if !sameLine && !isUnwritten(a) {
		p.changes = append(p.changes, change{from: p.nextLine(s.mark), to: p.nextLine(box.end)})
	}
}

// lastLine returns where the text of a node ends: of a block collection over
// several lines, with the comment behind its last entry.
func (l *layout) lastLine(a *Node) int {
	b := l.boxes[a]
	if len(a.Content) > 0 && a.Style&yaml.FlowStyle == 0 && l.lineEnd(b.start) < b.end {
		return l.lineEnd(b.end)
	}
	return b.end
}

// withoutLineComments forgets that key and n belong to the document, since the
// comment on their line is kept in the text.
func withoutLineComments(own map[*Node]*Node, key, n *Node) map[*Node]*Node {
	if own[key] == nil && own[n] == nil || n.Kind != yaml.ScalarNode && key == n {
		return own
	}
	rest := make(map[*Node]*Node, len(own))
	for k, v := range own {
		if k != key && (k != n || n.Anchor != "") {
			rest[k] = v
		}
	}
	return rest
}
