package funcs

import (
	"crypto"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net"
	"net/url"
	"slices"
	"strings"
	"time"
)

func certificateFuncs() []Func {
	options := Param{Name: "options", Doc: `a map: commonName; notBefore (RFC 3339) and days, which are required since there is no clock; algorithm, ed25519 or ecdsa-p256 (the default)`}
	leaf := options
	leaf.Doc += `; dnsNames, ipAddresses and uris as lists; ca, a map with Cert and Key as deriveCA returns it; usage, a list of server and client (both)`
	const ca = `{{ $ca := .Values.seed | deriveCA (dict "commonName" "root" "notBefore" "2026-01-01T00:00:00Z" "days" 3650) "ca" .Values.release }}`
	const cert = ca + `{{ $cert := .Values.seed | deriveCert (dict "dnsNames" (list "a.example") "notBefore" "2026-01-01T00:00:00Z" "days" 90 "ca" $ca) "tls" .Values.release }}`
	return []Func{
		{
			Name: "deriveCA", Group: Secrets, Fn: deriveCA,
			Doc:    "A certificate authority that is the same at every render: a map with Cert and Key as PEM, as genCA of sprig returns it. The key is derived as for deriveKey, the signature is made without randomness, and the dates are the ones you give.",
			Params: []Param{options, pathOfSecret, releaseParam, seedParam},
			Examples: []Example{
				{Template: ca + `{{ (parseCertificate $ca.Cert).subject }}`, Values: testSeed, Want: "CN=root"},
				{Template: `{{ .Values.seed | deriveCA (dict "commonName" "root" "days" 10) "ca" .Values.release }}`, Values: testSeed, Error: "options: notBefore: want a time like 2026-01-01T00:00:00Z, got nothing (null)"},
			},
		},
		{
			Name: "deriveCert", Group: Secrets, Fn: deriveCert,
			Doc:    "A certificate signed by a CA that is the same at every render: a map with Cert and Key as PEM, as genSignedCert of sprig returns it.",
			Params: []Param{leaf, pathOfSecret, releaseParam, seedParam},
			Examples: []Example{
				{Template: cert + `{{ (parseCertificate $cert.Cert).notAfter }} by {{ (parseCertificate $cert.Cert).issuer }}`, Values: testSeed, Want: "2026-04-01T00:00:00Z by CN=root"},
				{Template: `{{ .Values.seed | deriveCert (dict "dnsName" "a") "tls" .Values.release }}`, Values: testSeed, Error: `options: unknown key: did you mean "dnsNames"?`},
			},
		},
		{
			Name: "parseCertificate", Group: Secrets, Fn: parseCertificate,
			Doc:    "What the first certificate of a PEM text says: a map with subject, issuer, serial, notBefore and notAfter (RFC 3339), dnsNames, ipAddresses, uris, isCA, algorithm and fingerprint (SHA-256). Fails when there is no certificate.",
			Params: []Param{{Name: "certificate", Doc: "a certificate as PEM"}},
			Examples: []Example{
				{Template: cert + `{{ (parseCertificate $cert.Cert).dnsNames | join "," }}`, Values: testSeed, Want: "a.example"},
				{Template: `{{ parseCertificate "x" }}`, Error: "certificate: want a certificate as PEM, got a string that is none"},
			},
		},
		{
			Name: "certificateDays", Group: Secrets, Fn: certificateDays,
			Doc:    "How many days of its lifetime a certificate has left at a time, rounded down; negative when it has expired. The time is yours to give, so that the same input gives the same bytes; a template can give {{ now }}.",
			Params: []Param{{Name: "time", Doc: "RFC 3339, or what now returns"}, {Name: "certificate", Doc: "a certificate as PEM"}},
			Examples: []Example{
				{Template: cert + `{{ $cert.Cert | certificateDays "2026-03-01T12:00:00Z" }}`, Values: testSeed, Want: "30"},
			},
		},
	}
}

// certificateOptions are the options of deriveCA and deriveCert.
type certificateOptions struct {
	algorithm string
	template  *x509.Certificate
	ca        *x509.Certificate
	caKey     crypto.Signer
}

var (
	caKeys   = []string{"commonName", "notBefore", "days", "algorithm"}
	leafKeys = append(slices.Clone(caKeys), "dnsNames", "ipAddresses", "uris", "ca", "usage")
)

func deriveCA(options, purpose, release, seed any) (map[string]any, error) {
	o, err := readOptions(options, caKeys)
	if err != nil {
		return nil, err
	}
	o.template.IsCA = true
	o.template.KeyUsage = x509.KeyUsageCertSign | x509.KeyUsageCRLSign | x509.KeyUsageDigitalSignature
	return o.derive("ca", purpose, release, seed)
}

