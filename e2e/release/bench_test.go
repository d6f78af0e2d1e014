package release

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/helmx-dev/helmx/e2e/cluster"
	"github.com/helmx-dev/helmx/e2e/counterpart"
)

func TestMain(m *testing.M) { cluster.Main(m) }

// bench is one Helm, with a home of its own, and helmx as a post-renderer that
// it takes.
type bench struct {
	name    string // helm3 or helm4
	helm    string // path of the program
	plugins bool   // Helm 4: a post-renderer is a plugin, not a program
	home    string
	helmx   string   // what to give to --post-renderer
	env     []string // of every call
}

// helms runs a test with each Helm.
func helms(t *testing.T, test func(t *testing.T, b bench)) {
	for _, b := range []bench{
		{name: "helm3", helm: counterpart.Helm(t)},
		{name: "helm4", helm: counterpart.Helm4(t), plugins: true},
	} {
		t.Run(b.name, func(t *testing.T) {
			test(t, b.own(t))
		})
	}
}

// own returns the bench with a home of its own: tests in parallel must not see
// each other's plugins.
func (b bench) own(t *testing.T) bench {
	t.Helper()
	b.home = t.TempDir()
	b.env = append(slices.Clone(b.env), "HELM_PLUGINS="+filepath.Join(b.home, "plugins"))
	b.helmx = b.postRenderer(t)
	return b
}

// postRenderer puts helmx where this Helm looks for it: Helm 4 with the plugin of
// the product.
func (b bench) postRenderer(t *testing.T) string {
	t.Helper()
	program := counterpart.Helmx(t)
	if !b.plugins {
		return program
	}
	folder := filepath.Join(b.home, "plugins", "helmx")
	write(t, filepath.Join(folder, "plugin.yaml"), read(t, filepath.Join(counterpart.Root(t), "plugins", "helm4-postrenderer", "plugin.yaml")))
	if err := os.Symlink(program, filepath.Join(folder, "helmx")); err != nil {
		t.Fatal(err)
	}
	return "helmx"
}

// renderer makes a program a post-renderer of this Helm and returns its name.
func (b bench) renderer(t *testing.T, name, program string) string {
	t.Helper()
	if !b.plugins {
		return program
	}
	write(t, filepath.Join(b.home, "plugins", name, "plugin.yaml"), fmt.Sprintf(`apiVersion: v1
type: postrenderer/v1
name: %s
version: 0.1.0
runtime: subprocess
runtimeConfig:
  platformCommand:
  - command: %q
`, name, program))
	return name
}

// script makes a shell script a post-renderer; $HELMX is the program helmx.
func (b bench) script(t *testing.T, name, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	write(t, file, "#!/bin/sh\nHELMX='"+counterpart.Helmx(t)+"'\n"+text)
	if err := os.Chmod(file, 0o755); err != nil {
		t.Fatal(err)
	}
	return b.renderer(t, name, file)
}

// server returns the bench with the API server as its cluster.
func (b bench) server(t *testing.T) (bench, *cluster.Cluster) {
	t.Helper()
	c := cluster.Shared(t)
	b.env = append(slices.Clone(b.env), "KUBECONFIG="+c.Kubeconfig)
	return b, c
}

// with returns the bench with further environment variables.
func (b bench) with(env ...string) bench {
	b.env = append(slices.Clone(b.env), env...)
	return b
}

// run runs Helm in a folder.
func (b bench) run(t *testing.T, dir string, args ...string) counterpart.Result {
	t.Helper()
	return counterpart.Run{Path: b.helm, Args: args, Dir: dir, Home: b.home, Env: b.env}.Do(t)
}

// must runs Helm, which has to succeed, and returns its standard output.
func (b bench) must(t *testing.T, dir string, args ...string) string {
	t.Helper()
	r := b.run(t, dir, args...)
	if r.Code != 0 {
		t.Fatalf("%s %s: exit code %d\n%s", b.name, strings.Join(args, " "), r.Code, r.Stderr)
	}
	return r.Stdout
}

// fails runs Helm, which has to fail, and returns its standard error.
func (b bench) fails(t *testing.T, dir string, args ...string) string {
	t.Helper()
	r := b.run(t, dir, args...)
	if r.Code != 1 {
		t.Fatalf("%s %s: exit code %d, not 1\n%s", b.name, strings.Join(args, " "), r.Code, r.Stderr)
	}
	return r.Stderr
}

