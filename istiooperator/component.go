package istiooperator

import (
	"cmp"
	"fmt"
	"maps"
	"regexp"
	"sync"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
)

// component is a part of Istio with a chart of its own.
type component struct {
	key       string // below spec.components, and of its values
	chart     string
	release   string
	workload  string // kind of its workload, "" when it has none
	name      string // of the workload and what belongs to it
	container string
	// parts are the top-level values that the chart reads.
	parts []string
}

var (
	baseComponent = component{
		key: "base", chart: "base", release: "istio-base",
		parts: []string{"global", "base", "defaultRevision", "experimental", "profile", "platform", "compatibilityVersion"},
	}
	pilotComponent = component{key: "pilot", chart: "istiod", release: "istiod", workload: "Deployment", name: "istiod", container: "discovery"}
	cniComponent   = component{
		key: "cni", chart: "cni", release: "istio-cni", workload: "DaemonSet", name: "istio-cni-node", container: "install-cni",
		parts: []string{"global", "cni", "revision", "ownerName", "profile", "platform", "compatibilityVersion"},
	}
	ztunnelComponent = component{
		key: "ztunnel", chart: "ztunnel", release: "ztunnel", workload: "DaemonSet", name: "ztunnel", container: "istio-proxy",
	}
)

// translation is the work on one IstioOperator.
type translation struct {
	*source
	merged   *merged
	path     func(string) error // of Options
	releases []Release
	values   []map[string]any // of the releases
	patches  []patchEntry
	gateways int             // enabled ones
	tags     map[string]bool // that are reported, by their paths
}

// patchEntry is a patch of helmx.yaml and where it comes from.
type patchEntry struct {
	name, chart string
	body        *manifest.Node
	path        manifest.Path
}

func (t *translation) translate() {
	if t.merged.revision != "" && !t.isName(t.merged.revision, manifest.Keys("spec", "revision")) {
		return
	}
	single := []struct {
		component
		values  func() map[string]any
		enabled bool
	}{
		{baseComponent, t.baseValues, true},
		{cniComponent, func() map[string]any { return t.parts(cniComponent) }, false},
		{pilotComponent, t.pilotValues, true},
		{ztunnelComponent, t.ztunnelValues, false},
	}
	for _, c := range single {
		settings := mapOf(t.merged.components[c.key])
		if isEnabled(settings, c.enabled) {
			t.addComponent(t.named(c.component), settings, c.values())
		}
	}
	t.translateGateways()
	t.translateUnmentioned()
}

// dnsLabel is what names of objects look like, RFC 1123.
var dnsLabel = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$`) })

// isName reports whether a text can be the name of a release and of a file.
func (t *translation) isName(name string, at manifest.Path) bool {
	if dnsLabel().MatchString(name) {
		return true
	}
	t.find(diag.Error, codeType, at, fmt.Sprintf("%q is no name of an object: expected lower-case letters, digits and -", name), "")
	return false
}

// named gives a component the names that depend on values.
func (t *translation) named(c component) component {
	switch {
	case c.key == "pilot" && t.merged.revision != "":
		c.name += "-" + t.merged.revision
		c.release += "-" + t.merged.revision
	case c.key == "ztunnel" && text(deep(t.merged.values, "ztunnel", "resourceName")) != "":
		c.name = text(deep(t.merged.values, "ztunnel", "resourceName"))
	}
	return c
}

// addComponent adds the release of a component.
func (t *translation) addComponent(c component, settings, values map[string]any) {
	root := valuesRoot(c, values)
	if hub := text(settings["hub"]); hub != "" {
		root["hub"] = hub
	}
	if settings["tag"] != nil {
		root["tag"] = t.scalarText(manifest.Keys("spec", "components", c.key, "tag"))
	}
	k := kubernetes{translation: t, component: c, path: manifest.Keys("spec", "components", c.key, "k8s"), values: root, all: values}
	k.translate(mapOf(settings["k8s"]))
	prune(values)
	t.addRelease(c, cmp.Or(text(settings["namespace"]), t.merged.namespace), values)
}

func (t *translation) addRelease(c component, namespace string, values map[string]any) {
	t.releases = append(t.releases, Release{Name: c.release, Chart: c.chart, Version: t.version(c), Namespace: namespace, Values: c.release + "-values.yaml"})
	t.values = append(t.values, values)
}

// valuesRoot is the part of the values that is about the component itself.
func valuesRoot(c component, values map[string]any) map[string]any {
	if c.key == "ztunnel" {
		return values // its chart takes them without a prefix
	}
	if c.key == "base" {
		c.key = "global"
	}
	root, ok := values[c.key].(map[string]any)
	if !ok {
		root = map[string]any{}
		values[c.key] = root
	}
	return root
}

// prune drops empty maps at the top, which were made only to write into.
func prune(values map[string]any) {
	maps.DeleteFunc(values, func(_ string, v any) bool {
		m, isMap := v.(map[string]any)
		return isMap && len(m) == 0
	})
}

// parts are the values for a chart: those it reads.
func (t *translation) parts(c component) map[string]any {
	return mapOf(deepCopy(known(t.merged.values, c.parts...)))
}

// baseValues leaves the default revision to the chart, unless the install has a
// revision: then no webhook may speak for the cluster as a whole.
func (t *translation) baseValues() map[string]any {
	values := t.parts(baseComponent)
	if _, set := values["defaultRevision"]; !set && t.merged.revision != "" {
		values["defaultRevision"] = ""
		t.find(diag.Info, codeDiffers, manifest.Keys("spec", "revision"),
			"istioctl install also makes this revision the default one where a cluster has none; Helm does not",
			"for the default revision, set defaultRevision in istio-base-values.yaml")
	}
	return values
}

// pilotValues are all values but those of other components: istiod hands parts
// of them on to the injector.
func (t *translation) pilotValues() map[string]any {
	values := mapOf(deepCopy(t.merged.values))
	delete(values, "ztunnel")
	delete(values, "defaultRevision")
	gateways := mapOf(values["gateways"])
	delete(gateways, ingress.valuesKey)
	delete(gateways, egress.valuesKey)
	return values
}

// ztunnelValues flattens, as applyComponentValuesToHelmValues does: of the
// other values, ztunnel gets global and what is neither map nor list.
func (t *translation) ztunnelValues() map[string]any {
	values := map[string]any{}
	for key, v := range t.merged.values {
		switch v.(type) {
		case map[string]any:
			if key == "global" {
				values[key] = deepCopy(v)
			}
		case []any:
		default:
			if key != "defaultRevision" {
				values[key] = v
			}
		}
	}
	overlay(values, mapOf(t.merged.values["ztunnel"]))
	return values
}

// translateUnmentioned reports settings of components that are off.
func (t *translation) translateUnmentioned() {
	for _, c := range []component{baseComponent, pilotComponent, cniComponent, ztunnelComponent} {
		settings := mapOf(t.merged.components[c.key])
		off := settings != nil && !isEnabled(settings, true)
		if off && mapOf(settings["k8s"]) != nil {
			t.find(diag.Info, codeLost, manifest.Keys("spec", "components", c.key, "k8s"), fmt.Sprintf("the component %s is off: its settings are left out", c.key), "")
		}
	}
}
