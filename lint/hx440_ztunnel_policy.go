package lint

import (
	"fmt"
	"slices"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
)

func init() {
	register(Rule{
		ID: "HX440", Title: "Policy about HTTP that ztunnel is to keep", Starred: true,
		Severity: diag.Error,
		Tags:     []string{"correctness", "ambient", "authorization"},
		Sources: []Source{
			{"Ambient mode: Layer 7 features", "https://istio.io/latest/docs/ambient/usage/l7-features/"},
			{"Ambient mode: Layer 4 security policy", "https://istio.io/latest/docs/ambient/usage/l4-policy/"},
		},
		Why: "Without targetRefs a policy is for ztunnel, which sees connections and no requests. An ALLOW rule with a condition on the request " +
			"is dropped, so that what it should let in is refused. In a DENY rule the condition is left out: a rule of nothing else has no " +
			"effect, any other denies more than it says.",
		Remedy: "Name the waypoint's Gateway or the Service in targetRefs, or keep to ports, addresses, namespaces and principals.",
		Bad: ambientPolicy(`  rules:
  - to:
    - operation: {methods: [GET]}
`),
		Good: ambientPolicy(`  targetRefs:
  - {kind: Service, group: "", name: shop}
  rules:
  - to:
    - operation: {methods: [GET]}
`),
		Whole: func(p *Pass) {
			for _, o := range p.Mesh.Of(authorizationPolicy) {
				if p.Mesh.atZtunnel(o) {
					checkRequestConditions(p, o)
				}
			}
		},
	})
}

// requestConditions are the conditions of a rule that need the request.
var requestConditions = []string{
	"to[*].operation.hosts", "to[*].operation.notHosts", "to[*].operation.methods", "to[*].operation.notMethods",
	"to[*].operation.paths", "to[*].operation.notPaths",
	"from[*].source.remoteIpBlocks", "from[*].source.notRemoteIpBlocks",
	"from[*].source.requestPrincipals", "from[*].source.notRequestPrincipals",
}

// connectionKeys are the keys of "when" that a connection alone answers.
var connectionKeys = []string{"source.ip", "source.namespace", "source.principal", "destination.ip", "destination.port"}

func checkRequestConditions(p *Pass, o *Object) {
	effect := "drops the rule, so that what it should let in is refused"
	switch o.Text("spec.action") {
	case "", "ALLOW":
	case "DENY":
		effect = "leaves it out, so that the rule denies nothing, or more than it says"
	default:
		return // HX441
	}
	for _, at := range requestOnly(o) {
		name := at.Path[len(at.Path)-1].Key
		if name == "key" {
			name = text(at.Node)
		}
		p.Report(o, at, fmt.Sprintf("ztunnel does not see %s and %s", name, effect),
			"name the waypoint's Gateway or the Service in targetRefs")
	}
}

// requestOnly returns the conditions of a policy that need the request.
func requestOnly(o *Object) []manifest.Found {
	found := conditions(o, requestConditions)
	for _, at := range conditions(o, []string{"when[*].key"}) {
		if key := text(at.Node); key != "" && !slices.Contains(connectionKeys, key) {
			found = append(found, at)
		}
	}
	return found
}
