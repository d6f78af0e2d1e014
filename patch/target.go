package patch

import (
	"fmt"

	"github.com/helmx-dev/helmx/manifest"
)

// Target says which objects a patch is for. All given fields must match.
type Target struct {
	Group, Version, Kind, Name, Namespace, Source Patterns
	Labels, Annotations                           Selector
	Hook                                          Hook
	Where                                         *Condition // nil: holds for all
	Text                                          string     // the target as one line of YAML, for messages

	late *manifest.Node // the target as written, where it holds expressions
}

// Hook says whether Helm hooks are meant.
type Hook uint8

// The zero value means any object for an exact name, and no hooks otherwise: a
// pattern for a workload must not change the test Pod beside it.
const (
	HookByName Hook = iota
	HookOnly
	HookNever
	HookAny
)

// fits reports whether the identity alone does not rule an object out.
func (t *Target) fits(id *manifest.ID) bool {
	return t.Kind.Match(id.Kind) && t.Name.Match(id.Name) && t.Namespace.Match(id.Namespace) &&
		t.Group.Match(id.Group()) && t.Version.Match(id.Version()) && t.Source.Match(id.Source) && t.hookFits(id.Hook)
}

func (t *Target) hookFits(isHook bool) bool {
	switch t.Hook {
	case HookOnly:
		return isHook
	case HookNever:
		return !isHook
	case HookAny:
		return true
	}
	return !isHook || t.Name.exact()
}

// matches reports whether the patch is for a document whose identity fits. One
// that turns out to be no YAML is a *manifest.SyntaxError.
func (t *Target) matches(d *manifest.Document) (bool, error) {
	root, err := d.Tree()
	return err == nil && isMap(root) && t.selects(root), err
}

// selects reports whether labels and annotations are the wanted ones.
func (t *Target) selects(root *manifest.Node) bool {
	return (len(t.Labels) == 0 || t.Labels.Match(stringsAt(root, "labels"))) &&
		(len(t.Annotations) == 0 || t.Annotations.Match(stringsAt(root, "annotations")))
}

// misfits names the criteria that an object does not meet.
func (t *Target) misfits(id manifest.ID, root *manifest.Node) []string {
	var names []string
	for _, c := range []struct {
		name  string
		holds bool
	}{
		{"kind", t.Kind.Match(id.Kind)},
		{"name", t.Name.Match(id.Name)},
		{"namespace", t.Namespace.Match(id.Namespace)},
		{"group", t.Group.Match(id.Group())},
		{"version", t.Version.Match(id.Version())},
		{"source", t.Source.Match(id.Source)},
		{"hook", t.hookFits(id.Hook)},
		{"labels", t.Labels.Match(stringsAt(root, "labels"))},
		{"annotations", t.Annotations.Match(stringsAt(root, "annotations"))},
	} {
		if !c.holds {
			names = append(names, c.name)
		}
	}
	return names
}

// stringsAt returns a map of strings below metadata.
func stringsAt(root *manifest.Node, key string) map[string]string {
	_, metadata := manifest.Lookup(root, "metadata")
	_, n := manifest.Lookup(metadata, key)
	values, _ := manifest.Value(n).(map[string]any)
	out := make(map[string]string, len(values))
	for k, v := range values {
		out[k] = fmt.Sprint(v)
	}
	return out
}
