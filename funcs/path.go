package funcs

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"sigs.k8s.io/yaml"

	"github.com/helmx-dev/helmx/manifest"
)

func pathFuncs() []Func {
	path := Param{Name: "path", Doc: `keys, quoted keys, indexes and predicates as in patches: spec.containers[name=app].image, metadata.labels["a.b/c"], data.mesh|yaml.trustDomain`}
	value := Param{Name: "value", Doc: "a map or a list"}
	const pod = `{pod: {containers: [{name: app, image: "a:1"}, {name: proxy}]}}`
	return []Func{
		{
			Name: "getPath", Group: Structure, Fn: getPath,
			Doc: "What a path leads to, or null when there is nothing: no map on the way needs to exist. With [*] in the path, the list of all there is. " +
				"Fails when a value on the way is of the wrong kind.",
			Params: []Param{path, value},
			Examples: []Example{
				{Template: `{{ .Values.pod | getPath "containers[name=app].image" }}`, Values: pod, Want: "a:1"},
				{Template: `{{ .Values | getPath "pod.containers[*].name" | join " " }}`, Values: pod, Want: "app proxy"},
				{Template: `{{ .Values | getPath "a.b.c" | default "none" }}`, Want: "none"},
				{Template: `{{ .Values.mesh | getPath "config|yaml.trustDomain" }}`, Values: "mesh: {config: 'trustDomain: a.b'}", Want: "a.b"},
				{Template: `{{ .Values | getPath "pod.containers.name" }}`, Values: pod, Error: "path pod.containers.name: pod.containers is a list, not a map"},
			},
		},
		{
			Name: "hasPath", Group: Structure, Fn: hasPath,
			Doc:    "Whether a path leads to something, be it null. Fails when a value on the way is of the wrong kind.",
			Params: []Param{path, value},
			Examples: []Example{
				{Template: `{{ .Values | hasPath "pod.containers[name=proxy]" }}`, Values: pod, Want: "true"},
				{Template: `{{ .Values | hasPath "pod.volumes[0].name" }}`, Values: pod, Want: "false"},
			},
		},
		{
			Name: "setPath", Group: Structure, Fn: setPath,
			Doc: "The same tree with something new where the path leads; the old tree is left alone. Maps that are missing are made, list items are not: " +
				"a path that matches none of them fails. A last step .- appends to a list.",
			Params: []Param{path, {Name: "new", Doc: "what to put there"}, value},
			Examples: []Example{
				{Template: `{{ dict | setPath "a.b" 1 | toJson }}`, Want: `{"a":{"b":1}}`},
				{
					Template: `{{ .Values | setPath "pod.containers[*].tty" true | toJson }}`, Values: pod,
					Want: `{"pod":{"containers":[{"image":"a:1","name":"app","tty":true},{"name":"proxy","tty":true}]}}`,
				},
				{Template: `{{ .Values.pod | setPath "containers[name=ap].tty" true }}`, Values: pod, Error: "path containers[name=ap].tty: containers has no item [name=ap]"},
			},
		},
		{
			Name: "unsetPath", Group: Structure, Fn: unsetPath,
			Doc:    "The same tree without what the path leads to; the old tree is left alone. Nothing there is fine.",
			Params: []Param{path, value},
			Examples: []Example{
				{Template: `{{ .Values | unsetPath "pod.containers[name=app]" | toJson }}`, Values: pod, Want: `{"pod":{"containers":[{"name":"proxy"}]}}`},
				{Template: `{{ dict "a" 1 | unsetPath "b.c" | toJson }}`, Want: `{"a":1}`},
			},
		},
	}
}

func getPath(path, value any) (any, error) {
	w, err := walkArgument(path)
	if err != nil {
		return nil, err
	}
	found, err := w.find(value)
	if err != nil {
		return nil, err
	}
	if slices.ContainsFunc(w.path, func(s manifest.Step) bool { return s.Kind == manifest.All }) {
		return found, nil
	}
	if len(found) == 0 {
		return nil, nil
	}
	return found[0], nil
}

