package patch

import (
	"errors"

	"github.com/helmx-dev/helmx/manifest"
	"go.yaml.in/yaml/v3"
)

// patchValue copies a value of the patch file. Its keys are the text that stands
// there, as in paths: y is "y", and not the boolean that YAML 1.1 takes it for.
func patchValue(n *manifest.Node) *manifest.Node {
	c := manifest.Copy(n)
	nameKeys(c)
	return c
}

func nameKeys(n *manifest.Node) {
	for i, c := range n.Content {
		if n.Kind == yaml.MappingNode && i%2 == 0 && isScalar(c) && manifest.KeyText(c) != c.Value {
			c.Tag, c.Style = "!!str", yaml.DoubleQuotedStyle
		}
		nameKeys(c)
	}
}

// unwritable is the problem of an edit whose result cannot be written as text,
// nil for any other error.
func unwritable(err error) *problem {
	var number *manifest.NotJSONError
	switch {
	case errors.As(err, &number):
		return &problem{code: codeClash, by: number.Node, message: number.Error(), hint: "write a number with digits, or put it in quotes"}
	case errors.Is(err, manifest.ErrUnwritable):
		return &problem{code: codeClash, message: "the result cannot be written in the layout of the document: " + err.Error(), hint: "change a smaller part of it, or replace the value as a whole"}
	}
	return nil
}