func deriveCert(options, purpose, release, seed any) (map[string]any, error) {
	o, err := readOptions(options, leafKeys)
	if err != nil {
		return nil, err
	}
	if err := o.readLeaf(options); err != nil {
		return nil, fmt.Errorf("options: %w", err)
	}
	o.template.KeyUsage = x509.KeyUsageDigitalSignature
	return o.derive("certificate", purpose, release, seed)
}

func readOptions(options any, known []string) (*certificateOptions, error) {
	m, err := mapArgument("options", options)
	if err != nil {
		return nil, err
	}
	if err := unknownKey(m, known); err != nil {
		return nil, fmt.Errorf("options: %w", err)
	}
	o := &certificateOptions{algorithm: "ecdsa-p256", template: &x509.Certificate{BasicConstraintsValid: true}}
	if err := o.read(m); err != nil {
		return nil, fmt.Errorf("options: %w", err)
	}
	return o, nil
}

// maxDays keeps dates within what certificates can say.
const maxDays = 36500

func (o *certificateOptions) read(m map[string]any) error {
	if name, given := m["algorithm"]; given {
		var err error
		if o.algorithm, err = algorithmArgument(name); err != nil {
			return err
		}
	}
	if name, given := m["commonName"]; given {
		text, err := textArgument("commonName", name, "a name")
		if err != nil {
			return err
		}
		o.template.Subject = pkix.Name{CommonName: text}
	}
	from, err := timeArgument("notBefore", m["notBefore"])
	if err != nil {
		return err
	}
	days, err := integerArgument("days", m["days"])
	if err != nil {
		return err
	}
	if days < 1 || days > maxDays {
		return fmt.Errorf("days: want 1 to %d, got %d", maxDays, days)
	}
	o.template.NotBefore, o.template.NotAfter = from, from.AddDate(0, 0, int(days))
	return nil
}

func timeArgument(param string, v any) (time.Time, error) {
	const want = "a time like 2026-01-01T00:00:00Z"
	if t, ok := v.(time.Time); ok {
		return t.UTC().Truncate(time.Second), nil
	}
	text, err := textArgument(param, v, want)
	if err != nil {
		return time.Time{}, err
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return time.Time{}, formError(param, v, want)
	}
	return t.UTC().Truncate(time.Second), nil
}

func (o *certificateOptions) readLeaf(options any) error {
	m, _ := asMap(options)
	names, err := texts("dnsNames", m["dnsNames"])
	if err != nil {
		return err
	}
	o.template.DNSNames = names
	addresses, err := texts("ipAddresses", m["ipAddresses"])
	if err != nil {
		return err
	}
	for i, text := range addresses {
		ip := net.ParseIP(text)
		if ip == nil {
			return formError(fmt.Sprintf("ipAddresses[%d]", i), text, "an IP address")
		}
		o.template.IPAddresses = append(o.template.IPAddresses, ip)
	}
	uris, err := texts("uris", m["uris"])
	if err != nil {
		return err
	}
	for i, text := range uris {
		u, err := url.Parse(text)
		if err != nil || u.Scheme == "" {
			return formError(fmt.Sprintf("uris[%d]", i), text, "a URI like spiffe://cluster.local/ns/a/sa/b")
		}
		o.template.URIs = append(o.template.URIs, u)
	}
	if len(names)+len(addresses)+len(uris) == 0 {
		return errors.New("want at least one of dnsNames, ipAddresses and uris, got none")
	}
	if o.template.ExtKeyUsage, err = usages(m["usage"]); err != nil {
		return err
	}
	return o.readCA(m["ca"])
}

func usages(v any) ([]x509.ExtKeyUsage, error) {
	names, err := texts("usage", v)
	if err != nil {
		return nil, err
	}
	if v == nil {
		names = []string{"server", "client"}
	}
	var list []x509.ExtKeyUsage
	for _, name := range names {
		switch name {
		case "server":
			list = append(list, x509.ExtKeyUsageServerAuth)
		case "client":
			list = append(list, x509.ExtKeyUsageClientAuth)
		default:
			return nil, formError("usage", name, "a list of server and client")
		}
	}
	return list, nil
}

