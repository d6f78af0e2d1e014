package lint

import (
	"fmt"
	"slices"

	"github.com/helmx-dev/helmx/diag"
)

func init() {
	register(Rule{
		ID: "HX607", Title: "Template that renders differently each time",
		Severity: diag.Warning,
		Tags:     []string{"chart", "template", "gitops"},
		Sources:  []Source{{"Helm: chart development tips", "https://helm.sh/docs/howto/charts_tips_and_tricks/"}},
		Why:      "The function gives another result on each call. Every upgrade then changes the object, restarts what depends on it and replaces passwords and certificates that are in use; tools that compare what is rendered, such as Argo CD, see a difference for ever.",
		Remedy:   "Take the value from the values, or let something in the cluster make it: an operator, cert-manager, a Job.",
		Bad: `-- templates/x.yaml --
stringData:
  password: {{ randAlphaNum 20 }}
`,
		Good: `-- values.yaml --
password: ""
-- templates/x.yaml --
stringData:
  password: {{ required "set password" .Values.password }}
`,
		Chart: randomFunctions,
	})
}

// unsteady are the functions whose result is another one each time.
var unsteady = []string{
	"now", "ago", "randAlphaNum", "randAlpha", "randNumeric", "randAscii", "randBytes", "randInt", "uuidv4", "shuffle",
	"genPrivateKey", "genCA", "genCAWithKey", "genSelfSignedCert", "genSelfSignedCertWithKey", "genSignedCert", "genSignedCertWithKey",
	"htpasswd", "bcrypt", "encryptAES", "getHostByName",
}

func randomFunctions(p *Pass, t *Templates) {
	for _, part := range t.Parts {
		for _, f := range part.Templates {
			for _, c := range f.calls {
				if slices.Contains(unsteady, c.name) {
					d := p.ReportAt(t, f, c.cmd.Pos, fmt.Sprintf("%s gives another result each time the chart is rendered", c.name), "take the value from the values, or make it in the cluster")
					d.Excerpt.Width = len(c.name)
				}
			}
		}
	}
}
