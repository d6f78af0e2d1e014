package charts

import (
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"helm.sh/helm/v3/pkg/chart"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
)

// Undeclared returns the paths of everything the user set for which values.yaml
// of the chart and its subcharts have no default: what may be misspelt. List
// indexes are decimal numbers. It looks at no text and is cheap.
func (u *UserValues) Undeclared() [][]string {
	if u.chart == nil {
		return nil
	}
	var found [][]string
	top := child{chart: u.chart.Chart}
	eachLeaf(u.Map, nil, func(path []string) {
		if !declaredIn(top, path) {
			found = append(found, slices.Clone(path))
		}
	})
	return found
}

// eachLeaf visits the paths of what is no filled table or list, in order.
func eachLeaf(value any, path []string, visit func(path []string)) {
	switch t := value.(type) {
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(t)) {
			eachLeaf(t[key], append(path, key), visit)
		}
		if len(t) > 0 || len(path) == 0 {
			return
		}
	case []any:
		for i, item := range t {
			eachLeaf(item, append(path, strconv.Itoa(i)), visit)
		}
		if len(t) > 0 {
			return
		}
	}
	visit(path)
}

// declaredIn reports whether values.yaml of a chart, or of the subchart that the
// path leads to, has something at a path.
func declaredIn(c child, path []string) bool {
	if hasPath(c.chart.Values, path) {
		return true
	}
	if defaults, ok := c.chart.Values[istioDefaults].(map[string]any); ok && hasPath(defaults, path) {
		return true
	}
	for _, sub := range children(c.chart) {
		if sub.key == path[0] && (len(path) == 1 || declaredIn(sub, path[1:])) || path[0] == "global" && declaredIn(sub, path) {
			return true
		}
	}
	return false
}

// Known reports whether the chart says in another way than by a default that it
// knows a value: a profile of its sets it, values.schema.json has a property of
// that name, or values.yaml shows it in a comment.
func (u *UserValues) Known(path []string) bool {
	key := path[len(path)-1]
	comment := regexp.MustCompile(`(?m)#[\s#-]*["']?` + regexp.QuoteMeta(key) + `["']?\s*:`)
	known := false
	eachChart(child{chart: u.chart.Chart}, path, func(ch *chart.Chart, path []string) {
		known = known || comment.Match(rawText(ch, "values.yaml")) || schemaNames(ch)[key] || inProfile(ch, path)
	})
	return known
}

// eachChart visits the chart and the subcharts that a path leads into, with the
// rest of the path.
func eachChart(c child, path []string, visit func(ch *chart.Chart, path []string)) {
	visit(c.chart, path)
	for _, sub := range children(c.chart) {
		if len(path) > 1 && sub.key == path[0] {
			eachChart(sub, path[1:], visit)
		}
	}
}

// inProfile reports whether a profile of the chart sets a value.
func inProfile(ch *chart.Chart, path []string) bool {
	for _, f := range ch.Files {
		if !strings.HasPrefix(f.Name, "profiles/") && !strings.HasPrefix(f.Name, "files/profile-") {
			continue
		}
		if values, _ := parseValues(f.Name, f.Data, diag.Warning); hasPath(values, path) {
			return true
		}
	}
	return false
}

// schemaNames are the names of all properties in values.schema.json.
func schemaNames(ch *chart.Chart) map[string]bool {
	names := map[string]bool{}
	var schema any
	if json.Unmarshal(ch.Schema, &schema) == nil {
		collectProperties(schema, names)
	}
	return names
}

func collectProperties(schema any, names map[string]bool) {
	switch s := schema.(type) {
	case map[string]any:
		for key, inner := range s {
			if properties, ok := inner.(map[string]any); ok && key == "properties" {
				for name := range properties {
					names[name] = true
				}
			}
			collectProperties(inner, names)
		}
	case []any:
		for _, inner := range s {
			collectProperties(inner, names)
		}
	}
}

// DeclaredKeys returns the keys that values.yaml of the charts have in the table
// at a path, sorted.
func (u *UserValues) DeclaredKeys(path []string) []string {
	keys := map[string]bool{}
	eachChart(child{chart: u.chart.Chart}, append(slices.Clone(path), ""), func(ch *chart.Chart, path []string) {
		path = path[:len(path)-1]
		for _, values := range []any{ch.Values, ch.Values[istioDefaults]} {
			table, _ := lookUp(values, path)
			if m, ok := table.(map[string]any); ok && hasPath(asMap(values), path) {
				for key := range m {
					keys[key] = true
				}
			}
		}
		if len(path) == 0 {
			for _, sub := range children(ch) {
				keys[sub.key] = true
			}
		}
	})
	delete(keys, istioDefaults)
	return slices.Sorted(maps.Keys(keys))
}

func asMap(v any) map[string]any {
	m, _ := v.(map[string]any)
	return m
}

// DeclaredAt returns the only path at which the charts declare a key, nil when
// there is none or several.
func (u *UserValues) DeclaredAt(key string) []string {
	found := map[string][]string{}
	collectKey(child{chart: u.chart.Chart}, nil, key, found)
	if len(found) != 1 {
		return nil
	}
	for _, path := range found {
		return path
	}
	return nil
}

