package guides

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"

	"github.com/helmx-dev/helmx/e2e/cluster"
)

// read reads a YAML file of the guide.
func (d *desk) read(t *testing.T, name string, into any) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(d.dir, name))
	if err != nil {
		t.Fatal(err)
	}
	if err := yaml.UnmarshalStrict(text, into); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
}

// patched checks that a stream is objects alone, the Deployment with its patch.
func patched(t *testing.T, stream string) {
	t.Helper()
	objects, err := cluster.ParseStream(stream)
	if err != nil {
		t.Fatalf("%v in\n%s", err, stream)
	}
	for _, o := range objects {
		if o.Kind() == "" || o.Name() == "" {
			t.Errorf("no object: %v", o)
		}
	}
	if len(objects) == 0 || !strings.Contains(stream, "memory: 256Mi") {
		t.Errorf("not patched:\n%s", stream)
	}
}

// shows checks that the guide shows a command line.
func (d *desk) shows(t *testing.T, command string) {
	t.Helper()
	if !slices.ContainsFunc(d.blocks, func(b block) bool { return b.language == "sh" && strings.Contains(b.text, command) }) {
		t.Errorf("the guide does not show what is called: %s", command)
	}
}

// argoCD calls the plugin as the sidecar does: init and generate, in the folder
// of the application, with Argo CD's variables and those of the application.
func argoCD(t *testing.T, d *desk) {
	type call struct{ Command, Args []string }
	var plugin struct {
		APIVersion, Kind string
		Metadata         struct{ Name string }
		Spec             struct {
			Discover       struct{ FileName string }
			Init, Generate call
		}
	}
	var app struct {
		APIVersion, Kind string
		Metadata         struct{ Name, Namespace string }
		Spec             struct {
			Project string
			Source  struct {
				RepoURL, Path string
				Plugin        struct {
					Env []struct{ Name, Value string }
				}
			}
			Destination struct{ Server, Namespace string }
		}
	}
	d.read(t, "argocd/plugin.yaml", &plugin)
	d.read(t, "application.yaml", &app)
	if plugin.Kind != "ConfigManagementPlugin" || app.Kind != "Application" {
		t.Errorf("%s and %s", plugin.Kind, app.Kind)
	}
	folder := app.Spec.Source.Path
	if found, err := filepath.Glob(filepath.Join(d.dir, folder, plugin.Spec.Discover.FileName)); err != nil || len(found) != 1 {
		t.Errorf("the plugin does not see that %s is its own: %v %v", folder, found, err)
	}
	env := []string{
		"ARGOCD_APP_NAME=" + app.Metadata.Name, "ARGOCD_APP_NAMESPACE=" + app.Spec.Destination.Namespace,
		"KUBE_VERSION=1.37.1", "KUBE_API_VERSIONS=v1,apps/v1,apps/v1/Deployment",
	}
	generate := func(env ...string) string {
		t.Helper()
		stdout := ""
		for _, c := range []call{plugin.Spec.Init, plugin.Spec.Generate} {
			r := d.run(t, folder, append(c.Command, c.Args...), "", env...)
			if r.Code != 0 {
				t.Fatalf("%q: exit code %d\n%s", c, r.Code, r.Stderr)
			}
			stdout = r.Stdout
		}
		return stdout
	}
	patched(t, generate(env...))
	for _, e := range app.Spec.Source.Plugin.Env {
		env = append(env, "ARGOCD_ENV_"+e.Name+"="+e.Value)
	}
	out := generate(env...)
	patched(t, out)
	if !strings.Contains(out, "image: nginx:1.29.1") {
		t.Errorf("the application's variables do not count:\n%s", out)
	}
	if r := d.run(t, folder, append(plugin.Spec.Generate.Command, plugin.Spec.Generate.Args...), "", append(env, "ARGOCD_APP_NAME=other")...); r.Code == 0 || r.Stdout != "" {
		t.Errorf("a patch that matches nothing: exit code %d\n%s", r.Code, r.Stdout)
	}
	d.isApplied(t, "deployment", "argocd-repo-server", "argocd", `"name":"helmx-plugin"`)
}

// isApplied checks that the cluster holds an object with a text in it.
func (d *desk) isApplied(t *testing.T, kind, name, namespace, want string) {
	t.Helper()
	r := d.run(t, ".", []string{"kubectl", "get", kind, name, "-n", namespace, "-o", "json"}, "")
	var compact strings.Builder
	var object any
	if err := json.Unmarshal([]byte(r.Stdout), &object); err != nil {
		t.Fatalf("kubectl get %s %s: %v\n%s", kind, name, err, r.Stderr)
	}
	if err := json.NewEncoder(&compact).Encode(object); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(compact.String(), want) {
		t.Errorf("%s %s holds no %s:\n%s", kind, name, want, compact.String())
	}
}

