package plugins

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/ProtonMail/go-crypto/openpgp"

	"github.com/helmx-dev/helmx/e2e/counterpart"
)

// packed is what "make plugin-package" left, made once.
var packed struct {
	sync.Once
	dir, public string
	err         error
}

func TestMain(m *testing.M) {
	code := m.Run()
	os.RemoveAll(packed.dir)
	os.Exit(code)
}

// archives returns the folder of the archives of a Helm, for this machine, and
// the public key that they are signed with.
func archives(t *testing.T, major int) (dir, public string) {
	t.Helper()
	packed.Do(func() {
		if packed.dir, packed.err = os.MkdirTemp("", "plugins of helmx-"); packed.err != nil {
			return
		}
		packed.public = filepath.Join(packed.dir, "public.gpg")
		secret := filepath.Join(packed.dir, "secret.gpg")
		if packed.err = throwAwayKey(secret, packed.public); packed.err != nil {
			return
		}
		// BUILD is empty so that what is compiled already is used.
		cmd := exec.Command("make", "plugin-package", "BUILD=", "DIST="+packed.dir,
			"PLATFORMS="+runtime.GOOS+"/"+runtime.GOARCH, "KEY=helmx e2e", "KEYRING="+secret)
		cmd.Dir = counterpart.Root(t)
		if out, err := cmd.CombinedOutput(); err != nil {
			packed.err = fmt.Errorf("make plugin-package: %w\n%s", err, out)
		}
	})
	if packed.err != nil {
		t.Fatal(packed.err)
	}
	return filepath.Join(packed.dir, "plugins", fmt.Sprintf("helm%d-%s-%s", major, runtime.GOOS, runtime.GOARCH)), packed.public
}

func throwAwayKey(secret, public string) error {
	key, err := openpgp.NewEntity("helmx e2e", "throw-away key", "e2e@example.com", nil)
	if err != nil {
		return err
	}
	var secrets, publics bytes.Buffer
	if err := key.SerializePrivate(&secrets, nil); err != nil {
		return err
	}
	if err := key.Serialize(&publics); err != nil {
		return err
	}
	if err := os.WriteFile(secret, secrets.Bytes(), 0o600); err != nil {
		return err
	}
	return os.WriteFile(public, publics.Bytes(), 0o600)
}

// archive returns the one archive of a plugin.
func archive(t *testing.T, dir, plugin string) string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(dir, plugin+"-[0-9]*.tgz"))
	if err != nil || len(found) != 1 {
		t.Fatalf("archives of %s: %v %v", plugin, found, err)
	}
	return found[0]
}

// serve serves a folder as a release page does; Helm 3 looks at the type.
func serve(t *testing.T, dir string) *httptest.Server {
	t.Helper()
	files := http.FileServer(http.Dir(dir))
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, ".tgz") {
			w.Header().Set("Content-Type", "application/gzip")
		}
		files.ServeHTTP(w, r)
	}))
	t.Cleanup(s.Close)
	return s
}

func TestChecksums(t *testing.T) {
	dir, _ := archives(t, 4)
	sums, err := os.ReadFile(filepath.Join(filepath.Dir(dir), "checksums.txt"))
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(sums)), "\n")
	if len(lines) != 6 { // three archives and their signatures
		t.Errorf("checksums.txt:\n%s", sums)
	}
	for _, line := range lines {
		want, name, _ := strings.Cut(line, "  ")
		data, err := os.ReadFile(filepath.Join(filepath.Dir(dir), name))
		if err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprintf("%x", sha256.Sum256(data)); got != want {
			t.Errorf("%s: %s, not %s", name, got, want)
		}
	}
}

// TestFromServer installs signed archives over HTTP. Helm 3 knows no signatures
// of plugins.
func TestFromServer(t *testing.T) {
	helms(t, func(t *testing.T, b bench) {
		dir, public := archives(t, b.major)
		url := serve(t, dir).URL + "/"
		if b.major == 3 {
			b.must(t, "plugin", "install", url+filepath.Base(archive(t, dir, "helmx")))
			b.works(t)
			b.must(t, "plugin", "uninstall", "helmx")
			b.gone(t)
			return
		}
		for _, name := range []string{"helmx", "helmx-cli"} {
			out := b.must(t, "plugin", "install", url+filepath.Base(archive(t, dir, name)), "--keyring", public)
			if !strings.Contains(out, "Plugin Hash Verified") {
				t.Errorf("not verified:\n%s", out)
			}
		}
		if out := b.must(t, "plugin", "list"); strings.Count(out, "signed") < 2 {
			t.Errorf("helm plugin list:\n%s", out)
		}
		b.works(t)
		b.must(t, "plugin", "uninstall", "helmx", "helmx-cli")
		b.gone(t)
	})
}

// TestFromFile installs archives that lie on the disk: with Helm 4 as they are,
// with Helm 3 unpacked.
func TestFromFile(t *testing.T) {
	helms(t, func(t *testing.T, b bench) {
		dir, public := archives(t, b.major)
		if b.major == 3 {
			folder := filepath.Join(t.TempDir(), "helmx")
			if err := os.Mkdir(folder, 0o755); err != nil {
				t.Fatal(err)
			}
			if out, err := exec.Command("tar", "-xzf", archive(t, dir, "helmx"), "-C", folder).CombinedOutput(); err != nil {
				t.Fatalf("tar: %v\n%s", err, out)
			}
			b.must(t, "plugin", "install", folder)
			b.works(t)
			b.must(t, "plugin", "uninstall", "helmx")
			b.gone(t)
			return
		}
		b.must(t, "plugin", "install", archive(t, dir, "helmx"), "--verify=false")
		b.must(t, "plugin", "install", archive(t, dir, "helmx-cli"), "--keyring", public)
		b.works(t)
		b.must(t, "plugin", "uninstall", "helmx", "helmx-cli")
		b.gone(t)
	})
}

// TestTampered makes sure that the signature is of these bytes.
func TestTampered(t *testing.T) {
	b := bench{major: 4, helm: counterpart.Helm4(t)}.own(t)
	dir, public := archives(t, 4)
	original := archive(t, dir, "helmx")
	data, err := os.ReadFile(original)
	if err != nil {
		t.Fatal(err)
	}
	prov, err := os.ReadFile(original + ".prov")
	if err != nil {
		t.Fatal(err)
	}
	copied := filepath.Join(t.TempDir(), filepath.Base(original))
	write(t, copied, string(data)+"x", 0o600)
	write(t, copied+".prov", string(prov), 0o600)
	if said := b.fails(t, 1, "plugin", "install", copied, "--keyring", public); !strings.Contains(said, "sha256 sum does not match") {
		t.Errorf("said: %s", said)
	}
}
