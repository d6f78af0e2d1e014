package patch

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/helmx-dev/helmx/manifest"
	"go.yaml.in/yaml/v3"
)

// replacement is an entry of `replacements`: a value that is found once, and
// goes to one target or more.
type replacement struct {
	file    string
	node    *manifest.Node
	value   *manifest.Node // given, in place of a source
	source  manifest.ID    // Kind, Name, Namespace, and the type below; "" is any
	group   string
	version string
	path    string
	options fieldOptions
	targets []replacementTarget
}

// replacementTarget is one of its targets.
type replacementTarget struct {
	node    *manifest.Node
	chosen  *selector
	reject  []*selector
	paths   []string
	options fieldOptions
}

// fieldOptions say which part of a text is meant.
type fieldOptions struct {
	delimiter string
	index     int
	create    bool
}

// replacements reads `replacements`: entries, and files that hold one or a list.
func (k *kustomization) replacements(n *manifest.Node) []Patch {
	var patches []Patch
	k.items("replacements", n, func(what string, item *manifest.Node) {
		_, file := manifest.Lookup(item, "path")
		if file = manifest.Resolve(file); isNull(file) {
			patches = append(patches, k.replacement(what, item)...)
			return
		}
		if len(item.Content) > 2 {
			k.report(codeShape, item, what+" has a path and more", "what the file holds is the replacement: leave out the rest")
			return
		}
		patches = append(patches, k.replacementFile(what, file)...)
	})
	return patches
}

func (k *kustomization) replacementFile(what string, n *manifest.Node) []Patch {
	text, ok := k.fromFile(n, n.Value)
	if !ok {
		return nil
	}
	var patches []Patch
	k.within(text.file, func() {
		for _, root := range text.roots {
			if !isList(root) {
				patches = append(patches, k.replacement(what, root)...)
				continue
			}
			k.items(what, root, func(name string, item *manifest.Node) { patches = append(patches, k.replacement(name, item)...) })
		}
	})
	return patches
}

// replacement reads one entry.
func (k *kustomization) replacement(what string, n *manifest.Node) []Patch {
	r := &replacement{file: k.file, node: n}
	hasSource := false
	ok := k.entry(what, n, map[string]func(key, value *manifest.Node){
		"source": func(_, v *manifest.Node) {
			hasSource = !isNull(v)
			if hasSource {
				k.replacementSource(what, v, r)
			}
		},
		"sourceValue": func(key, v *manifest.Node) {
			if isNull(v) {
				return
			}
			text := ""
			k.into(&text)(key, v)
			r.value = &manifest.Node{Kind: yaml.ScalarNode, Value: text}
		},
		"targets": func(_, v *manifest.Node) {
			k.items(what+".targets", v, func(name string, item *manifest.Node) { k.replacementTarget(name, item, r) })
		},
		"path": func(_, _ *manifest.Node) {},
	})
	switch {
	case !ok:
		return nil
	case hasSource == (r.value != nil):
		k.report(codeShape, n, what+" has "+map[bool]string{true: "both source and sourceValue", false: "neither source nor sourceValue"}[hasSource], "write one of the two")
		return nil
	case len(r.targets) == 0:
		k.report(codeShape, n, what+" has no targets", "say which fields of which objects take the value")
		return nil
	}
	var patches []Patch
	for i, t := range r.targets {
		patches = append(patches, k.replacementPatch(fmt.Sprintf("%s.targets[%d]", what, i), r, t))
	}
	return patches
}

func (k *kustomization) replacementSource(what string, n *manifest.Node, r *replacement) {
	k.entry("source of "+what, n, map[string]func(key, value *manifest.Node){
		"group": k.into(&r.group), "version": k.into(&r.version), "kind": k.into(&r.source.Kind), "name": k.into(&r.source.Name),
		"namespace": k.into(&r.source.Namespace), "fieldPath": k.into(&r.path),
		"options": func(_, v *manifest.Node) { r.options = k.fieldOptions(v) },
	})
	if r.path == "" {
		r.path = "metadata.name"
	}
}

func (k *kustomization) replacementTarget(what string, n *manifest.Node, r *replacement) {
	t := replacementTarget{node: n}
	ok := k.entry(what, n, map[string]func(key, value *manifest.Node){
		"select": func(_, v *manifest.Node) { t.chosen, _ = k.selector(v) },
		"reject": func(_, v *manifest.Node) {
			if !isNull(v) {
				k.items(what+".reject", v, func(_ string, item *manifest.Node) {
					s, _ := k.selector(item)
					t.reject = append(t.reject, s)
				})
			}
		},
		"fieldPaths": func(_, v *manifest.Node) {
			if !isNull(v) {
				t.paths = k.texts("fieldPaths", v)
			}
		},
		"options": func(_, v *manifest.Node) { t.options = k.fieldOptions(v) },
	})
	if ok && t.chosen == nil {
		k.report(codeShape, n, what+" selects no objects", "add select: {kind: ..., name: ...}")
	}
	if len(t.paths) == 0 {
		t.paths = []string{"metadata.name"}
	}
	r.targets = append(r.targets, t)
}

