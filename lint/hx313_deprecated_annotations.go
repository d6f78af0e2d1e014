package lint

import (
	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
)

func init() {
	register(Rule{
		ID: "HX313", Title: "Deprecated annotation of Istio", Starred: true,
		Severity: diag.Warning,
		Tags:     []string{"deprecation", "injection"},
		Also:     []string{"IST0135"},
		Sources: []Source{
			{"Resource annotations", "https://istio.io/latest/docs/reference/config/annotations/"},
		},
		Why: "The annotation has a successor, or is read no more: what it asks for is not done, and nothing reports it. " +
			"Istio's own analyzer looks at annotations of running pods; here it is the template that is to be changed.",
		Remedy: "Write the successor that the hint names.",
		Bad: `apiVersion: apps/v1
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
      annotations: {sidecar.istio.io/inject: "true"}
    spec:
      containers:
      - name: shop
        image: shop:1.2.0
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
      labels: {app: shop, sidecar.istio.io/inject: "true"}
    spec:
      containers:
      - name: shop
        image: shop:1.2.0
`,
		Kinds:  append([]string{"Service"}, podKinds...),
		Object: checkAnnotations,
	})
}

var deprecatedAnnotations = map[string]retired{
	"sidecar.istio.io/inject":                     {instead: "write it as a label of the pod"},
	"sidecar.istio.io/discoveryAddress":           {instead: "write discoveryAddress in the annotation proxy.istio.io/config"},
	"sidecar.istio.io/statsInclusionPrefixes":     {instead: "write proxyStatsMatcher in the annotation proxy.istio.io/config"},
	"sidecar.istio.io/statsInclusionSuffixes":     {instead: "write proxyStatsMatcher in the annotation proxy.istio.io/config"},
	"sidecar.istio.io/statsInclusionRegexps":      {instead: "write proxyStatsMatcher in the annotation proxy.istio.io/config"},
	"sidecar.istio.io/extraStatTags":              {instead: "write the tags in a Telemetry"},
	"sidecar.istio.io/statsCompression":           {instead: "write statsCompression in the annotation proxy.istio.io/config"},
	"traffic.sidecar.istio.io/kubevirtInterfaces": {instead: "write istio.io/reroute-virtual-interfaces"},
	"alpha.istio.io/kubernetes-serviceaccounts":   {instead: "remove it"},
	"alpha.istio.io/canonical-serviceaccounts":    {instead: "remove it"},
	"sidecar.istio.io/enableCoreDump":             {gone: "1.24", instead: "remove it"},
	"ambient.istio.io/redirection":                {gone: "1.24", instead: "write the label istio.io/dataplane-mode: none"},
}

// checkAnnotations looks at a Service itself, and at the pods that others make.
func checkAnnotations(p *Pass, o *Object) {
	at := o.Pod()
	if at.Node == nil {
		at = manifest.Found{Node: o.Root()}
	}
	label := first(o.below(at, `metadata.labels["sidecar.istio.io/inject"]`))
	for _, annotation := range entries(first(o.below(at, "metadata.annotations"))) {
		name := manifest.KeyText(annotation.Key)
		r, known := deprecatedAnnotations[name]
		switch {
		case !known:
		case name == "sidecar.istio.io/inject" && label.Node != nil: // the label says it, the annotation is for old injectors
		case name == "ambient.istio.io/redirection" && text(annotation.Node) != "disabled": // written by istio-cni
		default:
			r.report(p, o, annotation)
		}
	}
}
