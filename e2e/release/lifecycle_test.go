package release

import (
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/helmx-dev/helmx/e2e/cluster"
)

// check is a field that patches of testdata/mesh change: what it holds after
// install with the one helmx.yaml and after upgrade with the other.
type check struct {
	object, path       string // path is a JSON pointer
	install, upgrade   string // what it contains; "!x" that it does not contain x, "-" that it is absent
	onlyHelm4          bool   // hooks: Helm 3 does not hand them to post-renderers
	outsideOfTemplates bool   // not part of what "helm template" prints
}

const discovery = "/spec/template/spec/containers/0"

// releases are what TestLifecycle installs, in this order.
var releases = []struct {
	name   string
	checks []check
}{
	{"base", []check{
		{object: "CustomResourceDefinition gateways.networking.istio.io", path: "/metadata/annotations/example.com~1owner", install: "mesh-team", upgrade: "platform"},
		{object: "CustomResourceDefinition telemetries.telemetry.istio.io", path: "/metadata/annotations/example.com~1owner", install: "mesh-team", upgrade: "platform"},
	}},
	{"istiod", []check{
		{object: "Deployment istiod", path: discovery + "/resources/limits/memory", install: "4Gi", upgrade: "6Gi"},
		{object: "Deployment istiod", path: discovery + "/env", install: "EXAMPLE_REGION value:north", upgrade: "EXAMPLE_REGION value:south"},
		{object: "Deployment istiod", path: discovery + "/env", install: "!PILOT_TRACE_SAMPLING", upgrade: "!PILOT_TRACE_SAMPLING"},
		{object: "ConfigMap istio", path: "/data/mesh", install: "accessLogFile: /dev/stdout", upgrade: "!accessLogFile"},
	}},
	{"cni", []check{
		{object: "DaemonSet istio-cni-node", path: "/spec/minReadySeconds", install: "2", upgrade: "3"},
	}},
	{"ztunnel", []check{
		{object: "DaemonSet ztunnel", path: "/spec/minReadySeconds", install: "2", upgrade: "3"},
	}},
	{"shop", []check{
		{object: "Deployment shop", path: "/spec/replicas", install: "3", upgrade: "5"},
		{object: "Deployment shop", path: "/spec/template/spec/containers/0/env/0/value", install: "warning", upgrade: "info"},
		{object: "Deployment shop", path: "/spec/template/spec/containers/0/env/1/value", install: "-", upgrade: "on"},
		{object: "ConfigMap shop", path: "/data/shop.yaml", install: "orders: 20", upgrade: "orders: 30"},
		{object: "ConfigMap shop", path: "/data/banner", install: "--- no separator ---\nwelcome", upgrade: "--- no separator ---\nwelcome"},
		{object: "ConfigMap cache", path: "/data/size", install: "128Mi", upgrade: "256Mi"},
		{object: "ConfigMap shop-announce", path: "/data/by", install: "mesh-team", upgrade: "platform", onlyHelm4: true},
		{object: "ServiceAccount shop", path: "/metadata/annotations/meta.helm.sh~1release-name", install: "shop", upgrade: "shop", outsideOfTemplates: true},
		{object: "ConfigMap shop-done", path: "/data/revision", install: "1", upgrade: "2", outsideOfTemplates: true},
	}},
}

// TestLifecycle takes the mesh and a chart with hooks, tests, crds/, notes and a
// subchart through template, install and upgrade with helmx, and back by a plain
// rollback. One helmx.yaml serves all of them; the upgrade finds another one.
//
// Definitions are in no namespace, so the Helms take turns. Hooks are objects
// that Helm does not wait for: no controller would ever complete a Job.
func TestLifecycle(t *testing.T) {
	charts := pulled(t, "base", "istiod", "cni", "ztunnel")
	helms(t, func(t *testing.T, b bench) {
		b, c := b.server(t)
		ns := namespace(t, c)
		// What the base chart keeps is in the way of the next Helm.
		t.Cleanup(func() { sweep(t, c) })
		for _, r := range releases {
			chart := filepath.Join(charts, r.name)
			if r.name == "shop" {
				chart = testdata(t, "shop")
			}
			l := lifecycle{bench: b, cluster: c, namespace: ns, release: r.name, chart: chart, checks: r.checks}
			t.Run(r.name, l.test)
		}
	})
}

