package manifest

import (
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// change replaces the bytes [from, to) of a text.
type change struct {
	from, to int
	text     string
	wrote    []*Node // the node that wrote each line of text
}

// planner compares a tree with what it shall become, and finds the smallest
// text edits that lead there. It is used for one comparison.
type planner struct {
	*layout
	style
	was      map[*Node]*Node // each wanted node that was in the old tree
	now      map[*Node]*Node // the inverse
	reencode map[*Node]bool  // old nodes to be written anew if they differ

	changes []change
	touched []touch
	anew    []Path
	inside  []*Node // old collections around the current node
}

// touch is one difference between the trees.
type touch struct {
	path   Path
	inside []*Node // the old collections around it, outermost first
}

// spot is where a value stands.
type spot struct {
	path   Path
	key    *Node // its key in the wanted tree, nil for items and the root
	mark   int   // behind the ":" or "-"; -1 for the root, 0 where there is none
	column int   // of the collection around it, -1 for the root
	flow   bool  // the collection around it is in flow style
	json   bool  // and looks like JSON
}

func (p *planner) touch(path Path) {
	p.touched = append(p.touched, touch{path: slices.Clone(path), inside: slices.Clone(p.inside)})
}

// value compares the old node a with the wanted node b.
func (p *planner) value(s spot, a, b *Node) {
	switch {
	case p.reencode[a]:
		if !Equal(a, b) {
			p.anew = append(p.anew, slices.Clone(s.path))
			p.replace(s, a, b)
		}
	case a.Kind == yaml.AliasNode:
		// An alias follows its anchor: it stays if that is what is wanted.
		if target := p.now[a.Alias]; target == nil || !Equal(target, b) {
			p.replace(s, a, b)
		}
	case a.Kind == yaml.ScalarNode && b.Kind == yaml.ScalarNode:
		if !Equal(a, b) {
			p.scalar(s, a, b)
		}
	case a.Kind != b.Kind || len(a.Content) == 0 || len(b.Content) == 0:
		if !Equal(a, b) {
			p.replace(s, a, b)
		}
	default:
		p.inside = append(p.inside, a)
		p.collection(s, a, b)
		p.inside = p.inside[:len(p.inside)-1]
	}
}

// piece is an entry of a collection in the text.
type piece struct{ start, end int }

// collection compares two collections of the same kind that hold something.
func (p *planner) collection(s spot, a, b *Node) {
	c := p.children(s, a)
	var pairs [][2]int // indexes of entries in a and b that belong together
	if a.Kind == yaml.MappingNode {
		pairs = p.matchKeys(a, b)
	} else {
		pairs = p.matchItems(a, b)
	}
	if len(pairs) == 0 || c.odd && !Equal(a, b) {
		p.replace(s, a, b)
		return
	}
	for _, pair := range pairs {
		c.compare(a, b, pair)
	}
	c.insert(b, pairs)
	c.delete(pairs)
}

// children is a collection of the old tree, measured.
type children struct {
	*planner
	spot
	node   *Node
	width  int // nodes per entry
	pieces []piece
	flow   bool
	json   bool
	at     int  // column of the entries
	odd    bool // laid out in a way that cannot be edited
}

func (p *planner) children(s spot, a *Node) *children {
	b := p.boxes[a]
	c := &children{planner: p, spot: s, node: a, width: 1, flow: a.Style&yaml.FlowStyle != 0, at: b.column}
	if a.Kind == yaml.MappingNode {
		c.width = 2
	}
	c.json = s.json || p.style.json
	if c.flow && c.width == 2 {
		c.json = a.Content[0].Style&yaml.DoubleQuotedStyle != 0
		c.odd = p.src[b.content] != '{'
	}
	for i := 0; i+c.width <= len(a.Content); i += c.width {
		first, last := p.boxes[a.Content[i]], p.boxes[a.Content[i+c.width-1]]
		piece := piece{start: first.start, end: max(last.end, first.end)}
		if c.width == 2 {
			piece.end = max(piece.end, first.mark+1)
			c.odd = c.odd || first.mark < 0 && !c.flow
		} else if !c.flow {
			piece = merge(piece, first.mark)
		}
		c.pieces = append(c.pieces, piece)
	}
	return c
}

// merge widens the piece of a list item to its dash.
func merge(item piece, dash int) piece {
	return piece{start: dash, end: max(item.end, dash+1)}
}

// compare compares a pair of entries.
func (c *children) compare(a, b *Node, pair [2]int) {
	i, j := pair[0]*c.width, pair[1]*c.width
	s := spot{column: c.at, flow: c.flow, json: c.json}
	if c.width == 1 {
		s.path = c.path.At(pair[1])
		s.mark = c.boxes[a.Content[i]].mark + 1
		c.value(s, a.Content[i], b.Content[j])
		return
	}
	s.key = b.Content[j]
	s.path = c.path.Child(KeyText(s.key))
	s.mark = c.boxes[a.Content[i]].mark + 1
	if mappingKey(a.Content[i]) != mappingKey(b.Content[j]) {
		c.rename(s, a.Content[i], b.Content[j])
	}
	c.value(s, a.Content[i+1], b.Content[j+1])
}

func (c *children) rename(s spot, a, b *Node) {
	c.touch(s.path)
	box := c.boxes[a]
	e := c.emitter(c.json)
	e.by(b)
	e.write(e.scalar(b, a.Style, c.flow))
	c.replaceRange(box.content, box.end, e)
}

func (p *planner) emitter(json bool) *emitter {
	s := p.style
	s.json = s.json || json
	return newEmitter(s, p.was)
}

func (p *planner) replaceRange(from, to int, e *emitter) {
	p.changes = append(p.changes, change{from: from, to: to, text: e.text.String(), wrote: e.wrote})
}

// insert writes the entries of b that have no counterpart behind the entry
// that is in front of them in b.
func (c *children) insert(b *Node, pairs [][2]int) {
	old := map[int]int{}
	for _, pair := range pairs {
		old[pair[1]] = pair[0]
	}
	after := -1
	var entries []int
	flush := func() {
		if len(entries) > 0 {
			c.insertAfter(after, b, entries)
		}
		entries = nil
	}
	for j := range len(b.Content) / c.width {
		i, known := old[j]
		if !known {
			entries = append(entries, j)
			continue
		}
		flush()
		after = i
	}
	flush()
}

// insertAfter writes entries of b behind entry after of the old collection, or
// in front of the first when it is -1.
func (c *children) insertAfter(after int, b *Node, entries []int) {
	e := c.emitter(c.json && c.flow)
	separate := c.separator(e, max(after, 0))
	for _, j := range entries {
		path := c.path.At(j)
		if c.width == 2 {
			path = c.path.Child(KeyText(b.Content[j*2]))
		}
		c.touch(path)
		if after >= 0 {
			separate()
		}
		c.entry(e, b, j)
		if after < 0 {
			separate()
		}
	}
	at := c.pieces[0].start
	switch {
	case after >= 0 && c.flow:
		at = c.pieces[after].end
	case after >= 0:
		at = c.lineEnd(c.pieces[after].end)
		c.stripLast(after, at)
	}
	c.replaceRange(at, at, e)
}

// stripLast keeps a block scalar at the end of the text as it is when something
// follows it.
func (c *children) stripLast(after, at int) {
	if at < len(c.src) {
		return
	}
	last := c.node.Content[(after+1)*c.width-1]
	n, column := lastNode(c.layout, last)
	if n == last {
		column = c.boxes[c.node].column
	}
	c.stripBlock(n, column)
}

// stripBlock keeps a block scalar that ended with the text, without a line break,
// free of the one that it would get.
func (p *planner) stripBlock(n *Node, column int) {
	if n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) == 0 || n.Value == "" || strings.HasSuffix(n.Value, "\n") {
		return
	}
	at := p.boxes[n].content
	t := p.blockScalar(at, column)
	if !strings.Contains(string(p.src[at:t.header]), "-") {
		p.changes = append(p.changes, change{from: t.header, to: t.header, text: "-", wrote: []*Node{nil}})
	}
}

