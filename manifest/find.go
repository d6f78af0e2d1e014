package manifest

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/helmx-dev/helmx/diag"
	"go.yaml.in/yaml/v3"
)

// Found is a node that a path leads to.
type Found struct {
	Path   Path  // with indexes and keys in place of predicates and [*]
	Node   *Node // the value; never nil
	Key    *Node // its key, nil for list items and the root
	Parent *Node // the mapping or list it stands in, nil for the root
}

// Miss says where a path left the tree. Its text never holds a scalar of the
// tree beyond keys and the fields that identify list items.
type Miss struct {
	Path    Path     // the whole path
	Deepest Path     // the part that exists
	Node    *Node    // the node there
	Step    Step     // the step that leads nowhere
	Have    []string // the keys or items that are there instead
	Reason  string   // what is wrong, in a few words
}

func (m *Miss) Error() string {
	text := m.Reason
	if len(m.Have) > 0 {
		text += "; there is " + shortList(m.Have, m.Step.Kind == Key || m.Step.Kind == Token)
	}
	return text
}

// DidYouMean returns `did you mean "x"?` for a step that is close to a name
// that is there, or "".
func (m *Miss) DidYouMean() string {
	switch m.Step.Kind {
	case Key, Token:
		if n := Resolve(m.Node); n != nil && n.Kind == yaml.SequenceNode {
			return m.meantInList()
		}
		return diag.DidYouMean(m.Step.Key, m.Have)
	case Item:
		return m.meantItem()
	case Match:
		if len(m.Step.Fields) == 1 {
			var values []string
			for _, have := range m.Have {
				if v, ok := strings.CutPrefix(have, m.Step.Fields[0].Name+"="); ok {
					values = append(values, v)
				}
			}
			return diag.DidYouMean(m.Step.Fields[0].Value, values)
		}
	}
	return ""
}

// meantInList says how the items of a list are selected, to a path that goes on
// as in a map.
func (m *Miss) meantInList() string {
	item := Step{Kind: Item, Key: m.Step.Key}
	for _, have := range m.Have {
		if strings.HasPrefix(have, "name=") {
			item = Step{Kind: Match, Fields: []Field{{Name: "name", Value: m.Step.Key}}}
		}
	}
	switch {
	case m.Step.Key == "-":
		return "to add an item, use append"
	case len(m.Have) == 0:
		return ""
	}
	return "items of a list are selected in brackets: " + append(slices.Clip(m.Deepest), item).String()
}

// meantItem suggests the name of an item for a bare word in brackets.
func (m *Miss) meantItem() string {
	var names []string
	for _, have := range m.Have {
		if name, ok := strings.CutPrefix(have, "name="); ok {
			names = append(names, name)
		}
	}
	best := m.Step.Key
	switch {
	case names == nil:
		return diag.DidYouMean(m.Step.Key, m.Have)
	case !slices.Contains(names, best):
		best = diag.Nearest(best, names)
	}
	if best == "" {
		return "items that are maps are selected by a field: [name=" + matchText(names[0]) + "]"
	}
	return "did you mean [name=" + matchText(best) + "]?"
}

// maxListed is how many names a message lists; the rest is counted.
const maxListed = 9

func shortList(names []string, quoted bool) string {
	shown := slices.Clone(names[:min(len(names), maxListed)])
	for i := range shown {
		if quoted {
			shown[i] = strconv.Quote(shown[i])
		}
	}
	text := strings.Join(shown, ", ")
	if more := len(names) - len(shown); more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}

// Find returns the nodes that the path leads to, in the order of the text, or
// the Miss that stopped it. Aliases and merge keys are followed. With a step that
// can match many, a later step must fit at least one of them. A Decode step
// parses the string it stands on, see Embedded.
func (p Path) Find(root *Node) ([]Found, *Miss) { return p.find(root, Embedded) }

// Find is Path.Find on the document's tree, with exact positions also in the
// strings that Decode steps lead into. A document that does not parse is a Miss.
func (d *Document) Find(p Path) ([]Found, *Miss) {
	root, err := d.Root()
	if err != nil {
		return nil, &Miss{Path: p, Reason: err.Error()}
	}
	return p.find(root, d.Embedded)
}

// Embedded is the function of that name with exact columns: lines and columns
// of what a literal block holds count in the document.
func (d *Document) Embedded(n *Node) (*Node, error) {
	root, err := Embedded(n)
	if err == nil && root != nil && n.Style&yaml.LiteralStyle != 0 {
		moveColumns(root, d.blockIndent(n))
	}
	return root, err
}

