package manifest

import (
	"slices"
	"strings"

	"github.com/helmx-dev/helmx/diag"
	"go.yaml.in/yaml/v3"
)

// note says what staged edits did to a node. The text of an edit depends on what
// stands around its place, so only those are made together whose places do not
// touch: see join.
type note uint8

const (
	// written: a scalar became another, on one line both.
	written note = 1 << iota
	// appended: entries came in behind the last.
	appended
	// rebuilt: anything else.
	rebuilt
	// around: something below it was touched.
	around
	// aroundRebuilt: something below it was rebuilt.
	aroundRebuilt
)

// join takes in an edit, whose outcome is in want and in the journal. It reports
// false where the text could depend on whether the edits before it are written
// already; nothing has changed then.
func (s *staged) join(j *journal, by diag.Span) bool {
	notes := make([]note, len(j.changed))
	quotes := s.quotes
	moved := false
	for k, i := range j.changed {
		saved := &j.nodes[i]
		notes[k] = j.kindOf(saved)
		gone, came, reordered := exchanged(j.before(saved), saved.node.Content)
		moved = moved || reordered || slices.ContainsFunc(came, s.isOld)
		if s.edits > 0 && (moved || !s.fits(j, saved, notes[k])) {
			return false
		}
		quotes.count(saved, gone, came, s.was)
	}
	if s.edits > 0 && (s.alone || !quotes.settled()) {
		return false
	}
	s.alone = moved || !s.usual && slices.Contains(notes, rebuilt) // it may take away what shows the indentation
	s.accept(j, notes, by)
	s.quotes = quotes
	return true
}

// isOld reports whether a node was in the tree before the edit.
func (s *staged) isOld(n *Node) bool { return s.was[n] != nil || s.notes[n] != 0 }

// kindOf says what became of a node.
func (j *journal) kindOf(s *saved) note {
	n := s.node
	switch {
	case n.Kind == yaml.ScalarNode && s.was.Kind == yaml.ScalarNode:
		if isOneLine(n) && isOneLine(&s.was) && !isUnwritten(&s.was) {
			return written
		}
	case n.Kind == s.was.Kind && s.to > s.from && len(n.Content) > s.to-s.from && slices.Equal(n.Content[:s.to-s.from], j.before(s)):
		return appended
	}
	return rebuilt
}

func isOneLine(n *Node) bool {
	return n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) == 0 && !strings.Contains(n.Value, "\n")
}

// fits reports whether a node may change beside what was changed already.
func (s *staged) fits(j *journal, at *saved, as note) bool {
	had := s.notes[at.node]
	fresh := s.was[at.node] == nil
	child, inFlow := at.node, at.node.Style&yaml.FlowStyle != 0
	for i := at.parent; i >= 0; i = j.nodes[i].parent {
		parent := j.nodes[i].node
		if had := s.notes[parent]; had&rebuilt != 0 || as == rebuilt && had&appended != 0 && s.wasLast(parent, child) {
			return false
		}
		child, inFlow = parent, inFlow || parent.Style&yaml.FlowStyle != 0
	}
	switch as {
	case written:
		return had == 0 && !fresh
	case appended:
		last := j.before(at)[at.to-at.from-1]
		return had&rebuilt == 0 && s.notes[last]&(rebuilt|aroundRebuilt) == 0 && (!fresh || !inFlow && isFlat(at.node)) && !(had != 0 && s.isTallFlow(at.node))
	}
	return had == 0 && !fresh
}

// wasLast reports whether new entries of a collection stand behind a child.
func (s *staged) wasLast(parent, child *Node) bool {
	old := s.was[parent]
	return old != nil && len(old.Content) > 0 && old.Content[len(old.Content)-1] == s.was[child]
}

// isFlat reports whether a collection that an edit brought in is written with one
// line for each entry, as it would be if they came one by one.
func isFlat(n *Node) bool {
	return !slices.ContainsFunc(n.Content, func(c *Node) bool { return c.Kind != yaml.ScalarNode || !isOneLine(c) })
}

