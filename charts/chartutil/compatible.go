package chartutil

import "github.com/Masterminds/semver/v3"

// IsCompatibleRange reports whether a version satisfies a constraint such as
// ">=1.2.0 <2". What cannot be read, an empty constraint too, matches nothing.
func IsCompatibleRange(constraint, version string) bool {
	v, err := semver.NewVersion(version)
	if err != nil {
		return false
	}
	c, err := semver.NewConstraint(constraint)
	return err == nil && c.Check(v)
}
