package lint

import (
	"fmt"

	"github.com/helmx-dev/helmx/diag"
)

func init() {
	register(Rule{
		ID: "HX305", Title: "Compatibility version kept",
		Severity: diag.Info,
		Tags:     []string{"deprecation", "values", "upgrade"},
		Sources: []Source{
			{"Istio, compatibility versions", "https://istio.io/latest/docs/setup/additional-setup/compatibility-versions/"},
		},
		Why: "compatibilityVersion keeps the behaviour of an older Istio after an upgrade, by settings that each go with a later " +
			"version. It is meant for the time of the upgrade.",
		Remedy: "Find out which of the changes the mesh cannot take, mend that, and remove the value.",
		Bad: `# values of builtin:istio/istiod
compatibilityVersion: "1.30"
`,
		Good: `# values of builtin:istio/istiod
autoscaleMin: 2
`,
		Whole: checkCompatibility,
	})
}

func checkCompatibility(p *Pass) {
	for _, of := range p.Mesh.istioParts() {
		if s, set := of.last("compatibilityVersion"); set && s.Text() != "" {
			p.ReportSetting(of, s, fmt.Sprintf("chart %s behaves as Istio %s did, for as long as it can", of.Name, s.Text()), "mend what needs the old behaviour, and remove the value")
		}
	}
}
