package schema

import (
	"testing"

	"github.com/helmx-dev/helmx/diag"
)

// TestAcceptedAsStored: what the server's code decides, where schema and code, or
// the two ways of applying, do not agree. want is the worst severity; "" is none.
func TestAcceptedAsStored(t *testing.T) {
	const binding = "apiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingAdmissionPolicyBinding\nmetadata: {name: a}\nspec: {policyName: a, validationActions: [Deny], paramRef: {name: b, parameterNotFoundAction: Deny}}\n"
	const balancer = "apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec: {type: LoadBalancer, externalTrafficPolicy: Local, selector: {a: b}, ports: [{port: 80}]}\n"
	config := func(meta string) string {
		return "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, " + meta + "}\n"
	}
	cronJob := func(limit string) string {
		return "apiVersion: batch/v1\nkind: CronJob\nmetadata: {name: a}\nspec: {schedule: '* * * * *', failedJobsHistoryLimit: " + limit +
			", jobTemplate: {spec: {template: {spec: {restartPolicy: Never, containers: [{name: a, image: b}]}}}}}\n"
	}
	controller := func(label string) string {
		return "apiVersion: v1\nkind: ReplicationController\nmetadata: {name: a}\nspec: {selector: {app: " + label + "}, template: {metadata: {labels: {app: a}}, spec: {containers: [{name: a, image: b}]}}}\n"
	}
	const definition = "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: as.example.org}\nspec: {group: example.org, scope: Cluster, names: {kind: A, plural: as}, versions: [{name: v1, served: true, storage: true, selectableFields: [{jsonPath: .spec.a}]}]}\n"
	for _, tc := range []struct{ name, apply, text, want string }{
		{"parameters of a policy", ApplyStrictest, binding, ""},
		{"the server picks the health check's port", ApplyStrictest, balancer, ""},
		{"a UID, created", ApplyClient, config("uid: x"), ""},
		{"a UID, applied", ApplyServer, config("uid: x"), "error"},
		{"a version that is none, created", ApplyClient, config("resourceVersion: x"), ""},
		{"a version, created", ApplyClient, config("resourceVersion: '7'"), "error"},
		{"a version that is none, applied", ApplyServer, config("resourceVersion: x"), "error"},
		{"a large number, created", ApplyClient, cronJob("-1099511627776"), "error"},
		{"a large number, applied as 0", ApplyServer, cronJob("-1099511627776"), "warning"},
		{"a large number, applied as a negative one", ApplyServer, cronJob("2147483648"), "error"},
		{"a schema that demands more than the code", ApplyStrictest, "apiVersion: storage.k8s.io/v1\nkind: CSIDriver\nmetadata: {name: a}\nspec: {tokenRequests: [{expirationSeconds: 600}]}\n", "warning"},
		{"a label that is null is empty", ApplyStrictest, controller("null"), "error"},
		{"a label", ApplyStrictest, controller("a"), ""},
		{"a definition that makes the code panic", ApplyStrictest, definition, "error"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			found := validate(t, tc.text, Options{Apply: tc.apply})
			worst, got := diag.Info, ""
			for _, d := range found {
				if worst = max(worst, d.Severity); worst > diag.Info {
					got = worst.String()
				}
			}
			if got != tc.want {
				t.Errorf("%q, expected %q: %v", got, tc.want, found)
			}
		})
	}
}
