package patch

import (
	"fmt"
	"math/big"
	"strconv"
	"strings"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
	"go.yaml.in/yaml/v3"
)

// jsonOp is one operation of a JSON Patch (RFC 6902).
type jsonOp struct {
	op         string
	path, from jsonPointer
	value      *manifest.Node
	node       *manifest.Node // the operation in the patch
}

// jsonOps says what each operation needs beside a path.
var jsonOps = map[string]struct{ value, from bool }{
	"add": {value: true}, "replace": {value: true}, "test": {value: true},
	"move": {from: true}, "copy": {from: true}, "remove": {},
}

// parseJSONPatch reads the operations of a JSON Patch: a list, or a string that
// holds one in JSON or YAML. Members that no operation knows are ignored, as
// RFC 6902 demands, but not one that stands twice.
func parseJSONPatch(p *parser, n *manifest.Node) []jsonOp {
	if text, ok := manifest.Value(n).(string); ok && isScalar(n) {
		inner, err := manifest.Embedded(n)
		if err != nil || inner == nil {
			p.report(codeShape, n, "the JSON patch is a string that holds no JSON or YAML", jsonPatchHint)
			return nil
		}
		if isScalar(inner) {
			p.report(codeShape, n, fmt.Sprintf("the JSON patch is the string %s, not a list of operations", strconv.Quote(shorten(text))), jsonPatchHint)
			return nil
		}
		n = inner
	}
	if !isList(n) {
		p.report(codeShape, n, "a JSON patch is "+manifest.KindName(n)+", not a list of operations", jsonPatchHint)
		return nil
	}
	var ops []jsonOp
	for _, item := range n.Content {
		if op, ok := p.jsonOp(manifest.Resolve(item)); ok {
			ops = append(ops, op)
		}
	}
	return ops
}

const jsonPatchHint = "write [{op: replace, path: /spec/replicas, value: 2}]"

func shorten(s string) string {
	if r := []rune(s); len(r) > 40 {
		return string(r[:37]) + "..."
	}
	return s
}

// jsonOp reads one operation.
func (p *parser) jsonOp(n *manifest.Node) (jsonOp, bool) {
	op := jsonOp{node: n}
	if !isMap(n) {
		p.report(codeShape, n, "an operation of a JSON patch is "+manifest.KindName(n)+", not a map", jsonPatchHint)
		return op, false
	}
	before := len(p.found)
	p.oncePerOp(n)
	name := p.opMember(n, "op")
	if len(p.found) > before {
		return op, false
	}
	op.op = name.Value
	needs, known := jsonOps[op.op]
	if !known {
		hint := diag.DidYouMean(op.op, []string{"add", "remove", "replace", "move", "copy", "test"})
		if hint == "" {
			hint = "add, remove, replace, move, copy and test are known"
		}
		p.report(codeShape, name, fmt.Sprintf("unknown operation %q in a JSON patch", op.op), hint)
		return op, false
	}
	op.path = p.pointer(n, "path")
	if needs.from {
		op.from = p.pointer(n, "from")
	}
	if needs.value {
		_, v := manifest.Lookup(n, "value")
		if v == nil {
			p.report(codeShape, n, fmt.Sprintf("the operation %q has no value", op.op), "write value: null for null")
			return op, false
		}
		op.value = patchValue(v)
	}
	if op.op == "move" && len(p.found) == before && op.path.inside(op.from) {
		p.report(codeShape, op.path.node, fmt.Sprintf("%s cannot move into itself, to %s", op.from.text, op.path.text), "")
	}
	if op.op == "remove" && len(p.found) == before && len(op.path.tokens) == 0 {
		p.report(codeShape, n, "the whole object cannot be removed by a JSON patch", "")
	}
	return op, len(p.found) == before
}

// oncePerOp reports members that stand twice.
func (p *parser) oncePerOp(n *manifest.Node) {
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i].Value
		if seen[key] {
			p.report(codeShape, n.Content[i], fmt.Sprintf("%q stands twice in an operation of a JSON patch", key), "")
		}
		seen[key] = true
	}
}

// opMember returns a member that must be a string.
func (p *parser) opMember(n *manifest.Node, key string) *manifest.Node {
	_, v := manifest.Lookup(n, key)
	v = manifest.Resolve(v)
	if v == nil {
		hint := ""
		if meant := nearestKey(n, key); meant != "" {
			hint = fmt.Sprintf("did you mean %q by %q?", key, meant)
		}
		p.report(codeShape, n, fmt.Sprintf("an operation of a JSON patch has no %q", key), hint)
		return newMap()
	}
	if _, ok := manifest.Value(v).(string); !ok {
		p.report(codeShape, v, fmt.Sprintf("%q of an operation is %s, not a string", key, manifest.KindName(v)), "")
	}
	return v
}

// nearestKey returns the key of a map that may be a misspelt one.
func nearestKey(n *manifest.Node, want string) string {
	var have []string
	for i := 0; i+1 < len(n.Content); i += 2 {
		have = append(have, n.Content[i].Value)
	}
	return diag.Nearest(want, have)
}

func (p *parser) pointer(n *manifest.Node, key string) jsonPointer {
	before := len(p.found)
	v := p.opMember(n, key)
	if len(p.found) > before {
		return jsonPointer{}
	}
	pointer, err := readPointer(v)
	if err != nil {
		p.report(codePathSyntax, v, err.Error(), "write it as /spec/template/metadata/labels/app.kubernetes.io~1name")
	}
	return pointer
}

