package istio

import (
	"errors"
	"fmt"
	"regexp"

	networking "istio.io/api/networking/v1alpha3"
	"istio.io/istio/pkg/config"
	"istio.io/istio/pkg/config/validation"
)

// maxProxyVersion is the length from which on istiod passes over a pattern.
const maxProxyVersion = 1024

// validateEnvoyFilter checks what Istio's own function checks, with two exceptions.
// It does not read the values of the patches: the types of Envoy that these are
// read into would have to be linked, 440 packages that cost every start of the
// program as much as everything else together. And it does not warn of EnvoyFilters
// as such, which lint does (HX107), where the warning can be turned off.
func validateEnvoyFilter(c config.Config) (validation.Warning, error) {
	var v validation.Validation
	filter, ok := c.Spec.(*networking.EnvoyFilter)
	if !ok {
		return nil, errors.New("not an EnvoyFilter")
	}
	warning, err := validation.ValidateAlphaWorkloadSelector(filter.WorkloadSelector)
	if err != nil {
		return nil, err
	}
	if warning != nil {
		v = validation.AppendWarningf(v, "%w, so that it is applied to all workloads of the namespace", warning)
	}
	for _, p := range filter.ConfigPatches {
		v = validation.AppendValidation(v, checkConfigPatch(p))
	}
	return v.Unwrap()
}

func checkConfigPatch(p *networking.EnvoyFilter_EnvoyConfigObjectPatch) error {
	match := p.GetMatch()
	switch {
	case p == nil:
		return errors.New("a config patch is null")
	case match.GetContext() == networking.EnvoyFilter_WAYPOINT:
		return nil
	case p.ApplyTo == networking.EnvoyFilter_INVALID:
		return errors.New("applyTo is missing")
	case p.Patch == nil:
		return errors.New("patch is missing")
	case p.Patch.Operation == networking.EnvoyFilter_Patch_INVALID:
		return errors.New("operation is missing in patch")
	case p.Patch.Operation != networking.EnvoyFilter_Patch_REMOVE && p.Patch.Value == nil:
		return fmt.Errorf("value is missing in patch: only REMOVE works without, not %s", p.Patch.Operation)
	}
	return validation.AppendValidation(checkProxyVersion(match.GetProxy().GetProxyVersion()), checkPatchMatch(p))
}

func checkProxyVersion(pattern string) validation.Validation {
	if len(pattern) > maxProxyVersion {
		return validation.AppendWarningf(validation.Validation{}, "proxyVersion is longer than %d characters and passed over", maxProxyVersion)
	}
	if _, err := regexp.Compile(pattern); err != nil {
		return validation.WrapError(fmt.Errorf("proxyVersion is no regular expression: %w", err))
	}
	return validation.Validation{}
}

// checkPatchMatch checks that the object that is matched is one of those that the
// patch applies to.
func checkPatchMatch(p *networking.EnvoyFilter_EnvoyConfigObjectPatch) error {
	match := p.GetMatch()
	if match.GetObjectTypes() == nil {
		return nil
	}
	var wanted string
	switch p.ApplyTo {
	case networking.EnvoyFilter_LISTENER, networking.EnvoyFilter_FILTER_CHAIN, networking.EnvoyFilter_NETWORK_FILTER, networking.EnvoyFilter_HTTP_FILTER:
		if match.GetListener() != nil {
			return checkFilterMatch(p.ApplyTo, match.GetListener().GetFilterChain().GetFilter())
		}
		wanted = "listener"
	case networking.EnvoyFilter_ROUTE_CONFIGURATION, networking.EnvoyFilter_VIRTUAL_HOST, networking.EnvoyFilter_HTTP_ROUTE:
		if match.GetRouteConfiguration() == nil {
			wanted = "routeConfiguration"
		}
	case networking.EnvoyFilter_CLUSTER:
		if match.GetCluster() == nil {
			wanted = "cluster"
		}
	}
	if wanted == "" {
		return nil
	}
	return fmt.Errorf("applyTo %s can only match a %s", p.ApplyTo, wanted)
}

// connectionManagers are the names of the filter that holds HTTP filters.
var connectionManagers = map[string]bool{"envoy.filters.network.http_connection_manager": true, "envoy.http_connection_manager": true}

func checkFilterMatch(to networking.EnvoyFilter_ApplyTo, filter *networking.EnvoyFilter_ListenerMatch_FilterMatch) error {
	if filter == nil {
		return nil
	}
	var v validation.Validation
	if to == networking.EnvoyFilter_LISTENER || to == networking.EnvoyFilter_FILTER_CHAIN {
		v = validation.AppendWarningf(v, "the match of a filter has no effect with applyTo %s", to)
	}
	switch sub := filter.SubFilter; {
	case filter.Name == "":
		return validation.AppendValidation(v, errors.New("the match of a filter has no name"))
	case sub == nil:
	case to != networking.EnvoyFilter_HTTP_FILTER:
		return validation.AppendValidation(v, fmt.Errorf("a subFilter can only be matched with applyTo HTTP_FILTER, not %s", to))
	case !connectionManagers[filter.Name]:
		return validation.AppendValidation(v, fmt.Errorf("the filter around a subFilter must be envoy.filters.network.http_connection_manager, not %q", filter.Name))
	case sub.Name == "":
		return validation.AppendValidation(v, errors.New("the match of a subFilter has no name"))
	}
	return v
}