// isTallFlow reports whether a flow collection has several lines: an entry behind
// its last changes that one's line, too.
func (s *staged) isTallFlow(n *Node) bool {
	old := s.was[n]
	return old != nil && old.Style&yaml.FlowStyle != 0 && len(old.Content) > 0 && old.Content[len(old.Content)-1].Line != old.Line
}

// accept notes what an edit did.
func (s *staged) accept(j *journal, notes []note, by diag.Span) {
	if s.notes == nil {
		s.notes = map[*Node]note{}
	}
	for k, i := range j.changed {
		saved := &j.nodes[i]
		s.notes[saved.node] |= notes[k]
		above := around
		if notes[k] == rebuilt {
			above |= aroundRebuilt
		}
		for p := saved.parent; p >= 0; p = j.nodes[p].parent {
			s.notes[j.nodes[p].node] |= above
		}
		s.wrote(j, saved, notes[k])
	}
	s.by = append(s.by, by)
	s.edits++
}

// wrote notes that the edit is the author of a node, or of what is new in it.
func (s *staged) wrote(j *journal, at *saved, as note) {
	if as != appended {
		s.authors = append(s.authors, author{at.node, s.edits})
		return
	}
	for _, n := range at.node.Content[at.to-at.from:] {
		s.authors = append(s.authors, author{n, s.edits})
	}
}

// quotes follows how the strings of a document are quoted. By that is decided
// which quotes a new one gets, see styleOf: edits are made together only where
// each of them finds the same answer.
type quotes struct {
	before  quoteCount // in the document's text
	left    quoteCount // of these, what no edit has touched
	brought quoteCount // what edits brought in, at most
	odd     bool       // of that, something does not fit into single quotes
}

// quoteCount is how many nodes are quoted in which way.
type quoteCount struct{ double, single int }

func (q *quoteCount) add(n *Node, by int) {
	switch {
	case n.Style&yaml.DoubleQuotedStyle != 0:
		q.double += by
	case n.Style&yaml.SingleQuotedStyle != 0:
		q.single += by
	}
}

// count takes a changed node in.
func (q *quotes) count(at *saved, gone, came []*Node, was map[*Node]*Node) {
	if was[at.node] != nil {
		q.left.add(&at.was, -1)
	}
	q.bring(at.node, nil)
	for _, n := range gone {
		q.lose(n, was)
	}
	for _, n := range came {
		q.bring(n, was)
	}
}

// exchanged returns what is only in the one and only in the other of two lists,
// and whether the rest has another order.
func exchanged(before, now []*Node) (gone, came []*Node, reordered bool) {
	for len(before) > 0 && len(now) > 0 && before[0] == now[0] {
		before, now = before[1:], now[1:]
	}
	for len(before) > 0 && len(now) > 0 && before[len(before)-1] == now[len(now)-1] {
		before, now = before[:len(before)-1], now[:len(now)-1]
	}
	gone, came = onlyIn(before, now), onlyIn(now, before)
	return gone, came, !slices.Equal(onlyIn(before, gone), onlyIn(now, came))
}

func onlyIn(list, others []*Node) []*Node {
	if len(others) == 0 {
		return list
	}
	known := make(map[*Node]bool, len(others))
	for _, n := range others {
		known[n] = true
	}
	var rest []*Node
	for _, n := range list {
		if !known[n] {
			rest = append(rest, n)
		}
	}
	return rest
}

func (q *quotes) lose(n *Node, was map[*Node]*Node) {
	if was[n] != nil {
		q.left.add(n, -1)
	}
	for _, c := range n.Content {
		q.lose(c, was)
	}
}

// bring counts a node that an edit wrote, and what is new below it.
func (q *quotes) bring(n *Node, was map[*Node]*Node) {
	q.brought.add(n, 1)
	q.odd = q.odd || n.Kind == yaml.ScalarNode && (n.Style&yaml.DoubleQuotedStyle != 0 || !singleSafe(n.Value))
	for _, c := range n.Content {
		if was != nil && was[c] == nil {
			q.bring(c, was)
		}
	}
}

// settled reports whether the edits leave no doubt about the quotes of the
// document.
func (q *quotes) settled() bool {
	if q.before.double == 0 && q.before.single > 1 {
		return !q.odd && q.left.single > 1
	}
	return q.left.double > 0 || q.before.single+q.brought.single <= 1
}
