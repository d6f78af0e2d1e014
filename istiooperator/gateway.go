package istiooperator

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
)

const gatewayChart = "gateway"

// gatewayKind is one of the two lists of gateways.
type gatewayKind struct {
	key       string // below spec.components
	valuesKey string // below values.gateways, and the default name
	labels    map[string]any
	values    map[string]any // what the chart of istioctl has and the chart gateway has not
}

var (
	ingress = gatewayKind{
		key: "ingressGateways", valuesKey: "istio-ingressgateway",
		labels: map[string]any{"app": "istio-ingressgateway", "istio": "ingressgateway"},
	}
	egress = gatewayKind{
		key: "egressGateways", valuesKey: "istio-egressgateway",
		labels: map[string]any{"app": "istio-egressgateway", "istio": "egressgateway"},
		values: map[string]any{
			"type": "ClusterIP",
			"ports": []any{
				map[string]any{"name": "http2", "port": 80, "protocol": "TCP", "targetPort": 8080},
				map[string]any{"name": "https", "port": 443, "protocol": "TCP", "targetPort": 8443},
			},
		},
	}
)

func (t *translation) translateGateways() {
	type one struct {
		kind     gatewayKind
		index    int
		settings map[string]any
	}
	var enabled []one
	for _, kind := range []gatewayKind{ingress, egress} {
		always := deep(t.merged.values, "gateways", kind.valuesKey, "enabled") == true
		for i, item := range listOf(t.merged.components[kind.key]) {
			if settings := mapOf(item); always || isEnabled(settings, true) {
				enabled = append(enabled, one{kind, i, settings})
			}
		}
	}
	t.gateways = len(enabled)
	names := map[string]bool{}
	for _, r := range t.releases {
		names[r.Name] = true
	}
	for _, g := range enabled {
		name := cmp.Or(text(g.settings["name"]), g.kind.valuesKey)
		at := manifest.Keys("spec", "components", g.kind.key).At(g.index)
		if !t.isName(name, at.Child("name")) {
			continue
		}
		if namespace := text(g.settings["namespace"]); names[name] {
			t.find(diag.Warning, codeLost, at, fmt.Sprintf("a second component of the name %q, in namespace %q: left out, since both would be one release", name, cmp.Or(namespace, t.merged.namespace)), "give it another name")
			continue
		}
		names[name] = true
		t.gateway(g.kind, name, g.settings, at)
	}
	if len(enabled) > 0 {
		t.find(diag.Info, codeDiffers, manifest.Keys("spec", "components", enabled[0].kind.key),
			"gateways move to the chart gateway, the only one that Istio publishes: names, labels and the service account stay, the pod comes from injection",
			"compare before you switch over; the selector of a Deployment cannot be changed in place")
	}
}

// gateway adds the release of one gateway.
func (t *translation) gateway(kind gatewayKind, name string, settings map[string]any, at manifest.Path) {
	old := map[string]any{}
	overlay(old, kind.values)
	overlay(old, chartProfile(t.merged.values, "gateways", kind.valuesKey))
	overlay(old, mapOf(deep(t.merged.values, "gateways", kind.valuesKey)))
	g := gatewayValues{
		kubernetes: kubernetes{
			translation: t, path: at.Child("k8s"), values: map[string]any{},
			component: component{key: kind.key, chart: gatewayChart, release: name, workload: "Deployment", name: name, container: "istio-proxy"},
		},
		kind: kind, old: old, at: at,
	}
	g.identity(settings)
	g.fromValues()
	g.fromSettings(mapOf(settings["k8s"]))
	t.addRelease(g.component, cmp.Or(text(settings["namespace"]), t.merged.namespace), g.values)
}

// gatewayValues makes the values of the chart gateway.
type gatewayValues struct {
	kubernetes
	kind gatewayKind
	old  map[string]any // values.gateways.istio-ingressgateway and what is below them
	at   manifest.Path
}

// identity keeps what other resources refer to: labels, which Gateways select
// by, and the service account, which authorization policies name.
func (g gatewayValues) identity(settings map[string]any) {
	labels := map[string]any{}
	overlay(labels, g.kind.labels)
	overlay(labels, mapOf(settings["label"]))
	g.values["labels"] = labels
	g.values["serviceAccount"] = map[string]any{"name": g.name + "-service-account"}
	if g.merged.revision != "" {
		g.values["revision"] = g.merged.revision
	}
	for _, key := range []string{"hub", "tag"} {
		if settings[key] != nil {
			g.find(diag.Warning, codeLost, g.at.Child(key), "the image of a gateway comes from injection, so that it has the version of its control plane", "annotate the pods with sidecar.istio.io/proxyImage for another one")
		}
	}
}

