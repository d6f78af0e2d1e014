package expr

import (
	"bytes"
	"cmp"
	"strings"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
)

// stream evaluates the expressions of documents that may read each other: what
// an expression reads is evaluated before it.
type stream struct {
	docs      []*manifest.Document
	options   Options
	open, end string
	evaluator *evaluator                       // made when the first expression turns up
	found     map[*manifest.Document]diag.List // of documents that are done
	stack     []*manifest.Document             // being evaluated, each because the one before reads it
}

func newStream(docs []*manifest.Document, o Options) *stream {
	return &stream{
		docs: docs, options: o, found: map[*manifest.Document]diag.List{},
		open: cmp.Or(o.Delimiters[0], defaultOpen), end: cmp.Or(o.Delimiters[1], "]]"),
	}
}

// findings are those of all documents, in their order.
func (s *stream) findings() diag.List {
	var list diag.List
	for _, d := range s.docs {
		list = append(list, s.found[d]...)
	}
	return list
}

// resolve evaluates the expressions of a document unless that is done. Those of
// what it reads come first, by way of world.
func (s *stream) resolve(d *manifest.Document) {
	if _, done := s.found[d]; done || !s.holds(d) {
		return
	}
	s.stack = append(s.stack, d)
	if s.evaluator == nil {
		s.evaluator = newEvaluator(s.options)
		s.evaluator.world.docs, s.evaluator.world.stream = s.docs, s
	}
	outer := s.evaluator.state
	r := resolver{doc: d, open: s.open, end: s.end, evaluator: s.evaluator, reported: map[*manifest.Node]bool{}}
	findings := r.resolve()
	s.evaluator.state = outer
	if r.secret {
		d.MarkSecret()
	}
	s.stack = s.stack[:len(s.stack)-1]
	s.found[d] = findings
}

// evaluates reports whether it is the document's own expression that asks.
func (s *stream) evaluates(d *manifest.Document) bool {
	return s != nil && len(s.stack) > 0 && s.stack[len(s.stack)-1] == d
}

// holds reports whether a document may hold an expression.
func (s *stream) holds(d *manifest.Document) bool { return bytes.Contains(d.Raw(), []byte(s.open)) }

// need makes sure that the expressions of a document that another one reads are
// evaluated.
func (s *stream) need(d *manifest.Document) *problem {
	for i, waiting := range s.stack {
		if waiting == d && s.holds(d) {
			return s.cycle(s.stack[i:])
		}
	}
	s.resolve(d)
	if s.found[d].HasErrors() {
		return &problem{code: "EX002", message: "reads " + nameOf(d) + ", whose expressions cannot be evaluated", hint: "mend those first: they are reported too"}
	}
	return nil
}

func (s *stream) cycle(docs []*manifest.Document) *problem {
	names := make([]string, 0, len(docs)+1)
	for _, d := range docs {
		names = append(names, nameOf(d))
	}
	names = append(names, names[0])
	p := &problem{code: "EX015", message: "goes round in a circle: " + strings.Join(names, " reads ")}
	p.hint = "let one of them read .Values in place of the other object"
	if len(docs) == 1 {
		p.hint = ".Object is the object as it is before its expressions are evaluated"
	}
	return p
}

// nameOf names an object as a user would: ConfigMap istio-system/istio.
func nameOf(d *manifest.Document) string {
	id := d.ID()
	if id.Namespace == "" {
		return id.Kind + " " + id.Name
	}
	return id.Kind + " " + id.Namespace + "/" + id.Name
}
