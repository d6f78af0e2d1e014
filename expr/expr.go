// Package expr evaluates expressions: pipelines of Go's template language over
// .Values, .Release and .Object, with the functions of package funcs and the
// pure part of sprig. [Resolve] evaluates late ones, [[= ... ]] in the scalars
// of manifests that are rendered already; [Strings] evaluates {{ ... }} in the
// patches of helmx.yaml.
//
// It works on the tree, never on the text: a scalar that is exactly one
// expression takes the type of its result, text around it makes a string, and
// no result can break out of its scalar. Same input, same bytes: there is no
// clock, randomness, environment, network or file in reach, unless Options name
// it. All objects of the stream are.
//
// The package does not render charts, does not know named templates, and does
// not evaluate keys or comments.
package expr

import (
	"bytes"
	"cmp"
	"context"
	"strings"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
	"go.yaml.in/yaml/v3"
)

const defaultOpen = "[[="

// Options says whether and how to look for expressions.
type Options struct {
	Enabled    bool
	Delimiters [2]string      // what surrounds an expression; [[= and ]] where empty
	Values     map[string]any // .Values: what the user set, without the defaults of charts; never modified
	Release    Release        // .Release
	Allow      []string       // what impure expressions may read: env:NAME, file:GLOB, time
	Folder     string         // that the globs of Allow begin at
}

// Release is what an expression sees as .Release. Where Name is empty it is not
// known, and an expression that reads it is wrong: Helm tells a post-renderer
// nothing about the release.
type Release struct {
	Name      string
	Namespace string
	Service   string
	IsInstall bool
	IsUpgrade bool
	Revision  int
}

// Resolve evaluates the expressions of all documents, in place, and returns the
// documents and what is wrong with expressions. A document with a wrong
// expression stays as it is. Documents that do not hold the opening delimiter
// are not even parsed. The error is that of ctx.
func Resolve(ctx context.Context, docs []*manifest.Document, o Options) ([]*manifest.Document, diag.List, error) {
	if !o.Enabled {
		return docs, nil, nil
	}
	s := newStream(docs, o)
	for _, d := range docs {
		if err := ctx.Err(); err != nil {
			return docs, s.findings(), err
		}
		s.resolve(d)
	}
	return docs, s.findings(), nil
}

// resolver works on one document.
type resolver struct {
	*evaluator
	doc       *manifest.Document
	open, end string
	object    any // .Object: the document before any expression is replaced
	lines     [][]byte
	findings  diag.List
	reported  map[*manifest.Node]bool
	changes   []change
	secret    bool // a change holds what an expression read of a Secret
}

// change is a new value for the node at an address: the indexes in Content that
// lead to it from the root.
type change struct {
	address []int
	value   any
	text    bool      // keep the style of the scalar: only its text is new
	span    diag.Span // where the expression stands
}

func (r *resolver) resolve() diag.List {
	root, err := r.doc.Root()
	if err != nil {
		r.unreadable(err)
		return r.findings
	}
	if root == nil {
		return nil
	}
	r.object = manifest.Value(root)
	r.lines = bytes.Split(r.doc.Raw(), []byte("\n"))
	r.visit(root, nil, nil)
	if !r.findings.HasErrors() && len(r.changes) > 0 {
		r.apply()
	}
	return r.findings
}

// visit walks the tree by Content, so that it knows the address of each node.
// What an alias stands for is visited in its place again: Edit sees it there.
func (r *resolver) visit(n *manifest.Node, p manifest.Path, address []int) {
	n = manifest.Resolve(n)
	if r.isUnquoted(n) {
		r.report(n, p, "EX005", "an expression without quotes is a YAML list", `write quotes around it: '`+r.open+` ... `+r.end+`'`)
		return
	}
	switch {
	case len(n.Content) == 0:
		r.scalar(n, p, address)
	case manifest.KindName(n) == "a map":
		for i := 0; i+1 < len(n.Content); i += 2 {
			key, value := n.Content[i], n.Content[i+1]
			at := append(p[:len(p):len(p)], manifest.Step{Kind: manifest.Key, Key: manifest.KeyText(key)})
			if strings.Contains(key.Value, r.open) {
				r.report(key, at, "EX004", "a key cannot be an expression", "put the expression into a value: a value that is one expression may become a map")
			}
			r.visit(value, at, append(address[:len(address):len(address)], i+1))
		}
	default:
		for i, c := range n.Content {
			at := append(p[:len(p):len(p)], manifest.Step{Kind: manifest.Index, Index: i})
			r.visit(c, at, append(address[:len(address):len(address)], i))
		}
	}
}