// gatewayMoves are values of the old chart and where they go in the new one.
var gatewayMoves = map[string][]string{
	"autoscaleEnabled": {"autoscaling", "enabled"}, "autoscaleMin": {"autoscaling", "minReplicas"}, "autoscaleMax": {"autoscaling", "maxReplicas"},
	"replicaCount": {"replicaCount"}, "type": {"service", "type"}, "ports": {"service", "ports"},
	"loadBalancerIP": {"service", "loadBalancerIP"}, "loadBalancerSourceRanges": {"service", "loadBalancerSourceRanges"},
	"externalTrafficPolicy": {"service", "externalTrafficPolicy"}, "ipFamilyPolicy": {"service", "ipFamilyPolicy"},
	"ipFamilies": {"service", "ipFamilies"}, "serviceAnnotations": {"service", "annotations"}, "podAnnotations": {"podAnnotations"},
	"nodeSelector": {"nodeSelector"}, "tolerations": {"tolerations"}, "resources": {"resources"}, "env": {"env"},
	"rollingMaxSurge": {"strategy", "rollingUpdate", "maxSurge"}, "rollingMaxUnavailable": {"strategy", "rollingUpdate", "maxUnavailable"},
	"additionalContainers": {"additionalContainers"},
}

// gatewayLost says why a value of the old chart has no place in the new one.
var gatewayLost = map[string]string{
	"podAntiAffinityLabelSelector":     "write it as affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution in the values file",
	"podAntiAffinityTermLabelSelector": "write it as affinity.podAntiAffinity.preferredDuringSchedulingIgnoredDuringExecution in the values file",
	"ingressPorts":                     "add the ports to service.ports in the values file",
	"egressPorts":                      "add the ports to service.ports in the values file",
	"runAsRoot":                        "set securityContext and containerSecurityContext in the values file",
	"memory":                           "set autoscaling.targetMemoryUtilizationPercentage in the values file",
	"injectionTemplate":                "set podAnnotations.\"inject.istio.io/templates\" in the values file",
}

// fromValues carries over what values.gateways says.
func (g gatewayValues) fromValues() {
	for _, key := range []string{"rollingMaxSurge", "rollingMaxUnavailable"} { // the old chart's own defaults
		if g.old[key] == nil {
			g.old[key] = map[string]string{"rollingMaxSurge": "100%", "rollingMaxUnavailable": "25%"}[key]
		}
	}
	for _, key := range slices.Sorted(maps.Keys(g.old)) {
		v := g.old[key]
		to, ok := gatewayMoves[key]
		switch {
		case v == nil, key == "enabled", key == "name", key == "labels": // istioctl takes the component's
		case ok:
			overlay(g.values, nested(v, to...))
		case key == "cpu":
			if target := mapOf(v)["targetAverageUtilization"]; target != nil {
				setDeep(g.values, target, "autoscaling", "targetCPUUtilizationPercentage")
			}
		case key == "serviceAccount":
			overlay(g.values, map[string]any{"serviceAccount": known(mapOf(v), "annotations")})
		case key == "customService":
			if v == true {
				setDeep(g.values, "None", "service", "type")
			}
		case key == "secretVolumes", key == "configVolumes":
			g.oldVolumes(key, listOf(v))
		case !isZero(v):
			g.find(diag.Warning, codeLost, manifest.Keys("spec", "values", "gateways", g.kind.valuesKey, key), fmt.Sprintf("the chart gateway has no value for %s", key), gatewayLost[key])
		}
	}
	global := mapOf(g.merged.values["global"])
	if enabled := deep(global, "defaultPodDisruptionBudget", "enabled"); enabled != false {
		g.values["podDisruptionBudget"] = map[string]any{"minAvailable": 1}
	}
	if class := text(global["priorityClassName"]); class != "" {
		g.values["priorityClassName"] = class
	}
	for _, name := range listOf(global["imagePullSecrets"]) {
		g.values["imagePullSecrets"] = append(listOf(g.values["imagePullSecrets"]), map[string]any{"name": name})
	}
	if policy := mapOf(global["networkPolicy"]); policy != nil {
		g.values["global"] = map[string]any{"networkPolicy": deepCopy(policy)}
	}
}

func isZero(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case string:
		return v == ""
	case bool:
		return !v
	case []any:
		return len(v) == 0
	case map[string]any:
		return len(v) == 0
	}
	return false
}

func nested(v any, keys ...string) map[string]any {
	m := map[string]any{}
	setDeep(m, v, keys...)
	return m
}

