package lint

import (
	"slices"
	"strings"

	"github.com/helmx-dev/helmx/manifest"
)

// install is what the objects hold of Istio's own parts, each in the order of
// the documents. What is not there may be part of another release.
type install struct {
	istiods   []*Object
	ztunnels  []*Object
	cnis      []*Object // the DaemonSets of istio-cni
	agents    []*Object // ConfigMaps with the settings of istio-cni
	injectors []*Object // ConfigMaps with the values that the sidecar injector reads
}

func (m *Mesh) findInstall() install {
	var found install
	for _, o := range m.Of("Deployment.apps") {
		if isIstiod(o) {
			found.istiods = append(found.istiods, o)
		}
	}
	for _, o := range m.Of("DaemonSet.apps") {
		switch {
		case runsImage(o, "ztunnel"):
			found.ztunnels = append(found.ztunnels, o)
		case runsImage(o, "install-cni"):
			found.cnis = append(found.cnis, o)
		}
	}
	for _, o := range m.Of("ConfigMap") {
		switch {
		case isInjector(o):
			found.injectors = append(found.injectors, o)
		case o.ID.Name == "istio-cni-config":
			found.agents = append(found.agents, o)
		}
	}
	return found
}

// runsImage reports whether a container of the object runs an image of that
// name, whatever its hub and tag. A digest or a private hub keeps the name.
func runsImage(o *Object, name string) bool {
	return o.Mentions(name) && slices.ContainsFunc(o.Containers(), func(c manifest.Found) bool {
		return parseImage(text(first(o.below(c, "image")).Node)).name == name
	})
}

// scaled names what an autoscaler changes the replicas of.
type scaled struct{ kind, namespace, name string }

// findAutoscalers indexes the autoscalers by what they scale; the first counts.
func (m *Mesh) findAutoscalers() map[scaled]*Object {
	index := make(map[scaled]*Object)
	for _, o := range m.Of("HorizontalPodAutoscaler.autoscaling", "ScaledObject.keda.sh") {
		target := scaled{o.Text("spec.scaleTargetRef.kind"), o.Namespace(), o.Text("spec.scaleTargetRef.name")}
		if target.kind == "" {
			target.kind = "Deployment" // KEDA's default; a HorizontalPodAutoscaler must name it
		}
		if _, taken := index[target]; !taken && target.name != "" {
			index[target] = o
		}
	}
	return index
}

// Autoscaler returns what changes the object's replicas, or nil.
func (o *Object) Autoscaler() *Object {
	return o.mesh.autoscalers()[scaled{o.ID.Kind, o.Namespace(), o.ID.Name}]
}

// isInjected reports whether the pods of a Namespace get a sidecar.
func isInjected(o *Object) bool {
	labels := o.Labels()
	if labels[dataplaneLabel] == "ambient" {
		return false // istio.io/rev then names who is responsible, and injects nothing
	}
	switch labels[injectionLabel] {
	case "enabled":
		return true
	case "disabled":
		return false
	}
	return labels[revisionLabel] != ""
}

// isInjector reports whether the object is the ConfigMap of a sidecar injector.
func isInjector(o *Object) bool { return strings.HasPrefix(o.ID.Name, "istio-sidecar-injector") }

// firstOf returns the first object that is as asked for, or nil.
func firstOf(objects []*Object, is func(*Object) bool) *Object {
	for _, o := range objects {
		if is(o) {
			return o
		}
	}
	return nil
}
