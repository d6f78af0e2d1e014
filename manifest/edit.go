package manifest

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/helmx-dev/helmx/diag"
	"go.yaml.in/yaml/v3"
)

// EditResult says what an edit did.
type EditResult struct {
	Changed []Path // the smallest nodes that differ; empty when nothing does
	// Reencoded are nodes whose text had to be written anew as a whole, because
	// the change could not be made in place. Comments in them may have moved.
	Reencoded []Path
}

// ErrEmpty is what Edit returns for a document that holds no object.
var ErrEmpty = errors.New("the document is empty")

// ErrUnwritable is what Edit, EditText and Insert return when they can make no
// text that parses to the wanted tree.
var ErrUnwritable = errors.New("the edited text does not parse to the wanted tree")

// Edit runs fn on a copy of the tree and changes the document's text to match
// what fn made of it. Only the lines of what changed differ: comments, order,
// quotes, indentation, flow style and anchors stay. The new text is parsed and
// must equal the wanted tree; where no edit in place achieves that, the smallest
// node around the change is written anew, which the result tells.
//
// In the copy, aliases are replaced by what they stand for, so that a change
// touches only the place it was made at. Nodes that fn brings in from elsewhere
// keep their Line and Column as places in by.File; those without position are
// attributed to by itself. Pass nodes of other documents through Clone.
//
// A document that is JSON stays JSON: keys become strings, and a value that JSON
// cannot hold is a *NotJSONError. When fn returns an error, the document stays as
// it is and Edit returns it.
func (d *Document) Edit(by diag.Span, fn func(root *Node) error) (EditResult, error) {
	root, err := d.Root()
	if err != nil {
		return EditResult{}, err
	}
	if root == nil {
		return EditResult{}, ErrEmpty
	}
	e, err := editTree(d.raw, root, "", fn)
	if err != nil || e.text == nil {
		return EditResult{}, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.take(e, signature{edits: []diag.Span{by}})
	return e.result, nil
}

// take makes the outcome of an edit the document's text and tree.
func (d *Document) take(e edited, by signature) {
	d.lines = e.lineOrigins(d.raw, d.lines, by)
	d.raw, d.root, d.err, d.parsed = e.text, e.root, nil, true
	d.id, d.changed, d.staged = nil, true, nil
}

// EditText is Edit for a document that a string holds; format is "yaml" or
// "json". It returns the string itself when nothing changed.
func EditText(text, format string, fn func(root *Node) error) (string, EditResult, error) {
	root, err := parseDocument([]byte(text))
	if err != nil {
		return "", EditResult{}, err
	}
	if root == nil {
		return "", EditResult{}, ErrEmpty
	}
	e, err := editTree([]byte(text), root, format, fn)
	if err != nil || e.text == nil {
		return text, EditResult{}, err
	}
	return string(e.text), e.result, nil
}

// edited is the outcome of an edit; text is nil when nothing changed.
type edited struct {
	text    []byte
	root    *Node
	changes []change
	was     map[*Node]*Node
	result  EditResult
}

// editTree edits the text of a tree; format is that of an embedded document, ""
// for a document of the stream.
func editTree(src []byte, root *Node, format string, fn func(*Node) error) (edited, error) {
	was := make(map[*Node]*Node, countNodes(root))
	want := copyTree(root, was)
	if err := fn(want); err != nil {
		return edited{}, err
	}
	if Equal(root, want) {
		return edited{}, nil
	}
	return editTo(src, root, want, format, was)
}

// editTo edits a text whose tree is root so that it means want.
func editTo(src []byte, root, want *Node, format string, was map[*Node]*Node) (edited, error) {
	s := plainStyle()
	l, err := newLayout(src, root)
	if err == nil {
		s = styleOf(l, root)
	}
	s.json = format == "json" || root.Style&yaml.FlowStyle != 0 && len(root.Content) > 0 && root.Content[0].Style&yaml.DoubleQuotedStyle != 0
	s.strict = s.json && format != "yaml" && isJSON(src)
	if n := notJSON(want); s.strict && n != nil {
		return edited{}, &NotJSONError{n}
	}
	if err != nil {
		return rewrite(src, root, want, s, was)
	}
	now := make(map[*Node]*Node, len(was))
	remember(want, was, now)
	reencode, aliased := map[*Node]bool{}, hasAlias(root)
	for attempt := 0; ; attempt++ {
		p := &planner{layout: l, style: s, was: was, now: now, aliased: aliased, reencode: reencode}
		if attempt < 2 {
			p.kept = &keeper{planner: p, expand: attempt > 0}
		}
		p.value(spot{mark: -1, column: -1, json: s.json}, root, want)
		text, got, err := p.apply(want)
		if err == nil {
			return edited{text: text, root: got, changes: p.changes, was: was, result: p.outcome()}, nil
		}
		if reencode[root] {
			return rewrite(src, root, want, s, was)
		}
		switch {
		case attempt == 0: // an alias may have moved in front of its anchor
		case attempt < maxGrown:
			p.escalate(root)
		default:
			reencode[root] = true
		}
	}
}

// remember fills the inverse of was for the nodes that are still in the tree.
func remember(n *Node, was, now map[*Node]*Node) {
	if old := was[n]; old != nil {
		now[old] = n
	}
	for _, c := range n.Content {
		remember(c, was, now)
	}
}

// maxGrown is how often the nodes to be written anew may grow by a level before
// it is the whole document's turn: each attempt costs a parse.
const maxGrown = 5

// escalate asks for the next larger node around every change to be written anew.
func (p *planner) escalate(root *Node) {
	for _, t := range p.touched {
		around := append([]*Node{root}, t.inside...)
		for _, n := range slices.Backward(around) {
			if !p.reencode[n] {
				p.reencode[n] = true
				break
			}
		}
	}
}

func hasAlias(n *Node) bool {
	return n.Kind == yaml.AliasNode || slices.ContainsFunc(n.Content, hasAlias)
}

// aliasesHold reports whether the aliases below a still mean what they meant.
func (p *planner) aliasesHold(a *Node) bool {
	if a.Kind == yaml.AliasNode {
		target := p.now[a.Alias]
		return target != nil && Equal(target, a)
	}
	return !slices.ContainsFunc(a.Content, func(c *Node) bool { return !p.aliasesHold(c) })
}

func (p *planner) outcome() EditResult {
	r := EditResult{Reencoded: p.anew}
	for _, t := range p.touched {
		r.Changed = append(r.Changed, t.path)
	}
	return r
}

// apply makes the changes and checks that the text now means what is wanted.
func (p *planner) apply(want *Node) ([]byte, *Node, error) {
	if err := p.arrange(); err != nil {
		return nil, nil, err
	}
	var out bytes.Buffer
	at := 0
	for _, c := range p.changes {
		out.Write(p.src[at:c.from])
		out.WriteString(c.text)
		at = c.to
	}
	out.Write(p.src[at:])
	text, root, err := p.check(out.Bytes(), want)
	if err != nil {
		// A block scalar that ends in a line break cannot end the text without.
		p.changes = append(p.changes, change{from: len(p.src), to: len(p.src), text: p.eol, wrote: []*Node{nil, nil}})
		return p.check(append(out.Bytes(), p.eol...), want)
	}
	return text, root, err
}

// check parses an edited text, which must mean what is wanted.
func (s style) check(text []byte, want *Node) ([]byte, *Node, error) {
	got, err := parseDocument(text)
	if err != nil || !Equal(got, want) || s.strict && !isJSON(text) {
		return nil, nil, ErrUnwritable
	}
	return text, got, nil
}

// arrange sorts the changes. Lines that are inserted at the end of a deleted
// line move behind it.
func (p *planner) arrange() error {
	slices.SortStableFunc(p.changes, func(a, b change) int {
		if a.from != b.from {
			return a.from - b.from
		}
		return a.to - b.to
	})
	var wholeLines []change
	for i := range p.changes {
		c := &p.changes[i]
		for _, d := range wholeLines {
			if c.from == c.to && c.from > d.from && c.from < d.to && strings.HasPrefix(c.text, p.eol) {
				c.from, c.to = d.to, d.to
				c.text = strings.TrimPrefix(c.text, p.eol) + p.eol
				c.wrote = append(slices.Clone(c.wrote[1:]), nil)
			}
		}
		if c.text == "" && p.lineStart(c.from) == c.from && p.lineStart(c.to) == c.to {
			wholeLines = append(wholeLines, *c)
		}
	}
	slices.SortStableFunc(p.changes, func(a, b change) int { return a.from - b.from })
	for i := 1; i < len(p.changes); i++ {
		if p.changes[i].from < p.changes[i-1].to {
			return ErrUnwritable
		}
	}
	return nil
}

// rewrite writes the whole content anew: the last resort, for layouts that are
// not understood.
func rewrite(src []byte, root, want *Node, s style, was map[*Node]*Node) (edited, error) {
	for _, start := range []int{contentStart(src), bodyStart(src)} {
		if e, err := rewriteFrom(src, src[:start], want, s, was); err == nil {
			return e, nil
		}
	}
	return edited{}, fmt.Errorf("%w (line %d)", ErrUnwritable, root.Line)
}

// rewriteFrom keeps the bytes of head and writes the tree behind them.
func rewriteFrom(src, head []byte, want *Node, s style, was map[*Node]*Node) (edited, error) {
	head = bytes.TrimRight(head, " \t")
	e := newEmitter(s, was)
	(&planner{}).root(e, want)
	c := change{from: len(head), to: len(src), text: e.text.String() + s.eol, wrote: append(e.wrote, nil)}
	if len(head) > 0 && !bytes.HasSuffix(head, newline) {
		c.text, c.wrote = s.eol+c.text, append([]*Node{nil}, c.wrote...)
	}
	text, got, err := s.check(append(slices.Clone(head), c.text...), want)
	return edited{text: text, root: got, changes: []change{c}, was: was, result: EditResult{Changed: []Path{nil}, Reencoded: []Path{nil}}}, err
}

// contentStart returns where the content of a document begins: behind the
// separator and the comments under it, of which one may be Helm's `# Source:`.
func contentStart(src []byte) int {
	start := bodyStart(src)
	at := start
	for line := range bytes.Lines(src[start:]) {
		if trimmed := bytes.TrimSpace(bytes.TrimPrefix(line, bom)); len(trimmed) > 0 && trimmed[0] != '#' {
			break
		}
		at += len(line)
	}
	return at
}
