package strategicmerge

import (
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"sigs.k8s.io/yaml"

	"github.com/helmx-dev/helmx/e2e/cluster"
)

// What a patch endpoint takes, and the key of helmx for it.
const (
	strategic = "application/strategic-merge-patch+json"
	merge     = "application/merge-patch+json"
	jsonPatch = "application/json-patch+json"
)

var helmxKeys = map[string]string{strategic: "merge", merge: "mergePatch", jsonPatch: "jsonPatch"}

// The objects that the server's patches are for. NAME is another one each time.
var serverObjects = map[string]string{
	"deployment": `
apiVersion: apps/v1
kind: Deployment
metadata: {name: NAME, namespace: default, labels: {app: web}, annotations: {a: "1", b: "2"}, finalizers: [example.org/a, example.org/b]}
spec:
  replicas: 1
  selector: {matchLabels: {app: web}}
  strategy: {type: RollingUpdate, rollingUpdate: {maxSurge: 1, maxUnavailable: 0}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - {name: web, image: "nginx:1", args: [a, b], env: [{name: A, value: "1"}, {name: B, value: "2"}], ports: [{containerPort: 80}, {containerPort: 443}]}
      - {name: side, image: "envoy:1", volumeMounts: [{name: data, mountPath: /data}]}
      volumes: [{name: data, emptyDir: {}}, {name: more, emptyDir: {medium: Memory}}]
      tolerations: [{key: k, operator: Exists}]
`,
	"service": `
apiVersion: v1
kind: Service
metadata: {name: NAME, namespace: default}
spec:
  clusterIP: None
  selector: {app: web}
  ports: [{name: http, port: 80}, {name: https, port: 443, targetPort: 8443}]
`,
	"configmap": `
apiVersion: v1
kind: ConfigMap
metadata: {name: NAME, namespace: default, annotations: {a/b: slash}, finalizers: [example.org/a, example.org/b, example.org/c]}
data: {key: value, other: text}
`,
	"webhook": `
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: {name: NAME}
webhooks:
- {name: a.example.org, clientConfig: {url: "https://a.example.org"}, sideEffects: None, admissionReviewVersions: [v1]}
- {name: b.example.org, clientConfig: {url: "https://b.example.org"}, sideEffects: None, admissionReviewVersions: [v1]}
`,
	"budget": `
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: NAME, namespace: default}
spec: {minAvailable: 1, selector: {matchLabels: {app: web, tier: front}}}
`,
	"cronjob": `
apiVersion: batch/v1
kind: CronJob
metadata: {name: NAME, namespace: default}
spec:
  schedule: "0 0 * * *"
  jobTemplate: {spec: {template: {spec: {restartPolicy: Never, containers: [{name: main, image: "busybox:1", env: [{name: A, value: "1"}]}]}}}}
`,
	"role": `
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: NAME, namespace: default}
rules: [{apiGroups: [""], resources: [pods], verbs: [get, list]}]
`,
}

