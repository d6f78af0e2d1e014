package funcs

import (
	"reflect"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"
)

func TestGetPath(t *testing.T) {
	const values = `
list: [{name: a, port: 80}, {name: b, port: 8080, tls: true}, x]
nested: [[1, 2], [3]]
map: {b: 2, a: 1}
nothing: null
text: "{\"k\": [1]}"
0: zero
`
	tests := []struct {
		path string
		want any
		err  string
	}{
		{path: "", want: nil},
		{path: "list[0].name", want: "a"},
		{path: "list[-1]", want: "x"},
		{path: "list[7].name", want: nil},
		{path: "list.1.name", want: "b"},
		{path: "/list/1/name", want: "b"},
		{path: "list[port=8080].name", want: "b"},
		{path: "list[name=b, tls=true].port", want: float64(8080)},
		{path: "list[=x]", want: "x"},
		{path: "nested[*][0]", want: []any{float64(1), float64(3)}},
		{path: "map[*]", want: []any{float64(1), float64(2)}},
		{path: "none[*].a", want: []any{}},
		{path: "nothing.a.b[0]", want: nil},
		{path: "text|json.k[0]", want: int64(1)},
		{path: "0", want: "zero"},
		{path: "map.a.b", err: "path map.a.b: map.a is a number, not a map"},
		{path: "map[0]", err: "path map[0]: map is a map, not a list"},
		{path: "list|yaml.a", err: "path list|yaml.a: list is a list, not a string"},
		{path: "list[", err: "path"},
	}
	var tree map[string]any
	if err := yaml.Unmarshal([]byte(values), &tree); err != nil {
		t.Fatal(err)
	}
	for _, tt := range tests {
		t.Run(tt.path, func(t *testing.T) {
			got, err := getPath(tt.path, tree)
			if tt.err != "" {
				if err == nil || !strings.Contains(err.Error(), tt.err) {
					t.Errorf("error %v, want one with %q", err, tt.err)
				}
				return
			}
			if tt.path == "" {
				tt.want = tree
			}
			if err != nil || !reflect.DeepEqual(got, tt.want) {
				t.Errorf("got %#v, %v, want %#v", got, err, tt.want)
			}
		})
	}
}

func TestEditPath(t *testing.T) {
	tests := []struct {
		name, tree, path, set, want, err string
	}{
		{name: "make maps", tree: "{}", path: "a.b.c", set: "1", want: `{a: {b: {c: 1}}}`},
		{name: "over null", tree: "{a: null}", path: "a.b", set: "1", want: `{a: {b: 1}}`},
		{name: "append", tree: "{a: [1]}", path: "a.-", set: "2", want: `{a: [1, 2]}`},
		{name: "append a map", tree: "{a: [1]}", path: "a.-.b", set: "2", want: `{a: [1, {b: 2}]}`},
		{name: "all of a map", tree: "{a: {x: {}, y: {}}}", path: "a[*].z", set: "1", want: `{a: {x: {z: 1}, y: {z: 1}}}`},
		{name: "inside YAML", tree: `{m: "a: 1\nb: 2"}`, path: "m|yaml.b", set: "3", want: `{m: "a: 1\nb: 3"}`},
		{name: "inside JSON", tree: `{m: "{\"a\":{}}"}`, path: "m|json.a.b", set: "3", want: `{m: "{\"a\":{\"b\":3}}"}`},
		{name: "the root", tree: "{a: 1}", path: "", set: "{b: 2}", want: "{b: 2}"},
		{name: "no such item", tree: "{a: [1]}", path: "a[3]", set: "2", err: "path a[3]: a has no item [3]"},
		{name: "wrong kind", tree: "{a: x}", path: "a.b", set: "2", err: "path a.b: a is a string, not a map"},
		{name: "no list", tree: "{}", path: "a[0]", set: "2", err: "path a[0]: a is nothing (null), not a list"},
		{name: "remove", tree: "{a: {b: 1, c: 2}}", path: "a.b", want: "{a: {c: 2}}"},
		{name: "remove items", tree: "{a: [{id: x}, {id: z}, {id: x}]}", path: "a[id=x]", want: "{a: [{id: z}]}"},
		{name: "remove in all", tree: "{a: [{id: x}, {m: z}]}", path: "a[*].id", want: "{a: [{}, {m: z}]}"},
		{name: "remove inside YAML", tree: `{m: "a: 1\nb: 2"}`, path: "m|yaml.a", want: `{m: "b: 2"}`},
		{name: "remove nothing", tree: "{a: [1]}", path: "x.y[0].z", want: "{a: [1]}"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tree, set := decode(t, tt.tree), decode(t, tt.set)
			var got any
			var err error
			if strings.HasPrefix(tt.name, "remove") {
				got, err = unsetPath(tt.path, tree)
			} else {
				got, err = setPath(tt.path, set, tree)
			}
			if tt.err != "" {
				if err == nil || !strings.Contains(err.Error(), tt.err) {
					t.Errorf("error %v, want one with %q", err, tt.err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if a, b := encode(t, got), encode(t, decode(t, tt.want)); a != b {
				t.Errorf("got %s, want %s", a, b)
			}
			if a, b := encode(t, tree), encode(t, decode(t, tt.tree)); a != b {
				t.Errorf("the old tree is now %s, was %s", a, b)
			}
		})
	}
}

func decode(t *testing.T, text string) any {
	t.Helper()
	var v any
	if err := yaml.Unmarshal([]byte(text), &v); err != nil {
		t.Fatal(err)
	}
	return v
}

func encode(t *testing.T, v any) string {
	t.Helper()
	data, err := yaml.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
