package patch

import (
	"slices"
	"strings"

	"github.com/helmx-dev/helmx/manifest"
	"go.yaml.in/yaml/v3"
)

// fieldSpec says where in objects of some kinds a field is, as kustomize has it:
// keys between slashes, through every item of the lists on the way. What is empty
// counts for any.
type fieldSpec struct {
	group, version, kind string
	path                 string
	create               bool // where it is missing
}

// The default field specs of kustomize 5.8.
var (
	metadataLabelSpecs = []fieldSpec{{path: "metadata/labels", create: true}}

	templateLabelSpecs = []fieldSpec{
		{path: "metadata/labels", create: true},
		{version: "v1", kind: "ReplicationController", path: "spec/template/metadata/labels", create: true},
		{kind: "Deployment", path: "spec/template/metadata/labels", create: true},
		{kind: "ReplicaSet", path: "spec/template/metadata/labels", create: true},
		{kind: "DaemonSet", path: "spec/template/metadata/labels", create: true},
		{group: "apps", kind: "StatefulSet", path: "spec/template/metadata/labels", create: true},
		{group: "batch", kind: "Job", path: "spec/template/metadata/labels", create: true},
		{group: "batch", kind: "CronJob", path: "spec/jobTemplate/metadata/labels", create: true},
		{group: "batch", kind: "CronJob", path: "spec/jobTemplate/spec/template/metadata/labels", create: true},
	}

	claimLabelSpecs = []fieldSpec{{group: "apps", kind: "StatefulSet", path: "spec/volumeClaimTemplates[]/metadata/labels", create: true}}

	selectorLabelSpecs = slices.Concat([]fieldSpec{
		{version: "v1", kind: "Service", path: "spec/selector", create: true},
		{version: "v1", kind: "ReplicationController", path: "spec/selector", create: true},
		{kind: "Deployment", path: "spec/selector/matchLabels", create: true},
		{kind: "ReplicaSet", path: "spec/selector/matchLabels", create: true},
		{kind: "DaemonSet", path: "spec/selector/matchLabels", create: true},
		{group: "apps", kind: "StatefulSet", path: "spec/selector/matchLabels", create: true},
		{group: "batch", kind: "Job", path: "spec/selector/matchLabels"},
		{group: "batch", kind: "CronJob", path: "spec/jobTemplate/spec/selector/matchLabels"},
		{group: "policy", kind: "PodDisruptionBudget", path: "spec/selector/matchLabels"},
		{group: "networking.k8s.io", kind: "NetworkPolicy", path: "spec/podSelector/matchLabels"},
		{group: "networking.k8s.io", kind: "NetworkPolicy", path: "spec/ingress/from/podSelector/matchLabels"},
		{group: "networking.k8s.io", kind: "NetworkPolicy", path: "spec/egress/to/podSelector/matchLabels"},
	}, podSelectorSpecs("Deployment"), podSelectorSpecs("StatefulSet"), templateLabelSpecs, claimLabelSpecs)

	annotationSpecs = []fieldSpec{
		{path: "metadata/annotations", create: true},
		{version: "v1", kind: "ReplicationController", path: "spec/template/metadata/annotations", create: true},
		{kind: "Deployment", path: "spec/template/metadata/annotations", create: true},
		{kind: "ReplicaSet", path: "spec/template/metadata/annotations", create: true},
		{kind: "DaemonSet", path: "spec/template/metadata/annotations", create: true},
		{kind: "StatefulSet", path: "spec/template/metadata/annotations", create: true},
		{group: "batch", kind: "Job", path: "spec/template/metadata/annotations", create: true},
		{group: "batch", kind: "CronJob", path: "spec/jobTemplate/metadata/annotations", create: true},
		{group: "batch", kind: "CronJob", path: "spec/jobTemplate/spec/template/metadata/annotations", create: true},
	}

	// The namespace of an object itself is not among them: it depends on the scope.
	namespaceSpecs = []fieldSpec{
		{version: "v1", kind: "Namespace", path: "metadata/name", create: true},
		{group: "apiregistration.k8s.io", kind: "APIService", path: "spec/service/namespace", create: true},
		{group: "apiextensions.k8s.io", kind: "CustomResourceDefinition", path: "spec/conversion/webhook/clientConfig/service/namespace"},
	}

	// Containers and initContainers are found wherever they are, beside these.
	imageSpecs = []fieldSpec{
		{path: "spec/volumes[]/image/reference"},
		{path: "spec/template/spec/volumes[]/image/reference"},
		{path: "spec/jobTemplate/spec/template/spec/volumes[]/image/reference"},
		{path: "spec/containers[]/image"},
		{path: "spec/initContainers[]/image"},
		{path: "spec/template/spec/containers[]/image"},
		{path: "spec/template/spec/initContainers[]/image"},
	}

	replicaSpecs = []fieldSpec{
		{kind: "Deployment", path: "spec/replicas", create: true},
		{kind: "ReplicationController", path: "spec/replicas", create: true},
		{kind: "ReplicaSet", path: "spec/replicas", create: true},
		{kind: "StatefulSet", path: "spec/replicas", create: true},
	}
)

