package charts

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"helm.sh/helm/v3/pkg/provenance"
)

// verifyFile checks an archive on disk against the provenance file beside it.
func (l *locator) verifyFile(at location) error {
	if at.dir {
		return refuse("CH010", "unpacked charts cannot be verified").in(at.path).
			try("a signature belongs to an archive: name the .tgz, or leave --verify away")
	}
	if !strings.EqualFold(filepath.Ext(at.path), ".tgz") {
		return refuse("CH010", "chart must be a tgz file").in(at.path)
	}
	if _, err := os.Stat(at.path + ".prov"); err != nil {
		return refuse("CH010", "could not load provenance file %s: %v", at.path+".prov", err).in(at.path)
	}
	_, err := verify(at.path, l.keyring())
	return err
}

// verify checks path against path.prov. Anything but a valid signature of a
// known key over exactly this archive is a problem.
func verify(path, keyring string) (*provenance.Verification, error) {
	signatory, err := provenance.NewFromKeyring(keyring, "")
	if err != nil {
		return nil, refuse("CH010", "loading keyring: %v", err).in(keyring).
			try("export the public keys in the old format: gpg --export > pubring.gpg")
	}
	verified, err := signatory.Verify(path, path+".prov")
	if err != nil {
		return nil, refuse("CH010", "the signature does not hold: %v", err).in(path)
	}
	return verified, nil
}

// withProvenance fetches the provenance file when it is wanted, and verifies
// the archive when that is demanded. Without Verify a missing one is mentioned.
func (l *locator) withProvenance(at *location, fetch func() ([]byte, error)) error {
	if !l.Verify && !l.keepProvenance {
		return nil
	}
	var err error
	if at.prov, err = fetch(); err != nil {
		p, ok := err.(*problem)
		switch {
		case !ok:
			return err
		case l.Verify && !l.verifyIfPossible:
			return refuse("CH010", "failed to fetch provenance %q", at.url+".prov").in(at.url).try(p.Message)
		}
		l.report(warning("CH010", at.url, "Verification not found for %s: %s", at.url, p.Message))
		return nil
	}
	if !l.Verify {
		return nil // `helm pull --prov` leaves that to the user
	}
	at.verified, err = verifyFetched(at, l.keyring())
	return err
}

// verifyFetched verifies in a temporary folder: Helm's provenance package reads
// files only.
func verifyFetched(at *location, keyring string) (*provenance.Verification, error) {
	dir, err := os.MkdirTemp("", "helmx-verify-")
	if err != nil {
		return nil, fmt.Errorf("verifying %s: %w", at.url, err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, at.archiveName())
	for name, data := range map[string][]byte{path: at.data, path + ".prov": at.prov} {
		if err := os.WriteFile(name, data, 0o600); err != nil {
			return nil, fmt.Errorf("verifying %s: %w", at.url, err)
		}
	}
	verified, err := verify(path, keyring)
	if p, ok := err.(*problem); ok && p.Span.File == path {
		p.in(at.url)
	}
	return verified, err
}
