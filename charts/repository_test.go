package charts

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/helmx-dev/helmx/diag"
)

// tgz packs entries as they stand: names may be anything.
func tgz(t testing.TB, entries ...tar.Header) []byte {
	t.Helper()
	var out bytes.Buffer
	z, _ := gzip.NewWriterLevel(&out, gzip.BestSpeed) // a valid level
	w := tar.NewWriter(z)
	for _, h := range entries {
		content := h.PAXRecords["content"]
		h.PAXRecords = nil
		if h.Size == 0 {
			h.Size = int64(len(content))
		}
		h.Mode = 0o644
		if err := w.WriteHeader(&h); err != nil {
			t.Fatal(err)
		}
		if h.Typeflag != tar.TypeReg && h.Typeflag != 0 {
			continue
		}
		if content == "" && h.Size > 0 {
			content = strings.Repeat("x", int(h.Size))
		}
		if _, err := w.Write([]byte(content)); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(w.Close(), z.Close()); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// plainFile is a plain file of an archive.
func plainFile(name, content string) tar.Header {
	return tar.Header{Name: name, PAXRecords: map[string]string{"content": content}}
}

// demoArchive is a chart with one template that tells its version.
func demoArchive(t testing.TB, name, version string) []byte {
	return tgz(t,
		plainFile(name+"/Chart.yaml", "apiVersion: v2\nname: "+name+"\nversion: "+version+"\n"),
		plainFile(name+"/values.yaml", "version: "+version+"\n"),
		plainFile(name+"/templates/cm.yaml", "kind: ConfigMap\n"),
	)
}

// testRepo is a chart repository on loopback that remembers what it was asked
// for and with which credentials.
type testRepo struct {
	*httptest.Server
	files              map[string][]byte // path -> content
	redirects          map[string]string // path -> location
	username, password string            // demanded when set

	mu   sync.Mutex
	seen map[string]string // path -> user:password, "" for none
}

func newTestRepo(t testing.TB) *testRepo {
	r := &testRepo{files: map[string][]byte{}, redirects: map[string]string{}, seen: map[string]string{}}
	r.Server = httptest.NewUnstartedServer(r)
	t.Cleanup(func() { r.Close() })
	return r
}

func startTestRepo(t testing.TB) *testRepo {
	r := newTestRepo(t)
	r.Start()
	return r
}

func (r *testRepo) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	user, pass, _ := req.BasicAuth()
	r.mu.Lock()
	r.seen[req.URL.Path] = strings.Trim(user+":"+pass, ":")
	r.mu.Unlock()
	if user != r.username && r.username != "" || pass != r.password && r.password != "" {
		w.Header().Set("WWW-Authenticate", "Basic")
		http.Error(w, "who are you?", http.StatusUnauthorized)
		return
	}
	if to, ok := r.redirects[req.URL.Path]; ok {
		http.Redirect(w, req, to, http.StatusFound)
		return
	}
	data, ok := r.files[req.URL.Path]
	if !ok {
		http.NotFound(w, req)
		return
	}
	w.Write(data)
}

func (r *testRepo) credentialsAt(path string) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.seen[path]
}

func (r *testRepo) asked(path string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	_, ok := r.seen[path]
	return ok
}

// serve puts charts into the repository; urls are relative unless base is set.
func (r *testRepo) serve(t testing.TB, base string, charts ...[2]string) {
	t.Helper()
	var index strings.Builder
	index.WriteString("apiVersion: v1\nentries:\n")
	byName := map[string][][2]string{}
	var order []string
	for _, c := range charts {
		if byName[c[0]] == nil {
			order = append(order, c[0])
		}
		byName[c[0]] = append(byName[c[0]], c)
	}
	for _, name := range order {
		fmt.Fprintf(&index, "  %s:\n", name)
		for _, c := range byName[name] {
			data, file := demoArchive(t, c[0], c[1]), c[0]+"-"+c[1]+".tgz"
			r.files["/charts/"+file] = data
			sum := sha256.Sum256(data)
			fmt.Fprintf(&index, "  - {apiVersion: v2, name: %s, version: %s, digest: %x, urls: ['%s%s'], extra: ignored}\n", c[0], c[1], sum, base, file)
		}
	}
	r.files["/charts/index.yaml"] = []byte(index.String())
}

