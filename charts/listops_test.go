package charts

import (
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const listChart = `
-- Chart.yaml --
apiVersion: v2
name: top
version: 1.0.0
-- values.yaml --
hosts: [a, b]
env:
- {name: A, value: "1", from: {x: 1, w: 2}}
- {name: B, value: "2"}
- unnamed
ports: [{port: 80}, {port: 443, name: tls}]
word: text
sub: {hosts: [q]}
-- profiles/prod.yaml --
hosts+: [c]
env@name:
- {name: B, value: "3"}
- {name: C, value: "4", from: {gone: null}}
-- profiles/more.yaml --
hosts+: [d]
sub:
  hosts+: [r]
-- profiles/none.yaml --
hosts: null
-- charts/sub/Chart.yaml --
apiVersion: v2
name: sub
version: 1.0.0
-- charts/sub/values.yaml --
tags: [t]
`

func TestListOperations(t *testing.T) {
	inFolder(t, "-- user.yaml --\nhosts: [mine]\n'env+': [plain]\n")
	for _, test := range []struct {
		name string
		o    ValuesOptions
		want string
	}{
		{"append to the chart's", ValuesOptions{Profiles: []string{"more"}}, "{hosts: [a, b, d], sub: {hosts: [q, r]}}"},
		{"append and merge by name", ValuesOptions{Profiles: []string{"prod"}},
			"{hosts: [a, b, c], env: [{name: A, value: '1', from: {x: 1, w: 2}}, {name: B, value: '3'}, unnamed, {name: C, value: '4'}]}"},
		{"layer upon layer", ValuesOptions{Profiles: []string{"more", "prod"}, ConfigValues: configLayer(t, "", "{'hosts+': [e], 'env@name': [{name: A, from: {x: null, z: 3}}]}")},
			"{hosts: [a, b, d, c, e], sub: {hosts: [q, r]}, env: [{name: A, value: '1', from: {w: 2, z: 3}}, {name: B, value: '3'}, unnamed, {name: C, value: '4'}]}"},
		{"by a number", ValuesOptions{ConfigValues: configLayer(t, "", "'ports@port': [{port: 443, name: null}, {port: 81}]")}, "{ports: [{port: 80}, {port: 443}, {port: 81}]}"},
		{"nothing below", ValuesOptions{ConfigValues: configLayer(t, "", "{'new+': [x], 'deep': {'new@name': [{name: x}]}}")}, "{new: [x], deep: {new: [{name: x}]}}"},
		{"removed below", ValuesOptions{Profiles: []string{"none", "more"}}, "{hosts: [d], sub: {hosts: [q, r]}}"},
		{"of a subchart", ValuesOptions{ConfigValues: configLayer(t, "", "sub: {'tags+': [u]}")}, "{sub: {tags: [t, u]}}"},
		{"nested", ValuesOptions{ConfigValues: configLayer(t, "", "'env@name': [{name: A, 'list+': [1]}, {name: D, 'list+': [1]}]")},
			"{env: [{name: A, value: '1', from: {x: 1, w: 2}, list: [1]}, {name: B, value: '2'}, unnamed, {name: D, list: [1]}]}"},
		{"inside a plain list", ValuesOptions{ConfigValues: configLayer(t, "", "env: [{name: A, 'list+': [1]}]")}, "{env: [{name: A, list: [1]}]}"},
		{"files keep Helm's meaning", ValuesOptions{Profiles: []string{"prod"}, Files: []string{"user.yaml"}},
			"{hosts: [mine], 'env+': [plain], env: [{name: A, value: '1', from: {x: 1, w: 2}}, {name: B, value: '3'}, unnamed, {name: C, value: '4'}]}"},
		{"flags go into what was made", ValuesOptions{Profiles: []string{"prod"}, Values: []string{"hosts[2]=z"}},
			"{hosts: [a, b, z], env: [{name: A, value: '1', from: {x: 1, w: 2}}, {name: B, value: '3'}, unnamed, {name: C, value: '4'}]}"},
		{"an address is no operation", ValuesOptions{ConfigValues: configLayer(t, "", "{'ops@example.com': yes, '+': 1}")}, "{'ops@example.com': true, '+': 1}"},
	} {
		t.Run(test.name, func(t *testing.T) {
			ch := valuesChart(t, listChart)
			before := throughJSON(t, ch.Values)
			u := userValues(t, ch, test.o)
			if diff := cmp.Diff(yamlTable(t, test.want), throughJSON(t, u.Map)); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			if diff := cmp.Diff(before, throughJSON(t, ch.Values)); diff != "" {
				t.Errorf("the chart has changed:\n%s", diff)
			}
		})
	}
}

// An item that was appended or merged knows who wrote which part of it.
func TestLeavesOfListOperations(t *testing.T) {
	u := userValues(t, valuesChart(t, listChart), ValuesOptions{
		Profiles: []string{"prod"}, ConfigValues: configLayer(t, "", "{'hosts+': [e], 'env@name': [{name: B, from: {z: 3}}, {name: E, 'list+': [1]}]}"),
	})
	want := strings.TrimPrefix(`
env[0].from.w = 2 by default: values.yaml of chart top at top/values.yaml:3:41
env[0].from.x = 1 by default: values.yaml of chart top at top/values.yaml:3:35
env[0].name = A by default: values.yaml of chart top at top/values.yaml:3:10
env[0].value = 1 by default: values.yaml of chart top at top/values.yaml:3:20
env[1].from.z = 3 by config: values of helmx.yaml at helmx.yaml:1:50
env[1].name = B by config: values of helmx.yaml at helmx.yaml:1:37
  replaced B by profile: --profile prod at top/profiles/prod.yaml:3:10
  replaced B by default: values.yaml of chart top at top/values.yaml:4:10
env[1].value = 3 by profile: --profile prod at top/profiles/prod.yaml:3:20
  replaced 2 by default: values.yaml of chart top at top/values.yaml:4:20
env[2] = unnamed by default: values.yaml of chart top at top/values.yaml:5:3
env[3].name = C by profile: --profile prod at top/profiles/prod.yaml:4:10
env[3].value = 4 by profile: --profile prod at top/profiles/prod.yaml:4:20
env[4].list[0] = 1 by config: values of helmx.yaml at helmx.yaml:1:75
env[4].name = E by config: values of helmx.yaml at helmx.yaml:1:62
hosts[0] = a by default: values.yaml of chart top at top/values.yaml:1:9
hosts[1] = b by default: values.yaml of chart top at top/values.yaml:1:12
hosts[2] = c by profile: --profile prod at top/profiles/prod.yaml:1:10
hosts[3] = e by config: values of helmx.yaml at helmx.yaml:1:13
`, "\n")
	if diff := cmp.Diff(want, leavesText(u.Leaves())); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// Of a chart that applies profiles by itself, the list of the profile is the one
// below.
func TestListOperationOnOwnProfile(t *testing.T) {
	u := userValues(t, valuesChart(t, `
-- values.yaml --
_internal_defaults_do_not_set: {list: [default], other: [default]}
-- files/profile-ambient.yaml --
list: [ambient]
`), ValuesOptions{Profiles: []string{"ambient"}, ConfigValues: configLayer(t, "", "{'list+': [x], 'other+': [y]}")})
	if diff := cmp.Diff(yamlTable(t, "{profile: ambient, list: [ambient, x], other: [default, y]}"), throughJSON(t, u.Map)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestBadListOperations(t *testing.T) {
	for _, test := range []struct{ name, values, want string }{
		{"not a list", "'hosts+': c", `helmx.yaml:1:1: error[CH116]: "hosts+" appends to the list hosts, so it needs a list, but this is a string at hosts+ (a key that is really called so can be set in a file given with -f)`},
		{"null", "'hosts+':", `helmx.yaml:1:1: error[CH116]: "hosts+" appends to the list hosts, so it needs a list, but this is null at hosts+ (a key that is really called so can be set in a file given with -f)`},
		{"onto something else", "a: 1\n'word@name': [{name: x}]", `helmx.yaml:2:1: error[CH116]: "word@name" merges the list word by name, but that is a string at word (write "word" to replace it)` + "\n  top/values.yaml:7:7: set by values.yaml of chart top"},
		{"both", "hosts: [a]\n'hosts+': [b]", `helmx.yaml:2:1: error[CH116]: "hosts" and "hosts+" stand in one map, so it is not clear what becomes of the list (put everything into one of them)` + "\n  helmx.yaml:1:1: the other one"},
		{"both operations", "'env@name': [{name: a}]\n'env+': [b]", `helmx.yaml:2:1: error[CH116]: "env@name" and "env+" stand in one map, so it is not clear what becomes of the list (put everything into one of them)` + "\n  helmx.yaml:1:1: the other one"},
		{"item without the key", "'env@name': [{nmae: a}]", `helmx.yaml:1:14: error[CH116]: "env@name" merges the list env by name, and this item has no name at env@name (did you mean "nmae"?)`},
		{"item is no map", "'env@name': [a]", `helmx.yaml:1:14: error[CH116]: "env@name" merges the list env by name, so each item is a map with the key name, but this is a string at env@name`},
		{"the same twice", "'env@name': [{name: a}, {name: a}]", `helmx.yaml:1:32: error[CH116]: "env@name" merges the list env by name, and two items have the same name at env@name`},
		{"deep inside", "x: [{'y+': 1}]", `helmx.yaml:1:6: error[CH116]: "y+" appends to the list y, so it needs a list, but this is a number at x[0].y+ (a key that is really called so can be set in a file given with -f)`},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, found, err := Values(context.Background(), valuesChart(t, listChart), ValuesOptions{ConfigValues: configLayer(t, "", test.values)})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want+"\n", findingsText(found)); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}
