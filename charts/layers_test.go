package charts

import (
	"strings"
	"testing"
)

func TestLocate(t *testing.T) {
	inFolder(t, `
-- one.yaml --
a:
  b: 1
  list:
  - x
  - {name: second}
sub:
  global: {deep: 1}
-- two.yaml --
a: {b: 2}
gone: {x: 1}
-- three.yaml --
gone: null
merged:
  <<: {from: base}
`)
	ch := valuesChart(t, `
-- Chart.yaml --
apiVersion: v2
name: top
version: 1.0.0
dependencies:
- {name: sub, version: 1.x, repository: ""}
- {name: sub, version: 1.x, alias: other, repository: ""}
-- values.yaml --
default: 1
sub:
  fromParent: 1
global: {g: 1}
-- profiles/prod.yaml --

prod: yes
-- charts/sub/Chart.yaml --
apiVersion: v2
name: sub
version: 1.0.0
-- charts/sub/values.yaml --
own:
  key: 1
fromParent: 0
global: {g: 0, h: 0}
`)
	u := userValues(t, ch, ValuesOptions{
		Profiles:     []string{"prod"},
		ConfigValues: configLayer(t, "", "team: mesh"),
		Files:        []string{"one.yaml", "two.yaml", "three.yaml"},
		Values:       []string{"set.here=1,also=2", "a.list[1].name=changed", "token=hidden,x=1"},
		JSONValues:   []string{`json=[{"a":1}]`},
	})
	for path, want := range map[string]string{
		"a.b":                "two.yaml:1:8 by -f two.yaml",
		"a":                  " by --set a.list[1].name=changed",
		"a.list.0":           "one.yaml:4:5 by -f one.yaml",
		"a.list.1.name":      " by --set a.list[1].name=changed",
		"a.list.7":           "one.yaml:3:3 by -f one.yaml",
		"gone.x":             "three.yaml:1:7 by -f three.yaml",
		"merged.from":        "three.yaml:3:14 by -f three.yaml",
		"set.here":           " by --set set.here=1,also=2",
		"x":                  " by --set token=...,x=1",
		"json.0.a":           ` by --set-json json=[{"a":1}]`,
		"team":               "helmx.yaml:1:7 by values of helmx.yaml",
		"prod":               "top/profiles/prod.yaml:2:7 by --profile prod",
		"default":            "top/values.yaml:1:10 by values.yaml of chart top",
		"sub.fromParent":     "top/values.yaml:3:15 by values.yaml of chart top",
		"other.fromParent":   "top/charts/other/values.yaml:3:13 by values.yaml of chart sub",
		"sub.own.key":        "top/charts/sub/values.yaml:2:8 by values.yaml of chart sub",
		"sub.own.missing":    "top/charts/sub/values.yaml:1:1 by values.yaml of chart sub",
		"sub.global.g":       "top/values.yaml:4:13 by values.yaml of chart top",
		"sub.global.h":       "top/charts/sub/values.yaml:4:19 by values.yaml of chart sub",
		"sub.global.deep":    "one.yaml:7:18 by -f one.yaml",
		"nobody.knows":       "top/values.yaml by values.yaml of chart top",
		"nobody.knows.this.": "top/values.yaml by values.yaml of chart top",
	} {
		at, by := u.Locate(strings.Split(path, "."))
		if got := at.String() + " by " + by; got != want {
			t.Errorf("%s: got %q, want %q", path, got, want)
		}
	}
	if at, by := (&UserValues{}).Locate([]string{"a"}); at.String() != "" || by != "" {
		t.Errorf("without chart: got %v by %q", at, by)
	}
}
