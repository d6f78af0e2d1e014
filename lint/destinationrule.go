package lint

import (
	"slices"
	"strings"

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

// destinationRules is the index of DestinationRules by host.
type destinationRules struct {
	byHost    map[string][]*Object
	wildcards map[string][]*Object // by what follows the asterisk
}

func (m *Mesh) indexDestinationRules() *destinationRules {
	d := &destinationRules{byHost: make(map[string][]*Object), wildcards: make(map[string][]*Object)}
	for _, o := range m.Of(destinationRule) {
		host := canonicalHost(o.Text("spec.host"), o.Namespace())
		if tail, ok := strings.CutPrefix(host, "*"); ok {
			d.wildcards[tail] = append(d.wildcards[tail], o)
			continue
		}
		d.byHost[host] = append(d.byHost[host], o)
	}
	return d
}

// of returns the rules for a host as written in a namespace, those of wildcards
// after those of the very name.
func (d *destinationRules) of(host, namespace string) []*Object {
	found := d.byHost[canonicalHost(host, namespace)]
	if len(d.wildcards) == 0 {
		return found
	}
	found = slices.Clone(found)
	name := canonicalHost(host, namespace)
	for i := 0; i <= len(name); i++ {
		found = append(found, d.wildcards[name[i:]]...)
	}
	return found
}
