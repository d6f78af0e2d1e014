package patch

import (
	"slices"
	"strings"
)

// podSpecs are the places of a pod's spec in the built-in kinds.
var podSpecs = map[string][]string{
	"v1 Pod":                   {"spec"},
	"v1 PodTemplate":           {"template", "spec"},
	"v1 ReplicationController": {"spec", "template", "spec"},
	"apps/v1 Deployment":       {"spec", "template", "spec"},
	"apps/v1 StatefulSet":      {"spec", "template", "spec"},
	"apps/v1 DaemonSet":        {"spec", "template", "spec"},
	"apps/v1 ReplicaSet":       {"spec", "template", "spec"},
	"batch/v1 Job":             {"spec", "template", "spec"},
	"batch/v1 CronJob":         {"spec", "jobTemplate", "spec", "template", "spec"},
}

// podLists are the merge keys below a pod's spec, "patchMergeKey" in
// k8s.io/api/core/v1. Lists that are not here are replaced.
var podLists = map[string]string{
	"containers":                "name",
	"initContainers":            "name",
	"ephemeralContainers":       "name",
	"volumes":                   "name",
	"imagePullSecrets":          "name",
	"hostAliases":               "ip",
	"topologySpreadConstraints": "topologyKey",
	"schedulingGates":           "name",
	"resourceClaims":            "name",
	"evictionResponders":        "name",
}

var containerLists = map[string]string{
	"ports":         "containerPort",
	"env":           "name",
	"volumeMounts":  "mountPath",
	"volumeDevices": "devicePath",
}

// kindLists are the merge keys of lists elsewhere.
var kindLists = map[string]string{
	"v1 Service spec.ports":                                                                   "port",
	"v1 ServiceAccount secrets":                                                               "name",
	"storage.k8s.io/v1 CSINode spec.drivers":                                                  "name",
	"admissionregistration.k8s.io/v1 MutatingWebhookConfiguration webhooks":                   "name",
	"admissionregistration.k8s.io/v1 ValidatingWebhookConfiguration webhooks":                 "name",
	"admissionregistration.k8s.io/v1 MutatingWebhookConfiguration webhooks.matchConditions":   "name",
	"admissionregistration.k8s.io/v1 ValidatingWebhookConfiguration webhooks.matchConditions": "name",
	"admissionregistration.k8s.io/v1 MutatingAdmissionPolicy spec.variables":                  "name",
	"admissionregistration.k8s.io/v1 MutatingAdmissionPolicy spec.matchConditions":            "name",
	"admissionregistration.k8s.io/v1 ValidatingAdmissionPolicy spec.variables":                "name",
	"admissionregistration.k8s.io/v1 ValidatingAdmissionPolicy spec.matchConditions":          "name",
}

// builtinListKeys is ListKeys for the kinds of Kubernetes itself.
func builtinListKeys(apiVersion, kind string, path []string) (keys []string, set bool) {
	id := apiVersion + " " + kind
	if prefix, ok := podSpecs[id]; ok && len(path) > len(prefix) && slices.Equal(path[:len(prefix)], prefix) {
		return podKeys(path[len(prefix):]), false
	}
	if n := len(path); n >= 2 && path[n-2] == "metadata" && (n == 2 || strings.HasSuffix(strings.ToLower(path[n-3]), "template")) {
		switch path[n-1] {
		case "ownerReferences":
			return []string{"uid"}, false
		case "finalizers":
			return nil, true
		}
	}
	if id == "v1 Node" && slices.Equal(path, []string{"spec", "podCIDRs"}) {
		return nil, true
	}
	if key, ok := kindLists[id+" "+strings.Join(path, ".")]; ok {
		return []string{key}, false
	}
	return nil, false
}

// podKeys returns the merge keys of a list below a pod's spec.
func podKeys(path []string) []string {
	key := ""
	switch {
	case len(path) == 1:
		key = podLists[path[0]]
	case len(path) == 2 && strings.HasSuffix(strings.ToLower(path[0]), "containers"):
		key = containerLists[path[1]]
	}
	if key == "" {
		return nil
	}
	return []string{key}
}
