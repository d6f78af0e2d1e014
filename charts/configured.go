package charts

import (
	"slices"
	"strings"

	"helm.sh/helm/v3/pkg/chart"
	kyaml "sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
)

// Configured is the top chart of a release or one of its subcharts, with what was set
// for it from outside. It is read only, and safe for concurrent use.
type Configured struct {
	Name, Version, AppVersion string

	// Path leads to the chart's values in those of the top chart; it is empty for
	// the top chart itself.
	Path []string
	// Settings are sorted by layer, the lowest first, and in the order of the text.
	Settings []Assignment

	chart *chart.Chart
	own   *layer // values.yaml
}

// Assignment is one value that somebody set for a chart: a scalar, a list or an
// empty map of a values file, a profile, helmx.yaml, a flag, or the values.yaml
// of a chart above.
type Assignment struct {
	Path []string // in the values of the chart that it is set for
	Node *manifest.Node
	By   string // the layer, for people: "-f prod.yaml", "--set a=1"

	layer *layer
	key   *manifest.Node
	full  []string // Path in the values of the layer
}

// Parts returns the charts of the release, the top one first.
func (u *UserValues) Parts() []Configured {
	if u.chart == nil {
		return nil
	}
	var parts []Configured
	var add func(c child, full string, path []string, above []outer)
	add = func(c child, full string, path []string, above []outer) {
		own := u.chartLayer(full, c)
		p := Configured{Name: c.chart.Name(), Path: path, chart: c.chart, own: own}
		if c.chart.Metadata != nil {
			p.Version, p.AppVersion = c.chart.Metadata.Version, c.chart.Metadata.AppVersion
		}
		for _, o := range above {
			p.Settings = append(p.Settings, o.settings(path)...)
		}
		parts = append(parts, p)
		above = append([]outer{{own, len(path)}}, above...)
		for _, sub := range children(c.chart) {
			add(sub, full+"/charts/"+sub.key, append(path[:len(path):len(path)], sub.key), above)
		}
	}
	var layers []outer
	for _, l := range u.layers {
		layers = append(layers, outer{l, 0})
	}
	add(child{key: u.chart.Name(), chart: u.chart.Chart}, u.chart.Name(), nil, layers)
	return parts
}

// outer is a layer of values that holds those of a chart further down.
type outer struct {
	layer *layer
	depth int // of the chart that the layer belongs to
}

// settings returns what the layer sets for the chart at a path of the top
// chart's values. Globals of a chart above are the chart's too.
func (o outer) settings(path []string) []Assignment {
	root := o.layer.root()
	if root == nil {
		return nil
	}
	var found []Assignment
	route := path[o.depth:]
	for i := range route {
		base := append(route[:i:i], "global")
		o.layer.leaves(o.layer.at(root, base), base, len(base)-1, &found)
	}
	o.layer.leaves(o.layer.at(root, route), route, len(route), &found)
	return found
}

// keyed is a value of a layer, with its key.
type keyed struct{ key, value *manifest.Node }

func (l *layer) at(root *manifest.Node, path []string) keyed {
	at := keyed{value: manifest.Resolve(root)}
	for _, step := range path {
		key, value := entry(at.value, step)
		if value == nil {
			return keyed{}
		}
		at = keyed{key, manifest.Resolve(value)}
	}
	return at
}

// leaves adds the settings at and below a place; the first steps of its path,
// as many as skip says, lead to the chart. Nulls are settings: they remove.
func (l *layer) leaves(at keyed, full []string, skip int, found *[]Assignment) {
	n := at.value
	if n == nil || len(full) > maxDepth {
		return
	}
	if n.Kind != kyaml.MappingNode || len(n.Content) == 0 {
		if len(full) > skip {
			*found = append(*found, Assignment{Path: full[skip:], Node: n, By: l.name, layer: l, key: at.key, full: full})
		}
		return
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		if key.Tag == kyaml.MergeTag {
			continue // what is merged in stands elsewhere, and is found there
		}
		l.leaves(keyed{key, manifest.Resolve(value)}, append(full[:len(full):len(full)], manifest.KeyText(key)), skip, found)
	}
}

// maxDepth keeps a tree with an alias to itself from being endless.
const maxDepth = 64

// root returns the layer as a tree. That of a flag has no positions.
func (l *layer) root() *manifest.Node {
	switch {
	case l.file == "" && l.values != nil:
		return manifest.NewNode(l.values())
	case l.tree == nil:
		return nil
	}
	return manifest.Resolve(l.tree())
}

// Finding begins a finding about the setting: it fills in Span, Excerpt and
// Path, and the caller adds the rest. A setting of the command line has no
// place.
func (s Assignment) Finding() diag.Diagnostic {
	p := &problem{diag.Diagnostic{Path: strings.Join(s.full, ".")}}
	if s.layer.file == "" {
		return p.Diagnostic
	}
	p.Span.File = s.layer.file
	if s.key != nil && s.key.Line > 0 {
		p.Span = spanOf(s.layer.file, s.key)
		p.mark(s.layer.data)
	}
	return p.Diagnostic
}

// OnCommandLine reports whether the setting stands in no file.
func (s Assignment) OnCommandLine() bool { return s.layer.file == "" }

// Key is the path in text: pilot.env.
func (s Assignment) Key() string { return strings.Join(s.Path, ".") }

// Text returns the value of a scalar as text, "" for anything else.
func (s Assignment) Text() string {
	if s.Node.Kind != kyaml.ScalarNode || s.Node.Tag == kyaml.NodeTagNull {
		return ""
	}
	return s.Node.Value
}

// Defaults returns the root of the chart's values.yaml, nil when there is none.
func (p Configured) Defaults() *manifest.Node { return p.own.root() }

// File returns a file of the chart as it was loaded, nil when there is none.
func (p Configured) File(name string) []byte { return rawText(p.chart, name) }

// Sources returns the texts that may use values: templates and other files, but
// not those of subcharts.
func (p Configured) Sources() [][]byte {
	var texts [][]byte
	for _, f := range slices.Concat(p.chart.Templates, p.chart.Files) {
		texts = append(texts, f.Data)
	}
	return texts
}

// Place tells settings apart: two with the same place are one line that is set
// for several charts, as a global is, or a values file of several releases.
func (s Assignment) Place() string {
	at := s.By
	if s.layer.file != "" {
		at = s.layer.file
	}
	return at + ": " + strings.Join(s.full, ".")
}

// Removes reports whether the setting is a null, which takes a value away.
func (s Assignment) Removes() bool { return s.Node.Tag == kyaml.NodeTagNull }

// Files returns the names of the chart's files that are not templates.
func (p Configured) Files() []string {
	var names []string
	for _, f := range p.chart.Files {
		names = append(names, f.Name)
	}
	return names
}

// BuiltinConfigured returns a chart that is part of the binary, with nothing set.
func BuiltinConfigured(name string) (Configured, bool) {
	ch, ok := Builtin(name)
	if !ok {
		return Configured{}, false
	}
	return (&UserValues{chart: &Chart{Chart: ch}}).Parts()[0], true
}
