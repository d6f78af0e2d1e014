package manifest

import (
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
	if quotes == 0 && isBlockText(b) && !s.flow {
		p.replace(s, a, b)
		return
	}
	p.touch(s.path)
	if quotes == 0 && !plainSafe(b.Value) {
		quotes = b.Style
	}
	e := p.emitter(s.flow && s.json)
	e.by(b)
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
	kind := "|"
	if a.Style&yaml.FoldedStyle != 0 && !strings.Contains(strings.TrimRight(b.Value, "\n"), "\n") {
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
	for _, line := range literalLines(b.Value) {
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

// replaceLines replaces whole lines, but leaves those alone at the beginning
// and at the end that do not change.
func (p *planner) replaceLines(from, to int, e *emitter) {
	old := strings.SplitAfter(string(p.src[from:to]), "\n")
	text := strings.SplitAfter(e.text.String(), "\n")
	wrote := e.wrote
	for len(old) > 1 && len(text) > 1 && old[0] == text[0] {
		from += len(old[0])
		old, text, wrote = old[1:], text[1:], wrote[1:]
	}
	for len(old) > 1 && len(text) > 1 && old[len(old)-1] == text[len(text)-1] {
		to -= len(old[len(old)-1])
		old, text, wrote = old[:len(old)-1], text[:len(text)-1], wrote[:len(wrote)-1]
	}
	p.changes = append(p.changes, change{from: from, to: to, text: strings.Join(text, ""), wrote: wrote})
}

// replace writes b in place of a.
func (p *planner) replace(s spot, a, b *Node) {
	p.touch(s.path)
	box := p.boxes[a]
	e := p.emitter(s.json && (s.flow || p.style.json))
	switch {
	case s.mark < 0:
		p.root(e, b)
		p.replaceRange(box.start, box.end, e)
	case s.flow:
		e.by(b)
		switch {
		case isUnwritten(a) && s.mark == 0: // {key}: even the colon is missing
			e.write(": ")
		case isUnwritten(a):
			e.write(" ")
		}
		e.write(e.properties(b) + e.flow(b))
		p.replaceRange(box.start, box.end, e)
	default:
		p.replaceBlock(s, a, b, e)
	}
}

// root writes a whole tree.
func (p *planner) root(e *emitter, b *Node) {
	if e.isInline(b) {
		e.by(b)
		e.write(e.properties(b) + e.pretty(b, 0))
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
	box := p.boxes[a]
	key := s.key
	if key == nil {
		key = b
	}
	if len(a.Content) == 0 && len(b.Content) > 0 {
		plainly := *b // an empty {} or [] says nothing about style
		plainly.Style &^= yaml.FlowStyle
		if e.own[b] == nil {
			plainly.Style = b.Style
		}
		b = &plainly
	}
	silent := newEmitter(e.style, withoutLineComments(e.own, key, b))
	silent.value(b, key, s.column, s.key == nil)
	head, body, _ := strings.Cut(silent.text.String(), e.eol)
	sameLine := !isUnwritten(a) && box.start <= p.lineEnd(s.mark)
	at, from, to := s.mark, s.mark, s.mark
	if sameLine {
		at, to = box.end, box.end
		if strings.HasPrefix(head, " ") {
			from, head = box.start, head[1:]
		}
	}
	p.changes = append(p.changes, change{from: from, to: to, text: head, wrote: silent.wrote[:1]})
	if strings.Contains(silent.text.String(), e.eol) {
		end := p.lineEnd(at)
		p.changes = append(p.changes, change{from: end, to: end, text: e.eol + body, wrote: append([]*Node{nil}, silent.wrote[1:]...)})
	}
	if !sameLine && !isUnwritten(a) {
		p.changes = append(p.changes, change{from: p.nextLine(s.mark), to: p.nextLine(box.end)})
	}
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