func hasPath(path, value any) (bool, error) {
	w, err := walkArgument(path)
	if err != nil {
		return false, err
	}
	found, err := w.find(value)
	return len(found) > 0, err
}

func setPath(path, value, tree any) (any, error) {
	w, err := walkArgument(path)
	if err != nil {
		return nil, err
	}
	w.leaf, w.create = value, true
	return w.edit(tree, 0)
}

func unsetPath(path, tree any) (any, error) {
	w, err := walkArgument(path)
	if err != nil {
		return nil, err
	}
	w.leaf = removed{}
	edited, err := w.edit(tree, 0)
	if edited == (any)(removed{}) {
		return nil, err // the root itself
	}
	return edited, err
}

// walker follows a path through the values of a template. Package manifest
// follows the same paths through YAML nodes; going there and back would turn
// the numbers of a values file into others.
type walker struct {
	path   manifest.Path
	create bool // make what is missing
	leaf   any  // what an edit puts at the end of the path
}

type removed struct{}

func walkArgument(path any) (*walker, error) {
	text, err := textArgument("path", path, "a path like spec.replicas")
	if err != nil {
		return nil, err
	}
	p, err := paths.get(text, manifest.ParsePath)
	if err != nil {
		return nil, err
	}
	return &walker{path: p}, nil
}

var paths cache[manifest.Path]

// fail reports that the value in front of step i is not what the step takes.
func (w *walker) fail(i int, v any, want string) error {
	return fmt.Errorf("path %s: %s is %s, not %s", w.path, w.place(i), kindName(v), want)
}

func (w *walker) place(i int) string {
	if i == 0 {
		return "the value"
	}
	return w.path[:i].String()
}

func (w *walker) find(value any) ([]any, error) {
	found := []any{value}
	for i := range w.path {
		next := []any{}
		for _, v := range found {
			more, err := w.step(v, i)
			if err != nil {
				return nil, err
			}
			next = append(next, more...)
		}
		found = next
	}
	return found, nil
}

// step returns what step i leads to from v: nothing when v is null.
func (w *walker) step(v any, i int) ([]any, error) {
	if v == nil {
		return nil, nil
	}
	s := w.path[i]
	if s.Kind == manifest.Decode {
		decoded, err := w.decode(v, i)
		return []any{decoded}, err
	}
	if m, isMap := asMap(v); isMap && takesMap(s) {
		if s.Kind == manifest.All {
			return sortedValues(m), nil
		}
		if child, ok := m[s.Key]; ok {
			return []any{child}, nil
		}
		return nil, nil
	}
	list, isList := asList(v)
	if !isList || s.Kind == manifest.Key {
		return nil, w.fail(i, v, wanted(s))
	}
	var items []any
	for _, at := range selected(s, list) {
		items = append(items, list[at])
	}
	return items, nil
}

func takesMap(s manifest.Step) bool {
	return s.Kind == manifest.Key || s.Kind == manifest.Token || s.Kind == manifest.All
}

func wanted(s manifest.Step) string {
	switch s.Kind {
	case manifest.Key:
		return "a map"
	case manifest.Token, manifest.All:
		return "a map or a list"
	}
	return "a list"
}

func sortedValues(m map[string]any) []any {
	values := make([]any, 0, len(m))
	for _, key := range sortedKeys(m) {
		values = append(values, m[key])
	}
	return values
}

