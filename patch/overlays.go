package patch

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/helmx-dev/helmx/manifest"
	"go.yaml.in/yaml/v3"
)

// overlays reads `overlays`: the {path, value} of an IstioOperator, for the
// objects of the patch's target, or whole overlays with kind, name and patches,
// which are targets of their own.
func (p *parser) overlays(patch *Patch, key, n *manifest.Node) {
	if !isList(n) || len(n.Content) == 0 {
		p.report(codeShape, n, "overlays is "+manifest.KindName(n)+", expected a list with something in it", "write {path, value}, or {kind, name, patches} for other objects")
		return
	}
	patch.Literal = true
	for _, item := range n.Content {
		item = manifest.Resolve(item)
		if _, whole := manifest.Lookup(item, "patches"); whole == nil {
			patch.changes = append(patch.changes, p.overlay(item)...)
			continue
		}
		if part, ok := p.wholeOverlay(item); ok {
			patch.parts = append(patch.parts, part)
		}
	}
	patch.anywhere = len(patch.parts) > 0
	if patch.anywhere && len(patch.changes) > 0 {
		p.report(codeShape, key, "overlays has both forms, {path, value} and {kind, name, patches}", "make two patches of it")
	}
}

// wholeOverlay reads {apiVersion, kind, name, patches}. Istio ignores the
// apiVersion, and so must what takes overlays as they are.
func (p *parser) wholeOverlay(n *manifest.Node) (Patch, bool) {
	part := Patch{Span: p.span(n), Literal: true, Kind: "overlays"}
	before := len(p.found)
	p.fields("an overlay", n, map[string]func(key, value *manifest.Node){
		"apiVersion": func(_, v *manifest.Node) { p.text("apiVersion", v) },
		"kind":       func(_, v *manifest.Node) { part.Target.Kind = Patterns{{text: p.text("kind", v)}} },
		"name":       func(_, v *manifest.Node) { part.Target.Name = Patterns{{text: p.text("name", v)}} },
		"patches": func(k, v *manifest.Node) {
			if !isList(v) || len(v.Content) == 0 {
				p.report(codeShape, k, "patches is "+manifest.KindName(v)+", expected a list with something in it", "write [{path, value}]")
				return
			}
			for _, item := range v.Content {
				part.changes = append(part.changes, p.overlay(manifest.Resolve(item))...)
			}
		},
	})
	if len(p.found) == before && (part.Target.Kind == nil || part.Target.Name == nil) {
		p.report(codeShape, n, "an overlay needs kind and name", "they tell which object it is for")
	}
	part.Target.Text = "kind: " + part.Target.Kind.first() + ", name: " + part.Target.Name.first()
	return part, len(p.found) == before
}

// overlay reads {path, value}. No value, or null, deletes.
func (p *parser) overlay(n *manifest.Node) []change {
	if !p.filledMap("an overlay", n, n, "write {path, value}") {
		return nil
	}
	var steps overlayPath
	var at, value *manifest.Node
	p.fields("an overlay", n, map[string]func(key, value *manifest.Node){
		"path": func(_, v *manifest.Node) {
			if !p.string("path", v, "a path") {
				return
			}
			var err error
			if steps, err = parseOverlayPath(v.Value); err != nil {
				p.report(codePathSyntax, v, "path: "+err.Error(), "")
			}
			at = v
		},
		"value": func(_, v *manifest.Node) { value = patchValue(v) },
	})
	if steps == nil {
		if at == nil {
			p.report(codeShape, n, "the overlay has no path", "write {path, value}")
		}
		return nil
	}
	o := overlay{text: at.Value, steps: steps, value: unpack(value)}
	return []change{{span: p.span(at), path: o.about(), apply: func(o2 *object) ([]removal, *problem) { return o.apply(o2.root) }}}
}

// unpack turns a string that holds a YAML map into the map, as Istio does for
// overlays whose values were all strings once. JSON stays a string.
func unpack(n *manifest.Node) *manifest.Node {
	text, isString := "", false
	if n != nil {
		text, isString = manifest.Value(n).(string)
	}
	if !isString || !strings.Contains(text, ": ") && (!strings.Contains(text, "\n") || !strings.Contains(text, ":")) {
		return n
	}
	var object map[string]any
	if json.Unmarshal([]byte(text), &object) == nil {
		return n
	}
	root, err := manifest.Embedded(n)
	if err != nil || !isMap(root) {
		return n
	}
	return patchValue(root)
}

// overlay is a path with a value, obeyed as Istio's tpath does
// (operator/pkg/tpath/tree.go).
type overlay struct {
	text  string
	steps overlayPath
	value *manifest.Node // nil or null: delete
}

// about is the path for messages and explanations, as far as it can be written
// as one.
func (o overlay) about() manifest.Path {
	path, err := manifest.ParsePath(o.text)
	if err != nil {
		return nil
	}
	return path
}

func (o overlay) apply(root *manifest.Node) ([]removal, *problem) {
	if isNull(o.value) {
		return o.remove(root)
	}
	return nil, o.put(manifest.Found{Node: root}, 0)
}

