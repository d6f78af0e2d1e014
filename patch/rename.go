package patch

import (
	"fmt"

	"github.com/helmx-dev/helmx/manifest"
)

// rename reads `rename: {PATH: NEWKEY}`.
func (p *parser) rename(key, n *manifest.Node) []change {
	var list []change
	for _, a := range p.assignments("rename", key, n, "write PATH: NEWKEY, such as metadata.labels.app: app.kubernetes.io/name") {
		if !p.string("the new key", a.value, "the name that the key shall have") {
			continue
		}
		if message, hint := notAKey(a.path, a.value.Value); message != "" {
			p.report(codeShape, a.value, message, hint)
			continue
		}
		list = append(list, change{span: a.span, path: a.path, within: true, apply: func(o *object) ([]removal, *problem) {
			name, p := o.text(a.value)
			if p != nil {
				return nil, p
			}
			return renameKey(o.root, a.path, name)
		}})
	}
	return list
}

// notAKey says what is wrong with a new key that is none: an empty one, or the
// path of it.
func notAKey(path manifest.Path, name string) (message, hint string) {
	if name == "" {
		return "the new key is empty", "write the name that the key shall have"
	}
	to, err := manifest.ParsePath(name)
	if last := len(path) - 1; err == nil && last > 0 && len(to) == len(path) && to[:last].Equal(path[:last]) {
		return fmt.Sprintf("the new key is %q, which is a path", name), fmt.Sprintf("write only the new key: %s", to[last].Key)
	}
	return "", ""
}

// renameKey gives the keys that a path leads to another name, in their places.
func renameKey(root *manifest.Node, path manifest.Path, name string) ([]removal, *problem) {
	var removed []removal
	p := walk{path: path, leaf: func(f manifest.Found) *problem {
		if f.Key == nil {
			return &problem{code: codePath, path: f.Path, at: f.Node, message: place(f.Path) + " has no key that could be renamed", hint: "name a key of a map"}
		}
		old := manifest.KeyText(f.Key)
		if old == name {
			return nil
		}
		if _, there := manifest.Lookup(f.Parent, name); there != nil {
			return &problem{code: codeClash, path: f.Path, at: there, message: fmt.Sprintf("%s has the key %q already, beside %q", place(f.Path[:len(f.Path)-1]), name, old), hint: "remove one of them first"}
		}
		setKeyName(f, old, name)
		removed = append(removed, removal{path: f.Path})
		return nil
	}}.from(root)
	if p != nil && p.miss != nil {
		p.absent = true
		p.message = "nothing to rename: "
	}
	return removed, p
}

// setKeyName renames a key of the mapping itself in place. One that `<<` brings
// in becomes an entry of its own, so that its source keeps its name.
func setKeyName(f manifest.Found, old, name string) {
	for i := 0; i < len(f.Parent.Content); i += 2 {
		if f.Parent.Content[i] == f.Key {
			fresh := manifest.NewString(name)
			f.Key.Value, f.Key.Tag, f.Key.Style = fresh.Value, fresh.Tag, fresh.Style
			return
		}
	}
	manifest.RemoveKey(f.Parent, old)
	manifest.SetKey(f.Parent, name, manifest.Clone(f.Node))
}
