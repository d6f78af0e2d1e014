package release

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/helmx-dev/helmx/e2e/cluster"
	"github.com/helmx-dev/helmx/e2e/counterpart"
)

// renderer spells out the flags that make Helm run a post-renderer with
// arguments: one flag each, in front of the post-renderer as well as behind it.
func renderer(name string, args ...string) []string {
	var flags []string
	for i, arg := range args {
		if i == 1 {
			flags = append(flags, "--post-renderer", name)
		}
		flags = append(flags, "--post-renderer-args="+arg)
	}
	if len(args) < 2 {
		flags = append(flags, "--post-renderer", name)
	}
	return flags
}

// asks is a manifest with expressions: what helmx was told can be read from it.
const asks = `apiVersion: v1
kind: ConfigMap
metadata: {name: asks}
data:
  release: '[[= .Release.Name ]] in [[= .Release.Namespace ]], upgrade [[= .Release.IsUpgrade ]]'
  values: '[[= .Values.values | default (dict) | toJson ]]'
  list: '[[= .Values.list | default (list) | join "+" ]]'
  empty: '[[= .Values.empty | default "not set" | quote ]]'
`

const expressions = configHead + "expressions: {enabled: true}\n"

// TestArguments: whatever is given to --post-renderer-args reaches helmx as one
// argument, commas, blanks, dollars, equals signs and empty strings included.
func TestArguments(t *testing.T) {
	t.Parallel()
	helms(t, func(t *testing.T, b bench) {
		dir := t.TempDir()
		chart(t, dir, "asks.yaml", asks)
		write(t, filepath.Join(dir, "conf", "my config.yaml"), expressions)
		write(t, filepath.Join(dir, "conf", "values.yaml"), "values: {file: from a file}\n")
		args := []string{
			"-c", "conf/my config.yaml",
			"--release=rel", "-n", "mesh", "--is-upgrade",
			"--set", "values.a=1,values.b=two,list={x,y}",
			"--set-literal", "values.literal=$HOME, \"quoted\" = {}",
			"--scope", "", // lost, it would take the next one in its place
			"-f", "conf/values.yaml",
		}
		got := b.must(t, dir, append([]string{"template", "x", "."}, renderer(b.helmx, args...)...)...)
		data, _ := at(map[string]any(one(t, got)), "/data")
		want := map[string]any{
			"release": "rel in mesh, upgrade true",
			"values":  `{"a":1,"b":"two","file":"from a file","literal":"$HOME, \"quoted\" = {}"}`,
			"list":    "x+y",
			"empty":   `"not set"`,
		}
		if diff := cmp.Diff(want, data); diff != "" {
			t.Errorf("(-given +received):\n%s", diff)
		}
		for wrong, want := range map[string]string{"--nope": "unknown flag: --nope", "b=2": `"b=2"`, "": `""`} {
			said := b.fails(t, dir, append([]string{"template", "x", "."}, renderer(b.helmx, wrong)...)...)
			if !strings.Contains(said, want) {
				t.Errorf("helmx %q: %s", wrong, said)
			}
		}
	})
}

// TestConfiguration: helmx.yaml is found in the working directory of Helm, by
// HELMX_CONFIG and by --config, each before the ones that were named first.
func TestConfiguration(t *testing.T) {
	t.Parallel()
	helms(t, func(t *testing.T, b bench) {
		dir := t.TempDir()
		chart(t, dir, "cm.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: cm}\ndata: {from: none}\n")
		config := func(from string) string {
			return configHead + "patches:\n- name: from\n  target: {kind: ConfigMap}\n  set: {data.from: " + from + "}\n"
		}
		from := func(b bench, args ...string) any {
			t.Helper()
			value, _ := at(map[string]any(one(t, b.must(t, dir, append([]string{"template", "x", "."}, renderer(b.helmx, args...)...)...))), "/data/from")
			return value
		}
		if got := from(b); got != "none" {
			t.Errorf("without configuration: %v", got)
		}
		write(t, filepath.Join(dir, "helmx.yaml"), config("directory"))
		if got := from(b); got != "directory" {
			t.Errorf("with helmx.yaml in the working directory: %v", got)
		}
		write(t, filepath.Join(dir, "other", "variable.yaml"), config("variable"))
		b = b.with("HELMX_CONFIG=other/variable.yaml")
		if got := from(b); got != "variable" {
			t.Errorf("with HELMX_CONFIG: %v", got)
		}
		write(t, filepath.Join(dir, "other", "flag.yaml"), config("flag"))
		if got := from(b, "--config=other/flag.yaml"); got != "flag" {
			t.Errorf("with --config: %v", got)
		}
	})
}

