package istiooperator

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// view is what two charts for gateways can be compared by.
type view map[string]any

// compareGateways compares every gateway, found by its Deployment, and returns
// how many there are.
func compareGateways(t *testing.T, got, want map[string]object) int {
	t.Helper()
	names := func(all map[string]object) map[string]view {
		gateways := map[string]view{}
		for _, o := range all {
			if isGateway(o) && o["kind"] == "Deployment" {
				key := fmt.Sprint(at(o, "metadata", "namespace"), "/", at(o, "metadata", "name"))
				gateways[key] = viewOf(all, o)
			}
		}
		return gateways
	}
	if diff := cmp.Diff(names(want), names(got)); diff != "" {
		t.Errorf("gateways of istioctl (-) and helmx (+) differ:\n%s", diff)
	}
	return len(names(want))
}

func viewOf(all map[string]object, deployment object) view {
	find := func(kind string) object {
		for _, o := range all {
			if o["kind"] == kind && at(o, "metadata", "name") == at(deployment, "metadata", "name") && at(o, "metadata", "namespace") == at(deployment, "metadata", "namespace") {
				return o
			}
		}
		return nil
	}
	pod := at(deployment, "spec", "template", "spec")
	container, _ := at(pod, "containers").([]any)[0].(map[string]any)
	service := find("Service")
	account := at(pod, "serviceAccountName")
	v := view{
		"replicas": at(deployment, "spec", "replicas"), "strategy": at(deployment, "spec", "strategy"),
		"app": at(deployment, "spec", "selector", "matchLabels", "app"), "istio": at(deployment, "spec", "selector", "matchLabels", "istio"),
		"account": account, "resources": container["resources"], "nodeSelector": at(pod, "nodeSelector"), "tolerations": at(pod, "tolerations"),
		"team":      at(deployment, "spec", "template", "metadata", "annotations", "team"),
		"mode":      variable(container, "ISTIO_META_ROUTER_MODE"),
		"service":   serviceView(service),
		"lb":        at(service, "metadata", "annotations", "lb.example.com/kind"),
		"min":       at(find("HorizontalPodAutoscaler"), "spec", "minReplicas"),
		"max":       at(find("HorizontalPodAutoscaler"), "spec", "maxReplicas"),
		"metrics":   at(find("HorizontalPodAutoscaler"), "spec", "metrics"),
		"available": at(find("PodDisruptionBudget"), "spec", "minAvailable"), "unavailable": at(find("PodDisruptionBudget"), "spec", "maxUnavailable"),
	}
	for _, o := range all {
		if o["kind"] == "ServiceAccount" && at(o, "metadata", "name") == account {
			v["account exists"] = true
		}
	}
	return v
}

func variable(container map[string]any, name string) any {
	list, _ := container["env"].([]any)
	for _, item := range list {
		if at(item, "name") == name {
			return at(item, "value")
		}
	}
	return nil
}

// serviceView is the spec of a Service, without the ports' targets: the chart
// gateway listens on the ports themselves.
func serviceView(service object) view {
	v := view{}
	spec, _ := service["spec"].(map[string]any)
	for key, value := range spec {
		switch key {
		case "ports":
			var ports []string
			list, _ := value.([]any)
			for _, p := range list {
				ports = append(ports, fmt.Sprint(at(p, "name"), " ", at(p, "port")))
			}
			v[key] = ports
		case "selector":
			v["app"], v["istio"] = at(value, "app"), at(value, "istio")
		default:
			v[key] = value
		}
	}
	return v
}
