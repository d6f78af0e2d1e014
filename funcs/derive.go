package funcs

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/hkdf"
	"crypto/sha256"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"math/big"
	"reflect"
	"strings"
)

var (
	pathOfSecret = Param{Name: "purpose", Doc: "what it is for, one of its kind in the release: db/admin. Another purpose gives something unrelated"}
	releaseParam = Param{Name: "release", Doc: ".Release, or a map with Name and Namespace"}
	seedParam    = Param{Name: "seed", Doc: "the secret that everything comes from: at least 32 characters that the user keeps, such as the output of `openssl rand -hex 32`"}
)

const testSeed = "seed: 0123456789abcdef0123456789abcdef\nrelease: {Name: shop, Namespace: prod}"

func deriveFuncs() []Func {
	return []Func{
		{
			Name: "deriveSecret", Group: Secrets, Fn: deriveSecret,
			Doc: "A password or token that is the same at every render: letters and digits derived from a seed (HKDF with SHA-256), the release, its namespace and a purpose. Without the seed nobody can tell it, and whoever has the seed can tell all. " +
				"Fails when there is no seed.",
			Params: []Param{{Name: "length", Doc: "how many characters, 12 to 256"}, pathOfSecret, releaseParam, seedParam},
			Examples: []Example{
				{Template: `{{ .Values.seed | deriveSecret 20 "db/admin" .Values.release }}`, Values: testSeed, Want: "dnZextuUBJJO2mLsNQ9O"},
				{Template: `{{ deriveSecret 20 "db/admin" (dict "Name" "a" "Namespace" "b") "" }}`, Error: "seed: want a secret of at least 32 characters, got an empty string"},
			},
		},
		{
			Name: "deriveKey", Group: Secrets, Fn: deriveKey,
			Doc:    "A private key that is the same at every render, as PEM (PKCS #8), derived as for deriveSecret.",
			Params: []Param{{Name: "algorithm", Doc: "ed25519 or ecdsa-p256"}, pathOfSecret, releaseParam, seedParam},
			Examples: []Example{
				{Template: `{{ .Values.seed | deriveKey "ed25519" "signing" .Values.release | sha256sum | trunc 16 }}`, Values: testSeed, Want: "ce9cad1036119f8f"},
				{Template: `{{ .Values.seed | deriveKey "rsa" "signing" .Values.release }}`, Values: testSeed, Error: "algorithm: want ed25519 or ecdsa-p256, got a string that is none"},
			},
		},
		{
			Name: "publicKey", Group: Secrets, Fn: publicKey,
			Doc:    "The public key of a private key, as PEM.",
			Params: []Param{{Name: "key", Doc: "a private key as PEM, such as deriveKey returns"}},
			Examples: []Example{
				{
					Template: `{{ .Values.seed | deriveKey "ed25519" "signing" .Values.release | publicKey }}`, Values: testSeed,
					Want: "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA/DtTKE6cwkiVtYV5+79VUIVxLHQCZLAGaIU306QR0A8=\n-----END PUBLIC KEY-----\n",
				},
			},
		},
	}
}

// derivation is a stream of bytes that the seed and the purpose decide.
type derivation struct {
	prk  []byte
	info string
}

// newDerivation reads what all derive functions take. kind keeps apart what is
// derived for one purpose.
func newDerivation(kind string, purpose, release, seed any) (derivation, error) {
	const wantSeed = "a secret of at least 32 characters"
	secret, err := textArgument("seed", seed, wantSeed)
	if err != nil {
		return derivation{}, err
	}
	if len(secret) < 32 {
		if secret == "" {
			return derivation{}, argumentError("seed", seed, wantSeed)
		}
		return derivation{}, fmt.Errorf("seed: want %s, got %d", wantSeed, len(secret))
	}
	what, err := textArgument("purpose", purpose, "what it is for, like db/admin")
	if err == nil && what == "" {
		err = argumentError("purpose", purpose, "what it is for, like db/admin")
	}
	if err != nil {
		return derivation{}, err
	}
	name, namespace, err := releaseArgument(release)
	if err != nil {
		return derivation{}, err
	}
	// Lengths in front keep (ab, c) and (a, bc) apart.
	info := fmt.Sprintf("helmx/v1 %s %d:%s %d:%s %d:%s", kind, len(namespace), namespace, len(name), name, len(what), what)
	prk, err := hkdf.Extract(sha256.New, []byte(secret), []byte("helmx.dev/derive/v1"))
	return derivation{prk, info}, err
}

// bytes returns n bytes for a part of what is derived.
func (d derivation) bytes(part string, n int) []byte {
	out, err := hkdf.Expand(sha256.New, d.prk, d.info+" "+part, n)
	if err != nil {
		panic(err) // only for more than 255 blocks, and no caller asks for so many
	}
	return out
}

// Named is a release that may not know its name, as in expressions.
type Named interface{ Name() (string, error) }

