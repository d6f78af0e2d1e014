package patch

import (
	"errors"
	"fmt"
	"slices"

	"github.com/helmx-dev/helmx/manifest"
	"go.yaml.in/yaml/v3"
)

// walk leads along a path into a tree that may be changed, also through strings
// that hold documents, and calls leaf with every value at its end.
type walk struct {
	path manifest.Path
	// way makes what is missing: maps, and a null at the end for leaf to fill.
	way bool
	// items makes list items that are missing, too.
	items bool
	leaf  func(manifest.Found) *problem
}

// from starts at the root of an object.
func (w walk) from(root *manifest.Node) *problem {
	if w.way {
		return w.at(manifest.Found{Node: root}, 0)
	}
	return w.found(manifest.Found{Node: root}, 0)
}

// at goes on from f, to which the first i steps have led, and makes the way.
func (w walk) at(f manifest.Found, i int) *problem {
	if i == len(w.path) {
		return w.leaf(f)
	}
	step := w.path[i]
	if step.Kind == manifest.Decode {
		return w.embedded(f, i)
	}
	key := step.Kind == manifest.Key || step.Kind == manifest.Token && !isList(f.Node) && !(w.items && isNull(f.Node))
	if key && isNull(f.Node) {
		become(f.Node, yaml.MappingNode)
	}
	if key && isMap(f.Node) {
		return w.key(f, i)
	}
	found, miss := f.Step(w.path, i)
	if miss != nil {
		return w.item(f, i, miss)
	}
	for _, next := range found {
		if p := w.at(next, i+1); p != nil {
			return p
		}
	}
	return nil
}

// become turns a null into an empty map or list.
func become(n *manifest.Node, kind yaml.Kind) {
	comment := n.LineComment
	*n = *newMap()
	if kind == yaml.SequenceNode {
		*n = *newList()
	}
	n.LineComment = comment
}

func (w walk) key(f manifest.Found, i int) *problem {
	key := w.path[i].Key
	_, v := manifest.Lookup(f.Node, key)
	if v == nil {
		if p := w.dotted(f, i); p != nil {
			return p
		}
		if !w.makes(i + 1) {
			_, miss := f.Step(w.path, i)
			return missing(miss)
		}
		v = newNull()
	} else {
		v = own(f.Node, key, v)
	}
	next := manifest.Found{Path: f.Path.Child(key), Node: v, Parent: f.Node}
	if p := w.at(next, i+1); p != nil {
		return p
	}
	manifest.SetKey(f.Node, key, v)
	return nil
}

// makes reports whether step i can be made from nothing.
func (w walk) makes(i int) bool {
	if i == len(w.path) {
		return true
	}
	switch w.path[i].Kind {
	case manifest.Key, manifest.Token:
		return true
	case manifest.Match, manifest.Index, manifest.Item, manifest.Decode:
		return w.items
	}
	return false
}

// item makes the list item that a step misses, if that is wanted.
func (w walk) item(f manifest.Found, i int, miss *manifest.Miss) *problem {
	if !w.items || !w.makes(i) || !isList(f.Node) && !isNull(f.Node) {
		return missing(miss)
	}
	length := len(f.Node.Content)
	made := newItem(w.path[i], length, f.Node)
	if made == nil {
		return missing(miss)
	}
	if p := w.at(manifest.Found{Path: f.Path.At(length), Node: made, Parent: f.Node}, i+1); p != nil {
		return p
	}
	if isNull(f.Node) {
		become(f.Node, yaml.SequenceNode)
	}
	if w.path[i].Kind == manifest.Item && contains(f.Node, made) {
		return nil
	}
	f.Node.Content = append(f.Node.Content, made)
	return nil
}

// newItem returns the item that a step selects, for the end of a list of that
// length; nil where an index leads beyond the end.
func newItem(s manifest.Step, length int, list *manifest.Node) *manifest.Node {
	switch s.Kind {
	case manifest.Index:
		if s.Index != length {
			return nil
		}
	case manifest.Token:
		if s.Key != "-" && s.Key != fmt.Sprint(length) {
			return nil
		}
	case manifest.Item:
		return manifest.NewString(s.Key)
	case manifest.Match:
		item := newMap()
		for _, field := range s.Fields {
			manifest.SetKey(item, field.Name, fieldValue(field, list))
		}
		return item
	}
	return newNull()
}

// fieldValue gives the text of a predicate its type: that of the field in the
// other items, a string for a name, and what YAML makes of it otherwise.
func fieldValue(field manifest.Field, list *manifest.Node) *manifest.Node {
	text := manifest.NewString(field.Value)
	plain := &manifest.Node{Kind: yaml.ScalarNode, Value: field.Value}
	if _, isString := manifest.Value(plain).(string); isString || field.Name == "name" || field.Value == "" {
		return text
	}
	for _, item := range list.Content {
		if _, v := manifest.Lookup(manifest.Resolve(item), field.Name); v != nil {
			if _, isString := manifest.Value(v).(string); isString {
				return text
			}
		}
	}
	return manifest.NewNode(manifest.Value(plain))
}

