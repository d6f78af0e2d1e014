package charts

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"helm.sh/helm/v3/pkg/chart"
	"helm.sh/helm/v3/pkg/chart/loader"
	"sigs.k8s.io/yaml"

	"github.com/helmx-dev/helmx/diag"
)

func update(t testing.TB, dir string, o DependencyOptions) diag.List {
	t.Helper()
	found, err := UpdateDependencies(context.Background(), dir, o)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func build(t testing.TB, dir string, o DependencyOptions) diag.List {
	t.Helper()
	found, err := BuildDependencies(context.Background(), dir, o)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func clean(t testing.TB, found diag.List) {
	t.Helper()
	if len(found) > 0 {
		t.Fatal(found)
	}
}

func wantOne(t *testing.T, found diag.List, code string, says ...string) diag.Diagnostic {
	t.Helper()
	if len(found) != 1 || found[0].Code != code {
		t.Fatalf("%v, want one %s", found, code)
	}
	for _, s := range says {
		if !strings.Contains(found[0].String(), s) {
			t.Errorf("%s\ndoes not say %q", found[0], s)
		}
	}
	return found[0]
}

func readLockFile(t testing.TB, path string) *chart.Lock {
	t.Helper()
	var lock chart.Lock
	if err := yaml.Unmarshal([]byte(fileText(t, path)), &lock); err != nil {
		t.Fatal(err)
	}
	return &lock
}

// TestLockDigestIsHelms: the digests were written by `helm dependency update`
// of Helm 3.22.0.
func TestLockDigestIsHelms(t *testing.T) {
	declared := []*chart.Dependency{
		{Name: "sub", Version: "^1.0.0", Repository: "file://../sub"},
		{Name: "demo", Version: "<2", Repository: "http://127.0.0.1:18099/charts", Alias: "d1", Condition: "d1.enabled", Tags: []string{"a", "b"}, ImportValues: []any{"data"}},
	}
	locked := []*chart.Dependency{
		{Name: "sub", Version: "1.2.0", Repository: "file://../sub"},
		{Name: "demo", Version: "1.5.0", Repository: "http://127.0.0.1:18099/charts"},
	}
	got, err := lockDigest(declared, locked)
	if want := "sha256:7d08e4ba9195a522d66c4d42826813a3d6c243a588a5c51d6d5656396b7d5a72"; got != want || err != nil {
		t.Errorf("%s, %v, want %s", got, err, want)
	}
}

// TestUpdateAndBuild takes a chart through its life: dependencies from every
// kind of place, an update, a rebuild from the lock file, a new version.
func TestUpdateAndBuild(t *testing.T) {
	s := noLogins(t)
	r, named := startTestRepo(t), startTestRepo(t)
	r.serve(t, "", [2]string{"demo", "1.0.0"}, [2]string{"demo", "1.5.0"}, [2]string{"demo", "2.0.0"})
	named.username, named.password = "me", "secret"
	named.serve(t, "", [2]string{"private", "3.0.0"})
	host, _ := startRegistry(t, "", "")
	push(t, host, "", "", nil, [2]string{"img", "0.1.0"}, [2]string{"img", "0.2.0"})
	helm := helmConfig(t, fmt.Sprintf("- {name: corp, url: '%s/charts', username: me, password: secret}\n", named.URL))
	s.RepositoryConfig, s.RepositoryCache = helm.RepositoryConfig, helm.RepositoryCache

	root := writeTree(t, map[string]string{
		"app/Chart.yaml": fmt.Sprintf(`apiVersion: v2
name: app
version: 1.0.0
dependencies:
- {name: demo, version: "<2", repository: "%s/charts"}
- {name: demo, version: "<2", repository: "%s/charts", alias: again}
- {name: private, version: 3.x, repository: "@corp"}
- {name: private, version: 3.x, repository: "alias:corp", alias: other}
- {name: img, version: ">0.1", repository: "oci://%s/charts"}
- {name: local, version: "*", repository: "file://../local"}
- {name: own, version: ^1.0.0}
`, r.URL, r.URL, host),
		"app/charts/own/Chart.yaml":     "name: own\nversion: 1.4.0\n",
		"app/charts/demo-0.9.0.tgz":     string(demoArchive(t, "demo", "0.9.0")),
		"app/charts/.gitkeep":           "left alone",
		"local/Chart.yaml":              "apiVersion: v2\nname: local\nversion: 0.0.1 # kept\n",
		"local/templates/x.yaml":        "x",
		"local/charts/deep/Chart.yaml":  "name: deep\nversion: 1.0.0\n",
		"local/charts/deep/values.yaml": "a: b\n",
	})
	app := filepath.Join(root, "app")
	var log bytes.Buffer
	o := DependencyOptions{Access: Access{Settings: s, PlainHTTP: true, Log: &log}}
	clean(t, update(t, app, o))
	want := []string{".gitkeep", "demo-1.5.0.tgz", "img-0.2.0.tgz", "local-0.0.1.tgz", "own/Chart.yaml", "private-3.0.0.tgz"}
	wantTree(t, filepath.Join(app, "charts"), want...)
	for _, line := range []string{"Saving 7 charts", "Downloading demo from repo " + r.URL, "Deleting outdated charts", "Could not verify " + filepath.Join(app, "charts", ".gitkeep")} {
		if strings.Count(log.String(), line) != 1 {
			t.Errorf("the log says %q %d times:\n%s", line, strings.Count(log.String(), line), log.String())
		}
	}
	lock := readLockFile(t, filepath.Join(app, "Chart.lock"))
	var locked []string
	for _, d := range lock.Dependencies {
		locked = append(locked, d.Name+" "+d.Version)
	}
	if diff := cmp.Diff([]string{"demo 1.5.0", "demo 1.5.0", "private 3.0.0", "private 3.0.0", "img 0.2.0", "local 0.0.1", "own ^1.0.0"}, locked); diff != "" {
		t.Error(diff)
	}
	local, err := loader.Load(filepath.Join(app, "charts", "local-0.0.1.tgz"))
	if err != nil || len(local.Dependencies()) != 1 || !strings.Contains(string(local.Raw[0].Data), "# kept") {
		t.Errorf("packed folder: %v, %v", local, err)
	}

	// A newer version comes out: build keeps to the lock file, update takes it.
	before := fileText(t, filepath.Join(app, "Chart.lock"))
	r.serve(t, "", [2]string{"demo", "1.0.0"}, [2]string{"demo", "1.5.0"}, [2]string{"demo", "1.6.0"})
	os.Remove(filepath.Join(app, "charts", ".gitkeep"))
	os.Remove(filepath.Join(app, "charts", "demo-1.5.0.tgz"))
	skip := o
	skip.SkipRefresh = true
	clean(t, build(t, app, skip))
	wantTree(t, filepath.Join(app, "charts"), want[1:]...)
	clean(t, update(t, app, skip)) // the cached index of the first update
	if after := fileText(t, filepath.Join(app, "Chart.lock")); after != before {
		t.Errorf("the lock file was rewritten: %s", cmp.Diff(before, after))
	}
	clean(t, update(t, app, o))
	if got := readLockFile(t, filepath.Join(app, "Chart.lock")).Dependencies[0].Version; got != "1.6.0" {
		t.Errorf("update took %s", got)
	}

	// Declarations change: build refuses, and touches nothing.
	edited := strings.Replace(fileText(t, filepath.Join(app, "Chart.yaml")), "<2", "<3", 1)
	if err := os.WriteFile(filepath.Join(app, "Chart.yaml"), []byte(edited), 0o644); err != nil {
		t.Fatal(err)
	}
	wantOne(t, build(t, app, o), "CH015", "the lock file (Chart.lock) is out of sync with the dependencies file (Chart.yaml)", "helmx dependency update "+app)
}

func TestUpdateNeedsNothing(t *testing.T) {
	dir := writeTree(t, map[string]string{"Chart.yaml": v2Chart})
	clean(t, update(t, dir, DependencyOptions{}))
	clean(t, build(t, dir, DependencyOptions{}))
	wantTree(t, dir, "Chart.yaml")
}

func TestLegacyRequirements(t *testing.T) {
	dir := writeTree(t, map[string]string{
		"app/Chart.yaml":        "name: app\nversion: 1.0.0\n",
		"app/requirements.yaml": "dependencies:\n- name: sub\n  version: 1.x\n  repository: file://../sub\n",
		"sub/Chart.yaml":        "name: sub\nversion: 1.1.0\n",
	})
	app := filepath.Join(dir, "app")
	clean(t, update(t, app, DependencyOptions{}))
	wantTree(t, app, "Chart.yaml", "charts/sub-1.1.0.tgz", "requirements.lock", "requirements.yaml")
	clean(t, build(t, app, DependencyOptions{}))
	// Helm 2 computed its digest from the declarations alone.
	lock := readLockFile(t, filepath.Join(app, "requirements.lock"))
	var err error
	if lock.Digest, err = helm2Digest([]*chart.Dependency{{Name: "sub", Version: "1.x", Repository: "file://../sub"}}); err != nil {
		t.Fatal(err)
	}
	for digest, code := range map[string]string{lock.Digest: "", "sha256:0": "CH015"} {
		lock.Digest = digest
		data, err := yaml.Marshal(lock)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(app, "requirements.lock"), data, 0o644); err != nil {
			t.Fatal(err)
		}
		found := build(t, app, DependencyOptions{})
		if code == "" {
			clean(t, found)
		} else {
			wantOne(t, found, code, "requirements.lock")
		}
	}
}

func TestDependenciesThatCannotBeResolved(t *testing.T) {
	r := startTestRepo(t)
	r.serve(t, "", [2]string{"demo", "1.0.0"})
	helm := helmConfig(t, "- {name: example, url: 'http://127.0.0.1:1'}\n")
	o := DependencyOptions{Access: Access{Settings: helm}}
	for declaration, says := range map[string][]string{
		"{name: demo, version: one, repository: 'http://x'}":             {`dependency "demo" has an invalid version/constraint format`},
		"{name: demo, version: 1.x, repository: stable}":                 {"no repository definition for stable", "a repository is a URL"},
		"{name: demo, version: 1.x, repository: '@exmaple'}":             {"no repository definition for @exmaple", `did you mean "@example"?`},
		"{name: demo, version: 2.x, repository: '" + r.URL + "/charts'}": {`can't get a valid version for "demo"`, "1.0.0"},
		"{name: dmeo, version: 1.x, repository: '" + r.URL + "/charts'}": {"dmeo chart not found in repo " + r.URL, `did you mean "demo"?`},
		"{name: demo, version: 1.x, repository: 'file://../none'}":       {"directory ", "none not found"},
		"{name: demo, version: 2.x, repository: 'file://../sub'}":        {"can't get a valid version", "holds version 1.0.0"},
		"{name: here, version: 2.x}":                                     {"dependency here at version 1.0.0 does not satisfy the constraint 2.x"},
		"{name: gone, version: 2.x}":                                     {"directory ", "gone not found"},
	} {
		dir := writeTree(t, map[string]string{
			"app/Chart.yaml":             "apiVersion: v2\nname: app\nversion: 1.0.0\ndependencies:\n- " + declaration + "\n",
			"app/charts/here/Chart.yaml": "name: here\nversion: 1.0.0\n",
			"app/charts/old-1.0.0.tgz":   string(demoArchive(t, "old", "1.0.0")),
			"sub/Chart.yaml":             "name: sub\nversion: 1.0.0\n",
		})
		app := filepath.Join(dir, "app")
		d := wantOne(t, update(t, app, o), "CH025", says...)
		if d.Span.File != filepath.Join(app, "Chart.yaml") || d.Span.Start.Line != 5 {
			t.Errorf("%s: points at %s", declaration, d.Span)
		}
		wantTree(t, app, "Chart.yaml", "charts/here/Chart.yaml", "charts/old-1.0.0.tgz")
	}
	archive := writeArchive(t, "demo.tgz", demoArchive(t, "demo", "1.0.0"))
	wantOne(t, update(t, archive, o), "CH002", "only unpacked charts can be updated")
	wantOne(t, update(t, "./nowhere", o), "CH001", `path "./nowhere" not found`)
}

func TestRepositoryIsDown(t *testing.T) {
	r := startTestRepo(t)
	r.serve(t, "", [2]string{"demo", "1.0.0"})
	helm := helmConfig(t, "")
	dir := writeTree(t, map[string]string{"Chart.yaml": v2Chart + "dependencies:\n- {name: demo, version: '*', repository: '" + r.URL + "/charts'}\n"})
	o := DependencyOptions{Access: Access{Settings: helm}}
	clean(t, update(t, dir, o))
	delete(r.files, "/charts/index.yaml")
	var log bytes.Buffer
	o.Log = &log
	clean(t, update(t, dir, o))
	if !strings.Contains(log.String(), "...Unable to get an update from the") {
		t.Errorf("log: %s", log.String())
	}
	r.Close()
	o.Settings.RepositoryCache = t.TempDir()
	if found, err := UpdateDependencies(context.Background(), dir, o); err == nil || len(found) > 0 {
		t.Errorf("%v, %v, want an error", found, err)
	}
}

func TestLockFileIsNotWrittenThroughALink(t *testing.T) {
	dir := writeTree(t, map[string]string{
		"app/Chart.yaml": v2Chart + "dependencies:\n- {name: sub, version: '*', repository: 'file://../sub'}\n",
		"sub/Chart.yaml": "name: sub\nversion: 1.0.0\n",
		"precious":       "digest: x\n",
	})
	app := filepath.Join(dir, "app")
	if err := os.Symlink("../precious", filepath.Join(app, "Chart.lock")); err != nil {
		t.Skip("no symbolic links:", err)
	}
	found := update(t, app, DependencyOptions{})
	if last := found[len(found)-1]; last.Code != "CH015" || !strings.Contains(last.Message, `the Chart.lock file is a symlink to "../precious"`) {
		t.Errorf("%v", found)
	}
	if got := fileText(t, filepath.Join(dir, "precious")); got != "digest: x\n" {
		t.Errorf("written: %q", got)
	}
}

func TestDependencyUpdateOnLoad(t *testing.T) {
	dir := writeTree(t, map[string]string{
		"app/Chart.yaml": v2Chart + "deprecated: true\ndependencies:\n- {name: sub, version: '*', repository: 'file://../sub'}\n",
		"sub/Chart.yaml": "name: sub\nversion: 1.0.0\n",
		"app.tgz":        string(tgz(t, plainFile("demo/Chart.yaml", v2Chart+"dependencies: [{name: sub}]\n"))),
	})
	app := filepath.Join(dir, "app")
	_, found, err := Load(context.Background(), app, LoadOptions{})
	if err != nil || found.Count(diag.Error) != 1 {
		t.Fatalf("%v, %v", found, err)
	}
	c, found, err := Load(context.Background(), app, LoadOptions{DependencyUpdate: true})
	if err != nil || len(found) != 1 || found[0].Code != "CH012" || len(c.Dependencies()) != 1 {
		t.Fatalf("%v, %v, %v", c, found, err)
	}
	wantTree(t, app, "Chart.lock", "Chart.yaml", "charts/sub-1.0.0.tgz")
	wantFinding(t, app+".tgz", LoadOptions{DependencyUpdate: true}, "CH002", "only unpacked charts can be updated")
}

func TestVerifyDependencies(t *testing.T) {
	author := newSigner(t, "author")
	r := startTestRepo(t)
	r.serve(t, "", [2]string{"demo", "1.0.0"})
	dir := writeTree(t, map[string]string{"Chart.yaml": v2Chart + "dependencies:\n- {name: demo, version: '*', repository: '" + r.URL + "/charts'}\n"})
	o := DependencyOptions{Access: Access{Settings: helmConfig(t, ""), Verify: true, Keyring: author.keyring}}
	wantOne(t, update(t, dir, o), "CH010", "failed to fetch provenance")
	lax := o
	lax.Verify = false
	clean(t, update(t, dir, lax))
	if d := wantOne(t, build(t, dir, o), "CH010", "Verification not found"); d.Severity != diag.Warning {
		t.Errorf("%s", d)
	}
	archive := writeArchive(t, "demo-1.0.0.tgz", r.files["/charts/demo-1.0.0.tgz"])
	r.files["/charts/demo-1.0.0.tgz.prov"] = []byte(author.sign(t, archive))
	clean(t, update(t, dir, o))
	clean(t, build(t, dir, o))
}
