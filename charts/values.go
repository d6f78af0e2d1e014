package charts

import (
	"context"
	"errors"
	"io"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
)

// ValuesOptions says where the values of a release come from besides the chart.
// The layers, each winning over those before it: profiles in their order,
// compatibility version, platform, ConfigValues, Files from left to right, and
// then Helm's flags in Helm's fixed order: --set-json, --set, --set-string,
// --set-file, --set-literal, wherever they stand on the command line.
type ValuesOptions struct {
	Profiles             []string // --profile: of the chart or of ConfigProfiles
	CompatibilityVersion string   // --compatibility-version, a profile of its own kind
	Platform             string   // --platform, a profile of its own kind
	ConfigProfiles       []ConfigLayer
	ConfigValues         ConfigLayer
	ContextValues        ConfigLayer // what a chart's Context says its values are

	Given         []ValuesFile // files that have been read, below Files
	Files         []string     // -f: paths, http(s) URLs, or "-" for Stdin
	JSONValues    []string     // --set-json
	Values        []string     // --set
	StringValues  []string     // --set-string
	FileValues    []string     // --set-file
	LiteralValues []string     // --set-literal

	Stdin io.Reader // what "-" reads; nil is empty
}

// ValuesFile is a values file that has been read.
type ValuesFile struct {
	Name string // as the user can open it
	Data []byte
}

// ConfigLayer is a table of values in helmx.yaml. The zero value is no layer.
type ConfigLayer struct {
	Name string         // of the profile; "" for the key values
	File string         // the configuration file, for findings
	Node *manifest.Node // with the positions in File; nil is an empty table
}

// UserValues are the values of a release without the chart's own: what Helm
// calls user-supplied values, put together from all layers. It belongs to one
// goroutine.
type UserValues struct {
	// Map holds nested tables of type map[string]any. A null in it was set by a
	// file or a flag and removes what the chart declares.
	Map map[string]any

	layers   []*layer          // the lowest first
	removed  [][]string        // what nulls in profiles and helmx.yaml took away from the chart
	chart    *Chart            // nil when there is none
	defaults map[string]*layer // values.yaml of charts, by Helm's path of the chart
}

// Values reads and merges everything that ValuesOptions name. Files and flags
// mean exactly what they mean to Helm 3.22 (YAML 1.1, a null is kept so that it
// can remove the chart's value). In profiles and in helmx.yaml a null removes
// what all layers below say, the chart's values at any depth included.
//
// ch is read only and may be nil: then there are no profiles but those of the
// configuration. What is wrong with the input is in the list, all of it at
// once; the result is usable when the list holds no errors. The error is about
// the network or the context alone.
func Values(ctx context.Context, ch *Chart, o ValuesOptions) (*UserValues, diag.List, error) {
	v := &valuing{ctx: ctx, options: o, chart: ch, user: &UserValues{Map: map[string]any{}, chart: ch}}
	v.profiles()
	v.config(o.ConfigValues, "values of "+o.ConfigValues.File)
	v.overlayNode(o.ContextValues, "values of "+o.ContextValues.File, false)
	if err := v.files(); err != nil {
		return nil, v.found, err
	}
	if err := v.flags(); err != nil {
		return nil, v.found, err
	}
	return v.user, v.found, nil
}

// valuing is one call of Values.
type valuing struct {
	ctx       context.Context
	options   ValuesOptions
	chart     *Chart
	user      *UserValues
	found     diag.List
	stdinRead bool
	own       map[string]string // own profile values of charts set so far, by key
}

// failed takes the error of reading something: what is wrong with the input
// becomes a finding, anything else is returned.
func (v *valuing) failed(err error) error {
	var p *problem
	if errors.As(err, &p) {
		v.found = append(v.found, p.Diagnostic)
		return nil
	}
	return err
}

func (v *valuing) files() error {
	for _, f := range v.options.Given {
		v.file(f.Name, f.Name, f.Data)
	}
	for _, name := range v.options.Files {
		data, shown, err := v.read(name)
		if err != nil {
			if err = v.failed(err); err != nil {
				return err
			}
			continue
		}
		v.file("-f "+shownFlag(name, shown), shown, data)
	}
	return nil
}

// file adds a values file as a layer.
func (v *valuing) file(layer, shown string, data []byte) {
	values, found := parseValues(shown, data, diag.Warning)
	v.found = append(v.found, found...)
	mergeOver(v.user.Map, values)
	v.user.layers = append(v.user.layers, fileLayer(FileLayer, layer, shown, data))
}

// shownFlag is what stands behind -f, without the password of a URL.
func shownFlag(name, shown string) string {
	if shown == stdinName {
		return name
	}
	return shown
}

// mergeOver puts src over dst as Helm puts one values file over the other: tables
// are merged, and everything else, null too, replaces what was there.
func mergeOver(dst, src map[string]any) {
	for key, value := range src {
		table, isTable := value.(map[string]any)
		below, isBelow := dst[key].(map[string]any)
		if isTable && isBelow {
			mergeOver(below, table)
			continue
		}
		dst[key] = value
	}
}

// overlayHelmx puts a profile or values of helmx.yaml over the layers below.
// operations says whether its keys can be operations on lists.
func (v *valuing) overlayHelmx(l *layer, values map[string]any, operations bool) {
	m := merger{user: v.user, layer: l}
	if operations && hasOperations(values) {
		found := checkOperations(l.file, l.tree())
		v.found = append(v.found, found...)
		if found.HasErrors() {
			return
		}
		m.operations = true
		l.lists = map[string]*madeList{}
	}
	m.merge(v.user.Map, values, nil)
	v.found = append(v.found, m.found...)
	v.user.layers = append(v.user.layers, l)
}
