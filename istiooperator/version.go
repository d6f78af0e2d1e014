package istiooperator

import (
	"fmt"
	"regexp"
	"strings"
	"sync"

	"github.com/helmx-dev/helmx/charts"
	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
)

// releaseTag is the tag of an image of a release. Behind the version there may
// be a variant, or what a vendor calls its build; the charts have none of it.
var releaseTag = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^v?([0-9]+\.[0-9]+\.[0-9]+(-(alpha|beta|rc)\.[0-9]+)?)(-.*)?$`)
})

// version is that of a component's chart: the version of its images where the
// tag is that of a release, else that of the charts that helmx brings.
func (t *translation) version(c component) string {
	path := t.tag(c)
	if path == nil {
		return charts.IstioVersion
	}
	tag, version := t.scalarText(path), charts.IstioVersion
	if m := releaseTag().FindStringSubmatch(tag); m != nil {
		version = m[1]
	}
	t.reportTag(path, tag, version)
	return version
}

// tag returns where the tag of a component's images is written, nil for nowhere.
// The first place wins, as in istioctl. The images of gateways are istiod's.
func (t *translation) tag(c component) manifest.Path {
	var places []manifest.Path
	if c.chart != gatewayChart {
		places = append(places, manifest.Keys("spec", "components", c.key, "tag"), manifest.Keys("spec", "values", c.key, "tag"))
	}
	for _, path := range append(places, manifest.Keys("spec", "values", "global", "tag"), manifest.Keys("spec", "tag")) {
		if t.scalarText(path) != "" {
			return path
		}
	}
	return nil
}

// reportTag tells, once for each place, that the charts to install are not
// those that the values are made for, or not known.
func (t *translation) reportTag(path manifest.Path, tag, version string) {
	of := ""
	switch {
	case !releaseTag().MatchString(tag):
		of = fmt.Sprintf("the tag %q names no release: the commands install the charts %s", tag, version)
	case minor(version) != minor(charts.IstioVersion):
		of = fmt.Sprintf("the commands install the charts %s, and the values and patches are made for %s", version, charts.IstioVersion)
	}
	if of == "" || t.tags[path.String()] {
		return
	}
	if t.tags == nil {
		t.tags = map[string]bool{}
	}
	t.tags[path.String()] = true
	t.findAt(t.key(path), diag.Info, codeVersion, path, of, "compare the objects before you install: a chart of another version can have other values and other defaults")
}

// minor cuts the patch release off a version.
func minor(version string) string {
	parts := strings.SplitN(version, ".", 3)
	return strings.Join(parts[:min(2, len(parts))], ".")
}
