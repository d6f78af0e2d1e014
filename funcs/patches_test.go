package funcs

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
)

// diff lists the operations that make b of a: what jsonPatch has to understand.
func diff(a, b any, at string) []any {
	if x, ok := a.(map[string]any); ok {
		if y, ok := b.(map[string]any); ok {
			return diffMaps(x, y, at)
		}
	}
	if x, ok := a.([]any); ok {
		if y, ok := b.([]any); ok {
			return diffLists(x, y, at)
		}
	}
	if reflect.DeepEqual(a, b) {
		return nil
	}
	return []any{map[string]any{"op": "replace", "path": at, "value": b}}
}

func diffMaps(a, b map[string]any, at string) []any {
	var ops []any
	for _, key := range sortedKeys(a) {
		path := at + "/" + pointerEscape.Replace(key)
		if _, kept := b[key]; !kept {
			ops = append(ops, map[string]any{"op": "remove", "path": path})
		} else {
			ops = append(ops, diff(a[key], b[key], path)...)
		}
	}
	for _, key := range sortedKeys(b) {
		if _, there := a[key]; !there {
			ops = append(ops, map[string]any{"op": "add", "path": at + "/" + pointerEscape.Replace(key), "value": b[key]})
		}
	}
	return ops
}

func diffLists(a, b []any, at string) []any {
	var ops []any
	for i := range min(len(a), len(b)) {
		ops = append(ops, diff(a[i], b[i], fmt.Sprintf("%s/%d", at, i))...)
	}
	for i := len(a) - 1; i >= len(b); i-- {
		ops = append(ops, map[string]any{"op": "remove", "path": fmt.Sprintf("%s/%d", at, i)})
	}
	for i := len(a); i < len(b); i++ {
		ops = append(ops, map[string]any{"op": "add", "path": at + "/-", "value": b[i]})
	}
	return ops
}

func randomTree(r *rand.Rand, depth int) any {
	switch n := r.IntN(6); {
	case depth > 0 && n < 2:
		m := map[string]any{}
		for range r.IntN(4) {
			m[[]string{"a", "b", "a/b", "~", "0", ""}[r.IntN(6)]] = randomTree(r, depth-1)
		}
		return m
	case depth > 0 && n < 4:
		l := make([]any, r.IntN(4))
		for i := range l {
			l[i] = randomTree(r, depth-1)
		}
		return l
	}
	return []any{nil, true, "x", float64(r.IntN(3)), int64(1), ""}[r.IntN(6)]
}

func TestJSONPatchOfADiffRestoresTheTree(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	for range 5000 {
		a, b := randomTree(random, 4), randomTree(random, 4)
		before := fmt.Sprint(a)
		ops := diff(a, b, "")
		got, err := jsonPatch(ops, a)
		if err != nil || !reflect.DeepEqual(got, b) {
			t.Fatalf("%v\nto %v\nby %v\ngives %v, %v", a, b, ops, got, err)
		}
		if fmt.Sprint(a) != before {
			t.Fatalf("the argument has changed from %s to %v", before, a)
		}
	}
}