// blockIndent returns the indentation of a literal block's content.
func (d *Document) blockIndent(n *Node) int {
	value := strings.TrimLeft(n.Value, "\n")
	skipped := len(n.Value) - len(value)
	line, _ := d.lineText(n.Line + 1 + skipped)
	return leadingSpaces(line) - leadingSpaces(value)
}

func leadingSpaces(s string) int { return len(s) - len(strings.TrimLeft(s, " ")) }

func moveColumns(n *Node, columns int) {
	n.Column += columns
	for _, c := range n.Content {
		moveColumns(c, columns)
	}
}

func (p Path) find(root *Node, embedded func(*Node) (*Node, error)) ([]Found, *Miss) {
	if root == nil {
		return nil, &Miss{Path: p, Reason: "the document is empty"}
	}
	found := []Found{{Node: root}}
	for i := range p {
		var next []Found
		var miss *Miss
		for _, f := range found {
			more, m := f.step(p, i, embedded)
			next = append(next, more...)
			if miss == nil {
				miss = m
			}
		}
		if len(next) == 0 {
			return nil, miss
		}
		found = next
	}
	return found, nil
}

// Step takes step i of path p from f: for walking a path while changing what it
// leads through.
func (f Found) Step(p Path, i int) ([]Found, *Miss) { return f.step(p, i, Embedded) }

// Get returns the first node that the path leads to, or nil.
func (p Path) Get(root *Node) *Node {
	if found, miss := p.Find(root); miss == nil {
		return found[0].Node
	}
	return nil
}

// step takes step i of path p from f.
func (f Found) step(p Path, i int, embedded func(*Node) (*Node, error)) ([]Found, *Miss) {
	s, n := p[i], Resolve(f.Node)
	miss := &Miss{Path: p, Deepest: f.Path, Node: n, Step: s}
	switch s.Kind {
	case Key:
		return f.key(n, s.Key, miss)
	case Token:
		if n.Kind == yaml.SequenceNode {
			return f.token(n, s.Key, miss)
		}
		return f.key(n, s.Key, miss)
	case Decode:
		return f.decode(n, s.Key, miss, embedded)
	case All:
		if n.Kind == yaml.MappingNode {
			return f.values(n, miss)
		}
	}
	if n.Kind != yaml.SequenceNode {
		return nil, miss.clash("a list")
	}
	return f.items(n, s, miss)
}

func (f Found) key(n *Node, key string, miss *Miss) ([]Found, *Miss) {
	if n.Kind != yaml.MappingNode {
		if n.Kind == yaml.SequenceNode {
			miss.Have = itemsOf(n, Step{Kind: Item})
		}
		return nil, miss.clash("a map")
	}
	k, v := entry(n, key)
	if v == nil {
		miss.Have = keysOf(n)
		miss.Reason = fmt.Sprintf("no key %q in %s", key, miss.place())
		return nil, miss
	}
	return []Found{{Path: f.Path.Child(key), Node: v, Key: k, Parent: n}}, nil
}

func (f Found) token(n *Node, token string, miss *Miss) ([]Found, *Miss) {
	index, err := strconv.Atoi(token)
	if err == nil && token != strconv.Itoa(index) {
		miss.Reason = fmt.Sprintf("%s is a list, and %q is no index: an index has no leading zeros", miss.place(), token)
		return nil, miss
	}
	if err != nil {
		miss.Reason = fmt.Sprintf("%q is behind the last item of %s", token, miss.place())
		return nil, miss
	}
	return f.items(n, Step{Kind: Index, Index: index}, miss)
}

func (f Found) values(n *Node, miss *Miss) ([]Found, *Miss) {
	var found []Found
	for i := 0; i+1 < len(n.Content); i += 2 {
		found = append(found, Found{Path: f.Path.Child(KeyText(n.Content[i])), Node: n.Content[i+1], Key: n.Content[i], Parent: n})
	}
	if found == nil {
		miss.Reason = fmt.Sprintf("%s is empty", miss.place())
		return nil, miss
	}
	return found, nil
}

func (f Found) items(n *Node, s Step, miss *Miss) ([]Found, *Miss) {
	var found []Found
	for i, item := range n.Content {
		if s.selects(i, len(n.Content), item) {
			found = append(found, Found{Path: f.Path.At(i), Node: item, Parent: n})
		}
	}
	if found != nil {
		return found, nil
	}
	miss.Have = itemsOf(n, s)
	switch {
	case len(n.Content) == 0:
		miss.Reason = fmt.Sprintf("%s is empty", miss.place())
	case s.Kind == Index:
		miss.Have = nil
		miss.Reason = fmt.Sprintf("no item %s in %s, which has %d", s, miss.place(), len(n.Content))
	default:
		miss.Reason = fmt.Sprintf("no item %s in %s", s, miss.place())
	}
	return nil, miss
}

