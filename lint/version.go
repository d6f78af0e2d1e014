package lint

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// version is a minor version of Istio; the zero version is an unknown one.
// Istio adds and removes features with minor versions alone.
type version struct{ major, minor int }

// parseVersion reads "1.30", "1.30.2", "v1.30.0-rc.1" and the like.
func parseVersion(s string) (version, error) {
	numbers := strings.Split(strings.TrimPrefix(s, "v"), ".")
	if len(numbers) >= 2 {
		minor, _, _ := strings.Cut(numbers[1], "-")
		major, err1 := strconv.Atoi(numbers[0])
		n, err2 := strconv.Atoi(minor)
		if err1 == nil && err2 == nil && major > 0 && n >= 0 {
			return version{major, n}, nil
		}
	}
	return version{}, fmt.Errorf("%q is no Istio version: expected one such as 1.30 or 1.30.2", s)
}

func (v version) known() bool { return v != version{} }

func (v version) less(w version) bool {
	return v.major < w.major || v.major == w.major && v.minor < w.minor
}

// Before reports whether the mesh is known to run an older Istio than this.
// A mesh that does not tell counts as the newest.
func (m *Mesh) Before(minor string) bool {
	bound, err := parseVersion(minor)
	return err == nil && m.version().known() && m.version().less(bound)
}

// findVersion returns the newest version that the tags of Istio's images tell,
// those of the control plane first: it is what reads the configuration.
func (m *Mesh) findVersion() version {
	var newest, plane version
	for _, o := range m.Of(podKinds...) {
		if !slices.ContainsFunc(istioImages, o.Mentions) {
			continue
		}
		for _, found := range o.Containers() {
			for _, ref := range o.below(found, "image") {
				i := parseImage(text(ref.Node))
				v, err := parseVersion(i.tag)
				if err != nil || !slices.Contains(istioImages, i.name) {
					continue
				}
				if newest.less(v) {
					newest = v
				}
				if i.name == "pilot" && plane.less(v) {
					plane = v
				}
			}
		}
	}
	if plane.known() {
		return plane
	}
	if !newest.known() {
		return m.chartVersion()
	}
	return newest
}

// chartVersion returns the newest version among Istio's charts here.
func (m *Mesh) chartVersion() version {
	var newest version
	for _, p := range m.istioParts() {
		if v, err := parseVersion(cmp.Or(p.AppVersion, p.Version)); err == nil && newest.less(v) {
			newest = v
		}
	}
	return newest
}

// String gives the minor version: "1.30".
func (v version) String() string { return fmt.Sprintf("%d.%d", v.major, v.minor) }

func (v version) compare(w version) int {
	return cmp.Or(cmp.Compare(v.major, w.major), cmp.Compare(v.minor, w.minor))
}
