package manifest

import (
	"bytes"
	"errors"
	"maps"
	"slices"

	"github.com/helmx-dev/helmx/diag"
	"go.yaml.in/yaml/v3"
)

// ErrTogether is what Settle returns when the edits that were staged cannot be
// made in place in one go, though each alone may be.
var ErrTogether = errors.New("the staged edits cannot be made together")

// Stage is Edit whose text is made later, in one go with that of other edits:
// when Settle is called, or anything else that needs the text or the place of a
// node. It reports whether fn changed anything. The text is the one that Edit
// would have made of each edit in turn: an edit that could come out differently
// beside those before it makes these settle first, and fn runs once more.
//
// fn gets the document's tree and not a copy: it must keep nothing of it. Nodes in
// it that staged edits have touched tell no place in the document's text.
//
// fn changes nothing but what within leads to and makes on its way; where that is
// nil, it may change anything. The cost of an edit goes by the size of that.
func (d *Document) Stage(by diag.Span, within Path, fn func(root *Node) error) (changed bool, err error) {
	if err := d.Prepare(); err != nil {
		return false, err
	}
	if d.staged == nil {
		result, err := d.Edit(by, fn)
		return len(result.Changed) > 0, err
	}
	s := d.staged
	j := openJournal(s.want, within)
	defer j.close()
	s.busy = true
	err = fn(s.want)
	s.busy = false
	if s.asked { // the text that fn saw was not the one of the tree
		j.undo()
		if err := d.Settle(); err != nil {
			return false, err
		}
		return d.Stage(by, within, fn)
	}
	if err != nil || !j.differs(s.want) {
		j.undo()
		d.forgetID(within)
		return false, err
	}
	if !s.join(j, by) {
		j.undo()
		if err := d.Settle(); err != nil {
			return false, err
		}
		return d.Stage(by, within, fn)
	}
	d.forgetID(within)
	d.changed = true
	return true, nil
}

// Prepare does what Stage does first, which may be done for many documents at
// once.
func (d *Document) Prepare() error {
	if d.unsettled != nil || d.staged != nil {
		return d.unsettled
	}
	root, err := d.Root()
	if err == nil && root == nil {
		err = ErrEmpty
	}
	if err == nil {
		d.staged = newStaged(d.raw, root)
	}
	return err
}

