package patch

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
	"go.yaml.in/yaml/v3"
)

// patchText is the text of a patch and where it stands.
type patchText struct {
	file  string
	roots []*manifest.Node // a document each, with positions in the file
}

// patchEntry is an entry of `patches` and `patchesJson6902`.
type patchEntry struct {
	file, text           *manifest.Node
	target               *selector
	nameChange, newKinds bool
}

// patchList reads `patches`.
func (k *kustomization) patchList(n *manifest.Node) []Patch {
	var patches []Patch
	k.items("patches", n, func(name string, item *manifest.Node) {
		e, ok := k.patchEntry(name, item)
		if !ok {
			return
		}
		if text, ok := k.patchText(name, item, e); ok {
			patches = append(patches, k.fromEntry(name, item, e, text)...)
		}
	})
	return patches
}

func (k *kustomization) patchEntry(name string, n *manifest.Node) (e patchEntry, ok bool) {
	targetOK := true
	ok = k.entry(name, n, map[string]func(key, value *manifest.Node){
		"path":  func(_, v *manifest.Node) { e.file = v },
		"patch": func(_, v *manifest.Node) { e.text = v },
		"target": func(_, v *manifest.Node) {
			if !isNull(v) {
				e.target, targetOK = k.selector(v)
			}
		},
		"options": func(_, v *manifest.Node) {
			if !isNull(v) {
				k.entry("options of "+name, v, map[string]func(key, value *manifest.Node){"allowNameChange": k.flag(&e.nameChange), "allowKindChange": k.flag(&e.newKinds)})
			}
		},
	})
	return e, ok && targetOK
}

// patchText reads the text of an entry, from a file or from the entry itself.
func (k *kustomization) patchText(name string, n *manifest.Node, e patchEntry) (patchText, bool) {
	hasText, hasFile := e.text != nil && strings.TrimSpace(e.text.Value) != "", e.file != nil && e.file.Value != ""
	switch {
	case hasText == hasFile:
		k.report(codeShape, n, name+" has "+map[bool]string{true: "both patch and path", false: "neither patch nor path"}[hasText], "write one of the two")
		return patchText{}, false
	case hasText:
		return k.inline(e.text)
	}
	return k.fromFile(e.file, e.file.Value)
}

func (k *kustomization) fromFile(n *manifest.Node, name string) (patchText, bool) {
	f := k.read(n, name)
	if f == nil {
		return patchText{}, false
	}
	roots, err := documentsOf(f.data, nil, 0)
	if err != nil {
		k.within(f.name, func() {
			k.report(codeShape, &manifest.Node{Line: err.Line, Column: err.Column}, "the patch is no YAML: "+err.Message, "")
		})
	}
	return k.nonEmpty(n, patchText{f.name, roots}, err == nil)
}

func (k *kustomization) inline(n *manifest.Node) (patchText, bool) {
	roots, err := documentsOf([]byte(n.Value), n, k.indent(n))
	if err != nil {
		k.report(codeShape, &manifest.Node{Line: err.Line, Column: err.Column}, "the patch is no YAML: "+err.Message, "")
	}
	return k.nonEmpty(n, patchText{k.file, roots}, err == nil)
}

func (k *kustomization) nonEmpty(n *manifest.Node, text patchText, ok bool) (patchText, bool) {
	if ok && len(text.roots) == 0 {
		k.report(codeShape, n, "the patch is empty", "")
		return text, false
	}
	return text, ok
}

// documentsOf parses the documents of a text. Those of a literal block, in, have
// the lines of its file, and its columns when indent is the indentation of the
// block; those of any other string all have its own place.
func documentsOf(data []byte, in *manifest.Node, indent int) ([]*manifest.Node, *manifest.SyntaxError) {
	var roots []*manifest.Node
	for _, d := range manifest.Read("", data) {
		root, err := d.Root()
		var syntax *manifest.SyntaxError
		if errors.As(err, &syntax) {
			at := &manifest.Node{Line: syntax.Line, Column: syntax.Column}
			toFile(at, d.Origin.Line-1, in, indent)
			return nil, &manifest.SyntaxError{Line: at.Line, Column: at.Column, Message: syntax.Message}
		}
		if err == nil && root != nil && !isNull(root) {
			toFile(root, max(d.Origin.Line, 1)-1, in, indent)
			roots = append(roots, root)
		}
	}
	return roots, nil
}

// within reads what stands in another file than the kustomization.
func (k *kustomization) within(file string, read func()) {
	at := k.file
	k.file = file
	read()
	k.file = at
}

