package main

import (
	"fmt"
	"maps"
)

// overlay is what the API server demands of single fields and OpenAPI does not
// say: from pkg/apis/*/validation of Kubernetes. The formats that begin with
// "k8s-" are package schema's own.
var overlay = map[string]map[string]any{
	"io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta":    {"labels": format("k8s-labels"), "annotations": format("k8s-annotations")},
	"io.k8s.apimachinery.pkg.apis.meta.v1.LabelSelector": {"matchLabels": format("k8s-labels")},

	"io.k8s.api.core.v1.PodSpec": {
		"containers": map[string]any{"minItems": 1}, "terminationGracePeriodSeconds": atLeast(0),
		"hostname": format("k8s-label"), "subdomain": format("k8s-label"), "serviceAccountName": format("k8s-subdomain"),
		"nodeSelector": format("k8s-labels"),
	},
	"io.k8s.api.core.v1.Container":          {"name": format("k8s-label"), "image": format("k8s-image")},
	"io.k8s.api.core.v1.EphemeralContainer": {"name": format("k8s-label"), "image": format("k8s-image")},
	"io.k8s.api.core.v1.Volume":             {"name": format("k8s-label")},
	"io.k8s.api.core.v1.ContainerPort":      {"containerPort": port, "hostPort": between(0, 65535), "name": format("k8s-port-name")},
	"io.k8s.api.core.v1.ServicePort":        {"port": port, "nodePort": format("k8s-node-port"), "name": format("k8s-label")},
	"io.k8s.api.core.v1.GRPCAction":         {"port": port},
	"io.k8s.api.core.v1.Probe": {
		"initialDelaySeconds": atLeast(0), "timeoutSeconds": atLeast(0), "periodSeconds": atLeast(0),
		"successThreshold": atLeast(0), "failureThreshold": atLeast(0),
	},
	"io.k8s.api.core.v1.KeyToPath":               {"mode": format("k8s-file-mode")},
	"io.k8s.api.core.v1.DownwardAPIVolumeFile":   {"mode": format("k8s-file-mode")},
	"io.k8s.api.core.v1.ConfigMapVolumeSource":   {"defaultMode": format("k8s-file-mode")},
	"io.k8s.api.core.v1.SecretVolumeSource":      {"defaultMode": format("k8s-file-mode")},
	"io.k8s.api.core.v1.ProjectedVolumeSource":   {"defaultMode": format("k8s-file-mode")},
	"io.k8s.api.core.v1.DownwardAPIVolumeSource": {"defaultMode": format("k8s-file-mode")},
	"io.k8s.api.core.v1.WeightedPodAffinityTerm": {"weight": between(1, 100)},
	"io.k8s.api.core.v1.PreferredSchedulingTerm": {"weight": between(1, 100)},
	"io.k8s.api.core.v1.ServiceSpec":             {"selector": format("k8s-labels")},
	"io.k8s.api.core.v1.ReplicationControllerSpec": {
		"replicas": atLeast(0), "minReadySeconds": atLeast(0), "selector": format("k8s-labels"),
	},
	"io.k8s.api.apps.v1.DeploymentSpec": {
		"replicas": atLeast(0), "minReadySeconds": atLeast(0), "revisionHistoryLimit": atLeast(0), "progressDeadlineSeconds": atLeast(0),
	},
	"io.k8s.api.apps.v1.StatefulSetSpec": {"replicas": atLeast(0), "minReadySeconds": atLeast(0), "revisionHistoryLimit": atLeast(0)},
	"io.k8s.api.apps.v1.DaemonSetSpec":   {"minReadySeconds": atLeast(0), "revisionHistoryLimit": atLeast(0)},
	"io.k8s.api.apps.v1.ReplicaSetSpec":  {"replicas": atLeast(0), "minReadySeconds": atLeast(0)},
	"io.k8s.api.batch.v1.JobSpec": {
		"parallelism": atLeast(0), "completions": atLeast(0), "activeDeadlineSeconds": atLeast(0),
		"backoffLimit": atLeast(0), "ttlSecondsAfterFinished": atLeast(0),
	},
	"io.k8s.api.batch.v1.CronJobSpec": {
		"schedule": format("k8s-cron"), "startingDeadlineSeconds": atLeast(0),
		"successfulJobsHistoryLimit": atLeast(0), "failedJobsHistoryLimit": atLeast(0),
	},
	// Gateway API's own definitions hold equal rules, and servers accept them.
	meta + "JSONSchemaProps": {"x-kubernetes-validations": map[string]any{"x-kubernetes-list-type": "atomic", "x-kubernetes-list-map-keys": nil}},

	"io.k8s.api.networking.v1.IngressRule":                              {"host": format("k8s-host")},
	"io.k8s.api.networking.v1.ServiceBackendPort":                       {"number": between(0, 65535)},
	"io.k8s.api.autoscaling.v2.HorizontalPodAutoscalerSpec":             {"minReplicas": atLeast(0), "maxReplicas": atLeast(1)},
	"io.k8s.api.autoscaling.v1.HorizontalPodAutoscalerSpec":             {"minReplicas": atLeast(0), "maxReplicas": atLeast(1)},
	"io.k8s.api.admissionregistration.v1.ValidatingWebhook":             {"timeoutSeconds": between(1, 30)},
	"io.k8s.api.admissionregistration.v1.MutatingWebhook":               {"timeoutSeconds": between(1, 30)},
	"io.k8s.api.admissionregistration.v1.ServiceReference":              {"port": port},
	"io.k8s.kube-aggregator.pkg.apis.apiregistration.v1.APIServiceSpec": {"groupPriorityMinimum": between(1, 20000), "versionPriority": between(1, 1000)},
}

var port = between(1, 65535)

func format(name string) map[string]any { return map[string]any{"format": name} }

func atLeast(low int) map[string]any { return map[string]any{"minimum": low} }

func between(low, high int) map[string]any {
	return map[string]any{"minimum": low, "maximum": high}
}

// addOverlay puts the demands of the overlay into the definitions. A format of
// the overlay replaces one that says less, such as int32.
func (r *release) addOverlay() error {
	for name, fields := range overlay {
		properties, _ := r.definitions[name]["properties"].(map[string]any)
		for field, demands := range fields {
			schema, ok := properties[field].(map[string]any)
			if !ok {
				return fmt.Errorf("overlay: there is no field %s of %s", field, name)
			}
			maps.Copy(schema, demands.(map[string]any))
		}
	}
	return nil
}
