package reads

import (
	"maps"
	"slices"
	"text/template/parse"
)

// maxPasses bounds how often everything is gone through until nothing new is
// found. What set and merge change is seen by what comes before them only in the
// next pass; charts need two or three.
const maxPasses = 10

// analysis is one call of Of.
type analysis struct {
	in      Input
	values  *cell // of the top chart
	cells   int
	changed bool

	contexts map[string]set         // the dot of a file, by the path of its chart
	sites    map[parse.Node]*cell   // what a node makes
	texts    map[string]*cell       // constants
	visited  map[visit]bool         // templates and dots of this pass
	running  *template              // what is gone through
	seen     map[useKey]bool        // to note each use once
	parsed   map[string]*parse.Tree // constant texts for tpl
	names    []string               // of all templates
	depth    int
}

type useKey struct {
	c    *cell
	how  How
	lit  any
	tree *parse.Tree
	pos  parse.Pos
}

// visit is going through a template with a dot.
type visit struct {
	tree *parse.Tree
	dot  string
}

// template is one template with one dot.
type template struct {
	tree *parse.Tree
	pos  parse.Pos // of what is evaluated
	vars []variable
}

type variable struct {
	name  string
	value set
}

func newAnalysis(in Input) *analysis {
	a := &analysis{
		in: in, contexts: map[string]set{}, sites: map[parse.Node]*cell{}, texts: map[string]*cell{},
		seen: map[useKey]bool{}, parsed: map[string]*parse.Tree{},
	}
	a.values = &cell{id: a.nextID(), chart: true}
	for _, path := range in.Charts {
		c := a.values
		for _, key := range path {
			c = c.at([]string{key})
		}
		if c.id == 0 {
			c.id = a.nextID()
		}
		c.chart = true
		context := &cell{id: a.nextID(), kind: made, fields: map[string]set{"Values": {c}}}
		a.contexts[chartID(path)] = set{context}
	}
	a.subcharts()
	return a
}

// subcharts puts the contexts of charts into those of the charts around them.
func (a *analysis) subcharts() {
	for _, path := range a.in.Charts {
		if len(path) == 0 {
			continue
		}
		around := a.contexts[chartID(path[:len(path)-1])]
		for _, c := range around {
			if c.fields["Subcharts"] == nil {
				c.fields["Subcharts"] = set{{id: a.nextID(), kind: made}}
			}
			a.put(c.fields["Subcharts"], path[len(path)-1], a.contexts[chartID(path)])
		}
	}
}

func chartID(path []string) string {
	id := ""
	for _, key := range path {
		id += key + "\x00"
	}
	return id
}

func (a *analysis) nextID() int {
	a.cells++
	return a.cells
}

func (a *analysis) run() {
	for range maxPasses {
		a.changed = false
		a.visited = map[visit]bool{}
		for _, f := range a.in.Files {
			a.template(a.in.Trees[f.Name], a.contexts[chartID(f.Chart)])
		}
		if !a.changed {
			return
		}
	}
	// Not at rest: nothing can be said for sure.
	a.values.whole = true
}

// maxDepth bounds how deep templates include each other with ever new dots.
const maxDepth = 200

// template goes through a template once per dot and pass.
func (a *analysis) template(tree *parse.Tree, dot set) {
	if tree == nil || tree.Root == nil || a.depth > maxDepth {
		return
	}
	id := visit{tree, dot.ident()}
	if a.visited[id] {
		return
	}
	a.visited[id] = true
	outer := a.running
	a.running = &template{tree: tree, vars: []variable{{"$", dot}}}
	a.depth++
	a.list(tree.Root, dot)
	a.depth--
	a.running = outer
}

func (a *analysis) list(l *parse.ListNode, dot set) {
	if l == nil {
		return
	}
	for _, n := range l.Nodes {
		a.node(n, dot)
	}
}

func (a *analysis) node(n parse.Node, dot set) {
	switch n := n.(type) {
	case *parse.ActionNode:
		value := a.pipe(n.Pipe, dot)
		if len(n.Pipe.Decl) == 0 {
			a.at(n.Pos).escape(value, AsText)
		}
	case *parse.IfNode:
		a.branch(&n.BranchNode, dot, func(set) set { return dot })
	case *parse.WithNode:
		a.branch(&n.BranchNode, dot, func(value set) set { return value })
	case *parse.RangeNode:
		a.loop(n, dot)
	case *parse.TemplateNode:
		a.template(a.in.Trees[n.Name], a.pipe(n.Pipe, dot))
	}
}

// at notes what is evaluated, for uses.
func (a *analysis) at(pos parse.Pos) *analysis {
	a.running.pos = pos
	return a
}

// branch goes through both sides of if and with. The variables that its pipe
// declares end with it.
func (a *analysis) branch(n *parse.BranchNode, dot set, inside func(value set) set) {
	mark := len(a.running.vars)
	value := a.pipe(n.Pipe, dot)
	a.at(n.Pos).touch(value, Tested, nil)
	a.block(n.List, inside(value))
	a.block(n.ElseList, dot)
	a.running.vars = a.running.vars[:mark]
}

func (a *analysis) block(l *parse.ListNode, dot set) {
	mark := len(a.running.vars)
	a.list(l, dot)
	a.running.vars = a.running.vars[:mark]
}

