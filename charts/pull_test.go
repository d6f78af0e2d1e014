package charts

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ProtonMail/go-crypto/openpgp"
	"github.com/google/go-cmp/cmp"
	"helm.sh/helm/v3/pkg/chart/loader"
	"helm.sh/helm/v3/pkg/provenance"
	"helm.sh/helm/v3/pkg/registry"

	"github.com/helmx-dev/helmx/diag"
)

// tree lists the files below a folder, sorted.
func tree(t testing.TB, dir string) []string {
	t.Helper()
	var files []string
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			rel, _ := filepath.Rel(dir, path)
			files = append(files, filepath.ToSlash(rel))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func mustPull(t testing.TB, ref string, o PullOptions) *Pulled {
	t.Helper()
	p, found, err := Pull(context.Background(), ref, o)
	if err != nil || len(found) > 0 {
		t.Fatalf("Pull(%s): %v, %v", ref, found, err)
	}
	return p
}

func wantTree(t *testing.T, dir string, want ...string) {
	t.Helper()
	if diff := cmp.Diff(want, tree(t, dir)); diff != "" {
		t.Errorf("files below %s: %s", dir, diff)
	}
}

// TestPullAsKustomize calls with what kustomize passes: pull --untar --untardir
// D --repo R NAME --version V.
func TestPullAsKustomize(t *testing.T) {
	r := startTestRepo(t)
	r.serve(t, "", [2]string{"demo", "1.0.0"}, [2]string{"demo", "1.1.0"})
	dir := filepath.Join(t.TempDir(), "charts", "demo-1.0.0")
	o := PullOptions{Untar: true, UntarDir: dir, Selection: Selection{RepoURL: r.URL + "/charts", Version: "1.0.0"}}
	p := mustPull(t, "demo", o)
	wantTree(t, dir, "demo/Chart.yaml", "demo/templates/cm.yaml", "demo/values.yaml")
	if p.Path != filepath.Join(dir, "demo") {
		t.Errorf("says %s", p.Path)
	}
	if got := version(mustLoad(t, p.Path, LoadOptions{})); got != "1.0.0" {
		t.Errorf("version %s", got)
	}
	_, found, err := Pull(context.Background(), "demo", o)
	if err != nil || len(found) != 1 || found[0].Code != "CH017" || !strings.Contains(found[0].Message, "failed to untar: a file or directory with the name "+p.Path+" already exists") {
		t.Errorf("second pull: %v, %v", found, err)
	}
}

func TestPullArchive(t *testing.T) {
	r := startTestRepo(t)
	r.serve(t, "", [2]string{"demo", "1.0.0"})
	dir := t.TempDir()
	o := PullOptions{Destination: dir}
	p := mustPull(t, r.URL+"/charts/demo-1.0.0.tgz", o)
	if got, err := os.ReadFile(p.Path); err != nil || string(got) != string(r.files["/charts/demo-1.0.0.tgz"]) {
		t.Errorf("%s: other bytes, %v", p.Path, err)
	}
	s := noLogins(t)
	host, _ := startRegistry(t, "", "")
	push(t, host, "", "", nil, [2]string{"demo", "1.2.0"})
	o.Access = Access{Settings: s, PlainHTTP: true}
	mustPull(t, "oci://"+host+"/charts/demo", o)
	wantTree(t, dir, "demo-1.0.0.tgz", "demo-1.2.0.tgz")

	// A file of the name is no chart to pull.
	t.Chdir(dir)
	_, found, err := Pull(context.Background(), "demo-1.0.0.tgz", o)
	if err != nil || len(found) != 1 || found[0].Code != "CH001" {
		t.Errorf("%v, %v", found, err)
	}
	// --untardir is below --destination.
	mustPull(t, r.URL+"/charts/demo-1.0.0.tgz", PullOptions{Destination: "out", Untar: true, UntarDir: "x"})
	wantTree(t, "out", "x/demo/Chart.yaml", "x/demo/templates/cm.yaml", "x/demo/values.yaml")
}

// TestPullNowhere: what cannot be written to for the way it was named is the
// user's to mend, and nothing is left behind.
func TestPullNowhere(t *testing.T) {
	dir := writeTree(t, map[string]string{"file": "x"})
	for _, test := range []struct {
		o    PullOptions
		says string
	}{
		{PullOptions{Destination: dir + "/nope"}, "the folder " + dir + "/nope does not exist"},
		{PullOptions{Destination: dir + "/file"}, dir + "/file is no folder"},
		{PullOptions{Destination: dir + "/file/below"}, dir + "/file/below is no folder"},
		{PullOptions{Untar: true, UntarDir: dir + "/file"}, dir + "/file cannot be made: a part of the path is a file"},
		{PullOptions{Untar: true, UntarDir: dir + "/file/below"}, dir + "/file/below cannot be made: a part of the path is a file"},
	} {
		_, found, err := Pull(context.Background(), "builtin:mesh", test.o)
		if err != nil || len(found) != 1 || found[0].Code != "CH017" || found[0].Message != test.says || found[0].Hint == "" {
			t.Errorf("%+v: %v, %v", test.o, found, err)
		}
	}
	wantTree(t, dir, "file")
}

func TestPullUnsafeArchive(t *testing.T) {
	r := startTestRepo(t)
	r.files["/demo.tgz"] = tgz(t, plainFile("demo/Chart.yaml", v2Chart), plainFile("demo/../../x", "x"))
	r.files["/dots.tgz"] = tgz(t, plainFile("demo/Chart.yaml", "name: ..\nversion: 1.0.0\n"))
	dir := t.TempDir()
	for ref, code := range map[string]string{"/demo.tgz": "CH006", "/dots.tgz": "CH003"} {
		_, found, err := Pull(context.Background(), r.URL+ref, PullOptions{Destination: dir, Untar: true})
		if err != nil || len(found) != 1 || found[0].Code != code {
			t.Errorf("%s: %v, %v", ref, found, err)
		}
	}
	wantTree(t, dir)
}

// TestPullBuiltin writes what is in the binary and reads it back, with Helm's
// loader as well.
func TestPullBuiltin(t *testing.T) {
	for _, name := range BuiltinNames() {
		dir := t.TempDir()
		folder := mustPull(t, BuiltinPrefix+name, PullOptions{Destination: dir, Untar: true})
		archive := mustPull(t, BuiltinPrefix+name, PullOptions{Destination: dir})
		want := mustLoad(t, BuiltinPrefix+name, LoadOptions{})
		if got := filepath.Base(archive.Path); got != want.Name()+"-"+version(want)+".tgz" {
			t.Errorf("%s: archive is called %s", name, got)
		}
		for _, path := range []string{folder.Path, archive.Path} {
			got, err := loader.Load(path)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want.Metadata, got.Metadata); diff != "" {
				t.Errorf("%s: %s", path, diff)
			}
			if diff := cmp.Diff(want.Values, got.Values); diff != "" {
				t.Errorf("%s: %s", path, diff)
			}
			if diff := cmp.Diff(want.Templates, got.Templates); diff != "" {
				t.Errorf("%s: %s", path, diff)
			}
			if diff := cmp.Diff(len(want.Dependencies()), len(got.Dependencies())); diff != "" {
				t.Errorf("%s: subcharts: %s", path, diff)
			}
		}
		if got, want := fileText(t, filepath.Join(folder.Path, "Chart.yaml")), string(rawData(want.Chart, "Chart.yaml")); got != want {
			t.Errorf("%s: Chart.yaml lost its text: %s", name, cmp.Diff(want, got))
		}
	}
}

