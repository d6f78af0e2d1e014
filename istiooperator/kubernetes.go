package istiooperator

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
)

// kubernetes translates the k8s settings of a component. istioctl merges them
// into the objects after rendering; a value takes the place of such a patch
// where the chart makes the same object of it.
type kubernetes struct {
	*translation
	component
	path   manifest.Path
	values map[string]any // the component's own
	all    map[string]any // all values of the release
}

// place is where istioctl merges a setting: the kind of object, and the keys
// that lead to the place from its top.
type place struct {
	kind      string // "" is the workload
	keys      []string
	container bool // in the component's container
}

// places are the patches of postProcess in operator/pkg/render.
var places = map[string]place{
	"affinity":            {keys: pod("affinity")},
	"env":                 {keys: []string{"env"}, container: true},
	"hpaSpec":             {kind: "HorizontalPodAutoscaler", keys: []string{"spec"}},
	"imagePullPolicy":     {keys: []string{"imagePullPolicy"}, container: true},
	"nodeSelector":        {keys: pod("nodeSelector")},
	"podDisruptionBudget": {kind: "PodDisruptionBudget", keys: []string{"spec"}},
	"podAnnotations":      {keys: []string{"spec", "template", "metadata", "annotations"}},
	"priorityClassName":   {keys: pod("priorityClassName")},
	"readinessProbe":      {keys: []string{"readinessProbe"}, container: true},
	"replicaCount":        {keys: []string{"spec", "replicas"}},
	"resources":           {keys: []string{"resources"}, container: true},
	"strategy":            {keys: []string{"spec", "strategy"}},
	"tolerations":         {keys: pod("tolerations")},
	"serviceAnnotations":  {kind: "Service", keys: []string{"metadata", "annotations"}},
	"service":             {kind: "Service", keys: []string{"spec"}},
	"securityContext":     {keys: pod("securityContext")},
}

func pod(key string) []string { return []string{"spec", "template", "spec", key} }

func (k kubernetes) translate(settings map[string]any) {
	for _, field := range inOrder(settings) {
		v := settings[field]
		switch {
		case v == nil, field == "overlays":
		case field == "volumes" || field == "volumeMounts":
			k.volumes(field, listOf(v))
		case places[field].keys == nil: // unknown, and reported as such
		case k.workload == "":
			k.lost(field, fmt.Sprintf("the component %s has no workload that %s could go to; istioctl ignores it", k.key, field))
		default:
			k.setting(field, v)
		}
	}
	k.overlays(listOf(settings["overlays"])) // istioctl applies them last
}

// inOrder lists settings, those first that decide which objects there are.
func inOrder(settings map[string]any) []string {
	var fields []string
	for _, field := range append([]string{"replicaCount", "hpaSpec"}, slices.Sorted(maps.Keys(settings))...) {
		if _, ok := settings[field]; ok && !slices.Contains(fields, field) {
			fields = append(fields, field)
		}
	}
	return fields
}

// setting carries one setting over, as a value if it can.
func (k kubernetes) setting(field string, v any) {
	if rest := k.asValue(field, v); rest != nil && k.exists(field) {
		k.patch(field, rest)
	}
}

// lost reports a setting that istioctl ignores, too.
func (k kubernetes) lost(field, message string) {
	k.find(diag.Warning, codeLost, k.path.Child(field), message, "")
}

// exists reports whether the chart makes the object that a setting is for.
func (k kubernetes) exists(field string) bool {
	switch places[field].kind {
	case "":
		if k.workload == "DaemonSet" && (field == "strategy" || field == "replicaCount") {
			k.lost(field, "a DaemonSet has no "+strings.TrimSuffix(field, "Count")+": istioctl cannot render this, or drops it")
			return false
		}
		return true
	case "HorizontalPodAutoscaler":
		if k.key != "pilot" || !k.autoscaled() {
			k.lost(field, "there is no autoscaler for it: the component is not scaled, or autoscaleEnabled is false; istioctl ignores it")
			return false
		}
	case "PodDisruptionBudget":
		if k.key != "pilot" || !k.disruptionBudget() {
			k.lost(field, "there is no PodDisruptionBudget for it: the chart makes one for more than one replica; istioctl ignores it")
			return false
		}
	case "Service":
		if k.key != "pilot" {
			k.lost(field, "the component has no Service; istioctl ignores it")
			return false
		}
	}
	return true
}

