package schema

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/schema/internal/apiserver"
	"github.com/helmx-dev/helmx/schema/internal/pack"
	"github.com/santhosh-tekuri/jsonschema/v5"
)

// kind is a kind that objects can be validated against: one of the pack, or one
// that a CustomResourceDefinition of the stream brings.
type kind struct {
	*pack.Kind
	lib  *library
	root *pack.Node // of a definition in the stream; nil for the pack

	once   sync.Once
	schema *jsonschema.Schema
	node   *pack.Node

	serve  sync.Once
	served *apiserver.Custom // of a custom resource
}

// in reports whether the kind is served in a release.
func (k *kind) in(r pack.Release) bool {
	return k.Custom() || k.Defs[r.Minor] != 0
}

// load returns the schema of whole objects and its node.
func (k *kind) load(r pack.Release) (*jsonschema.Schema, *pack.Node) {
	if !k.Custom() {
		d := k.lib.definition(k.Defs[r.Minor], native)
		return d.schema, d.node
	}
	k.once.Do(func() {
		root := k.root
		if root == nil {
			root = k.lib.definition(k.Defs[0], custom).node
		}
		k.node = k.lib.withObjectFields(root, r)
		k.schema = k.lib.compile(k.node, custom, true)
		k.schema.Properties["metadata"] = k.lib.compile(k.node.Properties["metadata"], native, false)
	})
	return k.schema, k.node
}

// withObjectFields adds the fields that every object has and that a
// CustomResourceDefinition does not spell out.
func (l *library) withObjectFields(n *pack.Node, r pack.Release) *pack.Node {
	out := *n
	out.Properties = maps.Clone(n.Properties)
	if out.Properties == nil {
		out.Properties = map[string]*pack.Node{}
	}
	pod := l.definition(l.kinds["v1 Pod"].Defs[r.Minor], native).node
	for _, name := range []string{"apiVersion", "kind", "metadata"} {
		out.Properties[name] = pod.Properties[name]
	}
	return &out
}

// schemaName is who demands: "apps/v1 Deployment, Kubernetes 1.37".
func (k *kind) schemaName(r pack.Release) string {
	if k.Custom() {
		return k.GVK() + ", " + k.Origin
	}
	return k.GVK() + ", Kubernetes " + minorVersion(r.Minor)
}

// related returns the names of the kinds that an API version serves, and the
// API versions that serve a kind of this name.
func (v *validator) related(apiVersion, name string) (kinds, versions []string) {
	for gvk, k := range v.allKinds() {
		if !k.in(v.target.release) {
			continue
		}
		group, _, _ := strings.Cut(gvk, " ")
		if group == apiVersion {
			kinds = append(kinds, k.Kind.Kind)
		}
		if k.Kind.Kind == name {
			versions = append(versions, group)
		}
	}
	slices.Sort(kinds)
	slices.SortFunc(versions, compareVersions)
	return kinds, versions
}

// compareVersions puts the stable versions of an API first: v2, v1, v1beta1.
func compareVersions(a, b string) int {
	unstable := func(s string) int {
		switch {
		case strings.Contains(s, "alpha"):
			return 2
		case strings.Contains(s, "beta"):
			return 1
		}
		return 0
	}
	if d := unstable(a) - unstable(b); d != 0 {
		return d
	}
	return strings.Compare(b, a)
}

// allKinds yields the kinds of the stream and then those of the pack.
func (v *validator) allKinds() func(yield func(string, *kind) bool) {
	return func(yield func(string, *kind) bool) {
		for gvk, k := range v.custom {
			if !yield(gvk, k) {
				return
			}
		}
		for gvk, k := range v.lib.kinds {
			if v.custom[gvk] == nil && !yield(gvk, k) {
				return
			}
		}
	}
}