// separator returns what goes between entries, after the model of entry i.
func (c *children) separator(e *emitter, i int) func() {
	start := c.pieces[i].start
	switch {
	case !c.flow:
		return func() { e.line(c.at) }
	case c.opensLine(start):
		return func() { e.write(","); e.line(c.columnOf(start)) }
	}
	return func() { e.write(", ") }
}

// entry writes entry j of b.
func (c *children) entry(e *emitter, b *Node, j int) {
	n := b.Content[j*c.width : (j+1)*c.width]
	value := n[c.width-1]
	if !c.flow {
		if c.width == 2 {
			e.entry(n[0], value, c.at)
		} else {
			e.item(value, c.at)
		}
		return
	}
	e.by(value)
	if c.width == 2 {
		e.by(n[0])
		e.write(e.scalar(n[0], n[0].Style, true) + ": ")
	}
	if start := c.pieces[0].start; c.json && c.opensLine(start) {
		e.write(e.pretty(value, c.columnOf(start)))
		for range strings.Count(e.pretty(value, 0), "\n") {
			e.wrote = append(e.wrote, value)
		}
		return
	}
	e.write(e.properties(value) + e.flow(value))
}

// delete removes the entries that have no counterpart.
func (c *children) delete(pairs [][2]int) {
	kept := make([]bool, len(c.pieces))
	for _, pair := range pairs {
		kept[pair[0]] = true
	}
	for i := 0; i < len(kept); i++ {
		if kept[i] {
			continue
		}
		last := i
		for last+1 < len(kept) && !kept[last+1] {
			last++
		}
		c.deleteRun(i, last)
		i = last
	}
}

// deleteRun removes the entries first to last. Comments above them stay.
func (c *children) deleteRun(first, last int) {
	for i := first; i <= last; i++ {
		if c.width == 2 {
			c.touch(c.path.Child(KeyText(c.node.Content[i*2])))
		} else {
			c.touch(c.path.At(i))
		}
	}
	from, to := c.pieces[first].start, c.pieces[last].end
	switch {
	case c.flow && last+1 < len(c.pieces):
		to = c.pieces[last+1].start
	case c.flow:
		from = c.pieces[first-1].end
	case !c.opensLine(from):
		to = c.nextLine(to)
		to += len(c.src[to:]) - len(strings.TrimLeft(string(c.src[to:]), " "))
	default:
		for i := first; i <= last; i++ {
			p := c.pieces[i]
			c.changes = append(c.changes, change{from: c.lineStart(p.start), to: c.nextLine(p.end)})
		}
		return
	}
	c.changes = append(c.changes, change{from: from, to: to})
}
