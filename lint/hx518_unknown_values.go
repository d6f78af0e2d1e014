package lint

import (
	"fmt"
	"slices"
	"strings"

	"github.com/helmx-dev/helmx/charts"
	"github.com/helmx-dev/helmx/diag"
)

func init() {
	register(Rule{
		ID: "HX518", Title: "Value that Istio's chart does not know", Starred: true,
		Severity: diag.Warning,
		Tags:     []string{"install", "values"},
		Sources: []Source{
			{"Istio, source: istioctl decodes values strictly, Helm does not", "https://github.com/istio/istio/tree/master/operator/pkg/apis/validation"},
			{"istio/istio#44814, on what Helm does not check", "https://github.com/istio/istio/issues/44814"},
		},
		Why: "Helm passes over values that no template reads: a misspelt key, one that stands in the wrong table, or one for another chart " +
			"changes nothing, without a word. Known is what values.yaml and the profiles of the chart declare, and what its files " +
			"read. A file that is given to several charts is known when one of them knows the value.",
		Remedy: "Correct the key; `helmx values CHART` prints those there are. In a chart around Istio's, values of istiod stand below the " +
			"key istiod.",
		Bad: `# values of builtin:istio/istiod
autoscaleMinimum: 2
`,
		Good: `# values of builtin:istio/istiod
autoscaleMin: 2
`,
		Whole: checkUnknownValues,
	})
}

// unknownValue is a setting that a chart does not know.
type unknownValue struct {
	of    *part
	s     charts.Assignment
	path  []string // as far as the chart is concerned
	steps int      // of the path that it knows
	keys  []string // what it knows there
}

func checkUnknownValues(p *Pass) {
	known := make(map[string]bool)
	var unknown []unknownValue
	for _, of := range p.Mesh.istioParts() {
		if of.File("values.schema.json") != nil || len(of.Settings) == 0 {
			continue // the schema says it
		}
		d := newDeclared(of)
		for _, s := range of.Settings {
			u, ok := unknownTo(d, of, s)
			if !ok {
				known[s.Place()] = true
				continue
			}
			unknown = append(unknown, u)
		}
	}
	for _, u := range unknown {
		if !known[u.s.Place()] {
			known[u.s.Place()] = true // told once
			u.report(p)
		}
	}
	checkMisplacedValues(p)
}

// legacyPrefix is the table that a chart lays over the top of its values.
var legacyPrefix = map[string]string{chartIstiod: "pilot", chartCNI: "cni"}

// otherRules decide on these tables.
var otherRules = [][]setting{deprecatedValues, fatalValues, valuesWithoutEffect}

func unknownTo(d *declared, of *part, s charts.Assignment) (unknownValue, bool) {
	path := s.Path
	if s.Removes() || slices.Contains([]string{internalDefaults, "defaults", "profile", "platform", "compatibilityVersion", "enabled", "tags"}, path[0]) {
		return unknownValue{}, false
	}
	for _, table := range otherRules {
		if _, listed := about(table, of, s); listed {
			return unknownValue{}, false
		}
	}
	steps, unknown := d.unknown(path)
	if !unknown {
		return unknownValue{}, false
	}
	if rest := path[1:]; len(rest) > 0 && path[0] == legacyPrefix[of.Name] {
		path = rest
		if steps, unknown = d.unknown(path); !unknown {
			return unknownValue{}, false
		}
	}
	if path[0] == "global" {
		if _, unknown := istiodDeclares().unknown(path); !unknown || len(path) > 1 && slices.Contains([]string{"profile", "platform"}, path[1]) {
			return unknownValue{}, false
		}
		if _, unknown := d.unknown(path[1:]); !unknown && len(path) > 1 {
			return unknownValue{}, false // ztunnel takes globals for its own
		}
	}
	return unknownValue{of, s, path, steps, d.keys(path[:steps])}, true
}

func (u unknownValue) report(p *Pass) {
	hint := diag.DidYouMean(u.path[u.steps], u.keys)
	if hint == "" {
		hint = "remove it, or look for the right key: helmx values CHART lists them"
	}
	p.ReportSetting(u.of, u.s, fmt.Sprintf("chart %s has no value %s: Helm passes over it", u.of.Name, strings.Join(u.path[:u.steps+1], ".")), hint)
}

// checkMisplacedValues looks at charts around Istio's: a value that only the
// chart inside knows has no effect at the top.
func checkMisplacedValues(p *Pass) {
	for i := range p.Mesh.Releases {
		var parts []*part
		for _, of := range p.Mesh.parts() {
			if of.release == &p.Mesh.Releases[i] {
				parts = append(parts, of)
			}
		}
		if len(parts) < 2 || parts[0].isIstio() {
			continue
		}
		own := newDeclared(parts[0])
		for _, s := range parts[0].Settings {
			if _, unknown := own.unknown(s.Path[:1]); unknown && s.Path[0] != "global" && s.Path[0] != "tags" && !s.Removes() {
				reportMisplaced(p, parts, s)
			}
		}
	}
}

// reportMisplaced names the chart inside that a value is for.
func reportMisplaced(p *Pass, parts []*part, s charts.Assignment) {
	for _, inner := range parts[1:] {
		if inner.Path[0] == s.Path[0] {
			return // the values of a subchart
		}
	}
	for _, inner := range parts[1:] {
		if !inner.isIstio() || len(inner.Path) != 1 {
			continue
		}
		_, unknown := newDeclared(inner).unknown(s.Path)
		if !unknown || s.Path[0] == legacyPrefix[inner.Name] {
			p.ReportSetting(parts[0], s, fmt.Sprintf("chart %s has no value %s: Helm passes over it", parts[0].Name, s.Key()),
				fmt.Sprintf("for chart %s write %s.%s", inner.Name, strings.Join(inner.Path, "."), s.Key()))
			return
		}
	}
}
