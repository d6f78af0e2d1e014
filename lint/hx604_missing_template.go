package lint

import (
	"fmt"
	"maps"
	"slices"
	"text/template/parse"

	"github.com/helmx-dev/helmx/diag"
)

func init() {
	register(Rule{
		ID: "HX604", Title: "include of a template that does not exist",
		Severity: diag.Error,
		Tags:     []string{"chart", "template"},
		Sources:  []Source{{"Helm: named templates", "https://helm.sh/docs/chart_template_guide/named_templates/"}},
		Why:      "The name that include or template asks for is defined nowhere in the chart and its subcharts. Rendering fails when the values lead there, which those at hand may not do. In a library chart it may be defined by whoever uses it; there this is an info.",
		Remedy:   "Define the template, or correct the name.",
		Bad: `-- templates/x.yaml --
{{ if .Values.extra }}
a: {{ include "web.lables" . }}
{{ end }}
-- templates/_helpers.tpl --
{{ define "web.labels" }}app: web{{ end }}
-- values.yaml --
extra: false
`,
		Good: `-- templates/x.yaml --
{{ if .Values.extra }}
a: {{ include "web.labels" . }}
{{ end }}
-- templates/_helpers.tpl --
{{ define "web.labels" }}app: web{{ end }}
-- values.yaml --
extra: false
`,
		Chart: missingTemplates,
	})
}

func missingTemplates(p *Pass, t *Templates) {
	names := slices.Sorted(maps.Keys(t.names))
	for _, part := range t.Parts {
		for _, f := range part.Templates {
			for _, c := range f.calls {
				if c.name != "include" && c.name != "template" || len(c.args()) == 0 {
					continue
				}
				name, isString := c.args()[0].(*parse.StringNode)
				if !isString || t.names[name.Text] || c.piped() && len(c.args()) == 0 {
					continue
				}
				hint := "define it in templates/_helpers.tpl"
				if best := diag.DidYouMean(name.Text, names); best != "" {
					hint = best
				}
				d := p.ReportAt(t, f, name.Pos, fmt.Sprintf("no template is called %q", name.Text), hint)
				if t.Parts[0].Library {
					d.Severity = p.graded(diag.Info)
				}
			}
		}
	}
}
