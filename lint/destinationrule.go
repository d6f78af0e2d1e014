package lint

import (
	"slices"

	"github.com/helmx-dev/helmx/manifest"
)

const destinationRule = "DestinationRule.networking.istio.io"

// trafficPolicies returns every traffic policy of a DestinationRule: its own,
// those of its ports, and those of its subsets and their ports.
func trafficPolicies(o *Object) []manifest.Found {
	all := slices.Concat(o.Find("spec.trafficPolicy"), o.Find("spec.subsets[*].trafficPolicy"))
	for _, policy := range slices.Clone(all) {
		all = append(all, o.below(policy, "portLevelSettings[*]")...)
	}
	return all
}
