package charts

import (
	"encoding/json"
	"slices"
	"strconv"
	"sync"

	"helm.sh/helm/v3/pkg/chart"
	kyaml "sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
)

// layer is one source of values, kept for the question who set what. The tree
// of a file is built only when somebody asks: most runs never do.
type layer struct {
	kind   LayerKind
	name   string                // for people: "-f prod.yaml", "--set a=1"
	file   string                // "" when the values stand on the command line
	tree   func() *manifest.Node // of a file; nil when it cannot be parsed
	values func() map[string]any // of its own, not what merging made of them
	data   []byte                // of a file, for excerpts
	lists  map[string]*madeList  // what its operations made, by listID

	shipped bool // by the chart, which is not the user's doing
}

func fileLayer(kind LayerKind, name, file string, data []byte) *layer {
	return &layer{
		kind: kind, name: name, file: file, data: data,
		tree: sync.OnceValue(func() *manifest.Node { return firstTree(data) }),
		values: sync.OnceValue(func() map[string]any {
			values, _ := parseValues(file, data, diag.Warning)
			return values
		}),
	}
}

func flagLayer(kind LayerKind, name string, set map[string]any) *layer {
	return &layer{kind: kind, name: name, values: func() map[string]any { return set }}
}

// config adds a table of helmx.yaml.
func (v *valuing) config(c ConfigLayer, name string) {
	v.overlayNode(c, name, true)
}

// overlayNode adds a table that is part of a file.
func (v *valuing) overlayNode(c ConfigLayer, name string, operations bool) {
	if c.Node == nil {
		return
	}
	values, found := nodeValues(c)
	v.found = append(v.found, found...)
	kind := ConfigLayers
	if c.Name != "" {
		kind = ProfileLayer
	}
	v.overlayHelmx(&layer{
		kind: kind, name: name, file: c.File,
		tree: func() *manifest.Node { return c.Node },
		values: sync.OnceValue(func() map[string]any {
			values, _ := nodeValues(c)
			return values
		}),
	}, values, operations)
}

// nodeValues gives values in helmx.yaml the types that the same text has in a
// values file: through JSON, where every number is a float64.
func nodeValues(c ConfigLayer) (map[string]any, diag.List) {
	root := manifest.Resolve(c.Node)
	if root.Kind != kyaml.MappingNode {
		if manifest.Value(root) == nil {
			return nil, nil
		}
		return nil, diag.List{refuse("CH103", "values are a map of keys, but this is %s", manifest.KindName(root)).at(c.File, root.Line, root.Column).Diagnostic}
	}
	if n, what := unreadable(root); n != nil {
		return nil, diag.List{refuse("CH102", "%s", what).at(c.File, n.Line, n.Column).Diagnostic}
	}
	var values map[string]any
	text, err := json.Marshal(manifest.Value(root))
	if err == nil {
		err = json.Unmarshal(text, &values)
	}
	if err != nil {
		return nil, diag.List{refuse("CH102", "%v", err).at(c.File, root.Line, root.Column).Diagnostic}
	}
	return values, duplicatesIn(c.File, root, diag.Error)
}

// match says what a layer knows about a path.
type match uint8

const (
	missing match = iota // nothing: a lower layer decides
	exact                // it sets the value
	hiding               // it sets something else above, so that no lower layer counts
)

// find looks for a path in the layer. List indexes are decimal numbers.
func (l *layer) find(path []string) (diag.Span, match) {
	own, ok := l.own(path)
	if !ok {
		return diag.Span{}, missing
	}
	return l.place(own)
}

// place looks for a path as the layer's own text has it.
func (l *layer) place(path []string) (diag.Span, match) {
	if l.file == "" {
		return diag.Span{}, findValue(l.values(), path)
	}
	root := l.tree()
	if root == nil {
		return diag.Span{File: l.file}, missing
	}
	at, how := findNode(root, path)
	return spanOf(l.file, at), how
}

// findNode follows a path as far as it goes. It returns the key of a map or
// list and the value itself of anything else: there a reader looks first.
func findNode(n *manifest.Node, path []string) (at *manifest.Node, how match) {
	at = n
	for _, step := range path {
		n = manifest.Resolve(n)
		switch n.Kind {
		case kyaml.MappingNode:
			key, value := entry(n, step)
			if value == nil {
				return at, missing
			}
			at, n = key, value
			if value.Kind == kyaml.ScalarNode && value.Value != "" {
				at = value
			}
		case kyaml.SequenceNode:
			i, err := strconv.Atoi(step)
			if err != nil || i < 0 || i >= len(n.Content) {
				return at, hiding
			}
			n = n.Content[i]
			at = n
		default:
			return at, hiding
		}
	}
	return at, exact
}

// entry finds a key of a map: the last one, if it stands there twice, or in
// what the map merges in.
func entry(n *manifest.Node, name string) (key, value *manifest.Node) {
	for i := len(n.Content) - 2; i >= 0; i -= 2 {
		if manifest.KeyText(n.Content[i]) == name {
			return n.Content[i], n.Content[i+1]
		}
	}
	for i := len(n.Content) - 2; i >= 0; i -= 2 {
		if n.Content[i].Tag != kyaml.MergeTag {
			continue
		}
		merged := manifest.Resolve(n.Content[i+1])
		if merged.Kind == kyaml.MappingNode {
			return entry(merged, name)
		}
		for _, m := range merged.Content {
			if m = manifest.Resolve(m); m.Kind == kyaml.MappingNode {
				if key, value = entry(m, name); value != nil {
					return key, value
				}
			}
		}
	}
	return nil, nil
}

