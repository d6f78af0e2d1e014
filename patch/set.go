package patch

import (
	"fmt"

	"github.com/helmx-dev/helmx/manifest"
)

// set reads `set: {PATH: VALUE}`.
func (p *parser) set(patch *Patch, key, n *manifest.Node) []change {
	var list []change
	for _, a := range p.assignments("set", key, n, "write PATH: VALUE, such as spec.replicas: 2") {
		list = append(list, change{span: a.span, path: a.path, within: true, apply: func(o *object) ([]removal, *problem) {
			value, p := o.value(a.value)
			if p != nil {
				return nil, p
			}
			return nil, assign(o.root, a.path, value, patch.Ensure == Create)
		}})
	}
	return list
}

// assign sets the value at a path. Maps that are missing on the way are made;
// an item of a list must be there, unless it shall be made, too.
func assign(root *manifest.Node, path manifest.Path, value *manifest.Node, items bool) *problem {
	return walk{path: path, way: true, items: items, leaf: func(f manifest.Found) *problem {
		return overwrite(f, value)
	}}.from(root)
}

// overwrite replaces a value by one of the same sort. Null gives way to
// anything, and every scalar to every other: what type a field has is for
// validation to say.
func overwrite(f manifest.Found, value *manifest.Node) *problem {
	if !isNull(f.Node) && !isNull(value) && f.Node.Kind != value.Kind {
		return &problem{
			code: codeClash, path: f.Path, at: f.Node, by: value,
			message: fmt.Sprintf("%s is %s, and the patch sets it to %s", f.Path, manifest.KindName(f.Node), manifest.KindName(value)),
			hint:    "name the field inside, or give a value of the same type",
		}
	}
	if f.Node.Line > 0 && manifest.Equal(f.Node, value) {
		return nil
	}
	*f.Node = *manifest.Copy(value)
	return nil
}
