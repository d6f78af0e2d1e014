package pipeline

import (
	"context"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
	"github.com/helmx-dev/helmx/schema"
)

// validate holds documents against each Kubernetes version that was asked for.
// What several versions say is one finding that names them all.
func validate(ctx context.Context, docs []*manifest.Document, o Options) (diag.List, error) {
	if len(o.KubeVersions) < 2 {
		_, findings, err := schema.Validate(ctx, docs, o.Schema)
		return findings, err
	}
	var all diag.List
	at := map[string]int{} // finding -> its index in all
	for _, version := range o.KubeVersions {
		o.Schema.KubeVersion = version
		_, findings, err := schema.Validate(ctx, docs, o.Schema)
		if err != nil {
			return all, err
		}
		for _, f := range findings {
			key := f.Span.String() + "\x00" + f.Fingerprint()
			i, seen := at[key]
			if !seen {
				i = len(all)
				at[key] = i
				all = append(all, f)
			}
			all[i].KubeVersions = append(all[i].KubeVersions, version)
		}
	}
	return all, nil
}