// find looks a kind up: the stream first, then the pack.
func (v *validator) find(apiVersion, name string) *kind {
	gvk := apiVersion + " " + name
	if k := v.custom[gvk]; k != nil {
		return k
	}
	if k := v.lib.kinds[gvk]; k != nil && k.in(v.target.release) {
		return k
	}
	return nil
}

// unknownKind says why there is no kind: removed, misspelled, or a custom
// resource whose definition is not at hand.
func (v *validator) unknownKind(o *object) diag.List {
	group, version, _ := cutVersion(o.apiVersion)
	l := v.lifecycle(group, version, o.kind)
	kinds, versions := v.related(o.apiVersion, o.kind)
	switch {
	case l != nil && l.Removed != 0 && l.Removed <= v.target.minor:
		return diag.List{v.removed(o, l, versions)}
	case l != nil && l.Introduced <= v.target.minor:
		return v.missingSchema(o, "the nearest version with schemas does not serve it")
	case v.lib.kinds[o.apiVersion+" "+o.kind] != nil:
		return diag.List{v.otherRelease(o, v.lib.kinds[o.apiVersion+" "+o.kind], versions)}
	case len(kinds) > 0:
		d := o.finding("SC005", diag.Error, "kind")
		d.Message = fmt.Sprintf("%s has no kind %q", o.apiVersion, o.kind)
		d.Hint = didYouMean(o.kind, kinds)
		if d.Hint == "" && len(versions) > 0 {
			d.Hint = fmt.Sprintf("%s is in %s", o.kind, strings.Join(versions, ", "))
		}
		note(&d)
		return diag.List{d}
	case len(versions) > 0 && v.groupExists(group):
		d := o.finding("SC005", diag.Error, "apiVersion")
		d.Message = fmt.Sprintf("Kubernetes %s serves no %s %s", minorVersion(v.target.minor), o.apiVersion, o.kind)
		d.Hint = "use apiVersion " + versions[0]
		note(&d)
		return diag.List{d}
	case !strings.Contains(group, "."):
		d := o.finding("SC005", diag.Error, "apiVersion")
		d.Message = fmt.Sprintf("there is no API %s in Kubernetes %s", o.apiVersion, minorVersion(v.target.minor))
		d.Hint = suggestAPI(o, versions, v)
		note(&d)
		return diag.List{d}
	}
	return v.missingSchema(o, v.misspelledAPI(o))
}

// otherRelease is the finding about a kind that other Kubernetes versions serve.
func (v *validator) otherRelease(o *object, k *kind, versions []string) diag.Diagnostic {
	d := o.finding("SC005", diag.Error, "apiVersion")
	minors := slices.Sorted(maps.Keys(k.Defs))
	first, last := minors[0], minors[len(minors)-1]
	d.Message = fmt.Sprintf("Kubernetes %s serves no %s %s", minorVersion(v.target.minor), o.apiVersion, o.kind)
	switch {
	case first > v.target.minor:
		d.Message += ", which came with " + minorVersion(first)
	case last < v.target.minor:
		d.Message += fmt.Sprintf(", which %s was the last to serve", minorVersion(last))
	}
	if len(versions) > 0 {
		d.Hint = "use apiVersion " + versions[0]
	}
	note(&d)
	return d
}

// misspelledAPI names the API version that a custom resource was probably
// meant to have. An API of a similar name alone is no reason: it must serve a
// kind of this name, or nearly.
func (v *validator) misspelledAPI(o *object) string {
	var candidates []string
	for gvk := range v.allKinds() {
		apiVersion, name, _ := strings.Cut(gvk, " ")
		if name == o.kind || diag.Nearest(o.kind, []string{name}) != "" {
			candidates = append(candidates, apiVersion)
		}
	}
	return diag.DidYouMean(o.apiVersion, candidates)
}

