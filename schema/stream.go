package schema

import (
	"fmt"
	"slices"
	"strings"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
)

// facts is what one document says that others may contradict. The pass over the
// stream works on these, so that it needs no trees of documents that no other
// one speaks of.
type facts struct {
	workloads []workloadFact
	services  []*object
	scalers   []*object // HorizontalPodAutoscalers
	ingresses []*object
}

// workloadFact is what makes pods: who it is, and what a Service can ask of them.
type workloadFact struct {
	kind, namespace, name string
	labels                map[string]string
	ports                 []string // their names
}

// note takes the facts of an object. What is malformed is left out: it is
// reported where it stands.
func (f *facts) note(v *validator, o *object) {
	switch gvk := o.apiVersion + " " + o.kind; {
	case podPaths[gvk] != nil:
		f.workloads = append(f.workloads, newWorkload(v, o, podPaths[gvk]))
	case gvk == "v1 Service":
		f.services = append(f.services, o)
	case o.kind == "HorizontalPodAutoscaler" && strings.HasPrefix(o.apiVersion, "autoscaling/"):
		f.scalers = append(f.scalers, o)
	case gvk == "networking.k8s.io/v1 Ingress":
		f.ingresses = append(f.ingresses, o)
	}
}

func newWorkload(v *validator, o *object, podSpec []string) workloadFact {
	id := o.id()
	w := workloadFact{kind: o.kind, namespace: v.inNamespace(id.Namespace), name: id.Name, labels: map[string]string{}}
	pod := manifest.Keys(podSpec...)
	meta := asMap(valueAt(o.value, append(slices.Clone(pod[:len(pod)-1]), manifest.Keys("metadata", "labels")...)))
	for key, value := range meta {
		if s, ok := value.(string); ok {
			w.labels[key] = s
		}
	}
	spec := asMap(valueAt(o.value, pod))
	for _, list := range containerLists {
		for _, c := range asList(spec[list]) {
			for _, port := range asList(asMap(c)["ports"]) {
				if name, _ := asMap(port)["name"].(string); name != "" {
					w.ports = append(w.ports, name)
				}
			}
		}
	}
	return w
}

// stream compares objects with each other. All of it is a warning: another
// release, or a controller, may bring what is missing.
func (v *validator) stream(all []facts) diag.List {
	s := streamCheck{validator: v, services: map[[2]string]*object{}}
	for _, f := range all {
		s.workloads = append(s.workloads, f.workloads...)
		for _, o := range f.services {
			s.services[[2]string{v.inNamespace(o.id().Namespace), o.id().Name}] = o
		}
	}
	for _, f := range all {
		for _, o := range f.scalers {
			s.scaler(o)
		}
		for _, o := range f.services {
			s.service(o)
		}
		for _, o := range f.ingresses {
			s.ingress(o)
		}
	}
	return s.found
}

type streamCheck struct {
	*validator
	workloads []workloadFact
	services  map[[2]string]*object // by namespace and name
	found     diag.List
}

func (s *streamCheck) warn(o *object, code string, p manifest.Path, message, hint string) {
	d := o.at(p, false)
	d.Code, d.Severity, d.Message, d.Hint = code, diag.Warning, message, hint
	note(&d)
	s.found = append(s.found, d)
}

// scaler checks that the target of a HorizontalPodAutoscaler is in the stream. A
// stream without workloads in the namespace says nothing about it.
func (s *streamCheck) scaler(o *object) {
	p := manifest.Keys("spec", "scaleTargetRef")
	ref := asMap(valueAt(o.value, p))
	kind, _ := ref["kind"].(string)
	name, _ := ref["name"].(string)
	if name == "" || !slices.Contains([]string{"Deployment", "StatefulSet", "ReplicaSet"}, kind) {
		return
	}
	var names []string
	near := false
	for _, w := range s.workloads {
		if w.namespace != s.inNamespace(o.id().Namespace) {
			continue
		}
		near = true
		if w.kind == kind {
			names = append(names, w.name)
		}
	}
	if near && !slices.Contains(names, name) {
		s.warn(o, "SC028", p.Child("name"), fmt.Sprintf("there is no %s %s here to be scaled", kind, show(name)), diag.DidYouMean(name, names))
	}
}

