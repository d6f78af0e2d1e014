package lint

import (
	"fmt"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/funcs"
)

func init() {
	register(Rule{
		ID: "HX610", Title: "Function of helmx in a chart that plain Helm may render",
		Severity: diag.Warning,
		Tags:     []string{"chart", "template", "portability"},
		Sources:  []Source{{"helmx: functions", "https://github.com/helmx-dev/helmx/blob/main/docs/functions.md"}},
		Why:      "Helm does not have the function, so helm install, Argo CD and whoever else renders the chart without helmx fails at this line: the function is not defined. Of call, only calling a template by its name is meant: function values can be called with Helm too.",
		Remedy:   "Use functions of Helm and sprig alone. Or say in Chart.yaml that the chart needs helmx, annotations: {helmx.dev/required: \"true\"}, and the rule is quiet.",
		Bad: `-- templates/x.yaml --
dns: {{ .Values.serviceCIDR | cidrHost 10 }}
`,
		Good: `-- Chart.yaml --
apiVersion: v2
name: web
version: 1.0.0
annotations:
  helmx.dev/required: "true"
-- templates/x.yaml --
dns: {{ .Values.serviceCIDR | cidrHost 10 }}
`,
		Chart: helmxFunctions,
	})
}

func helmxFunctions(p *Pass, t *Templates) {
	if len(t.Parts) > 0 && t.Parts[0].NeedsHelmx {
		return // of a chart that needs helmx, the subcharts are rendered by helmx too
	}
	for _, part := range t.Parts {
		if part.NeedsHelmx {
			continue
		}
		for _, f := range part.Templates {
			for _, c := range f.calls {
				if _, ours := funcs.Lookup(c.name); !ours || c.name == "call" && !namesTemplate(c) {
					continue
				}
				d := p.ReportAt(t, f, c.cmd.Pos, fmt.Sprintf("%s is a function of helmx: plain Helm will not render it", c.name),
					`use functions of Helm, or say in Chart.yaml that the chart needs helmx: annotations: {helmx.dev/required: "true"}`)
				d.Excerpt.Width = len(c.name)
			}
		}
	}
}

// namesTemplate tells the call of a named template, which only helmx knows, from
// that of a function value.
func namesTemplate(c call) bool {
	args := c.args()
	return len(args) > 0 && args[0].String() != "" && args[0].String()[0] == '"'
}