// indent is the indentation of the content of a literal block.
func (k *kustomization) indent(n *manifest.Node) int {
	if n.Style&yaml.LiteralStyle == 0 {
		return 0
	}
	content := strings.TrimLeft(n.Value, "\n")
	lines := strings.Split(string(k.data), "\n")
	at := n.Line + len(n.Value) - len(content)
	if at >= len(lines) {
		return 0
	}
	return leading(lines[at]) - leading(content)
}

func leading(s string) int { return len(s) - len(strings.TrimLeft(s, " ")) }

// toFile gives nodes of an embedded text their places in the file.
func toFile(n *manifest.Node, lines int, in *manifest.Node, indent int) {
	switch {
	case in == nil:
		n.Line += lines
	case in.Style&yaml.LiteralStyle != 0:
		n.Line += lines + in.Line
		n.Column += indent
	default:
		n.Line, n.Column = in.Line, in.Column
	}
	for _, c := range n.Content {
		toFile(c, lines, in, indent)
	}
}

// fromEntry makes patches of an entry of `patches`.
func (k *kustomization) fromEntry(name string, n *manifest.Node, e patchEntry, text patchText) []Patch {
	if isList(text.roots[0]) {
		return k.fromJSONPatch(name, n, e, text)
	}
	if e.target != nil && len(text.roots) > 1 {
		k.report(codeShape, n, fmt.Sprintf("%s has a target, and its text holds %d patches", name, len(text.roots)), "write an entry for each patch")
		return nil
	}
	var patches []Patch
	for _, root := range text.roots {
		if made, ok := k.fromMerge(name, n, e, text.file, root); ok {
			patches = append(patches, made)
		}
	}
	return patches
}

// fromMerge makes a patch of a strategic merge.
func (k *kustomization) fromMerge(name string, n *manifest.Node, e patchEntry, file string, root *manifest.Node) (Patch, bool) {
	made := k.imported(n, name)
	id, ok := k.patchID(file, root)
	if !ok {
		return made, false
	}
	if e.target != nil {
		made.Target, made.selects = e.target.target, e.target.selects
	} else {
		k.aim(&made, id)
	}
	if directiveNode(root) != nil && directiveNode(root).Value == "delete" {
		made.Ensure, made.Kind = Absent, ""
		return made, true
	}
	span := k.span(root)
	span.File = file
	patch := patchValue(root)
	made.changes = []change{{span: span, apply: func(o *object) ([]removal, *problem) { return o.mergeAs(patch, e) }}}
	return made, true
}

// patchID is the name that a strategic merge has in itself, and must have.
func (k *kustomization) patchID(file string, root *manifest.Node) (manifest.ID, bool) {
	text := func(keys ...string) string {
		n := manifest.Keys(keys...).Get(root)
		s, _ := manifest.Value(n).(string)
		return s
	}
	id := manifest.ID{APIVersion: text("apiVersion"), Kind: text("kind"), Name: text("metadata", "name"), Namespace: text("metadata", "namespace")}
	missing := ""
	switch {
	case !isMap(root):
		missing = "a map with apiVersion, kind and metadata.name, or a list of JSON Patch operations"
	case id.Kind == "":
		missing = "a kind"
	case id.Name == "":
		missing = "a metadata.name, which kustomize wants even beside a target"
	default:
		return id, true
	}
	k.within(file, func() {
		k.report(codeShape, root, fmt.Sprintf("the patch is %s without what a strategic merge needs: %s", manifest.KindName(root), missing), "")
	})
	return id, false
}

// aim makes a patch one for the object of a name, which must be one.
func (k *kustomization) aim(p *Patch, id manifest.ID) {
	p.Expect = &Expect{Min: 1, Max: 1}
	p.selects = func(r *run, d *manifest.Document) bool {
		return slices.ContainsFunc(r.ids(d), func(have manifest.ID) bool { return r.sameObject(have, id) })
	}
	exact := func(s string) Patterns { return Patterns{{text: s}} }
	p.Target = Target{Group: exact(id.Group()), Version: exact(id.Version()), Kind: exact(id.Kind), Name: exact(id.Name), Hook: HookAny,
		Text: fmt.Sprintf("apiVersion: %s, kind: %s, name: %s", id.APIVersion, id.Kind, id.Name)}
	if id.Namespace != "" && !slices.Contains(clusterKinds, id.Kind) {
		p.Target.Namespace = exact(id.Namespace)
		p.Target.Text += ", namespace: " + id.Namespace
	}
}

