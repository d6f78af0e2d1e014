package schema

import "github.com/helmx-dev/helmx/diag"

// Explanations documents every code that this package prints. The examples are
// run by a test: manifests, or a values.schema.json and values below "---".
var Explanations = []diag.Explanation{
	{
		Code: "SC001", Title: "Broken YAML", Severity: diag.Error,
		Why:    "The document cannot be read as YAML, so nothing in it would reach the cluster: kubectl and Helm refuse the whole stream.",
		Remedy: "Mend the line that is shown; in a chart it is the template line that wrote it.",
		Bad:    "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata:\n  greeting: hello: world\n",
		Good:   "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata:\n  greeting: 'hello: world'\n",
		Source: "https://yaml.org/spec/1.2.2/",
	},
	{
		Code: "SC002", Title: "A key stands twice in one mapping", Severity: diag.Error,
		Why:    "Helm and kubectl take the last of two equal keys and drop the other without a word, which is hardly ever what the author wanted. YAML forbids it, and the API server refuses it under strict validation.",
		Remedy: "Merge the two, or remove one. When whole objects are repeated, a line with \"---\" is missing between them.",
		Bad:    "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n  labels: {app: a}\n  labels: {tier: b}\n",
		Good:   "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n  labels: {app: a, tier: b}\n",
		Source: "https://yaml.org/spec/1.2.2/#mapping",
	},
	{
		Code: "SC003", Title: "The document is not an object", Severity: diag.Error,
		Why:    "A manifest is a map with apiVersion, kind and metadata. Text or a list in its place usually is output of a template that was meant for NOTES.txt.",
		Remedy: "Remove the text, or turn it into a comment.",
		Bad:    "Thank you for installing.\n",
		Good:   "# Thank you for installing.\n",
		Source: "https://kubernetes.io/docs/concepts/overview/working-with-objects/",
	},
	{
		Code: "SC004", Title: "apiVersion or kind is missing", Severity: diag.Error,
		Why:    "Without apiVersion and kind nobody can tell what the object is.",
		Remedy: "Add the field.",
		Bad:    "kind: ConfigMap\nmetadata:\n  name: a\n",
		Good:   "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n",
		Source: "https://kubernetes.io/docs/concepts/overview/working-with-objects/#required-fields",
	},
	{
		Code: "SC005", Title: "Kubernetes does not know this kind", Severity: diag.Error,
		Why:    "The API version or the kind is misspelled, or the two do not belong together: the API server answers \"no matches for kind\".",
		Remedy: "Use the spelling that is suggested.",
		Bad:    "apiVersion: apps/v1\nkind: Deploymnet\nmetadata:\n  name: a\n",
		Good:   "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n",
		Source: "https://kubernetes.io/docs/reference/kubernetes-api/",
	},
	{
		Code: "SC006", Title: "The API was removed", Severity: diag.Error,
		Why:    "The Kubernetes version that the manifests are for no longer serves this API version: the object is refused, and an upgrade of the cluster breaks the release.",
		Remedy: "Move to the API version that replaces it; its fields may differ.",
		Bad:    "apiVersion: policy/v1beta1\nkind: PodDisruptionBudget\nmetadata:\n  name: a\nspec:\n  maxUnavailable: 1\n",
		Good:   "apiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata:\n  name: a\nspec:\n  maxUnavailable: 1\n",
		Source: "https://kubernetes.io/docs/reference/using-api/deprecation-guide/",
	},
	{
		Code: "SC007", Title: "The API is deprecated", Severity: diag.Warning,
		Why:    "The API version still works, and a later Kubernetes version will no longer serve it.",
		Remedy: "Move to the API version that replaces it before the cluster is upgraded.",
		Bad:    "apiVersion: v1\nkind: Endpoints\nmetadata:\n  name: a\n",
		Good:   "apiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\nmetadata:\n  name: a\naddressType: IPv4\nendpoints: []\n",
		Source: "https://kubernetes.io/docs/reference/using-api/deprecation-guide/",
	},
	{
		Code: "SC008", Title: "There is no schema of this kind", Severity: diag.Warning,
		Why:    "The kind is a custom resource whose CustomResourceDefinition is neither in the stream, nor in crds/ of the chart, nor in the folders of validate.crds, nor in helmx. The object was not validated.",
		Remedy: "Add the CustomResourceDefinition to validate.crds. validate.missingSchema: error makes sure that nothing passes unseen; ignore silences the warning.",
		Bad:    "apiVersion: example.com/v1\nkind: Widget\nmetadata:\n  name: a\n",
		Good: `apiVersion: example.com/v1
kind: Widget
metadata:
  name: a
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: widgets.example.com
spec:
  group: example.com
  scope: Namespaced
  names: {kind: Widget, plural: widgets}
  versions:
  - name: v1
    served: true
    storage: true
    schema:
      openAPIV3Schema: {type: object}
`,
		Source: "https://kubernetes.io/docs/concepts/extend-kubernetes/api-extension/custom-resources/",
	},
	{
		Code: "SC009", Title: "A cluster-scoped object has a namespace", Severity: diag.Warning,
		Why:    "The kind exists once per cluster. The namespace is dropped, and two releases in two namespaces fight over one object.",
		Remedy: "Remove metadata.namespace; make the name unique per release if both need one.",
		Bad:    "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: a\n  namespace: b\n",
		Good:   "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: a\n",
		Source: "https://kubernetes.io/docs/concepts/overview/working-with-objects/namespaces/#not-all-objects-are-in-a-namespace",
	},
	{
		Code: "SC010", Title: "There are no schemas of this Kubernetes version", Severity: diag.Info,
		Why:    "helmx holds the schemas of Kubernetes 1.28 to 1.37. For another version it takes the nearest: fields that came or went in between are judged by that version. What was removed and deprecated is judged by the version that was asked for.",
		Remedy: "Use a helmx that knows the version, or name a version it knows.",
		Bad:    "# helmx.yaml\nvalidate: {kubeVersion: \"1.90\"}\n",
		Good:   "# helmx.yaml\nvalidate: {kubeVersion: \"1.37\"}\n",
		Source: "https://kubernetes.io/releases/",
	},
	{
		Code: "SC011", Title: "A value has the wrong type", Severity: diag.Error,
		Why:    "The field takes another type. Most often quotes are missing around text that YAML reads as a number or a boolean (1.10, on, 1234e56), or stand around a number.",
		Remedy: "Add or remove the quotes; in a template, {{ .Values.x | quote }} or {{ .Values.x | int }}.",
		Bad:    "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n  labels: {version: 1.10}\n",
		Good:   "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n  labels: {version: \"1.10\"}\n",
		Source: "https://kubernetes.io/docs/reference/kubernetes-api/",
	},
	{
		Code: "SC012", Title: "A required field is missing", Severity: diag.Error,
		Why:    "The API server refuses objects that lack it. A field that is null counts as missing.",
		Remedy: "Set the field.",
		Bad:    "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata:\n  name: a\nrules:\n- apiGroups: [\"\"]\n  resources: [pods]\n",
		Good:   "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata:\n  name: a\nrules:\n- apiGroups: [\"\"]\n  resources: [pods]\n  verbs: [get]\n",
		Source: "https://kubernetes.io/docs/reference/kubernetes-api/",
	},
	{
		Code: "SC013", Title: "A value is not among those allowed", Severity: diag.Error,
		Why:    "The field takes one of a few values, spelled exactly so.",
		Remedy: "Use one of the values that are listed.",
		Bad:    "apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\nspec:\n  restartPolicy: never\n  containers:\n  - name: a\n    image: a\n",
		Good:   "apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\nspec:\n  restartPolicy: Never\n  containers:\n  - name: a\n    image: a\n",
		Source: "https://kubernetes.io/docs/reference/kubernetes-api/",
	},
	{
		Code: "SC014", Title: "Unknown field", Severity: diag.Error,
		Why:    "The kind has no such field: a typo, a wrong indentation, or a field of another API version. The API server drops it, or refuses the object under strict validation; either way the setting has no effect.",
		Remedy: "Use the field that is suggested, or move it to where it belongs.",
		Bad:    "apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\nspec:\n  containers:\n  - name: a\n    image: a\n    imagePullPolcy: Always\n",
		Good:   "apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\nspec:\n  containers:\n  - name: a\n    image: a\n    imagePullPolicy: Always\n",
		Source: "https://kubernetes.io/docs/reference/using-api/api-concepts/#field-validation",
	},
	{
		Code: "SC015", Title: "A number, a length or a count is out of range", Severity: diag.Error,
		Why:    "The field has bounds, such as 1 to 65535 for a port.",
		Remedy: "Use a value within the bounds.",
		Bad:    "apiVersion: v1\nkind: Service\nmetadata:\n  name: a\nspec:\n  ports:\n  - port: 80800\n",
		Good:   "apiVersion: v1\nkind: Service\nmetadata:\n  name: a\nspec:\n  ports:\n  - port: 8080\n",
		Source: "https://kubernetes.io/docs/reference/kubernetes-api/",
	},
	{
		Code: "SC016", Title: "A value does not have the format of its field", Severity: diag.Error,
		Why:    "Quantities, times, base64, schedules, file modes, host names and patterns of custom resources have a form of their own.",
		Remedy: "Write it in the form that is named.",
		Bad:    "apiVersion: v1\nkind: ResourceQuota\nmetadata:\n  name: a\nspec:\n  hard: {requests.memory: 256MB}\n",
		Good:   "apiVersion: v1\nkind: ResourceQuota\nmetadata:\n  name: a\nspec:\n  hard: {requests.memory: 256Mi}\n",
		Source: "https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/",
	},
	{
		Code: "SC017", Title: "A list holds an item twice", Severity: diag.Error,
		Why:    "The items of the list are told apart by a key, such as the name of an environment variable. Server-side apply, the default of Helm 4, refuses a list with the same key twice; create and patch let one of the two win.",
		Remedy: "Remove one. With validate.apply: client it is a warning.",
		Bad:    "apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\nspec:\n  containers:\n  - name: a\n    image: a\n    env:\n    - {name: X, value: \"1\"}\n    - {name: X, value: \"2\"}\n",
		Good:   "apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\nspec:\n  containers:\n  - name: a\n    image: a\n    env:\n    - {name: X, value: \"2\"}\n",
		Source: "https://kubernetes.io/docs/reference/using-api/server-side-apply/#merge-strategy",
	},
	{
		Code: "SC018", Title: "Fields exclude each other, or one of several is missing", Severity: diag.Error,
		Why:    "The schema of the custom resource allows exactly one of several fields, or demands one of them.",
		Remedy: "Keep one of the fields that are named.",
		Bad:    "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata:\n  name: a\nspec:\n  hosts: [a]\n  http:\n  - match:\n    - uri: {exact: /a, prefix: /b}\n    route:\n    - destination: {host: a}\n",
		Good:   "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata:\n  name: a\nspec:\n  hosts: [a]\n  http:\n  - match:\n    - uri: {prefix: /b}\n    route:\n    - destination: {host: a}\n",
		Source: "https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#validation",
	},
	{
		Code: "SC019", Title: "A name, a label or an annotation is malformed", Severity: diag.Error,
		Why:    "Names become parts of URLs and DNS names, and labels of queries, so their characters and lengths are limited.",
		Remedy: "Use lower case letters, digits and '-'. A \"<no value>\" in a name comes from a template that prints a value that is not set.",
		Bad:    "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: My_Config\n",
		Good:   "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: my-config\n",
		Source: "https://kubernetes.io/docs/concepts/overview/working-with-objects/names/",
	},
	{
		Code: "SC020", Title: "A CustomResourceDefinition holds an unusable schema", Severity: diag.Error,
		Why:    "Every field of a schema needs a type, patterns must compile, and a default must fit its own schema; the API server refuses the definition otherwise.",
		Remedy: "Mend the schema.",
		Bad:    crdExample("{pattern: a}"),
		Good:   crdExample("{type: string, pattern: a}"),
		Source: "https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#specifying-a-structural-schema",
	},
	{
		Code: "SC021", Title: "A selector does not select its own pods", Severity: diag.Error,
		Why:    "spec.selector of a Deployment, StatefulSet, DaemonSet or ReplicaSet must match the labels of spec.template: otherwise it would make pods without end and never see one of them. The API server refuses the object.",
		Remedy: "Give both the same labels; in a chart, from one named template. The selector of a workload that exists cannot be changed.",
		Bad:    "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: a\nspec:\n  selector:\n    matchLabels: {app: a}\n  template:\n    metadata:\n      labels: {app: b}\n    spec:\n      containers:\n      - name: a\n        image: a\n",
		Good:   "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: a\nspec:\n  selector:\n    matchLabels: {app: a}\n  template:\n    metadata:\n      labels: {app: a}\n    spec:\n      containers:\n      - name: a\n        image: a\n",
		Source: "https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#selector",
	},
	{
		Code: "SC022", Title: "A container mounts a volume that does not exist", Severity: diag.Error,
		Why:    "Each name under volumeMounts must be that of a volume of the pod, or of a claim template of its StatefulSet. The API server refuses the object; older ones take a StatefulSet and refuse its pods. Pods of their own are not checked, as volumes are added to them on their way.",
		Remedy: "Add the volume, or mend the name.",
		Bad:    "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: a\nspec:\n  selector:\n    matchLabels: {app: a}\n  template:\n    metadata:\n      labels: {app: a}\n    spec:\n      containers:\n      - name: a\n        image: a\n        volumeMounts:\n        - {name: cache, mountPath: /cache}\n      volumes:\n      - {name: tmp, emptyDir: {}}\n",
		Good:   "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: a\nspec:\n  selector:\n    matchLabels: {app: a}\n  template:\n    metadata:\n      labels: {app: a}\n    spec:\n      containers:\n      - name: a\n        image: a\n        volumeMounts:\n        - {name: cache, mountPath: /cache}\n      volumes:\n      - {name: cache, emptyDir: {}}\n",
		Source: "https://kubernetes.io/docs/concepts/storage/volumes/#background",
	},
	{
		Code: "SC023", Title: "A Service with several ports has one without a name", Severity: diag.Error,
		Why:    "The ports of a Service are told apart by their names as soon as there are two. The API server refuses the object.",
		Remedy: "Give each port a name. Istio reads the protocol from it: http, grpc-api, tcp-db.",
		Bad:    "apiVersion: v1\nkind: Service\nmetadata:\n  name: a\nspec:\n  selector: {app: a}\n  ports:\n  - {name: http, port: 80}\n  - {port: 443}\n",
		Good:   "apiVersion: v1\nkind: Service\nmetadata:\n  name: a\nspec:\n  selector: {app: a}\n  ports:\n  - {name: http, port: 80}\n  - {name: https, port: 443}\n",
		Source: "https://kubernetes.io/docs/concepts/services-networking/service/#multi-port-services",
	},
	{
		Code: "SC024", Title: "Two containers of a pod have the same name", Severity: diag.Error,
		Why:    "Names of containers and init containers must differ, also between the two lists. The API server refuses the object. (Within one list it is SC017.)",
		Remedy: "Rename one of them.",
		Bad:    "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: a\nspec:\n  selector:\n    matchLabels: {app: a}\n  template:\n    metadata:\n      labels: {app: a}\n    spec:\n      containers:\n      - name: a\n        image: a\n      initContainers:\n      - name: a\n        image: a\n",
		Good:   "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: a\nspec:\n  selector:\n    matchLabels: {app: a}\n  template:\n    metadata:\n      labels: {app: a}\n    spec:\n      containers:\n      - name: a\n        image: a\n      initContainers:\n      - name: prepare\n        image: a\n",
		Source: "https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/#Container",
	},
	{
		Code: "SC025", Title: "A release holds the same object twice", Severity: diag.Error,
		Why:    "Helm 3 creates the objects of an install one after the other, and stops half-way where one exists already. Helm 4 lets the second overwrite the first, so there it is a warning. An object without namespace is in that of the release, where it is known. A hook may have the name of another object, also of another hook.",
		Remedy: "Remove one of the two, or give it a name of its own.",
		Bad:    "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n",
		Good:   "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: b\n",
		Source: "pkg/action/install.go and pkg/kube/client.go in helm/helm",
	},
	{
		Code: "SC026", Title: "The API server refuses a value", Severity: diag.Error,
		Why:    "The object has the shape that its schema asks for, and breaks a rule that no schema holds: fields that contradict each other, a value that only makes sense elsewhere, a condition (CEL) of the CustomResourceDefinition. The words are those of the API server, whose own code was asked.",
		Remedy: "Change the value as the message says. What the API server of the target version refuses is decided by --kube-version.",
		Bad:    "apiVersion: apps/v1\nkind: DaemonSet\nmetadata:\n  name: a\nspec:\n  selector: {matchLabels: {app: a}}\n  updateStrategy:\n    type: RollingUpdate\n    rollingUpdate: {maxUnavailable: 0, maxSurge: 0}\n  template:\n    metadata:\n      labels: {app: a}\n    spec:\n      containers:\n      - name: a\n        image: a:1\n",
		Good:   "apiVersion: apps/v1\nkind: DaemonSet\nmetadata:\n  name: a\nspec:\n  selector: {matchLabels: {app: a}}\n  updateStrategy:\n    type: RollingUpdate\n    rollingUpdate: {maxUnavailable: 0, maxSurge: 1}\n  template:\n    metadata:\n      labels: {app: a}\n    spec:\n      containers:\n      - name: a\n        image: a:1\n",
		Source: "https://kubernetes.io/docs/reference/kubernetes-api/",
	},
	{
		Code: "SC027", Title: "The API server warns", Severity: diag.Warning,
		Why:    "The object is accepted, and the API server sends a warning along that a client prints and Helm drops: a field or label that is deprecated, has no effect, or hides another.",
		Remedy: "Do what the message says.",
		Bad:    "apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\nspec:\n  nodeSelector: {beta.kubernetes.io/os: linux}\n  containers:\n  - name: a\n    image: a:1\n",
		Good:   "apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\nspec:\n  nodeSelector: {kubernetes.io/os: linux}\n  containers:\n  - name: a\n    image: a:1\n",
		Source: "https://kubernetes.io/blog/2020/09/03/warnings/",
	},
	{
		Code: "SC028", Title: "A HorizontalPodAutoscaler scales nothing", Severity: diag.Warning,
		Why:    "The workload that the autoscaler is to scale is not among the objects: it is misspelled, was renamed, or lies in another namespace. The API server accepts the autoscaler, which then does nothing.",
		Remedy: "Correct scaleTargetRef. When another release brings the workload, ignore the warning by its code.",
		Bad:    "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\nspec:\n  selector: {matchLabels: {app: web}}\n  template:\n    metadata:\n      labels: {app: web}\n    spec:\n      containers:\n      - name: web\n        image: web:1\n        ports:\n        - {name: http, containerPort: 8080}\n---\napiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata:\n  name: web\nspec:\n  maxReplicas: 3\n  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: wbe}\n",
		Good:   "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\nspec:\n  selector: {matchLabels: {app: web}}\n  template:\n    metadata:\n      labels: {app: web}\n    spec:\n      containers:\n      - name: web\n        image: web:1\n        ports:\n        - {name: http, containerPort: 8080}\n---\napiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata:\n  name: web\nspec:\n  maxReplicas: 3\n  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}\n",
		Source: "https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/",
	},
	{
		Code: "SC029", Title: "A Service selects no pods", Severity: diag.Warning,
		Why:    "No workload of the namespace makes pods with the labels of the selector, so the Service has no endpoints. The API server accepts it. A stream without workloads in the namespace is not judged.",
		Remedy: "Make the selector that of the workload's pod template.",
		Bad:    "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\nspec:\n  selector: {matchLabels: {app: web}}\n  template:\n    metadata:\n      labels: {app: web}\n    spec:\n      containers:\n      - name: web\n        image: web:1\n        ports:\n        - {name: http, containerPort: 8080}\n---\napiVersion: v1\nkind: Service\nmetadata:\n  name: web\nspec:\n  selector: {app: wbe}\n  ports:\n  - {name: http, port: 80, targetPort: http}\n",
		Good:   "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\nspec:\n  selector: {matchLabels: {app: web}}\n  template:\n    metadata:\n      labels: {app: web}\n    spec:\n      containers:\n      - name: web\n        image: web:1\n        ports:\n        - {name: http, containerPort: 8080}\n---\napiVersion: v1\nkind: Service\nmetadata:\n  name: web\nspec:\n  selector: {app: web}\n  ports:\n  - {name: http, port: 80, targetPort: http}\n",
		Source: "https://kubernetes.io/docs/concepts/services-networking/service/#services-in-kubernetes",
	},
	{
		Code: "SC030", Title: "A Service leads to a port that no pod has", Severity: diag.Warning,
		Why:    "targetPort names a port, and no container of the pods that the Service selects has one of this name, so connections are refused. The API server accepts it.",
		Remedy: "Use the name of a container's port, or its number.",
		Bad:    "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\nspec:\n  selector: {matchLabels: {app: web}}\n  template:\n    metadata:\n      labels: {app: web}\n    spec:\n      containers:\n      - name: web\n        image: web:1\n        ports:\n        - {name: http, containerPort: 8080}\n---\napiVersion: v1\nkind: Service\nmetadata:\n  name: web\nspec:\n  selector: {app: web}\n  ports:\n  - {name: http, port: 80, targetPort: htp}\n",
		Good:   "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\nspec:\n  selector: {matchLabels: {app: web}}\n  template:\n    metadata:\n      labels: {app: web}\n    spec:\n      containers:\n      - name: web\n        image: web:1\n        ports:\n        - {name: http, containerPort: 8080}\n---\napiVersion: v1\nkind: Service\nmetadata:\n  name: web\nspec:\n  selector: {app: web}\n  ports:\n  - {name: http, port: 80, targetPort: http}\n",
		Source: "https://kubernetes.io/docs/concepts/services-networking/service/#field-spec-ports",
	},
	{
		Code: "SC031", Title: "An Ingress leads to a port that its Service does not have", Severity: diag.Warning,
		Why:    "The Service is among the objects and has no port of this number or name, so the Ingress answers with an error. The API server accepts it.",
		Remedy: "Use a port of the Service: its port, not its targetPort.",
		Bad:    "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\nspec:\n  selector: {matchLabels: {app: web}}\n  template:\n    metadata:\n      labels: {app: web}\n    spec:\n      containers:\n      - name: web\n        image: web:1\n        ports:\n        - {name: http, containerPort: 8080}\n---\napiVersion: v1\nkind: Service\nmetadata:\n  name: web\nspec:\n  selector: {app: web}\n  ports:\n  - {name: http, port: 80, targetPort: http}\n---\napiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n  name: web\nspec:\n  defaultBackend:\n    service: {name: web, port: {number: 8080}}\n",
		Good:   "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\nspec:\n  selector: {matchLabels: {app: web}}\n  template:\n    metadata:\n      labels: {app: web}\n    spec:\n      containers:\n      - name: web\n        image: web:1\n        ports:\n        - {name: http, containerPort: 8080}\n---\napiVersion: v1\nkind: Service\nmetadata:\n  name: web\nspec:\n  selector: {app: web}\n  ports:\n  - {name: http, port: 80, targetPort: http}\n---\napiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n  name: web\nspec:\n  defaultBackend:\n    service: {name: web, port: {number: 80}}\n",
		Source: "https://kubernetes.io/docs/concepts/services-networking/ingress/#the-ingress-resource",
	},
	{
		Code: "SC101", Title: "A chart value has the wrong type", Severity: diag.Error,
		Why:    "values.schema.json of the chart, or of a subchart, says which type the value has. Helm refuses to render the chart.",
		Remedy: "Mend the value where it is set; --set-string keeps digits as text.",
		Bad:    "{\"properties\": {\"replicas\": {\"type\": \"integer\"}}}\n---\nreplicas: two\n",
		Good:   "{\"properties\": {\"replicas\": {\"type\": \"integer\"}}}\n---\nreplicas: 2\n",
		Source: valuesSource,
	},
	{
		Code: "SC102", Title: "A chart value is required and not set", Severity: diag.Error,
		Why:    "values.schema.json names the value as required, and neither the chart's defaults nor the user set it.",
		Remedy: "Set it in a values file or with --set.",
		Bad:    "{\"required\": [\"domain\"]}\n---\nreplicas: 2\n",
		Good:   "{\"required\": [\"domain\"]}\n---\ndomain: example.com\n",
		Source: valuesSource,
	},
	{
		Code: "SC103", Title: "A chart value is not among those allowed", Severity: diag.Error,
		Why:    "values.schema.json lists the values it may have.",
		Remedy: "Use one of them.",
		Bad:    "{\"properties\": {\"level\": {\"enum\": [\"info\", \"debug\"]}}}\n---\nlevel: inof\n",
		Good:   "{\"properties\": {\"level\": {\"enum\": [\"info\", \"debug\"]}}}\n---\nlevel: info\n",
		Source: valuesSource,
	},
	{
		Code: "SC104", Title: "The chart has no such value", Severity: diag.Error,
		Why:    "values.schema.json forbids values that it does not name (additionalProperties: false), so that typos are found.",
		Remedy: "Use the value that is suggested, or remove it.",
		Bad:    "{\"additionalProperties\": false, \"properties\": {\"replicas\": {}}}\n---\nreplicsa: 2\n",
		Good:   "{\"additionalProperties\": false, \"properties\": {\"replicas\": {}}}\n---\nreplicas: 2\n",
		Source: valuesSource,
	},
	{
		Code: "SC105", Title: "A chart value breaks a rule of the schema", Severity: diag.Error,
		Why:    "values.schema.json sets a range, a length, a pattern, a format or a choice that the value does not meet.",
		Remedy: "Mend the value where it is set.",
		Bad:    "{\"properties\": {\"port\": {\"maximum\": 65535}}}\n---\nport: 80800\n",
		Good:   "{\"properties\": {\"port\": {\"maximum\": 65535}}}\n---\nport: 8080\n",
		Source: valuesSource,
	},
	{
		Code: "SC106", Title: "values.schema.json is broken", Severity: diag.Error,
		Why:    "The file is not JSON, or not a JSON Schema of its draft. Helm refuses to render the chart.",
		Remedy: "Mend the schema; \"$schema\" names its draft, 2020-12 where it is missing.",
		Bad:    "{\"properties\": {\"port\": {\"type\": \"int\"}}}\n---\nport: 8080\n",
		Good:   "{\"properties\": {\"port\": {\"type\": \"integer\"}}}\n---\nport: 8080\n",
		Source: valuesSource,
	},
	{
		Code: "SC107", Title: "values.schema.json refers to another host", Severity: diag.Error,
		Why:    "Validation would depend on the network and on what somebody else serves today. Helm fetches the reference; helmx never fetches anything while it validates.",
		Remedy: "Copy the schema into \"$defs\" of the file and refer to it there.",
		Bad:    "{\"properties\": {\"port\": {\"$ref\": \"https://example.com/port.json\"}}}\n---\nport: 8080\n",
		Good:   "{\"$defs\": {\"port\": {\"type\": \"integer\"}}, \"properties\": {\"port\": {\"$ref\": \"#/$defs/port\"}}}\n---\nport: 8080\n",
		Source: valuesSource,
	},
	{
		Code: "SC201", Title: "Istio's webhook refuses the object", Severity: diag.Error,
		Why:    "Istio validates its kinds in a webhook of istiod, beyond what their definitions can say. The server asks it when the object is applied, and refuses the object with it. Where the webhook is not installed, istiod ignores the object, or sends proxies what they cannot use.",
		Remedy: "Mend the field that is shown. Where two fields contradict each other, the one that holds both is shown.",
		Bad:    virtualServiceExample("- route:\n    - destination: {host: reviews, port: {number: 80800}}"),
		Good:   virtualServiceExample("- route:\n    - destination: {host: reviews, port: {number: 8080}}"),
		Source: "pkg/config/validation/validation.go in istio/istio",
	},
	{
		Code: "SC202", Title: "Istio's webhook warns of the object", Severity: diag.Warning,
		Why:    "The webhook takes the object, and answers with a warning that kubectl shows and Helm does not: a setting that is deprecated, that has no effect here, or that works otherwise than it looks.",
		Remedy: "Do what the message says.",
		Bad:    virtualServiceExample("- route: [{destination: {host: reviews}}]\n    mirror: {host: ratings}\n    mirrorPercent: 5"),
		Good:   virtualServiceExample("- route: [{destination: {host: reviews}}]\n    mirror: {host: ratings}\n    mirrorPercentage: {value: 5}"),
		Source: "https://istio.io/latest/docs/reference/config/analysis/ist0133/",
	},
	{
		Code: "SC203", Title: "A rule of a VirtualService is never used", Severity: diag.Warning,
		Why:    "The rules of a VirtualService are tried in order. A rule behind one without matches, or a match that an earlier one covers, gets no request.",
		Remedy: "Put the more specific rule first, and one without matches last; or remove what is never used.",
		Bad:    virtualServiceExample("- route: [{destination: {host: reviews}}]\n  - route: [{destination: {host: ratings}}]"),
		Good:   virtualServiceExample("- match: [{uri: {prefix: /ratings}}]\n    route: [{destination: {host: ratings}}]\n  - route: [{destination: {host: reviews}}]"),
		Source: "https://istio.io/latest/docs/reference/config/analysis/ist0130/",
	},
	{
		Code: "SC211", Title: "A document in a ConfigMap or an annotation is broken", Severity: diag.Error,
		Why:    "istiod reads the settings of a mesh, of the injector and of proxies from texts that hold YAML. To the API server they are mere text, so that a mistake shows only when istiod starts, or when no sidecar is injected.",
		Remedy: "Mend the line that is shown.",
		Bad:    meshExample("accessLogFile: text: json"),
		Good:   meshExample("accessLogEncoding: JSON"),
		Source: istioSettings,
	},
	{
		Code: "SC212", Title: "Settings of Istio have an unknown field", Severity: diag.Error,
		Why:    "istiod passes over a field that it does not know without a word, and the setting is not made.",
		Remedy: "Use the field that is suggested, or remove it.",
		Bad:    meshExample("accesLogFile: /dev/stdout"),
		Good:   meshExample("accessLogFile: /dev/stdout"),
		Source: istioSettings,
	},
	{
		Code: "SC213", Title: "Settings of Istio have a value of the wrong type", Severity: diag.Error,
		Why:    "istiod cannot read the settings: it does not start, or goes on with those it had. A proxyMetadata of true instead of \"true\" is enough.",
		Remedy: "Mend the value; text that looks like a number or a boolean needs quotes.",
		Bad:    meshExample("defaultConfig:\n      proxyMetadata: {ISTIO_META_DNS_CAPTURE: true}"),
		Good:   meshExample("defaultConfig:\n      proxyMetadata: {ISTIO_META_DNS_CAPTURE: \"true\"}"),
		Source: istioSettings,
	},
	{
		Code: "SC214", Title: "istiod refuses settings", Severity: diag.Error,
		Why:    "istiod validates a MeshConfig, MeshNetworks or a ProxyConfig as a whole, and takes none of it when one value is wrong. It does not start, or goes on with the settings it had; a pod with a wrong ProxyConfig in its annotation is not created.",
		Remedy: "Mend the field that is shown.",
		Bad:    meshExample("connectTimeout: 2h"),
		Good:   meshExample("connectTimeout: 2s"),
		Source: "pkg/config/validation/agent/validation.go in istio/istio",
	},
	{
		Code: "SC215", Title: "istiod warns of settings", Severity: diag.Warning,
		Why:    "istiod takes the settings, and writes a warning into its log: a setting that is deprecated, or a provider that cannot be used by whoever refers to it.",
		Remedy: "Do what the message says.",
		Bad:    meshExample("tlsDefaults: {ecdhCurves: [P-256, P-255]}"),
		Good:   meshExample("tlsDefaults: {ecdhCurves: [P-256]}"),
		Source: "pkg/config/validation/agent/validation.go in istio/istio",
	},
	{
		Code: "SC216", Title: "A template of the sidecar injector does not parse", Severity: diag.Error,
		Why:    "The injector parses all templates when it starts and when they change. With one that does not parse it injects into no pod, or goes on with the templates it had.",
		Remedy: "Mend the line that is shown: the actions are those of Go templates, with the functions of Sprig and the injector's own.",
		Bad:    injectorExample("{{ .Values.global.hub | quoted }}"),
		Good:   injectorExample("{{ .Values.global.hub | quote }}"),
		Source: "pkg/kube/inject/template.go in istio/istio",
	},
}

const istioSettings = "https://istio.io/latest/docs/reference/config/istio.mesh.v1alpha1/"

func virtualServiceExample(http string) string {
	return "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata:\n  name: reviews\nspec:\n  hosts: [reviews]\n  http:\n  " + http + "\n"
}

func meshExample(mesh string) string {
	return "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: istio\n  namespace: istio-system\ndata:\n  mesh: |\n    " + mesh + "\n"
}

func injectorExample(image string) string {
	return `apiVersion: v1
kind: ConfigMap
metadata:
  name: istio-sidecar-injector
  namespace: istio-system
data:
  config: |
    policy: enabled
    defaultTemplates: [sidecar]
    templates:
      sidecar: |
        spec:
          containers:
          - name: istio-proxy
            image: ` + image + "/proxyv2\n"
}

const valuesSource = "https://helm.sh/docs/topics/charts/#schema-files"

// crdExample is a definition with one field.
func crdExample(field string) string {
	return `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: widgets.example.com
spec:
  group: example.com
  scope: Namespaced
  names: {kind: Widget, plural: widgets}
  versions:
  - name: v1
    served: true
    storage: true
    schema:
      openAPIV3Schema:
        type: object
        properties:
          color: ` + field + "\n"
}
