package manifest

import (
	"encoding/base64"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// Value returns what Helm and kubectl make of a node: nil, bool, string, int64,
// uint64 (above the int64 range), float64, []any or map[string]any. Scalars
// resolve by the YAML 1.1 rules of sigs.k8s.io/yaml: y, n, yes, no, on and off
// are booleans, 010 is eight, dates are strings. Keys that are no strings
// become strings, merge keys are merged, and of duplicate keys the last wins.
func Value(n *Node) any {
	if n == nil {
		return nil
	}
	switch n.Kind {
	case yaml.DocumentNode:
		if len(n.Content) == 0 {
			return nil
		}
		return Value(n.Content[0])
	case yaml.AliasNode:
		return Value(n.Alias)
	case yaml.SequenceNode:
		list := make([]any, len(n.Content))
		for i, c := range n.Content {
			list[i] = Value(c)
		}
		return list
	case yaml.MappingNode:
		m := make(map[string]any, len(n.Content)/2)
		fill(m, n)
		return m
	}
	return scalarValue(n)
}

// fill sets the entries of a mapping in the order of the text, so that a merge
// overrides what stands above it, as in Helm's parser.
func fill(m map[string]any, n *Node) {
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		if !isMerge(key) {
			m[KeyText(key)] = Value(value)
			continue
		}
		for _, from := range slices.Backward(mergeSources(value)) {
			fill(m, from)
		}
	}
}

// mergeSources returns the mappings that the value of `<<` names; the first of
// them takes precedence.
func mergeSources(value *Node) []*Node {
	value = Resolve(value)
	if value.Kind == yaml.MappingNode {
		return []*Node{value}
	}
	var sources []*Node
	if value.Kind == yaml.SequenceNode {
		for _, c := range value.Content {
			if c = Resolve(c); c.Kind == yaml.MappingNode {
				sources = append(sources, c)
			}
		}
	}
	return sources
}

// Resolve returns the node that an alias stands for, and any other node itself.
func Resolve(n *Node) *Node {
	for n != nil && n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	return n
}

// isMerge reports whether a key is the merge key `<<`.
func isMerge(key *Node) bool {
	return key.Kind == yaml.ScalarNode && key.Value == "<<" && (key.Tag == "!!merge" || key.Tag == "" && key.Style == 0)
}

const quotedStyle = yaml.DoubleQuotedStyle | yaml.SingleQuotedStyle | yaml.LiteralStyle | yaml.FoldedStyle

// scalarValue resolves one scalar.
func scalarValue(n *Node) any {
	if n.Style&yaml.TaggedStyle != 0 {
		return taggedValue(n)
	}
	if n.Style&quotedStyle != 0 {
		return n.Value
	}
	v := resolvePlain(n.Value)
	if _, isString := v.(string); !isString && isBuiltString(n) {
		return n.Value
	}
	return v
}

// isBuiltString tells a string node that code made, where the tag alone says
// that it is one, from plain text that the parser tagged.
func isBuiltString(n *Node) bool {
	if n.Tag != "!!str" {
		return false
	}
	bare := Node{Kind: yaml.ScalarNode, Value: n.Value}
	return bare.ShortTag() != "!!str"
}

func taggedValue(n *Node) any {
	switch v := resolvePlain(n.Value); n.Tag {
	case "!!null":
		return nil
	case "!!int", "!!bool":
		return v
	case "!!float":
		if i, ok := v.(int64); ok {
			return float64(i)
		}
		return v
	case "!!binary":
		if decoded, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(n.Value), "")); err == nil {
			return string(decoded)
		}
	}
	return n.Value
}

var plainWords = map[string]any{
	"": nil, "~": nil, "null": nil, "Null": nil, "NULL": nil,
	"y": true, "Y": true, "yes": true, "Yes": true, "YES": true, "true": true, "True": true, "TRUE": true, "on": true, "On": true, "ON": true,
	"n": false, "N": false, "no": false, "No": false, "NO": false, "false": false, "False": false, "FALSE": false, "off": false, "Off": false, "OFF": false,
	".nan": math.NaN(), ".NaN": math.NaN(), ".NAN": math.NaN(),
	".inf": math.Inf(1), ".Inf": math.Inf(1), ".INF": math.Inf(1), "+.inf": math.Inf(1), "+.Inf": math.Inf(1), "+.INF": math.Inf(1),
	"-.inf": math.Inf(-1), "-.Inf": math.Inf(-1), "-.INF": math.Inf(-1),
}

