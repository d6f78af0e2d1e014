package lint

import (
	"slices"
	"strings"

	"github.com/helmx-dev/helmx/manifest"
)

func init() {
	register(Rule{
		ID: "HX101", Title: "Istio's in-cluster operator", Starred: true,
		Feature: "in-cluster operator",
		Tags:    []string{"feature", "install", "upgrade"},
		Sources: []Source{
			{"Istio has deprecated its in-cluster operator, 2024", "https://istio.io/latest/blog/2024/in-cluster-operator-deprecation-announcement/"},
			{"Removal of the operator (istio/istio#52090)", "https://github.com/istio/istio/pull/52090"},
		},
		Why: "The operator was a controller in the cluster that installed Istio from an IstioOperator object. It was deprecated in " +
			"Istio 1.23 and removed in 1.24: an install that depends on it cannot be upgraded any further and gets no security " +
			"fixes, and an IstioOperator that is applied to a cluster without it does nothing at all. An IstioOperator file that is " +
			"only ever given to istioctl is something else and is not reported: a file on its own that holds nothing but " +
			"IstioOperator objects is taken for one, unless the operator itself is among the manifests.",
		Remedy: "Install with Helm, or with istioctl. `istioctl manifest translate` turns an IstioOperator into Helm values; then " +
			"remove the operator's Deployment, its CustomResourceDefinition and the IstioOperator objects.",
		Bad: `apiVersion: apps/v1
kind: Deployment
metadata:
  name: istio-operator
  namespace: istio-operator
spec:
  selector:
    matchLabels: {name: istio-operator}
  template:
    metadata:
      labels: {name: istio-operator}
    spec:
      containers:
      - name: istio-operator
        image: docker.io/istio/operator:1.22.0
        command: [operator, server]
`,
		Good: `apiVersion: apps/v1
kind: Deployment
metadata:
  name: istiod
  namespace: istio-system
spec:
  selector:
    matchLabels: {app: istiod}
  template:
    metadata:
      labels: {app: istiod}
    spec:
      containers:
      - name: discovery
        image: registry.istio.io/release/pilot:1.30.0
        args: [discovery]
`,
		Whole: checkOperator,
	})
}

const operatorHint = "install with Helm or istioctl; `istioctl manifest translate` turns an IstioOperator into Helm values"

func checkOperator(p *Pass) {
	gone := "which was removed in Istio 1.24"
	if p.Mesh.Before("1.24") {
		gone = "which is deprecated since Istio 1.23 and gone from 1.24 on"
	}
	installed := false
	for _, o := range p.Mesh.Of("Deployment.apps") {
		if at, ok := runsOperator(o); ok {
			installed = true
			p.Report(o, at, "runs Istio's in-cluster operator, "+gone, operatorHint)
		}
	}
	for _, o := range p.Mesh.Of("CustomResourceDefinition.apiextensions.k8s.io") {
		if o.ID.Name == "istiooperators.install.istio.io" {
			installed = true
			p.Report(o, o.First("metadata.name"), "installs the API of Istio's in-cluster operator, "+gone, operatorHint)
		}
	}
	for _, o := range p.Mesh.Of(istioOperator) {
		if installed || !istioctlInput(p.Mesh, o) {
			p.Report(o, manifest.Found{}, "applied to a cluster, an IstioOperator is read by the in-cluster operator alone, "+gone, operatorHint)
		}
	}
}

// runsOperator recognizes the operator's Deployment by its name, or by its
// image and argument in one of its namespaces or from one of Istio's hubs: it
// may have been renamed, and other projects have images named operator too.
func runsOperator(o *Object) (manifest.Found, bool) {
	if o.ID.Name == "istio-operator" || strings.HasPrefix(o.ID.Name, "istio-operator-") {
		return o.First("metadata.name"), true
	}
	if !o.Mentions("/operator") || !o.Mentions("server") {
		return manifest.Found{}, false
	}
	for _, container := range o.Containers() {
		at := o.below(container, "image")
		if len(at) == 1 && isOperator(o, parseImage(text(at[0].Node))) && servesIn(o, container) {
			return at[0], true
		}
	}
	return manifest.Found{}, false
}

func isOperator(o *Object, i image) bool {
	namespace := o.Namespace()
	istio := strings.HasSuffix(i.hub, "/istio") || strings.Contains(i.hub, "istio.io/") || strings.HasSuffix(i.hub, "/istio-release")
	return i.name == "operator" && (istio || namespace == "istio-operator" || namespace == "istio-system")
}

// servesIn reports whether the container is told to run the controller.
func servesIn(o *Object, container manifest.Found) bool {
	words := slices.Concat(o.below(container, "command[*]"), o.below(container, "args[*]"))
	return slices.ContainsFunc(words, func(w manifest.Found) bool { return text(w.Node) == "server" })
}

// istioctlInput reports whether an IstioOperator is a file for istioctl: not
// rendered by a chart, not read from a pipe, and with nothing of another kind
// in its file.
func istioctlInput(m *Mesh, o *Object) bool {
	origin := o.Document.Origin
	if origin.Source != "" || origin.File == "" || origin.File == manifest.Stdin {
		return false
	}
	return !slices.ContainsFunc(m.Objects, func(other *Object) bool {
		return other.Document.Origin.File == origin.File && !other.ID.Empty() && kindOf(other.ID) != kindOf(o.ID)
	})
}