func contains(list, item *manifest.Node) bool {
	for _, c := range list.Content {
		if manifest.Equal(c, item) {
			return true
		}
	}
	return false
}

// dotted finds a key with dots that the path takes for steps: made as steps, it
// would become a second field beside the one that is meant.
func (w walk) dotted(f manifest.Found, i int) *problem {
	_, most := joinedKey(w.path[i:])
	for n := most; n > 1; n-- {
		name, _ := joinedKey(w.path[i : i+n])
		if _, v := manifest.Lookup(f.Node, name); v != nil {
			return &problem{
				code: codePath, path: w.path, at: v,
				message: fmt.Sprintf("no key %q in %s, which has the key %q", w.path[i].Key, place(f.Path), name),
				hint:    fmt.Sprintf("quote a key with dots: %s", append(f.Path.Child(name), w.path[i+n:]...)),
			}
		}
	}
	return nil
}

func place(path manifest.Path) string {
	if len(path) == 0 {
		return "the object"
	}
	return path.String()
}

// own returns the value of a key for changing. One that `<<` brings in is
// copied first, so that its source keeps what it has.
func own(n *manifest.Node, key string, v *manifest.Node) *manifest.Node {
	for i := 1; i < len(n.Content); i += 2 {
		if n.Content[i] == v {
			return v
		}
	}
	return manifest.Clone(v)
}

// owned is own for what is changed in place: the copy goes into the map at once.
func owned(n *manifest.Node, key string, v *manifest.Node) *manifest.Node {
	kept := own(n, key, v)
	if kept != v {
		manifest.SetKey(n, key, kept)
	}
	return kept
}

// embedded goes on in the document that a string holds, or makes it.
func (w walk) embedded(f manifest.Found, i int) *problem {
	if isNull(f.Node) {
		return w.fillText(f, i)
	}
	return w.edit(f, i, func(inside manifest.Found) *problem { return w.at(inside, i+1) })
}

// edit changes the document in the string at f, into which step i leads.
func (w walk) edit(f manifest.Found, i int, change func(manifest.Found) *problem) *problem {
	if _, isString := manifest.Value(f.Node).(string); !isString {
		_, miss := f.Step(w.path, i)
		return missing(miss)
	}
	var inner *problem
	text, _, err := manifest.EditText(f.Node.Value, w.path[i].Key, func(root *manifest.Node) error {
		inside := append(append(manifest.Path{}, f.Path...), w.path[i])
		if inner = change(manifest.Found{Path: inside, Node: root}); inner != nil {
			return errStopped
		}
		return nil
	})
	switch {
	case inner != nil:
		inner.at = f.Node
		return inner
	case errors.Is(err, manifest.ErrEmpty) && w.way:
		return w.fillText(f, i)
	case unwritable(err) != nil:
		p := unwritable(err)
		p.path, p.at = f.Path, f.Node
		return p
	case err != nil:
		_, miss := f.Step(w.path, i)
		if miss == nil {
			miss = &manifest.Miss{Path: w.path, Deepest: f.Path, Node: f.Node, Step: w.path[i], Reason: err.Error()}
		}
		return missing(miss)
	}
	f.Node.Value = text
	return nil
}

// fillText makes the way in a string that holds nothing yet.
func (w walk) fillText(f manifest.Found, i int) *problem {
	root := newNull()
	inside := append(append(manifest.Path{}, f.Path...), w.path[i])
	if p := w.at(manifest.Found{Path: inside, Node: root}, i+1); p != nil {
		return p
	}
	text, _, err := manifest.EditText("{}\n", w.path[i].Key, func(n *manifest.Node) error {
		*n = *root
		return nil
	})
	if err != nil {
		p := unwritable(err)
		if p == nil {
			p = &problem{code: codePath, message: err.Error()}
		}
		p.path, p.at = f.Path, f.Node
		return p
	}
	if isNull(f.Node) {
		*f.Node = *manifest.NewString(text)
		return nil
	}
	f.Node.Value += text
	return nil
}

// found calls leaf with what is there at the end of the path from f, to which
// the first i steps have led; the last first, so that leaf may take it away.
func (w walk) found(f manifest.Found, i int) *problem {
	nodes := []manifest.Found{f}
	for ; i < len(w.path) && w.path[i].Kind != manifest.Decode; i++ {
		var next []manifest.Found
		var miss *manifest.Miss
		for _, n := range nodes {
			more, m := n.Step(w.path, i)
			next = append(next, more...)
			if miss == nil {
				miss = m
			}
		}
		if len(next) == 0 {
			return missing(miss)
		}
		nodes = next
	}
	for _, n := range slices.Backward(nodes) {
		p := w.end(n, i)
		if p != nil {
			return p
		}
	}
	return nil
}

// end calls leaf at the end of the path, or goes on inside of a string.
func (w walk) end(f manifest.Found, i int) *problem {
	if i == len(w.path) {
		return w.leaf(f)
	}
	return w.edit(f, i, func(inside manifest.Found) *problem { return w.found(inside, i+1) })
}
