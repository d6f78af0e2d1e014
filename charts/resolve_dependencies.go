package charts

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/Masterminds/semver/v3"
	"helm.sh/helm/v3/pkg/chart"
	"helm.sh/helm/v3/pkg/registry"

	"github.com/helmx-dev/helmx/diag"
)

const fileScheme = "file://"

// dependencyRepo is a repository that dependencies come from.
type dependencyRepo struct {
	name   string // in Helm's configuration, or made up for the cache
	access credentials
	index  *index
}

// resolveRepositories replaces "@name" and "alias:name" by the URL of Helm's
// repository of that name. The declarations themselves stay as they are.
func (u *updater) resolveRepositories(declared []*chart.Dependency) ([]*chart.Dependency, error) {
	known, err := u.Settings.repositories()
	if err != nil {
		return nil, err
	}
	resolved := make([]*chart.Dependency, len(declared))
	for i, d := range declared {
		copied := *d
		resolved[i] = &copied
		if d.Repository == "" || registry.IsOCI(d.Repository) || strings.HasPrefix(d.Repository, fileScheme) {
			continue
		}
		alias := strings.TrimPrefix(strings.TrimPrefix(d.Repository, "@"), "alias:")
		named := slices.IndexFunc(known, func(e *repoEntry) bool { return alias != d.Repository && e.Name == alias })
		if named >= 0 {
			copied.Repository = known[named].URL
			continue
		}
		if _, err := url.ParseRequestURI(d.Repository); err != nil {
			return nil, u.unknownRepository(d, known)
		}
	}
	return resolved, nil
}

func (u *updater) unknownRepository(d *chart.Dependency, known []*repoEntry) error {
	p := u.declared(refuse("CH025", "no repository definition for %s. Please add them via 'helm repo add'", redacted(d.Repository)), d)
	names := make([]string, len(known))
	for i, e := range known {
		names[i] = "@" + e.Name
	}
	if near := diag.DidYouMean("@"+strings.TrimLeft(d.Repository, "@"), names); near != "" {
		return p.try(near)
	}
	return p.try(`a repository is a URL like "https://charts.example.com/", or "@example" for one that was added to Helm as "example"`)
}

// declared points a problem at the declaration of a dependency.
func (u *updater) declared(p *problem, d *chart.Dependency) *problem {
	name := "Chart.yaml"
	if rawData(u.chart, "requirements.yaml") != nil {
		name = "requirements.yaml"
	}
	data := rawData(u.chart, name)
	line, column := declaration(data, d.Name)
	return p.at(filepath.Join(u.dir, name), line, column).shown(data)
}

// lockVersions picks the version of every dependency.
func (u *updater) lockVersions(declared []*chart.Dependency) ([]*chart.Dependency, error) {
	locked := make([]*chart.Dependency, len(declared))
	for i, d := range declared {
		version, err := u.pickVersion(d)
		if p, ok := err.(*problem); ok && p.Span.File == "" {
			err = u.declared(p, d)
		}
		if err != nil {
			return nil, err
		}
		locked[i] = &chart.Dependency{Name: d.Name, Repository: d.Repository, Version: version}
	}
	return locked, nil
}

func (u *updater) pickVersion(d *chart.Dependency) (string, error) {
	constraint, err := semver.NewConstraint(d.Version)
	if err != nil {
		return "", refuse("CH025", "dependency %q has an invalid version/constraint format: %v", d.Name, err)
	}
	switch {
	case d.Repository == "":
		return d.Version, localFolder(filepath.Join(u.dir, "charts", d.Name))
	case strings.HasPrefix(d.Repository, fileScheme):
		c, err := u.local(d)
		if err != nil {
			return "", err
		}
		return c.Metadata.Version, nil
	case registry.IsOCI(d.Repository):
		return u.pickTag(d, constraint)
	}
	repo, err := u.repository(d.Repository)
	if err != nil {
		return "", err
	}
	versions, err := repo.index.versions(d.Name)
	if err != nil {
		return "", err
	}
	if len(versions) == 0 {
		return "", refuse("CH025", "%s chart not found in repo %s", d.Name, redacted(d.Repository)).try(diag.DidYouMean(d.Name, repo.index.names()))
	}
	for _, v := range versions {
		if len(v.URLs) > 0 && constraint.Check(v.version) {
			return v.Version, nil
		}
	}
	return "", noVersion(d, repo.index.hint(d.Name, versions))
}

func noVersion(d *chart.Dependency, hint string) error {
	return refuse("CH025", "can't get a valid version for %q (repository %q, version %q)", d.Name, redacted(d.Repository), d.Version).try(hint)
}

// pickTag takes an exact version as it stands, and lists the tags for a range.
func (u *updater) pickTag(d *chart.Dependency, constraint *semver.Constraints) (string, error) {
	if _, err := semver.NewVersion(d.Version); err == nil {
		return d.Version, nil
	}
	client, err := u.registryClient()
	if err != nil {
		return "", err
	}
	ref := strings.TrimPrefix(d.Repository, "oci://") + "/" + d.Name
	tags, err := client.Tags(ref)
	if err != nil {
		return "", registryError(u.ctx, d.Repository+"/"+d.Name, err)
	}
	for _, tag := range tags { // the newest first
		if v, err := semver.NewVersion(tag); err == nil && constraint.Check(v) {
			return tag, nil
		}
	}
	return "", noVersion(d, "the newest versions are "+strings.Join(tags[:min(len(tags), 5)], ", "))
}