// loop goes through the body twice: what it assigns is seen by its next turn.
func (a *analysis) loop(n *parse.RangeNode, dot set) {
	mark := len(a.running.vars)
	over := a.commands(n.Pipe, dot)
	a.at(n.Pos).touch(over, Ranged, nil)
	items := a.field(over, anyKey)
	a.touch(items, Touched, nil)
	for i, decl := range n.Pipe.Decl {
		value := items
		if i == 0 && len(n.Pipe.Decl) == 2 {
			value = a.keyNames(over)
		}
		a.declare(decl.Ident[0], value)
	}
	for range 2 {
		a.block(n.List, items)
	}
	a.running.vars = a.running.vars[:mark]
	a.block(n.ElseList, dot)
}

// keyNames are the keys of tables, as far as templates wrote them.
func (a *analysis) keyNames(of set) set {
	var out set
	for _, c := range of {
		for _, key := range sortedKeys(c.fields) {
			out = union(out, a.text(key))
		}
	}
	return out
}

func sortedKeys[V any](m map[string]V) []string {
	if len(m) == 0 {
		return nil
	}
	return slices.Sorted(maps.Keys(m))
}

func (a *analysis) declare(name string, value set) {
	a.running.vars = append(a.running.vars, variable{name, value})
}

func (a *analysis) pipe(p *parse.PipeNode, dot set) set {
	if p == nil {
		return nil
	}
	value := a.commands(p, dot)
	for _, decl := range p.Decl {
		if !p.IsAssign {
			a.declare(decl.Ident[0], value)
			continue
		}
		for i := len(a.running.vars) - 1; i >= 0; i-- {
			if v := &a.running.vars[i]; v.name == decl.Ident[0] {
				v.value = union(v.value, value)
				break
			}
		}
	}
	return value
}

// commands evaluates the commands of a pipe, each with the value of the one
// before it as its last argument.
func (a *analysis) commands(p *parse.PipeNode, dot set) set {
	var value set
	for i, c := range p.Cmds {
		value = a.command(c, dot, value, i > 0)
	}
	return value
}

func (a *analysis) command(c *parse.CommandNode, dot, final set, piped bool) set {
	if f, ok := c.Args[0].(*parse.IdentifierNode); ok {
		args := make([]set, 0, len(c.Args))
		for _, arg := range c.Args[1:] {
			args = append(args, a.operand(arg, dot))
		}
		if piped {
			args = append(args, final)
		}
		a.running.pos = c.Pos
		return a.call(f.Ident, c, args)
	}
	value := a.operand(c.Args[0], dot)
	if len(c.Args) > 1 || piped { // a method
		for _, arg := range c.Args[1:] {
			a.escape(a.operand(arg, dot), Whole)
		}
		a.escape(final, Whole)
		a.escape(value, Whole)
	}
	return value
}

func (a *analysis) operand(n parse.Node, dot set) set {
	a.running.pos = n.Position()
	switch n := n.(type) {
	case *parse.DotNode:
		return dot
	case *parse.FieldNode:
		return a.fields(dot, n.Ident)
	case *parse.VariableNode:
		return a.fields(a.variable(n.Ident[0]), n.Ident[1:])
	case *parse.ChainNode:
		return a.fields(a.operand(n.Node, dot), n.Field)
	case *parse.PipeNode:
		return a.pipe(n, dot)
	case *parse.StringNode:
		return a.text(n.Text)
	case *parse.IdentifierNode:
		return a.call(n.Ident, n, nil)
	}
	return nil
}

func (a *analysis) variable(name string) set {
	for _, v := range slices.Backward(a.running.vars) {
		if v.name == name {
			return v.value
		}
	}
	return nil
}

// valuesMethods are what Helm's type of values can do; one hides a value of
// that name.
var valuesMethods = []string{"YAML", "Encode", "Table", "PathValue"}

func (a *analysis) fields(value set, names []string) set {
	for _, name := range names {
		if name == "AsMap" {
			continue
		}
		if slices.Contains(valuesMethods, name) {
			a.escape(value, AsYAML)
		}
		value = a.field(value, name)
	}
	if len(names) > 0 {
		a.touch(value, Touched, nil)
	}
	return value
}

// text returns the cell of a constant.
func (a *analysis) text(s string) set {
	c := a.texts[s]
	if c == nil {
		c = &cell{id: a.nextID(), kind: constant, text: s}
		a.texts[s] = c
	}
	return set{c}
}

// site returns what a node makes, the same in every pass.
func (a *analysis) site(n parse.Node) set {
	c := a.sites[n]
	if c == nil {
		c = &cell{id: a.nextID(), kind: made}
		a.sites[n] = c
	}
	return set{c}
}

// use notes a use where the running template is.
func (a *analysis) use(c *cell, how How, literal any) {
	if !a.in.Uses || a.running == nil {
		return
	}
	key := useKey{c, how, literal, a.running.tree, a.running.pos}
	if a.seen[key] {
		return
	}
	a.seen[key] = true
	c.uses = append(c.uses, Use{How: how, Literal: literal, Tree: a.running.tree, Pos: a.running.pos})
}
