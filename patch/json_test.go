package patch

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/helmx-dev/helmx/manifest"
)

// applied returns the one document that a change leaves, and what it finds.
func applied(t *testing.T, in, change string) (out, found string) {
	t.Helper()
	patches, findings := patchesOf(t, "patches:\n- name: a\n  target: {kind: ConfigMap}\n  "+change+"\n")
	docs, more, err := Apply(context.Background(), manifest.Read("in.yaml", []byte(in)), Options{Patches: patches})
	if err != nil {
		t.Fatal(err)
	}
	return string(docs[0].Raw()), describe(append(findings, more...))
}

// The kinds of change agree on what a key is: the text in the patch. JSON stays
// JSON, on its own and in a string.
func TestKeysAndNumbersInJSON(t *testing.T) {
	whole := `{"kind":"ConfigMap","metadata":{"name":"c"},"data":{"a":{"b":1}}}` + "\n"
	inside := "kind: ConfigMap\nmetadata: {name: c}\ndata:\n  j: |\n    {\"a\": {\"b\": 1}, \"l\": [1]}\n"
	for _, test := range []struct{ in, change, want string }{
		{whole, "set: {data: {y: x}}", `"data":{"y":"x"}`},
		{whole, "merge: {data: {y: 0x10, 1: 2}}", `"data":{"a":{"b":1},"y":16,"1":2}`},
		{whole, "mergePatch: {data: {y: 0x10, 1: 2}}", `"data":{"a":{"b":1},"y":16,"1":2}`},
		{whole, "jsonPatch: [{op: add, path: /data/n, value: {y: 0x10, 1: 2}}]", `"n":{"y":16,"1":2}`},
		{whole, `jq: '.data.y = 16 | .data["1"] = 2'`, `"1":2,"y":16`},
		{whole, "labels: {y: x, 1: z}", `"labels":{"y":"x","1":"z"}`},
		{whole, "append: {data.l: {no: +5}}", `"l":[{"no":5}]`},
		{inside, "set: {'data.j|json.a': {h: 8, y: 4, 0x10: no}}", `{"a": {"h": 8, "y": 4, "0x10": false}, "l": [1]}`},
		{inside, "append: {'data.j|json.l': {y: 1, 2: b}}", `[1, {"y": 1, "2": "b"}]`},
		{inside, "prepend: {'data.j|json.l': {on: 1}}", `[{"on": 1}, 1]`},
	} {
		out, found := applied(t, test.in, test.change)
		text := out
		if test.in == inside {
			text = strings.TrimSpace(strings.SplitN(out, "j: |\n", 2)[1])
		}
		if !json.Valid([]byte(text)) || !strings.Contains(out, test.want) || found != "" {
			t.Errorf("%s: got\n%s%s\nwant JSON with %s", test.change, out, found, test.want)
		}
	}
}

func TestNumbersThatJSONCannotHold(t *testing.T) {
	whole := `{"kind":"ConfigMap","metadata":{"name":"c"},"data":{"a":1}}` + "\n"
	inside := "kind: ConfigMap\nmetadata: {name: c}\ndata:\n  j: '{\"a\": 1}'\n"
	for _, test := range []struct{ in, change, want string }{
		{whole, "set: {data.a: .inf}", "helmx.yaml:4:17: error[PA103]"},
		{whole, "mergePatch: {data: {a: [.nan]}}", "helmx.yaml:4:27: error[PA103]"},
		{whole, "jq: .data.a = infinite", "helmx.yaml:4:3: error[PA103]"},
		{inside, "set: {'data.j|json.n': {b: -.inf}}", `helmx.yaml:4:30: error[PA103]`},
	} {
		out, found := applied(t, test.in, test.change)
		if out != test.in || !strings.HasPrefix(found, test.want) {
			t.Errorf("%s: got\n%s%s\nwant %s", test.change, out, found, test.want)
		}
	}
}

// In YAML a key that its readers would take for something else gets quotes.
func TestKeysInYAML(t *testing.T) {
	in := "kind: ConfigMap\nmetadata:\n  name: c\ndata:\n  a: b\n"
	for _, change := range []string{"merge: {data: {y: x}}", "mergePatch: {data: {y: x}}", "set: {data.y: x}", "jsonPatch: [{op: add, path: /data/y, value: x}]"} {
		if out, found := applied(t, in, change); out != in+"  \"y\": x\n" || found != "" {
			t.Errorf("%s: got\n%s%s", change, out, found)
		}
	}
}

// An index in a JSON pointer has no leading zeros, whatever kind of change it is in.
func TestPointersTakeNoLeadingZeros(t *testing.T) {
	in := "kind: ConfigMap\nmetadata: {name: c}\nl: [a]\n"
	for _, change := range []string{"set: {/l/00: x}", "remove: /l/00", "jsonPatch: [{op: remove, path: /l/00}]"} {
		if out, found := applied(t, in, change); out != in || !strings.Contains(found, "l is a list, and ") || !strings.Contains(found, "is no index") {
			t.Errorf("%s: got\n%s%s", change, out, found)
		}
	}
	if out, found := applied(t, in, "set: {/l/0: x, 'data[\"*\"]': y}"); !strings.Contains(out, "l: [x]") || !strings.Contains(out, `"*": y`) || found != "" {
		t.Errorf("got\n%s%s", out, found)
	}
}

// What a move takes along has a place in the object, and none in the patch.
func TestMovedValuesAreFoundAtTheMove(t *testing.T) {
	patches, found := patchesOf(t, "patches:\n- name: a\n  target: {kind: ConfigMap}\n  jsonPatch:\n  - {op: move, from: /spec/x, path: /data/x}\n")
	docs, more, err := Apply(context.Background(), manifest.Read("in.yaml", []byte("kind: ConfigMap\ndata:\n  a: b\nspec:\n  y: 1\n  x: 5\n")), Options{Patches: patches})
	if err != nil || len(found)+len(more) > 0 {
		t.Fatal(found, more, err)
	}
	root, err := docs[0].Root()
	if err != nil {
		t.Fatal(err)
	}
	path := manifest.Keys("data", "x")
	if f := docs[0].Finding(path.Get(root), path); f.Span.String() != "helmx.yaml:5:5" {
		t.Errorf("the moved value is at %s in\n%s", f.Span, docs[0].Raw())
	}
}
