package charts

import (
	"fmt"
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

	Shipped bool // a profile of the chart's own: nobody wrote it for this release
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

// Trace returns every leaf of the values that a chart works with, and where it
// comes from. values are those of the top chart after defaults and subcharts were
// put in; a leaf that its templates made up has no layer.
func (u *UserValues) Trace(values map[string]any) []Leaf {
	var leaves []Leaf
	eachLeaf(values, nil, func(keys []string) {
		if len(keys) == 0 {
			return
		}
		value, _ := lookUp(values, keys)
		leaf := Leaf{Path: pathIn(values, keys)}
		if settings := u.settings(keys); len(settings) > 0 {
			leaf.Setting, leaf.Replaced = settings[0], settings[1:]
		}
		if own := u.fromTable(keys, value); leaf.Layer == "" || own != nil && !sameScalar(leaf.Value, value) {
			if own != nil {
				leaf.Setting, leaf.Replaced = own[0], own[1:]
			}
		}
		leaf.Value = value
		leaves = append(leaves, leaf)
	})
	return leaves
}

// fromTable looks for a value that Istio's charts lay over the top of their
// values from the table of a component: pilot, cni or global.
func (u *UserValues) fromTable(keys []string, value any) []Setting {
	if u.chart == nil || !u.IsIstio() {
		return nil
	}
	for _, table := range []string{"pilot", "cni", "global"} {
		settings := u.settings(append([]string{table}, keys...))
		if len(settings) > 0 && sameScalar(settings[0].Value, value) {
			return settings
		}
	}
	return nil
}

// sameScalar compares what is written of two values: a number may have become
// one of another type.
func sameScalar(a, b any) bool { return fmt.Sprint(a) == fmt.Sprint(b) }

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
	settings := w.user.settings(KeysOf(path))
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
		more, end := u.settingsAt(route)
		if found = append(found, more...); end {
			break
		}
	}
	return found
}

func (u *UserValues) settingsAt(path []string) (found []Setting, end bool) {
	for _, l := range slices.Backward(u.layers) {
		at, how := l.find(path)
		if how != missing {
			found = l.settingTo(found, at, path)
		}
		var ok bool
		if path, ok = l.below(path); !ok || how == hiding {
			return found, true
		}
	}
	if u.chart != nil {
		found = append(found, u.defaultSettings(u.chart.Name(), child{chart: u.chart.Chart}, nil, path)...)
	}
	return found, false
}

func (u *UserValues) defaultSettings(full string, c child, prefix, path []string) []Setting {
	var found []Setting
	for _, d := range u.declarations(full, c, prefix) {
		route := d.route(path)
		at, how := d.find(route)
		if how != missing {
			found = d.settingTo(found, at, route)
		}
		if how == hiding {
			return found
		}
	}
	for _, sub := range children(c.chart) {
		if len(path) > 1 && sub.key == path[0] {
			found = append(found, u.defaultSettings(full+"/charts/"+sub.key, sub, append(prefix[:len(prefix):len(prefix)], sub.key), path[1:])...)
		}
	}
	return found
}

// settingTo appends what the layer says. A list that is too short for the path
// hides what is below and says nothing of it.
func (l *layer) settingTo(found []Setting, at diag.Span, path []string) []Setting {
	own, _ := l.own(path)
	value, whole := lookUp(l.values(), own)
	if _, short := value.([]any); short && !whole {
		return found
	}
	return append(found, Setting{Kind: l.kind, Layer: l.name, At: at, Value: value, Shipped: l.shipped})
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
			i := indexIn(t, step)
			if i < 0 {
				return value, false
			}
			value = t[i]
		default:
			return value, false
		}
	}
	return value, true
}

// indexIn reads a decimal index into a list, -1 when it leads nowhere.
func indexIn(list []any, index string) int {
	i, err := strconv.Atoi(index)
	if err != nil || i < 0 || i >= len(list) {
		return -1
	}
	return i
}

func hasPath(values map[string]any, path []string) bool {
	_, ok := lookUp(values, path)
	return ok
}

// KeysOf writes a path as Locate and Origin take it.
func KeysOf(path manifest.Path) []string {
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