func (k *kustomization) fieldOptions(n *manifest.Node) (o fieldOptions) {
	if isNull(n) {
		return o
	}
	encoding := ""
	k.entry("options", n, map[string]func(key, value *manifest.Node){
		"delimiter": k.into(&o.delimiter), "create": k.flag(&o.create), "encoding": k.into(&encoding),
		"index": func(_, v *manifest.Node) {
			i, isInt := manifest.Value(v).(int64)
			if !isInt {
				k.report(codeShape, v, "index is "+manifest.KindName(v)+", expected a whole number", "")
			}
			o.index = int(i)
		},
	})
	return o // kustomize takes an encoding, and does nothing with it
}

// replacementPatch makes the patch of one target.
func (k *kustomization) replacementPatch(what string, r *replacement, t replacementTarget) Patch {
	made := k.imported(t.node, what)
	made.Span.File = r.file
	made.Target, made.selects = t.chosen.target, t.selects
	for _, path := range t.paths {
		made.changes = append(made.changes, change{span: made.Span, apply: func(o *object) ([]removal, *problem) {
			value, p := r.take(o)
			if p != nil {
				p.by = r.node
				return nil, p
			}
			return nil, t.write(o, path, value)
		}})
	}
	return made
}

func (t replacementTarget) selects(r *run, d *manifest.Document) bool {
	if !t.chosen.matchesLabels(d) {
		return false
	}
	ids := r.ids(d)
	for _, s := range t.reject {
		if (len(s.labels) > 0 || len(s.annotations) > 0) && s.matchesLabels(d) || !s.isEmpty() && slices.ContainsFunc(ids, s.matchesID) {
			return false
		}
	}
	return slices.ContainsFunc(ids, t.chosen.matchesID)
}

// taken is what a replacement has found; secret says that it is of a Secret.
type taken struct {
	value  *manifest.Node
	secret bool
}

// take finds the value of a replacement. A part of a text is found once for all
// targets; a whole value is that of the moment, as in kustomize, should the
// source be a target too.
func (r *replacement) take(o *object) (*manifest.Node, *problem) {
	in := o.run
	if r.value != nil {
		return r.value, nil
	}
	if old, ok := in.replaced[r]; ok {
		o.copied = old.secret
		return old.value, nil
	}
	var found *manifest.Document
	for _, d := range in.docs {
		if d.ID().Empty() || !slices.ContainsFunc(in.ids(d), func(id manifest.ID) bool { return r.isSource(in, id) }) {
			continue
		}
		if found != nil {
			return nil, &problem{code: codeTarget, message: fmt.Sprintf("the source is more than one object: %s and %s", found.Object(), d.Object()), hint: "give the source a namespace, group or version"}
		}
		found = d
	}
	if found == nil {
		return nil, &problem{code: codeTarget, message: fmt.Sprintf("there is no object for the source, kind %q and name %q", r.source.Kind, r.source.Name)}
	}
	value, p := r.valueIn(found)
	o.copied = found.SecretAt(manifest.Keys(splitFieldPath(r.path)...))
	if p == nil && r.options.delimiter != "" {
		if in.replaced == nil {
			in.replaced = map[*replacement]taken{}
		}
		in.replaced[r] = taken{value, o.copied}
	}
	return value, p
}

func (r *replacement) isSource(in *run, id manifest.ID) bool {
	s := r.source
	return (s.Name == "" || s.Name == id.Name) && (s.Kind == "" || s.Kind == id.Kind) && (r.group == "" || r.group == id.Group()) && (r.version == "" || r.version == id.Version()) &&
		(s.Namespace == "" || in.effectiveNamespace(manifest.ID{Kind: id.Kind, Namespace: s.Namespace}) == in.effectiveNamespace(id))
}