func (o *certificateOptions) readCA(v any) error {
	m, err := mapArgument("ca", v)
	if err != nil {
		return err
	}
	if o.ca, err = certificateArgument("ca.Cert", m["Cert"]); err != nil {
		return err
	}
	if o.caKey, err = keyArgument("ca.Key", m["Key"]); err != nil {
		return err
	}
	public, ok := o.caKey.Public().(interface{ Equal(crypto.PublicKey) bool })
	if !o.ca.IsCA || !ok || !public.Equal(o.ca.PublicKey) {
		return formError("ca", v, "the Cert of a certificate authority and its Key")
	}
	return nil
}

// texts reads a list of texts; null is none.
func texts(param string, v any) ([]string, error) {
	if v == nil {
		return nil, nil
	}
	list, ok := asList(v)
	if !ok {
		return nil, argumentError(param, v, "a list of texts")
	}
	all := make([]string, len(list))
	for i, item := range list {
		var err error
		if all[i], err = textArgument(fmt.Sprintf("%s[%d]", param, i), item, "a text"); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// derive makes the key and the certificate, signed by the CA or by itself.
func (o *certificateOptions) derive(kind string, purpose, release, seed any) (map[string]any, error) {
	d, err := newDerivation(kind, purpose, release, seed)
	if err != nil {
		return nil, err
	}
	key, err := d.key(o.algorithm)
	if err != nil {
		return nil, err
	}
	signer, issuer := key, o.template
	if o.ca != nil {
		signer, issuer = o.caKey, o.ca
	}
	if o.template.SubjectKeyId, err = keyID(key.Public()); err != nil {
		return nil, err
	}
	o.template.SerialNumber = o.serial(d)
	der, err := x509.CreateCertificate(nil, o.template, issuer, key.Public(), steadySigner{signer})
	if err != nil {
		return nil, err
	}
	text, err := keyPEM(key)
	cert := string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
	return map[string]any{"Cert": cert, "Key": text}, err
}

// serial is another number for every certificate that says something else: a CA
// must not use one twice (RFC 5280, 4.1.2.2).
func (o *certificateOptions) serial(d derivation) *big.Int {
	t := o.template
	said := fmt.Sprint(t.Subject, t.NotBefore.Unix(), t.NotAfter.Unix(), t.DNSNames, t.IPAddresses, t.URIs, t.IsCA, t.ExtKeyUsage, o.algorithm)
	if o.ca != nil {
		said += hex.EncodeToString(o.ca.Raw)
	}
	sum := sha256.Sum256([]byte(said))
	number := d.bytes("serial "+hex.EncodeToString(sum[:]), 16)
	number[0] = number[0]&0x7f | 0x40 // positive, and always of one length
	return new(big.Int).SetBytes(number)
}

// keyID is made here, since Go's own choice of a hash depends on its version.
func keyID(public crypto.PublicKey) ([]byte, error) {
	der, err := x509.MarshalPKIXPublicKey(public)
	sum := sha256.Sum256(der)
	return sum[:20], err
}

const wantCertificate = "a certificate as PEM"

func certificateArgument(param string, v any) (*x509.Certificate, error) {
	text, err := textArgument(param, v, wantCertificate)
	if err != nil {
		return nil, err
	}
	for rest := []byte(text); ; {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			return nil, formError(param, v, wantCertificate)
		}
		if block.Type != "CERTIFICATE" {
			continue
		}
		c, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, formError(param, v, wantCertificate)
		}
		return c, nil
	}
}

func parseCertificate(certificate any) (map[string]any, error) {
	c, err := certificateArgument("certificate", certificate)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(c.Raw)
	addresses, uris := []any{}, []any{}
	for _, ip := range c.IPAddresses {
		addresses = append(addresses, ip.String())
	}
	for _, u := range c.URIs {
		uris = append(uris, u.String())
	}
	names, _ := asList(c.DNSNames)
	return map[string]any{
		"subject": c.Subject.String(), "issuer": c.Issuer.String(), "serial": c.SerialNumber.Text(16),
		"notBefore": c.NotBefore.UTC().Format(time.RFC3339), "notAfter": c.NotAfter.UTC().Format(time.RFC3339),
		"dnsNames": names, "ipAddresses": addresses, "uris": uris, "isCA": c.IsCA,
		"algorithm": strings.ToLower(c.PublicKeyAlgorithm.String()), "fingerprint": hex.EncodeToString(sum[:]),
	}, nil
}

func certificateDays(at, certificate any) (int64, error) {
	t, err := timeArgument("time", at)
	if err != nil {
		return 0, err
	}
	c, err := certificateArgument("certificate", certificate)
	if err != nil {
		return 0, err
	}
	left := c.NotAfter.Sub(t)
	days := int64(left / (24 * time.Hour))
	if left < 0 && left%(24*time.Hour) != 0 {
		days--
	}
	return days, nil
}
