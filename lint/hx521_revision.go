package lint

import (
	"fmt"
	"strings"

	"github.com/helmx-dev/helmx/diag"
)

func init() {
	register(Rule{
		ID: "HX521", Title: "Revision that is no label",
		Severity: diag.Error,
		Tags:     []string{"install", "values", "upgrade"},
		Sources: []Source{
			{"Canary upgrades", "https://istio.io/latest/docs/setup/upgrade/canary/"},
		},
		Why: "A revision becomes part of the names of Services and webhooks, where a dot is not allowed: 1-31-1, and not 1.31.1. " +
			"Without a revision there is no canary upgrade; that is a choice, and no finding.",
		Remedy: "Write dashes for the dots.",
		Bad: `# values of builtin:istio/istiod
revision: 1.31.1
`,
		Good: `# values of builtin:istio/istiod
revision: 1-31-1
`,
		Whole: checkRevisionName,
	})
}

func checkRevisionName(p *Pass) {
	for _, of := range p.Mesh.istioParts() {
		if s, set := of.last("revision"); set && strings.Contains(s.Text(), ".") {
			p.ReportSetting(of, s, fmt.Sprintf("revision %s holds a dot, which names of objects cannot", s.Text()), "write "+strings.ReplaceAll(s.Text(), ".", "-"))
		}
	}
}
