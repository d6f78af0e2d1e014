package lint

import (
	"strings"
)

func init() {
	register(Rule{
		ID: "HX105", Title: "Control plane outside of the cluster",
		Feature: "external control plane",
		Tags:    []string{"feature", "istiod", "multicluster"},
		Sources: []Source{
			{"Install with an external control plane", "https://istio.io/latest/docs/setup/install/external-controlplane/"},
		},
		Why: "The cluster's proxies and its API server need an istiod elsewhere: its address must resolve and be reached from the " +
			"API server too, its certificate must be trusted, and while the way there is cut no pod is injected and no " +
			"configuration changes.",
		Remedy: "Keep it if a platform team runs the control plane for others; check the webhooks' addresses and authorities, and " +
			"watch the way there. One istiod in each cluster is simpler.",
		Bad:    istiodWith("EXTERNAL_ISTIOD", "true"),
		Good:   istiodWith("EXTERNAL_ISTIOD", "false"),
		Kinds:  []string{"Deployment.apps", webhook},
		Object: checkExternalPlane,
	})
}

const webhook = "MutatingWebhookConfiguration.admissionregistration.k8s.io"

const externalHint = "check that the API server and every proxy reach it, and trust its certificate"

// checkExternalPlane looks at istiod that serves other clusters, and at a
// cluster whose injector is elsewhere.
func checkExternalPlane(p *Pass, o *Object) {
	if o.ID.Kind == "Deployment" {
		if value, at := o.IstiodEnv("EXTERNAL_ISTIOD"); isTrue(value) {
			p.Report(o, at, "istiod is the control plane of other clusters", externalHint)
		}
		return
	}
	if !strings.HasPrefix(o.ID.Name, "istio-") {
		return
	}
	if at := o.First("webhooks[*].clientConfig.url"); at.Node != nil {
		p.Report(o, at, "the injector, and so the control plane, is outside of the cluster", externalHint)
	}
}