// oldVolumes turns secretVolumes and configVolumes into volumes and mounts.
func (g gatewayValues) oldVolumes(key string, list []any) {
	for _, item := range list {
		o := mapOf(item)
		volume := map[string]any{"name": o["name"]}
		if key == "secretVolumes" {
			volume["secret"] = map[string]any{"secretName": o["secretName"], "optional": true}
		} else {
			volume["configMap"] = map[string]any{"name": o["configMapName"], "optional": true}
		}
		g.values["volumes"] = append(listOf(g.values["volumes"]), volume)
		if path := o["mountPath"]; path != nil {
			mount := map[string]any{"name": o["name"], "mountPath": path, "readOnly": true}
			g.values["volumeMounts"] = append(listOf(g.values["volumeMounts"]), mount)
		}
	}
}

// serviceValues are the fields of a Service's spec that the chart has values for.
var serviceValues = []string{
	"type", "ports", "loadBalancerIP", "loadBalancerSourceRanges", "externalTrafficPolicy", "internalTrafficPolicy", "externalIPs",
	"ipFamilyPolicy", "ipFamilies", "clusterIP", "healthCheckNodePort", "loadBalancerClass", "allocateLoadBalancerNodePorts",
}

// fromSettings carries over the k8s settings of the gateway.
func (g gatewayValues) fromSettings(settings map[string]any) {
	for _, field := range slices.Sorted(maps.Keys(settings)) {
		v := settings[field]
		if v == nil {
			continue
		}
		switch field {
		case "overlays":
		case "env":
			g.env(listOf(v))
		case "hpaSpec":
			g.autoscaler(mapOf(v))
		case "service":
			g.service(mapOf(v))
		case "serviceAnnotations":
			overlay(g.values, nested(v, "service", "annotations"))
		case "podDisruptionBudget":
			g.budget(mapOf(v))
		case "replicaCount":
			g.values["replicaCount"] = v
			if deep(g.values, "autoscaling", "enabled") != false {
				g.patch(field, v) // istioctl writes it beside an autoscaler, too
			}
		case "volumes", "volumeMounts":
			g.values[field] = append(listOf(g.values[field]), listOf(v)...)
			g.find(diag.Info, codeDiffers, g.path.Child(field), field+" take effect with the chart; istioctl ignores them", "")
		default:
			if places[field].keys != nil {
				overlay(g.values, map[string]any{field: v})
			}
		}
	}
	g.overlays(listOf(settings["overlays"]))
}

func (g gatewayValues) autoscaler(m map[string]any) {
	rest := map[string]any{}
	for key, v := range m {
		switch key {
		case "minReplicas", "maxReplicas":
			setDeep(g.values, v, "autoscaling", key)
		case "behavior":
			setDeep(g.values, v, "autoscaling", "autoscaleBehavior")
		case "scaleTargetRef": // the gateway's own Deployment
		default:
			rest[key] = v
		}
	}
	if len(rest) == 0 {
		return
	}
	if deep(g.values, "autoscaling", "enabled") == false {
		g.lost("hpaSpec", "there is no autoscaler for it: autoscaleEnabled is false; istioctl ignores it")
		return
	}
	g.patch("hpaSpec", rest)
}

func (g gatewayValues) service(m map[string]any) {
	rest := map[string]any{}
	for key, v := range m {
		switch {
		case slices.Contains(serviceValues, key) && v != nil:
			setDeep(g.values, deepCopy(v), "service", key)
		case key == "selector":
			setDeep(g.values, deepCopy(v), "service", "selectorLabels")
		default:
			rest[key] = v
		}
	}
	if len(rest) > 0 {
		g.patch("service", rest)
	}
}

// budget merges into the PodDisruptionBudget, of which only one bound can be.
func (g gatewayValues) budget(m map[string]any) {
	overlay(g.values, map[string]any{"podDisruptionBudget": m})
	if budget := mapOf(g.values["podDisruptionBudget"]); budget["maxUnavailable"] != nil {
		delete(budget, "minAvailable")
	}
}

// env splits variables into plain ones and those with a source.
func (g gatewayValues) env(list []any) {
	for i, item := range list {
		v := mapOf(item)
		name := text(v["name"])
		switch value, isText := v["value"].(string); {
		case name == "":
			g.find(diag.Warning, codeLost, g.path.Child("env").At(i), "a variable without a name", "")
		case v["valueFrom"] != nil:
			g.values["envVarFrom"] = append(listOf(g.values["envVarFrom"]), deepCopy(v))
		case isText || v["value"] == nil:
			setDeep(g.values, value, "env", name)
		default:
			setDeep(g.values, strings.TrimSpace(fmt.Sprint(v["value"])), "env", name)
			g.find(diag.Info, codeDiffers, g.path.Child("env").At(i), fmt.Sprintf("the value of %s is no string: it is made one", name), "write quotes around it")
		}
	}
}
