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
	head     *Node   // whose it is where none of these is known; may be nil
}

// planner compares a tree with what it shall become, and finds the smallest
// text edits that lead there. It is used for one comparison.
type planner struct {
	*layout
	style
	was      map[*Node]*Node // each wanted node that was in the old tree
	now      map[*Node]*Node // the inverse
	aliased  bool            // the old tree has aliases
	reencode map[*Node]bool  // old nodes to be written anew if they differ
	kept     *keeper         // nil when nodes that moved are written anew
	by       signature       // of several edits that are made together

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
		if !Equal(a, b) || !p.aliasesHold(a) {
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
	odd := c.odd && (len(pairs) < len(c.pieces) || len(pairs)*c.width < len(b.Content))
	if odd || len(pairs) == 0 {
		if odd {
			p.anew = append(p.anew, slices.Clone(s.path))
		}
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
	odd    bool // laid out in a way that takes no entry in or out
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
			c.odd = c.odd || !c.flow && (first.mark < 0 || first.mark > p.lineEnd(first.end))
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
	key, value := a.Content[i], a.Content[i+c.width-1]
	renamed := c.width == 2 && mappingKey(key) != mappingKey(b.Content[j])
	if !renamed && c.settled(value, b.Content[j+c.width-1]) {
		return
	}
	s := spot{column: c.at, flow: c.flow, json: c.json, mark: c.boxes[key].mark + 1}
	if c.width == 1 {
		s.path = c.path.At(pair[1])
		c.value(s, value, b.Content[j])
		return
	}
	s.key = b.Content[j]
	s.path = c.path.Child(KeyText(s.key))
	if renamed {
		c.rename(s, key, s.key)
	}
	c.value(s, value, b.Content[j+1])
}

// settled reports whether the text of a needs no look: most of a large document
// is like that.
func (p *planner) settled(a, b *Node) bool {
	return Equal(a, b) && (!p.aliased || p.aliasesHold(a))
}

func (c *children) rename(s spot, a, b *Node) {
	c.touch(s.path)
	box := c.boxes[a]
	e := c.emitter(c.json)
	e.by(b)
	e.write(e.key(b, a.Style, c.flow))
	c.replaceRange(box.content, box.end, e)
}

func (p *planner) emitter(json bool) *emitter {
	e := newEmitter(p.near(), p.was)
	e.json = e.json || json
	e.kept = p.kept
	return e
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
	for _, j := range entries {
		path := c.path.At(j)
		if c.width == 2 {
			path = c.path.Child(KeyText(b.Content[j*2]))
		}
		c.touch(path)
	}
	if c.flow {
		c.insertFlow(after, b, entries)
		return
	}
	e := c.emitter(false)
	for _, j := range entries {
		if after >= 0 {
			e.line(c.at)
		}
		c.entry(e, b, j)
		if after < 0 {
			e.line(c.at)
		}
	}
	if after < 0 {
		at := c.above(0)
		c.replaceRange(at, at, e)
		return
	}
	at := c.below(after)
	c.stripLast(after, at, e.first())
	c.replaceRange(at, at, e)
}

// above returns where a new entry in front of entry i begins: above the comments
// that belong to that one, but below the head of a document.
func (c *children) above(i int) int {
	at := c.pieces[i].start
	if c.opensLine(at) && !(c.mark < 0 && i == 0) {
		return c.commentsAbove(at) + at - c.lineStart(at)
	}
	return at
}

// below returns where the lines of entry i end, and the comments inside it.
func (c *children) below(i int) int {
	last := c.node.Content[(i+1)*c.width-1]
	if len(last.Content) > 0 && last.Style&yaml.FlowStyle == 0 {
		return c.commentsBelow(c.pieces[i].end, c.at)
	}
	return c.lineEnd(c.pieces[i].end)
}

// stripLast keeps a block scalar at the end of the text as it is when something
// follows it.
func (c *children) stripLast(after, at int, by *Node) {
	if at < len(c.src) {
		return
	}
	last := c.node.Content[(after+1)*c.width-1]
	n, column := lastNode(c.layout, last)
	if n == last {
		column = c.boxes[c.node].column
	}
	c.stripBlock(n, column, by)
}

// stripBlock keeps a block scalar that ended with the text, without a line break,
// free of the one that it would get.
func (p *planner) stripBlock(n *Node, column int, by *Node) {
	if n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) == 0 || n.Value == "" || strings.HasSuffix(n.Value, "\n") {
		return
	}
	at := p.boxes[n].content
	if slices.ContainsFunc(p.changes, func(c change) bool { return c.from >= at && c.to <= p.boxes[n].end }) {
		return // it is written anew, with the header it needs
	}
	t := p.blockScalar(at, column)
	if !strings.Contains(string(p.src[at:t.header]), "-") {
		p.changes = append(p.changes, change{from: t.header, to: t.header, text: "-", wrote: []*Node{nil}, head: by})
	}
}

// entry writes entry j of b in block style.
func (c *children) entry(e *emitter, b *Node, j int) {
	if c.width == 2 {
		e.entry(b.Content[2*j], b.Content[2*j+1], c.at)
	} else {
		e.item(b.Content[j], c.at)
	}
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

// deleteRun removes the entries first to last, with the comments that belong to
// them.
func (c *children) deleteRun(first, last int) {
	for i := first; i <= last; i++ {
		if c.width == 2 {
			c.touch(c.path.Child(KeyText(c.node.Content[i*2])))
		} else {
			c.touch(c.path.At(i))
		}
	}
	if c.flow {
		c.deleteFlow(first, last)
		return
	}
	if from := c.pieces[first].start; !c.opensLine(from) { // behind a dash or separator
		to := c.nextLine(c.deletedTo(last))
		to += leadingSpaces(string(c.src[to:]))
		c.changes = append(c.changes, change{from: from, to: to})
		return
	}
	for i := first; i <= last; i++ {
		c.changes = append(c.changes, change{from: c.deletedFrom(i, last), to: c.nextLine(c.deletedTo(i))})
	}
}

// deletedTo returns where the lines of entry i end that go with it. Deeper
// comments below it would become text of a block scalar in front of it.
func (c *children) deletedTo(i int) int {
	if i > 0 {
		before, _ := lastNode(c.layout, c.node.Content[i*c.width-1])
		if before.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0 {
			return c.commentsBelow(c.pieces[i].end, c.at)
		}
	}
	return c.below(i)
}

// deletedFrom returns where the lines of entry i begin that go when the entries
// up to last go.
func (c *children) deletedFrom(i, last int) int {
	start := c.lineStart(c.pieces[i].start)
	from := c.commentsAbove(c.pieces[i].start)
	if c.mark < 0 && i == 0 || from < start && c.headsSection(from, start, c.below(last)) {
		return start
	}
	return from
}