// setting of the component as the chart sees it: the user's on top of those of
// the chart's profile.
func (k kubernetes) effective(key string, def any) any {
	if v, ok := k.values[key]; ok {
		return v
	}
	if v, ok := chartProfile(k.all, k.key)[key]; ok {
		return v
	}
	return def
}

func (k kubernetes) autoscaled() bool {
	return k.effective("autoscaleEnabled", true) == true
}

func (k kubernetes) disruptionBudget() bool {
	if deep(k.all, "global", "defaultPodDisruptionBudget", "enabled") == false {
		return false
	}
	if k.autoscaled() {
		return number(k.effective("autoscaleMin", 1)) > 1
	}
	return number(k.effective("replicaCount", 1)) > 1
}

func number(v any) float64 {
	switch v := v.(type) {
	case int:
		return float64(v)
	case int64:
		return float64(v)
	case uint64:
		return float64(v)
	case float64:
		return v
	}
	return 0
}

// constantAnnotations are on the pods of the charts already; a second one of
// the same name would break their YAML.
var constantAnnotations = []string{
	"prometheus.io/port", "prometheus.io/scrape", "prometheus.io/path", "sidecar.istio.io/inject", "istio.io/rev",
	"container.apparmor.security.beta.kubernetes.io/install-cni",
}

// asValue sets the chart's value for a setting and returns what is left for a
// patch, nil for nothing.
func (k kubernetes) asValue(field string, v any) any {
	m := mapOf(v)
	switch field {
	case "resources":
		return k.resources(m)
	case "replicaCount":
		if k.key != "pilot" || number(v) <= 0 {
			return v
		}
		k.values["replicaCount"] = v
		if k.autoscaled() {
			return v // the chart leaves it to the autoscaler; istioctl writes it all the same
		}
		return nil
	case "hpaSpec":
		return k.autoscaling(m)
	case "affinity":
		return k.take("affinity", v)
	case "nodeSelector":
		if k.key == "cni" || k.key == "ztunnel" && m["kubernetes.io/os"] != nil {
			return v
		}
		return k.take("nodeSelector", v)
	case "tolerations":
		if k.key == "pilot" { // the chart adds its own in front, istioctl replaces all
			return v
		}
		return k.take("tolerations", v)
	case "podAnnotations":
		for name := range m {
			if slices.Contains(constantAnnotations, name) {
				return v
			}
		}
		return k.take("podAnnotations", v)
	case "serviceAnnotations":
		if k.key == "pilot" && len(listOf(k.all["revisionTags"])) == 0 { // whose Services would get them, too
			return k.take("serviceAnnotations", v)
		}
	case "imagePullPolicy":
		switch k.key {
		case "cni":
			return k.take("pullPolicy", v)
		case "ztunnel":
			return k.take("imagePullPolicy", v)
		}
	}
	return v
}

// take sets a value, merging maps into what is there as a patch would.
func (k kubernetes) take(key string, v any) any {
	overlay(k.values, map[string]any{key: v})
	return nil
}

// resources become values where the charts print them: limits and requests that
// are set. A null, which takes a default away, is for a patch.
func (k kubernetes) resources(m map[string]any) any {
	rest := map[string]any{}
	for _, key := range slices.Sorted(maps.Keys(m)) {
		amounts, ok := m[key].(map[string]any)
		if !ok || key != "limits" && key != "requests" {
			rest[key] = m[key]
			continue
		}
		for name, amount := range amounts {
			if amount == nil || amount == "" || number(amount) == 0 && text(amount) == "" {
				setDeep(rest, amount, key, name)
			} else {
				k.take("resources", map[string]any{key: map[string]any{name: amount}})
			}
		}
	}
	return orNil(rest)
}

// autoscaling sets the bounds as values, which the PodDisruptionBudget goes by.
func (k kubernetes) autoscaling(m map[string]any) any {
	rest := maps.Clone(m)
	for field, value := range map[string]string{"minReplicas": "autoscaleMin", "maxReplicas": "autoscaleMax"} {
		if k.key == "pilot" && number(m[field]) > 0 {
			k.values[value] = m[field]
			delete(rest, field)
		}
	}
	if ref := mapOf(rest["scaleTargetRef"]); ref != nil && text(ref["name"]) == k.name && text(ref["kind"]) == k.workload {
		delete(rest, "scaleTargetRef") // what the chart writes
	}
	return orNil(rest)
}

