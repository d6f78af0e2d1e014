package patch

import (
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
)

// Parse reads the list below `patches:` of helmx.yaml, as a Parser for one file.
func Parse(n *manifest.Node, file string) ([]Patch, diag.List) {
	return new(Parser).Parse(n, file)
}

// Parser reads patches from one or more files. A name that two patches have is
// found across all of them. The zero value is ready; it must not be copied, and
// is not safe for concurrent use.
type Parser struct {
	// Files holds the files that patches name, such as kustomizations. nil means
	// that none can be read.
	Files fs.FS
	// Root is the folder that Files begins at, written like the names of the files
	// that Parse is given.
	Root string

	names map[string]diag.Span // of the patches so far
}

// Parse reads a list of patches. file names the file in findings, and the nodes
// must carry their positions in it. A patch with a finding is left out of the
// result. A nil node is an empty list.
func (q *Parser) Parse(n *manifest.Node, file string) ([]Patch, diag.List) {
	if q.names == nil {
		q.names = map[string]diag.Span{}
	}
	p := &parser{file: file, names: q.names, files: q.Files, root: q.Root}
	if n = manifest.Resolve(n); isNull(n) {
		return nil, nil
	}
	if !isList(n) {
		p.report(codeShape, n, "patches is "+manifest.KindName(n)+", not a list", "")
		return nil, p.found
	}
	var patches []Patch
	for _, item := range n.Content {
		before := len(p.found)
		made := p.patch(manifest.Resolve(item))
		if len(p.found) == before {
			patches = append(patches, made...)
		}
	}
	return patches, p.found
}

type parser struct {
	file    string
	files   fs.FS  // may be nil
	root    string // the folder that files begins at
	names   map[string]diag.Span
	name    string // of the current patch, for messages
	literal bool   // and whether {{ }} in it is text
	found   diag.List

	evaluated bool // what it reads is the result of expressions
}

func (p *parser) span(n *manifest.Node) diag.Span {
	return diag.Span{File: p.file, Start: diag.Pos{Line: n.Line, Column: n.Column}}
}

func (p *parser) report(code string, at *manifest.Node, message, hint string) {
	if p.name != "" {
		message = p.name + ": " + message
	}
	p.found = append(p.found, diag.Diagnostic{Code: code, Severity: diag.Error, Span: p.span(at), Message: message, Hint: hint})
}

// fields calls the function of each key of a mapping, and reports unknown and
// repeated keys.
func (p *parser) fields(what string, n *manifest.Node, known map[string]func(key, value *manifest.Node)) {
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], manifest.Resolve(n.Content[i+1])
		read, ok := known[key.Value]
		switch {
		case !ok:
			names := slices.Sorted(maps.Keys(known))
			hint := diag.DidYouMean(key.Value, names)
			if hint == "" {
				hint = "known are " + strings.Join(names, ", ")
			}
			p.report(codeUnknownKey, key, fmt.Sprintf("unknown key %q in %s", key.Value, what), hint)
		case seen[key.Value]:
			p.report(codeUnknownKey, key, fmt.Sprintf("%q stands twice in %s", key.Value, what), "")
		default:
			read(key, value)
		}
		seen[key.Value] = true
	}
}

// patch reads one entry of the list, which may stand for several patches.
func (p *parser) patch(n *manifest.Node) []Patch {
	p.name, p.literal = "", false
	if !isMap(n) {
		p.report(codeShape, n, "a patch is "+manifest.KindName(n)+", not a map", "")
		return nil
	}
	patch := Patch{Span: p.span(n)}
	p.patchName(n, &patch)
	p.literal = p.isLiteral(n)
	var kinds []string
	known := map[string]func(key, value *manifest.Node){}
	for _, k := range Keys() {
		known[k.Name] = func(key, value *manifest.Node) {
			if k.Kind {
				kinds = append(kinds, k.Name)
				patch.Kind = k.Name
			}
			k.read(p, &patch, key, value)
		}
	}
	before := len(p.found)
	p.fields("a patch", n, known)
	patch.late = !p.literal && hasExpression(n)
	if slices.ContainsFunc(p.found[before:], func(d diag.Diagnostic) bool { return d.Code == codeUnknownKey }) {
		return nil // what seems to be missing may only be misspelt
	}
	p.complete(n, &patch, kinds)
	return patch.expand()
}

