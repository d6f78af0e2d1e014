package lint

import (
	"cmp"
	_ "embed"
	"encoding/json"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
)

func init() {
	register(Rule{
		ID: "HX421", Title: "Annotation of Istio that is unknown, misplaced or wrong",
		Severity: diag.Warning,
		Tags:     []string{"correctness", "injection"},
		Also:     []string{"IST0107", "IST0108", "IST0125"},
		Sources: []Source{
			{"Resource annotations", "https://istio.io/latest/docs/reference/config/annotations/"},
			{"Resource labels", "https://istio.io/latest/docs/reference/config/labels/"},
			{"Istio, MisplacedAnnotation", "https://istio.io/latest/docs/reference/config/analysis/ist0107/"},
		},
		Why: "Istio reads an annotation by its exact name and on the kinds it is for, and passes over anything else in silence: a setting for " +
			"the proxy that stands on the Deployment, and not on its pod template, is not set. A value that it cannot read makes injection " +
			"fail.",
		Remedy: "Correct the name or the value, or move the annotation to where the hint says.",
		Bad: `apiVersion: apps/v1
kind: Deployment
metadata:
  name: shop
  namespace: shop
  annotations: {sidecar.istio.io/proxyCPU: 100m}
spec:
  selector:
    matchLabels: {app: shop}
  template:
    metadata:
      labels: {app: shop}
`,
		Good: `apiVersion: apps/v1
kind: Deployment
metadata:
  name: shop
  namespace: shop
spec:
  selector:
    matchLabels: {app: shop}
  template:
    metadata:
      labels: {app: shop}
      annotations: {sidecar.istio.io/proxyCPU: 100m}
`,
		Kinds: append([]string{"Namespace", "Service", "Ingress.networking.k8s.io", k8sGateway, serviceEntry, authorizationPolicy, istioGateway, virtualService, destinationRule}, podKinds...),
		Object: func(p *Pass, o *Object) {
			if !o.Mentions("istio.io/") {
				return
			}
			root := manifest.Found{Node: o.Root()}
			if pod := o.Pod(); pod.Node != nil && pod.Node != root.Node {
				checkPlacedAnnotations(p, o, pod, "Pod")
			}
			checkPlacedAnnotations(p, o, root, o.ID.Kind)
		},
	})
}

//go:embed annotations.json
var annotationsFile []byte

// placement says on which kinds annotations and labels belong.
type placement struct {
	Source      string              `json:"source"`
	Annotations map[string][]string `json:"annotations"`
	Labels      map[string][]string `json:"labels"`
}

// placements is what annotations.json says. It is part of the binary, and a
// test reads it first.
var placements = sync.OnceValue(func() placement {
	var p placement
	_ = json.Unmarshal(annotationsFile, &p)
	return p
})

// ownPrefixes are those of annotations that Istio's tools write for themselves.
var ownPrefixes = []string{"install.operator.istio.io/", "operator.istio.io/", "internal.istio.io/"}

func checkPlacedAnnotations(p *Pass, o *Object, at manifest.Found, kind string) {
	for _, annotation := range entries(first(o.below(at, "metadata.annotations"))) {
		name := manifest.KeyText(annotation.Key)
		prefix, _, _ := strings.Cut(name, "/")
		own := slices.ContainsFunc(ownPrefixes, func(prefix string) bool { return strings.HasPrefix(name, prefix) })
		if _, old := deprecatedAnnotations[name]; strings.HasSuffix(prefix, "istio.io") && !own {
			checkAnnotation(p, o, annotation, name, kind, old)
		}
	}
}

func checkAnnotation(p *Pass, o *Object, at manifest.Found, name, kind string, old bool) {
	kinds, known := placements().Annotations[name]
	labelKinds, label := placements().Labels[name]
	switch {
	case !known && label:
		p.Report(o, at, fmt.Sprintf("%s is a label, and as an annotation it means nothing", name), "write it as a label of a "+strings.Join(labelKinds, " or "))
	case !known && !old:
		meant := slices.Sorted(maps.Keys(placements().Annotations))
		d := p.Report(o, at, fmt.Sprintf("Istio has no annotation %s", name), cmp.Or(diag.DidYouMean(name, meant), "remove it"))
		if best := diag.Nearest(name, meant); best != "" {
			o.Mend(d, "rename it to "+best, diag.Rename, at.Path, best)
		}
	case known && !slices.Contains(kinds, "Any") && !slices.Contains(kinds, kind):
		p.Report(o, at, fmt.Sprintf("annotation %s means nothing on a %s", name, kind), placeHint(kinds, kind))
	case known && annotationValues[name] != nil:
		if wrong := annotationValues[name](text(at.Node)); wrong != "" {
			p.Report(o, at, fmt.Sprintf("annotation %s: %s", name, wrong), "correct the value")
		}
	}
}

func placeHint(kinds []string, kind string) string {
	made := func(k string) bool { return parseKind(k).kind == kind }
	if slices.Contains(kinds, "Pod") && slices.ContainsFunc(podKinds, made) {
		return "write it in the metadata of the pod template"
	}
	return "it belongs on a " + strings.Join(kinds, " or ")
}

// annotationValues say what is wrong with a value; "" when nothing is.
var annotationValues = map[string]func(string) string{
	"sidecar.istio.io/interceptionMode":                oneOf("REDIRECT", "TPROXY", "NONE"),
	"status.sidecar.istio.io/port":                     wrongPort,
	"traffic.sidecar.istio.io/includeInboundPorts":     wrongList("*", wrongPort),
	"traffic.sidecar.istio.io/excludeInboundPorts":     wrongList("*", wrongPort),
	"traffic.sidecar.istio.io/includeOutboundPorts":    wrongList("*", wrongPort),
	"traffic.sidecar.istio.io/excludeOutboundPorts":    wrongList("*", wrongPort),
	"traffic.sidecar.istio.io/includeOutboundIPRanges": wrongList("*", wrongRange),
	"traffic.sidecar.istio.io/excludeOutboundIPRanges": wrongList("", wrongRange),
	"sidecar.istio.io/rewriteAppHTTPProbers":           wrongBool,
	"prometheus.istio.io/merge-metrics":                wrongBool,
	"istio.io/dry-run":                                 wrongBool,
}

func oneOf(values ...string) func(string) string {
	return func(value string) string {
		if slices.Contains(values, value) {
			return ""
		}
		return fmt.Sprintf("%q is none of %s", value, strings.Join(values, ", "))
	}
}

func wrongPort(value string) string {
	if n, err := strconv.ParseUint(value, 10, 16); err == nil && n <= 65535 {
		return ""
	}
	return fmt.Sprintf("%q is no port", value)
}

func wrongRange(value string) string {
	if _, err := netip.ParsePrefix(value); err == nil {
		return ""
	}
	return fmt.Sprintf("%q is no range such as 10.0.0.0/8", value)
}

func wrongBool(value string) string {
	if isTrue(value) || isFalse(value) {
		return ""
	}
	return fmt.Sprintf("%q is neither true nor false", value)
}

// wrongList checks the parts of a list with commas, which may be empty, or the
// one word for everything.
func wrongList(all string, wrong func(string) string) func(string) string {
	return func(value string) string {
		if value == "" || value == all {
			return ""
		}
		for part := range strings.SplitSeq(value, ",") {
			if message := wrong(strings.TrimSpace(part)); message != "" {
				return message
			}
		}
		return ""
	}
}
