package istiooperator

import (
	"cmp"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"istio.io/istio/manifests"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
)

// merged is an IstioOperator on top of its profile.
type merged struct {
	components map[string]any
	values     map[string]any // without those of the profile "default", which are the charts' own defaults
	namespace  string         // where Istio lives
	revision   string
}

// merge puts the file on top of its profile, as MergeInputs in
// operator/pkg/render does.
func (s *source) merge() (*merged, bool) {
	spec := mapOf(mapOf(manifest.Value(s.root))["spec"])
	name, ok := s.profile(spec)
	if !ok {
		return nil, false
	}
	components, values := map[string]any{}, map[string]any{}
	overlay(components, mapOf(profileSpec(defaultProfile)["components"]))
	if name != defaultProfile {
		profile := profileSpec(name)
		overlay(components, mapOf(profile["components"]))
		overlay(values, mapOf(profile["values"]))
	}
	overlay(components, known(mapOf(spec["components"]), "base", "pilot", "cni", "ztunnel", "ingressGateways", "egressGateways"))
	user := mapOf(spec["values"])
	overlay(values, user)
	s.translateTopLevel(spec, values)
	setDeep(values, isEnabled(mapOf(components["cni"]), false), "pilot", "cni", "enabled")
	overlay(values, user) // istioctl: values win over what components imply
	overlay(values, mapOf(spec["unvalidatedValues"]))
	m := &merged{components: components, values: values, namespace: "istio-system", revision: text(values["revision"])}
	if n := text(mapOf(values["global"])["istioNamespace"]); n != "" {
		m.namespace = n
	}
	s.reportIgnored(spec)
	return m, true
}

const defaultProfile = "default"

// profile returns the name of the profile. One that the charts of Istio do not
// bring cannot be read: it is a file of the user, or of another version.
func (s *source) profile(spec map[string]any) (string, bool) {
	name := text(spec["profile"])
	if name == "" {
		return defaultProfile, true
	}
	names := profileNames()
	if slices.Contains(names, name) {
		return name, true
	}
	hint := diag.DidYouMean(name, names)
	switch {
	case strings.ContainsAny(name, "/\\") || strings.HasSuffix(name, ".yaml"):
		hint = "merge the file into this one first: a profile is an IstioOperator below yours"
	case name == "external":
		hint = "the profile external was removed; use remote, with values.global.externalIstiod on the other side"
	case hint == "":
		hint = "expected one of " + strings.Join(names, ", ")
	}
	s.find(diag.Error, codeProfile, manifest.Keys("spec", "profile"), fmt.Sprintf("there is no profile %q", name), hint)
	return "", false
}

func profileNames() []string {
	files, _ := fs.Glob(manifests.FS, "profiles/*.yaml")
	names := make([]string, len(files))
	for i, file := range files {
		names[i] = strings.TrimSuffix(path.Base(file), ".yaml")
	}
	return names
}

// profileSpec reads a profile of istioctl.
func profileSpec(name string) map[string]any {
	return mapOf(embedded("profiles/" + name + ".yaml")["spec"])
}

// chartProfile is the profile that a chart applies by itself, as far as it is
// about one part of the values: the charts read files of the same content.
func chartProfile(values map[string]any, keys ...string) map[string]any {
	global := mapOf(values["global"])
	out := map[string]any{}
	for _, file := range []string{
		cmp.Or(text(values["profile"]), text(global["profile"])),
		prefixed("compatibility-version-", text(values["compatibilityVersion"])),
		prefixed("platform-", cmp.Or(text(values["platform"]), text(global["platform"]))),
	} {
		if file != "" {
			overlay(out, mapOf(deep(embedded("charts/gateway/files/profile-"+file+".yaml"), keys...)))
		}
	}
	return out
}

func prefixed(prefix, name string) string {
	if name == "" {
		return ""
	}
	return prefix + name
}

