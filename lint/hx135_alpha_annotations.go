package lint

import (
	_ "embed"
	"strings"
	"sync"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
)

func init() {
	register(Rule{
		ID: "HX135", Title: "Annotation or label that is Alpha",
		Severity: diag.Info,
		Optional: true,
		Tags:     []string{"feature", "annotations"},
		Also:     []string{"IST0136"},
		Sources: []Source{
			{"Istio, AlphaAnnotation", "https://istio.io/latest/docs/reference/config/analysis/ist0136/"},
			{"Istio, annotations and their status", "https://istio.io/latest/docs/reference/config/annotations/"},
		},
		Why: "Istio marks the annotation as Alpha: what it does may change, or go, with any version. Many of them are in wide use, " +
			"which is why istioctl leaves the check out too.",
		Remedy: "Read in the release notes, before an upgrade, what becomes of it.",
		Bad: `apiVersion: v1
kind: Pod
metadata:
  name: shop
  namespace: shop
  annotations:
    sidecar.istio.io/bootstrapOverride: custom
spec:
  containers:
  - {name: shop, image: "shop:1.2.0"}
`,
		Good: `apiVersion: v1
kind: Pod
metadata:
  name: shop
  namespace: shop
  annotations:
    traffic.sidecar.istio.io/includeInboundPorts: "8080"
spec:
  containers:
  - {name: shop, image: "shop:1.2.0"}
`,
		Whole: checkAlphaAnnotations,
	})
}

//go:embed alpha_annotations.txt
var alphaAnnotationsFile string

// alphaAnnotations is the list as a set; lines that begin with # say where it is
// from.
var alphaAnnotations = sync.OnceValue(func() map[string]bool {
	names := make(map[string]bool)
	for line := range strings.Lines(alphaAnnotationsFile) {
		if !strings.HasPrefix(line, "#") {
			names[strings.TrimSpace(line)] = true
		}
	}
	return names
})

func checkAlphaAnnotations(p *Pass) {
	for _, o := range p.Mesh.Objects {
		if !o.Mentions("istio.io/") {
			continue
		}
		places := []manifest.Found{o.First("metadata.annotations")}
		if pod := o.Pod(); pod.Node != nil && pod.Node != o.Root() {
			places = append(places, first(o.below(pod, "metadata.annotations")))
		}
		for _, at := range places {
			for _, e := range entries(at) {
				if name := manifest.KeyText(e.Key); alphaAnnotations()[name] {
					p.Report(o, e, name+" is Alpha", "look it up in the release notes before each upgrade")
				}
			}
		}
	}
}
