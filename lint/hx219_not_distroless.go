package lint

import (
	"fmt"
	"slices"
	"strings"

	"github.com/helmx-dev/helmx/diag"
)

func init() {
	register(Rule{
		ID: "HX219", Title: "Images with a shell and a package manager",
		Severity: diag.Info,
		Optional: true,
		Tags:     []string{"security", "install", "image"},
		Sources: []Source{
			{"Security best practices", "https://istio.io/latest/docs/ops/best-practices/security/"},
			{"Hardened container images", "https://istio.io/latest/docs/ops/configuration/security/harden-docker-images/"},
		},
		Why: "The distroless variants of Istio's images hold the program and little else: what is not there cannot be abused, and " +
			"need not be patched. Debugging with a shell takes an ephemeral container then.",
		Remedy: "Set global.variant: distroless in the values.",
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
        image: registry.istio.io/release/pilot:1.31.1-distroless
`,
		Kinds:  podKinds,
		Object: checkDistroless,
	})
}

func checkDistroless(p *Pass, o *Object) {
	if !slices.ContainsFunc(istioImages, o.Mentions) {
		return
	}
	for _, container := range o.Containers() {
		at := first(o.below(container, "image"))
		i := parseImage(text(at.Node))
		if _, err := parseVersion(i.tag); err == nil && (i.name == "pilot" || i.name == "proxyv2") && !strings.HasSuffix(i.tag, "-distroless") {
			p.Report(o, at, fmt.Sprintf("%s:%s is not distroless", i.name, i.tag), "set global.variant: distroless")
		}
	}
}
