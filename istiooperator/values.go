package istiooperator

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
)

// valueParts are the parts of the values whose keys are known: what the API
// (values_types.proto in Istio) names beyond the chart's own defaults.
var valueParts = map[string]struct{ chart, api string }{
	"global": {"istio-control/istio-discovery", "arch certSigners defaultTolerations meshNetworks multiCluster network podDNSSearchNamespaces " +
		"priorityClassName remotePilotAddress revision caAddress externalIstiod configCluster platform ipFamilies ipFamilyPolicy tracer " +
		"imagePullSecrets jwtPolicy profile readerServiceAccount enableReaderRBAC"},
	"pilot": {"istio-control/istio-discovery", "enabled traceSampling volumeMounts volumes istiodRemote crlConfigMapName"},
	"cni": {"istio-cni", "enabled hub tag variant image pullPolicy cniNetnsDir env daemonSetLabels podAnnotations podLabels psp_cluster_role " +
		"logLevel privileged resource_quotas rollingMaxUnavailable istioOwnedCNIConfig istioOwnedCNIConfigFileName"},
	"base": {"base", "enableCRDTemplates excludedCRDs validationURL enableIstioConfigCRDs validateGateway validationCABundle"},
	"sidecarInjectorWebhook": {"istio-control/istio-discovery", "enableNamespacesByDefault reinvocationPolicy neverInjectSelector " +
		"alwaysInjectSelector rewriteAppHTTPProbe injectedAnnotations injectionURL injectionPath injectionCABundle templates defaultTemplates"},
}

// checkValues reports keys of values that look like a typing mistake. Charts of
// other versions may read keys that are not known here, so that only what is
// near to a known one is reported, and all are carried over.
func (s *source) checkValues() {
	spec := mapOf(mapOf(manifest.Value(s.root))["spec"])
	for _, part := range slices.Sorted(maps.Keys(valueParts)) {
		values := mapOf(deep(spec, "values", part))
		if len(values) == 0 {
			continue
		}
		known := knownValues(part)
		for _, key := range slices.Sorted(maps.Keys(values)) {
			if slices.Contains(known, key) {
				continue
			}
			if hint := diag.DidYouMean(key, known); hint != "" {
				path := manifest.Keys("spec", "values", part, key)
				s.findAt(s.key(path), diag.Warning, codeUnknown, path, fmt.Sprintf("%s is no value that a chart reads: it is carried over as it is", path), hint)
			}
		}
	}
}

func knownValues(part string) []string {
	p := valueParts[part]
	defaults := mapOf(embedded("charts/" + p.chart + "/values.yaml")["_internal_defaults_do_not_set"])
	if part != "pilot" && part != "cni" { // whose defaults are at the top
		defaults = mapOf(defaults[part])
	}
	return append(strings.Fields(p.api), slices.Sorted(maps.Keys(defaults))...)
}
