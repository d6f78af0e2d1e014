package expr

import (
	"errors"
	"fmt"
	"strconv"
	"text/template"
	"text/template/parse"
)

// The functions below are added to a template after it is parsed, so that no
// text can call them.
const (
	resultFunc = "_result" // takes the value of the one pipeline there is
	textFunc   = "_text"   // turns a value into text, or refuses it
	stepFunc   = "_step"   // counts rounds of range
)

var errNamedTemplates = errors.New("named templates (define, block, template) are not possible in expressions")

// instrument makes a parsed text hand over what its pipelines give, instead of
// printing it the way text/template would: <no value> for null, Go's notation
// for maps. It reports whether the text is exactly one pipeline.
func instrument(t *template.Template) (single bool, err error) {
	if len(t.Templates()) > 1 {
		return false, errNamedTemplates
	}
	if t.Tree == nil || t.Root == nil {
		return false, nil
	}
	if nodes := t.Root.Nodes; len(nodes) == 1 {
		if action, ok := nodes[0].(*parse.ActionNode); ok && len(action.Pipe.Decl) == 0 {
			pipeTo(action, resultFunc)
			return true, nil
		}
	}
	return false, instrumentList(t.Root)
}

func instrumentList(list *parse.ListNode) error {
	if list == nil {
		return nil
	}
	for _, n := range list.Nodes {
		if err := instrumentNode(n); err != nil {
			return err
		}
	}
	return nil
}

func instrumentNode(n parse.Node) error {
	switch n := n.(type) {
	case *parse.ActionNode:
		if len(n.Pipe.Decl) == 0 {
			source := n.String()
			pipeTo(n, textFunc, &parse.StringNode{NodeType: parse.NodeString, Pos: n.Pos, Quoted: strconv.Quote(source), Text: source})
		}
	case *parse.IfNode:
		return instrumentBranch(&n.BranchNode)
	case *parse.WithNode:
		return instrumentBranch(&n.BranchNode)
	case *parse.RangeNode:
		err := instrumentBranch(&n.BranchNode)
		n.List.Nodes = append([]parse.Node{call(n.Pos, stepFunc)}, n.List.Nodes...)
		return err
	case *parse.TemplateNode:
		return errNamedTemplates
	}
	return nil
}

func instrumentBranch(b *parse.BranchNode) error {
	if err := instrumentList(b.List); err != nil {
		return err
	}
	return instrumentList(b.ElseList)
}

// pipeTo adds a function to the end of an action's pipeline.
func pipeTo(action *parse.ActionNode, function string, args ...parse.Node) {
	action.Pipe.Cmds = append(action.Pipe.Cmds, command(action.Pos, function, args...))
}

func command(at parse.Pos, function string, args ...parse.Node) *parse.CommandNode {
	name := parse.NewIdentifier(function).SetPos(at)
	return &parse.CommandNode{NodeType: parse.NodeCommand, Pos: at, Args: append([]parse.Node{name}, args...)}
}

// call is an action that calls a function alone.
func call(at parse.Pos, function string) *parse.ActionNode {
	pipe := &parse.PipeNode{NodeType: parse.NodePipe, Pos: at, Cmds: []*parse.CommandNode{command(at, function)}}
	return &parse.ActionNode{NodeType: parse.NodeAction, Pos: at, Pipe: pipe}
}

// setResult takes the value of a single pipeline.
func (e *evaluator) setResult(v any) string {
	e.result = v
	return ""
}

// countStep bounds loops: those without output, too.
func (e *evaluator) countStep() (string, error) {
	if e.steps++; e.steps > maxItems {
		return "", &problem{code: "EX002", message: fmt.Sprintf("goes through more than %d rounds of range", maxItems)}
	}
	return "", nil
}

// inlineText writes the value of one action of a text.
func inlineText(source string, v any) (string, error) {
	value, err := normalize(v)
	if err != nil {
		return "", &problem{code: "EX002", source: source, message: "gives " + err.Error()}
	}
	switch kind := kindOf(value); kind {
	case "null":
		return "", nullProblem(source)
	case "a map", "a list":
		return "", inMiddle(source, kind)
	}
	return inText(value), nil
}

// inMiddle refuses a map or a list among text.
func inMiddle(source, kind string) *problem {
	return &problem{
		code: "EX002", source: source, message: "gives " + kind + ", which cannot stand in the middle of text",
		hint: "write it with toJson or toYaml, or let the expression stand alone",
	}
}