// lifecycle is one release from its first rendering to its rollback.
type lifecycle struct {
	bench
	cluster            *cluster.Cluster
	namespace, release string
	chart              string
	checks             []check
}

func (l lifecycle) test(t *testing.T) {
	install, upgrade := testdata(t, "mesh", "install"), testdata(t, "mesh", "upgrade")

	rendered, err := cluster.ParseStream(l.must(t, install, l.args("template")...))
	if err != nil {
		t.Fatal(err)
	}
	l.holds(t, "template", byKey(rendered), func(c check) string { return c.install })

	t.Cleanup(func() { l.run(t, install, "uninstall", l.release, "-n", l.namespace) })
	l.must(t, install, l.args("install")...)
	first := stateOf(t, l.cluster, l.namespace)
	l.holds(t, "install", first, func(c check) string { return c.install })

	l.must(t, upgrade, l.args("upgrade")...)
	second := stateOf(t, l.cluster, l.namespace)
	l.holds(t, "upgrade", second, func(c check) string { return c.upgrade })

	// The folder has no helmx.yaml, and rollback has no post-renderer: what was
	// stored at install comes back.
	l.must(t, t.TempDir(), "rollback", l.release, "1", "-n", l.namespace)
	third := stateOf(t, l.cluster, l.namespace)
	l.rolledBack(t, first, second, third)

	if got := l.must(t, install, "history", l.release, "-n", l.namespace, "--max", "10", "-o", "json"); strings.Count(got, `"revision":`) != 3 {
		t.Errorf("history: %s", got)
	}
}

func (l lifecycle) args(command string) []string {
	args := []string{command, l.release, l.chart, "-n", l.namespace, "--post-renderer", l.helmx}
	if l.release != "shop" {
		args = append(args, "--set", "profile=ambient,global.istioNamespace="+l.namespace)
	}
	return args
}

// holds looks up every field that patches change.
func (l lifecycle) holds(t *testing.T, when string, objects state, want func(check) string) {
	t.Helper()
	for _, c := range l.checks {
		if c.outsideOfTemplates && when == "template" {
			continue
		}
		expected := want(c)
		if c.onlyHelm4 && !l.plugins {
			expected = "-"
		}
		object, ok := objects[c.object]
		if !ok {
			t.Errorf("%s: no %s", when, c.object)
			continue
		}
		value, ok := at(map[string]any(object), c.path)
		if !fits(value, ok, expected) {
			t.Errorf("%s: %s %s is %v, expected %s", when, c.object, c.path, value, expected)
		}
	}
}

// fits holds a value against what a check says of it.
func fits(value any, present bool, expected string) bool {
	text := fmt.Sprint(value)
	if unwanted, ok := strings.CutPrefix(expected, "!"); ok {
		return present && !strings.Contains(text, unwanted)
	}
	if expected == "-" {
		return !present
	}
	return present && strings.Contains(text, expected)
}

// rolledBack compares the state after the rollback with that after install. A
// rollback leaves hooks of other events as they were: shop-announce runs before
// installs and upgrades, shop-done is what says that the rollback ran hooks.
func (l lifecycle) rolledBack(t *testing.T, install, upgrade, rollback state) {
	t.Helper()
	if hook, ok := upgrade["ConfigMap shop-announce"]; ok {
		install["ConfigMap shop-announce"] = hook
	}
	same(t, "rollback", install, rollback)
}

// byKey sorts objects by kind and name.
func byKey(objects []cluster.Object) state {
	all := state{}
	for _, o := range objects {
		all[key(o)] = o
	}
	return all
}

// at follows a JSON pointer.
func at(v any, path string) (any, bool) {
	for _, step := range strings.Split(path, "/")[1:] {
		step = strings.ReplaceAll(step, "~1", "/")
		switch node := v.(type) {
		case map[string]any:
			next, ok := node[step]
			if !ok {
				return nil, false
			}
			v = next
		case []any:
			i, err := strconv.Atoi(step)
			if err != nil || i < 0 || i >= len(node) {
				return nil, false
			}
			v = node[i]
		default:
			return nil, false
		}
	}
	return v, true
}