func collectKey(c child, prefix []string, key string, found map[string][]string) {
	var search func(value any, path []string)
	search = func(value any, path []string) {
		for name, inner := range asMap(value) {
			at := append(path[:len(path):len(path)], name)
			if len(path) == len(prefix) && name == istioDefaults {
				at = path
			} else if name == key {
				found[listID(at)] = at
			}
			search(inner, at)
		}
	}
	search(c.chart.Values, prefix)
	for _, sub := range children(c.chart) {
		collectKey(sub, append(prefix[:len(prefix):len(prefix)], sub.key), key, found)
	}
}

// IsSubchart reports whether a key of the top chart's values is that of a
// subchart, also of one that is declared and not there or switched off.
func (u *UserValues) IsSubchart(key string) bool {
	for _, d := range u.chart.Metadata.Dependencies {
		if d != nil && (d.Name == key || d.Alias == key) {
			return true
		}
	}
	return slices.ContainsFunc(children(u.chart.Chart), func(c child) bool { return c.key == key })
}

// IsIstio reports whether the chart keeps its defaults and applies profiles as
// Istio's charts do. Those write all values into a ConfigMap, as a record.
func (u *UserValues) IsIstio() bool {
	_, ok := u.chart.Values[istioDefaults]
	return ok
}

// Conditions are the paths of the values that decide about dependencies, in
// those of the top chart: conditions, tags, and what is imported.
func (u *UserValues) Conditions() [][]string {
	var paths [][]string
	collectConditions(child{chart: u.chart.Chart}, nil, &paths)
	return paths
}

func collectConditions(c child, prefix []string, paths *[][]string) {
	add := func(path ...string) {
		*paths = append(*paths, slices.Concat(prefix, path))
	}
	for _, d := range c.chart.Metadata.Dependencies {
		if d == nil {
			continue
		}
		for condition := range strings.SplitSeq(d.Condition, ",") {
			if condition = strings.TrimSpace(condition); condition != "" {
				add(strings.Split(condition, ".")...)
			}
		}
		for _, tag := range d.Tags {
			*paths = append(*paths, []string{"tags", tag})
		}
	}
	for _, sub := range children(c.chart) {
		collectConditions(sub, append(prefix[:len(prefix):len(prefix)], sub.key), paths)
	}
}

// Imports reports whether a dependency's values at a path may be imported into
// its parent's.
func (u *UserValues) Imports(path []string) bool {
	imports := false
	eachChart(child{chart: u.chart.Chart}, path, func(ch *chart.Chart, path []string) {
		for _, d := range ch.Metadata.Dependencies {
			if d != nil && len(d.ImportValues) > 0 && (d.Name == path[0] || d.Alias == path[0]) {
				imports = true
			}
		}
	})
	return imports
}

// Origin says who set the value at a path: the winning layer. ok is false when
// no user did, be it that the chart declares it or that a profile of the chart
// brings it in.
func (u *UserValues) Origin(path []string) (s Setting, ok bool) {
	settings := u.settings(path)
	if len(settings) == 0 || settings[0].Kind == DefaultLayer || settings[0].Shipped {
		return Setting{}, false
	}
	return settings[0], true
}

// Without returns the values less what stands at some paths. It knows nothing of
// layers and is for another look at what a chart makes of its values.
func (u *UserValues) Without(paths [][]string) *UserValues {
	out := &UserValues{Map: u.Map, removed: u.removed, chart: u.chart}
	for _, path := range paths {
		out.Map = withoutPath(out.Map, path)
	}
	return out
}

// withoutPath is without, except that it goes into lists, too: an item that has
// to go becomes null.
func withoutPath(m map[string]any, path []string) map[string]any {
	out, _ := withoutIn(m, path).(map[string]any)
	return out
}

func withoutIn(value any, path []string) any {
	switch t := value.(type) {
	case map[string]any:
		if len(path) == 1 {
			return without(t, path)
		}
		out := maps.Clone(t)
		if inner, ok := t[path[0]]; ok {
			out[path[0]] = withoutIn(inner, path[1:])
		}
		return out
	case []any:
		i := indexIn(t, path[0])
		if i < 0 {
			return t
		}
		out := slices.Clone(t)
		out[i] = nil
		if len(path) > 1 {
			out[i] = withoutIn(t[i], path[1:])
		}
		return out
	}
	return value
}

// PathOf writes keys and decimal indexes as a path into the user's values.
func (u *UserValues) PathOf(keys []string) manifest.Path { return pathIn(u.Map, keys) }

func pathIn(value any, keys []string) manifest.Path {
	var path manifest.Path
	for _, key := range keys {
		if list, ok := value.([]any); ok {
			i := indexIn(list, key)
			path = path.At(i)
			value = nil
			if i >= 0 {
				value = list[i]
			}
			continue
		}
		path = path.Child(key)
		value = asMap(value)[key]
	}
	return path
}

// CodeUnread is the code of a value that nothing reads.
const CodeUnread = "CH117"

// AppliesProfiles reports whether the chart or a subchart is of Istio's kind.
func (u *UserValues) AppliesProfiles() bool {
	return appliesProfiles(child{chart: u.chart.Chart})
}

func appliesProfiles(c child) bool {
	if _, ok := c.chart.Values[istioDefaults]; ok {
		return true
	}
	return slices.ContainsFunc(children(c.chart), appliesProfiles)
}
