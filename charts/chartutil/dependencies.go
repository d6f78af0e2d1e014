package chartutil

import (
	"fmt"
	"slices"
	"strings"

	"helm.sh/helm/v3/pkg/chart"
)

// Clone returns a copy of a chart and its subcharts that EnableDependencies and ImportValues
// may change. Files, templates and values are shared with the original and
// must stay as they are. The order of the subcharts is kept: where Chart.yaml
// does not declare them it can be seen in the result.
func Clone(ch *chart.Chart) *chart.Chart {
	out := *ch
	if ch.Metadata != nil {
		metadata := *ch.Metadata
		metadata.Dependencies = slices.Clone(metadata.Dependencies)
		for i, dep := range metadata.Dependencies {
			if dep != nil {
				copied := *dep
				metadata.Dependencies[i] = &copied
			}
		}
		out.Metadata = &metadata
	}
	subs := make([]*chart.Chart, len(ch.Dependencies()))
	for i, sub := range ch.Dependencies() {
		subs[i] = Clone(sub)
	}
	out.SetDependencies(subs...)
	return &out
}

// EnableDependencies leaves in ch, and in the charts below it, the subcharts
// that Chart.yaml and the values switch on. A dependency takes the subchart of
// its name whose version it accepts, under its alias if it has one; its tags
// and then its conditions decide, the first boolean found counting. Subcharts
// that a Chart.yaml does not declare stay, and come first.
//
// It changes ch (see Clone), not vals.
func EnableDependencies(ch *chart.Chart, vals map[string]any, warn WarnFunc) error {
	return enabler{warn}.chart(ch, vals, nil)
}

type enabler struct{ warn WarnFunc }

func (e enabler) report(path []string, format string, args ...any) {
	if e.warn != nil {
		e.warn(Warning{Path: path, Message: fmt.Sprintf(format, args...)})
	}
}

// chart handles the chart whose values are at path. As in Helm, vals are those
// of the top chart with the defaults of every chart on the way added at their
// root, so that a subchart may declare tags of its own.
func (e enabler) chart(ch *chart.Chart, vals map[string]any, path []string) error {
	if ch.Metadata.Dependencies == nil {
		return nil
	}
	// Removing nil entries is for charts that were not loaded from files; the
	// loader refuses them.
	declared := slices.DeleteFunc(ch.Metadata.Dependencies, func(d *chart.Dependency) bool { return d == nil })
	ch.SetDependencies(instances(ch.Dependencies(), declared)...)
	coalesced, err := CoalesceValues(ch, vals, nil)
	if err != nil {
		return err
	}
	disabled := map[string]bool{}
	for _, dep := range declared {
		dep.Enabled = e.byTags(dep, coalesced)
		if on, found := e.byCondition(dep, coalesced, path); found {
			dep.Enabled = on
		}
		if !dep.Enabled {
			disabled[dep.Name] = true
		}
	}
	subs := slices.DeleteFunc(slices.Clone(ch.Dependencies()), func(c *chart.Chart) bool { return disabled[c.Name()] })
	for _, sub := range subs {
		if err := e.chart(sub, coalesced, append(path[:len(path):len(path)], sub.Name())); err != nil {
			return err
		}
	}
	// No dependency left is nil and not an empty list: ImportValues passes over
	// such a chart.
	var enabled []*chart.Dependency
	for _, dep := range declared {
		if !disabled[dep.Name] {
			enabled = append(enabled, dep)
		}
	}
	ch.Metadata.Dependencies = enabled
	ch.SetDependencies(subs...)
	return nil
}

// instances returns the subcharts to work with: those that no declaration
// names, then one for each declaration that has a subchart. The declarations
// are known by their aliases afterwards.
//
// As in Helm the instances are shallow copies. A chart that is declared twice
// shares the declarations of its own dependencies, and once the first instance
// has renamed one to its alias, the second does not find its chart any more.
func instances(subs []*chart.Chart, declared []*chart.Dependency) []*chart.Chart {
	var out []*chart.Chart
	for _, sub := range subs {
		if !slices.ContainsFunc(declared, func(d *chart.Dependency) bool { return accepts(d, sub) }) {
			out = append(out, sub)
		}
	}
	for _, dep := range declared {
		if i := slices.IndexFunc(subs, func(c *chart.Chart) bool { return accepts(dep, c) }); i >= 0 {
			out = append(out, instance(subs[i], dep.Alias))
		}
		if dep.Alias != "" {
			dep.Name = dep.Alias
		}
	}
	return out
}

func accepts(dep *chart.Dependency, ch *chart.Chart) bool {
	return ch.Name() == dep.Name && IsCompatibleRange(dep.Version, ch.Metadata.Version)
}

func instance(ch *chart.Chart, alias string) *chart.Chart {
	out, metadata := *ch, *ch.Metadata
	if alias != "" {
		metadata.Name = alias
	}
	out.Metadata = &metadata
	return &out
}

// byTags reports whether the table "tags" leaves a dependency on: it goes off
// only when one of its tags is false and none is true.
func (e enabler) byTags(dep *chart.Dependency, vals Values) bool {
	tags, err := vals.Table("tags")
	if err != nil {
		return true
	}
	off := false
	for _, tag := range dep.Tags {
		value, found := tags[tag]
		if !found {
			continue
		}
		on, ok := value.(bool)
		if !ok {
			e.report([]string{"tags", tag}, "tag of dependency %s: expected true or false, found %s", dep.Name, KindOf(value))
			continue
		}
		if on {
			return true
		}
		off = true
	}
	return !off
}

// byCondition evaluates the comma separated conditions of a dependency. Their
// paths begin at the values of the chart that declares them.
func (e enabler) byCondition(dep *chart.Dependency, vals Values, path []string) (on, found bool) {
	for condition := range strings.SplitSeq(strings.TrimSpace(dep.Condition), ",") {
		if condition == "" {
			continue
		}
		full := append(path[:len(path):len(path)], strings.Split(condition, ".")...)
		value, err := vals.PathValue(strings.Join(full, "."))
		if err != nil {
			continue
		}
		if on, ok := value.(bool); ok {
			return on, true
		}
		e.report(full, "condition %s of dependency %s: expected true or false, found %s; it is ignored", condition, dep.Name, KindOf(value))
	}
	return false, false
}
