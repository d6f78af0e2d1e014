package docgen

import (
	"cmp"
	"fmt"

	"github.com/helmx-dev/helmx/lint"
)

const featuresIntro = `# Features

What ` + "`helmx features`" + ` looks for. Maturity is that of Istio's list of feature stages. The recommendation is adopt, caution, avoid or
never, in the words of "Opinionated Istio Feature Recommendations"; [rules.md](rules.md) says whose it is and why. Since is the
version of Istio that brought the feature, at whatever maturity. A dash: not on record here.

`

// Features is docs/features.md, from lint's features.json.
func Features() string {
	var rows [][]string
	for _, f := range lint.Features() {
		since := "-"
		if f.Since.Version != "" {
			since = fmt.Sprintf("[%s](%s)", f.Since.Version, f.Since.Source.URL)
		}
		rows = append(rows, []string{
			f.Name, cmp.Or(f.Maturity, "-"), cmp.Or(string(f.Level), "-"), since, fmt.Sprintf("[%s](%s)", cmp.Or(f.Stage, f.Source.Title), f.Source.URL), f.Verified,
		})
	}
	return featuresIntro + table("feature|maturity|recommendation|since|source|verified", rows)
}