// version is what the loaded chart says of itself.
func version(c *Chart) string { return c.Metadata.Version }

// wantFinding loads and expects exactly one error, of this code, that says this.
func wantFinding(t *testing.T, ref string, o LoadOptions, code string, says ...string) diag.Diagnostic {
	t.Helper()
	c, found, err := Load(context.Background(), ref, o)
	if err != nil {
		t.Fatalf("Load(%s): error %v, want a finding", ref, err)
	}
	if c != nil || found.Count(diag.Error) != 1 {
		t.Fatalf("Load(%s) = %v, %v, want one error", ref, c, found)
	}
	for _, d := range found {
		if d.Severity != diag.Error {
			continue
		}
		if d.Code != code {
			t.Errorf("code %s, want %s: %s", d.Code, code, d)
		}
		for _, s := range says {
			if !strings.Contains(d.String(), s) {
				t.Errorf("%s\ndoes not say %q", d, s)
			}
		}
		return d
	}
	panic("unreachable")
}

func inRepo(r *testRepo, version string) LoadOptions {
	return LoadOptions{Selection: Selection{RepoURL: r.URL + "/charts", Version: version}}
}

func TestVersionsOfRepository(t *testing.T) {
	r := startTestRepo(t)
	r.serve(t, "", [2]string{"demo", "1.0.0"}, [2]string{"demo", "1.10.0"}, [2]string{"demo", "1.9.0"}, [2]string{"demo", "2.0.0-rc.1"}, [2]string{"demo", "1.2.0+build"})
	for _, test := range []struct {
		version string
		devel   bool
		want    string
	}{
		{"", false, "1.10.0"},
		{"", true, "2.0.0-rc.1"},
		{"1.0.0", true, "1.0.0"},
		{"<1.10", false, "1.9.0"},
		{"~1.2", false, "1.2.0+build"},
		{"^2.0.0-0", false, "2.0.0-rc.1"},
		{" 1.9.0 ", false, "1.9.0"},
	} {
		o := inRepo(r, test.version)
		o.Devel = test.devel
		if got := version(mustLoad(t, "demo", o)); got != test.want {
			t.Errorf("version %q, devel %v: %s, want %s", test.version, test.devel, got, test.want)
		}
	}
	wantFinding(t, "demo", inRepo(r, "3.0.0"), "CH001", fmt.Sprintf("chart \"demo\" version \"3.0.0\" not found in %s/charts repository", r.URL), "2.0.0-rc.1")
	wantFinding(t, "dmeo", inRepo(r, ""), "CH001", `chart "dmeo" not found in`, `did you mean "demo"?`)
	wantFinding(t, "demo", inRepo(r, "one"), "CH001", `invalid version or constraint "one"`)
}

func TestRepositoryThatIsNone(t *testing.T) {
	r := startTestRepo(t)
	o := inRepo(r, "")
	wantFinding(t, "demo", o, "CH001", "is not a valid chart repository or cannot be reached", "404 Not Found")
	for content, says := range map[string]string{
		"":                            "empty index.yaml file",
		"<html><body>Sign in</body>":  "not the index of a chart repository",
		"entries: {}":                 "no API version specified",
		"apiVersion: v1\nentries: []": "expected a map",
	} {
		r.files["/charts/index.yaml"] = []byte(content)
		wantFinding(t, "demo", o, "CH024", says)
	}
	o.RepoURL = "oci://example.com/charts"
	wantFinding(t, "demo", o, "CH001", "name the chart as oci://example.com/charts/demo")
	r.Close()
	o.RepoURL = r.URL
	if _, found, err := Load(context.Background(), "demo", o); err == nil || len(found) > 0 {
		t.Errorf("a server that is down: %v, %v, want an error", found, err)
	}
}

func TestChecksumOfIndex(t *testing.T) {
	r := startTestRepo(t)
	r.serve(t, "", [2]string{"demo", "1.0.0"})
	r.files["/charts/demo-1.0.0.tgz"] = demoArchive(t, "demo", "1.0.1")
	wantFinding(t, "demo", inRepo(r, ""), "CH011", "SHA-256", "demo-1.0.0.tgz")
}