// put goes on from f, to which the first i steps have led, making what is
// missing, and sets the value at the end.
func (o overlay) put(f manifest.Found, i int) *problem {
	if i == len(o.steps) {
		if f.Node.Line == 0 || !manifest.Equal(f.Node, o.value) {
			*f.Node = *manifest.Copy(o.value)
		}
		return nil
	}
	s := o.steps[i]
	if isNull(f.Node) {
		kind := yaml.MappingNode
		if s.index != nil || s.field != "" {
			kind = yaml.SequenceNode
		}
		become(f.Node, kind)
	}
	switch {
	case isMap(f.Node) && s.key != "":
		return o.putKey(f, i)
	case isList(f.Node) && s.key == "":
		return o.putItem(f, i)
	}
	return o.clash(f, s)
}

func (o overlay) putKey(f manifest.Found, i int) *problem {
	key := o.steps[i].key
	_, v := manifest.Lookup(f.Node, key)
	if v == nil {
		v = newNull()
	} else {
		v = own(f.Node, key, v)
	}
	if p := o.put(manifest.Found{Path: f.Path.Child(key), Node: v, Parent: f.Node}, i+1); p != nil {
		return p
	}
	manifest.SetKey(f.Node, key, v)
	return nil
}

func (o overlay) putItem(f manifest.Found, i int) *problem {
	s := o.steps[i]
	if n := s.find(f.Node); n >= 0 {
		return o.put(manifest.Found{Path: f.Path.At(n), Node: f.Node.Content[n], Parent: f.Node}, i+1)
	}
	if s.index == nil {
		return o.noItem(f, s)
	}
	made := newNull()
	if p := o.put(manifest.Found{Path: f.Path.At(len(f.Node.Content)), Node: made, Parent: f.Node}, i+1); p != nil {
		return p
	}
	f.Node.Content = append(f.Node.Content, made)
	return nil
}

// find returns the first item that a step in brackets selects, or -1: an index
// beyond the end and -1 stand for a new item.
func (s overlayStep) find(list *manifest.Node) int {
	if s.index != nil {
		if *s.index < 0 || *s.index >= len(list.Content) {
			return -1
		}
		return *s.index
	}
	return slices.IndexFunc(list.Content, func(item *manifest.Node) bool {
		if isMap(item) {
			_, v := manifest.Lookup(item, s.field)
			return s.field != "" && isScalar(v) && v.Value == s.value
		}
		return isScalar(item) && s.item.MatchString(item.Value)
	})
}

// remove deletes what the path leads to.
func (o overlay) remove(root *manifest.Node) ([]removal, *problem) {
	f := manifest.Found{Node: root}
	for i, s := range o.steps {
		last := i == len(o.steps)-1
		switch {
		case isMap(f.Node) && s.key != "":
			_, v := manifest.Lookup(f.Node, s.key)
			if v == nil {
				return nil, o.nothing(o.noKey(f, s))
			}
			path := f.Path.Child(s.key)
			if last {
				manifest.RemoveKey(f.Node, s.key)
				return []removal{{path: path}}, nil
			}
			v = owned(f.Node, s.key, v)
			f = manifest.Found{Path: path, Node: v, Parent: f.Node}
		case isList(f.Node) && s.key == "":
			n := s.find(f.Node)
			if n < 0 {
				return nil, o.nothing(o.noItem(f, s))
			}
			if last {
				f.Node.Content = slices.Delete(f.Node.Content, n, n+1)
				return nil, nil
			}
			f = manifest.Found{Path: f.Path.At(n), Node: f.Node.Content[n], Parent: f.Node}
		default:
			return nil, o.nothing(o.clash(f, s))
		}
	}
	return nil, nil
}

// nothing marks a problem as one of an object that has nothing to delete.
func (o overlay) nothing(p *problem) *problem {
	p.absent = true
	p.message = "nothing to delete: " + p.message
	return p
}

func (o overlay) noKey(f manifest.Found, s overlayStep) *problem {
	step := manifest.Path{{Kind: manifest.Key, Key: s.key}}
	_, miss := f.Step(step, 0)
	p := missing(miss)
	p.path = f.Path.Child(s.key)
	return p
}

func (o overlay) noItem(f manifest.Found, s overlayStep) *problem {
	step := manifest.Step{Kind: manifest.Item, Key: strings.Trim(s.text, "[]:")}
	switch {
	case s.index != nil:
		step = manifest.Step{Kind: manifest.Index, Index: *s.index}
	case s.field != "":
		step = manifest.Step{Kind: manifest.Match, Fields: []manifest.Field{{Name: s.field, Value: s.value}}}
	}
	_, miss := f.Step(manifest.Path{step}, 0)
	if miss == nil {
		return &problem{code: codePath, path: f.Path, at: f.Node, message: fmt.Sprintf("no item %s in %s", s.text, place(f.Path))}
	}
	p := missing(miss)
	p.path = append(f.Path[:len(f.Path):len(f.Path)], step)
	return p
}

func (o overlay) clash(f manifest.Found, s overlayStep) *problem {
	want := "a map with the key " + s.key
	if s.key == "" {
		want = "a list with an item " + s.text
	}
	return &problem{
		code: codeClash, path: f.Path, at: f.Node,
		message: fmt.Sprintf("%s is %s, and %s of the overlay wants %s", place(f.Path), manifest.KindName(f.Node), s.text, want),
		hint:    "an item of a list is selected by [name:x], [:x] or an index in brackets",
	}
}