// applyJSONPatch does the operations in order. It is atomic together with
// manifest's Edit, which drops the tree when there is a problem.
func applyJSONPatch(root *manifest.Node, ops []jsonOp) ([]removal, *problem) {
	var removed []removal
	for _, op := range ops {
		gone, problem := op.apply(root)
		if problem != nil {
			if problem.by == nil {
				problem.by = op.node
			}
			problem.message = op.op + " " + problem.message
			if problem.veiled != "" {
				problem.veiled = op.op + " " + problem.veiled
			}
			return nil, problem
		}
		removed = append(removed, gone...)
	}
	return removed, nil
}

func (op jsonOp) apply(root *manifest.Node) ([]removal, *problem) {
	switch op.op {
	case "add":
		return nil, add(root, op.path, manifest.Copy(op.value))
	case "copy":
		from, problem := op.from.spot(root, false)
		if problem != nil {
			return nil, problem
		}
		return nil, add(root, op.path, manifest.Clone(from.node))
	case "move":
		return op.move(root)
	}
	s, problem := op.path.spot(root, false)
	if problem != nil {
		return nil, problem
	}
	switch op.op {
	case "remove":
		if s.parent == nil {
			return nil, op.path.problem(s, "the whole object cannot be removed by a JSON patch", "")
		}
		s.take()
		return []removal{{s.path, op.node}}, nil
	case "replace":
		s.replace(manifest.Copy(op.value))
		return nil, nil
	}
	return nil, op.test(s)
}

func add(root *manifest.Node, pointer jsonPointer, value *manifest.Node) *problem {
	s, problem := pointer.spot(root, true)
	if problem != nil {
		return problem
	}
	if s.node != nil && (s.parent == nil || isMap(s.parent)) {
		s.replace(value)
		return nil
	}
	s.put(root, value)
	return nil
}

// move keeps the node, so that its comments come along.
func (op jsonOp) move(root *manifest.Node) ([]removal, *problem) {
	from, problem := op.from.spot(root, false)
	if problem != nil {
		return nil, problem
	}
	if from.parent == nil || op.from.text == op.path.text {
		return nil, nil
	}
	from.take()
	to, problem := op.path.spot(root, true)
	if problem != nil {
		return nil, problem
	}
	to.put(root, from.node)
	if key, _ := manifest.Lookup(to.parent, to.key); to.node == nil && key != nil {
		key.Line, key.Column = op.node.Line, op.node.Column // that of the value is a place in the object
	}
	return []removal{{from.path, op.node}}, nil
}

func (op jsonOp) test(s jsonSpot) *problem {
	if jsonEqual(s.node, op.value) {
		return nil
	}
	message := fmt.Sprintf("found %s, expected %s", describeValue(s.node), describeValue(op.value))
	b := op.path.problem(s, message, "if the chart has changed, the patch must follow it")
	b.code, b.by = codeTest, op.value
	b.veiled = op.path.text + ": another value is there"
	return b
}

// describeValue shows a scalar, and says of maps and lists how many entries
// they have.
func describeValue(n *manifest.Node) string {
	switch {
	case isMap(n):
		return fmt.Sprintf("a map with %d keys", len(n.Content)/2)
	case isList(n):
		return fmt.Sprintf("a list of %d items", len(n.Content))
	case isNull(n):
		return "null"
	}
	if text, ok := manifest.Value(n).(string); ok {
		return "the string " + strconv.Quote(shorten(text))
	}
	return n.Value
}

// jsonEqual compares as RFC 6902 4.6 says: numbers by value, maps whatever the
// order of their keys.
func jsonEqual(a, b *manifest.Node) bool {
	a, b = manifest.Resolve(a), manifest.Resolve(b)
	if a == nil || b == nil || a.Kind != b.Kind {
		return a == b
	}
	switch a.Kind {
	case yaml.SequenceNode:
		if len(a.Content) != len(b.Content) {
			return false
		}
		for i := range a.Content {
			if !jsonEqual(a.Content[i], b.Content[i]) {
				return false
			}
		}
		return true
	case yaml.MappingNode:
		return equalMaps(a, b)
	}
	x, y := number(a), number(b)
	if x == nil || y == nil {
		return manifest.Equal(a, b)
	}
	return x.Cmp(y) == 0
}

func equalMaps(a, b *manifest.Node) bool {
	keys, _ := manifest.Value(a).(map[string]any)
	others, _ := manifest.Value(b).(map[string]any)
	if len(keys) != len(others) {
		return false
	}
	for key := range keys {
		_, x := manifest.Lookup(a, key)
		_, y := manifest.Lookup(b, key)
		if x == nil || y == nil || !jsonEqual(x, y) {
			return false
		}
	}
	return true
}

// number returns the exact value of a number, nil for anything else.
func number(n *manifest.Node) *big.Rat {
	switch v := manifest.Value(n).(type) {
	case int64:
		return new(big.Rat).SetInt64(v)
	case uint64:
		return new(big.Rat).SetFrac(new(big.Int).SetUint64(v), big.NewInt(1))
	case float64:
		if r, ok := new(big.Rat).SetString(n.Value); ok && !strings.ContainsAny(n.Value, "eE") {
			return r
		}
		return new(big.Rat).SetFloat64(v)
	}
	return nil
}
