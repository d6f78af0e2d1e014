package engine

import (
	"runtime"
	"slices"
	"sync"
	"text/template/parse"
)

// TextName is the name of Helm's root template. It shows in error texts, and
// inside tpl it names the text that tpl was given.
const TextName = "gotpl"

// builtins are the names that text/template knows by itself; parse wants to
// have them named.
var builtins = map[string]any{
	"and": true, "call": true, "html": true, "index": true, "slice": true, "js": true, "len": true, "not": true,
	"or": true, "print": true, "printf": true, "println": true, "urlquery": true,
	"eq": true, "ge": true, "gt": true, "le": true, "lt": true, "ne": true,
}

// parsed is the outcome of parsing one text.
type parsed struct {
	trees   map[string]*parse.Tree // by template name
	selfRef bool                   // executes or defines the template named "gotpl"
	mutates bool                   // changes its context
	err     error                  // as text/template words it
}

// parseText parses a template text and prepares its trees for tracing. It is
// safe for concurrent use.
func (r *renderer) parseText(name, text string) parsed {
	trees, err := parse.Parse(name, text, "", "", r.funcs, builtins)
	if err != nil {
		return parsed{err: err}
	}
	p := parsed{trees: trees}
	lazy := r.lazy.MayHold(text)
	for _, tree := range trees {
		if lazy {
			if err := r.lazy.Rewrite(tree); err != nil {
				return parsed{err: err}
			}
		}
		in := instrument(tree)
		p.selfRef, p.mutates = p.selfRef || in.selfRef, p.mutates || in.mutates
	}
	if _, ok := trees[TextName]; ok && name != TextName {
		p.selfRef = true
	}
	return p
}

// parseAll parses the sources, on all processors unless told otherwise.
// The results are in the order of the sources.
func (r *renderer) parseAll() []parsed {
	results := make([]parsed, len(r.sources))
	if r.opts.Sequential {
		for i, s := range r.sources {
			results[i] = r.parseText(s.name, s.text)
		}
		return results
	}
	next := make(chan int)
	var wg sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(r.sources)) {
		wg.Go(func() {
			for i := range next {
				results[i] = r.parseText(r.sources[i].name, r.sources[i].text)
			}
		})
	}
	for i := range r.sources {
		next <- i
	}
	close(next)
	wg.Wait()
	return results
}

// instrument puts empty text nodes into a tree. Executing one writes nothing,
// but it calls Write, and that is where the engine checks for cancellation and
// learns which node is being executed (see frame):
//   - first in every list, so that no loop or recursion runs unchecked;
//   - before every node that is not led by text, so that what an action writes
//     always follows a known node.
//
// On the way it learns what parsed says of the tree.
func instrument(tree *parse.Tree) instrumenter {
	in := instrumenter{}
	in.list(tree.Root)
	return in
}

type instrumenter struct {
	spare   []byte // backing of the empty texts: one byte each, for a distinct address
	selfRef bool
	mutates bool
}

func (in *instrumenter) list(l *parse.ListNode) {
	if l == nil {
		return
	}
	nodes := make([]parse.Node, 0, 2*len(l.Nodes)+1)
	led := false // the last node is text
	for _, n := range l.Nodes {
		in.node(n)
		_, text := n.(*parse.TextNode)
		if !text && !led {
			nodes = append(nodes, in.marker(n.Position()))
		}
		nodes = append(nodes, n)
		led = text
	}
	if len(nodes) == 0 {
		nodes = append(nodes, in.marker(l.Pos))
	}
	l.Nodes = nodes
}

func (in *instrumenter) node(n parse.Node) {
	switch n := n.(type) {
	case *parse.IfNode:
		in.branch(&n.BranchNode)
	case *parse.RangeNode:
		in.branch(&n.BranchNode)
	case *parse.WithNode:
		in.branch(&n.BranchNode)
	case *parse.TemplateNode:
		in.selfRef = in.selfRef || n.Name == TextName
		in.pipe(n.Pipe)
	case *parse.ActionNode:
		in.pipe(n.Pipe)
		checkPrinted(n)
	}
}

// pipe looks for functions that change a part of the context: set $.Values ...
func (in *instrumenter) pipe(p *parse.PipeNode) {
	if p == nil {
		return
	}
	for _, c := range p.Cmds {
		if f, ok := c.Args[0].(*parse.IdentifierNode); ok && len(c.Args) > 1 && slices.Contains(mutators, f.Ident) {
			in.mutates = in.mutates || ofContext(c.Args[1])
		}
		for _, arg := range c.Args {
			if inner, ok := arg.(*parse.PipeNode); ok {
				in.pipe(inner)
			}
		}
	}
}

// ofContext reports whether the node is the dot, $ or a field of one of them.
// Within range and with the dot can be something else, but this is only a guess
// anyway: see renderer.execute.
func ofContext(n parse.Node) bool {
	switch n := n.(type) {
	case *parse.DotNode, *parse.FieldNode:
		return true
	case *parse.VariableNode:
		return n.Ident[0] == "$"
	}
	return false
}

func (in *instrumenter) branch(b *parse.BranchNode) {
	in.pipe(b.Pipe)
	in.list(b.List)
	in.list(b.ElseList)
}

func (in *instrumenter) marker(at parse.Pos) *parse.TextNode {
	if len(in.spare) == 0 {
		in.spare = make([]byte, 64)
	}
	empty := in.spare[:0:1]
	in.spare = in.spare[1:]
	return &parse.TextNode{NodeType: parse.NodeText, Pos: at, Text: empty}
}
