package funcs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
	"github.com/helmx-dev/helmx/patch"
)

func patchFuncs() []Func {
	value := Param{Name: "value", Doc: "a map or a list"}
	const deployment = `
patch: {spec: {template: {spec: {containers: [{name: app, tty: true}]}}}}
object: {apiVersion: apps/v1, kind: Deployment, spec: {template: {spec: {containers: [{name: proxy}, {name: app, image: "a:1"}]}}}}`
	return []Func{
		{
			Name: "strategicMerge", Group: Structure, Fn: strategicMerge,
			Doc: "Lays a patch over a Kubernetes object as kubectl does: lists of known kinds are merged by the keys of their items, and $patch directives work. " +
				"For kinds that are not built into Kubernetes, lists are replaced. Fails when the value is no object.",
			Params: []Param{{Name: "patch", Doc: "a part of the object"}, {Name: "object", Doc: "a map with apiVersion and kind"}},
			Examples: []Example{
				{
					Template: `{{ .Values.object | strategicMerge .Values.patch | getPath "spec.template.spec.containers" | toJson }}`, Values: deployment,
					Want: `[{"name":"proxy"},{"image":"a:1","name":"app","tty":true}]`,
				},
				{Template: `{{ dict "a" 1 | strategicMerge (dict) }}`, Error: `object: want a map with apiVersion and kind, got a map that is none`},
			},
		},
		{
			Name: "mergePatch", Group: Structure, Fn: mergePatch,
			Doc:    "Lays a JSON merge patch (RFC 7386) over a value: maps are merged, null deletes a key, everything else is replaced, lists too.",
			Params: []Param{{Name: "patch", Doc: "any value"}, {Name: "value", Doc: "any value"}},
			Examples: []Example{
				{Template: `{{ .Values.base | mergePatch .Values.over | toJson }}`, Values: `{base: {a: {b: 1, c: [1]}}, over: {a: {b: null, c: [2]}}}`, Want: `{"a":{"c":[2]}}`},
			},
		},
		{
			Name: "jsonPatch", Group: Structure, Fn: jsonPatch,
			Doc:    "Changes a value by the operations of a JSON patch (RFC 6902): add, remove, replace, move, copy and test. Fails where an operation does, and changes nothing then.",
			Params: []Param{{Name: "operations", Doc: "a list of maps with op, path and value or from"}, value},
			Examples: []Example{
				{
					Template: `{{ .Values.service | jsonPatch .Values.ops | toJson }}`,
					Values:   `{service: {ports: [80]}, ops: [{op: test, path: /ports/0, value: 80}, {op: add, path: /ports/-, value: 443}, {op: add, path: /type, value: NodePort}]}`,
					Want:     `{"ports":[80,443],"type":"NodePort"}`,
				},
				{
					Template: `{{ dict | jsonPatch (list (dict "op" "remove" "path" "/a")) }}`,
					Error:    `operations[0] (remove /a): there is no /a`,
				},
			},
		},
	}
}

func mergePatch(patch, value any) (any, error) {
	return mergeValues(replaceList, value, patch, 0), nil
}

// strategicMerge runs the patch layer over the object alone.
func strategicMerge(over, object any) (any, error) {
	change, err := mapArgument("patch", over)
	if err != nil {
		return nil, err
	}
	m, err := mapArgument("object", object)
	if err != nil {
		return nil, err
	}
	kind, _ := m["kind"].(string)
	if _, ok := m["apiVersion"].(string); !ok || kind == "" {
		return nil, formError("object", object, "a map with apiVersion and kind")
	}
	raw, err := json.Marshal(m)
	if err != nil {
		return nil, argumentError("object", object, "plain data: maps, lists and scalars")
	}
	merge, err := plainNode("patch", change)
	if err != nil {
		return nil, err
	}
	doc := manifest.New(raw, manifest.Origin{})
	list := manifest.NewNode([]any{map[string]any{"name": "strategicMerge", "literal": true, "target": map[string]any{"kind": kind, "hook": "any"}, "merge": merge}})
	patches, found := patch.Parse(list, "")
	if !found.HasErrors() {
		_, found, err = patch.Apply(context.Background(), []*manifest.Document{doc}, patch.Options{Patches: patches, AllowNoop: true})
	}
	if err = stopper(found, err); err != nil {
		return nil, err
	}
	root, err := doc.Root()
	return manifest.Value(root), err
}

