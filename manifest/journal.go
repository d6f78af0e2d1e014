package manifest

import (
	"slices"
	"sync"

	"go.yaml.in/yaml/v3"
)

// journal remembers a tree, so that a change of it can be seen and undone.
type journal struct {
	nodes   []saved
	content []*Node // of all nodes, one after the other
	changed []int   // indexes of the nodes that are no longer the same, once differs has run
}

// saved is a node as it was.
type saved struct {
	node     *Node
	was      Node
	from, to int // its children in content
	parent   int // index in nodes; -1 for the root
}

var journals = sync.Pool{New: func() any { return new(journal) }}

// openJournal remembers the part of a tree that a change within a path can reach:
// what the path goes through, and all there is at its end. A nil path reaches all.
func openJournal(root *Node, within Path) *journal {
	j := journals.Get().(*journal)
	n, at := root, -1
	for ; len(within) > 0 && within[0].Kind == Key && n.Kind == yaml.MappingNode; within = within[1:] {
		at = j.saveOne(n, at)
		k, v := entry(n, within[0].Key)
		if v == nil {
			return j
		}
		j.saveOne(k, at)
		n = v
	}
	j.save(n, at)
	return j
}

func (j *journal) close() {
	clear(j.nodes)
	clear(j.content)
	*j = journal{nodes: j.nodes[:0], content: j.content[:0], changed: j.changed[:0]}
	journals.Put(j)
}

func (j *journal) saveOne(n *Node, parent int) int {
	from := len(j.content)
	j.content = append(j.content, n.Content...)
	j.nodes = append(j.nodes, saved{node: n, was: *n, from: from, to: len(j.content), parent: parent})
	return len(j.nodes) - 1
}

func (j *journal) save(n *Node, parent int) {
	at := j.saveOne(n, parent)
	for _, c := range n.Content {
		j.save(c, at)
	}
}

// before returns the children that a node had.
func (j *journal) before(s *saved) []*Node { return j.content[s.from:s.to:s.to] }

// undo makes the tree what it was.
func (j *journal) undo() {
	for i := range j.nodes {
		s := &j.nodes[i]
		*s.node = s.was
		s.node.Content = slices.Clone(j.before(s))
	}
}

// differs reports whether the tree means something else now, and finds out where
// it is another.
func (j *journal) differs(root *Node) bool {
	sure, doubtful := false, false
	for i := range j.nodes {
		s := &j.nodes[i]
		n := s.node
		content := slices.Equal(n.Content, j.before(s))
		if content && n.Kind == s.was.Kind && n.Style == s.was.Style && n.Tag == s.was.Tag && n.Value == s.was.Value {
			continue
		}
		j.changed = append(j.changed, i)
		switch {
		case n.Kind != s.was.Kind || len(n.Content) != s.to-s.from:
			sure = true
		case !content:
			doubtful = true
		case n.Kind == yaml.ScalarNode && !equalScalar(n, &s.was):
			sure = true
		}
	}
	if doubtful {
		return !Equal(j.copyBefore(), root)
	}
	return sure
}

// copyBefore returns a copy of the tree as it was; it shares what was not saved.
func (j *journal) copyBefore() *Node {
	copies := make([]Node, len(j.nodes))
	at := make(map[*Node]int, len(j.nodes))
	for i := range j.nodes {
		at[j.nodes[i].node] = i
	}
	for i := range j.nodes {
		s := &j.nodes[i]
		copies[i] = s.was
		copies[i].Content = make([]*Node, s.to-s.from)
		for k, c := range j.before(s) {
			copies[i].Content[k] = c
			if saved, ok := at[c]; ok {
				copies[i].Content[k] = &copies[saved]
			}
		}
	}
	return &copies[0]
}
