package charts

import (
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/Masterminds/semver/v3"
	"helm.sh/helm/v3/pkg/chart"

	"github.com/helmx-dev/helmx/charts/chartutil"
	"github.com/helmx-dev/helmx/diag"
)

// Release is the release that a chart is rendered for. Its revision is 1, and
// unless it is an upgrade it is an install.
type Release struct {
	Name      string
	Namespace string
	IsUpgrade bool
}

// ResolveOptions say what a chart is resolved for.
type ResolveOptions struct {
	Release      Release
	Capabilities *chartutil.Capabilities // nil: chartutil.DefaultCapabilities
}

// Resolved is a chart ready to render. The chart it was made from is as it was
// and can be resolved again; its files, templates and metadata are shared.
type Resolved struct {
	// Chart holds the subcharts that are switched on, under their aliases. It
	// has UserPath of the chart it was made from.
	Chart *Chart
	// Values is the context of the top chart's templates: Chart, Capabilities,
	// Release and Values.
	Values chartutil.Values
}

// Resolve does what Helm 3.22 does between loading and rendering: it checks the
// release name, processes the dependencies (aliases, versions, tags, conditions,
// import-values), puts all values together and checks the Kubernetes version
// that the chart demands. u may be nil. The result is usable when the list holds
// no errors, and nil when not even the values can be put together.
//
// Resolve does not check values.schema.json: see Schemas.
func Resolve(ch *Chart, u *UserValues, o ResolveOptions) (*Resolved, diag.List, error) {
	if u == nil {
		u = &UserValues{chart: ch}
	}
	if o.Capabilities == nil {
		o.Capabilities = chartutil.DefaultCapabilities()
	}
	r := &resolving{user: u, seen: map[string]bool{}}
	if err := chartutil.ValidateReleaseName(o.Release.Name); err != nil {
		r.report(refuse("CH114", "release name %q: %v", o.Release.Name, err).try(suggestName(o.Release.Name)))
	}
	processed := *ch
	processed.Chart = chartutil.Clone(ch.Chart)
	values, err := r.values(processed.Chart, o)
	if err != nil {
		r.reportType(err)
		return nil, r.found, nil
	}
	r.kubeVersion(&processed, o.Capabilities)
	return &Resolved{Chart: &processed, Values: values}, r.found, nil
}

// resolving is one call of Resolve.
type resolving struct {
	user  *UserValues
	found diag.List
	seen  map[string]bool
}

func (r *resolving) report(p *problem) { r.found = append(r.found, p.Diagnostic) }

// values processes the dependencies of tree and returns the render context.
func (r *resolving) values(tree *chart.Chart, o ResolveOptions) (chartutil.Values, error) {
	if err := chartutil.EnableDependencies(tree, r.withRemoved(), r.warnDependency); err != nil {
		return nil, err
	}
	r.remove(tree)
	if err := chartutil.ImportValues(tree, r.warnDependency); err != nil {
		return nil, err
	}
	r.remove(tree)
	release := chartutil.ReleaseOptions{
		Name: o.Release.Name, Namespace: o.Release.Namespace, Revision: 1,
		IsUpgrade: o.Release.IsUpgrade, IsInstall: !o.Release.IsUpgrade,
	}
	var clashes []chartutil.Warning
	values, err := chartutil.ToRenderValues(tree, r.user.Map, release, o.Capabilities, func(w chartutil.Warning) { clashes = append(clashes, w) })
	slices.SortFunc(clashes, func(a, b chartutil.Warning) int { return slices.Compare(a.Path, b.Path) })
	for _, w := range clashes {
		r.warn("CH111", w)
	}
	return values, err
}

func (r *resolving) warnDependency(w chartutil.Warning) { r.warn("CH115", w) }

// warn reports a warning once: several passes over the values find the same.
func (r *resolving) warn(code string, w chartutil.Warning) {
	path := strings.Join(w.Path, ".")
	if id := code + path + w.Message; r.seen[id] {
		return
	} else {
		r.seen[id] = true
	}
	p := r.blame(refuse(code, "%s", w.Message), w.Path)
	p.Severity = diag.Warning
	r.report(p)
}

// blame adds the path and whoever set the value there.
func (r *resolving) blame(p *problem, path []string) *problem {
	p.Path = strings.Join(path, ".")
	at, by := r.user.Locate(path)
	p.Span = at
	if at.File == "" && by != "" {
		p.Related = []diag.Related{{Message: "set by " + by}}
	}
	return p
}

func (r *resolving) reportType(err error) {
	var mismatch *chartutil.TypeError
	if errors.As(err, &mismatch) {
		r.report(r.blame(refuse("CH112", "%v", err), mismatch.Path))
		return
	}
	r.report(refuse("CH112", "%v", err))
}

