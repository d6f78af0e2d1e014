package engine

import (
	"cmp"
	"slices"
	"text/template/parse"

	"github.com/helmx-dev/helmx/charts/chartutil"
)

// Observation is what a render has parsed, for whoever wants to know what its
// templates do. Its trees are shared and must not be changed.
type Observation struct {
	Trees map[string]*parse.Tree // by template name, the one that counts
	Files []ObservedFile         // the templates that are executed, in order
	Texts []*parse.Tree          // what tpl was given, as far as it is a template
	// Charts are the paths of the charts' values in those of the top chart.
	Charts [][]string
	// Values are those of each chart after the last template: a template can
	// put others into the context of its chart.
	Values []map[string]any
}

// ObservedFile is a template that is executed.
type ObservedFile struct {
	Name  string
	Chart []string // one of Observation.Charts
}

// observe tells Options.Observe what was parsed and what became of the values.
func (r *renderer) observe() {
	if r.opts.Observe == nil {
		return
	}
	o := &Observation{Trees: map[string]*parse.Tree{}}
	known := map[string]bool{}
	for i, s := range r.sources {
		if i < len(r.parsed) {
			for name, tree := range r.parsed[i].trees {
				o.Trees[name] = tree
			}
		}
		path := s.chartPath()
		if id := s.chart.ChartFullPath(); !known[id] {
			known[id] = true
			o.Charts = append(o.Charts, path)
			o.Values = append(o.Values, valuesOf(s.context))
		}
		if !s.partial() {
			o.Files = append(o.Files, ObservedFile{s.name, path})
		}
	}
	for _, e := range r.texts.entries {
		if tree := e.trees[TextName]; tree != nil {
			o.Texts = append(o.Texts, tree)
		}
	}
	slices.SortFunc(o.Texts, func(a, b *parse.Tree) int { return cmp.Compare(a.Root.String(), b.Root.String()) })
	r.opts.Observe(o)
}

// chartPath is where the values of the file's chart stand in those of the top.
func (s *source) chartPath() []string {
	var path []string
	for c := s.chart; !c.IsRoot(); c = c.Parent() {
		path = append(path, c.Name())
	}
	slices.Reverse(path)
	return path
}

func valuesOf(context map[string]any) map[string]any {
	switch values := context["Values"].(type) {
	case chartutil.Values:
		return values
	case map[string]any:
		return values
	}
	return nil
}
