package patch

import (
	"fmt"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
)

// labelFields and annotationFields are what `labels` and `annotations` set.
var (
	labelFields      = []manifest.Path{manifest.Keys("metadata", "labels")}
	annotationFields = []manifest.Path{manifest.Keys("metadata", "annotations")}
)

// pairs reads `labels` and `annotations`: {KEY: TEXT}, each the same as a set
// below every one of the fields.
func (p *parser) pairs(what string, patch *Patch, key, n *manifest.Node, fields []manifest.Path) {
	p.everywhere(patch)
	if !p.filledMap(what, key, n, "write KEY: TEXT, such as team: mesh") {
		return
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], manifest.Resolve(n.Content[i+1])
		if _, isString := manifest.Value(value).(string); !isString {
			p.report(codeClash, value, fmt.Sprintf("%s of %s is %s, and Kubernetes takes only strings", key.Value, what, manifest.KindName(value)), fmt.Sprintf("write it in quotes: %q", value.Value))
			continue
		}
		for _, field := range fields {
			patch.changes = append(patch.changes, setText(p.span(key), field.Child(key.Value), value))
		}
	}
}

// setText is a change that sets a string.
func setText(span diag.Span, path manifest.Path, value *manifest.Node) change {
	value = manifest.Copy(value)
	return change{span: span, path: path, within: true, apply: func(o *object) ([]removal, *problem) {
		text, p := o.text(value)
		if p != nil {
			return nil, p
		}
		return nil, assign(o.root, path, newText(text, value), false)
	}}
}