func TestCredentialsStayWithTheirHost(t *testing.T) {
	repo, other := startTestRepo(t), startTestRepo(t)
	repo.username, repo.password = "me", "secret"
	other.serve(t, "", [2]string{"demo", "1.0.0"})
	repo.serve(t, other.URL+"/charts/", [2]string{"demo", "1.0.0"})
	other.files = map[string][]byte{"/charts/demo-1.0.0.tgz": repo.files["/charts/demo-1.0.0.tgz"]}

	o := inRepo(repo, "")
	wantFinding(t, "demo", o, "CH021", "401 Unauthorized", "--username")
	o.Username, o.Password = "me", "secret"
	mustLoad(t, "demo", o)
	if got := other.credentialsAt("/charts/demo-1.0.0.tgz"); got != "" {
		t.Errorf("another host was shown %q", got)
	}
	o.PassCredentials = true
	mustLoad(t, "demo", o)
	if got := other.credentialsAt("/charts/demo-1.0.0.tgz"); got != "me:secret" {
		t.Errorf("with --pass-credentials the other host was shown %q", got)
	}
}

func TestRedirectLeavesCredentialsBehind(t *testing.T) {
	repo, other := startTestRepo(t), startTestRepo(t)
	repo.username, repo.password = "me", "secret"
	repo.serve(t, "", [2]string{"demo", "1.0.0"})
	other.files["/x"] = repo.files["/charts/demo-1.0.0.tgz"]
	// The same host on another port: net/http itself would pass the header on.
	repo.redirects["/charts/demo-1.0.0.tgz"] = other.URL + "/x"
	o := inRepo(repo, "")
	o.Username, o.Password = "me", "secret"
	mustLoad(t, "demo", o)
	if got := other.credentialsAt("/x"); got != "" {
		t.Errorf("the target of a redirect was shown %q", got)
	}
	repo.redirects["/charts/demo-1.0.0.tgz"] = repo.URL + "/charts/demo-1.0.0.tgz"
	if _, _, err := Load(context.Background(), "demo", o); err == nil || !strings.Contains(err.Error(), "stopped after 10 redirects") {
		t.Errorf("redirect loop: %v", err)
	}
}

// helmConfig writes repositories.yaml and an empty cache.
func helmConfig(t testing.TB, repositories string) Settings {
	dir := writeTree(t, map[string]string{"repositories.yaml": "apiVersion: \"\"\nrepositories:\n" + repositories})
	return Settings{RepositoryConfig: filepath.Join(dir, "repositories.yaml"), RepositoryCache: filepath.Join(dir, "cache")}
}