// valueIn is the value that the source object has.
func (r *replacement) valueIn(d *manifest.Document) (*manifest.Node, *problem) {
	root, err := d.Tree()
	if err != nil {
		return nil, &problem{code: codeTarget, message: fmt.Sprintf("the source, %s, cannot be read: %v", d.Object(), err)}
	}
	f := fieldPath{keys: splitFieldPath(r.path), text: r.path}
	root = manifest.Copy(root) // the way to a value may take it out of a <<
	nodes, p := f.find(root)
	if p == nil && (len(nodes) == 0 || isNull(nodes[0])) {
		p = f.missing(root)
	}
	if p != nil {
		p.message = fmt.Sprintf("the source, %s: %s", d.Object(), p.message)
		p.at = nil
		return nil, p
	}
	value := manifest.Clone(nodes[0])
	if r.options.delimiter == "" {
		return value, nil
	}
	if !isScalar(value) {
		return nil, &problem{code: codeClash, message: fmt.Sprintf("%s of the source is %s, and only text has a delimiter", r.path, manifest.KindName(value))}
	}
	parts := strings.Split(value.Value, r.options.delimiter)
	if r.options.index < 0 || r.options.index >= len(parts) {
		return nil, &problem{code: codePath, message: fmt.Sprintf("%s of the source has %d parts, and the index is %d", r.path, len(parts), r.options.index)}
	}
	value.Value = parts[r.options.index]
	return value, nil
}

// write puts the value at a path of an object, or inside a string there that
// holds YAML or JSON.
func (t replacementTarget) write(o *object, path string, value *manifest.Node) *problem {
	f := fieldPath{keys: splitFieldPath(path), text: path}
	if t.options.create {
		f.make = value.Kind
	}
	if done, p := t.inText(o.root, f, value); done || p != nil {
		return p
	}
	return t.writeIn(o.root, f, value)
}

func (t replacementTarget) writeIn(root *manifest.Node, f fieldPath, value *manifest.Node) *problem {
	nodes, p := f.find(root)
	if p == nil && len(nodes) == 0 {
		p = f.missing(root)
	}
	if p != nil {
		return p
	}
	for _, n := range nodes {
		if p := t.options.set(n, value, f.text); p != nil {
			return p
		}
	}
	return nil
}

// set gives a node the value, or a part of it. A scalar keeps its type and its
// quotes, so that a number in a string stays one.
func (o fieldOptions) set(n, value *manifest.Node, path string) *problem {
	text := value.Value
	if o.delimiter != "" {
		if !isScalar(n) {
			return &problem{code: codeClash, at: n, message: fmt.Sprintf("%s is %s, and only text has a delimiter", path, manifest.KindName(n))}
		}
		parts := strings.Split(n.Value, o.delimiter)
		switch {
		case o.index < 0:
			parts = append([]string{text}, parts...)
		case o.index >= len(parts):
			parts = append(parts, text)
		default:
			parts[o.index] = text
		}
		text = strings.Join(parts, o.delimiter)
	}
	switch {
	case isScalar(n) && isScalar(value):
		n.Value = text
	case isScalar(n):
		n.Value = ""
	default:
		*n = *manifest.Clone(value)
	}
	return nil
}

// inText writes inside a string on the way that holds YAML or JSON.
func (t replacementTarget) inText(root *manifest.Node, f fieldPath, value *manifest.Node) (done bool, p *problem) {
	n := root
	for i, key := range f.keys {
		if n = lookupPart(n, key); n == nil {
			return false, nil
		}
		text, isString := manifest.Value(n).(string)
		if !isScalar(n) || i == len(f.keys)-1 {
			continue
		}
		if !isString {
			return false, nil
		}
		inner := fieldPath{keys: f.keys[i+1:], text: f.text, make: f.make}
		format := "yaml"
		if s := strings.TrimSpace(text); strings.HasPrefix(s, "{") || strings.HasPrefix(s, "[") {
			format = "json"
		}
		edited, _, err := manifest.EditText(text, format, func(within *manifest.Node) error {
			if p = t.writeIn(within, inner, value); p != nil {
				return errStopped
			}
			return nil
		})
		if err != nil && !errors.Is(err, errStopped) {
			return false, nil
		}
		if p == nil {
			n.Value = edited
		}
		return true, p
	}
	return false, nil
}

// lookupPart takes one step of a path without wildcards, nil where it leads
// nowhere.
func lookupPart(n *manifest.Node, key string) *manifest.Node {
	switch {
	case isMap(n):
		_, v := manifest.Lookup(n, key)
		return manifest.Resolve(v)
	case isList(n):
		if i, err := strconv.Atoi(key); err == nil && i >= 0 && i < len(n.Content) {
			return n.Content[i]
		}
		if field, value, ok := strings.Cut(strings.TrimSuffix(strings.TrimPrefix(key, "["), "]"), "="); ok {
			for _, item := range n.Content {
				if _, v := manifest.Lookup(item, field); isScalar(v) && v.Value == value {
					return item
				}
			}
		}
	}
	return nil
}
