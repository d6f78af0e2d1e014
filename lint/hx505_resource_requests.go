package lint

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
)

func init() {
	register(Rule{
		ID: "HX505", Title: "Part of Istio without resource requests",
		Severity: diag.Warning,
		Tags:     []string{"install", "availability"},
		Sources: []Source{
			{"Kubernetes, resource management: requests", "https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/"},
			{"ztunnel chart: resources", "https://github.com/istio/istio/blob/master/manifests/charts/ztunnel/values.yaml"},
		},
		Why: "What requests nothing is the first that a full node puts out, and the last to get CPU. Of istiod, istio-cni and " +
			"ztunnel everything else on the node or in the mesh depends. Gateways are left out: the injector gives their " +
			"container what it lacks.",
		Remedy: "Set resources.requests for CPU and memory in the chart's values.",
		Bad:    ztunnelIn("istio-system", "1.31.1"),
		Good: ztunnelIn("istio-system", "1.31.1") + `        resources:
          requests:
            cpu: 200m
            memory: 512Mi
`,
		Kinds:  []string{"Deployment.apps", "DaemonSet.apps"},
		Object: checkRequests,
	})
}

func checkRequests(p *Pass, o *Object) {
	names := []string{"pilot", "ztunnel", "install-cni"}
	if !slices.ContainsFunc(names, o.Mentions) {
		return
	}
	for _, container := range o.below(o.Pod(), "spec.containers[*]") {
		at := first(o.below(container, "image"))
		name := parseImage(text(at.Node)).name
		if !slices.Contains(names, name) {
			continue
		}
		var missing []string
		for _, resource := range []string{"cpu", "memory"} {
			if requested(o, container, resource) == "" {
				missing = append(missing, resource)
			}
		}
		if len(missing) > 0 {
			p.Report(o, at, fmt.Sprintf("%s requests no %s", name, strings.Join(missing, " and ")), "set resources.requests in the chart's values")
		}
	}
}

// requested returns the request of a resource, for which Kubernetes takes the
// limit when there is none.
func requested(o *Object, container manifest.Found, resource string) string {
	return cmp.Or(text(first(o.below(container, "resources.requests."+resource)).Node), text(first(o.below(container, "resources.limits."+resource)).Node))
}
