package funcs

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"text/template/parse"
)

// The arguments of a template function are evaluated before it is called, and
// one that fails ends the template. So that try and can may see it fail, Lazy
// takes their last argument out of the tree, as a small template of its own,
// and lets the function say when it runs.

// Lazy holds the arguments that it took out of trees. Its zero value is ready,
// and it is safe for concurrent use.
type Lazy struct {
	mu    sync.Mutex
	trees []*parse.Tree
}

// Thunk is such an argument, ready to be executed as a template with the thunk
// as its dot.
type Thunk struct {
	Tree *parse.Tree
	Root any   // $
	Vars []any // the variables that the argument reads
	Dots []any // the one dot

	value any
}

// Set takes the value of the argument; the tree calls it.
func (t *Thunk) Set(v any) string {
	t.value = v
	return ""
}

// MayHold reports whether a text may call a function with a lazy argument. It
// costs less than a look at the trees.
func (l *Lazy) MayHold(text string) bool {
	return strings.Contains(text, "try") || strings.Contains(text, "can")
}

// Rewrite prepares a tree. A tree must not be rewritten twice.
func (l *Lazy) Rewrite(tree *parse.Tree) error {
	err := l.list(tree.Root)
	if wrong := (*badCall)(nil); errors.As(err, &wrong) {
		place, _ := tree.ErrorContext(wrong.at)
		return fmt.Errorf("template: %s: %w", place[:strings.LastIndexByte(place, ':')], err)
	}
	return err
}

// badCall is a call of try or can with too few or too many arguments.
type badCall struct {
	at  parse.Node
	got int
}

// Error says how it is called.
func (b *badCall) Error() string {
	name := b.at.(*parse.IdentifierNode).Ident
	return fmt.Sprintf("wrong number of arguments, want %s, got %d", map[string]string{"try": "try DEFAULT EXPRESSION", "can": "can EXPRESSION"}[name], b.got)
}

func (l *Lazy) list(list *parse.ListNode) error {
	if list == nil {
		return nil
	}
	for _, n := range list.Nodes {
		if err := l.node(n); err != nil {
			return err
		}
	}
	return nil
}

func (l *Lazy) node(n parse.Node) error {
	switch n := n.(type) {
	case *parse.ActionNode:
		return l.pipe(n.Pipe)
	case *parse.TemplateNode:
		return l.pipe(n.Pipe)
	case *parse.IfNode:
		return l.branch(&n.BranchNode)
	case *parse.RangeNode:
		return l.branch(&n.BranchNode)
	case *parse.WithNode:
		return l.branch(&n.BranchNode)
	}
	return nil
}

func (l *Lazy) branch(b *parse.BranchNode) error {
	for _, err := range []error{l.pipe(b.Pipe), l.list(b.List), l.list(b.ElseList)} {
		if err != nil {
			return err
		}
	}
	return nil
}

// pipe rewrites what is nested first, so that a lazy argument may hold another.
func (l *Lazy) pipe(p *parse.PipeNode) error {
	if p == nil {
		return nil
	}
	for i := 0; i < len(p.Cmds); i++ {
		c := p.Cmds[i]
		for _, arg := range c.Args {
			if err := l.argument(arg); err != nil {
				return err
			}
		}
		name, ok := c.Args[0].(*parse.IdentifierNode)
		if !ok || name.Ident != "try" && name.Ident != "can" {
			continue
		}
		lazy, err := takeLazy(c, p.Cmds[:i])
		if err != nil {
			return err
		}
		c.Args = append(c.Args, l.take(lazy)...)
		p.Cmds, i = p.Cmds[i:], 0
	}
	return nil
}

func (l *Lazy) argument(n parse.Node) error {
	switch n := n.(type) {
	case *parse.PipeNode:
		return l.pipe(n)
	case *parse.ChainNode:
		return l.argument(n.Node)
	}
	return nil
}