func cacheFile(t testing.TB, s Settings, name string, data []byte) {
	t.Helper()
	if err := os.MkdirAll(s.RepositoryCache, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(s.RepositoryCache, name), data, 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestNamedRepository(t *testing.T) {
	r := startTestRepo(t)
	r.username, r.password = "me", "secret"
	r.serve(t, "", [2]string{"demo", "1.0.0"}, [2]string{"demo", "1.1.0"})
	s := helmConfig(t, fmt.Sprintf("- {name: example, url: '%s/charts', username: me, password: secret}\n- {name: empty}\n- {name: fresh, url: 'http://x'}\n", r.URL))
	o := LoadOptions{Access: Access{Settings: s}}
	wantFinding(t, "example/demo", o, "CH001", "no cached repo found. (try 'helm repo update')")
	cacheFile(t, s, "example-index.yaml", r.files["/charts/index.yaml"])
	if got := version(mustLoad(t, "example/demo", o)); got != "1.1.0" {
		t.Errorf("loaded %s", got)
	}
	if r.asked("/charts/index.yaml") {
		t.Error("the cached index was not used")
	}
	// A URL typed by hand gets the credentials of the repository that lists it.
	cacheFile(t, s, "example-index.yaml", bytes.ReplaceAll(r.files["/charts/index.yaml"], []byte("['"), []byte("['"+r.URL+"/charts/")))
	mustLoad(t, r.URL+"/charts/demo-1.0.0.tgz", o)
	wantFinding(t, "exmaple/demo", o, "CH001", "repo exmaple not found", `did you mean "example"?`)
	wantFinding(t, "empty/demo", o, "CH023", "no URL found for repository empty")
	wantFinding(t, "example/dem", o, "CH001", `chart "dem" not found in example repository. (try 'helm repo update')`, `did you mean "demo"?`)
	wantFinding(t, "zt", o, "CH001", "non-absolute URLs should be in form of repo_name/path_to_chart, got: zt")
	wantFinding(t, "ztunnel", o, "CH001", "did you mean builtin:istio/ztunnel?")
	wantFinding(t, "ftp://example.com/x.tgz", o, "CH001", `scheme "ftp" not supported`)
	wantFinding(t, r.URL+"/charts/none.tgz", o, "CH021", "401")
	if err := os.WriteFile(s.RepositoryConfig, []byte("repositories:\n  - name: x\n   url: y\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	d := wantFinding(t, "example/demo", o, "CH023", "repositories.yaml:")
	if d.Span.Start.Line < 2 {
		t.Errorf("no line: %s", d)
	}
}

func TestURL(t *testing.T) {
	r := startTestRepo(t)
	r.serve(t, "", [2]string{"demo", "1.0.0"})
	c := mustLoad(t, r.URL+"/charts/demo-1.0.0.tgz", LoadOptions{})
	if version(c) != "1.0.0" || c.Path != "" || c.Dir || c.UserPath("demo/templates/cm.yaml") != "demo/templates/cm.yaml" {
		t.Errorf("%+v", c)
	}
	wantFinding(t, r.URL+"/charts/demo-2.0.0.tgz", LoadOptions{}, "CH001", "404 Not Found")
	r.files["/page"] = []byte("<html>")
	wantFinding(t, r.URL+"/page", LoadOptions{}, "CH008", "does not appear to be a gzipped archive; got 'text/html")
}

func TestCancelledFetch(t *testing.T) {
	release := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		select {
		case <-release:
		case <-req.Context().Done():
		}
	}))
	defer server.Close()
	defer close(release)
	for _, ref := range []string{server.URL + "/demo-1.0.0.tgz", "oci" + strings.TrimPrefix(server.URL, "http") + "/demo:1.0.0"} {
		ctx, cancel := context.WithCancelCause(context.Background())
		stopped := errors.New("interrupted")
		time.AfterFunc(50*time.Millisecond, func() { cancel(stopped) })
		start := time.Now()
		_, found, err := Load(ctx, ref, LoadOptions{Access: Access{PlainHTTP: true}})
		if !errors.Is(err, stopped) || len(found) > 0 {
			t.Errorf("%s: %v, %v", ref, found, err)
		}
		if took := time.Since(start); took > 5*time.Second {
			t.Errorf("%s: stopped after %s", ref, took)
		}
	}
}

// keyPair is a certificate for loopback and its key, in files.
type keyPair struct {
	cert, key string
	tls       tls.Certificate
}

// newKeyPair makes a self-signed certificate that is its own authority.
func newKeyPair(t testing.TB, name string) keyPair {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		DNSNames: []string{"localhost", "127.0.0.1"}, IPAddresses: nil,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
		IsCA:        true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	keyDER, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	dir := writeTree(t, map[string]string{
		"cert.pem": string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})),
		"key.pem":  string(pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: keyDER})),
	})
	k := keyPair{cert: filepath.Join(dir, "cert.pem"), key: filepath.Join(dir, "key.pem")}
	if k.tls, err = tls.LoadX509KeyPair(k.cert, k.key); err != nil {
		t.Fatal(err)
	}
	return k
}

