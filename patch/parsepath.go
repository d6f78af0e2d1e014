package patch

import (
	"fmt"
	"slices"
	"strings"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
)

// assignment is one `PATH: VALUE`.
type assignment struct {
	path  manifest.Path
	value *manifest.Node // with its position in the patch file
	span  diag.Span
}

// assignments reads a map of paths and values.
func (p *parser) assignments(what string, key, n *manifest.Node, hint string) []assignment {
	if !p.filledMap(what, key, n, hint) {
		return nil
	}
	var list []assignment
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		path, ok := p.readPath(key)
		if !ok {
			continue
		}
		if slices.ContainsFunc(list, func(a assignment) bool { return a.path.Equal(path) }) {
			p.report(codeUnknownKey, key, fmt.Sprintf("%s stands twice in %s", path, what), "")
		}
		list = append(list, assignment{path: path, value: patchValue(n.Content[i+1]), span: p.span(key)})
	}
	return list
}

// paths reads a path or a list of paths.
func (p *parser) paths(what string, n *manifest.Node) []assignment {
	items := []*manifest.Node{n}
	if isList(n) {
		items = n.Content
	}
	if len(items) == 0 {
		p.report(codeShape, n, what+" is an empty list", "write the paths, such as spec.replicas")
	}
	var list []assignment
	for _, item := range items {
		item = manifest.Resolve(item)
		if !p.string("an item of "+what, item, "a path") {
			continue
		}
		if path, ok := p.readPath(item); ok {
			list = append(list, assignment{path: path, span: p.span(item)})
		}
	}
	return list
}

// readPath reads the path that a scalar holds, which must lead somewhere.
func (p *parser) readPath(n *manifest.Node) (manifest.Path, bool) {
	path, err := manifest.ParsePath(n.Value)
	if err != nil {
		p.path(n, err)
		return nil, false
	}
	if len(path) == 0 {
		p.report(codePathSyntax, n, "an empty path", "name the field, such as spec.replicas")
		return nil, false
	}
	if message, hint := foreignSyntax(path, n.Value); message != "" {
		p.report(codePathSyntax, n, message, hint)
		return nil, false
	}
	if name, inside := dottedName(path); name != nil {
		p.report(codePathSyntax, n, fmt.Sprintf("%s is a map of strings, and the path leads into one of its values", inside), fmt.Sprintf("quote a key with dots: %s", name))
		return nil, false
	}
	return path, true
}

// foreignSyntax recognizes what other tools write in paths, and a path takes for
// the name of a key.
func foreignSyntax(path manifest.Path, text string) (message, hint string) {
	if first := path[0]; first.Kind == manifest.Key && strings.Contains(first.Key, "/") {
		return fmt.Sprintf("no object has a field %q", first.Key), fmt.Sprintf("a JSON pointer begins with a slash: /%s", first.Key)
	}
	star := slices.ContainsFunc(path, func(s manifest.Step) bool { return s.Kind == manifest.Key && s.Key == "*" })
	if star && !strings.ContainsAny(text, `"'`) {
		return `"*" is the name of a key here`, `write [*] for every item or value, and ["*"] for a key of that name`
	}
	return "", ""
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
