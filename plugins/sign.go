package plugins

import (
	"bytes"
	"crypto"
	"crypto/sha256"
	"fmt"
	"os"
	"strings"

	"github.com/ProtonMail/go-crypto/openpgp"
	"github.com/ProtonMail/go-crypto/openpgp/clearsign"
	"github.com/ProtonMail/go-crypto/openpgp/packet"
)

// Signer signs archives as "helm plugin package --sign" does.
type Signer struct{ key *packet.PrivateKey }

// NewSigner finds a secret key in a keyring (a binary export, as Helm wants it).
// id is a user name or a part of one that only one key has.
func NewSigner(keyring, id string) (*Signer, error) {
	f, err := os.Open(keyring)
	if err != nil {
		return nil, Refusal{fmt.Sprintf("reading keyring: %v", err), "export it with `gpg --export-secret-keys > FILE`"}
	}
	defer f.Close()
	keys, err := openpgp.ReadKeyRing(f)
	if err != nil {
		return nil, Refusal{fmt.Sprintf("reading keyring %s: %v", keyring, err), "export it with `gpg --export-secret-keys > FILE`, without --armor"}
	}
	var found []*openpgp.Entity
	for _, k := range keys {
		for name := range k.Identities {
			if strings.Contains(name, id) {
				found = append(found, k)
				break
			}
		}
	}
	switch {
	case len(found) != 1:
		return nil, Refusal{fmt.Sprintf("%d keys of %s match %q, expected one", len(found), keyring, id), "give a whole user name, such as 'Name <mail@example.com>'"}
	case found[0].PrivateKey == nil:
		return nil, Refusal{fmt.Sprintf("the key of %q in %s is a public one", id, keyring), "sign with a keyring of secret keys"}
	case found[0].PrivateKey.Encrypted:
		return nil, Refusal{fmt.Sprintf("the key of %q in %s is locked by a passphrase", id, keyring), "export one without, or sign the archives with `helm plugin package --sign`"}
	}
	return &Signer{found[0].PrivateKey}, nil
}

// sign makes the text of a .prov file: the plugin's plugin.yaml and the
// archive's checksum, signed (helm.sh/helm/v4/pkg/provenance).
func (s *Signer) sign(name string, archive, manifest []byte) ([]byte, error) {
	var out bytes.Buffer
	w, err := clearsign.Encode(&out, s.key, &packet.Config{DefaultHash: crypto.SHA512})
	if err != nil {
		return nil, err
	}
	if _, err := fmt.Fprintf(w, "%s\n...\nfiles:\n  %s: sha256:%x\n", bytes.TrimRight(manifest, "\n"), name, sha256.Sum256(archive)); err != nil {
		return nil, err
	}
	err = w.Close()
	return out.Bytes(), err
}