// plainNode makes a node by way of JSON: to Helm all numbers of a values file
// are floats, and 80.0 is not the port 80.
func plainNode(param string, v any) (*manifest.Node, error) {
	raw, err := json.Marshal(v)
	if err != nil {
		return nil, argumentError(param, v, "plain data: maps, lists and scalars")
	}
	return manifest.Parse(raw)
}

// stopper is what stopped a patch: it names fields and kinds, not values.
func stopper(found diag.List, err error) error {
	for _, d := range found {
		if d.Severity == diag.Error {
			return fmt.Errorf("patch: %s at %s", d.Code, d.Path)
		}
	}
	return err
}

func jsonPatch(operations, value any) (any, error) {
	list, ok := asList(operations)
	if !ok {
		return nil, argumentError("operations", operations, "a list of maps with op and path")
	}
	for i, item := range list {
		op, err := readOperation(item)
		if err == nil {
			value, err = op.apply(value)
		}
		if err != nil {
			return nil, fmt.Errorf("operations[%d]%s: %w", i, op, err)
		}
	}
	return value, nil
}

// operation is one step of a JSON patch.
type operation struct {
	op         string
	path, from []string
	at         string // path as it is written
	value      any
}

// String names the operation in messages; values stay out of it.
func (o operation) String() string {
	if o.op == "" {
		return ""
	}
	return " (" + o.op + " " + o.at + ")"
}

var pointerEscape = strings.NewReplacer("~", "~0", "/", "~1")

var jsonPatchOps = []string{"add", "remove", "replace", "move", "copy", "test"}

func readOperation(item any) (operation, error) {
	m, ok := asMap(item)
	if !ok {
		return operation{}, argumentError("operation", item, "a map with op and path")
	}
	name, _ := m["op"].(string)
	if !slices.Contains(jsonPatchOps, name) {
		return operation{}, formError("op", m["op"], "add, remove, replace, move, copy or test")
	}
	o := operation{op: name, value: m["value"]}
	o.at, _ = m["path"].(string)
	path, err := pointer("path", m["path"])
	if err != nil {
		return o, err
	}
	o.path = path
	_, hasValue := m["value"]
	switch name {
	case "add", "replace", "test":
		if !hasValue {
			return o, errors.New("value: want what to " + name + ", and there is none")
		}
	case "move", "copy":
		o.from, err = pointer("from", m["from"])
	}
	return o, err
}

// pointer reads a JSON pointer (RFC 6901).
func pointer(param string, v any) ([]string, error) {
	const want = "a JSON pointer like /spec/replicas"
	text, err := textArgument(param, v, want)
	if err != nil || text == "" {
		return nil, err
	}
	if text[0] != '/' {
		return nil, formError(param, v, want)
	}
	path, err := manifest.ParsePath(text)
	if err != nil {
		return nil, formError(param, v, want)
	}
	keys := make([]string, len(path))
	for i, step := range path {
		keys[i] = step.Key
	}
	return keys, nil
}

func (o operation) apply(value any) (any, error) {
	switch o.op {
	case "test":
		found, err := at(value, o.path)
		if err == nil && !sameValue(found, o.value, 0) {
			err = errors.New("the value there is another one")
		}
		return value, err
	case "copy", "move":
		found, err := at(value, o.from)
		if err != nil {
			return nil, err
		}
		if o.op == "move" {
			if len(o.path) > len(o.from) && slices.Equal(o.path[:len(o.from)], o.from) {
				return nil, errors.New("a value cannot be moved into itself")
			}
			if value, err = change(value, o.from, "remove", nil); err != nil {
				return nil, err
			}
		}
		return change(value, o.path, "add", found)
	}
	return change(value, o.path, o.op, o.value)
}

