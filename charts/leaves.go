package charts

import (
	"maps"
	"slices"
	"strconv"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
)

// LayerKind says what kind of thing set a value, the weakest first.
type LayerKind uint8

const (
	DefaultLayer LayerKind = iota // values.yaml of the chart or of one of its subcharts
	ProfileLayer                  // what --profile, --platform or --compatibility-version brings in
	ConfigLayers                  // values of helmx.yaml, or of a chart's Context
	FileLayer                     // -f
	FlagLayer                     // one of the --set flags
)

// String is the name of the kind in JSON.
func (k LayerKind) String() string {
	return [...]string{"default", "profile", "config", "file", "flag"}[k]
}

// Setting is a value as one layer sets it.
type Setting struct {
	Kind  LayerKind
	Layer string    // for people: "-f prod.yaml", "--set a=1", "values.yaml of chart mesh"
	At    diag.Span // without a file when the value stands on the command line
	Value any       // as templates get it: numbers of files are float64; nil is a null
}

// Leaf is a value that is no filled table or list, and where it comes from.
type Leaf struct {
	Path manifest.Path // in the values of the top chart; items of lists by index
	Setting
	Replaced []Setting // what lower layers say at this path, the nearest first
}

// Leaves returns everything that the user set and that no other layer of the
// user's took back, in the order of the paths: the leaves of Map, and the nulls
// of profiles and helmx.yaml. What the chart's own defaults say is among
// Replaced. Values may be secret: a message must not show them.
func (u *UserValues) Leaves() []Leaf {
	w := leafWalk{user: u}
	w.walk(u.Map, nil)
	for _, path := range u.removed {
		if !hasPath(u.Map, path) {
			w.add(manifest.Keys(path...), nil)
		}
	}
	slices.SortStableFunc(w.leaves, func(a, b Leaf) int { return comparePaths(a.Path, b.Path) })
	return slices.CompactFunc(w.leaves, func(a, b Leaf) bool { return a.Path.Equal(b.Path) })
}

// Chart returns the chart that the values are for, nil when there is none.
func (u *UserValues) Chart() *Chart { return u.chart }

type leafWalk struct {
	user   *UserValues
	leaves []Leaf
}

func (w *leafWalk) walk(value any, at manifest.Path) {
	switch t := value.(type) {
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(t)) {
			w.walk(t[key], at.Child(key))
		}
		if len(t) > 0 || len(at) == 0 {
			return
		}
	case []any:
		for i, item := range t {
			w.walk(item, at.At(i))
		}
		if len(t) > 0 {
			return
		}
	}
	w.add(at, value)
}

// add finds out who says something at a path; the first to do so is whose value
// counts.
func (w *leafWalk) add(path manifest.Path, value any) {
	settings := w.user.settings(keysOf(path))
	if len(settings) == 0 {
		return
	}
	leaf := Leaf{Path: path, Setting: settings[0], Replaced: settings[1:]}
	leaf.Value = value
	w.leaves = append(w.leaves, leaf)
}

// settings lists what the layers say at a path, the winning one first. A layer
// that sets something else above the path ends the list.
func (u *UserValues) settings(path []string) []Setting {
	var found []Setting
	for _, route := range u.routes(path) {
		for _, l := range slices.Backward(u.layers) {
			at, how := l.find(route)
			if how != missing {
				found = l.settingTo(found, at, route)
			}
			if how == hiding {
				return found
			}
		}
		if u.chart != nil {
			found = append(found, u.defaultSettings(u.chart.Name(), child{chart: u.chart.Chart}, route)...)
		}
	}
	return found
}

func (u *UserValues) defaultSettings(full string, c child, path []string) []Setting {
	var found []Setting
	l := u.chartLayer(full, c)
	hidden := false
	for _, route := range defaultRoutes(path) {
		at, how := l.find(route)
		if how != missing {
			found = l.settingTo(found, at, route)
		}
		hidden = hidden || how == hiding
	}
	for _, sub := range children(c.chart) {
		if !hidden && len(path) > 1 && sub.key == path[0] {
			found = append(found, u.defaultSettings(full+"/charts/"+sub.key, sub, path[1:])...)
		}
	}
	return found
}

// settingTo appends what the layer says. A list that is too short for the path
// hides what is below and says nothing of it.
func (l *layer) settingTo(found []Setting, at diag.Span, path []string) []Setting {
	value, _ := lookUp(l.values(), path)
	if _, short := value.([]any); short && !hasPath(l.values(), path) {
		return found
	}
	return append(found, Setting{Kind: l.kind, Layer: l.name, At: at, Value: value})
}

// lookUp follows a path of keys and decimal indexes as far as it leads.
func lookUp(value any, path []string) (found any, ok bool) {
	for _, step := range path {
		switch t := value.(type) {
		case map[string]any:
			if value, ok = t[step]; !ok {
				return nil, false
			}
		case []any:
			i, err := strconv.Atoi(step)
			if err != nil || i < 0 || i >= len(t) {
				return value, false
			}
			value = t[i]
		default:
			return value, false
		}
	}
	return value, true
}

func hasPath(values map[string]any, path []string) bool {
	_, ok := lookUp(values, path)
	return ok
}

// keysOf writes a path as Locate takes it.
func keysOf(path manifest.Path) []string {
	keys := make([]string, len(path))
	for i, s := range path {
		keys[i] = s.Key
		if s.Kind == manifest.Index {
			keys[i] = strconv.Itoa(s.Index)
		}
	}
	return keys
}

// comparePaths orders paths by their keys, and items by their index.
func comparePaths(a, b manifest.Path) int {
	return slices.CompareFunc(a, b, func(x, y manifest.Step) int {
		if x.Kind == manifest.Index && y.Kind == manifest.Index {
			return x.Index - y.Index
		}
		return slices.Compare([]byte(x.Key), []byte(y.Key))
	})
}