// forgetID makes the next ID be found in the tree as it is then, if an edit
// within a path may have changed it.
func (d *Document) forgetID(within Path) {
	if len(within) > 0 && !slices.Contains([]string{"apiVersion", "kind", "metadata"}, within[0].Key) ||
		len(within) > 1 && !slices.Contains([]string{"name", "namespace", "annotations"}, within[1].Key) {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.id = nil
}

// Staged reports whether there are edits that the text does not show yet.
func (d *Document) Staged() bool { return d.staged != nil && d.staged.edits > 0 }

// Settle makes the text of staged edits. Where that fails, the document stays as
// it was before them, and every further call returns the same error: Checkpoint
// leads back to a document that can be edited in another way.
func (d *Document) Settle() error {
	if d.staged != nil && d.staged.busy {
		d.staged.asked = d.staged.edits > 0
		return nil
	}
	if !d.Staged() || d.unsettled != nil {
		d.staged = nil
		return d.unsettled
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	s := d.staged
	d.staged, d.id = nil, nil
	by := s.signature()
	e, err := s.text(d.raw, by)
	if err != nil {
		d.unsettled = ErrTogether
		return ErrTogether
	}
	d.take(e, by)
	return nil
}

// settle is Settle for a caller that has no error to return: a later Settle does.
func (d *Document) settle() {
	if d.Staged() {
		_ = d.Settle()
	}
}

// Tree is Root with staged edits, for readers that do not care where nodes stand
// and keep nothing of the tree beyond the next edit.
func (d *Document) Tree() (*Node, error) {
	if d.Staged() {
		return d.staged.want, nil
	}
	return d.Root()
}

// Checkpoint returns a function that makes the document what it is now.
func (d *Document) Checkpoint() (restore func()) {
	origin, raw, lines, changed, removed, copies := d.Origin, d.raw, d.lines, d.changed, maps.Clone(d.removed), d.copies
	return func() {
		d.Origin, d.raw, d.lines, d.changed, d.removed, d.copies = origin, raw, lines, changed, removed, copies
		d.staged, d.unsettled = nil, nil
		d.id = nil
		d.Forget()
	}
}

// staged is what is to become of a document whose text has not followed yet.
type staged struct {
	root  *Node // the document's tree
	want  *Node
	was   map[*Node]*Node // the node in the document's tree of every node of want that is from there
	notes map[*Node]note  // what the edits did to nodes of want
	edits int
	busy  bool // fn is at work
	asked bool // and something has asked for the text
	alone bool // no other edit may join those that are there
	usual bool // the document is indented as one that says nothing about it

	quotes  quotes
	by      []diag.Span // of each edit
	authors []author    // of what the edits wrote
}

// author says which edit wrote a node, with all that is below it and new.
type author struct {
	node *Node
	edit int // index in by
}

// newStaged prepares the tree of a document for edits; nil where the text of
// several could depend on the order in which they are written: with anchors, in
// JSON, with line breaks of Windows or none at the end, and where it is indented in
// more than one way.
func newStaged(src []byte, root *Node) *staged {
	if root.Kind != yaml.MappingNode || root.Style&yaml.FlowStyle != 0 || bytes.IndexByte(src, '\r') >= 0 || !bytes.HasSuffix(src, newline) {
		return nil
	}
	var u uniform
	if !u.visit(root) {
		return nil
	}
	s := &staged{root: root, usual: u.usual(), was: make(map[*Node]*Node, u.nodes), quotes: quotes{before: u.quotes, left: u.quotes}}
	s.want = copyTree(root, s.was)
	return s
}

// uniform finds out whether a document is written in one style, by the columns
// that the parser tells.
type uniform struct {
	nodes       int
	steps, list int // plus one; 0 where none was seen
	quotes      quoteCount
}

// usual reports whether the indentation is that of plainStyle.
func (u *uniform) usual() bool {
	s := plainStyle()
	return (u.steps == 0 || u.steps == s.step+1) && (u.list == 0 || u.list == s.list+1)
}

func (u *uniform) visit(n *Node) bool {
	u.nodes++
	u.quotes.add(n, 1)
	if n.Anchor != "" || n.Kind == yaml.AliasNode || n.Kind == yaml.MappingNode && !u.mapping(n) {
		return false
	}
	for _, c := range n.Content {
		if !u.visit(c) {
			return false
		}
	}
	return true
}

// mapping compares how the values of a block mapping are indented.
func (u *uniform) mapping(n *Node) bool {
	for i := 0; i+1 < len(n.Content); i += 2 {
		value := n.Content[i+1]
		if isMerge(n.Content[i]) {
			return false
		}
		if n.Style&yaml.FlowStyle != 0 || value.Style&yaml.FlowStyle != 0 || len(value.Content) == 0 {
			continue
		}
		seen := &u.steps
		if value.Kind == yaml.SequenceNode {
			seen = &u.list
		}
		indent := value.Column - n.Column + 1
		if *seen != 0 && *seen != indent {
			return false
		}
		*seen = indent
	}
	return true
}

// text makes the text of all edits.
func (s *staged) text(src []byte, by signature) (edited, error) {
	root := s.root
	if s.edits == 1 {
		return editTo(src, root, s.want, "", s.was)
	}
	l, err := newLayout(src, root)
	if err != nil {
		return edited{}, ErrTogether
	}
	now := make(map[*Node]*Node, len(s.was))
	remember(s.want, s.was, now)
	p := &planner{layout: l, style: styleOf(l, root), was: s.was, now: now, by: by}
	p.kept = &keeper{planner: p}
	p.value(spot{mark: -1, column: -1}, root, s.want)
	text, got, err := p.apply(s.want)
	if err != nil || len(p.anew) > 0 {
		return edited{}, ErrTogether
	}
	return edited{text: text, root: got, changes: p.changes, was: s.was, result: p.outcome()}, nil
}

// signature says which edit wrote which node.
func (s *staged) signature() signature {
	g := signature{edits: s.by}
	if s.edits == 1 {
		return g
	}
	g.nodes = make(map[*Node]int, 2*len(s.authors))
	for _, a := range slices.Backward(s.authors) { // what a later edit added inside comes first
		s.sign(g.nodes, a)
	}
	return g
}

func (s *staged) sign(nodes map[*Node]int, a author) {
	if _, known := nodes[a.node]; known {
		return
	}
	nodes[a.node] = a.edit
	for _, c := range a.node.Content {
		if s.was[c] == nil {
			s.sign(nodes, author{c, a.edit})
		}
	}
}
