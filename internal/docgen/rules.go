package docgen

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/helmx-dev/helmx/lint"
)

// Istioctl is docs/rules/istioctl-analyze.md: what of istioctl analyze helmx
// decides from files.
func Istioctl() string {
	var rows [][]string
	decided := 0
	for _, a := range lint.Analyses() {
		by := a.Elsewhere
		if len(a.Rules) > 0 {
			decided++
			by = strings.TrimSuffix(linked(a.Rules)+"; "+a.Elsewhere, "; ")
		}
		rows = append(rows, []string{a.Code, a.Level, a.Name, by})
	}
	return fmt.Sprintf("# What istioctl analyze says, from files\n\n"+
		"`istioctl analyze` asks a cluster, and with `--use-kube=false` it leaves out 21 of its 36 analyzers. helmx decides %d of its %d\n"+
		"messages by rules, from rendered charts and manifests. Findings carry the code under `also`, and `galley.istio.io/analyze-suppress`\n"+
		"is honoured.\n\n", decided, len(rows)) + table("code|level|message|decided by", rows)
}

func linked(codes []string) string {
	links := make([]string, len(codes))
	for i, code := range codes {
		links[i] = "[" + code + "](../rules.md#" + strings.ToLower(code) + ")"
	}
	return strings.Join(links, ", ")
}

// NotYet is docs/rules/not-yet.md: what is known and no rule.
func NotYet() string {
	var rows [][]string
	for _, n := range lint.NotYets() {
		rows = append(rows, []string{n.Code, n.Title, n.Reason})
	}
	return "# What is no rule yet\n\n" +
		"Things that are known about mesh installs and that no rule reports, with the reason.\n\n" + table("code|what|why not", rows)
}

// IstioCharts is docs/rules/istio-charts.md: what rules say of Istio's own charts
// as they come.
func IstioCharts() string {
	var rows [][]string
	for _, e := range lint.ExpectedOfIstio() {
		rows = append(rows, []string{linked([]string{e.Code}), cmp.Or(e.Chart, "several"), e.Reason})
	}
	return "# What rules say of Istio's own charts\n\n" +
		"With their default values, and with each of their profiles, Istio's charts and `builtin:mesh` never give an error. These are the\n" +
		"warnings, and why each of them is right; a test renders the charts and compares.\n\n" + table("rule|charts|why it is right", rows)
}
