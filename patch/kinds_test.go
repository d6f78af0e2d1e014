package patch

import (
	"encoding/json"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/helmx-dev/helmx/manifest"
)

// Each kind of change refuses what it does not understand, where it stands.
func TestKindsRefuseWhatTheyDoNotUnderstand(t *testing.T) {
	for _, test := range []struct{ change, want string }{
		{"ensure: gone\n  set: {a: 1}", `3:11: error[PA005]: a: ensure is "gone": update, create and absent are known`},
		{"ensure: absnt\n  set: {a: 1}", `(did you mean "absent"?)`},
		{"ensure: absent\n  set: {a: 1}", "error[PA004]: a: ensure: absent deletes the object, and the patch changes it by set too"},
		{"ensure: create\n  remove: a", "3:11: error[PA001]: a: ensure: create makes missing list items, and remove has none to make"},
		{"literal: maybe\n  set: {a: 1}", "3:12: error[PA001]: a: literal is a string, expected true or false"},
		{"when: .Values.x\n  set: {a: 1}", "3:9: error[PA001]: a: when is a string, expected an expression between {{ and }}"},
		{"when: {a: b}\n  set: {a: 1}", "when is a map, expected an expression"},
		{"remove: []", "3:11: error[PA001]: a: remove is an empty list"},
		{"remove: [a, {b: c}]", "3:15: error[PA001]: a: an item of remove is a map, expected a path"},
		{"remove: 'a[b'", `3:11: error[PA006]: a: path "a[b": the "[" is not closed at character 2`},
		{"append: [a]", "3:11: error[PA001]: a: append is a list, expected a map"},
		{"append: {a: []}", "3:15: error[PA001]: a: append adds an empty list to a"},
		{"prepend: {a: []}", "prepend adds an empty list to a"},
		{"insert: {}", "3:11: error[PA001]: a: insert is an empty map"},
		{"insert: []", "insert is an empty list"},
		{"insert: {path: a, before: 0}", "3:11: error[PA001]: a: insert needs a path and a value"},
		{"insert: {path: a, value: b}", "insert needs one of before and after"},
		{"insert: {path: a, before: 0, after: 1, value: b}", "insert needs one of before and after"},
		{"insert: {path: a, befor: 0, value: b}", `3:21: error[PA002]: a: unknown key "befor" in insert (did you mean "before"?)`},
		{"insert: {path: a, before: '[x', value: b}", `3:29: error[PA006]: a: path "[x": the "[" is not closed`},
		{"insert: {path: a, before: '[*]', value: b}", `before is "[*]", which does not select an item of the list`},
		{"insert: {path: a, before: {b: c}, value: b}", "before is a map, expected an item"},
		{"rename: {a: {b: c}}", "3:15: error[PA001]: a: the new key is a map, expected the name"},
		{"rename: {a: ''}", "3:15: error[PA001]: a: the new key is empty"},
		{"rename: {a: null}", "3:15: error[PA001]: a: the new key is null"},
		{"rename: {spec.replicas: spec.count}", `3:27: error[PA001]: a: the new key is "spec.count", which is a path (write only the new key: count)`},
		{"set: {'spec.*.x': 1}", `3:9: error[PA006]: a: "*" is the name of a key here (write [*] for every item or value, and ["*"] for a key of that name)`},
		{"set: {spec/template: 1}", `3:9: error[PA006]: a: no object has a field "spec/template" (a JSON pointer begins with a slash: /spec/template)`},
		{"expect: 99999999999999999999\n  remove: a", `3:11: error[PA005]: a: expect is "99999999999999999999", which is more than any stream holds`},
		{"expect: 1-99999999999999999999\n  remove: a", `which is more than any stream holds`},
		{"rename: a", "rename is a string, expected a map"},
		{"copy: a", "copy is a string, expected a map"},
		{"copy: {from: a}", "3:9: error[PA001]: a: copy needs from and to"},
		{"copy: {from: {path: a}, to: b}", "3:16: error[PA001]: a: from needs a target and a path"},
		{"copy: {from: {target: {knd: b}, path: a}, to: b}", `unknown key "knd" in a target (did you mean "kind"?)`},
		{"copy: {from: [a], to: b}", "from is a list, expected a map"},
		{"jq: '.a = '", "3:7: error[PA008]: a: jq: unexpected EOF"},
		{"jq: .a = foo", "error[PA008]: a: jq: function not defined: foo/0"},
		{"jq: .a = $x", "jq: variable not defined: $x"},
		{"jq: .a = input", "jq: input(s)/0 is not allowed"},
		{"jq: {a: b}", "jq is a map, expected a jq program"},
		{"mergePatch: [a]", "3:15: error[PA001]: a: mergePatch is a list, expected a map"},
		{"jsonPatch: []", "jsonPatch is an empty list"},
		{"jsonPatch: [{op: ad, path: /a, value: 1}]", `unknown operation "ad" in a JSON patch (did you mean "add"?)`},
		{"jsonPatch: '{'", "the JSON patch is a string that holds no JSON or YAML"},
		{"create: {kind: X, metadata: {name: a}}", "3:3: error[PA001]: a: the object to create has no apiVersion"},
		{"create: {apiVersion: v1, kind: X}", "the object to create has no name"},
		{"create: a", "create is a string, expected a map"},
		{"overlays: {path: a}", "3:13: error[PA001]: a: overlays is a map, expected a list"},
		{"overlays: [{value: a}]", "3:14: error[PA001]: a: the overlay has no path"},
		{"overlays: [{path: 'a.[b', value: a}]", `3:21: error[PA006]: a: path: "[b" is not closed`},
		{"overlays: [{path: 'a.[:(]', value: a}]", "path: \"[:(]\": missing closing ): `(`"},
		{"overlays: [{path: 'a.[]', value: a}]", `path: "[]" selects nothing`},
		{"overlays: [{path: '', value: a}]", "path: an empty path"},
		{"overlays: [{path: a, vale: a}]", `unknown key "vale" in an overlay (did you mean "value"?)`},
		{"overlays: [{kind: X, name: a, patches: []}]", "patches is a list, expected a list with something in it"},
		{"overlays: [{kind: X, name: a, patches: [{path: a}]}]", "the overlays name their objects, and the patch has a target too"},
		{"labels: {a: 1}", `3:15: error[PA103]: a: a of labels is a number, and Kubernetes takes only strings (write it in quotes: "1")`},
		{"annotations: {a: true}", "a of annotations is a boolean"},
		{"labels: [a]", "labels is a list, expected a map"},
		{"namespace: {a: b}", "namespace is a map, not a string"},
		{"images: {name: a}", "images is a map, expected a list"},
		{"images: [{newTag: a}]", "the image has no name"},
		{"images: [{name: a}]", "the image changes nothing"},
		{"images: [{name: a, newtag: b}]", `unknown key "newtag" in an image (did you mean "newTag"?)`},
		{"replicas: many", "the number of replicas is a string, expected a number"},
		{"replicas: {a: 1}", "replicas is a map, expected a number or a list"},
		{"replicas: [{name: a}]", "an item of replicas needs name and count"},
	} {
		t.Run(test.change, func(t *testing.T) {
			patches, found := patchesOf(t, "patches:\n- name: a\n  "+test.change+"\n  target: {kind: X}\n")
			text := ""
			for _, d := range found {
				text += d.String() + "\n"
			}
			if !strings.Contains(text, test.want) {
				t.Errorf("found:\n%s\nwant %s", text, test.want)
			}
			if len(found) != 1 || len(patches) != 0 {
				t.Errorf("%d findings, %d patches:\n%s", len(found), len(patches), text)
			}
		})
	}
}

