package charts

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestLeaves(t *testing.T) {
	inFolder(t, `
-- one.yaml --
replicas: 2
hosts: [a, {name: b}]
sub: {global: {deep: 1}}
empty: {}
-- two.yaml --
replicas: 3
gone: null
`)
	ch := valuesChart(t, `
-- Chart.yaml --
apiVersion: v2
name: top
version: 1.0.0
dependencies:
- {name: sub, version: 1.x, alias: other, repository: ""}
-- values.yaml --
replicas: 1
gone: {x: 1}
_internal_defaults_do_not_set: {tag: dev}
-- profiles/prod.yaml --
replicas: 5
hosts: [z]
drop: null
-- charts/sub/Chart.yaml --
apiVersion: v2
name: sub
version: 1.0.0
-- charts/sub/values.yaml --
size: 1
`)
	u := userValues(t, ch, ValuesOptions{
		Profiles: []string{"prod"}, ConfigValues: configLayer(t, "", "tag: prod"),
		Files: []string{"one.yaml", "two.yaml"}, Values: []string{"other.size=4,list[1]=x"},
	})
	want := strings.TrimPrefix(`
drop = <nil> by profile: --profile prod at top/profiles/prod.yaml:3:7
empty = map[] by file: -f one.yaml at one.yaml:4:1
gone = <nil> by file: -f two.yaml at two.yaml:2:7
  replaced map[x:1] by default: values.yaml of chart top at top/values.yaml:2:1
hosts[0] = a by file: -f one.yaml at one.yaml:2:9
  replaced z by profile: --profile prod at top/profiles/prod.yaml:2:9
hosts[1].name = b by file: -f one.yaml at one.yaml:2:19
list[1] = x by flag: --set other.size=4,list[1]=x at -
other.size = 4 by flag: --set other.size=4,list[1]=x at -
  replaced 1 by default: values.yaml of chart sub at top/charts/other/values.yaml:1:7
replicas = 3 by file: -f two.yaml at two.yaml:1:11
  replaced 2 by file: -f one.yaml at one.yaml:1:11
  replaced 5 by profile: --profile prod at top/profiles/prod.yaml:1:11
  replaced 1 by default: values.yaml of chart top at top/values.yaml:1:11
sub.global.deep = 1 by file: -f one.yaml at one.yaml:3:22
tag = prod by config: values of helmx.yaml at helmx.yaml:1:6
  replaced dev by default: values.yaml of chart top at top/values.yaml:3:38
`, "\n")
	if diff := cmp.Diff(want, leavesText(u.Leaves())); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if leaves := (&UserValues{}).Leaves(); len(leaves) > 0 {
		t.Errorf("nothing was set, and there are %v", leaves)
	}
}

func leavesText(leaves []Leaf) string {
	var b strings.Builder
	for _, l := range leaves {
		fmt.Fprintf(&b, "%s = %s\n", l.Path, settingText(l.Setting))
		for _, r := range l.Replaced {
			fmt.Fprintf(&b, "  replaced %s\n", settingText(r))
		}
	}
	return b.String()
}

func settingText(s Setting) string {
	at := s.At.String()
	if at == "" {
		at = "-"
	}
	return fmt.Sprintf("%v by %s: %s at %s", s.Value, s.Kind, s.Layer, at)
}