// TestInsideAnotherPlugin: a command plugin that runs Helm, as for secrets or for
// differences, hands down the variables that Helm has given it.
func TestInsideAnotherPlugin(t *testing.T) {
	t.Parallel()
	helms(t, func(t *testing.T, b bench) {
		dir := t.TempDir()
		b = b.with("HELM_BIN="+b.helm, "HELM_PLUGIN_DIR="+t.TempDir(), "HELM_PLUGIN_NAME=secrets")
		chart(t, dir, "nothing.yaml", "# nothing\n")
		b.must(t, dir, "template", "x", ".", "--post-renderer", b.helmx)
		said := b.fails(t, dir, append([]string{"template", "x", "."}, renderer(b.helmx, "--nope")...)...)
		if !strings.Contains(said, "unknown flag: --nope") {
			t.Errorf("Helm says\n%s", said)
		}
	})
}

// TestPath: Helm 3 finds a post-renderer in PATH, by its name.
func TestPath(t *testing.T) {
	t.Parallel()
	b := bench{name: "helm3", helm: counterpart.Helm(t)}.own(t)
	dir, bin := t.TempDir(), t.TempDir()
	chart(t, dir, "asks.yaml", asks)
	write(t, filepath.Join(dir, "helmx.yaml"), expressions)
	if err := os.Symlink(counterpart.Helmx(t), filepath.Join(bin, "helmx")); err != nil {
		t.Fatal(err)
	}
	b = b.with("PATH=" + bin + string(os.PathListSeparator) + os.Getenv("PATH"))
	if got := b.must(t, dir, append([]string{"template", "x", "."}, renderer("helmx", "--release=rel")...)...); !strings.Contains(got, "rel in ") {
		t.Errorf("helmx did not run:\n%s", got)
	}
}

// TestReports: --report and HELMX_REPORT leave the findings in files, of installs
// that succeed, where Helm says nothing of warnings, and of those that fail.
func TestReports(t *testing.T) {
	t.Parallel()
	helms(t, func(t *testing.T, b bench) {
		b, c := b.server(t)
		dir, ns := t.TempDir(), namespace(t, c)
		report := filepath.Join(t.TempDir(), "report.json")
		b = b.with("HELMX_REPORT=sarif=helmx.sarif,junit=helmx.xml")
		install := append([]string{"install", "shop", testdata(t, "shop"), "-n", ns, "--skip-crds"}, renderer(b.helmx, "--report", "json="+report)...)
		image := "patches:\n- name: image\n  target: {kind: Deployment}\n  set: {\"spec.template.spec.containers[0].image\": \"docker.io/istio/proxyv2:latest\"}\n"

		write(t, filepath.Join(dir, "helmx.yaml"), configHead+"lint: {severity: {HX506: error}}\n"+image)
		b.fails(t, dir, install...)
		if got := summary(t, report); got["error"] != 1 {
			t.Errorf("report of an install that failed: %v", got)
		}

		write(t, filepath.Join(dir, "helmx.yaml"), configHead+image)
		if said := b.must(t, dir, install...); strings.Contains(said, "HX506") {
			t.Errorf("Helm shows a warning, it seems that reports are no longer needed:\n%s", said)
		}
		if got := summary(t, report); got["warning"] != 1 || got["error"] != 0 {
			t.Errorf("report of an install that succeeded: %v", got)
		}
		for _, file := range []string{"helmx.sarif", "helmx.xml"} {
			if text := read(t, filepath.Join(dir, file)); !strings.Contains(text, "HX506") {
				t.Errorf("%s, by HELMX_REPORT:\n%s", file, text)
			}
		}
	})
}

// summary reads how many findings of each severity a JSON report counts.
func summary(t *testing.T, file string) map[string]int {
	t.Helper()
	var report struct{ Summary map[string]int }
	if err := json.Unmarshal([]byte(read(t, file)), &report); err != nil {
		t.Fatal(err)
	}
	return report.Summary
}

