package lint

func init() {
	register(Rule{
		ID: "HX133", Title: "Policy on trial",
		Feature: "dry run of policies",
		Tags:    []string{"feature", "authorization", "ambient"},
		Sources: []Source{
			{"Authorization dry run", "https://istio.io/latest/docs/tasks/security/authorization/authz-dry-run/"},
		},
		Why: "A policy with istio.io/dry-run: true lets everything pass and only says what it would have done; left behind, it " +
			"looks like protection. The feature is Alpha, and ztunnel has no trial: it passes over the policy, or enforces it, " +
			"depending on its version.",
		Remedy: "Remove the annotation once the logs show what you expect, or the policy.",
		Bad: `apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata:
  name: shop
  namespace: shop
  annotations:
    istio.io/dry-run: "true"
spec:
  action: DENY
  rules:
  - {}
`,
		Good: `apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata:
  name: shop
  namespace: shop
spec:
  action: DENY
  rules:
  - {}
`,
		Kinds: []string{authorizationPolicy},
		Object: func(p *Pass, o *Object) {
			if at := o.First(`metadata.annotations["istio.io/dry-run"]`); isTrueAt(at) {
				p.Report(o, at, "the policy is on trial, and enforces nothing in sidecars", "remove the annotation, or the policy")
			}
		},
	})
}
