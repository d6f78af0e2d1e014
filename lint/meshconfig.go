package lint

import (
	"strings"

	"github.com/helmx-dev/helmx/manifest"
)

// What configures a mesh as a whole and its proxies is written in several
// places. The functions here find them all, so that a rule about a setting
// says nothing about places.

const istioOperator = "IstioOperator.install.istio.io"

// meshConfigKinds are the kinds that MeshConfig looks into.
var meshConfigKinds = []string{"ConfigMap", istioOperator}

// MeshConfig returns the roots of every MeshConfig in the object: in istiod's
// ConfigMap, "istio" or "istio-REVISION", it is a string of YAML.
func (o *Object) MeshConfig() []manifest.Found {
	switch kindOf(o.ID).String() {
	case "ConfigMap":
		if o.ID.Name == "istio" || strings.HasPrefix(o.ID.Name, "istio-") {
			return o.Find("data.mesh|yaml")
		}
	case istioOperator:
		return append(o.Find("spec.meshConfig"), o.Find("spec.values.meshConfig")...)
	}
	return nil
}

const proxyConfig = "ProxyConfig.networking.istio.io"

// proxyConfigKinds are the kinds that ProxyConfig looks into.
var proxyConfigKinds = append([]string{"ConfigMap", istioOperator, proxyConfig}, podKinds...)

// ProxyConfig returns the roots of every ProxyConfig in the object: the default
// of a mesh, the annotation of a pod, and the resource of that kind.
func (o *Object) ProxyConfig() []manifest.Found {
	if kindOf(o.ID).String() == proxyConfig {
		return o.Find("spec")
	}
	if pod := o.Pod(); pod.Node != nil {
		return o.below(pod, `metadata.annotations["proxy.istio.io/config"]|yaml`)
	}
	var roots []manifest.Found
	for _, mesh := range o.MeshConfig() {
		roots = append(roots, o.below(mesh, "defaultConfig")...)
	}
	return roots
}

// IstiodEnv returns the value of an environment variable of istiod, and where
// it is; "" when it is not set, or not to a plain value.
func (o *Object) IstiodEnv(name string) (string, manifest.Found) {
	if kindOf(o.ID) != (kind{"Deployment", "apps"}) || !o.Mentions(name) {
		return "", manifest.Found{}
	}
	at := o.First("spec.template.spec.containers[name=discovery].env[name=" + name + "].value")
	return text(at.Node), at
}

// isTrue reads a boolean as istiod reads its environment.
func isTrue(value string) bool {
	switch value {
	case "1", "t", "T", "true", "TRUE", "True":
		return true
	}
	return false
}

// isFalse reads a boolean as istiod reads its environment.
func isFalse(value string) bool {
	switch value {
	case "0", "f", "F", "false", "FALSE", "False":
		return true
	}
	return false
}

// isTrueAt reports whether what was found is a boolean that Istio takes for true.
func isTrueAt(at manifest.Found) bool { return isTrue(text(at.Node)) }

// first returns the first of what was found; its Node is nil without one.
func first(found []manifest.Found) manifest.Found {
	if len(found) == 0 {
		return manifest.Found{}
	}
	return found[0]
}

// defaultRootNamespace is where the configuration of a whole mesh lies when
// nothing says otherwise.
const defaultRootNamespace = "istio-system"

func (m *Mesh) findRootNamespace() string {
	for _, at := range m.setting("rootNamespace") {
		if name := text(at.Node); name != "" {
			return name
		}
	}
	return defaultRootNamespace
}

// setting returns what a path finds in every MeshConfig here.
func (m *Mesh) setting(path string) []manifest.Found {
	var found []manifest.Found
	for _, o := range m.Of(meshConfigKinds...) {
		for _, config := range o.MeshConfig() {
			found = append(found, o.below(config, path)...)
		}
	}
	return found
}

// isIstiod reports whether the object runs the control plane.
func isIstiod(o *Object) bool {
	return o.Mentions("discovery") && o.First("spec.template.spec.containers[name=discovery]").Node != nil && o.Mentions("pilot")
}

// istiodWith is an example for rules: istiod with an environment variable.
func istiodWith(name, value string) string {
	return `apiVersion: apps/v1
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
        image: registry.istio.io/release/pilot:1.31.1
        env:
        - name: ` + name + `
          value: "` + value + `"
`
}
