package charts

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"helm.sh/helm/v3/pkg/chart"

	"github.com/helmx-dev/helmx/diag"
)

// DependencyOptions says how to fetch the dependencies of a chart folder.
type DependencyOptions struct {
	Access

	SkipRefresh bool // use the cached indexes of repositories
}

// UpdateDependencies makes charts/ of the chart folder hold what Chart.yaml (or
// requirements.yaml) declares, in the newest versions that fit, removes archives
// of other versions, and writes the lock file. Nothing is written when anything
// cannot be fetched. Archives in charts/ that are no charts, folders, and
// dependencies without a repository are left alone.
func UpdateDependencies(ctx context.Context, dir string, o DependencyOptions) (diag.List, error) {
	u := newUpdater(ctx, &o)
	at, err := chartFolder(dir)
	if err == nil {
		err = u.update(at)
	}
	return settle(u.found, err)
}

// BuildDependencies does the same with the versions of the lock file, and does
// not write that. A chart without a lock file is updated. With Verify an archive
// without provenance file is accepted with a warning, as `helm dependency build`
// does.
func BuildDependencies(ctx context.Context, dir string, o DependencyOptions) (diag.List, error) {
	u := newUpdater(ctx, &o)
	u.verifyIfPossible = true
	at, err := chartFolder(dir)
	if err == nil {
		err = u.build(at)
	}
	return settle(u.found, err)
}

func newUpdater(ctx context.Context, o *DependencyOptions) *updater {
	return &updater{
		locator:     locator{reading: &reading{ctx: ctx}, Access: &o.Access, Selection: &Selection{}},
		skipRefresh: o.SkipRefresh,
	}
}

func chartFolder(dir string) (location, error) {
	at, ok := statChart(dir)
	if !ok {
		return at, notOnDisk(dir)
	}
	return at, nil
}

// updater works on the dependencies of one chart folder.
type updater struct {
	locator
	skipRefresh bool

	dir   string
	chart *chart.Chart
	repos map[string]*dependencyRepo // by URL
}

func (u *updater) open(at location) error {
	if !at.dir {
		return refuse("CH002", "only unpacked charts can be updated").in(at.label())
	}
	c, _, err := u.reading.open(at.path, at)
	if err != nil {
		return err
	}
	u.dir, u.chart, u.repos = at.path, c.Chart, map[string]*dependencyRepo{}
	return nil
}

func (u *updater) update(at location) error {
	if err := u.open(at); err != nil {
		return err
	}
	if u.chart.Metadata.Dependencies == nil {
		return nil
	}
	declared, err := u.resolveRepositories(u.chart.Metadata.Dependencies)
	if err != nil {
		return err
	}
	locked, err := u.lockVersions(declared)
	if err != nil {
		return err
	}
	if err := u.fetchAll(locked); err != nil {
		return err
	}
	digest, err := lockDigest(declared, locked)
	if err != nil {
		return err
	}
	return writeLock(u.dir, u.chart, locked, digest)
}

func (u *updater) build(at location) error {
	if err := u.open(at); err != nil {
		return err
	}
	if u.chart.Lock == nil {
		u.verifyIfPossible = false
		return u.update(at)
	}
	original := u.chart.Metadata.Dependencies
	declared, err := u.resolveRepositories(original)
	if err != nil {
		return err
	}
	if err := u.checkLock(original, declared); err != nil {
		return err
	}
	return u.fetchAll(u.chart.Lock.Dependencies)
}

// fetchAll fetches all archives before it touches charts/.
func (u *updater) fetchAll(locked []*chart.Dependency) error {
	fmt.Fprintf(u.log(), "Saving %d charts\n", len(locked))
	archives := map[string][]byte{}
	done := map[string]bool{} // the same chart under several aliases
	for _, d := range locked {
		key := d.Name + "\n" + d.Version + "\n" + d.Repository
		if done[key] {
			continue
		}
		done[key] = true
		name, data, err := u.fetch(d)
		if err != nil {
			return err
		}
		if data != nil {
			archives[name] = data
		}
	}
	folder := filepath.Join(u.dir, "charts")
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return fmt.Errorf("writing dependencies: %w", err)
	}
	for _, name := range slices.Sorted(maps.Keys(archives)) {
		if err := writeFile(filepath.Join(folder, name), archives[name]); err != nil {
			return fmt.Errorf("writing dependency: %w", err)
		}
	}
	return u.removeOutdated(folder, archives, locked)
}

// removeOutdated deletes the chart archives in charts/ that were not fetched
// just now.
func (u *updater) removeOutdated(folder string, kept map[string][]byte, locked []*chart.Dependency) error {
	fmt.Fprintln(u.log(), "Deleting outdated charts")
	entries, err := os.ReadDir(folder)
	if err != nil {
		return fmt.Errorf("reading dependencies: %w", err)
	}
	for _, e := range entries {
		if _, fresh := kept[e.Name()]; fresh || e.IsDir() {
			continue
		}
		path := filepath.Join(folder, e.Name())
		// A reading of its own: an old archive's faults are not the chart's.
		c, _, err := (&reading{ctx: u.ctx}).open(path, location{path: path})
		if cause := context.Cause(u.ctx); cause != nil {
			return cause
		}
		if err != nil {
			fmt.Fprintf(u.log(), "Could not verify %s for deletion: %s (Skipping)\n", path, err)
			continue
		}
		unmanaged := slices.ContainsFunc(locked, func(d *chart.Dependency) bool { return d.Repository == "" && d.Name == c.Name() })
		if unmanaged {
			continue
		}
		if err := os.Remove(path); err != nil {
			return fmt.Errorf("removing outdated dependency: %w", err)
		}
	}
	return nil
}