// takeLazy removes the lazy argument from a call: the last one, or the pipe in
// front of it.
func takeLazy(c *parse.CommandNode, before []*parse.CommandNode) (parse.Node, error) {
	want := 1
	if c.Args[0].(*parse.IdentifierNode).Ident == "try" {
		want = 2
	}
	piped := 0
	if len(before) > 0 {
		piped = 1
	}
	if got := len(c.Args) - 1 + piped; got != want {
		return nil, &badCall{c.Args[0], got}
	}
	if piped == 1 {
		return &parse.PipeNode{NodeType: parse.NodePipe, Pos: before[0].Pos, Cmds: slices.Clone(before)}, nil
	}
	last := c.Args[len(c.Args)-1]
	c.Args = c.Args[:len(c.Args)-1]
	return last, nil
}

// take makes a tree of a lazy argument and returns the arguments that stand for
// it: its number, the dot, $ and the variables that it reads.
func (l *Lazy) take(lazy parse.Node) []parse.Node {
	names := variables(lazy, nil)
	text := "{{$_lazy := .}}{{$ = .Root}}"
	for i, name := range names {
		text += fmt.Sprintf("{{%s := index .Vars %d}}", name, i)
	}
	trees, err := parse.Parse("lazy", text+"{{range .Dots}}{{$_lazy.Set (1)}}{{end}}", "", "", map[string]any{"index": true})
	if err != nil {
		panic(err) // the text is made here, of names that were parsed before
	}
	tree := trees["lazy"]
	loop := tree.Root.Nodes[len(tree.Root.Nodes)-1].(*parse.RangeNode)
	loop.List.Nodes[0].(*parse.ActionNode).Pipe.Cmds[0].Args[1] = lazy
	l.mu.Lock()
	defer l.mu.Unlock()
	l.trees = append(l.trees, tree)
	n := len(l.trees) - 1
	args := []parse.Node{
		&parse.NumberNode{NodeType: parse.NodeNumber, Pos: lazy.Position(), IsInt: true, Int64: int64(n), Text: strconv.Itoa(n)},
		&parse.DotNode{NodeType: parse.NodeDot, Pos: lazy.Position()},
	}
	for _, name := range append([]string{"$"}, names...) {
		args = append(args, &parse.VariableNode{NodeType: parse.NodeVariable, Pos: lazy.Position(), Ident: []string{name}})
	}
	return args
}

// variables adds the variables that a node reads, $ left out.
func variables(n parse.Node, names []string) []string {
	switch n := n.(type) {
	case *parse.VariableNode:
		if name := n.Ident[0]; name != "$" && !slices.Contains(names, name) {
			names = append(names, name)
		}
	case *parse.ChainNode:
		names = variables(n.Node, names)
	case *parse.PipeNode:
		for _, c := range n.Cmds {
			for _, arg := range c.Args {
				names = variables(arg, names)
			}
		}
	}
	return names
}

// thunk returns the argument with a number, with what it reads.
func (l *Lazy) thunk(n int, dot, root any, vars []any) *Thunk {
	l.mu.Lock()
	defer l.mu.Unlock()
	return &Thunk{Tree: l.trees[n], Root: root, Vars: vars, Dots: []any{dot}}
}

// Bind returns try and can for a host.
func (l *Lazy) Bind(h Host) map[string]any {
	evaluate := func(n int, dot, root any, vars []any) (any, error) {
		t := l.thunk(n, dot, root, vars)
		err := h.Execute(t)
		return t.value, err
	}
	return map[string]any{
		"try": func(otherwise any, n int, dot, root any, vars ...any) (any, error) {
			v, err := evaluate(n, dot, root, vars)
			if isFinal(err) {
				return nil, err
			}
			if err != nil || isNull(v) {
				return otherwise, nil
			}
			return v, nil
		},
		"can": func(n int, dot, root any, vars ...any) (bool, error) {
			_, err := evaluate(n, dot, root, vars)
			if isFinal(err) {
				return false, err
			}
			return err == nil, nil
		},
	}
}

// Final marks an error that no template may get over, such as the end of the
// time that it has.
type Final interface {
	error
	Final()
}

func isFinal(err error) bool {
	var final Final
	return errors.As(err, &final)
}

func isNull(v any) bool {
	rv := reflect.ValueOf(v)
	switch rv.Kind() {
	case reflect.Invalid:
		return true
	case reflect.Map, reflect.Slice, reflect.Pointer, reflect.Interface:
		return rv.IsNil()
	}
	return false
}
