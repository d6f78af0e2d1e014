package patch

import (
	"strings"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
	"go.yaml.in/yaml/v3"
)

// hasExpression reports whether a scalar below n holds an expression.
func hasExpression(n *manifest.Node) bool {
	if n == nil {
		return false
	}
	if n.Kind == yaml.ScalarNode && strings.Contains(n.Value, "{{") {
		return true
	}
	for i, c := range n.Content {
		if (n.Kind != yaml.MappingNode || i%2 == 1) && hasExpression(manifest.Resolve(c)) {
			return true
		}
	}
	return false
}

// evaluator evaluates the expressions of one patch, for one object.
type evaluator struct {
	with   Expressions // nil: there are no expressions
	object func() any  // nil: there is no object
	veiled bool        // the object holds copies of a Secret's values
}

// value returns n with results in place of its expressions; n itself is left
// alone, and returned when it holds none. Keys are never expressions.
func (e evaluator) value(n *manifest.Node) (*manifest.Node, *problem) {
	if e.with == nil || !hasExpression(n) {
		return n, nil
	}
	c := manifest.Copy(n)
	return c, e.replace(c)
}

func (e evaluator) replace(n *manifest.Node) *problem {
	if n.Kind == yaml.ScalarNode {
		return e.scalar(n)
	}
	for i, c := range n.Content {
		if n.Kind == yaml.MappingNode && i%2 == 0 {
			continue
		}
		if p := e.replace(c); p != nil {
			return p
		}
	}
	return nil
}

func (e evaluator) scalar(n *manifest.Node) *problem {
	if !strings.Contains(n.Value, "{{") {
		return nil
	}
	v, d := e.with.Value(n.Value, e.object)
	if d != nil && e.veiled {
		veil(d)
	}
	if d != nil {
		return evaluation(d, n)
	}
	made := manifest.NewNode(v)
	setPlace(made, n.Line, n.Column)
	*n = *made
	return nil
}

func setPlace(n *manifest.Node, line, column int) {
	n.Line, n.Column = line, column
	for _, c := range n.Content {
		setPlace(c, line, column)
	}
}

// text evaluates a string, which must stay one.
func (e evaluator) text(n *manifest.Node) (string, *problem) {
	v, p := e.value(n)
	switch {
	case p != nil:
		return "", p
	case !isScalar(v) || isNull(v):
		return "", &problem{code: codeExpression, by: n, message: "the expression gives " + manifest.KindName(v) + ", and a string is wanted here"}
	}
	return v.Value, nil
}

func evaluation(d *diag.Diagnostic, by *manifest.Node) *problem {
	return &problem{code: d.Code, message: d.Message, hint: d.Hint, by: by}
}

// veil takes out of a finding what could show a value.
func veil(d *diag.Diagnostic) {
	d.Message = "an expression for an object with values of a Secret fails"
	d.Hint = "the reason is left out: it could show a value of the Secret"
}
