package patch

import (
	"slices"
	"strings"

	"github.com/helmx-dev/helmx/manifest"
)

// These tables hold what the tags patchMergeKey and patchStrategy of k8s.io/api
// 0.37 say, for every version of every kind there is; e2e/strategicmerge compares
// them with the types. Since 1.28 tags came with new fields only, and none has
// changed, so that one table serves every version.

// podSpecs are the places of a pod's spec, by group and kind.
var podSpecs = map[string][]string{
	"/Pod":                   {"spec"},
	"/PodTemplate":           {"template", "spec"},
	"/ReplicationController": {"spec", "template", "spec"},
	"apps/Deployment":        {"spec", "template", "spec"},
	"apps/StatefulSet":       {"spec", "template", "spec"},
	"apps/DaemonSet":         {"spec", "template", "spec"},
	"apps/ReplicaSet":        {"spec", "template", "spec"},
	"extensions/Deployment":  {"spec", "template", "spec"},
	"extensions/DaemonSet":   {"spec", "template", "spec"},
	"extensions/ReplicaSet":  {"spec", "template", "spec"},
	"batch/Job":              {"spec", "template", "spec"},
	"batch/CronJob":          {"spec", "jobTemplate", "spec", "template", "spec"},
}

// podLists are the merge keys below a pod's spec. Lists that are not here are
// replaced.
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

// containerLists are the merge keys below each of a pod's containers.
var containerLists = map[string]string{
	"ports":         "containerPort",
	"env":           "name",
	"volumeMounts":  "mountPath",
	"volumeDevices": "devicePath",
}

// kindLists are the merge keys of lists elsewhere.
var kindLists = map[string]string{
	"/Service spec.ports":                                             "port",
	"/ServiceAccount secrets":                                         "name",
	"/Node status.addresses":                                          "type",
	"/Node status.conditions":                                         "type",
	"/Pod status.conditions":                                          "type",
	"/Pod status.hostIPs":                                             "ip",
	"/Pod status.podIPs":                                              "ip",
	"/Namespace status.conditions":                                    "type",
	"/ComponentStatus conditions":                                     "type",
	"/Service status.conditions":                                      "type",
	"/ReplicationController status.conditions":                        "type",
	"/PersistentVolumeClaim status.conditions":                        "type",
	"/PersistentVolumeClaim status.healthStatus.healthConditions":     "status",
	"/Pod status.volumeHealth.healthConditions":                       "status",
	"/Pod status.containerStatuses.allocatedResourcesStatus":          "name",
	"/Pod status.containerStatuses.volumeMounts":                      "mountPath",
	"/Pod status.ephemeralContainerStatuses.allocatedResourcesStatus": "name",
	"/Pod status.ephemeralContainerStatuses.volumeMounts":             "mountPath",
	"/Pod status.initContainerStatuses.allocatedResourcesStatus":      "name",
	"/Pod status.initContainerStatuses.volumeMounts":                  "mountPath",
	"/Pod status.nodeAllocatableResourceClaimStatuses":                "resourceClaimName",
	"/Pod status.nodeAllocatableResourceClaimStatuses.mapping":        "name",
	"/Pod status.nodeAllocatableResourceClaimStatuses.overhead":       "name",
	"/Pod status.resourceClaimStatuses":                               "name",

	"apps/DaemonSet status.conditions":                                                "type",
	"apps/Deployment status.conditions":                                               "type",
	"apps/ReplicaSet status.conditions":                                               "type",
	"apps/StatefulSet status.conditions":                                              "type",
	"apps/StatefulSet spec.volumeClaimTemplates.status.conditions":                    "type",
	"apps/StatefulSet spec.volumeClaimTemplates.status.healthStatus.healthConditions": "status",
	"extensions/DaemonSet status.conditions":                                          "type",
	"extensions/Deployment status.conditions":                                         "type",
	"extensions/ReplicaSet status.conditions":                                         "type",
	"batch/Job status.conditions":                                                     "type",
	"batch/Job spec.scheduling.resourceClaims":                                        "name",
	"batch/CronJob spec.jobTemplate.spec.scheduling.resourceClaims":                   "name",
	"autoscaling/HorizontalPodAutoscaler status.conditions":                           "type",
	"policy/PodDisruptionBudget status.conditions":                                    "type",
	"networking.k8s.io/ServiceCIDR status.conditions":                                 "type",
	"certificates.k8s.io/PodCertificateRequest status.conditions":                     "type",
	"flowcontrol.apiserver.k8s.io/FlowSchema status.conditions":                       "type",
	"flowcontrol.apiserver.k8s.io/PriorityLevelConfiguration status.conditions":       "type",
	"storage.k8s.io/CSINode spec.drivers":                                             "name",
	"storage.k8s.io/CSINode status.storageHealth":                                     "name",
	"storagemigration.k8s.io/StorageVersionMigration status.conditions":               "type",

	"admissionregistration.k8s.io/MutatingWebhookConfiguration webhooks":                   "name",
	"admissionregistration.k8s.io/MutatingWebhookConfiguration webhooks.matchConditions":   "name",
	"admissionregistration.k8s.io/ValidatingWebhookConfiguration webhooks":                 "name",
	"admissionregistration.k8s.io/ValidatingWebhookConfiguration webhooks.matchConditions": "name",
	"admissionregistration.k8s.io/MutatingAdmissionPolicy spec.matchConditions":            "name",
	"admissionregistration.k8s.io/ValidatingAdmissionPolicy spec.matchConditions":          "name",
	"admissionregistration.k8s.io/ValidatingAdmissionPolicy spec.variables":                "name",

	"lifecycle.k8s.io/Eviction status.conditions":                                                 "type",
	"lifecycle.k8s.io/Eviction status.requesters":                                                 "name",
	"lifecycle.k8s.io/Eviction status.responders":                                                 "name",
	"lifecycle.k8s.io/Eviction status.targetResponders":                                           "name",
	"lifecycle.k8s.io/EvictionRequest status.conditions":                                          "type",
	"resource.k8s.io/DeviceTaintRule status.conditions":                                           "type",
	"resource.k8s.io/ResourcePoolStatusRequest status.conditions":                                 "type",
	"resource.k8s.io/ResourceClaim status.reservedFor":                                            "uid",
	"scheduling.k8s.io/CompositePodGroup status.conditions":                                       "type",
	"scheduling.k8s.io/PodGroup status.conditions":                                                "type",
	"scheduling.k8s.io/PodGroup spec.resourceClaims":                                              "name",
	"scheduling.k8s.io/PodGroup status.resourceClaimStatuses":                                     "name",
	"scheduling.k8s.io/Workload spec.compositePodGroupTemplates.podGroupTemplates.resourceClaims": "name",
	"scheduling.k8s.io/Workload spec.podGroupTemplates.resourceClaims":                            "name",
}

