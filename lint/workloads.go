package lint

import (
	"cmp"
	"strings"
	"sync"

	"github.com/helmx-dev/helmx/manifest"
)

const (
	k8sGateway    = "Gateway.gateway.networking.k8s.io"
	workloadEntry = "WorkloadEntry.networking.istio.io"
	workloadGroup = "WorkloadGroup.networking.istio.io"
)

// workload is what a selector chooses: pods, which their template stands for, a
// machine, or the pods that istiod makes for a Gateway of the Gateway API.
type workload struct {
	object *Object
	pod    manifest.Found // the pod or its template; no Node for anything else
	labels labelSet
}

// anywhere stands for all namespaces.
const anywhere = "*"

// workloads is the index of workloads by namespace and by label.
type workloads struct {
	all     map[string][]*workload
	byLabel map[workloadLabel][]*workload
	chosen  sync.Map // of string to []*workload: many policies share one selector
}

type workloadLabel struct{ namespace, name, value string }

func (m *Mesh) indexWorkloads() *workloads {
	w := &workloads{all: make(map[string][]*workload), byLabel: make(map[workloadLabel][]*workload)}
	for _, o := range m.Of(podKinds...) {
		if pod := o.Pod(); pod.Node != nil {
			w.add(&workload{o, pod, o.labels(pod, "metadata.labels")})
		}
	}
	for _, o := range m.Of(workloadEntry) {
		w.add(&workload{object: o, labels: merged(o.Labels(), o.labelsAt("spec.labels"))})
	}
	for _, o := range m.Of(workloadGroup) {
		w.add(&workload{object: o, labels: o.labelsAt("spec.metadata.labels")})
	}
	for _, o := range m.Of(k8sGateway) {
		w.add(&workload{object: o, labels: gatewayLabels(o)})
	}
	return w
}

func merged(a, b labelSet) labelSet {
	for name, value := range b {
		a[name] = value
	}
	return a
}

// gatewayLabels are those of the pods that istiod makes for a Gateway.
// https://istio.io/latest/docs/tasks/traffic-management/ingress/gateway-api/#automated-deployment
func gatewayLabels(o *Object) labelSet {
	class := o.Text("spec.gatewayClassName")
	managed := "istio.io-gateway-controller"
	if class == waypointClass {
		managed = "istio.io-mesh-controller"
	}
	return merged(o.Labels(), labelSet{
		"gateway.networking.k8s.io/gateway-name":       o.ID.Name,
		"gateway.networking.k8s.io/gateway-class-name": class,
		"istio.io/gateway-name":                        o.ID.Name,
		"gateway.istio.io/managed":                     managed,
	})
}

func (w *workloads) add(load *workload) {
	for _, namespace := range []string{load.object.Namespace(), anywhere} {
		w.all[namespace] = append(w.all[namespace], load)
		for name, value := range load.labels {
			key := workloadLabel{namespace, name, value}
			w.byLabel[key] = append(w.byLabel[key], load)
		}
	}
}

// choose returns the workloads of a namespace, or of anywhere, that the
// selector chooses, in the order of the documents. It begins with the rarest of
// the labels.
func (w *workloads) choose(namespace string, selector labelSet) []*workload {
	if len(selector) == 0 {
		return w.all[namespace]
	}
	memo := namespace + " " + selector.String()
	if found, ok := w.chosen.Load(memo); ok {
		return found.([]*workload)
	}
	var rarest []*workload
	begun := false
	for name, value := range selector {
		list := w.byLabel[workloadLabel{namespace, name, value}]
		if !begun || len(list) < len(rarest) {
			rarest, begun = list, true
		}
	}
	var found []*workload
	for _, load := range rarest {
		if selector.matches(load.labels) {
			found = append(found, load)
		}
	}
	w.chosen.Store(memo, found)
	return found
}

// Labels that decide how a workload is part of the mesh.
const (
	dataplaneLabel = "istio.io/dataplane-mode"
	injectLabel    = "sidecar.istio.io/inject"
	injectionLabel = "istio-injection"
	revisionLabel  = "istio.io/rev"
)

// sidecar reports whether the workload gets a proxy of its own: it is asked
// for, in the pod or for its namespace, or written out.
func (m *Mesh) sidecar(load *workload) bool {
	if load.pod.Node == nil || text(first(load.object.below(load.pod, "spec.hostNetwork")).Node) == "true" {
		return false
	}
	for _, container := range load.object.Containers() {
		if text(first(load.object.below(container, "name")).Node) == proxyContainer {
			return true
		}
	}
	annotation := text(first(load.object.below(load.pod, `metadata.annotations["sidecar.istio.io/inject"]`)).Node)
	if inject := cmp.Or(load.labels[injectLabel], annotation); inject != "" {
		return strings.EqualFold(inject, "true")
	}
	namespace := m.namespaceLabels(load.object.Namespace())
	switch {
	case namespace[injectionLabel] != "":
		return namespace[injectionLabel] == "enabled"
	case load.labels[revisionLabel] != "":
		return true
	}
	return namespace[revisionLabel] != ""
}

// ambient reports whether ztunnel carries the workload's traffic.
func (m *Mesh) ambient(load *workload) bool {
	if load.pod.Node == nil || text(first(load.object.below(load.pod, "spec.hostNetwork")).Node) == "true" {
		return false
	}
	namespace := m.namespaceLabels(load.object.Namespace())
	mode := cmp.Or(load.labels[dataplaneLabel], namespace[dataplaneLabel])
	return mode == "ambient" && !m.sidecar(load)
}

// proxyContainer is the name of the container that injection adds.
const proxyContainer = "istio-proxy"