var floatText = regexp.MustCompile(`^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$`)

// resolvePlain gives plain text its type by YAML 1.1 as go-yaml v2 reads it,
// which sigs.k8s.io/yaml and with it Helm, kubectl and the API server use.
func resolvePlain(s string) any {
	if v, ok := plainWords[s]; ok {
		return v
	}
	switch c := s[0]; {
	case c == '.':
		if f, err := strconv.ParseFloat(s, 64); err == nil {
			return f
		}
	case c >= '0' && c <= '9' || c == '-' || c == '+':
		return resolveNumber(s)
	}
	return s
}

func resolveNumber(s string) any {
	if isTimestamp(s) {
		return s
	}
	digits := strings.ReplaceAll(s, "_", "")
	if i, err := strconv.ParseInt(digits, 0, 64); err == nil {
		return i
	}
	if u, err := strconv.ParseUint(digits, 0, 64); err == nil {
		return u
	}
	if floatText.MatchString(digits) {
		if f, err := strconv.ParseFloat(digits, 64); err == nil {
			return f
		}
	}
	return s
}

// isTimestamp keeps dates with underscores or odd digits out of the numbers;
// they stay the text they are.
func isTimestamp(s string) bool {
	if len(s) < 6 || s[4] != '-' || strings.Trim(s[:4], "0123456789") != "" {
		return false
	}
	for _, layout := range []string{"2006-1-2T15:4:5.999999999Z07:00", "2006-1-2t15:4:5.999999999Z07:00", "2006-1-2 15:4:5.999999999", "2006-1-2"} {
		if _, err := time.Parse(layout, s); err == nil {
			return true
		}
	}
	return false
}

// KeyText returns the string that a key is in the object Kubernetes sees: `on`
// is "true", 0x10 is "16".
func KeyText(key *Node) string {
	key = Resolve(key)
	if key.Kind != yaml.ScalarNode {
		return ""
	}
	if isPlainlyString(key) {
		return key.Value
	}
	switch v := scalarValue(key).(type) {
	case string:
		return v
	case int64:
		return strconv.FormatInt(v, 10)
	case uint64:
		return strconv.FormatUint(v, 10)
	case bool:
		return strconv.FormatBool(v)
	case float64:
		return floatKey(v)
	}
	return "null"
}

// isPlainlyString reports whether a scalar is a string at a glance, as nearly all
// keys are: quoted, or with a first letter and too long for the words of YAML.
func isPlainlyString(n *Node) bool {
	if n.Kind != yaml.ScalarNode || n.Style&yaml.TaggedStyle != 0 {
		return false
	}
	if n.Style&quotedStyle != 0 {
		return true
	}
	if n.Value == "" {
		return false
	}
	c := n.Value[0] | 0x20
	return c >= 'a' && c <= 'z' && (len(n.Value) > len("false") || strings.IndexByte("ynotf", c) < 0)
}

func floatKey(v float64) string {
	switch {
	case math.IsInf(v, 1):
		return ".inf"
	case math.IsInf(v, -1):
		return "-.inf"
	case math.IsNaN(v):
		return ".nan"
	}
	return strconv.FormatFloat(v, 'g', -1, 32)
}

// scalarText returns the text of a scalar, "" for null and everything else.
func scalarText(n *Node) string {
	if n = Resolve(n); n == nil || n.Kind != yaml.ScalarNode || scalarValue(n) == nil {
		return ""
	}
	return n.Value
}

// child returns the value of a key, merged keys included; nil when there is
// none. Of duplicates it returns the last, which is the one that counts.
func child(n *Node, key string) *Node {
	_, value := entry(n, key)
	return value
}

// entry returns the key node and the value of a key. A key that `<<` brings in
// is found in its source.
func entry(n *Node, key string) (k, v *Node) {
	n = Resolve(n)
	if n == nil || n.Kind != yaml.MappingNode {
		return nil, nil
	}
	for i := len(n.Content) - 2; i >= 0; i -= 2 {
		at := n.Content[i]
		if isMerge(at) {
			for _, from := range mergeSources(n.Content[i+1]) {
				if k, v := entry(from, key); v != nil {
					return k, v
				}
			}
			continue
		}
		if matchesKey(at, key) {
			return at, n.Content[i+1]
		}
	}
	return nil, nil
}