// kubeVersion holds the demand of the top chart against the version asked for;
// like Helm it does not look at the demands of subcharts.
func (r *resolving) kubeVersion(ch *Chart, caps *chartutil.Capabilities) {
	want := ch.Metadata.KubeVersion
	if want == "" || chartutil.IsCompatibleRange(want, caps.KubeVersion.Version) {
		return
	}
	p := refuse("CH113", "chart requires kubeVersion: %s which is incompatible with Kubernetes %s", want, caps.KubeVersion.Version)
	p.try("name the version of your cluster with --kube-version")
	if _, err := semver.NewConstraint(want); err != nil {
		p.Message += ": it is no constraint that can be read, so no version fits"
		p.try("write kubeVersion like \">=1.30.0-0\" or \">=1.30.0-0 <1.40.0-0\"")
	}
	line, column := keyPosition(rawText(ch.Chart, "Chart.yaml"), "kubeVersion")
	p.at(ch.UserPath(ch.Name()+"/Chart.yaml"), line, column)
	r.report(p)
}

// suggestName makes a valid release name of one that is not, or nothing.
func suggestName(name string) string {
	fixed := strings.Map(func(c rune) rune {
		if c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '.' {
			return c
		}
		return '-'
	}, strings.ToLower(name))
	fixed = strings.Trim(fixed[:min(len(fixed), 53)], "-.")
	if chartutil.ValidateReleaseName(fixed) != nil {
		return ""
	}
	return "try " + fixed
}

// withRemoved returns the user's values with a null wherever a layer of helmx
// removed something: while dependencies are switched on and off, nulls are how
// Helm's rules can be told.
func (r *resolving) withRemoved() map[string]any {
	values := r.user.Map
	for _, path := range r.user.removed {
		values = withNull(values, path)
	}
	return values
}

// withNull returns m with a null at path, sharing with m what did not change.
// What is set there already stays.
func withNull(m map[string]any, path []string) map[string]any {
	inner, found := m[path[0]]
	table, isTable := inner.(map[string]any)
	out := maps.Clone(m)
	if out == nil {
		out = map[string]any{}
	}
	switch {
	case len(path) == 1 && !found:
		out[path[0]] = nil
	case len(path) > 1 && (isTable || !found):
		out[path[0]] = withNull(table, path[1:])
	default:
		return m
	}
	return out
}

// remove takes out of the values of the charts what layers of helmx removed, so
// that it is gone even where the user sets something else beside it.
func (r *resolving) remove(ch *chart.Chart) {
	for _, path := range r.user.removed {
		removeDefault(ch, path)
	}
}

// istioDefaults is where Istio's charts keep their defaults, to be merged below
// everything else by a template.
const istioDefaults = "_internal_defaults_do_not_set"

func removeDefault(ch *chart.Chart, path []string) {
	ch.Values = without(ch.Values, path)
	ch.Values = without(ch.Values, append([]string{istioDefaults}, path...))
	for _, sub := range ch.Dependencies() {
		switch {
		case path[0] == "global":
			removeDefault(sub, path)
		case path[0] == sub.Name() && len(path) > 1:
			removeDefault(sub, path[1:])
		}
	}
}

// without returns m without the value at path, sharing with m what did not
// change: the values belong to the chart that was loaded.
func without(m map[string]any, path []string) map[string]any {
	inner, found := m[path[0]]
	if !found {
		return m
	}
	out := maps.Clone(m)
	if len(path) == 1 {
		delete(out, path[0])
		return out
	}
	if table, ok := inner.(map[string]any); ok {
		out[path[0]] = without(table, path[1:])
	}
	return out
}

// ValuesSchema is the values.schema.json of a chart and the values it is about.
type ValuesSchema struct {
	ChartPath string         // e.g. "mesh/charts/istiod"
	File      string         // the schema, as the user can open it
	JSON      []byte         // not to be modified
	Values    map[string]any // not to be modified
	Prefix    []string       // path of Values in those of the top chart
}

// Schemas returns the schemas of the chart and of the subcharts that are
// switched on, in the order in which Helm checks them.
func (r *Resolved) Schemas() []ValuesSchema {
	values, _ := r.Values["Values"].(chartutil.Values)
	return r.schemas(nil, r.Chart.Chart, values, nil)
}

func (r *Resolved) schemas(found []ValuesSchema, ch *chart.Chart, values map[string]any, prefix []string) []ValuesSchema {
	if ch.Schema != nil {
		full := ch.ChartFullPath()
		found = append(found, ValuesSchema{
			ChartPath: full, File: r.Chart.UserPath(full + "/values.schema.json"),
			JSON: ch.Schema, Values: values, Prefix: prefix,
		})
	}
	for _, sub := range ch.Dependencies() {
		if below, ok := values[sub.Name()].(map[string]any); ok {
			found = r.schemas(found, sub, below, append(prefix[:len(prefix):len(prefix)], sub.Name()))
		}
	}
	return found
}
