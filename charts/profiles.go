package charts

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"helm.sh/helm/v3/pkg/chart"

	"github.com/helmx-dev/helmx/diag"
)

// profileKind is one of the three families of files that hold values under a
// name. A chart of our kind keeps them in profiles/. Istio's charts keep them
// in files/ and apply them by template, between their defaults and the user's
// values; they are told by a value of their own which one to take.
type profileKind struct {
	flag   string // that names one
	what   string
	prefix string // of the file's name, before the name of the profile
	key    string // the chart's own value
	global bool   // the value is also read from .Values.global
}

var (
	profileProfile  = profileKind{"--profile", "profile", "", "profile", true}
	profileVersion  = profileKind{"--compatibility-version", "compatibility version", "compatibility-version-", "compatibilityVersion", false}
	profilePlatform = profileKind{"--platform", "platform", "platform-", "platform", true}
)

// profiles adds everything below the values of helmx.yaml, lowest first.
func (v *valuing) profiles() {
	for _, name := range v.options.Profiles {
		v.profile(profileProfile, name)
	}
	if name := v.options.CompatibilityVersion; name != "" {
		v.profile(profileVersion, name)
	}
	if name := v.options.Platform; name != "" {
		v.profile(profilePlatform, name)
	}
}

// profile adds one profile: the chart's, and an entry of helmx.yaml of the same
// name on top of it.
func (v *valuing) profile(kind profileKind, name string) {
	known := v.chartProfile(kind, name)
	if kind == profileProfile {
		for _, c := range v.options.ConfigProfiles {
			if c.Name == name {
				known = true
				v.config(c, fmt.Sprintf("profile %s of %s", name, c.File))
			}
		}
	}
	if !known {
		v.found = append(v.found, v.unknownProfile(kind, name).Diagnostic)
	}
}

// chartProfile adds what the chart has under the name. An umbrella chart that
// has nothing itself passes the name on to its subcharts that do.
func (v *valuing) chartProfile(kind profileKind, name string) bool {
	if v.chart == nil || !kind.owns(name) {
		return false
	}
	file := ourProfile(kind.prefix + name)
	if data := chartFile(v.chart.Chart, file); data != nil {
		shown := v.chart.UserPath(v.chart.Name() + "/" + file)
		values, found := parseValues(shown, data, diag.Error)
		v.found = append(v.found, found...)
		l := fileLayer(ProfileLayer, kind.flag+" "+name, shown, data)
		l.shipped = true
		v.overlayHelmx(l, values, true)
		return true
	}
	if chartFile(v.chart.Chart, istioProfile(kind.prefix+name)) != nil {
		v.setOwn(kind, name, []string{kind.key})
		return true
	}
	below := chartsBelow(v.chart.Chart, nil, istioProfile(kind.prefix+name))
	if kind.global && len(below) > 0 {
		below = [][]string{{"global"}}
	}
	for _, path := range below {
		v.setOwn(kind, name, append(path, kind.key))
	}
	return len(below) > 0
}

// owns keeps the kinds apart: profile-platform-gke.yaml is no profile.
func (k profileKind) owns(name string) bool {
	flag, _ := k.otherFlag(name)
	return flag == ""
}

// otherFlag returns the flag for a name that belongs to another kind.
func (k profileKind) otherFlag(name string) (flag, short string) {
	for _, other := range []profileKind{profileVersion, profilePlatform} {
		if short, ok := strings.CutPrefix(name, other.prefix); ok && k.prefix == "" {
			return other.flag, short
		}
	}
	return "", ""
}

func ourProfile(name string) string   { return "profiles/" + name + ".yaml" }
func istioProfile(name string) string { return "files/profile-" + name + ".yaml" }

func chartFile(ch *chart.Chart, name string) []byte {
	i := slices.IndexFunc(ch.Files, func(f *chart.File) bool { return f.Name == name })
	if i < 0 {
		return nil
	}
	return append([]byte{}, ch.Files[i].Data...) // not nil when the file is empty
}

// setOwn sets the value by which a chart is told its profile. It takes one.
func (v *valuing) setOwn(kind profileKind, name string, path []string) {
	key := strings.Join(path, ".")
	if before, set := v.own[key]; set && before != name {
		v.found = append(v.found, refuse("CH110", "%s is given as %s and as %s, but the chart applies %ss by itself and takes one (its value %s)", kind.flag, before, name, kind.what, key).
			try("put what you need of the other one into a values file or a profile of helmx.yaml").Diagnostic)
		return
	}
	if v.own == nil {
		v.own = map[string]string{}
	}
	v.own[key] = name
	var value any = name
	for _, k := range slices.Backward(path) {
		value = map[string]any{k: value}
	}
	table := value.(map[string]any)
	l := flagLayer(ProfileLayer, kind.flag+" "+name, table)
	l.shipped = true
	v.overlayHelmx(l, table, false)
}

