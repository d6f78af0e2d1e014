package charts

import (
	"context"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	ociregistry "github.com/google/go-containerregistry/pkg/registry"
	"helm.sh/helm/v3/pkg/registry"
)

var discardLog = log.New(io.Discard, "", 0)

// startRegistry runs a real OCI registry on loopback. It demands the user and
// password when they are given.
func startRegistry(t testing.TB, username, password string) (host string, server *httptest.Server) {
	t.Helper()
	server = newRegistry(t, username, password)
	server.Start()
	return strings.TrimPrefix(server.URL, "http://"), server
}

func newRegistry(t testing.TB, username, password string) *httptest.Server {
	handler := ociregistry.New(ociregistry.Logger(discardLog))
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if u, p, _ := r.BasicAuth(); username != "" && (u != username || p != password) {
			w.Header().Set("WWW-Authenticate", `Basic realm="test"`)
			http.Error(w, `{"errors":[{"code":"UNAUTHORIZED"}]}`, http.StatusUnauthorized)
			return
		}
		handler.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	return server
}

// push uploads with Helm's own client.
func push(t testing.TB, host, username, password string, options []registry.PushOption, charts ...[2]string) string {
	t.Helper()
	client, err := registry.NewClient(registry.ClientOptPlainHTTP(), registry.ClientOptBasicAuth(username, password),
		registry.ClientOptCredentialsFile(filepath.Join(t.TempDir(), "config.json")))
	if err != nil {
		t.Fatal(err)
	}
	digest := ""
	for _, c := range charts {
		result, err := client.Push(demoArchive(t, c[0], c[1]), host+"/charts/"+c[0]+":"+c[1], options...)
		if err != nil {
			t.Fatal(err)
		}
		digest = result.Manifest.Digest
	}
	return digest
}

func TestRegistry(t *testing.T) {
	s := noLogins(t)
	host, _ := startRegistry(t, "", "")
	push(t, host, "", "", nil, [2]string{"demo", "1.0.0"}, [2]string{"demo", "1.10.0"}, [2]string{"demo", "1.9.0"}, [2]string{"demo", "2.0.0-rc.1"})
	digest := push(t, host, "", "", nil, [2]string{"demo", "1.9.1+build.5"})
	load := func(ref, version string, devel bool) *Chart {
		return mustLoad(t, ref, LoadOptions{Access: Access{Settings: s, PlainHTTP: true}, Selection: Selection{Version: version, Devel: devel}})
	}
	ref := "oci://" + host + "/charts/demo"
	for _, test := range []struct {
		ref, version string
		devel        bool
		want         string
	}{
		{ref, "", false, "1.10.0"},
		{ref, "", true, "2.0.0-rc.1"},
		{ref, "<1.9.1", false, "1.9.0"},
		{ref, "1.0.0", false, "1.0.0"},
		{ref, "1.9.1+build.5", false, "1.9.1+build.5"},
		{ref + ":1.9.0", "", false, "1.9.0"},
		{ref + "@" + digest, "", false, "1.9.1+build.5"},
	} {
		if got := version(load(test.ref, test.version, test.devel)); got != test.want {
			t.Errorf("%s %q: %s, want %s", test.ref, test.version, got, test.want)
		}
	}
	// Without --plain-http Helm falls back to it when the registry answers so.
	mustLoad(t, ref, LoadOptions{Access: Access{Settings: s}})

	o := LoadOptions{Access: Access{Settings: s, PlainHTTP: true}}
	wantFinding(t, "oci://"+host+"/charts/none", o, "CH001", "/charts/none", "404")
	wantFinding(t, ref+":3.0.0", o, "CH001", "demo:3.0.0", "not found")
	wantFinding(t, "oci://"+host+"/Not A Name", o, "CH001", "invalid")
	o.Version = "^7"
	wantFinding(t, ref, o, "CH001", "Could not locate a version matching provided version string ^7")
	o.Version = "1.0.0"
	wantFinding(t, ref+":1.9.0", o, "CH001", "chart reference and version mismatch: 1.0.0 is not 1.9.0")
}