// serverCases are patches that the server and helmx must agree on.
var serverCases = []struct{ name, object, mediaType, patch string }{
	{"scalar", "deployment", strategic, `{"spec": {"replicas": 3, "paused": true}}`},
	{"container", "deployment", strategic, `{"spec": {"template": {"spec": {"containers": [{"name": "side", "image": "envoy:2"}]}}}}`},
	{"new container in front", "deployment", strategic, `{"spec": {"template": {"spec": {"containers": [{"name": "new", "image": "new:1"}]}}}}`},
	{"new container between", "deployment", strategic, `{"spec": {"template": {"spec": {"containers": [{"name": "web"}, {"name": "new", "image": "new:1"}, {"name": "side"}]}}}}`},
	{"container deleted", "deployment", strategic, `{"spec": {"template": {"spec": {"containers": [{"name": "side", "$patch": "delete"}]}}}}`},
	{"containers replaced", "deployment", strategic, `{"spec": {"template": {"spec": {"containers": [{"$patch": "replace"}, {"name": "only", "image": "only:1"}]}}}}`},
	{"containers in another order", "deployment", strategic, `{"spec": {"template": {"spec": {"$setElementOrder/containers": [{"name": "side"}, {"name": "web"}]}}}}`},
	{"order with a change", "deployment", strategic, `{"spec": {"template": {"spec": {"$setElementOrder/containers": [{"name": "side"}, {"name": "web"}], "containers": [{"name": "web", "image": "nginx:2"}]}}}}`},
	{"environment", "deployment", strategic, `{"spec": {"template": {"spec": {"containers": [{"name": "web", "env": [{"name": "C", "value": "3"}, {"name": "A", "$patch": "delete"}, {"name": "B", "value": "changed"}]}]}}}}`},
	{"arguments are replaced", "deployment", strategic, `{"spec": {"template": {"spec": {"containers": [{"name": "web", "args": ["c"]}]}}}}`},
	{"tolerations are replaced", "deployment", strategic, `{"spec": {"template": {"spec": {"tolerations": [{"key": "l", "operator": "Exists"}]}}}}`},
	{"ports", "deployment", strategic, `{"spec": {"template": {"spec": {"containers": [{"name": "web", "ports": [{"containerPort": 443, "name": "https"}, {"containerPort": 9090}]}]}}}}`},
	{"keys retained in the strategy", "deployment", strategic, `{"spec": {"strategy": {"$retainKeys": ["type"], "type": "Recreate"}}}`},
	{"keys retained in a volume", "deployment", strategic, `{"spec": {"template": {"spec": {"volumes": [{"name": "more", "$retainKeys": ["name", "configMap"], "configMap": {"name": "c"}}]}}}}`},
	{"strategy replaced", "deployment", strategic, `{"spec": {"strategy": {"$patch": "replace", "type": "Recreate"}}}`},
	{"null", "deployment", strategic, `{"metadata": {"annotations": {"a": null}}, "spec": {"revisionHistoryLimit": null, "minReadySeconds": 5}}`},
	{"annotations gone", "deployment", strategic, `{"metadata": {"annotations": null}}`},
	{"finalizers added", "configmap", strategic, `{"metadata": {"finalizers": ["example.org/d", "example.org/a"]}}`},
	{"finalizers deleted", "configmap", strategic, `{"metadata": {"$deleteFromPrimitiveList/finalizers": ["example.org/b"]}}`},
	{"finalizers in order", "configmap", strategic, `{"metadata": {"$setElementOrder/finalizers": ["example.org/c", "example.org/a"], "$deleteFromPrimitiveList/finalizers": ["example.org/b"]}}`},
	{"service ports", "service", strategic, `{"spec": {"ports": [{"port": 443, "targetPort": 9443}, {"port": 8080, "name": "alt"}]}}`},
	{"service port deleted", "service", strategic, `{"spec": {"ports": [{"port": 443, "$patch": "delete"}]}}`},
	{"webhooks", "webhook", strategic, `{"webhooks": [{"name": "b.example.org", "timeoutSeconds": 5}]}`},
	{"selector of a budget is replaced", "budget", strategic, `{"spec": {"selector": {"matchLabels": {"app": "api"}}}}`},
	{"cron job", "cronjob", strategic, `{"spec": {"suspend": true, "jobTemplate": {"spec": {"template": {"spec": {"containers": [{"name": "main", "env": [{"name": "B", "value": "2"}]}]}}}}}}`},
	{"rules are replaced", "role", strategic, `{"rules": [{"apiGroups": ["apps"], "resources": ["deployments"], "verbs": ["get"]}]}`},
	{"merge patch", "deployment", merge, `{"metadata": {"annotations": {"a": null, "c": "3"}}, "spec": {"replicas": 4}}`},
	{"merge patch replaces lists", "deployment", merge, `{"spec": {"template": {"spec": {"containers": [{"name": "only", "image": "only:1"}], "tolerations": null}}}}`},
	{"merge patch of ports", "service", merge, `{"spec": {"ports": [{"port": 81}]}}`},
	{"merge patch of data", "configmap", merge, `{"data": {"key": null, "new": "x"}, "immutable": false}`},
	{"json add", "deployment", jsonPatch, `[{"op": "add", "path": "/metadata/annotations/example.org~1c", "value": "3"}, {"op": "add", "path": "/spec/template/spec/containers/0/args/-", "value": "c"}]`},
	{"json insert", "deployment", jsonPatch, `[{"op": "add", "path": "/spec/template/spec/containers/1", "value": {"name": "new", "image": "new:1"}}]`},
	{"json replace and remove", "deployment", jsonPatch, `[{"op": "replace", "path": "/spec/replicas", "value": 5}, {"op": "remove", "path": "/spec/template/spec/tolerations/0"}]`},
	{"json move, copy and test", "configmap", jsonPatch, `[{"op": "test", "path": "/data/key", "value": "value"}, {"op": "move", "from": "/data/key", "path": "/data/moved"}, {"op": "copy", "from": "/metadata/annotations/a~1b", "path": "/data/copied"}]`},
	{"json ports", "service", jsonPatch, `[{"op": "replace", "path": "/spec/ports/0/port", "value": 81}]`},
}

