package patch

import (
	"errors"
	"fmt"

	"github.com/helmx-dev/helmx/manifest"
)

// assign sets the value at a path. Maps that are missing on the way are made;
// an item of a list must be there.
func assign(root *manifest.Node, path manifest.Path, value *manifest.Node) *problem {
	return setter{path: path, value: value}.at(manifest.Found{Node: root}, 0)
}

type setter struct {
	path  manifest.Path
	value *manifest.Node
}

// at sets the value below f, to which the first i steps have led.
func (s setter) at(f manifest.Found, i int) *problem {
	if i == len(s.path) {
		return s.overwrite(f)
	}
	step := s.path[i]
	if step.Kind == manifest.Decode {
		return s.embedded(f, i)
	}
	key := step.Kind == manifest.Key || step.Kind == manifest.Token && !isList(f.Node)
	if key && isNull(f.Node) {
		makeMap(f.Node)
	}
	if key && isMap(f.Node) {
		return s.key(f, i)
	}
	found, miss := f.Step(s.path, i)
	if miss != nil {
		return missing(miss)
	}
	for _, next := range found {
		if p := s.at(next, i+1); p != nil {
			return p
		}
	}
	return nil
}

// makeMap turns a null into an empty map.
func makeMap(n *manifest.Node) {
	comment := n.LineComment
	*n = *newMap()
	n.LineComment = comment
}

func (s setter) key(f manifest.Found, i int) *problem {
	key := s.path[i].Key
	_, v := manifest.Lookup(f.Node, key)
	if v == nil {
		if p := s.dotted(f, i); p != nil {
			return p
		}
		if i+1 == len(s.path) {
			manifest.SetKey(f.Node, key, manifest.Copy(s.value))
			return nil
		}
		if next := s.path[i+1].Kind; next != manifest.Key && next != manifest.Token {
			_, miss := f.Step(s.path, i)
			return missing(miss)
		}
		v = newMap()
	} else {
		v = own(f.Node, key, v)
	}
	next := manifest.Found{Path: f.Path.Child(key), Node: v, Parent: f.Node}
	if p := s.at(next, i+1); p != nil {
		return p
	}
	manifest.SetKey(f.Node, key, v)
	return nil
}

// dotted finds a key with dots that the path takes for steps: made as steps, it
// would become a second field beside the one that is meant.
func (s setter) dotted(f manifest.Found, i int) *problem {
	_, most := joinedKey(s.path[i:])
	for n := most; n > 1; n-- {
		name, _ := joinedKey(s.path[i : i+n])
		if _, v := manifest.Lookup(f.Node, name); v != nil {
			return &problem{
				code: codePath, path: s.path, at: v,
				message: fmt.Sprintf("no key %q in %s, which has the key %q", s.path[i].Key, place(f.Path), name),
				hint:    fmt.Sprintf("quote a key with dots: %s", append(f.Path.Child(name), s.path[i+n:]...)),
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

// overwrite replaces a value by one of the same sort. Null gives way to
// anything, and every scalar to every other: what type a field has is for
// validation to say.
func (s setter) overwrite(f manifest.Found) *problem {
	if !isNull(f.Node) && !isNull(s.value) && f.Node.Kind != s.value.Kind {
		return &problem{
			code: codeClash, path: f.Path, at: f.Node, by: s.value,
			message: fmt.Sprintf("%s is %s, and the patch sets it to %s", f.Path, manifest.KindName(f.Node), manifest.KindName(s.value)),
			hint:    "name the field inside, or give a value of the same type",
		}
	}
	if manifest.Equal(f.Node, s.value) {
		return nil
	}
	*f.Node = *manifest.Copy(s.value)
	return nil
}

// embedded sets the value in the document that a string holds.
func (s setter) embedded(f manifest.Found, i int) *problem {
	if _, isString := manifest.Value(f.Node).(string); !isString {
		_, miss := f.Step(s.path, i)
		return missing(miss)
	}
	var inner *problem
	text, _, err := manifest.EditText(f.Node.Value, s.path[i].Key, func(root *manifest.Node) error {
		path := append(append(manifest.Path{}, f.Path...), s.path[i])
		if inner = s.at(manifest.Found{Path: path, Node: root}, i+1); inner != nil {
			return errStopped
		}
		return nil
	})
	switch {
	case inner != nil:
		inner.at = f.Node
		return inner
	case errors.Is(err, manifest.ErrEmpty):
		return s.fillText(f, i)
	case err != nil:
		_, miss := f.Step(s.path, i)
		if miss == nil {
			miss = &manifest.Miss{Path: s.path, Deepest: f.Path, Node: f.Node, Step: s.path[i], Reason: err.Error()}
		}
		return missing(miss)
	}
	f.Node.Value = text
	return nil
}

// fillText sets a value in a string that holds nothing yet.
func (s setter) fillText(f manifest.Found, i int) *problem {
	root := newMap()
	if p := s.at(manifest.Found{Path: f.Path, Node: root}, i+1); p != nil {
		return p
	}
	text, _, err := manifest.EditText("{}\n", s.path[i].Key, func(n *manifest.Node) error {
		*n = *root
		return nil
	})
	if err != nil {
		return &problem{code: codePath, path: f.Path, at: f.Node, message: err.Error()}
	}
	f.Node.Value += text
	return nil
}
