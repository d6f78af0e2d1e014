package lint

import (
	"slices"
	"strings"

	"github.com/helmx-dev/helmx/manifest"
)

// podSpecs are the kinds that hold or create pods, with the way to the pod
// template: Istio injects what they create, and so rules must look there.
// Rollout and DeploymentConfig are what Argo and OpenShift use as Deployment.
var podSpecs = map[kind]string{
	{"Pod", ""}:                               "",
	{"PodTemplate", ""}:                       "template",
	{"ReplicationController", ""}:             "spec.template",
	{"Deployment", "apps"}:                    "spec.template",
	{"DaemonSet", "apps"}:                     "spec.template",
	{"ReplicaSet", "apps"}:                    "spec.template",
	{"StatefulSet", "apps"}:                   "spec.template",
	{"Job", "batch"}:                          "spec.template",
	{"CronJob", "batch"}:                      "spec.jobTemplate.spec.template",
	{"Rollout", "argoproj.io"}:                "spec.template",
	{"DeploymentConfig", "apps.openshift.io"}: "spec.template",
}

// podKinds lists them for Rule.Kinds.
var podKinds = func() []string {
	var names []string
	for k := range podSpecs {
		names = append(names, k.String())
	}
	slices.Sort(names)
	return names
}()

// Pod returns the pod, or the template of the pods, that the object is or
// creates; its Node is nil when there is none.
func (o *Object) Pod() manifest.Found {
	path, ok := podSpecs[kindOf(o.ID)]
	switch {
	case !ok:
		return manifest.Found{}
	case path == "":
		return manifest.Found{Node: o.Root()}
	}
	return o.First(path)
}

// Containers returns every container of the object's pods, init and ephemeral
// ones included, in the order in which they start.
func (o *Object) Containers() []manifest.Found {
	pod := o.Pod()
	var found []manifest.Found
	for _, list := range []string{"spec.initContainers[*]", "spec.containers[*]", "spec.ephemeralContainers[*]"} {
		found = append(found, o.below(pod, list)...)
	}
	return found
}

// Env returns where the containers of the object's pods give an environment
// variable a plain value.
func (o *Object) Env(name string) []manifest.Found {
	if !o.Mentions(name) {
		return nil
	}
	var found []manifest.Found
	for _, container := range o.Containers() {
		found = append(found, o.below(container, "env[name="+name+"].value")...)
	}
	return found
}

// gatewayPod returns what shows that the object's pods are gateways.
func gatewayPod(o *Object) manifest.Found {
	pod := o.Pod()
	if pod.Node == nil {
		return manifest.Found{}
	}
	template := first(o.below(pod, `metadata.annotations["inject.istio.io/templates"]`))
	if strings.Contains(text(template.Node), "gateway") {
		return template
	}
	label := first(o.below(pod, "metadata.labels.istio"))
	if name := text(label.Node); name == "ingressgateway" || name == "egressgateway" {
		return label
	}
	return manifest.Found{}
}
