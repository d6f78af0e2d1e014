package release

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/helmx-dev/helmx/e2e/cluster"
)

// manifests are what a chart may hold beside what everybody writes. Where the
// server could not store it, only "helm template" sees it.
var manifests = []struct {
	name, text   string
	templateOnly bool
	empty        bool   // no object comes out of it
	refused      string // what helmx's validation says about it
	byHelm3      bool   // only where Helm 3 would fail half-way
}{
	{name: "crlf", text: "apiVersion: v1\r\nkind: ConfigMap\r\nmetadata:\r\n  name: crlf   # kept\r\ndata:\r\n  a: \"1\"\r\n  text: |\r\n    one\r\n    two\r\n---\r\napiVersion: v1\r\nkind: ConfigMap\r\nmetadata: {name: crlf-2}\r\n"},
	{name: "bom", text: "\ufeffapiVersion: v1\nkind: ConfigMap\nmetadata: {name: bom}\n"},
	{name: "document-end", text: "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: end-1}\n...\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: end-2}\n...\n"},
	{name: "doubled", text: "---\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: doubled}\n---\n---\n\n---\n"},
	{name: "comments", text: "# nothing but a comment\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: comments}\n# at the end\n---\n# and another\n\n# one\n"},
	{name: "only-comments", empty: true, text: "# nothing\n---\n  # at all\n"},
	{name: "separators", text: "---   \napiVersion: v1\nkind: ConfigMap\nmetadata: {name: separator-1}\n--- # with a comment\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: separator-2}\n---\n"},
	{name: "glued", text: "---apiVersion: v1\nkind: ConfigMap\nmetadata: {name: glued}\n"},
	{name: "scalars", text: "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: scalars\ndata:\n  literal: |\n    ---\n    # Source: no/source.yaml\n      ---\n    ...\n  keep: |+\n    --- kept\n\n\n  folded: >-\n    one\n    --- two\n\n    three\n  indented: |2\n      deeper\n    ---\n  quoted: \"a\n    --- b\"\n  plain: one\n    two\n"},
	{name: "json", text: `{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "json"}, "data": {"a": "b"}}` + "\n---\n{\n  \"apiVersion\": \"v1\",\n  \"kind\": \"ConfigMap\",\n  \"metadata\": {\"name\": \"json-2\"}\n}\n"},
	{name: "anchors", text: "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: anchors\n  labels: &labels\n    app: x\n  annotations:\n    <<: *labels\n    note: &note text\ndata:\n  note: *note\n"},
	{name: "list", text: "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: ConfigMap\n  metadata: {name: list-1}\n- apiVersion: v1\n  kind: ConfigMap\n  metadata: {name: list-2}\n"},
	{name: "typed-list", text: "apiVersion: v1\nkind: ConfigMapList\nitems:\n- apiVersion: v1\n  kind: ConfigMap\n  metadata: {name: typed-list-1}\n"},
	{name: "empty-list", empty: true, text: "apiVersion: v1\nkind: List\nitems: []\n"},
	{name: "duplicate-key", refused: `key "a" stands twice`, text: "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: duplicate-key}\ndata:\n  a: one\n  a: two\n"},
	{name: "hook", text: "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: hook}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: hook\n  annotations:\n    helm.sh/hook: pre-install\n    helm.sh/hook-delete-policy: hook-succeeded\n"},
	{name: "same-name", templateOnly: true, refused: "holds this object twice", byHelm3: true, text: "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: same-name}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: same-name}\ndata: {second: \"true\"}\n"},
	{name: "empty-annotations", text: "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  annotations: {}\n  name: empty-annotations\n"},
	{name: "styles", text: "apiVersion: v1\nkind:   ConfigMap\nmetadata:\n    name: styles\n    labels: { a: 'b',   \"c\" : d }\ndata:\n    ? key\n    : value\n    \"1\": \"0x1F\"\n    yes: \"no\"\n    tilde: '~'\n\n\n    unicode: \"\\u00e9 \\U0001F600 é\"\n"},
	{name: "nothing", empty: true, text: "{{ if false }}\napiVersion: v1\n{{ end }}\n\n"},
	{name: "no-newline", text: "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: no-newline}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: no-newline-2}"},
	{name: "directive", templateOnly: true, text: "%YAML 1.2\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: directive}\n"},
	{name: "no-kind", templateOnly: true, refused: "kind is missing", text: "metadata: {name: no-kind}\n"},
	{name: "no-name", templateOnly: true, text: "apiVersion: v1\nkind: ConfigMap\nmetadata: {generateName: no-name-}\n"},
	{name: "scalar", templateOnly: true, text: "just a text\n"},
	{name: "sequence", templateOnly: true, text: "- apiVersion: v1\n"},
	{name: "tab", templateOnly: true, text: "apiVersion: v1\nkind: ConfigMap\nmetadata:\n\tname: tab\n"},
	{name: "resource-list", templateOnly: true, text: "apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nitems:\n- apiVersion: v1\n  kind: ConfigMap\n  metadata: {name: resource-list}\n"},
}