// refusedCases are patches that neither does.
var refusedCases = []struct{ name, object, mediaType, patch string }{
	{"test fails", "configmap", jsonPatch, `[{"op": "remove", "path": "/data/other"}, {"op": "test", "path": "/data/key", "value": "another"}]`},
	{"path is missing", "configmap", jsonPatch, `[{"op": "remove", "path": "/data/nothing"}]`},
	{"parent is missing", "configmap", jsonPatch, `[{"op": "add", "path": "/metadata/labels/a", "value": "b"}]`},
	{"index is beyond the end", "service", jsonPatch, `[{"op": "add", "path": "/spec/ports/9", "value": {"port": 1}}]`},
	{"item without its key", "deployment", strategic, `{"spec": {"template": {"spec": {"containers": [{"image": "x"}]}}}}`},
	{"order without an item", "deployment", strategic, `{"spec": {"template": {"spec": {"$setElementOrder/containers": [{"name": "side"}], "containers": [{"name": "web", "image": "x"}]}}}}`},
	{"a set key that is not retained", "deployment", strategic, `{"spec": {"strategy": {"$retainKeys": ["type"], "rollingUpdate": {"maxSurge": 2}}}}`},
}

// TestEqualsThePatchOfTheServer patches objects at the server's PATCH endpoint and
// by helmx, and lets the server store the result of helmx beside its own: both
// have the same defaults then.
func TestEqualsThePatchOfTheServer(t *testing.T) {
	c := cluster.Start(t)
	for _, tc := range serverCases {
		t.Run(tc.name, func(t *testing.T) {
			before := create(t, c, serverObjects[tc.object], "a-"+dashed(tc.name))
			want, err := c.Patch(t.Context(), before, tc.mediaType, []byte(tc.patch))
			if err != nil {
				t.Fatalf("the server refuses: %v", err)
			}
			out, refused := byHelmx(t, before, tc.mediaType, tc.patch)
			if refused != "" {
				t.Fatalf("helmx refuses: %s", refused)
			}
			mine, err := cluster.Parse([]byte(out))
			if err != nil {
				t.Fatal(err)
			}
			plain(mine)["name"] = "b-" + dashed(tc.name)
			got, err := c.Create(t.Context(), "default", mine)
			if err != nil {
				t.Fatalf("the server refuses what helmx made: %v\n%s", err, out)
			}
			plain(want)["name"], plain(got)["name"] = "", ""
			if diff := gocmp.Diff(want, got); diff != "" {
				t.Errorf("(-server +helmx):\n%s", diff)
			}
		})
	}
	for _, tc := range refusedCases {
		t.Run("refused/"+tc.name, func(t *testing.T) {
			before := create(t, c, serverObjects[tc.object], "r-"+dashed(tc.name))
			_, err := c.Patch(t.Context(), before, tc.mediaType, []byte(tc.patch))
			if _, refused := byHelmx(t, before, tc.mediaType, tc.patch); err == nil || refused == "" {
				t.Errorf("the server says %v, helmx says %q", err, refused)
			}
		})
	}
}

func dashed(name string) string {
	return strings.ToLower(strings.NewReplacer(" ", "-", ",", "").Replace(name))
}

func create(t *testing.T, c *cluster.Cluster, object, name string) cluster.Object {
	t.Helper()
	o, err := cluster.Parse([]byte(strings.Replace(object, "NAME", name, 1)))
	if err != nil {
		t.Fatal(err)
	}
	stored, err := c.Create(t.Context(), "default", o)
	if err != nil {
		t.Fatal(err)
	}
	return stored
}

// plain drops what the server manages, and returns the metadata.
func plain(o cluster.Object) map[string]any {
	delete(o, "status")
	meta, _ := o["metadata"].(map[string]any)
	for _, key := range []string{"uid", "resourceVersion", "generation", "creationTimestamp", "managedFields"} {
		delete(meta, key)
	}
	return meta
}

func byHelmx(t *testing.T, o cluster.Object, mediaType, patch string) (out, refused string) {
	t.Helper()
	plain(o)
	text, err := yaml.Marshal(o)
	if err != nil {
		t.Fatal(err)
	}
	return applied(t, string(text), `[{"name": "p", "literal": true, "target": {"kind": "`+o.Kind()+`"}, "`+helmxKeys[mediaType]+`": `+patch+`}]`)
}