// complete reports what a patch lacks, or has too much of.
func (p *parser) complete(n *manifest.Node, patch *Patch, kinds []string) {
	switch {
	case patch.Ensure == Absent && len(kinds) > 0:
		p.report(codeKind, n, "ensure: absent deletes the object, and the patch changes it by "+strings.Join(kinds, " and ")+" too", "leave out one of them")
	case patch.Ensure == Absent:
	case len(kinds) == 0:
		p.report(codeKind, n, "the patch says no change", "add one of "+strings.Join(kindNames(), ", "))
	case len(kinds) > 1:
		p.report(codeKind, n, "the patch has two kinds of change, "+strings.Join(kinds, " and "), "make two patches of it: they run in order")
	}
	if patch.imported != nil {
		for _, key := range []string{"target", "expect", "ensure", "literal"} {
			if k, _ := manifest.Lookup(n, key); k != nil {
				p.report(codeKind, k, "a kustomization says itself which objects it is for, and the patch has "+key+" too", "leave it out")
			}
		}
		return
	}
	_, target := manifest.Lookup(n, "target")
	patch.targeted = target != nil
	switch {
	case target == nil && !patch.anywhere:
		p.report(codeShape, n, "the patch has no target", "add a target with at least a kind or a name")
	case target != nil && patch.parts != nil:
		p.report(codeShape, n, "the overlays name their objects, and the patch has a target too", "leave out one of them")
	}
	p.misplaced(n, patch)
	if patch.anywhere && !patch.targeted {
		patch.Target.Hook = HookAny
	}
}

// isLiteral reads `literal` before anything that it is about.
func (p *parser) isLiteral(n *manifest.Node) bool {
	_, v := manifest.Lookup(n, "literal")
	yes, _ := manifest.Value(manifest.Resolve(v)).(bool)
	return yes
}

func (p *parser) patchName(n *manifest.Node, patch *Patch) {
	_, name := manifest.Lookup(n, "name")
	name = manifest.Resolve(name)
	_, file := manifest.Lookup(n, "kustomize")
	if text, ok := manifest.Value(name).(string); ok && text != "" {
		patch.Name = text
	} else if file = manifest.Resolve(file); name == nil && isScalar(file) && file.Value != "" {
		name, patch.Name = file, file.Value
	} else if isScalar(name) && !isNull(name) && !ok {
		p.report(codeName, name, "the name of the patch is "+manifest.KindName(name)+", not a string", fmt.Sprintf("write it in quotes: %q", name.Value))
		return
	} else {
		p.report(codeName, n, "the patch has no name", "every message about a patch begins with its name, so it needs one")
		return
	}
	p.name = patch.Name
	if first, taken := p.names[patch.Name]; taken {
		p.report(codeName, name, "another patch has this name", "")
		last := &p.found[len(p.found)-1]
		last.Related = []diag.Related{{Span: first, Message: "the first patch of this name"}}
		return
	}
	p.names[patch.Name] = p.span(name)
}

// text reads a string. A number or a boolean is none: what YAML makes of 1.10 or
// of no is seldom what was meant.
func (p *parser) text(what string, n *manifest.Node) string {
	if !p.string(what, n, "") {
		return ""
	}
	return n.Value
}

// string reports whether a value is a string, and reports one that is not. An
// expression may give any scalar where its text is wanted.
func (p *parser) string(what string, n *manifest.Node, expected string) bool {
	_, isString := manifest.Value(n).(string)
	if isString || p.evaluated && isScalar(n) && !isNull(n) {
		return true
	}
	message, hint := what+" is "+manifest.KindName(n)+", not a string", ""
	if expected != "" {
		message = what + " is " + manifest.KindName(n) + ", expected " + expected
	}
	if isScalar(n) && !isNull(n) {
		hint = fmt.Sprintf("put it in quotes: %q", n.Value)
	}
	p.report(codeShape, n, message, hint)
	return false
}

// texts reads a string or a list of strings.
func (p *parser) texts(what string, n *manifest.Node) []string {
	if !isList(n) {
		return []string{p.text(what, n)}
	}
	var list []string
	for _, item := range n.Content {
		list = append(list, p.text("an item of "+what, manifest.Resolve(item)))
	}
	if list == nil {
		p.report(codeShape, n, what+" is an empty list, which nothing fits", "leave the key out to mean any")
	}
	return list
}

// filledMap reports whether the value of a key is a map with something in it.
func (p *parser) filledMap(what string, key, n *manifest.Node, hint string) bool {
	switch {
	case !isMap(n):
		p.report(codeShape, n, fmt.Sprintf("%s is %s, expected a map", what, manifest.KindName(n)), hint)
	case len(n.Content) == 0:
		p.report(codeShape, key, what+" is an empty map", hint)
	default:
		return true
	}
	return false
}

// scalar reports whether a value is one, and reports one that is not.
func (p *parser) scalar(what string, n *manifest.Node, expected string) bool {
	if isScalar(n) && !isNull(n) {
		return true
	}
	p.report(codeShape, n, fmt.Sprintf("%s is %s, expected %s", what, manifest.KindName(n), expected), "")
	return false
}
