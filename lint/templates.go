package lint

import (
	"slices"
	"strings"
	"text/template/parse"
	"unicode/utf8"

	"github.com/helmx-dev/helmx/charts"
	"github.com/helmx-dev/helmx/diag"
)

// Templates are the sources of a chart, as the rules on templates see them: what
// rendering leaves out, because no values lead there, counts too.
type Templates struct {
	Chart Chart
	Parts []*Part // those that lie in folders, and the chart itself
	names map[string]bool
	texts []string // all texts in which a template may stand: templates, files and values
}

// Part is a chart or subchart with its parsed templates.
type Part struct {
	charts.Part
	Templates []*Template
	// Open says that templates reach values in ways that cannot be followed: by
	// names that are computed, or all of them at once.
	Open bool
	refs []ref
}

// Template is a file of templates/.
type Template struct {
	charts.SourceFile
	text    string
	calls   []call
	actions []action
	refs    []ref
}

// call is a function with its arguments.
type call struct {
	cmd  *parse.CommandNode
	name string
	pipe *parse.PipeNode // that it is part of
	at   int             // its place there
}

// args are the arguments that stand behind the name; what comes through the pipe
// is the last one besides.
func (c call) args() []parse.Node { return c.cmd.Args[1:] }

// piped says whether the last argument comes through the pipe.
func (c call) piped() bool { return c.at > 0 }

// action is an action that prints, with the text in front of it.
type action struct {
	node   *parse.ActionNode
	before string // as it is printed: without what {{- takes away
	after  string
}

// ref is a use of a value. Its path begins below Values.
type ref struct {
	path   []string
	pos    parse.Pos
	tested bool // only asked whether it is there
	whole  bool // everything below it may be used
}

// newTemplates parses the sources of a chart. What cannot be parsed is left out:
// rendering reports it.
func newTemplates(c Chart) *Templates {
	t := &Templates{Chart: c, names: map[string]bool{}}
	for i, p := range c.Parts() {
		part := &Part{Part: p}
		for _, f := range slices.Concat(p.Templates, p.Files, []charts.SourceFile{p.Values}) {
			t.texts = append(t.texts, string(f.Data))
		}
		for _, f := range p.Templates {
			if parsed := t.parse(part, f); parsed != nil {
				part.Templates = append(part.Templates, parsed)
				part.refs = append(part.refs, parsed.refs...)
			}
		}
		if i == 0 || p.Owned {
			t.Parts = append(t.Parts, part)
		}
	}
	return t
}

func (t *Templates) parse(part *Part, f charts.SourceFile) *Template {
	tree := parse.New(f.Name)
	tree.Mode = parse.SkipFuncCheck
	trees := map[string]*parse.Tree{}
	text := string(f.Data)
	if _, err := tree.Parse(text, "", "", trees); err != nil {
		return nil
	}
	parsed := &Template{SourceFile: f, text: text}
	t.names[f.Name] = true
	for name, tree := range trees {
		t.names[name] = true
		w := templateWalk{template: parsed, part: part}
		if name == f.Name {
			w.dot = dot{root: true}
		}
		w.list(tree.Root, w.dot)
	}
	slices.SortFunc(parsed.calls, func(a, b call) int { return int(a.cmd.Pos - b.cmd.Pos) })
	slices.SortFunc(parsed.actions, func(a, b action) int { return int(a.node.Pos - b.node.Pos) })
	slices.SortStableFunc(parsed.refs, func(a, b ref) int { return int(a.pos - b.pos) })
	return parsed
}

// dot is what is known about the dot: that it is the context of the chart, or a
// value; else nothing.
type dot struct {
	root  bool
	value []string
}

// templateWalk goes through the tree of one template.
type templateWalk struct {
	template *Template
	part     *Part
	dot      dot
}

