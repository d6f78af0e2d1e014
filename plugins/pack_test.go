package plugins

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/ProtonMail/go-crypto/openpgp"
	"github.com/ProtonMail/go-crypto/openpgp/clearsign"
)

var sample = build{data: []byte("binary"), version: "v1.2.3", os: "windows", arch: "arm64"}

// TestArchive checks the layouts: Helm 4 wants one folder, Helm 3 wants none.
func TestArchive(t *testing.T) {
	want := map[string][]string{
		"helm4-postrenderer": {"helmx/plugin.yaml", "helmx/helmx.exe"},
		"helm4-cli":          {"helmx-cli/plugin.yaml", "helmx-cli/plugin.complete", "helmx-cli/helmx.exe"},
		"helm3-cli":          {"plugin.yaml", "plugin.complete", "helmx.exe"},
	}
	for _, p := range All() {
		data, err := p.archive(sample)
		if err != nil {
			t.Fatal(err)
		}
		again, _ := p.archive(sample)
		if !bytes.Equal(data, again) {
			t.Errorf("%s: not the same bytes twice", p.folder)
		}
		zipped, err := gzip.NewReader(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for r := tar.NewReader(zipped); ; {
			h, err := r.Next()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			names = append(names, h.Name)
		}
		if !slices.Equal(names, want[p.folder]) {
			t.Errorf("%s: %v", p.folder, names)
		}
	}
}

func TestPackRefuses(t *testing.T) {
	self, err := os.Executable() // a Go binary, but no helmx
	if err != nil {
		t.Fatal(err)
	}
	text := filepath.Join(t.TempDir(), "text")
	if err := os.WriteFile(text, []byte("no binary"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{self, text, filepath.Join(t.TempDir(), "missing")} {
		out := t.TempDir()
		_, err := Pack(file, PackOptions{Out: out})
		if !errors.As(err, new(Refusal)) {
			t.Errorf("%s: %v", file, err)
		}
		if left, _ := os.ReadDir(out); len(left) > 0 {
			t.Errorf("%s: left %v", file, left)
		}
	}
}

func TestSigner(t *testing.T) {
	secret, public := keyrings(t, "ada@example.com", "two@example.com")
	for id, keyring := range map[string]string{"Ada": secret, "Nobody": secret, "ada@": public, "x": public + ".missing"} {
		if _, err := NewSigner(keyring, id); !errors.As(err, new(Refusal)) {
			t.Errorf("%s in %s: %v", id, keyring, err)
		}
	}
	s, err := NewSigner(secret, "ada@")
	if err != nil {
		t.Fatal(err)
	}
	text, err := s.sign("a-1.0.0.tgz", []byte("archive"), []byte("name: a\n"))
	if err != nil {
		t.Fatal(err)
	}
	block, _ := clearsign.Decode(text)
	if block == nil {
		t.Fatalf("no signed text:\n%s", text)
	}
	f, err := os.Open(public)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	keys, err := openpgp.ReadKeyRing(f)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := block.VerifySignature(keys, nil); err != nil {
		t.Error(err)
	}
	want := fmt.Sprintf("name: a\n...\nfiles:\n  a-1.0.0.tgz: sha256:%x\n", sha256.Sum256([]byte("archive")))
	if got := string(block.Plaintext); got != want {
		t.Errorf("signed: %q, want %q", got, want)
	}
}

// keyrings writes a keyring of secret keys and one of public keys.
func keyrings(t *testing.T, mails ...string) (secret, public string) {
	t.Helper()
	var secrets, publics bytes.Buffer
	for _, mail := range mails {
		key, err := openpgp.NewEntity("Ada", "", mail, nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := key.SerializePrivate(&secrets, nil); err != nil {
			t.Fatal(err)
		}
		if err := key.Serialize(&publics); err != nil {
			t.Fatal(err)
		}
	}
	dir := t.TempDir()
	secret, public = filepath.Join(dir, "secret.gpg"), filepath.Join(dir, "public.gpg")
	for file, data := range map[string][]byte{secret: secrets.Bytes(), public: publics.Bytes()} {
		if err := os.WriteFile(file, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return secret, public
}
