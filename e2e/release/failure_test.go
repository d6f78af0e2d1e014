package release

import (
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/helmx-dev/helmx/e2e/cluster"
	"github.com/helmx-dev/helmx/e2e/counterpart"
)

const configHead = "apiVersion: helmx.dev/v1alpha1\nkind: Config\n"

// mistake is a helmx.yaml that lets no release through.
type mistake struct {
	name, config string
	says         []string // helmx's message; its whole text is compared too
	code         int      // helmx's exit code
}

var mistakes = []mistake{
	{
		name: "patch",
		config: configHead + `patches:
- name: memory
  target: {kind: Deployment, name: shopp}
  set: {spec.replicas: 2}
- name: gone
  target: {kind: ConfigMap, name: shop}
  set: {"data.list[0]": x}
`,
		says: []string{"error[PA101]", "helmx.yaml:4", "memory", "error[PA102]", "helmx.yaml:9", "gone", "2 errors"},
		code: 1,
	},
	{
		name: "validation",
		config: configHead + `patches:
- name: replicas
  target: {kind: Deployment, name: shop}
  set: {spec.replica: 2}
`,
		says: []string{"error[SC014]", `unknown field "replica"`, `did you mean "replicas"`, "helmx.yaml:6"},
		code: 1,
	},
	{
		name: "lint",
		config: configHead + `lint: {severity: {HX506: error}}
patches:
- name: proxy
  target: {kind: Deployment, name: shop}
  set: {"spec.template.spec.containers[name=web].image": "docker.io/istio/proxyv2:latest"}
`,
		says: []string{"error[HX506]", "docker.io/istio/proxyv2:latest", "helmx.yaml:7"},
		code: 1,
	},
	{
		name:   "configuration",
		config: configHead + "patchs: []\n",
		says:   []string{"error[CF002]", "patchs", "patches", "helmx.yaml:3"},
		code:   2,
	},
	{
		name:   "not yaml",
		config: configHead + "patches: [\n",
		says:   []string{"error[CF001]", "helmx.yaml"},
		code:   2,
	},
}

const corrected = configHead + `patches:
- name: replicas
  target: {kind: Deployment, name: shop}
  set: {spec.replicas: 2}
`

// TestFailure installs and upgrades a chart under a helmx.yaml that is wrong:
// Helm fails before anything reaches the server, and prints all that helmx says.
// Under the corrected file it succeeds.
func TestFailure(t *testing.T) {
	t.Parallel()
	helms(t, func(t *testing.T, b bench) {
		b, c := b.server(t)
		for _, m := range mistakes {
			t.Run(m.name, func(t *testing.T) {
				t.Parallel()
				f := failure{bench: b.own(t), cluster: c, namespace: namespace(t, c), dir: t.TempDir(), mistake: m}
				f.test(t)
			})
		}
	})
}

// TestUnprintable: control characters, colours, emoji, blanks at the end of a line
// and what YAML takes for the end of one do not keep a message from the user of
// either Helm, line by line.
func TestUnprintable(t *testing.T) {
	t.Parallel()
	helms(t, func(t *testing.T, b bench) {
		dir := t.TempDir()
		write(t, filepath.Join(dir, "helmx.yaml"), configHead+"patches:\n- name: \"a\\e[31m\\u0007 \\u2028--- \\u0085 \\uFEFF \\x7f \\U0001F600 \\n\\t \\n\"\n  target: {kind: None}\n  set: {a: b}\n")
		said := b.fails(t, dir, append([]string{"template", "shop", testdata(t, "shop")}, renderer(b.helmx, "--color=always")...)...)
		for _, text := range []string{"PA101", "the target matches no object", "helmx.yaml:4:3", "1 error"} {
			if !strings.Contains(said, text) {
				t.Errorf("Helm does not say %q:\n%s", text, said)
			}
		}
		if !place.MatchString(said) {
			t.Errorf("not line by line:\n%s", said)
		}
	})
}

