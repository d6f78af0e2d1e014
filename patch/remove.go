package patch

import (
	"slices"

	"github.com/helmx-dev/helmx/manifest"
)

// remove reads `remove: [PATH, ...]`.
func (p *parser) remove(n *manifest.Node) []change {
	var list []change
	for _, a := range p.paths("remove", n) {
		list = append(list, change{span: a.span, path: a.path, within: true, apply: func(o *object) ([]removal, *problem) {
			return takeAway(o.root, a.path)
		}})
	}
	return list
}

// takeAway removes what a path leads to. That nothing is there is no problem
// of this object alone.
func takeAway(root *manifest.Node, path manifest.Path) ([]removal, *problem) {
	var removed []removal
	p := walk{path: path, leaf: func(f manifest.Found) *problem {
		switch {
		case f.Parent == nil:
			return &problem{code: codePath, path: path, at: f.Node, message: "what a string holds cannot be removed as a whole", hint: "remove the string: leave out |yaml or |json at the end"}
		case isList(f.Parent):
			i := slices.Index(f.Parent.Content, f.Node)
			f.Parent.Content = slices.Delete(f.Parent.Content, i, i+1)
		default:
			manifest.RemoveKey(f.Parent, manifest.KeyText(f.Key))
			removed = append(removed, removal{path: f.Path})
		}
		return nil
	}}.from(root)
	if p != nil && p.miss != nil {
		p.absent = true
		p.message = "nothing to remove: "
	}
	return removed, p
}
