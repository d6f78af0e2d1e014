package charts

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/Masterminds/semver/v3"

	"github.com/helmx-dev/helmx/diag"
)

// locator finds charts: one call of Load, Pull or of a dependency command.
type locator struct {
	*reading
	*Access
	*Selection

	keepProvenance   bool // fetch the provenance file even if nothing is verified
	verifyIfPossible bool // put up with a missing provenance file
}

// locate finds the chart that ref names, and fetches it when it is remote.
func (l *locator) locate(ref string) (location, error) {
	if name, ok := cutBuiltin(ref); ok {
		return l.builtin(name)
	}
	name := strings.TrimSpace(ref)
	if at, ok := statChart(name); ok {
		if l.RepoURL != "" {
			l.report(warning("CH020", at.path, "the chart %s lies in the working directory: --repo %s is ignored", name, redacted(l.RepoURL)))
		}
		if l.Verify {
			return at, l.verifyFile(at)
		}
		return at, nil
	}
	if filepath.IsAbs(name) || strings.HasPrefix(name, ".") {
		return location{}, notOnDisk(name)
	}
	return l.fetchChart(name)
}

func cutBuiltin(ref string) (name string, ok bool) {
	return strings.CutPrefix(strings.TrimSpace(ref), BuiltinPrefix)
}

func notOnDisk(name string) error {
	return refuse("CH001", "path %q not found", name).try(nearPath(name))
}

// nearPath suggests a chart beside the path that is not there, or nothing.
func nearPath(name string) string {
	dir, base := filepath.Split(filepath.Clean(name))
	if near := diag.Nearest(base, chartsIn(dir)); near != "" {
		return fmt.Sprintf("did you mean %s%s?", dir, near)
	}
	return ""
}

// chartsIn lists the chart folders and archives of a folder.
func chartsIn(dir string) []string {
	if dir == "" {
		dir = "."
	}
	entries, _ := os.ReadDir(dir) // unreadable: nothing to suggest
	var names []string
	for _, e := range entries {
		if _, err := os.Stat(filepath.Join(dir, e.Name(), "Chart.yaml")); err == nil || strings.HasSuffix(e.Name(), ".tgz") {
			names = append(names, e.Name())
		}
	}
	return names
}

func (l *locator) builtin(name string) (location, error) {
	c, ok := Builtin(name)
	if !ok {
		p := refuse("CH001", "no chart %q is built in: there are %s", name, strings.Join(BuiltinNames(), ", "))
		if short, version, ok := strings.Cut(name, "@"); ok {
			return location{}, p.try(fmt.Sprintf("a version goes into its own flag: %s%s --version %s", BuiltinPrefix, cmp.Or(diag.Nearest(short, BuiltinNames()), short), version))
		}
		return location{}, p.try(diag.DidYouMean(name, BuiltinNames()))
	}
	if l.Verify {
		return location{}, refuse("CH010", "built-in charts carry no provenance file").
			try("leave --verify away: the chart is part of the binary")
	}
	if v := l.version(); v != "" && !versionMatches(v, c.Metadata.Version) {
		return location{}, refuse("CH001", "chart %q version %q not found: the binary holds version %s", BuiltinPrefix+name, v, c.Metadata.Version)
	}
	return location{chart: c, url: BuiltinPrefix + name}, nil
}

// versionMatches reports whether a version is the wanted one or within the
// wanted range.
func versionMatches(want, version string) bool {
	if want == version {
		return true
	}
	constraint, err := semver.NewConstraint(want)
	if err != nil {
		return false
	}
	v, err := semver.NewVersion(version)
	return err == nil && constraint.Check(v)
}
