package release

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/helmx-dev/helmx/e2e/counterpart"
)

// TestContext installs a chart that tells helmx, by the template for charts, what
// Helm does not tell a post-renderer: expressions see release and values, and
// the server sees no Context.
func TestContext(t *testing.T) {
	t.Parallel()
	config := configHead + `expressions: {enabled: true}
patches:
- name: release
  target: {kind: ConfigMap}
  set: {data.release: '{{ .Release.Name }} in {{ .Release.Namespace }} of {{ .Values.team }}'}
- name: upgraded
  when: '{{ .Release.IsUpgrade }}'
  target: {kind: ConfigMap}
  set: {data.upgraded: 'revision {{ .Release.Revision }}'}
`
	helms(t, func(t *testing.T, b bench) {
		b, c := b.server(t)
		dir, ns := t.TempDir(), namespace(t, c)
		write(t, filepath.Join(dir, "helmx.yaml"), config)
		app := filepath.Join(counterpart.Root(t), "testdata", "context")
		args := func(command string, more ...string) []string {
			return append([]string{command, "app", app, "-n", ns, "--set", "helmx.context=true,team=payments"}, more...)
		}
		// Without helmx a server has no use for the document.
		if said := b.fails(t, dir, args("install")...); !strings.Contains(said, `kind "Context"`) {
			t.Errorf("Helm installs a Context by itself: %s", said)
		}
		for revision, command := range []string{"template", "install", "upgrade"} {
			stream := b.must(t, dir, args(command, "--post-renderer", b.helmx)...)
			objects := stateOf(t, c, ns)
			if command == "template" {
				objects = state{"ConfigMap app": one(t, stream)}
				revision = 1
			}
			want := map[string]string{
				"/data/team":     "payments",
				"/data/owner":    fmt.Sprintf("payments-app in %s, revision %d", ns, revision),
				"/data/release":  "app in " + ns + " of payments",
				"/data/upgraded": map[bool]string{true: "revision 2", false: "-"}[command == "upgrade"],
			}
			for path, expected := range want {
				if value, ok := at(map[string]any(objects["ConfigMap app"]), path); !fits(value, ok, expected) {
					t.Errorf("%s: %s is %v, expected %s", command, path, value, expected)
				}
			}
			if len(objects) != 1 {
				t.Errorf("%s: %v", command, objects)
			}
		}
		if stored := b.must(t, dir, "get", "manifest", "app", "-n", ns); strings.Contains(stored, "Context") {
			t.Errorf("Helm stores the Context:\n%s", stored)
		}
		b.must(t, dir, "rollback", "app", "1", "-n", ns)
		if value, ok := at(map[string]any(stateOf(t, c, ns)["ConfigMap app"]), "/data/upgraded"); ok {
			t.Errorf("after rollback there is %v", value)
		}
	})
}