func (w *templateWalk) list(l *parse.ListNode, d dot) {
	if l == nil {
		return
	}
	for i, n := range l.Nodes {
		switch n := n.(type) {
		case *parse.ActionNode:
			if len(n.Pipe.Decl) == 0 {
				w.template.actions = append(w.template.actions, action{node: n, before: textAt(l, i-1), after: textAt(l, i+1)})
			}
			w.pipe(n.Pipe, d, len(n.Pipe.Decl) > 0)
		case *parse.IfNode:
			w.test(n.Pipe, d)
			w.list(n.List, d)
			w.list(n.ElseList, d)
		case *parse.WithNode:
			w.list(n.List, w.within(n.Pipe, d))
			w.list(n.ElseList, d)
		case *parse.RangeNode:
			w.pipe(n.Pipe, d, true)
			w.list(n.List, dot{})
			w.list(n.ElseList, d)
		case *parse.TemplateNode:
			if n.Pipe != nil {
				w.pipe(n.Pipe, d, true)
			}
			w.template.calls = append(w.template.calls, call{name: "template", pipe: n.Pipe, cmd: &parse.CommandNode{
				NodeType: parse.NodeCommand, Pos: n.Pos, Args: []parse.Node{nil, &parse.StringNode{NodeType: parse.NodeString, Pos: n.Pos, Text: n.Name}},
			}})
		}
	}
}

func textAt(l *parse.ListNode, i int) string {
	if i < 0 || i >= len(l.Nodes) {
		return ""
	}
	if t, ok := l.Nodes[i].(*parse.TextNode); ok {
		return string(t.Text)
	}
	return ""
}

// within returns the dot of a with: the value when there is just one.
func (w *templateWalk) within(p *parse.PipeNode, d dot) dot {
	if len(p.Cmds) == 1 && len(p.Cmds[0].Args) == 1 && len(p.Decl) == 0 {
		if path, ok := w.valuesPath(p.Cmds[0].Args[0], d); ok && len(path) > 0 {
			w.ref(path, p.Pos, true, false)
			return dot{value: path}
		}
	}
	w.pipe(p, d, true)
	return dot{}
}

// test looks through the pipe of an if: what stands alone there is only tested.
func (w *templateWalk) test(p *parse.PipeNode, d dot) {
	from := len(w.template.refs)
	w.pipe(p, d, len(p.Decl) > 0)
	for i := range w.template.refs[from:] {
		w.template.refs[from+i].tested = true
	}
}

// guards are functions that can do without their arguments.
var guards = []string{
	"and", "or", "not", "default", "coalesce", "empty", "ternary", "hasKey", "dig", "get", "required", "kindIs", "typeIs", "eq", "ne",
	"fail", "isNil", "kindOf", "has",
}

// pipe looks through a pipeline; whole says that its result goes where it cannot be
// followed.
func (w *templateWalk) pipe(p *parse.PipeNode, d dot, whole bool) {
	if p == nil {
		return
	}
	guarded := slices.ContainsFunc(p.Cmds, func(c *parse.CommandNode) bool { return slices.Contains(guards, functionOf(c)) })
	for i, c := range p.Cmds {
		name := functionOf(c)
		if name != "" {
			w.template.calls = append(w.template.calls, call{cmd: c, name: name, pipe: p, at: i})
			w.reached(c, d)
		}
		for _, arg := range c.Args {
			if inner := pipeIn(arg); inner != nil {
				from := len(w.template.refs)
				w.pipe(inner, d, true)
				for j := range w.template.refs[from:] {
					w.template.refs[from+j].tested = w.template.refs[from+j].tested || guarded
				}
				continue
			}
			if path, ok := w.valuesPath(arg, d); ok {
				w.ref(path, arg.Position(), guarded, whole || len(p.Cmds) > 1 || name != "")
			}
		}
	}
}

// pipeIn returns the pipeline in parentheses that an argument is, or begins with.
func pipeIn(n parse.Node) *parse.PipeNode {
	if chain, ok := n.(*parse.ChainNode); ok {
		n = chain.Node
	}
	p, _ := n.(*parse.PipeNode)
	return p
}

