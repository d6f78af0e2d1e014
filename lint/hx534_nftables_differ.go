package lint

import (
	"fmt"

	"github.com/helmx-dev/helmx/charts"
	"github.com/helmx-dev/helmx/diag"
)

func init() {
	register(Rule{
		ID: "HX534", Title: "Charts that disagree on nftables",
		Severity: diag.Warning,
		Tags:     []string{"install", "values"},
		Sources: []Source{
			{"Istio 1.28, change notes", "https://istio.io/latest/news/releases/1.28.x/announcing-1.28/change-notes/"},
		},
		Why: "nativeNftables makes istio-cni, the sidecars and ztunnel write rules of nftables. Where one chart is told and another " +
			"is not, some pods are redirected by iptables and some by nftables, on one node.",
		Remedy: "Set global.nativeNftables for istiod and cni alike.",
		Bad: `# values of builtin:mesh
istiod:
  global:
    nativeNftables: true
`,
		Good: `# values of builtin:mesh
global:
  nativeNftables: true
`,
		Whole: checkNftables,
	})
}

func checkNftables(p *Pass) {
	set := make(map[string]charts.Assignment)
	byName := make(map[string]*part)
	for _, of := range p.Mesh.istioParts(chartIstiod, chartCNI) {
		byName[of.Name] = of
		if s, ok := of.last("global.nativeNftables"); ok && isTrue(s.Text()) {
			set[of.Name] = s
		}
	}
	if len(byName) < 2 || len(set) != 1 {
		return
	}
	for name, s := range set {
		other := chartIstiod
		if name == chartIstiod {
			other = chartCNI
		}
		p.ReportSetting(byName[name], s, fmt.Sprintf("nativeNftables is set for chart %s, and not for %s", name, other), "set global.nativeNftables for both")
	}
}