// TestIdentityOfManifests renders each of the manifests by itself. Without a
// helmx.yaml Helm prints the same with and without helmx, and fails with the
// same words; Helm 4 rewrites what any post-renderer returns, hence it is
// compared with one that changes nothing.
func TestIdentityOfManifests(t *testing.T) {
	t.Parallel()
	helms(t, func(t *testing.T, b bench) {
		without := b.unchanged(t)
		for _, m := range manifests {
			t.Run(m.name, func(t *testing.T) {
				t.Parallel()
				dir := t.TempDir()
				chart(t, dir, m.name+".yaml", m.text)
				with := []string{"template", "same", ".", "--post-renderer", b.helmx}
				if m.refused != "" && !(m.byHelm3 && b.plugins) {
					if said := b.fails(t, dir, with...); !strings.Contains(said, m.refused) {
						t.Errorf("helmx does not say %q: %s", m.refused, said)
					}
					with = append(with, "--post-renderer-args=--skip-validation")
				}
				got := b.run(t, dir, with...)
				if m.empty && b.plugins {
					// Helm 4 takes an empty answer for a failure; helmx gives none.
					if got.Code != 0 || strings.Contains(got.Stdout, "kind:") {
						t.Errorf("exit code %d\n%s%s", got.Code, got.Stderr, got.Stdout)
					}
					return
				}
				want := b.run(t, dir, append([]string{"template", "same", "."}, without...)...)
				if diff := cmp.Diff(want.Stdout, got.Stdout); diff != "" {
					t.Errorf("helm template (-without +with helmx):\n%s", diff)
				}
				said := strings.ReplaceAll(got.Stderr, `"`+b.helmx+`"`, `"cat"`)
				if want.Code != got.Code || want.Stderr != said {
					t.Errorf("exit code %d without helmx, %d with; said without\n%s\nwith\n%s", want.Code, got.Code, want.Stderr, got.Stderr)
				}
			})
		}
	})
}

// unchanged returns the flags of a Helm that runs no post-renderer, or in the
// case of Helm 4 one that returns what it gets.
func (b bench) unchanged(t *testing.T) []string {
	t.Helper()
	if !b.plugins {
		return nil
	}
	return []string{"--post-renderer", b.renderer(t, "cat", "/bin/cat")}
}

// TestIdentityOfReleases compares what Helm prints and what it stores of a
// release with and without helmx, for the Istio charts, a chart with hooks and
// a chart of all the manifests that a server takes.
func TestIdentityOfReleases(t *testing.T) {
	charts := pulled(t, "base", "istiod", "cni", "ztunnel")
	folders := map[string]string{"shop": testdata(t, "shop"), "manifests": allManifests(t)}
	for _, name := range []string{"base", "istiod", "cni", "ztunnel"} {
		folders[name] = filepath.Join(charts, name)
	}
	helms(t, func(t *testing.T, b bench) {
		b, c := b.server(t)
		t.Cleanup(func() { sweep(t, c) })
		without := b.unchanged(t)
		for _, name := range []string{"base", "istiod", "cni", "ztunnel", "shop", "manifests"} {
			t.Run(name, func(t *testing.T) {
				i := identity{bench: b, cluster: c, namespace: namespace(t, c), release: name, chart: folders[name]}
				want, before := i.stored(t, without)
				got, after := i.stored(t, []string{"--post-renderer", b.helmx})
				for _, what := range []string{"template", "manifest", "hooks"} {
					if diff := cmp.Diff(want[what], got[what]); diff != "" {
						t.Errorf("%s (-without +with helmx):\n%.4000s", what, diff)
					}
				}
				if !strings.Contains(want["manifest"], "# Source: ") || !strings.Contains(want["template"], "# Source: ") {
					t.Errorf("nothing to compare:\n%.1000s", want["manifest"])
				}
				same(t, "the server", before, after)
			})
		}
	})
}

// identity is one release that is installed twice.
type identity struct {
	bench
	cluster            *cluster.Cluster
	namespace, release string
	chart              string
}

// stored installs the release and returns what Helm prints and stores, and what
// the server holds.
func (i identity) stored(t *testing.T, flags []string) (text map[string]string, objects state) {
	t.Helper()
	dir := t.TempDir() // without a helmx.yaml
	args := append([]string{i.release, i.chart, "-n", i.namespace, "--set", "global.istioNamespace=" + i.namespace}, flags...)
	text = map[string]string{"template": i.must(t, dir, append([]string{"template"}, args...)...)}
	defer i.run(t, dir, "uninstall", i.release, "-n", i.namespace)
	i.must(t, dir, append([]string{"install"}, args...)...)
	for _, what := range []string{"manifest", "hooks"} {
		text[what] = i.must(t, dir, "get", what, i.release, "-n", i.namespace)
	}
	return text, stateOf(t, i.cluster, i.namespace)
}

// allManifests makes a chart of the manifests that a server can store.
func allManifests(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for _, m := range manifests {
		if !m.templateOnly && m.refused == "" {
			chart(t, dir, m.name+".yaml", m.text)
		}
	}
	return dir
}

// chart writes one template of a chart, and the chart itself.
func chart(t *testing.T, dir, template, text string) {
	t.Helper()
	write(t, filepath.Join(dir, "Chart.yaml"), "apiVersion: v2\nname: same\nversion: 0.1.0\n")
	write(t, filepath.Join(dir, "templates", template), text)
}