// selects reports whether the step takes item i of length items.
func (s Step) selects(i, length int, item *Node) bool {
	switch s.Kind {
	case All:
		return true
	case Index:
		return s.Index == i || s.Index < 0 && s.Index+length == i
	case Item:
		item = Resolve(item)
		return item.Kind == yaml.ScalarNode && item.Value == s.Key
	case Match:
		return !slices.ContainsFunc(s.Fields, func(f Field) bool {
			v := Resolve(child(item, f.Name))
			return v == nil || v.Kind != yaml.ScalarNode || v.Value != f.Value
		})
	}
	return false
}

func (f Found) decode(n *Node, format string, miss *Miss, embedded func(*Node) (*Node, error)) ([]Found, *Miss) {
	if _, isString := scalarValue(n).(string); n.Kind != yaml.ScalarNode || !isString {
		return nil, miss.clash("a string that holds " + format)
	}
	inner, err := embedded(n)
	if err != nil {
		miss.Reason = fmt.Sprintf("the string at %s is no %s: %v", miss.place(), strings.ToUpper(format), err)
		if strings.Contains(n.Value, "{{") {
			miss.Reason += "; it looks like a Go template, which is text: set it as a whole, or change it by jq"
		}
		return nil, miss
	}
	if inner == nil {
		miss.Reason = fmt.Sprintf("the string at %s holds no %s", miss.place(), strings.ToUpper(format))
		return nil, miss
	}
	path := append(slices.Clip(slices.Clone(f.Path)), Step{Kind: Decode, Key: format})
	return []Found{{Path: path, Node: inner}}, nil
}

// Embedded parses the document that a string node holds. In a literal block the
// lines of its nodes count in the node's own document, and the columns from the
// indentation of the block; elsewhere both are those of the node itself.
func Embedded(n *Node) (*Node, error) {
	root, err := Parse([]byte(n.Value))
	if err != nil || root == nil {
		return nil, err
	}
	if n.Style&yaml.LiteralStyle != 0 && n.Line > 0 {
		shift(root, n.Line)
	} else {
		place(root, n.Line, n.Column)
	}
	return root, nil
}

func shift(n *Node, lines int) {
	n.Line += lines
	for _, c := range n.Content {
		shift(c, lines)
	}
}

func place(n *Node, line, column int) {
	n.Line, n.Column = line, column
	for _, c := range n.Content {
		place(c, line, column)
	}
}

func (m *Miss) clash(want string) *Miss {
	m.Reason = fmt.Sprintf("%s is %s, not %s", m.place(), KindName(m.Node), want)
	return m
}

func (m *Miss) place() string {
	if len(m.Deepest) == 0 {
		return "the object"
	}
	return m.Deepest.String()
}

// KindName says what a node is in words: "a map", "a list", "a string", "a
// number", "a boolean" or "null".
func KindName(n *Node) string {
	n = Resolve(n)
	if n == nil {
		return "null"
	}
	switch n.Kind {
	case yaml.MappingNode:
		return "a map"
	case yaml.SequenceNode:
		return "a list"
	}
	switch scalarValue(n).(type) {
	case nil:
		return "null"
	case bool:
		return "a boolean"
	case string:
		return "a string"
	}
	return "a number"
}

// keysOf lists the keys of a mapping, merged ones included, in order.
func keysOf(n *Node) []string {
	var keys []string
	for i := 0; i+1 < len(n.Content); i += 2 {
		if isMerge(n.Content[i]) {
			for _, from := range mergeSources(n.Content[i+1]) {
				keys = append(keys, keysOf(from)...)
			}
			continue
		}
		keys = append(keys, KeyText(n.Content[i]))
	}
	return keys
}

// itemsOf describes the items of a list by the fields that the step asks for,
// or by what names them.
func itemsOf(n *Node, s Step) []string {
	var items []string
	for i, item := range n.Content {
		items = append(items, describeItem(Resolve(item), s, i))
	}
	return items
}

func describeItem(item *Node, s Step, index int) string {
	if item.Kind == yaml.ScalarNode && s.Kind == Item {
		return item.Value
	}
	names := []string{"name"}
	if s.Kind == Match {
		names = nil
		for _, f := range s.Fields {
			names = append(names, f.Name)
		}
	}
	var parts []string
	for _, name := range names {
		if v := Resolve(child(item, name)); v != nil && v.Kind == yaml.ScalarNode {
			parts = append(parts, name+"="+v.Value)
		}
	}
	if parts == nil {
		return "[" + strconv.Itoa(index) + "]"
	}
	return strings.Join(parts, ", ")
}
