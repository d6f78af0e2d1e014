package schema

import (
	"fmt"
	"slices"
	"strings"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
)

// podPaths leads to the specs of pods in the kinds that have one.
var podPaths = map[string][]string{
	"v1 Pod":                   {"spec"},
	"v1 ReplicationController": {"spec", "template", "spec"},
	"apps/v1 Deployment":       {"spec", "template", "spec"},
	"apps/v1 StatefulSet":      {"spec", "template", "spec"},
	"apps/v1 DaemonSet":        {"spec", "template", "spec"},
	"apps/v1 ReplicaSet":       {"spec", "template", "spec"},
	"batch/v1 Job":             {"spec", "template", "spec"},
	"batch/v1 CronJob":         {"spec", "jobTemplate", "spec", "template", "spec"},
}

// agreement is the check of one object beyond its schema: fields that must
// agree with each other, from pkg/apis/*/validation of Kubernetes. What has the
// wrong type is left to the schema.
type agreement struct {
	object *object
	schema string // who demands it
	found  diag.List
}

// disagreements checks what one object says in two places.
func disagreements(o *object, schema string) diag.List {
	a := agreement{object: o, schema: schema}
	gvk := o.apiVersion + " " + o.kind
	if path := podPaths[gvk]; path != nil {
		a.pod(gvk, manifest.Keys(path...))
	}
	switch {
	case gvk == "v1 Service":
		a.portNames()
	case o.apiVersion == "apps/v1" && podPaths[gvk] != nil:
		a.selector()
	}
	return a.found
}

func (a *agreement) at(path ...string) any { return valueAt(a.object.value, manifest.Keys(path...)) }

func (a *agreement) add(code string, p manifest.Path, message, hint string) {
	d := a.object.at(p, false)
	d.Code, d.Severity, d.Message, d.Hint, d.Schema = code, diag.Error, message, hint, a.schema
	note(&d)
	a.found = append(a.found, d)
}

// selector checks that a workload selects the pods that it makes.
func (a *agreement) selector() {
	labels := asMap(a.at("spec", "template", "metadata", "labels"))
	path := manifest.Keys("spec", "template", "metadata", "labels")
	wanted := asMap(a.at("spec", "selector", "matchLabels"))
	for _, key := range sortedKeys(wanted) {
		want, ok := wanted[key].(string)
		have, isString := labels[key].(string)
		switch {
		case !ok || labels[key] != nil && !isString, have == want && isString:
		case !isString:
			a.add("SC021", path, fmt.Sprintf("the pods lack the label %s: %s, which spec.selector demands", key, show(want)),
				diag.DidYouMean(key, sortedKeys(labels)))
		default:
			a.add("SC021", path.Child(key), fmt.Sprintf("the label is %s, and spec.selector demands %s", show(have), show(want)), "")
		}
	}
	for i, item := range asList(a.at("spec", "selector", "matchExpressions")) {
		if holds, known := expressionHolds(asMap(item), labels); known && !holds {
			p := manifest.Keys("spec", "selector", "matchExpressions").At(i)
			a.add("SC021", p, "the labels of the pod template do not meet this", "")
		}
	}
}

// expressionHolds evaluates one of matchExpressions; known is false when it is
// malformed.
func expressionHolds(m, labels map[string]any) (holds, known bool) {
	key, ok := m["key"].(string)
	raw, set := labels[key]
	label, isString := raw.(string)
	if !ok || set && !isString {
		return false, false
	}
	values := stringsOf(m["values"])
	if len(values) != len(asList(m["values"])) {
		return false, false
	}
	switch m["operator"] {
	case "In":
		return set && slices.Contains(values, label), len(values) > 0
	case "NotIn":
		return !set || !slices.Contains(values, label), len(values) > 0
	case "Exists":
		return set, true
	case "DoesNotExist":
		return !set, true
	}
	return false, false
}

// containerLists are the lists of a pod's containers whose names must differ,
// also between the lists.
var containerLists = []string{"initContainers", "containers"}

// pod checks the containers of a pod.
func (a *agreement) pod(gvk string, spec manifest.Path) {
	pod := asMap(valueAt(a.object.value, spec))
	volumes, complete := itemNames(pod["volumes"])
	if gvk == "apps/v1 StatefulSet" {
		claims, ok := itemNames(valueAt(a.object.value, manifest.Keys("spec", "volumeClaimTemplates")), "metadata")
		volumes, complete = append(volumes, claims...), complete && ok
	}
	first := map[string]string{} // where a name was seen
	for _, list := range containerLists {
		for i, item := range asList(pod[list]) {
			container := asMap(item)
			p := spec.Child(list).At(i)
			name, _ := container["name"].(string)
			if in := first[name]; name != "" && in != "" && in != list {
				a.add("SC024", p.Child("name"), fmt.Sprintf("%s has a container %s already", in, show(name)), "")
			} else {
				first[name] = list
			}
			if complete {
				a.mounts(p, container, volumes)
			}
		}
	}
}

// mounts checks that what a container mounts exists. Older servers take a
// StatefulSet and refuse its pods.
func (a *agreement) mounts(container manifest.Path, value map[string]any, volumes []string) {
	for i, item := range asList(value["volumeMounts"]) {
		name, _ := asMap(item)["name"].(string)
		if name == "" || slices.Contains(volumes, name) {
			continue
		}
		p := container.Child("volumeMounts").At(i).Child("name")
		hint := diag.DidYouMean(name, volumes)
		if hint == "" && len(volumes) > 0 && len(volumes) <= listLimit {
			hint = "there is " + strings.Join(volumes, ", ")
		}
		a.add("SC022", p, fmt.Sprintf("there is no volume %s", show(name)), hint)
	}
}

// itemNames lists the names of a list's items, below the keys that lead to
// them; ok is false when an item has none, so that the list may hold any.
func itemNames(list any, below ...string) (names []string, ok bool) {
	items, isList := list.([]any)
	if list != nil && !isList {
		return nil, false
	}
	for _, item := range items {
		name, _ := valueAt(item, manifest.Keys(below...).Child("name")).(string)
		if name == "" {
			return nil, false
		}
		names = append(names, name)
	}
	return names, true
}

// portNames checks that the ports of a Service can be told apart.
func (a *agreement) portNames() {
	ports := asList(a.at("spec", "ports"))
	if len(ports) < 2 {
		return
	}
	for i, item := range ports {
		port, ok := item.(map[string]any)
		if name := port["name"]; ok && (name == nil || name == "") {
			a.add("SC023", manifest.Keys("spec", "ports").At(i), fmt.Sprintf("the port has no name, and the Service has %d ports", len(ports)), "give each port a name, such as http")
		}
	}
}
