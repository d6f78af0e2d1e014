package schema

import (
	"slices"
	"strings"
	"testing"
)

const workload = `metadata: {name: a}
spec:
  serviceName: a
  selector:
    matchLabels: {app: a}
  template:
    metadata:
      labels: {app: a, tier: b}
    spec:
      containers:
      - name: a
        image: a
        volumeMounts:
        - {name: cache, mountPath: /cache}
      volumes:
      - {name: cache, emptyDir: {}}
`

func workloadOf(kind string, replace ...string) string {
	text := workload
	if kind != "StatefulSet" {
		text = strings.Replace(text, "  serviceName: a\n", "", 1)
	}
	return "apiVersion: apps/v1\nkind: " + kind + "\n" + strings.NewReplacer(replace...).Replace(text)
}

func TestFieldsThatMustAgree(t *testing.T) {
	const (
		selector = "matchLabels: {app: a}"
		labels   = "labels: {app: a, tier: b}"
		mount    = "{name: cache, mountPath: /cache}"
		service  = "apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec:\n  ports:\n"
	)
	for name, c := range map[string]struct {
		stream string
		want   []string
	}{
		"a workload that agrees": {workloadOf("Deployment"), nil},
		"a label that differs": {
			workloadOf("DaemonSet", labels, "labels: {app: b}"),
			[]string{`9:21: error[SC021]: DaemonSet a: the label is "b", and spec.selector demands "a" at spec.template.metadata.labels.app`},
		},
		"a label that is misspelled": {
			workloadOf("ReplicaSet", labels, "labels: {ap: a}"),
			[]string{`9:7: error[SC021]: ReplicaSet a: the pods lack the label app: "a", which spec.selector demands at spec.template.metadata.labels (did you mean "ap"?)`},
		},
		"no labels at all": {
			workloadOf("StatefulSet", labels, "labels: {}"),
			[]string{`10:7: error[SC021]: StatefulSet a: the pods lack the label app: "a", which spec.selector demands at spec.template.metadata.labels`},
		},
		"a label of the wrong type is one mistake": {
			workloadOf("Deployment", labels, "labels: {app: 1}"),
			[]string{`9:21: error[SC011]: Deployment a: expected a string, found number 1 at spec.template.metadata.labels.app (put it in quotes: "1")`},
		},
		"expressions that hold": {
			workloadOf("Deployment", selector, "matchExpressions: [{key: app, operator: In, values: [b, a]}, {key: x, operator: NotIn, values: [a]}, {key: tier, operator: Exists}, {key: z, operator: DoesNotExist}]"), nil,
		},
		"an expression that does not": {
			workloadOf("Deployment", selector, "matchExpressions: [{key: tier, operator: Exists}, {key: app, operator: NotIn, values: [a]}]"),
			[]string{`6:55: error[SC021]: Deployment a: the labels of the pod template do not meet this at spec.selector.matchExpressions[1]`},
		},
		"a volume that is misspelled": {
			workloadOf("Deployment", mount, "{name: cahce, mountPath: /cache}"),
			[]string{`15:18: error[SC022]: Deployment a: there is no volume "cahce" at spec.template.spec.containers[name=a].volumeMounts[name=cahce].name (did you mean "cache"?)`},
		},
		"a pod": {
			strings.Replace(pod, "image: a", "image: a\n    volumeMounts: [{name: x, mountPath: /x}]", 1),
			[]string{`8:27: error[SC022]: Pod a: there is no volume "x" at spec.containers[name=a].volumeMounts[name=x].name`},
		},
		"a StatefulSet without the claim": {
			workloadOf("StatefulSet", mount, "{name: data, mountPath: /data}"),
			[]string{`16:18: error[SC022]: StatefulSet a: there is no volume "data" at spec.template.spec.containers[name=a].volumeMounts[name=data].name (there is cache)`},
		},
		"a claim of a StatefulSet": {
			workloadOf("StatefulSet", mount, "{name: data, mountPath: /data}") + "  volumeClaimTemplates:\n  - metadata: {name: data}\n    spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}\n", nil,
		},
		"the volumes cannot be told": {
			workloadOf("Deployment", mount, "{name: x, mountPath: /x}", "{name: cache, emptyDir: {}}", "{emptyDir: {}}"),
			[]string{`17:9: error[SC012]: Deployment a: required field "name" is missing at spec.template.spec.volumes[0].name`},
		},
		"one port needs no name": {service + "  - port: 80\n", nil},
		"two ports need one each": {
			service + "  - port: 80\n  - {name: https, port: 443}\n  - {name: \"\", port: 81}\n",
			[]string{
				`6:5: error[SC023]: Service a: the port has no name, and the Service has 3 ports at spec.ports[0] (give each port a name, such as http)`,
				`8:5: error[SC023]: Service a: the port has no name, and the Service has 3 ports at spec.ports[2] (give each port a name, such as http)`,
			},
		},
		"a name in both lists": {
			"apiVersion: batch/v1\nkind: CronJob\nmetadata: {name: a}\nspec:\n  schedule: '@daily'\n  jobTemplate:\n    spec:\n      template:\n        spec:\n          restartPolicy: Never\n          initContainers: [{name: a, image: a}]\n          containers: [{name: b, image: b}, {name: a, image: a}]\n",
			[]string{`12:52: error[SC024]: CronJob a: initContainers has a container "a" already at spec.jobTemplate.spec.template.spec.containers[name=a].name`},
		},
		"a name twice in one list is one mistake": {
			strings.Replace(pod, "image: a", "image: a\n  - {name: a, image: b}", 1),
			[]string{`8:5: error[SC017]: Pod a: the list holds name "a" twice, first at index 0 at spec.containers[1]`},
		},
	} {
		t.Run(name, func(t *testing.T) {
			if got := lines(validate(t, c.stream, Options{})); !slices.Equal(got, c.want) {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(c.want, "\n"))
			}
		})
	}
}