func sortedKeys(m map[string]any) []string {
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

// selected returns the indexes of the list's items that a step means.
func selected(s manifest.Step, list []any) []int {
	index := s.Index
	if s.Kind == manifest.Token {
		var err error
		if index, err = strconv.Atoi(s.Key); err != nil {
			return nil
		}
	}
	if index < 0 {
		index += len(list)
	}
	var at []int
	for i, item := range list {
		if s.Kind == manifest.All || (s.Kind == manifest.Index || s.Kind == manifest.Token) && i == index ||
			s.Kind == manifest.Match && matches(item, s.Fields) || s.Kind == manifest.Item && scalarIs(item, s.Key) {
			at = append(at, i)
		}
	}
	return at
}

func matches(item any, fields []manifest.Field) bool {
	m, ok := asMap(item)
	return ok && !slices.ContainsFunc(fields, func(f manifest.Field) bool { return !scalarIs(m[f.Name], f.Value) })
}

func scalarIs(v any, text string) bool {
	switch rv := reflect.ValueOf(v); {
	case rv.Kind() == reflect.String:
		return rv.String() == text
	case rv.Kind() == reflect.Bool, rv.CanInt(), rv.CanUint():
		return fmt.Sprint(v) == text
	case rv.CanFloat():
		return strconv.FormatFloat(rv.Float(), 'f', -1, 64) == text
	}
	return false
}

func (w *walker) decode(v any, i int) (any, error) {
	text, isText := v.(string)
	if !isText {
		return nil, w.fail(i, v, "a string")
	}
	root, err := manifest.Parse([]byte(text))
	if syntax := (*manifest.SyntaxError)(nil); errors.As(err, &syntax) {
		return nil, fmt.Errorf("path %s: %s holds no valid YAML, see its line %d", w.path, w.place(i), syntax.Line) // the message may quote the text
	}
	if err != nil {
		return nil, fmt.Errorf("path %s: %s holds no valid YAML", w.path, w.place(i))
	}
	return manifest.Value(root), nil
}

// edit returns v with the leaf put where the rest of the path, from step i,
// leads. What changes is copied, the rest shared.
func (w *walker) edit(v any, i int) (any, error) {
	if i == len(w.path) {
		return w.leaf, nil
	}
	s := w.path[i]
	if v == nil && !w.create {
		return v, nil
	}
	if s.Kind == manifest.Decode {
		return w.editText(v, i)
	}
	m, isMap := asMap(v)
	switch {
	case isMap && s.Kind == manifest.All:
		return w.editKeys(m, sortedKeys(m), i)
	case isMap && takesMap(s), v == nil && s.Kind == manifest.Key:
		return w.editKeys(m, []string{s.Key}, i)
	}
	list, isList := asList(v)
	if !isList || s.Kind == manifest.Key {
		return nil, w.fail(i, v, wanted(s))
	}
	return w.editItems(list, i)
}

func (w *walker) editKeys(m map[string]any, keys []string, i int) (any, error) {
	edited := make(map[string]any, len(m)+1)
	for key, value := range m {
		edited[key] = value
	}
	for _, key := range keys {
		old, exists := m[key]
		if !exists && !w.create {
			continue
		}
		child, err := w.edit(old, i+1)
		if err != nil {
			return nil, err
		}
		edited[key] = child
		if child == (any)(removed{}) {
			delete(edited, key)
		}
	}
	return edited, nil
}

func (w *walker) editItems(list []any, i int) (any, error) {
	s := w.path[i]
	if s.Kind == manifest.Token && s.Key == "-" && w.create {
		child, err := w.edit(nil, i+1)
		return append(slices.Clone(list), child), err
	}
	at := selected(s, list)
	if len(at) == 0 && w.create && s.Kind != manifest.All {
		return nil, fmt.Errorf("path %s: %s has no item %s", w.path, w.place(i), s)
	}
	edited := slices.Clone(list)
	for _, n := range at {
		child, err := w.edit(list[n], i+1)
		if err != nil {
			return nil, err
		}
		edited[n] = child
	}
	return slices.DeleteFunc(edited, func(v any) bool { return v == (any)(removed{}) }), nil
}

// editText edits inside a string that holds a document.
func (w *walker) editText(v any, i int) (any, error) {
	decoded, err := w.decode(v, i)
	if err != nil {
		return nil, err
	}
	edited, err := w.edit(decoded, i+1)
	if err != nil || edited == (any)(removed{}) {
		return edited, err
	}
	if w.path[i].Key == "json" {
		data, err := json.Marshal(edited)
		return string(data), err
	}
	data, err := yaml.Marshal(edited)
	return strings.TrimSuffix(string(data), "\n"), err
}
