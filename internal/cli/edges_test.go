package cli

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"
	"testing"
)

// unchanged is an edge whose bytes come out as they went in.
const unchanged = "unchanged"

// noManifests is an edge that is empty: unchanged, but for Helm 4, which takes an
// empty answer for a failure, a comment.
const noManifests = "# helmx: no manifests\n"

const settings = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {k: v}\n"

// edges are the streams where Helm 3 and Helm 4 differ from each other or from
// YAML, and what helmx answers: unchanged, noManifests, or what the finding says
// where Helm or the API server would refuse the stream later, or lose something.
var edges = []struct{ name, stream, want string }{
	{"empty", "", noManifests},
	{"blank", " \n\n", noManifests},
	{"comment only", "# nothing\n", unchanged},
	{"--- only", "---\n", unchanged},
	{"comment-only documents", "---\n# Source: c/templates/a.yaml\n# nothing\n---\n# Source: c/templates/b.yaml\n" + settings, unchanged},
	{"doubled separator", "---\n# Source: c/templates/a.yaml\n---\n" + settings, unchanged},
	{"separator with blanks", "---  \t\n" + settings + "---   \n", unchanged},
	{"separator with a comment", "--- # c\n" + settings, unchanged},
	{"content on the separator's line", "--- {apiVersion: v1, kind: ConfigMap, metadata: {name: a}}\n", unchanged},
	{"separator without a blank", "---apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n", unchanged},
	{"no separator at the beginning", settings + "---\n" + strings.Replace(settings, "name: a", "name: b", 1), unchanged},
	{"--- at the end", settings + "---\n", unchanged},
	{"no line break at the end", strings.TrimSuffix(settings, "\n"), unchanged},
	{"end marker", settings + "...\n---\n" + strings.Replace(settings, "name: a", "name: b", 1) + "...\n", unchanged},
	{"content behind the end marker", settings + "...\nk: v\n", `content after the end marker "..."`},
	{"--- in a block scalar", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n  k: |\n    ---\n    l\n  m: |-\n   --- x\n", unchanged},
	{"--- in the first column of a block scalar", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n  k: |\n---\n  l\n", "expected a Kubernetes object"},
	{"CRLF", strings.ReplaceAll("---\n"+settings+"---\n"+strings.Replace(settings, "name: a", "name: b", 1), "\n", "\r\n"), unchanged},
	{"byte order mark", "\ufeff" + settings, unchanged},
	{"byte order mark, separator", "\ufeff---\n" + settings, unchanged},
	{"JSON", `{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}}` + "\n---\n" + `{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "b"}}`, unchanged},
	{"anchors and merge keys", "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n  labels: &l {x: z}\n  annotations: {<<: *l}\ndata: *l\n", unchanged},
	{"flow style, odd blanks", "apiVersion:   v1\nkind: 'ConfigMap'\nmetadata: { name:  a , }\ndata: {\n  k: [ ]}\n", `expected a string`},
	{"odd blanks", "apiVersion:   v1\nkind: 'ConfigMap'\nmetadata: { name:  a , }\ndata: {\n  k: \"v\" }   # c\n\n\n", unchanged},
	{"hook and template of one name", settings + "---\n" + strings.Replace(settings, "name: a", "name: a, annotations: {helm.sh/hook: pre-install}", 1), unchanged},
	{"List", "apiVersion: v1\nkind: List\nitems:\n- " + strings.ReplaceAll(strings.TrimSuffix(settings, "\n"), "\n", "\n  ") + "\n", unchanged},
	{"typed List", "apiVersion: v1\nkind: ConfigMapList\nitems:\n- metadata: {name: a}\n", unchanged},
	{"empty List", "apiVersion: v1\nkind: List\nitems: []\n", unchanged},

	{"no kind", "apiVersion: v1\nmetadata: {name: a}\n", "kind is missing"},
	{"no apiVersion", "kind: ConfigMap\nmetadata: {name: a}\n", "apiVersion is missing"},
	{"scalar", "hello\n", "expected a Kubernetes object"},
	{"sequence", "- a\n", "expected a Kubernetes object"},
	{"null", "null\n", "expected a Kubernetes object"},
	{"broken YAML", "a: [\n", "broken YAML"},
	{"tab indentation", "a:\n\tb: c\n", "a tab where YAML wants spaces"},
	{"directive", "%YAML 1.2\n---\n" + settings, "a YAML directive"},
	{"not UTF-8", strings.Replace(settings, "{k: v}", "{k: \xe9}", 1), "broken YAML"},
	{"control characters", strings.Replace(settings, "{k: v}", "{k: \x01}", 1), "a control character (U+0001)"},
	// Helm takes duplicate keys and uses the last one: nobody means that, and the
	// strict validation of API servers refuses it.
	{"duplicate key", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {k: v, k: w}\n", `key "k" stands twice`},
	{"objects not separated", settings + settings, "a second object begins here"},
	{"two of one name", settings + "---\n" + settings, "the release holds this object twice"},
	{"ResourceList among others", "apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nitems: []\n---\n" + settings, "a ResourceList stands among other documents"},
}

// as runs post-render, or helmx alone, as a version of Helm does.
func as(helm4 bool, args []string, in io.Reader) (code int, stdout, stderr string) {
	var out, err bytes.Buffer
	env := func(name string) string {
		if helm4 && name == "HELM_PLUGIN_DIR" {
			return "/plugins/helmx"
		}
		return ""
	}
	code = Run(context.Background(), args, Streams{In: in, Out: &out, Err: &err, Getenv: env})
	return code, out.String(), err.String()
}

func TestEdgesOfStreams(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, edge := range edges {
		for _, args := range [][]string{nil, {"post-render"}} {
			for _, helm4 := range []bool{false, true} {
				code, stdout, stderr := as(helm4, args, strings.NewReader(edge.stream))
				if problem := wrongAnswer(edge.stream, edge.want, helm4, code, stdout, stderr); problem != "" {
					t.Errorf("%s, helmx %s, Helm 4 %v: %s\nexit code %d, stdout:\n%s\nstderr:\n%s", edge.name, strings.Join(args, " "), helm4, problem, code, stdout, stderr)
				}
			}
		}
	}
}

// wrongAnswer says what is wrong with an answer, "" when nothing is.
func wrongAnswer(stream, want string, helm4 bool, code int, stdout, stderr string) string {
	switch {
	case want == noManifests && helm4:
		return unless(code == 0 && stdout == noManifests, "not the comment for Helm 4")
	case want == noManifests || want == unchanged:
		return unless(code == 0 && stdout == stream, "not unchanged")
	case helm4:
		return unless(code == 0 && strings.HasPrefix(stdout, "|2-\n") && strings.Contains(stdout, want), "not an answer that Helm 4 refuses and shows: "+want)
	}
	return unless(code == 1 && stdout == "" && strings.Contains(stderr, want), "not refused with: "+want)
}

func unless(ok bool, problem string) string {
	if ok {
		return ""
	}
	return problem
}

// TestEdgesUnjudged: without validation and lint, nothing is refused and every
// byte passes, whatever it is.
func TestEdgesUnjudged(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, edge := range edges {
		code, stdout, stderr := as(false, []string{"--skip-validation", "--skip-lint"}, strings.NewReader(edge.stream))
		if code != 0 || stdout != edge.stream {
			t.Errorf("%s: exit code %d, stdout %q, stderr %q", edge.name, code, stdout, stderr)
		}
	}
}

// TestLargeStream: 32 MB pass unchanged, for both Helms.
func TestLargeStream(t *testing.T) {
	t.Chdir(t.TempDir())
	var stream bytes.Buffer
	for i := 0; stream.Len() < 32<<20; i++ {
		fmt.Fprintf(&stream, "---\n# Source: c/templates/a.yaml\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a%d\ndata:\n  k: |\n%s", i, strings.Repeat("    some text\n", 4000))
	}
	for _, helm4 := range []bool{false, true} {
		code, stdout, stderr := as(helm4, []string{"--skip-lint"}, bytes.NewReader(stream.Bytes()))
		if code != 0 || stdout != stream.String() {
			t.Errorf("Helm 4 %v: exit code %d, %d of %d bytes, %.1000s", helm4, code, len(stdout), stream.Len(), stderr)
		}
	}
}