// namespace makes a namespace for a test, named after it.
func namespace(t *testing.T, c *cluster.Cluster) string {
	t.Helper()
	name := strings.Trim(strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return '-'
	}, strings.ToLower(t.Name())), "-")
	o := cluster.Object{"apiVersion": "v1", "kind": "Namespace", "metadata": map[string]any{"name": name}}
	if err := c.Apply(t.Context(), "", o); err != nil {
		t.Fatal(err)
	}
	return name
}

// state is what the server holds, by the name of each object.
type state map[string]cluster.Object

// stateOf reads a namespace, and what releases of that namespace hold outside of
// it. Helm's records of releases are left out, and what comes from crds/ does not
// say whose it is.
func stateOf(t *testing.T, c *cluster.Cluster, namespace string) state {
	t.Helper()
	all := state{}
	for _, where := range []string{namespace, ""} {
		objects, err := c.List(t.Context(), where)
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range objects {
			owned := o.Annotation("meta.helm.sh/release-namespace") == namespace
			if o["type"] == "helm.sh/release.v1" || where == "" && !owned {
				continue
			}
			all[key(o)] = settled(o)
		}
	}
	return all
}

// key names an object as the tables of the tests do.
func key(o cluster.Object) string { return o.Kind() + " " + o.Name() }

// settled drops what a server adds on its own at each write.
func settled(o cluster.Object) cluster.Object {
	delete(o, "status")
	if meta, ok := o["metadata"].(map[string]any); ok {
		for _, k := range []string{"managedFields", "resourceVersion", "uid", "creationTimestamp", "generation"} {
			delete(meta, k)
		}
		if annotations, ok := meta["annotations"].(map[string]any); ok {
			delete(annotations, "deprecated.daemonset.template.generation")
		}
	}
	if spec, ok := o["spec"].(map[string]any); ok {
		delete(spec, "clusterIP")
		delete(spec, "clusterIPs")
	}
	return o
}

// records returns the names of Helm's records of releases in a namespace.
func records(t *testing.T, c *cluster.Cluster, namespace string) []string {
	t.Helper()
	objects, err := c.List(t.Context(), namespace)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, o := range objects {
		if o["type"] == "helm.sh/release.v1" {
			names = append(names, o.Name())
		}
	}
	slices.Sort(names)
	return names
}

// same reports what differs between two states of a server.
func same(t *testing.T, what string, want, got state) {
	t.Helper()
	for _, k := range slices.Sorted(maps.Keys(want)) {
		if _, ok := got[k]; !ok {
			t.Errorf("%s: %s is gone", what, k)
		} else if !reflect.DeepEqual(want[k], got[k]) {
			t.Errorf("%s: %s (-was +is):\n%s", what, k, cmp.Diff(want[k], got[k]))
		}
	}
	for _, k := range slices.Sorted(maps.Keys(got)) {
		if _, ok := want[k]; !ok {
			t.Errorf("%s: %s is new", what, k)
		}
	}
}

// write writes a file, with the folders on the way.
func write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// read reads a file.
func read(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// testdata returns the absolute path of a file of testdata.
func testdata(t *testing.T, elem ...string) string {
	t.Helper()
	path, err := filepath.Abs(filepath.Join(append([]string{"testdata"}, elem...)...))
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// pulled unpacks charts that are inside helmx, and returns the folder.
func pulled(t *testing.T, names ...string) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range names {
		r := counterpart.Run{Path: counterpart.Helmx(t), Args: []string{"pull", "builtin:istio/" + name, "--untar"}, Dir: dir, Home: dir}.Do(t)
		if r.Code != 0 {
			t.Fatalf("helmx pull: exit code %d\n%s", r.Code, r.Stderr)
		}
	}
	return dir
}

// sweep deletes all definitions: Helm leaves those of crds/ behind, and those that
// a chart asks it to keep.
func sweep(t *testing.T, c *cluster.Cluster) {
	t.Helper()
	ctx := context.WithoutCancel(t.Context()) // this is a cleanup
	objects, err := c.List(ctx, "")
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range objects {
		if o.Kind() == "CustomResourceDefinition" {
			if err := c.Delete(ctx, o); err != nil {
				t.Errorf("%s: %v", o, err)
			}
		}
	}
}