// A condition of a target is read like the others.
func TestWhereIsACondition(t *testing.T) {
	_, found := patchesOf(t, "patches:\n- name: a\n  target: {kind: X, where: .Object.x}\n  set: {a: 1}\n")
	if len(found) != 1 || !strings.Contains(found[0].String(), "where is a string, expected an expression between {{ and }}") {
		t.Error(found)
	}
}

func TestNamesAreUniqueAcrossFiles(t *testing.T) {
	var p Parser
	for i, file := range []string{"a.yaml", "b.yaml"} {
		root, err := manifest.Parse([]byte("- name: a\n  target: {kind: X}\n  set: {a: 1}\n"))
		if err != nil {
			t.Fatal(err)
		}
		patches, found := p.Parse(root, file)
		if i == 0 && (len(patches) != 1 || len(found) > 0) {
			t.Error(found)
		}
		if i == 1 && (len(found) != 1 || found[0].String() != "b.yaml:1:9: error[PA003]: a: another patch has this name" || found[0].Related[0].Span.String() != "a.yaml:1:9") {
			t.Error(found)
		}
	}
}

// A jq program that cannot be read is shown with a caret, in a block too.
func TestJQErrorsHaveACaret(t *testing.T) {
	_, found := patchesOf(t, "patches:\n- name: a\n  target: {kind: X}\n  jq: |\n    .a = 1\n    | .b === 2\n")
	if len(found) != 1 || found[0].Excerpt == nil {
		t.Fatal(found)
	}
	if e := found[0].Excerpt; e.Line != 6 || e.Text != "| .b === 2" || e.Column != 8 {
		t.Errorf("%+v", *e)
	}
}

// Documentation and the JSON Schema are made from the table, so it is whole.
func TestKeysAreDocumented(t *testing.T) {
	seen := map[string]bool{}
	for _, k := range append(Keys(), TargetKeys()...) {
		if k.Doc == "" || k.Shape == "" || !json.Valid([]byte(k.Schema)) || !strings.HasSuffix(k.Doc, ".") {
			t.Errorf("%s is not documented in full", k.Name)
		}
		seen[k.Name] = true
		root, err := manifest.Parse([]byte(k.Example))
		if err != nil || root == nil {
			t.Errorf("%s: the example is no YAML: %v", k.Name, err)
		}
	}
	for _, k := range Kinds() {
		text := "patches:\n- name: a\n  target: {kind: X}\n  " + k.Name + ": " + k.Example + "\n"
		if k.Name == "kustomize" {
			text = strings.Replace(text, "  target: {kind: X}\n", "", 1)
		}
		files := fstest.MapFS{"kustomization.yaml": {Data: []byte("namespace: mesh\n")}}
		if patches, found := patchesBeside(t, text, files); len(found) > 0 || len(patches) != 1 || patches[0].Kind != k.Name {
			t.Errorf("%s: %s", k.Name, describe(found))
		}
	}
}
