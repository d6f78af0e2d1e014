package lint

import (
	"github.com/helmx-dev/helmx/diag"
)

func init() {
	register(Rule{
		ID: "HX608", Title: "Template that asks the cluster",
		Severity: diag.Info,
		Tags:     []string{"chart", "template", "gitops"},
		Sources:  []Source{{"Helm: using the lookup function", "https://helm.sh/docs/chart_template_guide/functions_and_pipelines/#using-the-lookup-function"}},
		Why:      "lookup finds nothing where there is no cluster: with helm template, helm lint, a dry run, helmx, Argo CD and Flux that render by themselves. The chart renders something else there than what an install gets, and what is checked is not what is applied.",
		Remedy:   "Make the chart right without the answer, or take it as a value.",
		Bad: `-- templates/x.yaml --
{{ $secret := lookup "v1" "Secret" .Release.Namespace "token" }}
`,
		Good: `-- values.yaml --
secret: token
-- templates/x.yaml --
secret: {{ .Values.secret }}
`,
		Chart: lookups,
	})
}

func lookups(p *Pass, t *Templates) {
	for _, part := range t.Parts {
		for _, f := range part.Templates {
			for _, c := range f.calls {
				if c.name == "lookup" {
					d := p.ReportAt(t, f, c.cmd.Pos, "lookup finds nothing where the chart is rendered without a cluster", "take what it looks for as a value")
					d.Excerpt.Width = len(c.name)
				}
			}
		}
	}
}
