package istiooperator

import (
	"fmt"
	"maps"
	"slices"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
	"go.yaml.in/yaml/v3"
)

// shape is what a part of an IstioOperator looks like.
type shape struct {
	kind   shapeKind
	fields map[string]*shape // of a map; nil: any
	items  *shape            // of a list; nil: any
	proto  bool              // fields may have their names in the message, too
}

type shapeKind string

const (
	anything shapeKind = ""
	aMap     shapeKind = "a map"
	aList    shapeKind = "a list"
	aString  shapeKind = "a string"
	aBoolean shapeKind = "true or false"
	aScalar  shapeKind = "a string or a number"
	aNumber  shapeKind = "a number"
)

// operatorShape is the API of IstioOperator, operator/pkg/apis/types.go in
// Istio. What lies inside Kubernetes' own types is for validation to judge.
var operatorShape = object(map[string]*shape{
	"apiVersion": {}, "kind": {}, "metadata": {kind: aMap}, "status": {},
	"spec": object(map[string]*shape{
		"profile": {kind: aString}, "installPackagePath": {kind: aString}, "hub": {kind: aString}, "tag": {kind: aScalar},
		"namespace": {kind: aString}, "revision": {kind: aString}, "compatibilityVersion": {kind: aScalar},
		"meshConfig": meshConfigShape, "unvalidatedValues": {kind: aMap}, "values": valuesShape,
		"components": object(map[string]*shape{
			"base": componentShape(nil), "pilot": componentShape(nil), "cni": componentShape(nil), "ztunnel": componentShape(nil),
			"istiodRemote":    componentShape(nil),
			"ingressGateways": {kind: aList, items: componentShape(gatewayFields)},
			"egressGateways":  {kind: aList, items: componentShape(gatewayFields)},
		}),
	}),
})

// valuesShape has the keys of the message Values in values_types.proto.
var valuesShape = object(map[string]*shape{
	"base": {kind: aMap}, "cni": {kind: aMap}, "gateways": {kind: aMap}, "global": {kind: aMap}, "pilot": {kind: aMap},
	"ztunnel": {kind: aMap}, "telemetry": {kind: aMap}, "sidecarInjectorWebhook": {kind: aMap}, "istio_cni": {kind: aMap},
	"meshConfig": meshConfigShape, "istiodRemote": {kind: aMap}, "experimental": {kind: aMap}, "gatewayClasses": {kind: aMap},
	"revisionTags": {kind: aList}, "revision": {kind: aString}, "ownerName": {kind: aString}, "defaultRevision": {kind: aString},
	"profile": {kind: aString}, "platform": {kind: aString}, "compatibilityVersion": {kind: aScalar},
})

var gatewayFields = map[string]*shape{"name": {kind: aString}, "label": {kind: aMap}}

func componentShape(more map[string]*shape) *shape {
	fields := map[string]*shape{
		"enabled": {kind: aBoolean}, "namespace": {kind: aString}, "hub": {kind: aString}, "tag": {kind: aScalar}, "k8s": kubernetesShape,
	}
	maps.Copy(fields, more)
	return object(fields)
}

// kubernetesShape is the message KubernetesResources.
var kubernetesShape = object(map[string]*shape{
	"affinity": {kind: aMap}, "env": {kind: aList}, "hpaSpec": {kind: aMap}, "imagePullPolicy": {kind: aString},
	"nodeSelector": {kind: aMap}, "podDisruptionBudget": {kind: aMap}, "podAnnotations": {kind: aMap},
	"priorityClassName": {kind: aString}, "readinessProbe": {kind: aMap}, "replicaCount": {kind: aNumber}, "resources": {kind: aMap},
	"service": {kind: aMap}, "strategy": {kind: aMap}, "tolerations": {kind: aList}, "serviceAnnotations": {kind: aMap},
	"securityContext": {kind: aMap}, "volumes": {kind: aList}, "volumeMounts": {kind: aList},
	"overlays": {kind: aList, items: object(map[string]*shape{
		"apiVersion": {kind: aString}, "kind": {kind: aString}, "name": {kind: aString},
		"patches": {kind: aList, items: object(map[string]*shape{"path": {kind: aString}, "value": {}})},
	})},
})

func object(fields map[string]*shape) *shape { return &shape{kind: aMap, fields: fields} }

// check reports what has another shape than the API says, and unknown keys.
// Null stands for what is not set.
func (s *source) check(n *manifest.Node, want *shape, path manifest.Path) {
	n = manifest.Resolve(n)
	if want.kind == anything || isNull(n) {
		return
	}
	if !want.kind.fits(n) {
		s.find(diag.Error, codeType, path, fmt.Sprintf("%s is %s, expected %s", nameOf(path), describe(n), want.kind), "")
		return
	}
	switch {
	case want.fields != nil:
		s.checkFields(n, want, path)
	case want.items != nil:
		for i, item := range n.Content {
			s.check(item, want.items, path.At(i))
		}
	}
}

func (s *source) checkFields(n *manifest.Node, want *shape, path manifest.Path) {
	known := slices.Sorted(maps.Keys(want.fields))
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := manifest.KeyText(n.Content[i])
		at := append(path[:len(path):len(path)], manifest.Keys(key)...)
		field := want.fields[key]
		if field == nil && want.proto {
			field = want.fields[jsonName(key)]
		}
		if field != nil {
			s.check(n.Content[i+1], field, at)
			continue
		}
		hint := retired[key]
		if hint == "" {
			hint = diag.DidYouMean(key, known)
		}
		what := "it is left out"
		if want.proto || path.Equal(manifest.Keys("spec", "values")) {
			what = "it is carried over as it is"
		}
		s.findAt(n.Content[i], diag.Warning, codeUnknown, at, fmt.Sprintf("%s has no key %q: %s", nameOf(path), key, what), hint)
	}
}

// retired says what became of keys that older versions of Istio had.
var retired = map[string]string{
	"addonComponents": "Istio installs no addons since 1.8: install Prometheus, Kiali and Grafana from their own charts",
	"telemetry":       "mixerless telemetry is configured by meshConfig and Telemetry resources",
	"policy":          "Mixer was removed in Istio 1.8; policies are AuthorizationPolicy and EnvoyFilter resources",
	"citadel":         "it is a part of istiod since Istio 1.5",
	"galley":          "it is a part of istiod since Istio 1.5",
	"sidecarInjector": "it is a part of istiod since Istio 1.5",
}

func (k shapeKind) fits(n *manifest.Node) bool {
	switch k {
	case aMap:
		return n.Kind == yaml.MappingNode
	case aList:
		return n.Kind == yaml.SequenceNode
	}
	if n.Kind != yaml.ScalarNode {
		return false
	}
	switch manifest.Value(n).(type) {
	case string:
		return k == aString || k == aScalar
	case bool:
		return k == aBoolean
	default:
		return k == aScalar || k == aNumber
	}
}

func isNull(n *manifest.Node) bool {
	return n == nil || n.Kind == yaml.ScalarNode && manifest.Value(n) == nil
}

func describe(n *manifest.Node) string {
	switch v := manifest.Value(n).(type) {
	case string:
		return fmt.Sprintf("the string %q", v)
	case bool:
		return fmt.Sprintf("the boolean %v", v)
	case map[string]any, []any:
		return manifest.KindName(n)
	default:
		return fmt.Sprintf("the number %v", v)
	}
}

func nameOf(path manifest.Path) string {
	if len(path) == 0 {
		return "an IstioOperator"
	}
	return path.String()
}
