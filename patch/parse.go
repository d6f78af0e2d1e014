package patch

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
)

// Parse reads the list below `patches:` of helmx.yaml. file names the file in
// findings, and the nodes must carry their positions in it. A patch with a
// finding is left out of the result. A nil node is an empty list.
func Parse(n *manifest.Node, file string) ([]Patch, diag.List) {
	p := &parser{file: file}
	if n = manifest.Resolve(n); isNull(n) {
		return nil, nil
	}
	if !isList(n) {
		p.report(codeShape, n, "patches is "+manifest.KindName(n)+", not a list", "")
		return nil, p.found
	}
	names := map[string]*manifest.Node{}
	var patches []Patch
	for _, item := range n.Content {
		before := len(p.found)
		patch := p.patch(manifest.Resolve(item), names)
		if len(p.found) == before {
			patches = append(patches, patch)
		}
	}
	return patches, p.found
}

type parser struct {
	file  string
	name  string // of the current patch, for messages
	found diag.List
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

func (p *parser) patch(n *manifest.Node, names map[string]*manifest.Node) Patch {
	p.name = ""
	if !isMap(n) {
		p.report(codeShape, n, "a patch is "+manifest.KindName(n)+", not a map", "")
		return Patch{}
	}
	patch := Patch{Span: p.span(n)}
	p.patchName(n, &patch, names)
	var kinds []string
	before := len(p.found)
	p.fields("a patch", n, map[string]func(key, value *manifest.Node){
		"name":        func(_, _ *manifest.Node) {},
		"description": func(_, v *manifest.Node) { patch.Description = p.text("description", v) },
		"target":      func(k, v *manifest.Node) { patch.Target = p.target(k, v) },
		"chart":       func(_, v *manifest.Node) { patch.Charts, patch.ChartSpan = p.texts("chart", v), p.span(v) },
		"expect":      func(_, v *manifest.Node) { patch.Expect = p.expect(v) },
		"set": func(k, v *manifest.Node) {
			kinds = append(kinds, "set")
			patch.Set = p.assignments(k, v)
		},
		"merge": func(k, v *manifest.Node) {
			kinds = append(kinds, "merge")
			patch.Merge, patch.MergeSpan = p.merge(k, v), p.span(k)
		},
	})
	unknown := slices.ContainsFunc(p.found[before:], func(d diag.Diagnostic) bool { return d.Code == codeUnknownKey })
	switch {
	case unknown: // what seems to be missing may only be misspelt
		return patch
	case len(kinds) == 0:
		p.report(codeKind, n, "the patch says no change", "add set or merge")
	case len(kinds) > 1:
		p.report(codeKind, n, "the patch has two kinds of change, "+strings.Join(kinds, " and "), "make two patches of it: they run in order")
	}
	if _, target := manifest.Lookup(n, "target"); target == nil {
		p.report(codeShape, n, "the patch has no target", "add a target with at least a kind or a name")
	}
	return patch
}

func (p *parser) patchName(n *manifest.Node, patch *Patch, names map[string]*manifest.Node) {
	_, name := manifest.Lookup(n, "name")
	name = manifest.Resolve(name)
	if text, ok := manifest.Value(name).(string); ok && text != "" {
		patch.Name = text
	} else {
		p.report(codeName, n, "the patch has no name", "every message about a patch begins with its name, so it needs one")
		return
	}
	p.name = patch.Name
	if first := names[patch.Name]; first != nil {
		p.report(codeName, name, "another patch has this name", "")
		last := &p.found[len(p.found)-1]
		last.Related = []diag.Related{{Span: p.span(first), Message: "the first patch of this name"}}
		return
	}
	names[patch.Name] = name
}

func (p *parser) text(what string, n *manifest.Node) string {
	if !isScalar(n) || isNull(n) {
		p.report(codeShape, n, what+" is "+manifest.KindName(n)+", not a string", "")
		return ""
	}
	return n.Value
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

func (p *parser) target(key, n *manifest.Node) Target {
	var t Target
	if !p.filledMap("target", key, n, "give at least a kind or a name") {
		return t
	}
	pattern := func(what string, into *Patterns) func(_, v *manifest.Node) {
		return func(_, v *manifest.Node) { *into = p.patterns(what, v) }
	}
	p.fields("a target", n, map[string]func(key, value *manifest.Node){
		"group":       pattern("group", &t.Group),
		"version":     pattern("version", &t.Version),
		"kind":        pattern("kind", &t.Kind),
		"name":        pattern("name", &t.Name),
		"namespace":   pattern("namespace", &t.Namespace),
		"source":      pattern("source", &t.Source),
		"labels":      func(_, v *manifest.Node) { t.Labels = p.selector("labels", v) },
		"annotations": func(_, v *manifest.Node) { t.Annotations = p.selector("annotations", v) },
		"hook":        func(_, v *manifest.Node) { t.Hook = p.hook(v) },
	})
	return t
}

func (p *parser) patterns(what string, n *manifest.Node) Patterns {
	var patterns Patterns
	for _, s := range p.texts(what, n) {
		pattern, err := ParsePattern(s)
		if err != nil {
			p.report(codeTargetSyntax, n, what+": "+err.Error(), "")
			continue
		}
		patterns = append(patterns, pattern)
	}
	return patterns
}

func (p *parser) selector(what string, n *manifest.Node) Selector {
	if !p.scalar(what, n, "a selector such as app=istiod") {
		return nil
	}
	s, err := ParseSelector(n.Value)
	if err != nil {
		p.report(codeTargetSyntax, n, what+": "+err.Error(), "")
	}
	return s
}

func (p *parser) hook(n *manifest.Node) Hook {
	if !p.scalar("hook", n, "true, false or any") {
		return HookByName
	}
	switch v := manifest.Value(n); v {
	case true:
		return HookOnly
	case false:
		return HookNever
	case "any":
		return HookAny
	}
	p.report(codeTargetSyntax, n, fmt.Sprintf("hook is %q: true, false and any are known", n.Value), "")
	return HookByName
}

var expectText = regexp.MustCompile(`^(\d+)(?:(\+)|-(\d+))?$`)

func (p *parser) expect(n *manifest.Node) *Expect {
	if !p.scalar("expect", n, "a number or bounds, such as 1, 1+ or 2-4") {
		return nil
	}
	m := expectText.FindStringSubmatch(strings.ReplaceAll(n.Value, " ", ""))
	if m == nil {
		p.report(codeTargetSyntax, n, fmt.Sprintf("expect is %q, which cannot be read", n.Value), `write a number ("1"), a lower bound ("1+") or both bounds ("2-4")`)
		return nil
	}
	e := &Expect{}
	e.Min, _ = strconv.Atoi(m[1])
	e.Max = e.Min
	if m[2] != "" {
		e.Max = -1
	} else if m[3] != "" {
		e.Max, _ = strconv.Atoi(m[3])
	}
	if e.Max >= 0 && e.Max < e.Min {
		p.report(codeTargetSyntax, n, fmt.Sprintf("expect is %q, and the upper bound is below the lower", n.Value), "")
	}
	return e
}

func (p *parser) assignments(key, n *manifest.Node) []Assignment {
	if !p.filledMap("set", key, n, "write PATH: VALUE, such as spec.replicas: 2") {
		return nil
	}
	var list []Assignment
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		path, err := manifest.ParsePath(key.Value)
		if err != nil {
			p.path(key, err)
			continue
		}
		if len(path) == 0 {
			p.report(codePathSyntax, key, "an empty path", "name the field to set, such as spec.replicas")
			continue
		}
		if name, inside := dottedName(path); name != nil {
			p.report(codePathSyntax, key, fmt.Sprintf("%s is a map of strings, and the path leads into one of its values", inside), fmt.Sprintf("quote a key with dots: %s", name))
			continue
		}
		if slices.ContainsFunc(list, func(a Assignment) bool { return a.Path.Equal(path) }) {
			p.report(codeUnknownKey, key, fmt.Sprintf("%s is set twice", path), "")
		}
		list = append(list, Assignment{Path: path, Value: manifest.Copy(n.Content[i+1]), Span: p.span(key)})
	}
	return list
}

// dottedName returns the path that was probably meant, and that of the map it
// leads into, for one that takes the dots of a label's name for steps.
func dottedName(path manifest.Path) (meant, inside manifest.Path) {
	for i, step := range path {
		if step.Kind != manifest.Key || len(path) < i+3 {
			continue
		}
		switch step.Key {
		case "labels", "annotations":
			if i == 0 || path[i-1].Key != "metadata" {
				continue
			}
		case "matchLabels", "nodeSelector":
		default:
			continue
		}
		if name, n := joinedKey(path[i+1:]); n > 1 {
			return append(path[:i+1:i+1].Child(name), path[i+1+n:]...), path[:i+1]
		}
	}
	return nil, nil
}

// joinedKey joins the keys that a path begins with to one key with dots, and
// says how many they are.
func joinedKey(path manifest.Path) (string, int) {
	var keys []string
	for _, step := range path {
		if step.Kind != manifest.Key && step.Kind != manifest.Token {
			break
		}
		keys = append(keys, step.Key)
	}
	return strings.Join(keys, "."), len(keys)
}

// path reports a path that cannot be read, with the place in it.
func (p *parser) path(key *manifest.Node, err error) {
	p.report(codePathSyntax, key, err.Error(), "")
	syntax, ok := err.(*manifest.PathError)
	if !ok {
		return
	}
	column := len([]rune(key.Value[:min(syntax.Offset, len(key.Value))])) + 1
	last := &p.found[len(p.found)-1]
	last.Excerpt = &diag.Excerpt{Line: key.Line, Text: key.Value, Column: column, Width: 1, Note: syntax.Message}
}

func (p *parser) merge(key, n *manifest.Node) *manifest.Node {
	if !p.filledMap("merge", key, n, "write the part of the object to merge, such as spec: {replicas: 2}") {
		return nil
	}
	return manifest.Copy(n)
}