// mergeAs merges as kustomize does: what names the object stays, unless the
// entry allows otherwise, and so do apiVersion and namespace always.
func (o *object) mergeAs(patch *manifest.Node, e patchEntry) ([]removal, *problem) {
	kept := map[string]*manifest.Node{}
	for _, key := range []string{"apiVersion", "kind", "metadata.name", "metadata.namespace"} {
		kept[key] = manifest.Clone(manifest.Keys(strings.Split(key, ".")...).Get(o.root))
	}
	if e.nameChange {
		delete(kept, "metadata.name")
	}
	if e.newKinds {
		delete(kept, "kind")
	}
	m := &merger{apiVersion: o.id.APIVersion, kind: o.id.Kind, kustomize: true}
	if p := m.merge(o.root, patch, nil, nil); p != nil {
		return nil, p
	}
	for key, was := range kept {
		putBack(o.root, strings.Split(key, "."), was)
	}
	return m.removed, nil
}

// putBack gives a scalar the value that it had, or takes it away.
func putBack(n *manifest.Node, keys []string, was *manifest.Node) {
	for _, key := range keys[:len(keys)-1] {
		_, n = manifest.Lookup(n, key)
		if !isMap(n) {
			return
		}
	}
	last := keys[len(keys)-1]
	_, now := manifest.Lookup(n, last)
	switch {
	case was == nil:
		manifest.RemoveKey(n, last)
	case now == nil:
		manifest.SetKey(n, last, was)
	case !manifest.Equal(now, was):
		*now = *was
	}
}

// kustomizeListKeys is ListKeys as kustomize has it: it takes the keys of
// server-side apply, where ports of one number differ by protocol, and knows
// none for custom resources.
func kustomizeListKeys(apiVersion, kind string, path []string) (keys []string, set bool) {
	keys, set = BuiltinListKeys(apiVersion, kind, path)
	if len(keys) == 1 {
		switch keys[0] {
		case "port", "containerPort":
			keys = []string{keys[0], "protocol"}
		case "topologyKey":
			keys = []string{keys[0], "whenUnsatisfiable"}
		}
	}
	return keys, set
}

// fromJSONPatch makes a patch of a JSON Patch, which needs a target.
func (k *kustomization) fromJSONPatch(name string, n *manifest.Node, e patchEntry, text patchText) []Patch {
	if e.target == nil {
		k.report(codeShape, n, name+" is a JSON patch without a target", "add target: {kind: ..., name: ...}")
		return nil
	}
	made := k.imported(n, name)
	made.Target, made.selects = e.target.target, e.target.selects
	var ops []jsonOp
	var span diag.Span
	k.within(text.file, func() {
		ops = parseJSONPatch(k.parser, text.roots[0])
		span = k.span(text.roots[0])
	})
	for i := range ops {
		ops[i].path.fromEnd, ops[i].from.fromEnd = true, true
	}
	made.changes = []change{{span: span, apply: func(o *object) ([]removal, *problem) { return applyJSONPatch(o.root, ops) }}}
	return []Patch{made}
}

// strategicMerges reads `patchesStrategicMerge`, each a file or the text itself.
func (k *kustomization) strategicMerges(n *manifest.Node) []Patch {
	var patches []Patch
	k.items("patchesStrategicMerge", n, func(name string, item *manifest.Node) {
		if !k.scalar(name, item, "a file or the text of a patch") {
			return
		}
		text, ok := patchText{}, false
		if roots, err := documentsOf([]byte(item.Value), item, k.indent(item)); err == nil && len(roots) > 0 && isMap(roots[0]) {
			text, ok = patchText{k.file, roots}, true
		} else {
			text, ok = k.fromFile(item, item.Value)
		}
		if ok {
			patches = append(patches, k.fromEntry(name, item, patchEntry{}, text)...)
		}
	})
	return patches
}

// jsonPatches reads `patchesJson6902`.
func (k *kustomization) jsonPatches(n *manifest.Node) []Patch {
	var patches []Patch
	k.items("patchesJson6902", n, func(name string, item *manifest.Node) {
		e, ok := k.patchEntry(name, item)
		if !ok {
			return
		}
		if e.target == nil || e.target.name == nil {
			k.report(codeShape, item, name+" has no target with a name", "add target: {kind: ..., name: ...}")
			return
		}
		if text, ok := k.patchText(name, item, e); ok {
			patches = append(patches, k.fromJSONPatch(name, item, e, text)...)
		}
	})
	return patches
}