// findValue looks for a path in what one flag sets. The items that --set a[2]=x
// puts before its own are null and set nothing.
func findValue(value any, path []string) match {
	for _, step := range path {
		switch table := value.(type) {
		case map[string]any:
			inner, found := table[step]
			if !found {
				return missing
			}
			value = inner
		case []any:
			i, err := strconv.Atoi(step)
			if err != nil || i < 0 || i >= len(table) || table[i] == nil {
				return missing
			}
			value = table[i]
		default:
			return hiding
		}
	}
	return exact
}

// Locate says who set the value at a path, in the values of the top chart: the
// place in a values file, a profile, helmx.yaml or a values.yaml of the chart,
// and the layer in words ("-f prod.yaml", "--set replicas=x"). The place has no
// file when the value stands on the command line. List indexes are decimal
// numbers. For a path that nobody set it answers for the nearest table around
// it; failing that too, it names the chart's values.yaml without a line.
func (u *UserValues) Locate(path []string) (diag.Span, string) {
	for n := len(path); n > 0; n-- {
		for _, route := range u.routes(path[:n]) {
			if at, by, ok := u.find(route); ok {
				return at, by
			}
		}
	}
	if u.chart == nil {
		return diag.Span{}, ""
	}
	l := u.chartLayer(u.chart.Name(), child{chart: u.chart.Chart})
	return diag.Span{File: l.file}, l.name
}

func (u *UserValues) find(path []string) (diag.Span, string, bool) {
	for _, l := range slices.Backward(u.layers) {
		if at, how := l.find(path); how != missing {
			return at, l.name, true
		}
		var ok bool
		if path, ok = l.below(path); !ok {
			return diag.Span{}, "", false
		}
	}
	if u.chart == nil {
		return diag.Span{}, "", false
	}
	return u.findDefault(u.chart.Name(), child{chart: u.chart.Chart}, nil, path)
}

// findDefault looks in what a chart declares, which wins over what its subcharts
// do, and then there. full is Helm's path of the chart, prefix that of its values.
func (u *UserValues) findDefault(full string, c child, prefix, path []string) (diag.Span, string, bool) {
	for _, d := range u.declarations(full, c, prefix) {
		if at, how := d.find(d.route(path)); how != missing {
			return at, d.name, true
		}
	}
	for _, sub := range children(c.chart) {
		if len(path) > 1 && sub.key == path[0] {
			return u.findDefault(full+"/charts/"+sub.key, sub, append(prefix[:len(prefix):len(prefix)], sub.key), path[1:])
		}
	}
	return diag.Span{}, "", false
}

// ownLayer is a layer of a chart's own.
type ownLayer struct {
	*layer
	under string // the key below which the values stand; "" is none
}

func (d ownLayer) route(path []string) []string {
	if d.under == "" {
		return path
	}
	return append([]string{d.under}, path...)
}

// declarations returns the layers of a chart, the winning one first: values.yaml,
// the profiles that it applies by itself, and what those are merged over.
func (u *UserValues) declarations(full string, c child, prefix []string) []ownLayer {
	values := u.chartLayer(full, c)
	all := []ownLayer{{layer: values}}
	if _, own := c.chart.Values[istioDefaults]; !own {
		return all
	}
	for _, l := range u.ownProfiles(full, c, prefix) {
		all = append(all, ownLayer{layer: l})
	}
	return append(all, ownLayer{values, istioDefaults})
}

// chartLayer returns the values.yaml of a chart as a layer.
func (u *UserValues) chartLayer(full string, c child) *layer {
	l := u.keep(DefaultLayer, "values.yaml of chart "+c.chart.Name(), full+"/values.yaml", func() []byte { return rawText(c.chart, "values.yaml") })
	values := c.chart.Values // spares reading them again
	l.values = func() map[string]any { return values }
	return l
}

// keep returns the layer of a file of a chart, which is made once.
func (u *UserValues) keep(kind LayerKind, name, file string, data func() []byte) *layer {
	if l, ok := u.defaults[file]; ok {
		return l
	}
	if u.defaults == nil {
		u.defaults = map[string]*layer{}
	}
	l := fileLayer(kind, name, u.chart.UserPath(file), data())
	u.defaults[file] = l
	return l
}

// rawText returns a file of a chart as it was loaded, nil when there is none.
func rawText(ch *chart.Chart, name string) []byte {
	i := slices.IndexFunc(ch.Raw, func(f *chart.File) bool { return f.Name == name })
	if i < 0 {
		return nil
	}
	return ch.Raw[i].Data
}

// routes returns the paths by which a value may have come to its place, the
// winning one first: a subchart's globals are those of the charts above it.
func (u *UserValues) routes(path []string) [][]string {
	i := slices.Index(path, "global")
	if i <= 0 || u.chart == nil || !leadsToChart(child{chart: u.chart.Chart}, path[:i]) {
		return [][]string{path}
	}
	var routes [][]string
	for above := range i + 1 {
		routes = append(routes, slices.Concat(path[:above], path[i:]))
	}
	return routes
}

func leadsToChart(c child, path []string) bool {
	if len(path) == 0 {
		return true
	}
	for _, sub := range children(c.chart) {
		if sub.key == path[0] {
			return leadsToChart(sub, path[1:])
		}
	}
	return false
}
