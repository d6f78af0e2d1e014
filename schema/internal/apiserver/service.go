package apiserver

import (
	"fmt"

	"k8s.io/apimachinery/pkg/util/validation/field"
	"k8s.io/kubernetes/pkg/api/service"
	"k8s.io/kubernetes/pkg/apis/core"
	"k8s.io/kubernetes/pkg/apis/core/validation"
	netutils "k8s.io/utils/net"
)

// allocate does to a Service what the server's storage does before it is
// validated, as far as that does not depend on the cluster: addresses are not
// given out, and a cluster of either IP family, or both, is assumed.
// pkg/registry/core/service/storage of Kubernetes.
func allocate(s *core.Service) field.ErrorList {
	spec := &s.Spec
	if spec.ClusterIP != "" && len(spec.ClusterIPs) == 0 {
		spec.ClusterIPs = []string{spec.ClusterIP}
	}
	if spec.Type == core.ServiceTypeExternalName {
		return nil
	}
	anyFamilies := spec.ClusterIP == core.ClusterIPNone && len(spec.Selector) == 0
	if spec.IPFamilyPolicy == nil {
		policy := core.IPFamilyPolicySingleStack
		if anyFamilies {
			policy = core.IPFamilyPolicyRequireDualStack
		}
		spec.IPFamilyPolicy = &policy
	}
	errs := validation.ValidateServiceClusterIPsRelatedFields(s, nil)
	if len(errs) == 0 && !anyFamilies {
		errs = oneFamily(spec)
	}
	if len(errs) == 0 {
		fillFamilies(spec)
	}
	if service.NeedsHealthCheck(s) && spec.HealthCheckNodePort == 0 {
		spec.HealthCheckNodePort = anyNodePort
	}
	return errs
}

// anyNodePort stands for the port that the server picks.
const anyNodePort = 30000

// oneFamily refuses two families under a policy of one.
func oneFamily(spec *core.ServiceSpec) (errs field.ErrorList) {
	if *spec.IPFamilyPolicy != core.IPFamilyPolicySingleStack {
		return nil
	}
	refuse := func(what string) {
		errs = append(errs, field.Invalid(field.NewPath("spec", "ipFamilyPolicy"), *spec.IPFamilyPolicy,
			fmt.Sprintf("must be 'RequireDualStack' or 'PreferDualStack' when multiple %s are specified", what)))
	}
	if len(spec.ClusterIPs) == 2 {
		refuse("cluster IPs")
	}
	if len(spec.IPFamilies) == 2 {
		refuse("IP families")
	}
	return errs
}

// fillFamilies names the families that the server would have named.
func fillFamilies(spec *core.ServiceSpec) {
	for _, ip := range spec.ClusterIPs[min(len(spec.IPFamilies), len(spec.ClusterIPs)):] {
		if ip != core.ClusterIPNone {
			spec.IPFamilies = append(spec.IPFamilies, familyOf(ip))
		}
	}
	if len(spec.IPFamilies) == 0 {
		spec.IPFamilies = []core.IPFamily{core.IPv4Protocol}
	}
}

func familyOf(ip string) core.IPFamily {
	if netutils.IsIPv6String(ip) {
		return core.IPv6Protocol
	}
	return core.IPv4Protocol
}