// flux does what the kustomize controller does with the folder that CI filled:
// make a kustomization of all files, build it, apply it to the server.
func flux(t *testing.T, d *desk) {
	var k struct {
		APIVersion, Kind string
		Metadata         struct{ Name, Namespace string }
		Spec             struct {
			Interval, Path, TargetNamespace string
			Prune                           bool
			SourceRef                       struct{ Kind, Name string }
		}
	}
	d.read(t, "clusters/prod/web.yaml", &k)
	for _, argv := range [][]string{
		{"kustomize", "create", "--autodetect", "--recursive", "--namespace", k.Spec.TargetNamespace},
		{"kustomize", "build", "."},
	} {
		r := d.run(t, k.Spec.Path, argv, "")
		if r.Code != 0 {
			t.Fatalf("%q: %s", argv, r.Stderr)
		}
		if argv[1] != "build" {
			continue
		}
		patched(t, r.Stdout)
		if r := d.run(t, ".", []string{"kubectl", "create", "namespace", k.Spec.TargetNamespace}, ""); r.Code != 0 {
			t.Fatal(r.Stderr)
		}
		if r := d.run(t, ".", []string{"kubectl", "apply", "--server-side", "-f", "-"}, r.Stdout); r.Code != 0 {
			t.Fatal(r.Stderr)
		}
	}
	if r := d.shell(t, "git log --format=%s"); r.Stdout != "Render web\n" {
		t.Errorf("git log: %s%s", r.Stdout, r.Stderr)
	}
	failing := strings.Replace(d.blocks[1].text, "template web", "template other", 1)
	before, _ := os.ReadFile(filepath.Join(d.dir, "deploy", "web.yaml"))
	r := d.run(t, ".", []string{"sh", "-c", failing}, "")
	after, _ := os.ReadFile(filepath.Join(d.dir, "deploy", "web.yaml"))
	if r.Code == 0 || string(before) != string(after) {
		t.Errorf("a patch that matches nothing: exit code %d\n%s", r.Code, r.Stderr)
	}
	if r := d.shell(t, "git log --format=%s"); r.Stdout != "Render web\n" {
		t.Errorf("git log after a patch that matches nothing: %s%s", r.Stdout, r.Stderr)
	}
}

// helmfile makes the command line of "helmfile sync" as helmfile 1.1 does
// (pkg/state flagsForUpgrade, pkg/helmexec SyncRelease).
func helmfile(t *testing.T, d *desk) {
	var file struct {
		Releases []struct {
			Name, Namespace, Chart, PostRenderer string
			PostRendererArgs                     []string
		}
	}
	d.read(t, "helmfile.yaml", &file)
	for _, r := range file.Releases {
		argv := []string{"helm", "upgrade", "--install", r.Name, r.Chart, "--create-namespace", "--post-renderer", r.PostRenderer}
		for _, a := range r.PostRendererArgs {
			argv = append(argv, "--post-renderer-args="+a)
		}
		argv = append(argv, "--namespace", r.Namespace, "--reset-values", "--history-max", "10")
		d.shows(t, strings.Join(argv, " "))
		if r := d.run(t, ".", argv, ""); r.Code != 0 {
			t.Errorf("exit code %d\n%s", r.Code, r.Stderr)
		}
	}
	if len(file.Releases) == 0 {
		t.Error("no releases")
	}
}

var (
	postrender = regexp.MustCompile(`(?s)postrender\s*=?\s*\{\s*binary_path\s*=\s*"([^"]*)"\s*args\s*=\s*(\[[^\]]*\])\s*\}`)
	attribute  = regexp.MustCompile(`postrender\s*=`)
)

// terraform runs what both files say as the provider does: the program with its
// arguments, the rendered chart on standard input, in Terraform's directory.
func terraform(t *testing.T, d *desk) {
	rendered := d.run(t, ".", []string{"helm", "template", "web", "./web", "--no-hooks"}, "")
	for name, isAttribute := range map[string]bool{"main.tf": true, "version2.tf": false} {
		text, err := os.ReadFile(filepath.Join(d.dir, name))
		if err != nil {
			t.Fatal(err)
		}
		m := postrender.FindSubmatch(text)
		if m == nil || attribute.Match(text) != isAttribute {
			t.Fatalf("%s: no postrender as that version of the provider wants it", name)
		}
		var args []string
		if err := json.Unmarshal(m[2], &args); err != nil {
			t.Fatalf("%s: args: %v", name, err)
		}
		argv := append([]string{string(m[1])}, args...)
		d.shows(t, "| "+strings.Join(argv, " ")+"\n")
		r := d.run(t, ".", argv, rendered.Stdout)
		if r.Code != 0 {
			t.Errorf("%s: exit code %d\n%s", name, r.Code, r.Stderr)
		}
		patched(t, r.Stdout)
		broken := strings.Replace(rendered.Stdout, "image:", "imgae:", 1)
		if r := d.run(t, ".", argv, broken); r.Code == 0 || r.Stdout != "" || !strings.Contains(r.Stderr, `did you mean "image"`) {
			t.Errorf("%s: a broken chart: exit code %d\n%s", name, r.Code, r.Stderr)
		}
	}
}