// service checks that the selector of a Service selects pods of the stream, and
// that these have the ports that it names. A stream without workloads in the
// namespace of the Service says nothing about either.
func (s *streamCheck) service(o *object) {
	selector := asMap(valueAt(o.value, manifest.Keys("spec", "selector")))
	if len(selector) == 0 {
		return
	}
	var selected, near []workloadFact
	for _, w := range s.workloads {
		if w.namespace != s.inNamespace(o.id().Namespace) {
			continue
		}
		near = append(near, w)
		if selects(selector, w.labels) {
			selected = append(selected, w)
		}
	}
	switch {
	case len(near) == 0:
	case len(selected) == 0:
		s.warn(o, "SC029", manifest.Keys("spec", "selector"), "no pod of this stream has these labels", s.selectorHint(selector, near))
	default:
		s.targetPorts(o, selected)
	}
}

func selects(selector map[string]any, labels map[string]string) bool {
	for key, want := range selector {
		if have, ok := labels[key]; !ok || have != want {
			return false
		}
	}
	return true
}

// selectorHint names the workload that has the most of the labels.
func (s *streamCheck) selectorHint(selector map[string]any, near []workloadFact) string {
	best, most := workloadFact{}, 0
	for _, w := range near {
		n := 0
		for key, want := range selector {
			if w.labels[key] == want {
				n++
			}
		}
		if n > most {
			best, most = w, n
		}
	}
	if most == 0 && len(near) == 1 {
		best = near[0]
	}
	if best.name == "" {
		return ""
	}
	for _, key := range sortedKeys(selector) {
		if have, ok := best.labels[key]; !ok {
			return fmt.Sprintf("the pods of %s %s have no label %s", best.kind, best.name, key)
		} else if have != selector[key] {
			return fmt.Sprintf("the pods of %s %s have %s: %s", best.kind, best.name, key, have)
		}
	}
	return ""
}

// targetPorts checks that a port that a Service names exists in some pod that it
// selects.
func (s *streamCheck) targetPorts(o *object, selected []workloadFact) {
	var names []string
	for _, w := range selected {
		names = append(names, w.ports...)
	}
	p := manifest.Keys("spec", "ports")
	for i, item := range asList(valueAt(o.value, p)) {
		target, _ := asMap(item)["targetPort"].(string)
		if target == "" || slices.Contains(names, target) || portNameProblem(target) != "" {
			continue
		}
		s.warn(o, "SC030", p.At(i).Child("targetPort"), fmt.Sprintf("no container of the pods that the Service selects has a port %s", show(target)), diag.DidYouMean(target, names))
	}
}

// ingress checks that the ports of Services that an Ingress sends to exist,
// where the Service is in the stream.
func (s *streamCheck) ingress(o *object) {
	s.backend(o, manifest.Keys("spec", "defaultBackend"))
	rules := manifest.Keys("spec", "rules")
	for i, rule := range asList(valueAt(o.value, rules)) {
		paths := rules.At(i).Child("http").Child("paths")
		for j := range asList(valueAt(rule, manifest.Keys("http", "paths"))) {
			s.backend(o, paths.At(j).Child("backend"))
		}
	}
}

func (s *streamCheck) backend(o *object, p manifest.Path) {
	ref := asMap(asMap(valueAt(o.value, p))["service"])
	name, _ := ref["name"].(string)
	service := s.services[[2]string{s.inNamespace(o.id().Namespace), name}]
	port := asMap(ref["port"])
	if service == nil || len(port) == 0 {
		return
	}
	var names []string
	for _, item := range asList(valueAt(service.value, manifest.Keys("spec", "ports"))) {
		have := asMap(item)
		if port["number"] != nil && port["number"] == have["port"] || port["name"] != nil && port["name"] == have["name"] {
			return
		}
		if text, ok := have["name"].(string); ok {
			names = append(names, text)
		}
	}
	key, want := "number", port["number"]
	if want == nil {
		key, want = "name", port["name"]
	}
	hint := ""
	if text, ok := want.(string); ok {
		hint = diag.DidYouMean(text, names)
	}
	s.warn(o, "SC031", p.Child("service").Child("port").Child(key), fmt.Sprintf("Service %s has no port %s", name, show(want)), hint)
}
