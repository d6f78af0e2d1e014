package istiooperator

import (
	"fmt"
	"slices"

	"github.com/helmx-dev/helmx/charts"
	"github.com/helmx-dev/helmx/diag"
)

// leaveOut drops the patches that repeat what the charts render: many an
// IstioOperator writes the defaults out.
func (t *translation) leaveOut(idle func(Release, []byte, []byte) ([]string, error)) error {
	if idle == nil || len(t.patches) == 0 || t.findings.HasErrors() {
		return nil
	}
	config, err := t.config()
	if err != nil {
		return err
	}
	var names []string
	for i, r := range t.releases {
		if !slices.ContainsFunc(t.patches, func(p patchEntry) bool { return p.chart == r.Chart }) {
			continue
		}
		values, err := t.valuesFile(r, t.values[i])
		if err != nil {
			return err
		}
		found, err := idle(r, values, config)
		if err != nil {
			return err
		}
		names = append(names, found...)
	}
	t.patches = slices.DeleteFunc(t.patches, func(p patchEntry) bool {
		drop := slices.Contains(names, p.name)
		if drop {
			t.findAt(t.key(p.path), diag.Info, codeIdle, p.path, fmt.Sprintf("the chart %s has this already (%s): no patch is written", p.chart, charts.IstioVersion), "")
		}
		return drop
	})
	return nil
}