// podSelectorSpecs are the selectors in the pods of a workload of group apps.
func podSelectorSpecs(kind string) []fieldSpec {
	var specs []fieldSpec
	for _, path := range []string{
		"affinity/podAffinity/preferredDuringSchedulingIgnoredDuringExecution/podAffinityTerm/labelSelector/matchLabels",
		"affinity/podAffinity/requiredDuringSchedulingIgnoredDuringExecution/labelSelector/matchLabels",
		"affinity/podAntiAffinity/preferredDuringSchedulingIgnoredDuringExecution/podAffinityTerm/labelSelector/matchLabels",
		"affinity/podAntiAffinity/requiredDuringSchedulingIgnoredDuringExecution/labelSelector/matchLabels",
		"topologySpreadConstraints/labelSelector/matchLabels",
	} {
		specs = append(specs, fieldSpec{group: "apps", kind: kind, path: "spec/template/spec/" + path})
	}
	return specs
}

// fits reports whether the field is one of objects of this type.
func (s fieldSpec) fits(id manifest.ID) bool {
	return (s.group == "" || s.group == id.Group()) && (s.version == "" || s.version == id.Version()) && (s.kind == "" || s.kind == id.Kind)
}

// overlaps reports whether two specs are of one field: b's kinds are among s's.
func (s fieldSpec) overlaps(b fieldSpec) bool {
	return s.path == b.path && (b.group == "" || b.group == s.group) && (b.version == "" || b.version == s.version) && (b.kind == "" || b.kind == s.kind)
}

// visit calls set for every node at the path. made is the kind of node to make
// where there is none, 0 for none.
func (s fieldSpec) visit(root *manifest.Node, made yaml.Kind, set func(n *manifest.Node) *problem) *problem {
	if !s.create {
		made = 0
	}
	return visitSpec(root, splitEscaped(strings.TrimPrefix(s.path, "/"), "/"), nil, made, set)
}

func visitSpec(n *manifest.Node, keys []string, at manifest.Path, made yaml.Kind, set func(n *manifest.Node) *problem) *problem {
	switch {
	case len(keys) == 0:
		return set(n)
	case isNull(n):
		return nil
	case isList(n):
		for i, item := range n.Content {
			if p := visitSpec(item, keys, at.At(i), made, set); p != nil {
				return p
			}
		}
		return nil
	case !isMap(n):
		return &problem{code: codeClash, path: at, at: n, message: place(at) + " is " + manifest.KindName(n) + ", expected a map or a list"}
	}
	name, items := strings.CutSuffix(keys[0], "[]")
	_, v := manifest.Lookup(n, name)
	kind := yaml.Kind(0)
	switch {
	case made == 0 || items:
	case len(keys) == 1:
		kind = made
	default:
		kind = yaml.MappingNode
	}
	switch {
	case v == nil && kind == 0:
		return nil
	case v == nil:
		v = &manifest.Node{Kind: kind}
		manifest.SetKey(n, name, v)
	default:
		v = owned(n, name, v)
		if isNull(v) && kind != 0 {
			become(v, kind)
		}
	}
	return visitSpec(v, keys[1:], at.Child(name), made, set)
}

// splitEscaped splits at a delimiter that no backslash stands before.
func splitEscaped(s, delimiter string) []string {
	var parts []string
	for part := range strings.SplitSeq(s, delimiter) {
		if last := len(parts) - 1; last >= 0 && strings.HasSuffix(parts[last], `\`) {
			parts[last] = strings.TrimSuffix(parts[last], `\`) + delimiter + part
			continue
		}
		parts = append(parts, part)
	}
	return parts
}
