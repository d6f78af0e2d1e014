package lint

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/helmx-dev/helmx/diag"
)

func init() {
	register(Rule{
		ID: "HX304", Title: "Environment variable that Istio reads no more", Starred: true,
		Severity: diag.Warning,
		Tags:     []string{"deprecation", "install", "istiod"},
		Sources: []Source{
			{"Istio, source: registrations of environment variables (pkg/env)", "https://github.com/istio/istio/tree/master/pilot/pkg/features"},
		},
		Why: "Istio passes over variables that it does not know. What this one switched has become the only way, or is gone; " +
			"whoever relies on it does not get it.",
		Remedy: "Remove the variable, or write the one that the hint names. Check first that the mesh does without the old " +
			"behaviour.",
		Bad:    istiodWith("PILOT_ENABLE_STATUS", "true"),
		Good:   istiodWith("PILOT_TRACE_SAMPLING", "1"),
		Kinds:  podKinds,
		Object: checkRemovedEnv,
	})
}

//go:embed removed_env.tsv
var removedEnvFile string

// removedEnv is the table by name.
var removedEnv = sync.OnceValue(func() map[string]retired {
	byName := make(map[string]retired)
	for line := range strings.Lines(removedEnvFile) {
		if fields := strings.Split(strings.TrimSuffix(line, "\n"), "\t"); len(fields) == 3 {
			byName[fields[0]] = retired{gone: fields[1], instead: fields[2]}
		}
	}
	return byName
})

// checkRemovedEnv looks at containers that run an image of Istio.
func checkRemovedEnv(p *Pass, o *Object) {
	if !slices.ContainsFunc(istioImages, o.Mentions) {
		return
	}
	for _, container := range o.Containers() {
		image := parseImage(text(first(o.below(container, "image")).Node))
		if !slices.Contains(istioImages, image.name) {
			continue
		}
		for _, at := range o.below(container, "env[*].name") {
			r, known := removedEnv()[text(at.Node)]
			if !known || p.Mesh.Before(r.gone) {
				continue
			}
			hint := "remove the variable"
			if r.instead != "" {
				hint = "write " + r.instead
			}
			p.Report(o, at, fmt.Sprintf("Istio %s and later read no %s", r.gone, text(at.Node)), hint)
		}
	}
}