func fileText(t testing.TB, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// signer is a key, in a public keyring file, and what it signs.
type signer struct {
	signatory *provenance.Signatory
	keyring   string
}

func newSigner(t testing.TB, name string) signer {
	t.Helper()
	entity, err := openpgp.NewEntity(name, "", name+"@example.com", nil)
	if err != nil {
		t.Fatal(err)
	}
	keyring := filepath.Join(t.TempDir(), "pubring.gpg")
	f, err := os.Create(keyring)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := entity.Serialize(f); err != nil {
		t.Fatal(err)
	}
	return signer{&provenance.Signatory{Entity: entity}, keyring}
}

// sign makes the provenance file of an archive on disk.
func (s signer) sign(t testing.TB, archive string) string {
	t.Helper()
	text, err := s.signatory.ClearSign(archive)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestVerify(t *testing.T) {
	author, stranger := newSigner(t, "author"), newSigner(t, "stranger")
	data := demoArchive(t, "demo", "1.0.0")
	path := writeArchive(t, "demo-1.0.0.tgz", data)
	o := LoadOptions{Access: Access{Verify: true, Keyring: author.keyring}}
	wantFinding(t, path, o, "CH010", "could not load provenance file "+path+".prov")
	prov := author.sign(t, path)
	if err := os.WriteFile(path+".prov", []byte(prov), 0o644); err != nil {
		t.Fatal(err)
	}
	mustLoad(t, path, o)
	wrong := o
	wrong.Keyring = stranger.keyring
	wantFinding(t, path, wrong, "CH010", "the signature does not hold")
	wrong.Keyring = path
	wantFinding(t, path, wrong, "CH010", "loading keyring")
	wantFinding(t, writeTree(t, map[string]string{"Chart.yaml": v2Chart}), o, "CH010", "unpacked charts cannot be verified")
	wantFinding(t, writeArchive(t, "demo.tar", data), o, "CH010", "chart must be a tgz file")

	r := startTestRepo(t)
	r.serve(t, "", [2]string{"demo", "1.0.0"})
	o.RepoURL = r.URL + "/charts"
	wantFinding(t, "demo", o, "CH010", "failed to fetch provenance", "404")
	r.files["/charts/demo-1.0.0.tgz"], r.files["/charts/demo-1.0.0.tgz.prov"] = data, []byte(prov)
	mustLoad(t, "demo", o)
	r.files["/charts/demo-1.0.0.tgz"] = demoArchive(t, "demo", "1.0.1")
	r.files["/charts/index.yaml"] = []byte(strings.ReplaceAll(string(r.files["/charts/index.yaml"]), "digest:", "checksum:"))
	wantFinding(t, "demo", o, "CH010", "the signature does not hold", r.URL+"/charts/demo-1.0.0.tgz")
	r.files["/charts/demo-1.0.0.tgz"] = data

	p := mustPull(t, "demo", PullOptions{Access: o.Access, Selection: o.Selection, Destination: t.TempDir()})
	if diff := cmp.Diff([]string{"author <author@example.com>"}, p.SignedBy); diff != "" || !strings.HasPrefix(p.Digest, "sha256:") || len(p.Fingerprint) != 40 {
		t.Errorf("%+v", p)
	}
	wantTree(t, filepath.Dir(p.Path), "demo-1.0.0.tgz", "demo-1.0.0.tgz.prov")

	dir := t.TempDir()
	mustPull(t, "demo", PullOptions{Selection: o.Selection, Destination: dir, KeepProvenance: true})
	wantTree(t, dir, "demo-1.0.0.tgz", "demo-1.0.0.tgz.prov")
	delete(r.files, "/charts/demo-1.0.0.tgz.prov")
	_, found, err := Pull(context.Background(), "demo", PullOptions{Selection: o.Selection, Destination: dir, KeepProvenance: true})
	if err != nil || len(found) != 1 || found[0].Severity != diag.Warning || !strings.Contains(found[0].Message, "Verification not found for") {
		t.Errorf("%v, %v", found, err)
	}
}

func TestVerifyFromRegistry(t *testing.T) {
	s := noLogins(t)
	author := newSigner(t, "author")
	host, _ := startRegistry(t, "", "")
	ref := "oci://" + host + "/charts/demo"
	o := LoadOptions{Access: Access{Settings: s, PlainHTTP: true, Verify: true, Keyring: author.keyring}}
	push(t, host, "", "", nil, [2]string{"demo", "1.0.0"})
	wantFinding(t, ref, o, "CH010", "failed to fetch provenance", "holds no provenance file")
	data := demoArchive(t, "demo", "1.1.0")
	prov := author.sign(t, writeArchive(t, "demo-1.1.0.tgz", data))
	client, err := registry.NewClient(registry.ClientOptPlainHTTP(), registry.ClientOptCredentialsFile(s.RegistryConfig))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := client.Push(data, host+"/charts/demo:1.1.0", registry.PushOptProvData([]byte(prov))); err != nil {
		t.Fatal(err)
	}
	mustLoad(t, ref, o)
}
