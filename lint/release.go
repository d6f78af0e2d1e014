package lint

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/helmx-dev/helmx/charts"
	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
)

// Release is a chart among what is judged, with the values that were set for it.
// Charts that are rendered together are releases of one mesh.
type Release struct {
	Name, Namespace string
	// Parts returns the chart and its subcharts; it is called once, and only when a
	// rule asks.
	Parts func() []charts.Configured
}

// part is a chart of a release, as rules on values see it.
type part struct {
	charts.Configured
	release *Release
}

// Istio's charts, by what their Chart.yaml calls them.
const (
	chartBase    = "base"
	chartIstiod  = "istiod"
	chartCNI     = "cni"
	chartZtunnel = "ztunnel"
	chartGateway = "gateway"
)

var istioCharts = []string{chartBase, chartIstiod, chartCNI, chartZtunnel, chartGateway}

// internalDefaults is the key below which Istio's charts keep their defaults.
const internalDefaults = "_internal_defaults_do_not_set"

// findParts returns the charts of all releases.
func (m *Mesh) findParts() []*part {
	var found []*part
	for i := range m.Releases {
		r := &m.Releases[i]
		for _, p := range r.Parts() {
			p.Settings = slices.DeleteFunc(slices.Clone(p.Settings), func(s charts.Assignment) bool { return saysNothing(p, s) })
			found = append(found, &part{p, r})
		}
	}
	return found
}

// saysNothing reports whether a setting is what the chart's values.yaml says
// anyway. Some callers, such as kustomize, set a copy of all of it.
func saysNothing(p charts.Configured, s charts.Assignment) bool {
	defaults := p.Defaults()
	if defaults == nil || s.Removes() {
		return false
	}
	value := manifest.Keys(s.Path...).Get(defaults)
	return value != nil && (manifest.Equal(manifest.Resolve(value), s.Node) || sameNumber(manifest.Resolve(value).Value, s.Node.Value))
}

// sameNumber reports whether two scalars are one number: 1.0 is copied as 1.
func sameNumber(a, b string) bool {
	x, errX := strconv.ParseFloat(a, 64)
	y, errY := strconv.ParseFloat(b, 64)
	return errX == nil && errY == nil && x == y
}

// istioParts returns those of Istio's charts that have one of the names; all of
// them when none is given.
func (m *Mesh) istioParts(names ...string) []*part {
	var found []*part
	for _, p := range m.parts() {
		if p.isIstio() && (len(names) == 0 || slices.Contains(names, p.Name)) {
			found = append(found, p)
		}
	}
	return found
}

// isIstio reports whether the chart is one of Istio's: other charts are called
// base and gateway too, but do not keep their defaults in such a way, and those
// of before Istio 1.20 name Istio as their source.
func (p *part) isIstio() bool {
	if !slices.Contains(istioCharts, p.Name) {
		return false
	}
	meta := string(p.File("Chart.yaml"))
	return strings.Contains(meta, "istio.io") || strings.Contains(meta, "istio/istio") || strings.Contains(string(p.File("values.yaml")), internalDefaults)
}

// set returns the settings at or below a path in the chart's values, such as
// global.proxy; what removes a value sets nothing.
func (p *part) set(path string) []charts.Assignment {
	var found []charts.Assignment
	for _, s := range p.Settings {
		if key := s.Key(); (key == path || strings.HasPrefix(key, path+".")) && !s.Removes() {
			found = append(found, s)
		}
	}
	return found
}

// last returns the text that a path is set to, by the highest layer that sets it.
func (p *part) last(path string) (charts.Assignment, bool) {
	for _, s := range slices.Backward(p.Settings) {
		if s.Key() == path {
			return s, true
		}
	}
	return charts.Assignment{}, false
}

// ReportSetting adds a finding about a value that was set for a chart. What
// stands on the command line has no place: then the message says who sets it.
func (p *Pass) ReportSetting(of *part, s charts.Assignment, message, hint string) *diag.Diagnostic {
	d := s.Finding()
	if s.OnCommandLine() {
		message += fmt.Sprintf(" (set by %s)", s.By)
	}
	return p.add(&d, &Object{mesh: p.Mesh, values: of}, message, hint)
}

// setting is a place in the values of Istio's charts that a rule knows.
type setting struct {
	path    string // a setting below it counts too
	value   string // when only this value is meant
	charts  string // the chart it is about; "" for any of Istio's
	gone    string // the Istio version without it; "" when there is no such version here
	instead string // what to write
}

// about returns the entry of a table that a setting of the chart falls under:
// the one with the longest path.
func about(table []setting, p *part, s charts.Assignment) (setting, bool) {
	best, found := setting{}, false
	for _, e := range table {
		fits := s.Key() == e.path || strings.HasPrefix(s.Key(), e.path+".")
		if fits && (e.charts == "" || e.charts == p.Name) && (e.value == "" || e.value == s.Text()) && len(e.path) >= len(best.path) {
			best, found = e, true
		}
	}
	return best, found
}

// reportSettings reports the settings for Istio's charts that a table lists and
// that the mesh's version is concerned by; say makes the message.
func reportSettings(p *Pass, table []setting, say func(s charts.Assignment, e setting) string) {
	seen := make(map[string]bool) // a global is set for several charts by one line
	for _, of := range p.Mesh.istioParts() {
		for _, s := range of.Settings {
			e, ok := about(table, of, s)
			if !ok || s.Removes() || e.gone != "" && p.Mesh.Before(e.gone) || seen[s.Place()] {
				continue
			}
			seen[s.Place()] = true
			p.ReportSetting(of, s, say(s, e), e.instead)
		}
	}
}

// profiles returns the names of the profile files of one of Istio's charts.
func (p *part) profiles() map[string]bool {
	names := make(map[string]bool)
	for _, file := range p.Files() {
		if name, ok := strings.CutPrefix(file, "files/profile-"); ok {
			names[strings.TrimSuffix(name, ".yaml")] = true
		}
	}
	return names
}
