package lint

import (
	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/manifest"
)

func init() {
	register(Rule{
		ID: "HX418", Title: "Application that runs as the user of the proxy",
		Severity: diag.Warning,
		Tags:     []string{"correctness", "injection"},
		Also:     []string{"IST0144"},
		Sources: []Source{
			{"Application requirements", "https://istio.io/latest/docs/ops/deployment/application-requirements/"},
			{"Istio, InvalidApplicationUID", "https://istio.io/latest/docs/reference/config/analysis/ist0144/"},
		},
		Why: "User 1337 is the proxy's: what it sends is not redirected, or it would run in a circle. An application under that user therefore " +
			"goes past the proxy, without mutual TLS, policies and metrics.",
		Remedy: "Run the application as another user.",
		Bad:    podAs("1337"),
		Good:   podAs("1000"),
		Kinds:  podKinds,
		Object: func(p *Pass, o *Object) {
			if !o.Mentions(proxyUser) || o.Labels()["istio"] != "" || isProxyPod(o) {
				return
			}
			places := o.below(o.Pod(), "spec.securityContext.runAsUser")
			for _, container := range o.below(o.Pod(), "spec.containers[*]") {
				if text(first(o.below(container, "name")).Node) != proxyContainer {
					places = append(places, o.below(container, "securityContext.runAsUser")...)
				}
			}
			for _, at := range places {
				reportUser(p, o, at)
			}
		},
	})
}

// proxyUser is the user that the proxy runs as, and group.
const proxyUser = "1337"

func reportUser(p *Pass, o *Object, at manifest.Found) {
	if text(at.Node) == proxyUser {
		p.Report(o, at, "runs as user 1337, which is the proxy's, so that its traffic goes past the proxy", "run it as another user")
	}
}

// isProxyPod reports whether the object's pods are gateways, or hold a proxy
// alone: there the user is the right one.
func isProxyPod(o *Object) bool {
	containers := o.below(o.Pod(), "spec.containers[*]")
	return gatewayPod(o).Node != nil || len(containers) == 1 && text(first(o.below(containers[0], "name")).Node) == proxyContainer
}

// podAs is an example for rules.
func podAs(user string) string {
	return `apiVersion: apps/v1
kind: Deployment
metadata:
  name: shop
  namespace: shop
spec:
  selector:
    matchLabels: {app: shop}
  template:
    metadata:
      labels: {app: shop}
    spec:
      containers:
      - name: shop
        image: shop:1.2.0
        securityContext: {runAsUser: ` + user + `}
`
}