func at(value any, path []string) (any, error) {
	for i, key := range path {
		if m, ok := asMap(value); ok {
			if value, ok = m[key]; ok {
				continue
			}
		} else if list, ok := asList(value); ok {
			if n, ok := listIndex(key, len(list)-1); ok {
				value = list[n]
				continue
			}
		}
		return nil, noSuch(path[:i+1])
	}
	return value, nil
}

func noSuch(path []string) error {
	text := ""
	for _, key := range path {
		text += "/" + pointerEscape.Replace(key)
	}
	return errors.New("there is no " + text)
}

// listIndex reads the index of a list item, 0 to last, as RFC 6901 writes it.
func listIndex(key string, last int) (int, bool) {
	n, err := strconv.Atoi(key)
	return n, err == nil && n >= 0 && n <= last && strconv.Itoa(n) == key
}

// change returns value with one thing added, removed or replaced at the end of
// the path; what changes is copied, the rest shared.
func change(value any, path []string, op string, to any) (any, error) {
	if len(path) == 0 {
		if op == "remove" {
			return nil, nil
		}
		return to, nil
	}
	changed, err := changeIn(value, path, op, to)
	if errors.Is(err, errNothingThere) {
		return nil, noSuch(path)
	}
	return changed, err
}

var errNothingThere = errors.New("nothing there")

func changeIn(value any, path []string, op string, to any) (any, error) {
	key, last := path[0], len(path) == 1
	if m, ok := asMap(value); ok {
		child, exists := m[key]
		if !exists && (!last || op != "add") {
			return nil, errNothingThere
		}
		if !last {
			var err error
			if child, err = changeIn(child, path[1:], op, to); err != nil {
				return nil, err
			}
			to = child
		}
		return withKey(m, key, to, last && op == "remove"), nil
	}
	list, ok := asList(value)
	if !ok {
		return nil, errNothingThere
	}
	if last && op == "add" {
		n, ok := listIndex(key, len(list))
		if key == "-" {
			n, ok = len(list), true
		}
		if !ok {
			return nil, errNothingThere
		}
		return slices.Insert(slices.Clone(list), n, to), nil
	}
	n, ok := listIndex(key, len(list)-1)
	if !ok {
		return nil, errNothingThere
	}
	if last && op == "remove" {
		return slices.Delete(slices.Clone(list), n, n+1), nil
	}
	if !last {
		var err error
		if to, err = changeIn(list[n], path[1:], op, to); err != nil {
			return nil, err
		}
	}
	edited := slices.Clone(list)
	edited[n] = to
	return edited, nil
}

func withKey(m map[string]any, key string, value any, remove bool) map[string]any {
	edited := make(map[string]any, len(m)+1)
	for k, v := range m {
		edited[k] = v
	}
	if remove {
		delete(edited, key)
	} else {
		edited[key] = value
	}
	return edited
}

// sameValue compares by worth: numbers of different Go types may be equal.
func sameValue(a, b any, depth int) bool {
	mustEnd(depth)
	if x, ok := asMap(a); ok {
		y, ok := asMap(b)
		if !ok || len(x) != len(y) {
			return false
		}
		for key, value := range x {
			if other, there := y[key]; !there || !sameValue(value, other, depth+1) {
				return false
			}
		}
		return true
	}
	if x, ok := asList(a); ok {
		y, ok := asList(b)
		return ok && slices.EqualFunc(x, y, func(a, b any) bool { return sameValue(a, b, depth+1) })
	}
	if _, isNumber := number(a); isNumber {
		return sameScalar(a, b)
	}
	return reflect.DeepEqual(a, b)
}
