package lint

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
)

func init() {
	register(Rule{
		ID: "HX422", Title: "Injectors that overlap, or that no istiod answers",
		Severity: diag.Error,
		Tags:     []string{"correctness", "injection", "upgrade"},
		Also:     []string{"IST0139"},
		Sources: []Source{
			{"Istio, InvalidWebhook", "https://istio.io/latest/docs/reference/config/analysis/ist0139/"},
		},
		Why: "Two webhooks whose selectors both take a namespace or pod inject it twice. One that calls a Service that is not there " +
			"refuses every pod that it takes, since its failurePolicy is Fail; in release scope the Service may be part of another " +
			"release.",
		Remedy: "Give each revision selectors of its own: one control plane for istio-injection, the others for istio.io/rev.",
		Bad: `apiVersion: admissionregistration.k8s.io/v1
kind: MutatingWebhookConfiguration
metadata:
  name: istio-sidecar-injector
  labels: {istio.io/rev: default}
webhooks:
- name: namespace.sidecar-injector.istio.io
  clientConfig:
    service: {name: istiod, namespace: istio-system, path: /inject}
  namespaceSelector:
    matchLabels: {istio-injection: enabled}
---
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingWebhookConfiguration
metadata:
  name: istio-sidecar-injector-canary
  labels: {istio.io/rev: canary}
webhooks:
- name: namespace.sidecar-injector.istio.io
  clientConfig:
    service: {name: istiod, namespace: istio-system, path: /inject}
  namespaceSelector:
    matchLabels: {istio-injection: enabled}
---
apiVersion: v1
kind: Service
metadata:
  name: istiod
  namespace: istio-system
`,
		Good: `apiVersion: admissionregistration.k8s.io/v1
kind: MutatingWebhookConfiguration
metadata:
  name: istio-sidecar-injector
  labels: {istio.io/rev: default}
webhooks:
- name: namespace.sidecar-injector.istio.io
  clientConfig:
    service: {name: istiod, namespace: istio-system, path: /inject}
  namespaceSelector:
    matchLabels: {istio-injection: enabled}
---
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingWebhookConfiguration
metadata:
  name: istio-sidecar-injector-canary
  labels: {istio.io/rev: canary}
webhooks:
- name: namespace.sidecar-injector.istio.io
  clientConfig:
    service: {name: istiod, namespace: istio-system, path: /inject}
  namespaceSelector:
    matchExpressions:
    - {key: istio.io/rev, operator: In, values: [canary]}
    - {key: istio-injection, operator: DoesNotExist}
---
apiVersion: v1
kind: Service
metadata:
  name: istiod
  namespace: istio-system
`,
		Whole: checkInjectorHooks,
	})
}

// injectorHook is one webhook of an injector.
type injectorHook struct {
	object *Object
	at     manifest.Found // its name
	hook   manifest.Found
}

func (h injectorHook) name() string { return h.object.ID.Name + "/" + text(h.at.Node) }

func checkInjectorHooks(p *Pass) {
	var hooks []injectorHook
	revisions := map[string]bool{}
	for _, o := range p.Mesh.Of(webhook) {
		if !o.Mentions("istio.io") {
			continue
		}
		for _, hook := range o.Find("webhooks[*]") {
			name := first(o.below(hook, "name"))
			if !strings.HasSuffix(text(name.Node), "istio.io") {
				continue
			}
			hooks = append(hooks, injectorHook{o, name, hook})
			hookRevisions(o, hook, revisions)
		}
	}
	reportOverlaps(p, hooks, labelCases(revisions, injectionLabel), labelCases(revisions, injectLabel))
	for _, h := range hooks {
		checkHookService(p, h)
	}
}

// hookRevisions notes the revisions that the selectors of a webhook name.
func hookRevisions(o *Object, hook manifest.Found, revisions map[string]bool) {
	for _, selector := range []string{"namespaceSelector", "objectSelector"} {
		if rev := text(first(o.below(hook, selector+`.matchLabels["istio.io/rev"]`)).Node); rev != "" {
			revisions[rev] = true
		}
		for _, at := range o.below(hook, selector+".matchExpressions[key=istio.io/rev].values[*]") {
			revisions[text(at.Node)] = true
		}
	}
}

// labelCases are the sets of labels that selectors of injectors tell apart.
func labelCases(revisions map[string]bool, label string) []labelSet {
	values := []string{"enabled", "disabled"}
	if label == injectLabel {
		values = []string{"true", "false"}
	}
	var cases []labelSet
	for _, rev := range append(slices.Sorted(maps.Keys(revisions)), "") {
		for _, value := range append(values, "") {
			set := labelSet{}
			if rev != "" {
				set[revisionLabel] = rev
			}
			if value != "" {
				set[label] = value
			}
			cases = append(cases, set)
		}
	}
	return cases
}

// reportOverlaps reports each webhook once that takes what an earlier one takes.
func reportOverlaps(p *Pass, hooks []injectorHook, namespaces, pods []labelSet) {
	reported := make(map[int]bool)
	for _, namespace := range namespaces {
		var open []int
		for i, h := range hooks {
			if selects(h.object, first(h.object.below(h.hook, "namespaceSelector")), namespace) {
				open = append(open, i)
			}
		}
		for _, pod := range pods {
			holder := -1
			for _, i := range open {
				h := hooks[i]
				if !selects(h.object, first(h.object.below(h.hook, "objectSelector")), pod) {
					continue
				}
				if holder >= 0 && !reported[i] {
					reported[i] = true
					p.Report(h.object, h.at, fmt.Sprintf("webhook takes what %s takes too: pods would be injected twice", hooks[holder].name()), "give each revision selectors of its own")
				}
				if holder < 0 {
					holder = i
				}
			}
		}
	}
}

// selects reports whether a label selector of Kubernetes chooses labels; one that
// is not there chooses all.
func selects(o *Object, selector manifest.Found, labels labelSet) bool {
	if selector.Node == nil {
		return true
	}
	if !o.labels(selector, "matchLabels").matches(labels) {
		return false
	}
	for _, e := range o.below(selector, "matchExpressions[*]") {
		value, has := labels[text(first(o.below(e, "key")).Node)]
		listed := slices.Contains(texts(o.below(e, "values[*]")), value)
		fits := true
		switch text(first(o.below(e, "operator")).Node) {
		case "In":
			fits = has && listed
		case "NotIn":
			fits = !has || !listed
		case "Exists":
			fits = has
		case "DoesNotExist":
			fits = !has
		}
		if !fits {
			return false
		}
	}
	return true
}

func checkHookService(p *Pass, h injectorHook) {
	at := first(h.object.below(h.hook, "clientConfig.service.name"))
	name := objectName{text(first(h.object.below(h.hook, "clientConfig.service.namespace")).Node), text(at.Node)}
	if name.name != "" && p.Mesh.serviceObjects()[name] == nil {
		p.Report(h.object, at, fmt.Sprintf("webhook calls Service %s, which is not here", name), "install istiod of that revision, or remove the webhook").Severity = p.absence()
	}
}
