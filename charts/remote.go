package charts

import (
	"cmp"
	"fmt"
	"net/url"
	"path"
	"strings"

	"helm.sh/helm/v3/pkg/registry"
)

// fetchChart finds a chart that is not on disk, and fetches it.
func (l *locator) fetchChart(name string) (location, error) {
	if l.RepoURL != "" {
		return l.fromRepoURL(name)
	}
	u, err := url.Parse(name)
	switch {
	case err != nil:
		return location{}, refuse("CH001", "invalid chart URL format: %s", redacted(name))
	case registry.IsOCI(name):
		return l.fromRegistry(name, l.version())
	case u.IsAbs() && u.Host != "" && u.Path != "":
		return l.fromURL(name)
	}
	return l.fromRepository(name)
}

// fromRepoURL finds a name in the repository of --repo.
func (l *locator) fromRepoURL(name string) (location, error) {
	c := l.credentials(l.RepoURL, l.PassCredentials)
	i, _, err := fetchIndex(l.ctx, l.RepoURL, c)
	if err != nil {
		return location{}, notARepository(redacted(l.RepoURL), name, err)
	}
	i.source = redacted(l.RepoURL)
	return l.fromIndex(i, name, c)
}

// notARepository puts Helm's words before what went wrong with an index.
func notARepository(repoURL, name string, err error) error {
	says := fmt.Sprintf("looks like %q is not a valid chart repository or cannot be reached", repoURL)
	p, ok := err.(*problem)
	if !ok {
		return fmt.Errorf("%s: %w", says, err)
	}
	p.Message = says + ": " + p.Message
	if registry.IsOCI(repoURL) {
		p.try(fmt.Sprintf("a registry has no index: name the chart as %s/%s, without --repo", strings.TrimSuffix(repoURL, "/"), name))
	}
	return p
}

// fromRepository finds REPO/NAME in the cached index of Helm's repository REPO.
func (l *locator) fromRepository(ref string) (location, error) {
	repo, name, ok := strings.Cut(ref, "/")
	if !ok {
		p := refuse("CH001", "non-absolute URLs should be in form of repo_name/path_to_chart, got: %s", ref)
		return location{}, p.try(l.suggest(ref))
	}
	e, err := l.Settings.repository(repo)
	if p, ok := err.(*problem); ok && p.Hint == "" {
		p.try(cmp.Or(nearPath(ref), fmt.Sprintf("no folder %s exists either; a repository is added with `helm repo add %s URL`", ref, repo)))
	}
	if err != nil {
		return location{}, err
	}
	i, err := l.Settings.cachedIndex(repo)
	if err != nil {
		return location{}, err
	}
	i.source = repo
	at, err := l.fromIndex(i, name, l.credentials("", l.PassCredentials).with(e))
	if p, ok := err.(*problem); ok && p.Code == "CH001" {
		p.Message += ". (try 'helm repo update')"
	}
	return at, err
}

// suggest guesses what a lone name that is no file was meant to be.
func (l *locator) suggest(name string) string {
	if near := nearPath(name); near != "" {
		return near
	}
	for _, b := range BuiltinNames() {
		if b == name || path.Base(b) == name {
			return fmt.Sprintf("did you mean %s%s?", BuiltinPrefix, b)
		}
	}
	return "a chart is a folder, an archive, a URL, oci://..., REPO/NAME, builtin:NAME, or a name with --repo"
}

// fromIndex picks a version of a chart and fetches its archive. credentials are
// those of the repository; its charts may lie on another host.
func (l *locator) fromIndex(i *index, name string, c credentials) (location, error) {
	e, err := i.find(name, l.version())
	if err != nil {
		return location{}, err
	}
	if len(e.URLs) == 0 {
		return location{}, refuse("CH001", "chart %q version %q has no downloadable URLs", name, e.Version).in(i.source)
	}
	at, err := resolveURL(c.origin, e.URLs[0])
	if err != nil {
		return location{}, err
	}
	if registry.IsOCI(at) {
		return l.fromRegistry(at, e.Version)
	}
	return l.fetchArchive(at, c, e)
}

// fromURL fetches an archive from a URL typed by hand.
func (l *locator) fromURL(chartURL string) (location, error) {
	c := l.credentials(chartURL, l.PassCredentials)
	e, err := l.Settings.owner(chartURL)
	if err != nil {
		return location{}, err
	}
	if e != nil {
		c = c.with(e)
	}
	return l.fetchArchive(chartURL, c, nil)
}

// fetchArchive fetches an archive, and its provenance file when that is wanted.
// e is nil when no index tells about it.
func (l *locator) fetchArchive(chartURL string, c credentials, e *indexEntry) (location, error) {
	at := location{url: redacted(chartURL)}
	var err error
	if at.data, err = c.get(l.ctx, chartURL, maxChartSize); err != nil {
		return at, err
	}
	if e != nil {
		if err := e.checkDigest(at.data, at.url); err != nil {
			return at, err
		}
	}
	return at, l.withProvenance(&at, func() ([]byte, error) {
		return c.get(l.ctx, chartURL+".prov", maxFileSize)
	})
}

// redacted is the URL without a password, for messages and reports. Text that
// is no URL may hold one all the same.
func redacted(raw string) string {
	if u, err := url.Parse(raw); err == nil {
		return u.Redacted()
	}
	scheme, rest, _ := strings.Cut(raw, "://")
	if i := strings.LastIndexByte(rest, '@'); i >= 0 {
		return scheme + "://xxxxx" + rest[i:]
	}
	return raw
}