func orNil(m map[string]any) any {
	if len(m) == 0 {
		return nil
	}
	return m
}

// volumes are values: istioctl of today has no patch for them.
func (k kubernetes) volumes(field string, list []any) {
	if k.key != "pilot" && k.key != "ztunnel" {
		k.lost(field, fmt.Sprintf("the chart of %s has no value for %s, and istioctl ignores them", k.key, field))
		return
	}
	k.values[field] = append(listOf(k.values[field]), list...)
	k.find(diag.Info, codeDiffers, k.path.Child(field), fmt.Sprintf("%s take effect with the chart; istioctl ignores them", field), "")
}

// patch adds a strategic merge of one setting.
func (k kubernetes) patch(field string, v any) {
	p := places[field]
	kind := p.kind
	if kind == "" {
		kind = k.workload
	}
	body := map[string]any{}
	if p.container {
		setDeep(body, []any{mapping("name", k.container, p.keys[0], v)}, pod("containers")...)
	} else {
		setDeep(body, v, p.keys...)
	}
	if field == "podDisruptionBudget" && mapOf(v)["maxUnavailable"] != nil {
		setDeep(body, nil, "spec", "minAvailable") // only one of the two can be
	}
	k.addPatch(field, kind, k.name, "merge", body, k.path.Child(field))
}

// addPatch adds a patch for one object of the component.
func (k kubernetes) addPatch(suffix, kind, name, change string, body any, from manifest.Path) {
	entry := patchEntry{name: k.release + "-" + suffix, chart: k.chart, path: from}
	entry.body = mapping(
		"name", entry.name,
		"chart", k.chart,
		"target", map[string]any{"kind": kind, "name": name},
	)
	if k.chart == gatewayChart && k.gateways > 1 { // each gateway is a release, and all have this chart
		appendTo(entry.body, "expect", "0+")
	}
	if holdsBraces(body) && change != "overlays" {
		appendTo(entry.body, "literal", true)
	}
	appendTo(entry.body, change, body)
	k.patches = append(k.patches, entry)
}

// origin says where a patch comes from.
func (s *source) origin(path manifest.Path) string {
	if line := s.line(path); line > 0 {
		return fmt.Sprintf("%s:%d: %s", s.doc.Origin.File, line, path)
	}
	return path.String()
}

// holdsBraces reports whether a text would be taken for an expression.
func holdsBraces(v any) bool {
	switch v := v.(type) {
	case string:
		return strings.Contains(v, "{{")
	case *manifest.Node:
		return holdsBraces(manifest.Value(v))
	case []any:
		return slices.ContainsFunc(v, holdsBraces)
	case map[string]any:
		for _, item := range v {
			if holdsBraces(item) {
				return true
			}
		}
	}
	return false
}

// overlayPaths reports paths that helmx could not read, in the user's own file.
func (k kubernetes) overlayPaths(patches []any, at manifest.Path) {
	if k.translation.path == nil {
		return
	}
	for i, item := range patches {
		if err := k.translation.path(text(mapOf(item)["path"])); err != nil {
			k.find(diag.Error, codeType, at.At(i).Child("path"), "the path of the overlay cannot be read: "+err.Error(), "")
		}
	}
}

// overlays are patches of helmx as they are, one for each object.
func (k kubernetes) overlays(list []any) {
	for i, item := range list {
		o := mapOf(item)
		at := k.path.Child("overlays").At(i)
		kind, name := text(o["kind"]), text(o["name"])
		patches := listOf(o["patches"])
		switch {
		case kind == "" || name == "":
			k.find(diag.Warning, codeLost, at, "an overlay without kind and name matches nothing, in istioctl too", "name the object")
			continue
		case len(patches) == 0:
			continue
		case k.chart == gatewayChart:
			k.find(diag.Info, codeDiffers, at, "the chart gateway leaves most of the pod to injection: a path of this overlay may lead to what it does not write", "`helmx template` says so, with what is there")
		}
		k.overlayPaths(patches, at.Child("patches"))
		k.addPatch(fmt.Sprintf("overlay-%d", i+1), kind, name, "overlays", patches, at)
	}
}
