package manifest

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"

	"go.yaml.in/yaml/v3"
)

// NotJSONError is what Edit and EditText return for a value that cannot be
// written into a text that is JSON.
type NotJSONError struct{ Node *Node }

func (e *NotJSONError) Error() string {
	return fmt.Sprintf("%s is not a number that JSON can hold", e.Node.Value)
}

// isJSON reports whether the content of a document is JSON to the letter, not
// just YAML in its style.
func isJSON(text []byte) bool { return json.Valid(text[contentStart(text):]) }

// notJSON returns the first value below n that JSON cannot hold, or nil.
func notJSON(n *Node) *Node {
	if n = Resolve(n); n.Kind == yaml.ScalarNode {
		if f, ok := scalarValue(n).(float64); ok && (math.IsInf(f, 0) || math.IsNaN(f)) {
			return n
		}
	}
	width := 1
	if n.Kind == yaml.MappingNode {
		width = 2
	}
	for i := width - 1; i < len(n.Content); i += width {
		if found := notJSON(n.Content[i]); found != nil {
			return found
		}
	}
	return nil
}

// key writes a key. In JSON that is a string, whatever YAML makes of it.
func (e *emitter) key(n *Node, prefer yaml.Style, flow bool) string {
	if e.json && n.Kind == yaml.ScalarNode && !isMerge(n) {
		return jsonScalar(&Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: KeyText(n), Style: yaml.DoubleQuotedStyle})
	}
	return e.scalar(n, prefer, flow)
}

// jsonScalar writes a scalar as JSON. Integers keep their digits.
func jsonScalar(n *Node) string {
	v := scalarValue(n)
	if f, ok := v.(float64); ok && (math.IsInf(f, 0) || math.IsNaN(f) || isDigits(n.Value)) {
		return strings.TrimPrefix(n.Value, "+")
	}
	var b strings.Builder
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		return doubleQuote(n.Value)
	}
	text := strings.TrimSuffix(b.String(), "\n")
	if f, ok := v.(float64); ok && !strings.ContainsAny(text, ".e") && f == math.Trunc(f) {
		text += ".0"
	}
	return text
}
