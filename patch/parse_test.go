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
		{"a name that YAML takes for no", "patches:\n- name: n\n  target: {kind: X}\n  set: {a: 1}", `helmx.yaml:2:9: error[PA003]: the name of the patch is a boolean, not a string (write it in quotes: "n")`},
		{"name twice", "patches:\n- name: a\n  target: {kind: X}\n  set: {a: 1}\n- name: a\n  target: {kind: X}\n  set: {a: 2}", "helmx.yaml:5:9: error[PA003]: a: another patch has this name"},
		{"no change", "patches:\n- name: a\n  target: {kind: X}", "error[PA004]: a: the patch says no change"},
		{"two changes", "patches:\n- name: a\n  target: {kind: X}\n  set: {a: 1}\n  merge: {b: 1}", "error[PA004]: a: the patch has two kinds of change, set and merge"},
		{"no target", "patches:\n- name: a\n  set: {a: 1}", "error[PA001]: a: the patch has no target"},
		{"empty target", "patches:\n- name: a\n  target: {}\n  set: {a: 1}", "helmx.yaml:3:3: error[PA001]: a: target is an empty map (give at least a kind or a name)"},
		{"bad regular expression", "patches:\n- name: a\n  target: {name: /is(tiod/}\n  set: {a: 1}", "error[PA005]: a: name: pattern \"/is(tiod/\": missing closing )"},
		{"target is a string", "patches:\n- name: a\n  target: Deployment\n  set: {a: 1}", "helmx.yaml:3:11: error[PA001]: a: target is a string, expected a map (give at least a kind or a name)"},
		{"set is a list", "patches:\n- name: a\n  target: {kind: X}\n  set: [a]", "error[PA001]: a: set is a list, expected a map (write PATH: VALUE"},
		{"labels are a map", "patches:\n- name: a\n  target: {labels: {app: istiod}}\n  set: {a: 1}", "helmx.yaml:3:20: error[PA001]: a: labels is a map, expected a selector such as app=istiod"},
		{"expect is a list", "patches:\n- name: a\n  target: {kind: X}\n  expect: [1]\n  set: {a: 1}", "expect is a list, expected a number or bounds"},
		{"hook is null", "patches:\n- name: a\n  target: {kind: X, hook: null}\n  set: {a: 1}", "hook is null, expected true, false or any"},
		{"open glob", "patches:\n- name: a\n  target: {name: 'x['}\n  set: {a: 1}", `error[PA005]: a: name: pattern "x[": the "[" is not closed`},
		{"empty set of characters", "patches:\n- name: a\n  target: {name: 'x[!]'}\n  set: {a: 1}", `pattern "x[!]": "[!]" is no set of characters`},
		{"range upside down", "patches:\n- name: a\n  target: {name: 'x[z-a]'}\n  set: {a: 1}", `pattern "x[z-a]": "[z-a]" is no set of characters`},
		{"empty regular expression", "patches:\n- name: a\n  target: {name: //}\n  set: {a: 1}", `pattern "//": there is no regular expression between the slashes`},
		{"half a regular expression", "patches:\n- name: a\n  target: {name: /ist}\n  set: {a: 1}", `pattern "/ist": a regular expression stands between two slashes, and the second is missing`},
		{"regular expression as written", "patches:\n- name: a\n  target: {name: '/ist(/'}\n  set: {a: 1}", "pattern \"/ist(/\": missing closing ): `ist(`"},
		{"comparison in a path", "patches:\n- name: a\n  target: {kind: X}\n  set: {'a[name!=b]': 1}", `error[PA006]: a: path "a[name!=b]": "!=" is no comparison of a path: only "=" is at character 7`},
		{"label with dots", "patches:\n- name: a\n  target: {kind: X}\n  set: {metadata.labels.app.kubernetes.io/name: b}", `error[PA006]: a: metadata.labels is a map of strings, and the path leads into one of its values (quote a key with dots: metadata.labels["app.kubernetes.io/name"])`},
		{"node selector with dots", "patches:\n- name: a\n  target: {kind: X}\n  set: {spec.nodeSelector.kubernetes.io/os: b}", `quote a key with dots: spec.nodeSelector["kubernetes.io/os"]`},
		{"bad selector", "patches:\n- name: a\n  target: {labels: app in pilot}\n  set: {a: 1}", `"app in pilot" is no requirement`},
		{"bad hook", "patches:\n- name: a\n  target: {kind: X, hook: maybe}\n  set: {a: 1}", `hook is "maybe"`},
		{"bad expect", "patches:\n- name: a\n  target: {kind: X}\n  expect: many\n  set: {a: 1}", `helmx.yaml:4:11: error[PA005]: a: expect is "many"`},
		{"expect upside down", "patches:\n- name: a\n  target: {kind: X}\n  expect: 4-2\n  set: {a: 1}", "the upper bound is below the lower"},
		{"bad path", "patches:\n- name: a\n  target: {kind: X}\n  set: {'a[b': 1}", `helmx.yaml:4:9: error[PA006]: a: path "a[b": the "[" is not closed at character 2`},
		{"path twice", "patches:\n- name: a\n  target: {kind: X}\n  set: {a.b: 1, '/a/b': 2}", "a.b stands twice in set"},
		{"empty set", "patches:\n- name: a\n  target: {kind: X}\n  set: {}", "error[PA001]: a: set is an empty map"},
		{"merge of a list", "patches:\n- name: a\n  target: {kind: X}\n  merge: [a]", "helmx.yaml:4:10: error[PA001]: a: merge is a list, expected a map"},
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

// Dots in the paths of other maps, and of what strings hold, are steps.
func TestPathsWithManySteps(t *testing.T) {
	for _, path := range []string{"spec.labels.a.b", "metadata.annotations.config|yaml.a.b", "metadata.labels.app", "spec.selector.matchLabels.app"} {
		if _, found := patchesOf(t, "patches:\n- name: a\n  target: {kind: X}\n  set: {"+path+": 1}"); len(found) > 0 {
			t.Errorf("%s: %v", path, found)
		}
	}
}

func TestTyposOfCharts(t *testing.T) {
	for pair, want := range map[string]bool{
		"istoid istiod": true, "istiod istio": true, "Istiod istiod": true, "cni cnii": true, "gatevay gateway": true, "a b": true,
		"istio-ingress istio-egress": false, "base cni": false, "redis-6 redis-7": false, "app app2": false, "istiod istiod": false, "abcd abdd": true, "ab dc": false,
	} {
		a, b, _ := strings.Cut(pair, " ")
		if got := isTypo(a, b); got != want {
			t.Errorf("%s: %v", pair, got)
		}
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
		{"/istio.*/", "istiod", true}, {"/stio/", "istiod", false}, {"/a|b/", "b", true}, {"/a|b/", "ab", false}, {"/^ist/", "istiod", false}, {"/^ist.*$/", "istiod", true},
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
