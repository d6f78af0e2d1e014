package patch

import (
	"strings"
	"testing"
)

func TestParseRefusesWhatItDoesNotUnderstand(t *testing.T) {
	for _, test := range []struct{ name, in, want string }{
		{"not a list", "patches: {name: a}", "helmx.yaml:1:10: error[PA001]: patches is a map, not a list"},
		{"not a map", "patches: [a]", "error[PA001]: a patch is a string, not a map"},
		{"unknown key", "patches:\n- name: a\n  targets: {kind: X}\n  set: {a: 1}", `helmx.yaml:3:3: error[PA002]: a: unknown key "targets" in a patch (did you mean "target"?)`},
		{"unknown key in the target", "patches:\n- name: a\n  target: {knid: X}\n  set: {a: 1}", `unknown key "knid" in a target (did you mean "kind"?)`},
		{"repeated key", "patches:\n- name: a\n  name: b\n  target: {kind: X}\n  set: {a: 1}", `"name" stands twice`},
		{"no name", "patches:\n- target: {kind: X}\n  set: {a: 1}", "helmx.yaml:2:3: error[PA003]: the patch has no name"},
		{"name twice", "patches:\n- name: a\n  target: {kind: X}\n  set: {a: 1}\n- name: a\n  target: {kind: X}\n  set: {a: 2}", "helmx.yaml:5:9: error[PA003]: a: another patch has this name"},
		{"no change", "patches:\n- name: a\n  target: {kind: X}", "error[PA004]: a: the patch says no change"},
		{"two changes", "patches:\n- name: a\n  target: {kind: X}\n  set: {a: 1}\n  merge: {b: 1}", "error[PA004]: a: the patch has two kinds of change, set and merge"},
		{"no target", "patches:\n- name: a\n  set: {a: 1}", "error[PA001]: a: the patch has no target"},
		{"empty target", "patches:\n- name: a\n  target: {}\n  set: {a: 1}", "error[PA001]: a: target is a map that says nothing"},
		{"bad regular expression", "patches:\n- name: a\n  target: {name: /is(tiod/}\n  set: {a: 1}", "error[PA005]: a: name: pattern \"/is(tiod/\": missing closing )"},
		{"bad selector", "patches:\n- name: a\n  target: {labels: app in pilot}\n  set: {a: 1}", `"app in pilot" is no requirement`},
		{"bad hook", "patches:\n- name: a\n  target: {kind: X, hook: maybe}\n  set: {a: 1}", `hook is "maybe"`},
		{"bad expect", "patches:\n- name: a\n  target: {kind: X}\n  expect: many\n  set: {a: 1}", `helmx.yaml:4:11: error[PA005]: a: expect is "many"`},
		{"expect upside down", "patches:\n- name: a\n  target: {kind: X}\n  expect: 4-2\n  set: {a: 1}", "the upper bound is below the lower"},
		{"bad path", "patches:\n- name: a\n  target: {kind: X}\n  set: {'a[b': 1}", `helmx.yaml:4:9: error[PA006]: a: path "a[b": the "[" is not closed at character 2`},
		{"path twice", "patches:\n- name: a\n  target: {kind: X}\n  set: {a.b: 1, '/a/b': 2}", "a.b is set twice"},
		{"empty set", "patches:\n- name: a\n  target: {kind: X}\n  set: {}", "without any PATH: VALUE"},
		{"merge of a list", "patches:\n- name: a\n  target: {kind: X}\n  merge: [a]", "merge is a list without any field"},
		{"kind is a map", "patches:\n- name: a\n  target: {kind: {a: b}}\n  set: {a: 1}", "kind is a map, not a string"},
	} {
		t.Run(test.name, func(t *testing.T) {
			patches, found := patchesOf(t, test.in)
			text := ""
			for _, d := range found {
				text += d.String() + "\n"
			}
			if !strings.Contains(text, test.want) {
				t.Errorf("found:\n%s\nwant %s", text, test.want)
			}
			if len(found) != 1 || len(patches) > 1 {
				t.Errorf("%d findings, %d patches", len(found), len(patches))
			}
		})
	}
}

func TestExpectIsPrintedAsWritten(t *testing.T) {
	for _, want := range []string{"1", "0", "1+", "2-4"} {
		patches, found := patchesOf(t, "patches:\n- name: a\n  target: {kind: X}\n  expect: "+want+"\n  set: {a: 1}")
		if len(found) > 0 || patches[0].Expect.String() != want {
			t.Errorf("%s: %v %v", want, patches, found)
		}
	}
}

func TestPattern(t *testing.T) {
	for _, test := range []struct {
		pattern, text string
		want          bool
	}{
		{"istiod", "istiod", true}, {"istiod", "istiod-1", false}, {"istiod*", "istiod-1", true}, {"*", "", true}, {"a?c", "abc", true},
		{"istiod/templates/*", "istiod/templates/a.yaml", true}, {"istiod/templates/*", "istiod/templates/x/a.yaml", false},
		{"istiod/**", "istiod/templates/x/a.yaml", true}, {"[a-c]x", "bx", true}, {"[!a-c]x", "bx", false}, {"a.b*", "axb", false},
		{"/istio.*/", "istiod", true}, {"/stio/", "istiod", false}, {"/a|b/", "b", true},
	} {
		p, err := ParsePattern(test.pattern)
		if err != nil {
			t.Fatal(err)
		}
		if got := p.Match(test.text); got != test.want {
			t.Errorf("%s matches %q: %v", test.pattern, test.text, got)
		}
	}
}

func TestSelector(t *testing.T) {
	labels := map[string]string{"app": "istiod", "istio.io/rev": "default"}
	for selector, want := range map[string]bool{
		"app=istiod": true, "app==istiod": true, "app=x": false, "app!=x": true, "app != istiod": false, "app": true, "!app": false, "!x": true,
		"x!=y": true, "app in (a, istiod)": true, "app notin (a,b),istio.io/rev=default": true, "app=istiod,!x": true, "app=istiod,x": false, "x notin (a)": true,
	} {
		s, err := ParseSelector(selector)
		if err != nil {
			t.Errorf("%s: %v", selector, err)
			continue
		}
		if got := s.Match(labels); got != want {
			t.Errorf("%s: %v", selector, got)
		}
	}
	for _, bad := range []string{"", "a,", "a in b", "=x", "a b", "in (x)", "a in (b", "a/b/c=d"} {
		if _, err := ParseSelector(bad); err == nil {
			t.Errorf("%q was accepted", bad)
		}
	}
}