// suggestAPI names the API version that was probably meant.
func suggestAPI(o *object, versions []string, v *validator) string {
	if len(versions) > 0 {
		if best := diag.DidYouMean(o.apiVersion, versions); best != "" {
			return best
		}
		return o.kind + " is in " + strings.Join(versions, ", ")
	}
	all := map[string]bool{}
	for gvk := range v.allKinds() {
		apiVersion, _, _ := strings.Cut(gvk, " ")
		all[apiVersion] = true
	}
	return diag.DidYouMean(o.apiVersion, slices.Sorted(maps.Keys(all)))
}

func (v *validator) groupExists(group string) bool {
	for _, k := range v.allKinds() {
		if k.Group == group {
			return true
		}
	}
	return false
}

// removed reports an API that the target version no longer serves.
func (v *validator) removed(o *object, l *pack.Lifecycle, versions []string) diag.Diagnostic {
	d := o.finding("SC006", diag.Error, "apiVersion")
	d.Message = fmt.Sprintf("%s %s was removed in Kubernetes %s", o.apiVersion, o.kind, minorVersion(l.Removed))
	d.Hint = replacementHint(o, l, versions)
	note(&d)
	return d
}

func replacementHint(o *object, l *pack.Lifecycle, versions []string) string {
	replacement := l.Replacement
	if apiVersion, sameKind := strings.CutSuffix(replacement, " "+o.kind); sameKind {
		return "use apiVersion " + apiVersion
	}
	switch {
	case replacement != "":
		return "use " + replacement
	case len(versions) > 0:
		return "use apiVersion " + versions[0]
	}
	return "nothing replaces it"
}

// deprecated reports an API that the target version serves for the time being.
func (v *validator) deprecated(o *object) diag.List {
	group, version, _ := cutVersion(o.apiVersion)
	l := v.lifecycle(group, version, o.kind)
	// Alpha and beta APIs count as deprecated three versions after they came,
	// by rule; that is worth a word only where there is something to move to.
	if l == nil || l.Deprecated == 0 || l.Deprecated > v.target.minor || l.Replacement == "" {
		return nil
	}
	d := o.finding("SC007", diag.Warning, "apiVersion")
	d.Message = fmt.Sprintf("%s %s is deprecated since Kubernetes %s", o.apiVersion, o.kind, minorVersion(l.Deprecated))
	if l.Removed != 0 {
		d.Message += " and will be gone in " + minorVersion(l.Removed)
	}
	d.Hint = replacementHint(o, l, nil)
	d.Fix = v.versionFix(o, l.Replacement)
	note(&d)
	return diag.List{d}
}

func (v *validator) lifecycle(group, version, name string) *pack.Lifecycle {
	for i := range v.lib.pack.Lifecycles {
		if l := &v.lib.pack.Lifecycles[i]; l.Kind == name && l.Version == version && l.Group == group {
			return l
		}
	}
	return nil
}

// missingSchema reports a kind that nothing describes.
func (v *validator) missingSchema(o *object, hint string) diag.List {
	severity := diag.Warning
	switch v.options.MissingSchema {
	case MissingIgnore:
		return nil
	case MissingError:
		severity = diag.Error
	}
	d := o.finding("SC008", severity, "kind")
	group, version, _ := cutVersion(o.apiVersion)
	d.Message = fmt.Sprintf("not validated: there is no schema of %s %s", o.apiVersion, o.kind)
	d.Hint = hint
	if d.Hint == "" {
		d.Hint = fmt.Sprintf("put the CustomResourceDefinition with group %s, version %s and kind %s into crds/ of the chart or a folder of validate.crds", group, version, o.kind)
	}
	return diag.List{d}
}

// cutVersion splits an apiVersion; ok is false when it has more than one slash.
func cutVersion(apiVersion string) (group, version string, ok bool) {
	group, version, found := strings.Cut(apiVersion, "/")
	if !found {
		return "", apiVersion, true
	}
	return group, version, !strings.Contains(version, "/")
}

// note repeats a hint under the marked text.
func note(d *diag.Diagnostic) {
	if d.Excerpt != nil {
		d.Excerpt.Note = d.Hint
	}
}