// releaseArgument takes .Release of a template and of an expression, and any map
// with these keys.
func releaseArgument(v any) (name, namespace string, err error) {
	const want = "a release: .Release, or a map with Name and Namespace"
	if m, ok := asMap(v); ok {
		name, _ = m["Name"].(string)
		namespace, _ = m["Namespace"].(string)
	} else if named, ok := v.(Named); ok {
		if name, err = named.Name(); err != nil {
			return "", "", err
		}
		if at := reflect.Indirect(reflect.ValueOf(v)); at.Kind() == reflect.Struct && at.FieldByName("Namespace").IsValid() {
			namespace = at.FieldByName("Namespace").String()
		}
	} else {
		return "", "", argumentError("release", v, want)
	}
	if name == "" || namespace == "" {
		return "", "", formError("release", v, want)
	}
	return name, namespace, nil
}

const passwordRunes = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

func deriveSecret(length, purpose, release, seed any) (string, error) {
	n, err := integerArgument("length", length)
	if err != nil {
		return "", err
	}
	if n < 12 || n > 256 {
		return "", fmt.Errorf("length: want 12 to 256 characters, got %d", n)
	}
	d, err := newDerivation("password", purpose, release, seed)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	for round := 0; b.Len() < int(n); round++ {
		for _, c := range d.bytes(fmt.Sprint("round ", round), 512) {
			// Values from 248 would make some characters likelier than others.
			if c < 4*byte(len(passwordRunes)) && b.Len() < int(n) {
				b.WriteByte(passwordRunes[int(c)%len(passwordRunes)])
			}
		}
	}
	return b.String(), nil
}

func deriveKey(algorithm, purpose, release, seed any) (string, error) {
	name, err := algorithmArgument(algorithm)
	if err != nil {
		return "", err
	}
	d, err := newDerivation("key", purpose, release, seed)
	if err != nil {
		return "", err
	}
	key, err := d.key(name)
	if err != nil {
		return "", err
	}
	return keyPEM(key)
}

func algorithmArgument(v any) (string, error) {
	const want = "ed25519 or ecdsa-p256"
	name, err := textArgument("algorithm", v, want)
	if err == nil && name != "ed25519" && name != "ecdsa-p256" {
		err = formError("algorithm", v, want)
	}
	return name, err
}

// key makes a private key of derived bytes. Go's generators cannot: they ignore
// the reader they are given.
func (d derivation) key(algorithm string) (crypto.Signer, error) {
	if algorithm == "ed25519" {
		return ed25519.NewKeyFromSeed(d.bytes("ed25519", ed25519.SeedSize)), nil
	}
	// FIPS 186-5, A.2.1: 64 bits more than the order has leave no bias.
	curve := elliptic.P256()
	scalar := new(big.Int).SetBytes(d.bytes("ecdsa-p256", 40))
	scalar.Mod(scalar, new(big.Int).Sub(curve.Params().N, big.NewInt(1)))
	scalar.Add(scalar, big.NewInt(1))
	return ecdsa.ParseRawPrivateKey(curve, scalar.FillBytes(make([]byte, 32)))
}

func keyPEM(key crypto.Signer) (string, error) {
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return "", err
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})), nil
}

func publicKey(key any) (string, error) {
	signer, err := keyArgument("key", key)
	if err != nil {
		return "", err
	}
	der, err := x509.MarshalPKIXPublicKey(signer.Public())
	if err != nil {
		return "", err
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})), nil
}

const wantKey = "a private key as PEM"

func keyArgument(param string, v any) (crypto.Signer, error) {
	text, err := textArgument(param, v, wantKey)
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode([]byte(text))
	if block == nil {
		return nil, formError(param, v, wantKey)
	}
	var key any
	switch block.Type {
	case "EC PRIVATE KEY":
		key, err = x509.ParseECPrivateKey(block.Bytes)
	case "RSA PRIVATE KEY":
		key, err = x509.ParsePKCS1PrivateKey(block.Bytes)
	default:
		key, err = x509.ParsePKCS8PrivateKey(block.Bytes)
	}
	signer, ok := key.(crypto.Signer)
	if err != nil || !ok {
		return nil, formError(param, v, wantKey)
	}
	return signer, nil
}

// steadySigner signs without randomness: RFC 6979 for ECDSA, and Ed25519 needs
// none.
type steadySigner struct{ crypto.Signer }

// Sign implements crypto.Signer.
func (s steadySigner) Sign(_ io.Reader, digest []byte, o crypto.SignerOpts) ([]byte, error) {
	switch s.Signer.(type) {
	case ed25519.PrivateKey, *ecdsa.PrivateKey:
		return s.Signer.Sign(nil, digest, o)
	}
	return nil, errors.New("ca: want a key of ed25519 or ecdsa, whose signatures can be the same every time")
}