// startTLS serves with a certificate that only clients know, and demands the
// client's own. It returns the URL by name, which the certificate holds.
func startTLS(t testing.TB, s *httptest.Server, server, client keyPair) string {
	t.Helper()
	pool := x509.NewCertPool()
	data, err := os.ReadFile(client.cert)
	if err != nil || !pool.AppendCertsFromPEM(data) {
		t.Fatal(err)
	}
	s.TLS = &tls.Config{Certificates: []tls.Certificate{server.tls}, ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: pool}
	s.Config.ErrorLog = discardLog
	s.StartTLS()
	u, err := url.Parse(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	return "https://localhost:" + u.Port()
}

func TestPasswordsAreNotPrinted(t *testing.T) {
	r := startTestRepo(t)
	base := strings.Replace(r.URL, "://", "://me:secret@", 1)
	for _, ref := range []string{base + "/x.tgz", "ftp://me:secret@example.com/x.tgz", "http://me:secret@example.com/%zz"} {
		if d := wantFinding(t, ref, LoadOptions{}, "CH001"); strings.Contains(fmt.Sprint(d), "secret") {
			t.Error(d)
		}
	}
	if got := r.credentialsAt("/x.tgz"); got != "me:secret" {
		t.Errorf("the URL's own credentials arrived as %q", got)
	}
	o := LoadOptions{Selection: Selection{RepoURL: base + "/charts"}}
	if d := wantFinding(t, "demo", o, "CH001"); strings.Contains(fmt.Sprint(d), "secret") {
		t.Error(d)
	}
	r.serve(t, "", [2]string{"demo", "1.0.0"})
	if d := wantFinding(t, "dmeo", o, "CH001"); strings.Contains(fmt.Sprint(d), "secret") {
		t.Error(d)
	}
}

func TestTLSWithClientCertificate(t *testing.T) {
	server, client := newKeyPair(t, "server"), newKeyPair(t, "client")
	r := newTestRepo(t)
	base := startTLS(t, r.Server, server, client)
	r.serve(t, "", [2]string{"demo", "1.0.0"})
	o := LoadOptions{Selection: Selection{RepoURL: base + "/charts"}}
	o.CertFile, o.KeyFile, o.CAFile = client.cert, client.key, server.cert
	mustLoad(t, "demo", o)

	unverified := o
	unverified.CAFile, unverified.InsecureSkipTLSVerify = "", true
	mustLoad(t, "demo", unverified)

	for name, broken := range map[string]func(*LoadOptions){
		"unknown authority": func(o *LoadOptions) { o.CAFile = client.cert },
		"no certificate":    func(o *LoadOptions) { o.CertFile, o.KeyFile = "", "" },
	} {
		bad := o
		broken(&bad)
		if _, found, err := Load(context.Background(), "demo", bad); err == nil || len(found) > 0 {
			t.Errorf("%s: %v, %v, want an error", name, found, err)
		}
	}
	missing := o
	missing.CAFile = "none.pem"
	wantFinding(t, "demo", missing, "CH022", "can't read CA file", "none.pem")
	missing = o
	missing.CAFile = client.key
	wantFinding(t, "demo", missing, "CH022", "holds no certificate")
	missing = o
	missing.KeyFile = client.cert
	wantFinding(t, "demo", missing, "CH022", "can't load key pair")

	// The same settings from Helm's repositories.yaml.
	s := helmConfig(t, fmt.Sprintf("- {name: example, url: '%s/charts', certFile: %s, keyFile: %s, caFile: %s}\n", base, client.cert, client.key, server.cert))
	cacheFile(t, s, "example-index.yaml", r.files["/charts/index.yaml"])
	mustLoad(t, "example/demo", LoadOptions{Access: Access{Settings: s}})
}

func TestURLsOfIndex(t *testing.T) {
	for _, test := range [][3]string{
		{"https://example.com/charts", "a-1.tgz", "https://example.com/charts/a-1.tgz"},
		{"https://example.com/charts/", "a-1.tgz", "https://example.com/charts/a-1.tgz"},
		{"https://example.com", "x/a-1.tgz", "https://example.com/x/a-1.tgz"},
		{"https://example.com/charts", "/a-1.tgz", "https://example.com/a-1.tgz"},
		{"https://example.com/charts?token=t", "a-1.tgz", "https://example.com/charts/a-1.tgz?token=t"},
		{"https://example.com/a%2Fb", "a-1.tgz", "https://example.com/a%2Fb/a-1.tgz"},
		{"https://example.com/charts", "https://cdn.example.com/a-1.tgz?x=y", "https://cdn.example.com/a-1.tgz?x=y"},
	} {
		if got, err := resolveURL(test[0], test[1]); got != test[2] || err != nil {
			t.Errorf("%s + %s = %s, %v, want %s", test[0], test[1], got, err, test[2])
		}
	}
	for _, test := range []struct {
		a, b string
		same bool
	}{
		{"https://example.com/charts", "https://example.com/charts/", true},
		{"https://example.com", "https://example.com/", true},
		{"https://example.com/a//b/", "https://example.com/a/b", true},
		{"https://example.com/a", "http://example.com/a", false},
		{"https://example.com/a", "https://example.com:8443/a", false},
		{"%zz", "%zz", true},
	} {
		if got := sameURL(test.a, test.b); got != test.same {
			t.Errorf("sameURL(%s, %s) = %v", test.a, test.b, got)
		}
	}
}