// TestReportThatCannotBeWritten: an install whose report is lost has failed.
func TestReportThatCannotBeWritten(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("only Linux has /dev/full")
	}
	helms(t, func(t *testing.T, b bench) {
		b, c := b.server(t)
		ns := namespace(t, c)
		for file, want := range map[string]string{"/dev/full": "no space left on device", "/nowhere/report.json": "there is no folder /nowhere"} {
			said := b.fails(t, t.TempDir(), append([]string{"install", "shop", testdata(t, "shop"), "-n", ns, "--skip-crds"}, renderer(b.helmx, "--report=json="+file)...)...)
			if !strings.Contains(said, want) {
				t.Errorf("%s: Helm does not say %q:\n%s", file, want, said)
			}
		}
		if objects := stateOf(t, c, ns); len(objects) > 0 {
			t.Errorf("there are %v", objects)
		}
	})
}

// TestEmpty installs charts of which nothing is left after helmx, or before.
// Helm 4 would fail on an empty answer.
func TestEmpty(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, template, patches string }{
		{name: "no templates"},
		{name: "switched off", template: "{{ if false }}a: b{{ end }}\n"},
		{name: "comments only", template: "# nothing\n---\n# here\n"},
		{name: "context only", template: "apiVersion: helmx.dev/v1alpha1\nkind: Context\nmetadata: {name: x}\n"},
		{
			name:     "everything removed",
			template: "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: cm}\n---\napiVersion: v1\nkind: Secret\nmetadata: {name: secret}\n",
			patches:  "patches:\n- name: all\n  target: {kind: '*'}\n  ensure: absent\n",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			helms(t, func(t *testing.T, b bench) {
				b, c := b.server(t)
				dir, ns := t.TempDir(), namespace(t, c)
				chart(t, dir, "nothing.yaml", tt.template)
				write(t, filepath.Join(dir, "helmx.yaml"), configHead+tt.patches)
				for _, command := range []string{"template", "install", "upgrade"} {
					b.must(t, dir, append([]string{command, "nothing", ".", "-n", ns}, renderer(b.helmx)...)...)
				}
				if objects := stateOf(t, c, ns); len(objects) > 0 {
					t.Errorf("there are %v", objects)
				}
				if got := records(t, c, ns); len(got) != 2 {
					t.Errorf("records of releases: %v", got)
				}
			})
		})
	}
}

// TestFlagsOfTemplate goes through the flags of "helm template" that meet the
// post-renderer.
func TestFlagsOfTemplate(t *testing.T) {
	t.Parallel()
	config := configHead + `patches:
- name: everything
  target: {kind: "*", hook: any}
  expect: 0+
  set: {metadata.labels.patched: by-helmx}
`
	for _, tt := range []struct {
		flag         string
		helm3, helm4 []string // of these kinds are patched
		not3, not4   []string // and of these are not
	}{
		{flag: "--show-only=templates/deployment.yaml", helm3: []string{"Deployment"}, helm4: []string{"Deployment"}},
		{
			// Definitions of crds/ are given to post-renderers by Helm 3 only, hooks by Helm 4 only.
			flag:  "--include-crds",
			helm3: []string{"CustomResourceDefinition", "Service"}, not3: []string{"Pod"},
			helm4: []string{"Pod", "Service"}, not4: []string{"CustomResourceDefinition"},
		},
		{flag: "--no-hooks", helm3: []string{"Service", "ConfigMap"}, helm4: []string{"Service", "ConfigMap"}},
		{flag: "--skip-tests", helm3: []string{"Service"}, helm4: []string{"Service", "ConfigMap"}},
	} {
		t.Run(strings.Trim(tt.flag, "-"), func(t *testing.T) {
			helms(t, func(t *testing.T, b bench) {
				dir := t.TempDir()
				write(t, filepath.Join(dir, "helmx.yaml"), config)
				objects, err := cluster.ParseStream(b.must(t, dir, "template", "shop", testdata(t, "shop"), "--post-renderer", b.helmx, tt.flag))
				if err != nil {
					t.Fatal(err)
				}
				patched, not := tt.helm3, tt.not3
				if b.plugins {
					patched, not = tt.helm4, tt.not4
				}
				for _, o := range objects {
					label, _ := at(map[string]any(o), "/metadata/labels/patched")
					seen := b.plugins || o.Annotation("helm.sh/hook") == ""
					if slices.Contains(patched, o.Kind()) && seen && label != "by-helmx" {
						t.Errorf("%s is not patched", o)
					}
					if slices.Contains(not, o.Kind()) && label != nil {
						t.Errorf("%s is patched", o)
					}
				}
				for _, kind := range append(slices.Clone(patched), not...) {
					if !slices.ContainsFunc(objects, func(o cluster.Object) bool { return o.Kind() == kind }) {
						t.Errorf("no %s", kind)
					}
				}
			})
		})
	}
}