func localFolder(path string) error {
	if info, err := os.Stat(path); err != nil || !info.IsDir() {
		return refuse("CH025", "directory %s not found", path)
	}
	return nil
}

// local loads a dependency from the folder its file:// URL names: absolute, or
// relative to the chart.
func (u *updater) local(d *chart.Dependency) (*chart.Chart, error) {
	path := strings.TrimPrefix(d.Repository, fileScheme)
	if !filepath.IsAbs(path) {
		path = filepath.Join(u.dir, path)
	}
	if err := localFolder(path); err != nil {
		return nil, err
	}
	c, _, err := u.reading.open(path, location{path: path, dir: true})
	if err != nil {
		return nil, err
	}
	if !versionMatches(d.Version, c.Metadata.Version) {
		return nil, noVersion(d, fmt.Sprintf("%s holds version %s", path, c.Metadata.Version))
	}
	return c.Chart, nil
}

// repository returns a repository with its index, fetched once. Credentials
// come from Helm's configuration only: those of the command line are for
// registries, as in Helm.
func (u *updater) repository(repoURL string) (*dependencyRepo, error) {
	if known := u.repos[repoURL]; known != nil {
		return known, nil
	}
	configured, err := u.Settings.repositories()
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256([]byte(repoURL))
	r := &dependencyRepo{name: "helm-manager-" + hex.EncodeToString(sum[:]), access: credentials{origin: repoURL}}
	for _, e := range configured {
		if sameURL(e.URL, repoURL) {
			r.name, r.access = e.Name, credentials{}.with(e)
			break
		}
	}
	if err := u.refresh(r); err != nil {
		return nil, err
	}
	r.index.source = redacted(repoURL)
	u.repos[repoURL] = r
	return r, nil
}

// refresh fetches a repository's index and leaves a copy in Helm's cache, for
// --skip-refresh and for Helm. When the repository cannot be reached the copy
// must do, as in Helm.
func (u *updater) refresh(r *dependencyRepo) error {
	var err error
	if u.skipRefresh {
		r.index, err = u.Settings.cachedIndex(r.name)
		return err
	}
	var raw []byte
	r.index, raw, err = fetchIndex(u.ctx, r.access.origin, r.access)
	if err == nil {
		fmt.Fprintf(u.log(), "...Successfully got an update from the %q chart repository\n", redacted(r.access.origin))
		u.cacheIndex(r.name, raw)
		return nil
	}
	cached, cacheErr := u.Settings.cachedIndex(r.name)
	if cacheErr != nil || u.ctx.Err() != nil {
		return notARepository(redacted(r.access.origin), "NAME", err)
	}
	fmt.Fprintf(u.log(), "...Unable to get an update from the %q chart repository:\n\t%s\n", redacted(r.access.origin), err)
	r.index = cached
	return nil
}

// cacheIndex is a courtesy: a cache that cannot be written stops nothing.
func (u *updater) cacheIndex(name string, raw []byte) {
	if u.Settings.RepositoryCache == "" {
		return
	}
	if err := os.MkdirAll(u.Settings.RepositoryCache, 0o755); err == nil {
		_ = writeFile(u.Settings.cachedIndexFile(name), raw)
	}
}

// fetch gets the archive of a locked dependency; nil data when the chart lies
// in charts/ already.
func (u *updater) fetch(d *chart.Dependency) (name string, data []byte, err error) {
	switch {
	case d.Repository == "":
		fmt.Fprintf(u.log(), "Dependency %s did not declare a repository. Assuming it exists in the charts directory\n", d.Name)
		return "", nil, u.checkUnmanaged(d)
	case strings.HasPrefix(d.Repository, fileScheme):
		c, err := u.local(d)
		if err != nil {
			return "", nil, err
		}
		data, err = pack(c)
		return archiveName(c.Metadata), data, err
	}
	fmt.Fprintf(u.log(), "Downloading %s from repo %s\n", d.Name, redacted(d.Repository))
	at, err := u.fetchRemote(d)
	return at.archiveName(), at.data, err
}

func (u *updater) fetchRemote(d *chart.Dependency) (location, error) {
	if registry.IsOCI(d.Repository) {
		return u.fromRegistry(strings.TrimSuffix(d.Repository, "/")+"/"+d.Name, d.Version)
	}
	repo, err := u.repository(d.Repository)
	if err != nil {
		return location{}, err
	}
	u.Selection = &Selection{Version: d.Version}
	return u.fromIndex(repo.index, d.Name, repo.access)
}

// checkUnmanaged checks the version of a chart that somebody put into charts/.
func (u *updater) checkUnmanaged(d *chart.Dependency) error {
	path := filepath.Join(u.dir, "charts", d.Name)
	if err := localFolder(path); err != nil {
		return err
	}
	c, _, err := u.reading.open(path, location{path: path, dir: true})
	if err != nil {
		return err
	}
	if !versionMatches(d.Version, c.Metadata.Version) {
		return u.declared(refuse("CH025", "dependency %s at version %s does not satisfy the constraint %s", d.Name, c.Metadata.Version, d.Version), d)
	}
	return nil
}