// The examples of RFC 6902, appendix A.
func TestJSONPatchOfTheRFC(t *testing.T) {
	for _, tt := range []struct{ name, tree, ops, want, err string }{
		{"A.1", `{foo: bar}`, `[{op: add, path: /baz, value: qux}]`, `{foo: bar, baz: qux}`, ""},
		{"A.2", `{foo: [bar, baz]}`, `[{op: add, path: /foo/1, value: qux}]`, `{foo: [bar, qux, baz]}`, ""},
		{"A.4", `{foo: [bar, qux, baz]}`, `[{op: remove, path: /foo/1}]`, `{foo: [bar, baz]}`, ""},
		{"A.6", `{foo: {bar: baz, waldo: fred}, qux: {corge: grault}}`, `[{op: move, from: /foo/waldo, path: /qux/thud}]`, `{foo: {bar: baz}, qux: {corge: grault, thud: fred}}`, ""},
		{"A.7", `{foo: [all, grass, cows, eat]}`, `[{op: move, from: /foo/1, path: /foo/3}]`, `{foo: [all, cows, eat, grass]}`, ""},
		{"A.9", `{baz: qux}`, `[{op: test, path: /baz, value: bar}]`, "", "the value there is another one"},
		{"A.11", `{foo: bar}`, `[{op: add, path: /child, value: {grandchild: {}}, xyz: 1}]`, `{foo: bar, child: {grandchild: {}}}`, ""},
		{"A.12", `{foo: bar}`, `[{op: add, path: /baz/bat, value: qux}]`, "", "there is no /baz/bat"},
		{"A.14", `{"/": 9, "~1": 10}`, `[{op: test, path: /~01, value: 10}]`, `{"/": 9, "~1": 10}`, ""},
		{"A.15", `{"~1": 10}`, `[{op: test, path: /~01, value: "10"}]`, "", "the value there is another one"},
		{"A.16", `{foo: [bar]}`, `[{op: add, path: /foo/-, value: [abc, def]}]`, `{foo: [bar, [abc, def]]}`, ""},
		{"copy", `{a: {b: 1}}`, `[{op: copy, from: /a, path: /c}]`, `{a: {b: 1}, c: {b: 1}}`, ""},
		{"into itself", `{a: {b: 1}}`, `[{op: move, from: /a, path: /a/c}]`, "", "a value cannot be moved into itself"},
		{"leading zero", `{a: [1, 2]}`, `[{op: replace, path: /a/01, value: 3}]`, "", "there is no /a/01"},
		{"no operation", `{}`, `[{op: delete, path: /a}]`, "", "op: want add, remove, replace, move, copy or test, got a string that is none"},
		{"no pointer", `{}`, `[{op: remove, path: a}]`, "", "path: want a JSON pointer like /spec/replicas"},
		{"no value", `{}`, `[{op: add, path: /a}]`, "", "value: want what to add"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := jsonPatch(decode(t, tt.ops), decode(t, tt.tree))
			switch {
			case tt.err != "":
				if err == nil || !strings.Contains(err.Error(), tt.err) {
					t.Errorf("error %v, want one with %q", err, tt.err)
				}
			case err != nil || !sameValue(got, decode(t, tt.want), 0):
				t.Errorf("got %v, %v, want %s", got, err, tt.want)
			}
		})
	}
}

// The examples of RFC 7386, appendix A.
func TestMergePatchOfTheRFC(t *testing.T) {
	for _, tt := range [][3]string{
		{`{a: b}`, `{a: c}`, `{a: c}`}, {`{a: b}`, `{b: c}`, `{a: b, b: c}`}, {`{a: b}`, `{a: null}`, `{}`}, {`{a: b, b: c}`, `{a: null}`, `{b: c}`},
		{`{a: [b]}`, `{a: c}`, `{a: c}`}, {`{a: c}`, `{a: [b]}`, `{a: [b]}`}, {`{a: {b: c}}`, `{a: {b: d, c: null}}`, `{a: {b: d}}`},
		{`{a: [{b: c}]}`, `{a: [1]}`, `{a: [1]}`}, {`[a, b]`, `[c, d]`, `[c, d]`}, {`{a: b}`, `[c]`, `[c]`}, {`{a: foo}`, `null`, `null`},
		{`{a: foo}`, `bar`, `bar`}, {`{e: null}`, `{a: 1}`, `{e: null, a: 1}`}, {`[1, 2]`, `{a: b, c: null}`, `{a: b}`}, {`{}`, `{a: {bb: {ccc: null}}}`, `{a: {bb: {}}}`},
	} {
		got, err := mergePatch(decode(t, tt[1]), decode(t, tt[0]))
		if err != nil || !sameValue(got, decode(t, tt[2]), 0) {
			t.Errorf("%s over %s: got %v, %v, want %s", tt[1], tt[0], got, err, tt[2])
		}
	}
}

func TestStrategicMerge(t *testing.T) {
	object := decode(t, `{apiVersion: v1, kind: Service, metadata: {name: a}, spec: {ports: [{port: 80, name: web}, {port: 90}]}}`)
	got, err := strategicMerge(decode(t, `{spec: {ports: [{port: 80, targetPort: 8080}, {port: 90, $patch: delete}], type: null}}`), object)
	if want := decode(t, `{apiVersion: v1, kind: Service, metadata: {name: a}, spec: {ports: [{port: 80, name: web, targetPort: 8080}]}}`); err != nil || !sameValue(got, want, 0) {
		t.Errorf("got %v, %v", got, err)
	}
	if _, err := strategicMerge(decode(t, `{spec: {ports: [{port: 80, $patch: hunterZ}]}}`), object); err == nil || strings.Contains(err.Error(), "hunterZ") {
		t.Errorf("a directive that is none: %v", err)
	}
}