// TestOutputDir: Helm 3 writes its files before it asks the post-renderer, which
// then gets nothing; Helm 4 writes what comes back.
func TestOutputDir(t *testing.T) {
	t.Parallel()
	helms(t, func(t *testing.T, b bench) {
		dir := t.TempDir()
		write(t, filepath.Join(dir, "helmx.yaml"), configHead+"patches:\n- name: size\n  target: {kind: ConfigMap, name: cache}\n  expect: 0+\n  set: {data.size: 9Gi}\n")
		b.must(t, dir, "template", "shop", testdata(t, "shop"), "--post-renderer", b.helmx, "--output-dir", "out")
		text := read(t, filepath.Join(dir, "out", "shop", "charts", "cache", "templates", "cache.yaml"))
		if want := map[bool]string{false: "size: 64Mi", true: "size: 9Gi"}[b.plugins]; !strings.Contains(text, want) {
			t.Errorf("not %s:\n%s", want, text)
		}
	})
}

// TestHiddenSecret: "install --dry-run --hide-secret" prints no Secret, and helmx,
// which sees the Secret or not, says nothing of its value either.
func TestHiddenSecret(t *testing.T) {
	t.Parallel()
	helms(t, func(t *testing.T, b bench) {
		b, c := b.server(t)
		dir := t.TempDir()
		chart(t, dir, "secret.yaml", "apiVersion: v1\nkind: Secret\nmetadata: {name: secret}\nstringData: {password: hunter2}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: cm}\n")
		args := []string{"install", "x", ".", "-n", namespace(t, c), "--dry-run=server", "--hide-secret", "--post-renderer", b.helmx}
		if got := b.must(t, dir, args...); strings.Contains(got, "hunter2") || !strings.Contains(got, "name: cm") {
			t.Errorf("the Secret shows, or nothing does:\n%s", got)
		}
		write(t, filepath.Join(dir, "helmx.yaml"), configHead+"patches:\n- name: typo\n  target: {kind: [Secret, ConfigMap]}\n  set: {stringDatum.password: hunter3}\n")
		if said := b.fails(t, dir, args...); strings.Contains(said, "hunter") || !strings.Contains(said, "stringDat") {
			t.Errorf("a value shows, or nothing does:\n%s", said)
		}
	})
}

// TestLargeStream sends 32 MB through helmx, with one field patched, and when
// helmx fails before it has read them.
func TestLargeStream(t *testing.T) {
	t.Parallel()
	const documents = 3400
	text := fmt.Sprintf(`{{ range $i := until %d }}
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: large-{{ $i }}
data:
  text: |
{{ repeat 100 (printf "    %%s\n" (repeat 96 "x")) -}}
{{ end }}`, documents)
	helms(t, func(t *testing.T, b bench) {
		dir := t.TempDir()
		chart(t, dir, "large.yaml", text)
		render := func(flags ...string) string {
			t.Helper()
			return b.must(t, dir, append([]string{"template", "large", "."}, flags...)...)
		}
		want := render(b.unchanged(t)...)
		if len(want) < 32<<20 {
			t.Fatalf("%d bytes are no large stream", len(want))
		}
		write(t, filepath.Join(dir, "helmx.yaml"), configHead+"patches:\n- name: last\n  target: {kind: ConfigMap, name: large-3399}\n  set: {metadata.name: last}\n")
		if got := render("--post-renderer", b.helmx); got != strings.Replace(want, "name: large-3399", "name: last", 1) {
			t.Error("a patch changed more, or less, than one name")
		}
		said := b.fails(t, dir, append([]string{"template", "large", "."}, renderer(b.helmx, "--nope")...)...)
		if !strings.Contains(said, "unknown flag: --nope") {
			t.Errorf("Helm says\n%.2000s", said)
		}
	})
}

// one parses a stream of one object.
func one(t *testing.T, stream string) cluster.Object {
	t.Helper()
	objects, err := cluster.ParseStream(stream)
	if err != nil || len(objects) != 1 {
		t.Fatalf("%d objects, %v:\n%s", len(objects), err, stream)
	}
	return objects[0]
}