// child is a subchart and the key of its values in those of its parent: its
// name, or the alias under which it is declared.
type child struct {
	key   string
	chart *chart.Chart
}

// children returns the subcharts as they are once dependencies are processed,
// whether they are before or after that.
func children(ch *chart.Chart) []child {
	var out []child
	taken := map[*chart.Chart]bool{}
	for _, dep := range ch.Metadata.Dependencies {
		if dep == nil {
			continue
		}
		for _, sub := range ch.Dependencies() {
			if sub.Name() == dep.Name {
				key := dep.Name
				if dep.Alias != "" {
					key = dep.Alias
				}
				out = append(out, child{key, sub})
				taken[sub] = true
				break
			}
		}
	}
	for _, sub := range ch.Dependencies() {
		if !taken[sub] {
			out = append(out, child{sub.Name(), sub})
		}
	}
	return out
}

// chartsBelow returns the paths to the values of all subcharts that have a file.
func chartsBelow(ch *chart.Chart, path []string, file string) [][]string {
	var found [][]string
	for _, sub := range children(ch) {
		at := append(path[:len(path):len(path)], sub.key)
		if chartFile(sub.chart, file) != nil {
			found = append(found, at)
		}
		found = append(found, chartsBelow(sub.chart, at, file)...)
	}
	return found
}

// ownProfiles returns the profiles that a chart of Istio's kind applies by
// itself, told by its values: the winning one first. prefix is the path of the
// chart's values in those of the top chart.
func (u *UserValues) ownProfiles(full string, c child, prefix []string) []*layer {
	var layers []*layer
	for _, kind := range []profileKind{profilePlatform, profileVersion, profileProfile} {
		name := u.ownName(kind, prefix)
		data := chartFile(c.chart, istioProfile(kind.prefix+name))
		if name == "" || data == nil || !kind.owns(name) {
			continue
		}
		file := full + "/" + istioProfile(kind.prefix+name)
		layers = append(layers, u.keep(ProfileLayer, kind.what+" "+name+" of chart "+c.chart.Name(), file, func() []byte { return data }))
	}
	return layers
}

// ownName is the value by which a chart is told its profile, "" for none.
func (u *UserValues) ownName(kind profileKind, prefix []string) string {
	paths := [][]string{slices.Concat(prefix, []string{kind.key})}
	if kind.global {
		paths = append(paths, u.routes(slices.Concat(prefix, []string{"global", kind.key}))...)
	}
	for _, path := range paths {
		for _, values := range []map[string]any{u.Map, u.chart.Values} {
			if name, ok := lookUp(values, path); ok && name != nil && name != "" {
				return fmt.Sprint(name)
			}
		}
	}
	return ""
}

// unknownProfile lists what there is, in the chart and in helmx.yaml.
func (v *valuing) unknownProfile(kind profileKind, name string) *problem {
	var names, owners []string
	list := func(owner string, known map[string]bool) {
		sorted := slices.Sorted(maps.Keys(known))
		names = append(names, sorted...)
		owners = append(owners, owner+" has "+cmp.Or(strings.Join(sorted, ", "), "none"))
	}
	if v.chart != nil {
		known := map[string]bool{}
		kind.collect(v.chart.Chart, known)
		list("chart "+v.chart.Name(), known)
	}
	if kind == profileProfile && len(v.options.ConfigProfiles) > 0 {
		known := map[string]bool{}
		for _, c := range v.options.ConfigProfiles {
			known[c.Name] = true
		}
		list(v.options.ConfigProfiles[0].File, known)
	}
	if len(owners) == 0 {
		owners = []string{"there is none"}
	}
	hint := diag.DidYouMean(name, names)
	if flag, short := kind.otherFlag(name); flag != "" {
		hint = "write " + flag + " " + short
	}
	return refuse("CH109", "unknown %s %q: %s", kind.what, name, strings.Join(owners, "; ")).try(hint)
}

// collect adds the names that the chart, or failing that its subcharts, know.
func (k profileKind) collect(ch *chart.Chart, known map[string]bool) {
	for _, f := range ch.Files {
		for _, folder := range []string{"profiles/", "files/profile-"} {
			name, ok := strings.CutPrefix(f.Name, folder+k.prefix)
			name, isYAML := strings.CutSuffix(name, ".yaml")
			if ok && isYAML && k.owns(name) && !strings.Contains(name, "/") {
				known[name] = true
			}
		}
	}
	for _, sub := range ch.Dependencies() {
		k.collect(sub, known)
	}
}
