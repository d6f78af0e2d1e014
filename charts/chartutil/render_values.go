package chartutil

import "helm.sh/helm/v3/pkg/chart"

// ReleaseOptions is what a template reads as .Release.
type ReleaseOptions struct {
	Name      string
	Namespace string
	Revision  int
	IsUpgrade bool
	IsInstall bool
}

// ToRenderValues returns the context that the templates of ch start from:
// Chart, Capabilities, Release and Values. The dependencies of ch have been
// processed. The result shares the metadata of ch and caps, but no values.
func ToRenderValues(ch *chart.Chart, vals map[string]any, release ReleaseOptions, caps *Capabilities, warn WarnFunc) (Values, error) {
	if caps == nil {
		caps = DefaultCapabilities()
	}
	coalesced, err := CoalesceValues(ch, vals, warn)
	if err != nil {
		return nil, err
	}
	return Values{
		"Chart":        ch.Metadata,
		"Capabilities": caps,
		"Release": map[string]any{
			"Name":      release.Name,
			"Namespace": release.Namespace,
			"IsUpgrade": release.IsUpgrade,
			"IsInstall": release.IsInstall,
			"Revision":  release.Revision,
			"Service":   "Helm",
		},
		"Values": coalesced,
	}, nil
}
