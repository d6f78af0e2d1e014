package lint

import (
	"github.com/helmx-dev/helmx/diag"
)

func init() {
	register(Rule{
		ID: "HX214", Title: "Unsafe switch of istiod",
		Severity: diag.Error,
		Tags:     []string{"security", "istiod"},
		Sources: []Source{
			{"pilot-discovery reference: environment variables", "https://istio.io/latest/docs/reference/commands/pilot-discovery/"},
		},
		Why: "The administration endpoints answer without authentication to whoever reaches istiod, and runtime assertions end " +
			"the process where it would have gone on. Both are made for developing Istio.",
		Remedy: "Remove the variable.",
		Bad:    istiodWith("UNSAFE_ENABLE_ADMIN_ENDPOINTS", "true"),
		Good:   istiodWith("PILOT_TRACE_SAMPLING", "1"),
		Kinds:  []string{"Deployment.apps"},
		Object: func(p *Pass, o *Object) {
			for _, name := range []string{"UNSAFE_ENABLE_ADMIN_ENDPOINTS", "UNSAFE_PILOT_ENABLE_RUNTIME_ASSERTIONS"} {
				if value, at := o.IstiodEnv(name); isTrue(value) {
					p.Report(o, at, name+" is for developing Istio, not for running it", "remove the variable")
				}
			}
		},
	})
}
