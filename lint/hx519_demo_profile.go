package lint

import (
	"fmt"

	"github.com/helmx-dev/helmx/diag"
)

func init() {
	register(Rule{
		ID: "HX519", Title: "Profile that is not meant for production",
		Severity: diag.Warning,
		Tags:     []string{"install", "values"},
		Sources: []Source{
			{"Istio, installation profiles", "https://istio.io/latest/docs/setup/additional-setup/config-profiles/"},
		},
		Why: "demo asks for next to no memory and traces every request; preview switches on what Istio calls experimental. Both are " +
			"for trying things out.",
		Remedy: "Leave profile out, or take ambient, and set what is needed of it.",
		Bad: `# values of builtin:istio/istiod
profile: demo
`,
		Good: `# values of builtin:istio/istiod
profile: ambient
`,
		Whole: checkDemoProfile,
	})
}

func checkDemoProfile(p *Pass) {
	for _, of := range p.Mesh.istioParts() {
		for _, path := range []string{"profile", "global.profile"} {
			if s, set := of.last(path); set && (s.Text() == "demo" || s.Text() == "preview") {
				p.ReportSetting(of, s, fmt.Sprintf("profile %s is for trying things out, and not for production", s.Text()), "leave it out, or take ambient")
			}
		}
	}
}