func embedded(file string) map[string]any {
	data, err := manifests.FS.ReadFile(file)
	if err != nil {
		return nil
	}
	root, err := manifest.Parse(data)
	if err != nil {
		return nil
	}
	return mapOf(manifest.Value(root))
}

// translateTopLevel turns settings of the spec into values, as
// translateIstioOperatorToHelm does.
func (s *source) translateTopLevel(spec, values map[string]any) {
	for _, t := range []struct {
		field string
		to    []string
	}{
		{"hub", []string{"global", "hub"}}, {"tag", []string{"global", "tag"}}, {"revision", []string{"revision"}},
		{"compatibilityVersion", []string{"compatibilityVersion"}},
	} {
		if spec[t.field] != nil {
			setDeep(values, s.scalarText(manifest.Keys("spec", t.field)), t.to...)
		}
	}
	if mesh := mapOf(spec["meshConfig"]); len(mesh) > 0 {
		overlay(values, map[string]any{"meshConfig": mesh})
	}
}

// scalarText returns a scalar as it is written: 1.30 is no number here.
func (s *source) scalarText(path manifest.Path) string {
	n := path.Get(s.root)
	if n == nil {
		return ""
	}
	return manifest.Resolve(n).Value
}

// reportIgnored names what istioctl reads and does not use.
func (s *source) reportIgnored(spec map[string]any) {
	if text(spec["namespace"]) != "" {
		s.find(diag.Warning, codeLost, manifest.Keys("spec", "namespace"), "spec.namespace has no effect in istioctl, and none here", "set spec.values.global.istioNamespace")
	}
	if text(spec["installPackagePath"]) != "" {
		s.find(diag.Warning, codeLost, manifest.Keys("spec", "installPackagePath"), "spec.installPackagePath names charts on a disk: the charts that you install take their place", "")
	}
	if mapOf(mapOf(spec["components"])["istiodRemote"]) != nil {
		s.find(diag.Warning, codeLost, manifest.Keys("spec", "components", "istiodRemote"), "istiodRemote is no component any more: istioctl ignores it", "use profile: remote")
	}
}

// overlay merges b onto a: maps by key, anything else replaces, null too.
func overlay(a, b map[string]any) {
	for key, v := range b {
		into, isMap := a[key].(map[string]any)
		from, fromMap := v.(map[string]any)
		if isMap && fromMap {
			overlay(into, from)
			continue
		}
		a[key] = deepCopy(v)
	}
}

func deepCopy(v any) any {
	switch v := v.(type) {
	case map[string]any:
		c := make(map[string]any, len(v))
		for key, item := range v {
			c[key] = deepCopy(item)
		}
		return c
	case []any:
		c := make([]any, len(v))
		for i, item := range v {
			c[i] = deepCopy(item)
		}
		return c
	}
	return v
}

// known returns the entries of m with these keys.
func known(m map[string]any, keys ...string) map[string]any {
	m = maps.Clone(m)
	maps.DeleteFunc(m, func(key string, _ any) bool { return !slices.Contains(keys, key) })
	return m
}

// setDeep sets a value below maps that are made as needed.
func setDeep(m map[string]any, v any, keys ...string) {
	for _, key := range keys[:len(keys)-1] {
		next, ok := m[key].(map[string]any)
		if !ok {
			next = map[string]any{}
			m[key] = next
		}
		m = next
	}
	m[keys[len(keys)-1]] = v
}

// deep returns what lies below keys, or nil.
func deep(v any, keys ...string) any {
	for _, key := range keys {
		v = mapOf(v)[key]
	}
	return v
}

func mapOf(v any) map[string]any {
	m, _ := v.(map[string]any)
	return m
}

func listOf(v any) []any {
	l, _ := v.([]any)
	return l
}

// text returns a string, "" for anything else.
func text(v any) string {
	s, _ := v.(string)
	return s
}

// isEnabled reads `enabled` of a component; def holds where the component is
// not mentioned.
func isEnabled(component map[string]any, def bool) bool {
	if component == nil {
		return def
	}
	enabled, ok := component["enabled"].(bool)
	return enabled || !ok
}
