package charts

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"helm.sh/helm/v3/pkg/chart"
	"sigs.k8s.io/yaml"
)

// lockDigest ties a lock file to the declarations it was made from. It is
// Helm's (internal/resolver, HashReq), since both tools check the other's files.
func lockDigest(declared, locked []*chart.Dependency) (string, error) {
	return digestJSON([2][]*chart.Dependency{declared, locked})
}

// helm2Digest is what Helm 2 wrote into a requirements.lock.
func helm2Digest(declared []*chart.Dependency) (string, error) {
	return digestJSON(map[string][]*chart.Dependency{"dependencies": declared})
}

func digestJSON(v any) (string, error) {
	data, err := json.Marshal(v)
	if err != nil {
		return "", fmt.Errorf("computing the digest of the lock file: %w", err)
	}
	sum := sha256.Sum256(data)
	return "sha256:" + hex.EncodeToString(sum[:]), nil
}

func lockFileName(c *chart.Chart) string {
	if c.Metadata.APIVersion == chart.APIVersionV1 {
		return "requirements.lock"
	}
	return "Chart.lock"
}

// writeLock writes the lock file unless the one there has the same digest. It
// does not follow a link: a chart from elsewhere must not write outside itself.
func writeLock(dir string, c *chart.Chart, locked []*chart.Dependency, digest string) error {
	if c.Lock != nil && c.Lock.Digest == digest {
		return nil
	}
	data, err := yaml.Marshal(&chart.Lock{Generated: time.Now(), Digest: digest, Dependencies: locked})
	if err != nil {
		return fmt.Errorf("writing lock file: %w", err)
	}
	path := filepath.Join(dir, lockFileName(c))
	info, err := os.Lstat(path)
	switch {
	case err != nil && !errors.Is(err, os.ErrNotExist):
		return fmt.Errorf("writing lock file: %w", err)
	case err == nil && info.Mode()&os.ModeSymlink != 0:
		target, _ := os.Readlink(path) // for the message alone
		return refuse("CH015", "the %s file is a symlink to %q", lockFileName(c), target).in(path)
	}
	if err := writeFile(path, data); err != nil {
		return fmt.Errorf("writing lock file: %w", err)
	}
	return nil
}

// checkLock refuses a lock file that was made from other declarations. original
// are the declarations before names of repositories were replaced by URLs.
func (u *updater) checkLock(original, declared []*chart.Dependency) error {
	lock := u.chart.Lock
	digest, err := lockDigest(declared, lock.Dependencies)
	if err != nil || digest == lock.Digest {
		return err
	}
	declaredIn := "Chart.yaml"
	if u.chart.Metadata.APIVersion == chart.APIVersionV1 {
		declaredIn = "requirements.yaml"
		if digest, err = helm2Digest(original); err != nil || digest == lock.Digest {
			return err
		}
	}
	name := lockFileName(u.chart)
	return refuse("CH015", "the lock file (%s) is out of sync with the dependencies file (%s). Please update the dependencies", name, declaredIn).
		in(filepath.Join(u.dir, name)).try(fmt.Sprintf("run `helmx dependency update %s`", u.dir))
}
