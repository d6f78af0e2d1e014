package charts

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path"
	"path/filepath"

	"helm.sh/helm/v3/pkg/helmpath"
	"sigs.k8s.io/yaml"

	"github.com/helmx-dev/helmx/diag"
)

// repoEntry is one repository of Helm's repositories.yaml.
type repoEntry struct {
	Name                  string `json:"name"`
	URL                   string `json:"url"`
	Username              string `json:"username"`
	Password              string `json:"password"`
	CertFile              string `json:"certFile"`
	KeyFile               string `json:"keyFile"`
	CAFile                string `json:"caFile"`
	InsecureSkipTLSverify bool   `json:"insecure_skip_tls_verify"`
	PassCredentialsAll    bool   `json:"pass_credentials_all"`
}

// repositories reads repositories.yaml. A file that is not there holds none.
func (s Settings) repositories() ([]*repoEntry, error) {
	data, err := os.ReadFile(s.RepositoryConfig)
	if errors.Is(err, os.ErrNotExist) || s.RepositoryConfig == "" {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("couldn't load repositories file (%s): %w", s.RepositoryConfig, err)
	}
	var content struct {
		Repositories []*repoEntry `json:"repositories"`
	}
	if err := yaml.Unmarshal(data, &content); err != nil {
		return nil, brokenYAML("CH023", "couldn't load repositories file", s.RepositoryConfig, data, err)
	}
	return content.Repositories, nil
}

// repository finds a repository by name.
func (s Settings) repository(name string) (*repoEntry, error) {
	all, err := s.repositories()
	if err != nil {
		return nil, err
	}
	names := make([]string, len(all))
	for i, e := range all {
		if names[i] = e.Name; e.Name != name {
			continue
		}
		if e.URL == "" {
			return nil, refuse("CH023", "no URL found for repository %s", name).in(s.RepositoryConfig)
		}
		return e, nil
	}
	return nil, refuse("CH001", "repo %s not found", name).try(diag.DidYouMean(name, names))
}

func (s Settings) cachedIndexFile(name string) string {
	return filepath.Join(s.RepositoryCache, helmpath.CacheIndexFile(name))
}

// cachedIndex reads what `helm repo update` left behind.
func (s Settings) cachedIndex(name string) (*index, error) {
	path := s.cachedIndexFile(name)
	data, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) || s.RepositoryCache == "" {
		return nil, refuse("CH001", "no cached repo found. (try 'helm repo update'): %v", err)
	}
	if err != nil {
		return nil, fmt.Errorf("reading the index of repository %s: %w", name, err)
	}
	return parseIndex(data, path)
}

// owner finds the repository whose index lists a chart URL: a URL typed by hand
// then gets the credentials of its repository. Without one it is fetched as it
// stands. The scan skips indexes that cannot hold the URL, and those that were
// never fetched.
func (s Settings) owner(chartURL string) (*repoEntry, error) {
	all, err := s.repositories()
	if err != nil {
		return nil, err
	}
	for _, e := range all {
		data, err := os.ReadFile(s.cachedIndexFile(e.Name))
		if err != nil || !mentions(data, chartURL) {
			continue
		}
		i, err := parseIndex(data, e.Name)
		if err == nil && i.lists(chartURL) {
			return e, nil
		}
	}
	return nil, nil
}

// fetchIndex fetches index.yaml of a repository. raw is what Helm would cache.
func fetchIndex(ctx context.Context, repoURL string, c credentials) (i *index, raw []byte, err error) {
	at, err := resolveURL(repoURL, "index.yaml")
	if err != nil {
		return nil, nil, err
	}
	if raw, err = c.get(ctx, at, maxIndexSize); err != nil {
		return nil, nil, err
	}
	i, err = parseIndex(raw, redacted(at))
	return i, raw, err
}

// resolveURL makes a URL of an index absolute, as Helm does: relative to the
// repository as a folder, keeping the repository's query (a token, often).
func resolveURL(base, ref string) (string, error) {
	r, err := url.Parse(ref)
	if err != nil {
		return "", refuse("CH001", "invalid chart URL format: %s", redacted(ref))
	}
	if r.IsAbs() {
		return ref, nil
	}
	b, err := url.Parse(base)
	if err != nil {
		return "", refuse("CH001", "invalid repository URL: %s", redacted(base))
	}
	b = b.JoinPath("/") // ResolveReference would drop a last element without "/"
	u := b.ResolveReference(r)
	u.RawQuery = b.RawQuery
	return u.String(), nil
}

// sameURL compares URLs as Helm does: a trailing slash or doubled ones do not
// matter.
func sameURL(a, b string) bool {
	ua, errA := url.Parse(a)
	ub, errB := url.Parse(b)
	if errA != nil || errB != nil {
		return filepath.Clean(a) == filepath.Clean(b)
	}
	ua.Path, ub.Path = path.Clean("/"+ua.Path), path.Clean("/"+ub.Path)
	ua.RawPath, ub.RawPath = "", ""
	return ua.String() == ub.String()
}