// isUnquoted finds `key: [[= x ]]`: YAML reads a list in a list.
func (r *resolver) isUnquoted(n *manifest.Node) bool {
	if len(n.Content) == 0 || n.Line == 0 || n.Line > len(r.lines) {
		return false
	}
	runes := []rune(strings.TrimPrefix(string(r.lines[n.Line-1]), "\ufeff"))
	return n.Column > 0 && n.Column <= len(runes) && strings.HasPrefix(string(runes[n.Column-1:]), r.open)
}

func (r *resolver) scalar(n *manifest.Node, p manifest.Path, address []int) {
	if !strings.Contains(n.Value, r.open) {
		return
	}
	pieces, err := split(n.Value, r.open, r.end)
	if err != nil {
		r.report(n, p, "EX001", err.Error(), "")
		return
	}
	text := strings.Builder{}
	for _, piece := range pieces {
		if !piece.expression {
			text.WriteString(piece.text)
			continue
		}
		value, problem := r.evaluate(piece.text, r.object)
		r.pass(n, p, piece)
		if problem == nil {
			problem = r.refuse(value, len(pieces) > 1)
		}
		if problem != nil && problem.code == codeNoValue {
			problem.hint = cmp.Or(absentKey(piece.text, func() any { return r.object }), problem.hint)
		}
		if problem != nil {
			r.reportProblem(n, p, piece, problem)
			return
		}
		if len(pieces) == 1 {
			r.change(n, change{address: address, value: value})
			return
		}
		text.WriteString(inText(value))
	}
	r.change(n, change{address: address, value: text.String(), text: true})
}

func (r *resolver) change(n *manifest.Node, c change) {
	c.span, _ = r.doc.SpanAt(n.Line, n.Column)
	r.changes = append(r.changes, c)
}

// refuse says what is wrong with a result.
func (r *resolver) refuse(value any, amongText bool) *problem {
	switch kind := kindOf(value); {
	case kind == "null":
		return nullProblem("")
	case amongText && (kind == "a map" || kind == "a list"):
		return inMiddle("", kind)
	case holds(value, r.open):
		return &problem{code: "EX006", message: "gives text with " + r.open + " in it, which the next run would evaluate", hint: "an expression cannot read a field that is an expression itself; choose other delimiters for text like this"}
	}
	return nil
}

// apply writes the results into the document. Lines that change keep the place
// they came from.
func (r *resolver) apply() {
	by := r.changes[0].span
	_, err := r.doc.Edit(by, func(root *manifest.Node) error {
		for _, c := range r.changes {
			c.put(root, by.File)
		}
		return nil
	})
	if err != nil {
		r.report(nil, nil, "EX007", "the results do not fit into the document: "+err.Error(), "")
	}
}

// quoted are the styles that can hold any text.
const quoted = yaml.SingleQuotedStyle | yaml.DoubleQuotedStyle | yaml.LiteralStyle | yaml.FoldedStyle

// put replaces the node at the address, keeping its anchor and comments. Edit
// takes the position of a new node for one in file.
func (c change) put(root *manifest.Node, file string) {
	n, in := root, (*manifest.Node)(nil)
	for _, i := range c.address {
		n, in = n.Content[i], n
	}
	made := manifest.NewNode(c.value)
	if c.text && n.Style&quoted != 0 {
		made.Style = n.Style
	}
	made.Anchor, made.HeadComment, made.LineComment, made.FootComment = n.Anchor, n.HeadComment, n.LineComment, n.FootComment
	if c.span.File == file {
		place(made, c.span.Start)
	}
	if in == nil {
		*n = *made
		return
	}
	in.Content[c.address[len(c.address)-1]] = made
}

func place(n *manifest.Node, at diag.Pos) {
	n.Line, n.Column = at.Line, at.Column
	for _, c := range n.Content {
		place(c, at)
	}
}
