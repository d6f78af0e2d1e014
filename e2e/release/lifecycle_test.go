package release

import (
	"fmt"
	"path/filepath"
	"slices"
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

// slip is a change to helmx.yaml that keeps the release out.
type slip struct {
	from, to, says string
}

// releases are what TestLifecycle installs, in this order.
var releases = []struct {
	name   string
	checks []check
	slips  []slip
}{
	{name: "base", checks: []check{
		{object: "CustomResourceDefinition gateways.networking.istio.io", path: "/metadata/annotations/example.com~1owner", install: "mesh-team", upgrade: "platform"},
		{object: "CustomResourceDefinition telemetries.telemetry.istio.io", path: "/metadata/annotations/example.com~1owner", install: "mesh-team", upgrade: "platform"},
	}},
	{name: "istiod", checks: []check{
		{object: "Deployment istiod", path: discovery + "/resources/limits/memory", install: "4Gi", upgrade: "6Gi"},
		{object: "Deployment istiod", path: discovery + "/env", install: "EXAMPLE_REGION value:north", upgrade: "EXAMPLE_REGION value:south"},
		{object: "Deployment istiod", path: discovery + "/env", install: "!PILOT_TRACE_SAMPLING", upgrade: "!PILOT_TRACE_SAMPLING"},
		{object: "Deployment istiod", path: "/spec/replicas", install: "2", upgrade: "1"},
		{object: "HorizontalPodAutoscaler istiod", path: "/spec", install: "-", upgrade: "istiod"},
		{object: "ConfigMap istiod-region", path: "/data/region", install: "north", upgrade: "-"},
		{object: "Service istiod", path: "/metadata/labels/team", install: "mesh-team", upgrade: "platform"},
		{object: "ConfigMap istio", path: "/data/mesh", install: "accessLogFile: /dev/stdout", upgrade: "!accessLogFile"},
	}, slips: []slip{
		{"{kind: HorizontalPodAutoscaler, name: istiod}", "{kind: HorizontalPodAutoscaler, name: istoid}", "error[PA101]: no-autoscaler"},
		{"limits.memory: 4Gi", "limits.memory: lots", `"lots"`},
		{"limits.memory: 4Gi", "limit.memory: 4Gi", `unknown field "limit"`},
		{"{name: istiod, count: 2}", "{name: istiod, count: 2}]\n  images: [", "error[PA004]"},
		{"containers[name=discovery].resources.limits.memory: 4Gi", "containers[name=discovery].image: docker.io/istio/pilot:latest", "error[HX506]"},
	}},
	{name: "cni", checks: []check{
		{object: "DaemonSet istio-cni-node", path: discovery + "/image", install: "mirror.example.com/install-cni:1.", upgrade: "registry.example.com/install-cni:1."},
		{object: "ServiceAccount istio-cni", path: "/metadata/labels/example.com~1owner", install: "mesh-team", upgrade: "platform"},
		{object: "DaemonSet istio-cni-node", path: "/spec/minReadySeconds", install: "2", upgrade: "3"},
	}},
	{name: "ztunnel", checks: []check{
		{object: "DaemonSet ztunnel", path: "/spec/template/spec/terminationGracePeriodSeconds", install: "31", upgrade: "32"},
		{object: "DaemonSet ztunnel", path: "/spec/minReadySeconds", install: "2", upgrade: "3"},
	}},
	{name: "shop", checks: []check{
		{object: "Deployment shop", path: "/spec/replicas", install: "3", upgrade: "5"},
		{object: "Deployment shop", path: "/spec/template/spec/containers/0/env/0/value", install: "warning", upgrade: "info"},
		{object: "Deployment shop", path: "/spec/template/spec/containers/0/env/1/value", install: "-", upgrade: "on"},
		{object: "Deployment shop", path: "/spec/template/spec/tolerations/0/key", install: "example.com/mesh", upgrade: "example.com/platform"},
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
			l := lifecycle{bench: b, cluster: c, namespace: ns, release: r.name, chart: chart, checks: r.checks, slips: r.slips}
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
	slips              []slip
}

func (l lifecycle) test(t *testing.T) {
	install, upgrade := testdata(t, "mesh", "install"), testdata(t, "mesh", "upgrade")

	rendered, err := cluster.ParseStream(l.must(t, install, l.args("template")...))
	if err != nil {
		t.Fatal(err)
	}
	l.holds(t, "template", byKey(rendered), func(c check) string { return c.install })

	l.refused(t, read(t, filepath.Join(install, "helmx.yaml")))

	t.Cleanup(func() { l.run(t, install, "uninstall", l.release, "-n", l.namespace) })
	l.must(t, install, l.args("install")...)
	first := stateOf(t, l.cluster, l.namespace)
	l.holds(t, "install", first, func(c check) string { return c.install })

	l.must(t, upgrade, l.args("upgrade")...)
	second := stateOf(t, l.cluster, l.namespace)
	l.holds(t, "upgrade", second, func(c check) string { return c.upgrade })

	if got := l.must(t, install, "get", "manifest", l.release, "-n", l.namespace); strings.Contains(got, "generated-by-postrender") {
		t.Error("Helm does not know which template a document came from")
	}

	// The folder has no helmx.yaml, and rollback has no post-renderer: what was
	// stored at install comes back.
	l.must(t, t.TempDir(), "rollback", l.release, "1", "-n", l.namespace)
	third := stateOf(t, l.cluster, l.namespace)
	l.rolledBack(t, first, second, third)

	if got := l.must(t, install, "history", l.release, "-n", l.namespace, "--max", "10", "-o", "json"); strings.Count(got, `"revision":`) != 3 {
		t.Errorf("history: %s", got)
	}
}

// refused installs under each slip: nothing reaches the server.
func (l lifecycle) refused(t *testing.T, config string) {
	t.Helper()
	if len(l.slips) == 0 {
		return
	}
	before, recorded := stateOf(t, l.cluster, l.namespace), records(t, l.cluster, l.namespace)
	for _, s := range l.slips {
		if !strings.Contains(config, s.from) {
			t.Fatalf("helmx.yaml has no %s", s.from)
		}
		dir := t.TempDir()
		write(t, filepath.Join(dir, "helmx.yaml"), strings.Replace(config, s.from, s.to, 1))
		if said := l.fails(t, dir, l.args("install")...); !strings.Contains(said, s.says) {
			t.Errorf("%s: Helm does not say %q:\n%s", s.to, s.says, said)
		}
	}
	same(t, "refused installs", before, stateOf(t, l.cluster, l.namespace))
	if got := records(t, l.cluster, l.namespace); !slices.Equal(got, recorded) {
		t.Errorf("records of releases: %v, there were %v", got, recorded)
	}
}

func (l lifecycle) args(command string) []string {
	args := []string{command, l.release, l.chart, "-n", l.namespace}
	args = append(args, renderer(l.helmx, "--set", "namespace="+l.namespace)...)
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
		value, ok := at(map[string]any(objects[c.object]), c.path)
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
