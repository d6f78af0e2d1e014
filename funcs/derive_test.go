package funcs

import (
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"strings"
	"testing"
)

var (
	seedForTests    = strings.Repeat("0123456789abcdef", 2)
	releaseForTests = map[string]any{"Name": "shop", "Namespace": "prod"}
)

// What was derived once must come out on every machine and with every later
// version: secrets in clusters depend on it. These texts are never to change.
func TestDerivedValuesNeverChange(t *testing.T) {
	must := func(v any, err error) any {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	options := func(algorithm string) map[string]any {
		return map[string]any{"commonName": "root", "notBefore": "2026-01-01T00:00:00Z", "days": 10, "algorithm": algorithm}
	}
	got := map[string]any{}
	got["secret"] = must(deriveSecret(32, "db", releaseForTests, seedForTests))
	for _, algorithm := range []string{"ed25519", "ecdsa-p256"} {
		got[algorithm] = must(deriveKey(algorithm, "db", releaseForTests, seedForTests))
		ca := must(deriveCA(options(algorithm), "ca", releaseForTests, seedForTests)).(map[string]any)
		got["ca "+algorithm] = ca["Cert"]
		leaf := options(algorithm)
		leaf["dnsNames"], leaf["ipAddresses"], leaf["uris"], leaf["ca"] = []any{"a.b"}, []any{"10.0.0.1"}, []any{"spiffe://td/ns/a/sa/b"}, ca
		cert := must(deriveCert(leaf, "tls", releaseForTests, seedForTests)).(map[string]any)
		got["cert "+algorithm] = cert["Cert"]
		verify(t, ca["Cert"].(string), cert["Cert"].(string), cert["Key"].(string))
	}
	for name, want := range map[string]string{
		"secret": "9585a6bb92d31f8b", "ed25519": "9c9d727acb12ba51", "ecdsa-p256": "8390b8822af1bb3f", "ca ed25519": "e05daeec0c35ec3c", "ca ecdsa-p256": "caf2b8a3111232cd", "cert ed25519": "298e4975a0cba0bc", "cert ecdsa-p256": "55d3d1f41bf2e1ec",
	} {
		sum := sha256.Sum256([]byte(got[name].(string)))
		if hash := hex.EncodeToString(sum[:8]); hash != want {
			t.Errorf("%s has the hash %s, want %s", name, hash, want)
		}
	}
}

func verify(t *testing.T, ca, cert, key string) {
	t.Helper()
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM([]byte(ca)) {
		t.Fatal("the CA is no certificate")
	}
	block, _ := pem.Decode([]byte(cert))
	c, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	for _, host := range []string{"a.b", "10.0.0.1"} {
		if _, err := c.Verify(x509.VerifyOptions{Roots: roots, DNSName: host, CurrentTime: c.NotBefore.AddDate(0, 0, 1)}); err != nil {
			t.Error(err)
		}
	}
	public, err := publicKey(key)
	if err != nil {
		t.Fatal(err)
	}
	der, _ := x509.MarshalPKIXPublicKey(c.PublicKey)
	if block, _ := pem.Decode([]byte(public)); string(block.Bytes) != string(der) {
		t.Error("the key is not that of the certificate")
	}
}

// Everything that is given decides the result, and no two ways of giving it run
// together.
func TestDerivedValuesDiffer(t *testing.T) {
	seen := map[string]int{}
	for i, in := range [][4]string{
		{"db", "shop", "prod", seedForTests}, {"db2", "shop", "prod", seedForTests}, {"db", "shop2", "prod", seedForTests},
		{"db", "shop", "prod2", seedForTests}, {"db", "shop", "prod", seedForTests + "x"}, {"db", "prod", "shop", seedForTests},
		{"b", "shopd", "prod", seedForTests}, {"db", "s", "prod 4:hop", seedForTests},
	} {
		got, err := deriveSecret(20, in[0], map[string]any{"Name": in[1], "Namespace": in[2]}, in[3])
		if err != nil {
			t.Fatal(err)
		}
		if other, ok := seen[got]; ok {
			t.Errorf("%d and %d give the same", i, other)
		}
		seen[got] = i
	}
	short, _ := deriveSecret(12, "db", releaseForTests, seedForTests)
	long, _ := deriveSecret(256, "db", releaseForTests, seedForTests)
	if len(short) != 12 || len(long) != 256 {
		t.Errorf("%d and %d characters", len(short), len(long))
	}
}

func TestDeriveRefuses(t *testing.T) {
	ca, err := deriveCA(map[string]any{"notBefore": "2026-01-01T00:00:00Z", "days": 1}, "ca", releaseForTests, seedForTests)
	if err != nil {
		t.Fatal(err)
	}
	other, _ := deriveCA(map[string]any{"notBefore": "2026-01-01T00:00:00Z", "days": 1}, "other", releaseForTests, seedForTests)
	with := func(key string, value any) map[string]any {
		m := map[string]any{"notBefore": "2026-01-01T00:00:00Z", "days": 1, "dnsNames": []any{"a"}, "ca": ca}
		m[key] = value
		return m
	}
	for name, tt := range map[string]struct {
		options any
		want    string
	}{
		"no name":      {with("dnsNames", nil), "options: want at least one of dnsNames, ipAddresses and uris, got none"},
		"no map":       {"x", "options: want a map, got a string"},
		"days":         {with("days", 0), "options: days: want 1 to 36500, got 0"},
		"algorithm":    {with("algorithm", "rsa"), "options: algorithm: want ed25519 or ecdsa-p256"},
		"address":      {with("ipAddresses", []any{"1.2.3"}), "options: ipAddresses[0]: want an IP address"},
		"uri":          {with("uris", []any{"a b"}), "options: uris[0]: want a URI"},
		"usage":        {with("usage", []any{"both"}), "options: usage: want a list of server and client"},
		"no CA":        {with("ca", nil), "options: ca: want a map, got nothing (null)"},
		"another key":  {with("ca", map[string]any{"Cert": ca["Cert"], "Key": other["Key"]}), "options: ca: want the Cert of a certificate authority and its Key"},
		"CA of text":   {with("ca", map[string]any{"Cert": "x", "Key": "y"}), "options: ca.Cert: want a certificate as PEM"},
		"release":      {with("release", 1), "options: unknown key: want commonName"},
		"name of list": {with("commonName", []any{1}), "options: commonName: want a name, got a list"},
	} {
		if _, err := deriveCert(tt.options, "tls", releaseForTests, seedForTests); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: error %v, want one with %q", name, err, tt.want)
		}
	}
	for _, release := range []any{nil, "x", map[string]any{"Name": "a"}} {
		if _, err := deriveSecret(20, "p", release, seedForTests); err == nil || !strings.Contains(err.Error(), "release: want a release") {
			t.Errorf("release %v: %v", release, err)
		}
	}
	if _, err := deriveSecret(20, "p", releaseForTests, "short"); err == nil || !strings.Contains(err.Error(), "seed: want a secret of at least 32 characters, got 5") {
		t.Errorf("a short seed: %v", err)
	}
}

func TestCertificateDays(t *testing.T) {
	ca, err := deriveCA(map[string]any{"notBefore": "2026-01-01T00:00:00Z", "days": 10}, "ca", releaseForTests, seedForTests)
	if err != nil {
		t.Fatal(err)
	}
	for at, want := range map[string]int64{"2026-01-01T00:00:00Z": 10, "2026-01-10T12:00:00Z": 0, "2026-01-11T00:00:00Z": 0, "2026-01-11T00:00:01Z": -1, "2026-01-12T00:00:00Z": -1} {
		if got, err := certificateDays(at, ca["Cert"]); err != nil || got != want {
			t.Errorf("at %s: %d, %v, want %d", at, got, err, want)
		}
	}
}
