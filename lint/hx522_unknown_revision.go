package lint

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
)

func init() {
	register(Rule{
		ID: "HX522", Title: "Revision that no injector serves",
		Severity: diag.Error,
		Tags:     []string{"install", "injection", "upgrade"},
		Sources: []Source{
			{"Canary upgrades: revisions and tags", "https://istio.io/latest/docs/setup/upgrade/canary/"},
		},
		Why: "A label istio.io/rev asks the injector of that revision or tag for a sidecar. Where there is none, pods start " +
			"without one, outside of the mesh, and nothing says so. Looked at only where an injector is among the files; the " +
			"other may be part of another release, so that it is an error in the scope of the whole mesh alone.",
		Remedy: "Write a revision or tag that is installed, or install the tag.",
		Bad:    injectorWebhook("canary", "prod") + "---\n" + revisionNamespace("stable"),
		Good:   injectorWebhook("canary", "prod") + "---\n" + revisionNamespace("prod"),
		Whole:  checkRevisions,
	})
}

// injectorWebhook is an example for rules.
func injectorWebhook(revision, tag string) string {
	return `apiVersion: admissionregistration.k8s.io/v1
kind: MutatingWebhookConfiguration
metadata:
  name: istio-revision-tag-` + tag + `
  labels:
    istio.io/rev: ` + revision + `
    istio.io/tag: ` + tag + `
webhooks: []
`
}

func revisionNamespace(revision string) string {
	return `apiVersion: v1
kind: Namespace
metadata:
  name: shop
  labels:
    istio.io/rev: ` + revision + `
`
}

func checkRevisions(p *Pass) {
	known := make(map[string]bool)
	for _, o := range p.Mesh.Of(webhook) {
		if strings.HasPrefix(o.ID.Name, "istio-") {
			known[o.Text(`metadata.labels["istio.io/rev"]`)] = true
			known[o.Text(`metadata.labels["istio.io/tag"]`)] = true
		}
	}
	delete(known, "")
	if len(known) == 0 {
		return
	}
	for _, o := range p.Mesh.Of("Namespace") {
		if o.Mentions("istio.io/rev") && isInjected(o) && o.Text(`metadata.labels["istio-injection"]`) == "" {
			reportRevision(p, o, o.First(`metadata.labels["istio.io/rev"]`), known)
		}
	}
	for _, o := range p.Mesh.Of(podKinds...) {
		if !o.Mentions("istio.io/rev") {
			continue
		}
		pod := o.Pod()
		if text(first(o.below(pod, `metadata.labels["sidecar.istio.io/inject"]`)).Node) == "true" {
			reportRevision(p, o, first(o.below(pod, `metadata.labels["istio.io/rev"]`)), known)
		}
	}
}

func reportRevision(p *Pass, o *Object, at manifest.Found, known map[string]bool) {
	revision := text(at.Node)
	if revision == "" || known[revision] {
		return
	}
	names := slices.Sorted(maps.Keys(known))
	d := p.Report(o, at, fmt.Sprintf("no injector here serves %q: those here serve %s", revision, strings.Join(names, ", ")), cmp.Or(diag.DidYouMean(revision, names), "write a revision or tag that is installed"))
	d.Severity = p.absence()
}
