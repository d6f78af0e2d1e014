package manifest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// SyntaxError says why a document is not YAML that Kubernetes reads. Line and
// Column count from 1 within the document; Column is 0 where it is not known.
type SyntaxError struct {
	Line, Column int
	Message      string
}

func (e *SyntaxError) Error() string {
	if e.Column == 0 {
		return fmt.Sprintf("line %d: %s", e.Line, e.Message)
	}
	return fmt.Sprintf("line %d, column %d: %s", e.Line, e.Column, e.Message)
}

// Root returns the content of the document, nil when it holds nothing but
// comments. Lines and columns of the nodes count within the document's current
// bytes. The tree belongs to the document: change it through Edit only. Every
// error is a *SyntaxError.
//
// Duplicate keys are no syntax error, as they are none for Helm: the last one
// wins, and Duplicates finds them.
func (d *Document) Root() (*Node, error) {
	d.settle()
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.parse()
}

// Forget drops the tree, which takes some thirty times the memory of the text.
// Root makes it again. Nodes that a caller still holds stay as they are.
func (d *Document) Forget() {
	d.settle()
	d.mu.Lock()
	defer d.mu.Unlock()
	d.root, d.err, d.parsed, d.staged = nil, nil, false, nil
}

// parse is Root for a caller that holds the lock.
func (d *Document) parse() (*Node, error) {
	if !d.parsed {
		d.root, d.err = parseDocument(d.raw)
		d.parsed = true
	}
	return d.root, d.err
}

func parseDocument(raw []byte) (*Node, error) {
	start := bodyStart(raw)
	body := bytes.TrimPrefix(raw[start:], bom)
	root, err := Parse(body)
	lines := bytes.Count(raw[:start], newline)
	columns := utf8.RuneCount(bytes.TrimPrefix(raw[bytes.LastIndexByte(raw[:start], '\n')+1:start], bom))
	if syntax := (*SyntaxError)(nil); errors.As(err, &syntax) {
		if syntax.Line == 1 && syntax.Column > 0 {
			syntax.Column += columns
		}
		syntax.Line += lines
	}
	move(root, lines, columns)
	return root, err
}

// move shifts the positions of a tree: all lines, and the columns of line 1.
func move(n *Node, lines, columns int) {
	if n == nil || lines == 0 && columns == 0 {
		return
	}
	if n.Line == 1 {
		n.Column += columns
	}
	n.Line += lines
	for _, c := range n.Content {
		move(c, lines, columns)
	}
}

// maxExpanded bounds how many nodes the aliases of one document may stand for:
// ten nested lists of ten aliases each would otherwise fill the memory.
const maxExpanded = 1_000_000

// Parse reads one YAML or JSON document into a tree, nil when it is empty.
// Positions count from the first byte of text. Every error is a *SyntaxError.
func Parse(text []byte) (root *Node, err error) {
	switch first, line := firstContent(text); {
	case bytes.HasPrefix(first, []byte("%")):
		return nil, &SyntaxError{Line: line, Column: 1, Message: "a YAML directive, which Helm and kubectl do not read: remove the line"}
	case bytes.HasPrefix(first, []byte("...")) && len(bytes.TrimSpace(first)) == 3:
		return nil, nil // the parser wants content in front of an end marker
	}
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	root, err = decode(decoder)
	if errors.Is(err, io.EOF) || root == nil && err == nil {
		return nil, nil
	}
	if err != nil {
		return nil, explain(text, err)
	}
	if err := checkTree(root); err != nil {
		return nil, err
	}
	if _, err = decode(decoder); errors.Is(err, io.EOF) {
		return root, nil
	}
	return nil, trailing(text, err)
}

// decode reads the next document. The parser is third-party code on untrusted
// bytes, so a panic of it is a syntax error of the document.
func decode(decoder *yaml.Decoder) (root *Node, err error) {
	defer func() {
		if r := recover(); r != nil {
			root, err = nil, fmt.Errorf("yaml: %v", r)
		}
	}()
	var document Node
	if err := decoder.Decode(&document); err != nil {
		return nil, err
	}
	if len(document.Content) == 0 || isEmptyDocument(&document) {
		return nil, nil
	}
	return document.Content[0], nil
}

// isEmptyDocument reports whether the parser made up a null for nothing.
func isEmptyDocument(document *Node) bool {
	n := document.Content[0]
	return n.Kind == yaml.ScalarNode && n.Value == "" && n.Style == 0 && n.Anchor == "" && n.Tag == "!!null"
}

