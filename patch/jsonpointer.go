package patch

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/helmx-dev/helmx/manifest"
)

// jsonPointer is a JSON pointer (RFC 6901).
type jsonPointer struct {
	text   string
	tokens []string       // unescaped
	node   *manifest.Node // where it stands in the patch
	// fromEnd allows indexes below zero, which RFC 6902 does not know and
	// kustomize takes.
	fromEnd bool
}

func readPointer(n *manifest.Node) (jsonPointer, error) {
	p := jsonPointer{text: n.Value, node: n}
	if p.text == "" {
		return p, nil
	}
	if p.text[0] != '/' {
		return p, fmt.Errorf("%q is no JSON pointer: it does not begin with a slash", p.text)
	}
	for token := range strings.SplitSeq(p.text[1:], "/") {
		if rest := strings.NewReplacer("~0", "", "~1", "").Replace(token); strings.Contains(rest, "~") {
			return p, fmt.Errorf("%q is no JSON pointer: write ~0 for a tilde and ~1 for a slash", p.text)
		}
		p.tokens = append(p.tokens, strings.ReplaceAll(strings.ReplaceAll(token, "~1", "/"), "~0", "~"))
	}
	return p, nil
}

// inside reports whether the pointer leads to something inside what q points to.
func (p jsonPointer) inside(q jsonPointer) bool {
	return len(p.tokens) > len(q.tokens) && slices.Equal(p.tokens[:len(q.tokens)], q.tokens)
}

// spot is what a pointer names: a key of a map or a place in a list, which may
// or may not hold something. Without a parent it is the root.
type jsonSpot struct {
	parent *manifest.Node
	key    string
	index  int
	node   *manifest.Node // what is there, or nil
	path   manifest.Path
}

// spot follows the pointer. Everything but the last token must exist. add says
// that the place behind the last item of a list may be meant.
func (p jsonPointer) spot(root *manifest.Node, add bool) (jsonSpot, *problem) {
	s := jsonSpot{node: root}
	for i, token := range p.tokens {
		last := i == len(p.tokens)-1
		next, problem := p.step(s, token, add && last)
		if problem == nil && next.node == nil && !(add && last) {
			problem = p.missing(s, i)
		}
		if problem != nil {
			return s, problem
		}
		s = next
	}
	return s, nil
}

func (p jsonPointer) step(s jsonSpot, token string, add bool) (jsonSpot, *problem) {
	switch n := s.node; {
	case isMap(n):
		_, v := manifest.Lookup(n, token)
		if v != nil {
			v = owned(n, token, v)
		}
		return jsonSpot{parent: n, key: token, index: -1, node: v, path: s.path.Child(token)}, nil
	case isList(n):
		return p.item(s, token, add)
	}
	return s, p.problem(s, fmt.Sprintf("%s is %s, which has nothing inside", place(s.path), manifest.KindName(s.node)), "")
}

// item finds an item of the list that s is.
func (p jsonPointer) item(s jsonSpot, token string, add bool) (jsonSpot, *problem) {
	n, length := s.node, len(s.node.Content)
	index, err := strconv.Atoi(token)
	room := length
	if add {
		room++
	}
	switch {
	case token == "-" && add:
		index = length
	case token == "-":
		return s, p.problem(s, fmt.Sprintf(`"-" is behind the last item of %s, where nothing is`, place(s.path)), lastItem(length))
	case err != nil || token != strconv.Itoa(index):
		return s, p.problem(s, fmt.Sprintf("%s is a list, and %q is no index", place(s.path), token), "an index is 0 or a number without leading zeros; \"-\" is the place behind the last item")
	case index < 0 && p.fromEnd:
		index += room
	case index < 0:
		return s, p.problem(s, fmt.Sprintf("%s is a list, and %q is no index", place(s.path), token), lastItem(length))
	}
	if index < 0 || index >= room {
		return s, p.problem(s, fmt.Sprintf("no item %s in %s, which has %d", token, place(s.path), length), lastItem(length))
	}
	found := jsonSpot{parent: n, index: index, path: s.path.At(index)}
	if index < length {
		found.node = n.Content[index]
	}
	return found, nil
}

func lastItem(length int) string {
	if length == 0 {
		return "the list is empty"
	}
	return fmt.Sprintf("the last item is %d", length-1)
}

func (p jsonPointer) problem(at jsonSpot, message, hint string) *problem {
	return &problem{code: codePath, path: at.path, message: p.text + ": " + message, hint: hint, at: at.node, by: p.node}
}

// missing says what is in the map that s is instead of token i.
func (p jsonPointer) missing(s jsonSpot, i int) *problem {
	step := manifest.Path{{Kind: manifest.Key, Key: p.tokens[i]}}
	_, miss := manifest.Found{Path: s.path, Node: s.node}.Step(step, 0)
	if miss == nil {
		return p.problem(s, fmt.Sprintf("no key %q in %s", p.tokens[i], place(s.path)), "")
	}
	return p.problem(s, miss.Error(), miss.DidYouMean())
}

// put writes a value at the spot: in place of what is there in a map, before it
// in a list.
func (s jsonSpot) put(root, value *manifest.Node) {
	switch {
	case s.parent == nil:
		*root = *value
	case isMap(s.parent):
		manifest.SetKey(s.parent, s.key, value)
	default:
		s.parent.Content = slices.Insert(s.parent.Content, s.index, value)
	}
}

// replace writes a value in place of what is there. One that is equal stays.
func (s jsonSpot) replace(value *manifest.Node) {
	if !manifest.Equal(s.node, value) {
		*s.node = *value
	}
}

// take removes what is there.
func (s jsonSpot) take() {
	if isMap(s.parent) {
		manifest.RemoveKey(s.parent, s.key)
		return
	}
	s.parent.Content = slices.Delete(s.parent.Content, s.index, s.index+1)
}