// mergedSets are lists of scalars that are merged; finalizers are another.
var mergedSets = map[string]bool{
	"/Node spec.podCIDRs": true,
}

// untagged are versions whose fields have no tags where later ones do.
var untagged = map[string]bool{
	"flowcontrol.apiserver.k8s.io/v1beta1": true,
	"flowcontrol.apiserver.k8s.io/v1beta2": true,
}

// replacedMaps are maps that a merge replaces, patchStrategy "replace".
var replacedMaps = map[string]bool{
	"policy/v1 PodDisruptionBudget spec.selector": true,
}

// BuiltinListKeys is [ListKeys] for the kinds of Kubernetes itself, of any
// version: patchMergeKey and patchStrategy of k8s.io/api.
func BuiltinListKeys(apiVersion, kind string, path []string) (keys []string, set bool) {
	id := manifest.ID{APIVersion: apiVersion}.Group() + "/" + kind
	if prefix, ok := podSpecs[id]; ok && len(path) > len(prefix) && slices.Equal(path[:len(prefix)], prefix) {
		if keys := podKeys(path[len(prefix):]); keys != nil {
			return keys, false
		}
	}
	if n := len(path); n >= 2 && path[n-2] == "metadata" && holdsMetadata(id, path[:n-2]) {
		switch path[n-1] {
		case "ownerReferences":
			return []string{"uid"}, false
		case "finalizers":
			return nil, true
		}
	}
	place := id + " " + strings.Join(path, ".")
	if key, ok := kindLists[place]; ok && !untagged[apiVersion] {
		return []string{key}, false
	}
	return nil, mergedSets[place]
}

// BuiltinReplaced reports whether a strategic merge replaces the map at a path
// of field names in place of merging it.
func BuiltinReplaced(apiVersion, kind string, path []string) bool {
	return replacedMaps[apiVersion+" "+kind+" "+strings.Join(path, ".")]
}

// holdsMetadata reports whether the map at a path has the metadata of an object:
// the object itself, and the templates in it.
func holdsMetadata(id string, path []string) bool {
	if len(path) == 0 {
		return true
	}
	last := strings.ToLower(path[len(path)-1])
	return strings.HasSuffix(last, "template") || last == "volumeclaimtemplates" || id == "resource.k8s.io/ResourceClaimTemplate" && last == "spec"
}

// podKeys returns the merge keys of a list below a pod's spec.
func podKeys(path []string) []string {
	key := ""
	switch {
	case len(path) == 1:
		key = podLists[path[0]]
	case len(path) == 2 && slices.Contains([]string{"containers", "initContainers", "ephemeralContainers"}, path[0]):
		key = containerLists[path[1]]
	}
	if key == "" {
		return nil
	}
	return []string{key}
}
