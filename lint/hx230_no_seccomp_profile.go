package lint

import (
	"fmt"
	"slices"

	"github.com/helmx-dev/helmx/diag"
)

func init() {
	register(Rule{
		ID: "HX230", Title: "Istio's pods without seccomp profile",
		Severity: diag.Info,
		Optional: true,
		Tags:     []string{"security", "install"},
		Sources: []Source{
			{"Kubernetes, seccomp", "https://kubernetes.io/docs/tutorials/security/seccomp/"},
		},
		Why: "Without a profile a container may make every system call. RuntimeDefault takes away those that hardly any program " +
			"needs; Istio's charts set it when they are told to.",
		Remedy: "Set seccompProfile.type: RuntimeDefault in the values of each chart, and global.proxy.seccompProfile for sidecars.",
		Bad: `apiVersion: apps/v1
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
        image: registry.istio.io/release/pilot:1.31.1
        securityContext: {seccompProfile: {type: RuntimeDefault}}
`,
		Kinds:  podKinds,
		Object: checkSeccomp,
	})
}

func checkSeccomp(p *Pass, o *Object) {
	if !slices.ContainsFunc(istioImages, o.Mentions) || text(first(o.below(o.Pod(), "spec.securityContext.seccompProfile.type")).Node) != "" {
		return
	}
	for _, container := range o.Containers() {
		image := parseImage(text(first(o.below(container, "image")).Node))
		if slices.Contains(istioImages, image.name) && text(first(o.below(container, "securityContext.seccompProfile.type")).Node) == "" {
			p.Report(o, first(o.below(container, "name")), fmt.Sprintf("container of image %s has no seccomp profile", image.name), "set seccompProfile: {type: RuntimeDefault}")
		}
	}
}