// TestHelp: who asks for the flags of the post-renderer by way of Helm gets them.
// helm3 template prints what it gets, and helm4 refuses it with its text.
func TestHelp(t *testing.T) {
	t.Parallel()
	helms(t, func(t *testing.T, b bench) {
		r := b.run(t, t.TempDir(), append([]string{"template", "shop", testdata(t, "shop")}, renderer(b.helmx, "--help")...)...)
		if !regexp.MustCompile(`(?m)^ +--is-upgrade +the release is upgraded`).MatchString(r.Stdout + r.Stderr) {
			t.Errorf("Helm says:\n%s%s", r.Stdout, r.Stderr)
		}
	})
}

// place is the line that says where the mistake is, coloured or not.
var place = regexp.MustCompile(`(?m)^.{0,12}-->.{0,4} helmx\.yaml:4:3$`)

// failure is a release that is installed and upgraded under a mistake.
type failure struct {
	bench
	cluster        *cluster.Cluster
	namespace, dir string
	mistake        mistake
}

func (f failure) test(t *testing.T) {
	config := filepath.Join(f.dir, "helmx.yaml")
	write(t, config, f.mistake.config)
	f.explained(t, f.fails(t, f.dir, f.args(t, "install")...))
	if objects := stateOf(t, f.cluster, f.namespace); len(objects) > 0 {
		t.Errorf("after a failed install there are %v", objects)
	}
	f.recorded(t)

	write(t, config, corrected)
	f.must(t, f.dir, f.args(t, "install")...)
	installed := stateOf(t, f.cluster, f.namespace)
	if replicas, _ := at(map[string]any(installed["Deployment shop"]), "/spec/replicas"); replicas != float64(2) {
		t.Errorf("after install: %v replicas, expected 2", replicas)
	}
	f.recorded(t, "sh.helm.release.v1.shop.v1")

	write(t, config, f.mistake.config)
	f.explained(t, f.fails(t, f.dir, f.args(t, "upgrade")...))
	same(t, "failed upgrade", installed, stateOf(t, f.cluster, f.namespace))
	f.recorded(t, "sh.helm.release.v1.shop.v1")

	write(t, config, corrected)
	f.must(t, f.dir, f.args(t, "upgrade")...)
	f.recorded(t, "sh.helm.release.v1.shop.v1", "sh.helm.release.v1.shop.v2")
}

// args leave the definitions of crds/ out: Helm applies them before it renders.
func (f failure) args(t *testing.T, command string) []string {
	return []string{command, "shop", testdata(t, "shop"), "-n", f.namespace, "--skip-crds", "--post-renderer", f.helmx}
}

// explained checks that what helmx says, called on its own for the same manifests,
// stands in what Helm says, line for line.
func (f failure) explained(t *testing.T, said string) {
	t.Helper()
	for _, text := range f.mistake.says {
		if !strings.Contains(said, text) {
			t.Errorf("Helm does not say %q:\n%s", text, said)
		}
	}
	r := counterpart.Run{Path: counterpart.Helmx(t), Dir: f.dir, Home: f.home, Stdin: []byte(f.stream(t))}.Do(t)
	if r.Code != f.mistake.code || r.Stdout != "" {
		t.Errorf("helmx's exit code is %d, expected %d; standard output:\n%s", r.Code, f.mistake.code, r.Stdout)
	}
	if exit := fmt.Sprintf("exit status %d", r.Code); !f.plugins && !strings.Contains(said, exit) {
		t.Errorf("Helm does not say %q:\n%s", exit, said)
	}
	heard := trimmed(said)
	for _, line := range trimmed(r.Stderr) {
		if !slices.Contains(heard, line) {
			t.Errorf("Helm's output lacks helmx's line %q:\n%s", line, said)
		}
	}
}

// stream returns what this Helm hands to a post-renderer.
func (f failure) stream(t *testing.T) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "stream.yaml")
	tee := f.script(t, "tee", "tee '"+file+"'\n")
	f.must(t, f.dir, "template", "shop", testdata(t, "shop"), "-n", f.namespace, "--post-renderer", tee)
	return read(t, file)
}

// recorded checks which releases Helm has stored.
func (f failure) recorded(t *testing.T, want ...string) {
	t.Helper()
	if got := records(t, f.cluster, f.namespace); !slices.Equal(got, want) {
		t.Errorf("records of releases: %v, expected %v", got, want)
	}
}

// trimmed returns the lines of a text without the blanks around them.
func trimmed(text string) []string {
	var lines []string
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
	}
	return lines
}