// trailing says what stands behind the first document of a text.
func trailing(text []byte, err error) error {
	if line := lineAfter(text, "..."); line > 0 {
		return &SyntaxError{Line: line + 1, Column: 1, Message: `content after the end marker "...", which Helm and kubectl drop: begin it with "---"`}
	}
	if line := lineAfter(text, "---"); line > 0 {
		return &SyntaxError{Line: line, Column: 1, Message: "a second document where only one can be"}
	}
	return explain(text, err)
}

// lineAfter returns the first line but the very first that begins with a
// marker, or 0.
func lineAfter(text []byte, marker string) int {
	i := bytes.Index(text, []byte("\n"+marker))
	if i < 0 {
		return 0
	}
	return bytes.Count(text[:i+1], newline) + 1
}

// firstContent returns the first line that is neither blank nor a comment, and
// its number.
func firstContent(text []byte) (first []byte, number int) {
	for line := range bytes.Lines(text) {
		number++
		if trimmed := bytes.TrimSpace(line); len(trimmed) > 0 && trimmed[0] != '#' {
			return line, number
		}
	}
	return nil, number
}

// checkTree refuses keys that are no scalars, anchors that contain themselves,
// and aliases that stand for more nodes than anybody writes, so that walking a
// tree is always finite.
func checkTree(root *Node) error {
	sizes := map[*Node]int{}
	var size func(n *Node, inside []*Node) (int, error)
	size = func(n *Node, inside []*Node) (int, error) {
		if n.Kind == yaml.AliasNode {
			if slices.Contains(inside, n.Alias) {
				return 0, &SyntaxError{Line: n.Line, Column: n.Column, Message: fmt.Sprintf("alias *%s stands inside the anchor it refers to", n.Value)}
			}
			if known, ok := sizes[n.Alias]; ok {
				return known, nil
			}
			return 1, nil
		}
		if n.Anchor != "" {
			inside = append(inside, n)
		}
		total := 1
		for i, c := range n.Content {
			if key := Resolve(c); n.Kind == yaml.MappingNode && i%2 == 0 && key.Kind != yaml.ScalarNode {
				return 0, &SyntaxError{Line: c.Line, Column: c.Column, Message: KindName(key) + " as a key, which Kubernetes does not know: if this is a template, quote the value"}
			}
			s, err := size(c, inside)
			if err != nil {
				return 0, err
			}
			if total += s; total > maxExpanded {
				return 0, &SyntaxError{Line: n.Line, Column: n.Column, Message: fmt.Sprintf("aliases expand to more than %d nodes", maxExpanded)}
			}
		}
		if n.Anchor != "" {
			sizes[n] = total
		}
		return total, nil
	}
	_, err := size(root, nil)
	return err
}

// Duplicate is a key that a mapping holds twice. Helm and kubectl take the
// last one; the API server refuses both under strict validation.
type Duplicate struct {
	Path          Path // of the key
	First, Second *Node
}

// Duplicates finds the keys that stand more than once in a mapping of the
// tree, in the order of the text. Content below `<<` is not compared.
func Duplicates(root *Node) []Duplicate {
	var found []Duplicate
	Walk(root, func(p Path, n *Node) bool {
		if n.Kind != yaml.MappingNode {
			return true
		}
		first := make(map[string]*Node, len(n.Content)/2)
		for i := 0; i+1 < len(n.Content); i += 2 {
			key := n.Content[i]
			if isMerge(key) {
				continue
			}
			text := KeyText(key)
			if f, ok := first[text]; ok {
				found = append(found, Duplicate{Path: p.Child(text), First: f, Second: key})
				continue
			}
			first[text] = key
		}
		return true
	})
	return found
}

// Walk calls visit for every node below root in the order of the text, with
// its path; visit returns false to leave out what is below the node. Aliases
// are visited, and what they stand for is not. The path is only valid during
// the call.
func Walk(root *Node, visit func(p Path, n *Node) bool) {
	if root != nil {
		walk(nil, root, visit)
	}
}

func walk(p Path, n *Node, visit func(Path, *Node) bool) {
	if !visit(p, n) {
		return
	}
	switch n.Kind {
	case yaml.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			walk(append(p, Step{Kind: Key, Key: KeyText(n.Content[i])}), n.Content[i+1], visit)
		}
	case yaml.SequenceNode:
		for i, c := range n.Content {
			walk(append(p, Step{Kind: Index, Index: i}), c, visit)
		}
	}
}