// noLogins keeps the logins of the machine out of the tests.
func noLogins(t *testing.T) Settings {
	dir := t.TempDir()
	t.Setenv("DOCKER_CONFIG", dir)
	return Settings{RegistryConfig: filepath.Join(dir, "registry.json")}
}

func TestRegistryLogin(t *testing.T) {
	s := noLogins(t)
	host, _ := startRegistry(t, "me", "secret")
	push(t, host, "me", "secret", nil, [2]string{"demo", "1.0.0"})
	ref := "oci://" + host + "/charts/demo"
	o := LoadOptions{Access: Access{Settings: s, PlainHTTP: true}}
	wantFinding(t, ref, o, "CH021", "--username")
	withFlags := o
	withFlags.Username, withFlags.Password = "me", "wrong"
	wantFinding(t, ref, withFlags, "CH021", "401")
	withFlags.Password = "secret"
	mustLoad(t, ref, withFlags)

	// What `helm registry login` wrote: base64 of me:secret.
	dir := writeTree(t, map[string]string{"config.json": `{"auths": {"` + host + `": {"auth": "bWU6c2VjcmV0"}}}`, "broken.json": "{"})
	o.Settings.RegistryConfig = filepath.Join(dir, "config.json")
	mustLoad(t, ref, o)
	o.Settings.RegistryConfig = filepath.Join(dir, "broken.json")
	wantFinding(t, ref, o, "CH023", "broken.json")
}

func TestRegistryTLS(t *testing.T) {
	s := noLogins(t)
	server, client := newKeyPair(t, "server"), newKeyPair(t, "client")
	registryServer := newRegistry(t, "", "")
	host := strings.TrimPrefix(startTLS(t, registryServer, server, client), "https://")
	o := LoadOptions{Access: Access{Settings: s, CertFile: client.cert, KeyFile: client.key, CAFile: server.cert}}
	l := locator{reading: &reading{ctx: context.Background()}, Access: &o.Access, Selection: &o.Selection}
	c, err := l.registryClient()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Push(demoArchive(t, "demo", "1.0.0"), host+"/charts/demo:1.0.0"); err != nil {
		t.Fatal(err)
	}
	mustLoad(t, "oci://"+host+"/charts/demo", o)
	o.CAFile = client.cert
	if _, found, err := Load(context.Background(), "oci://"+host+"/charts/demo", o); err == nil || len(found) > 0 {
		t.Errorf("unknown authority: %v, %v, want an error", found, err)
	}
}

func TestArtifactThatIsNoChart(t *testing.T) {
	s := noLogins(t)
	host, server := startRegistry(t, "", "")
	manifest := `{"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json", "config": {"mediaType": "application/vnd.oci.image.config.v1+json", "digest": "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a", "size": 2}, "layers": []}`
	for _, step := range []struct{ method, path, kind, body string }{
		{http.MethodPut, "/v2/img/manifests/1.0.0", "application/vnd.oci.image.manifest.v1+json", manifest},
	} {
		req, err := http.NewRequest(step.method, server.URL+step.path, strings.NewReader(step.body))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", step.kind)
		resp, err := http.DefaultClient.Do(req)
		if err != nil || resp.StatusCode >= 300 {
			t.Fatal(resp, err)
		}
		resp.Body.Close()
	}
	wantFinding(t, "oci://"+host+"/img:1.0.0", LoadOptions{Access: Access{Settings: s, PlainHTTP: true}}, "CH001", "minimum number of descriptors")
}

func TestArchiveNames(t *testing.T) {
	for u, want := range map[string]string{
		"https://example.com/charts/a-1.0.0.tgz?token=x": "a-1.0.0.tgz",
		"oci://example.com/charts/a:1.0.0":               "a-1.0.0.tgz",
		"oci://example.com/charts/a@sha256:beef":         "a@sha256-beef.tgz",
	} {
		if got := (location{url: u}).archiveName(); got != want {
			t.Errorf("%s: %s, want %s", u, got, want)
		}
	}
}