// reached notes what `index .Values "a" "b"` and the like lead to, and that a part is
// open when they lead somewhere that cannot be told.
func (w *templateWalk) reached(c *parse.CommandNode, d dot) {
	name := functionOf(c)
	if !slices.Contains([]string{"index", "get", "dig", "hasKey", "pluck", "tpl", "pick", "omit"}, name) || len(c.Args) < 2 {
		return
	}
	if name == "tpl" {
		return // the texts are searched
	}
	base, ok := w.valuesPath(c.Args[1], d)
	if !ok {
		return
	}
	path := slices.Clone(base)
	for _, arg := range c.Args[2:] {
		s, ok := arg.(*parse.StringNode)
		if !ok {
			break
		}
		path = append(path, s.Text)
	}
	if len(path) == 0 {
		w.part.Open = true
	}
	w.ref(path, c.Pos, true, true)
}

func (w *templateWalk) ref(path []string, pos parse.Pos, tested, whole bool) {
	if len(path) == 0 {
		if whole && !tested {
			w.part.Open = true
		}
		return
	}
	w.template.refs = append(w.template.refs, ref{path: path, pos: pos, tested: tested, whole: whole})
}

// valuesPath returns the path of a value that a node stands for.
func (w *templateWalk) valuesPath(n parse.Node, d dot) ([]string, bool) {
	switch n := n.(type) {
	case *parse.DotNode:
		return d.value, d.value != nil
	case *parse.FieldNode:
		if path, ok := behindValues(n.Ident); ok {
			return path, true
		}
		return slices.Concat(d.value, n.Ident), d.value != nil
	case *parse.VariableNode:
		return behindValues(n.Ident)
	case *parse.ChainNode:
		return behindValues(n.Field)
	}
	return nil, false
}

// behindValues returns what stands behind Values in a chain of names, whoever holds the
// context: .Values, $.Values or .root.Values.
func behindValues(names []string) ([]string, bool) {
	if i := slices.Index(names, "Values"); i >= 0 {
		return names[i+1:], true
	}
	return nil, false
}

func functionOf(c *parse.CommandNode) string {
	if f, ok := c.Args[0].(*parse.IdentifierNode); ok {
		return f.Ident
	}
	return ""
}

// place returns where a byte of the template stands.
func (t *Template) place(pos int) (line, column int, text string) {
	pos = min(max(pos, 0), len(t.text))
	start := strings.LastIndexByte(t.text[:pos], '\n') + 1
	text, _, _ = strings.Cut(t.text[start:], "\n")
	return strings.Count(t.text[:pos], "\n") + 1, utf8.RuneCountInString(t.text[start:pos]) + 1, text
}

// ReportAt adds a finding about a byte of a template, as Report does for objects.
func (p *Pass) ReportAt(t *Templates, f *Template, pos parse.Pos, message, hint string) *diag.Diagnostic {
	line, column, text := f.place(int(pos))
	d := diag.Diagnostic{
		Code: p.rule.ID, Severity: p.graded(p.rule.Severity), Level: string(p.rule.Level), Also: slices.Clone(p.rule.Also),
		Message: message, Hint: hint, Span: diag.Span{File: f.File, Start: diag.Pos{Line: line, Column: column}},
		Excerpt: &diag.Excerpt{Line: line, Text: text, Column: column, Width: 1},
	}
	*p.found = append(*p.found, reported{Diagnostic: &d, chart: t.Chart.Name()})
	return &d
}

// closing is where the inside of an action ends: before its braces, and the dash and
// blanks in front of them.
func (t *Template) closing(pos parse.Pos) int {
	end := strings.Index(t.text[pos:], "}}")
	if end < 0 {
		return int(pos)
	}
	return int(pos) + len(strings.TrimRight(strings.TrimSuffix(t.text[pos:int(pos)+end], "-"), " \t"))
}

// insert makes a fix that puts a text into the template; nil where it is part of an
// archive.
func (t *Template) insert(title string, at int, text string) *diag.Fix {
	if !t.OnDisk {
		return nil
	}
	line, column, _ := t.place(at)
	pos := diag.Pos{Line: line, Column: column}
	return &diag.Fix{Title: title, Edits: []diag.Edit{{Span: diag.Span{File: t.File, Start: pos, End: pos}, Text: text}}}
}
