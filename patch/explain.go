package patch

import "github.com/helmx-dev/helmx/diag"

const (
	codeShape        = "PA001"
	codeUnknownKey   = "PA002"
	codeName         = "PA003"
	codeKind         = "PA004"
	codeTargetSyntax = "PA005"
	codePathSyntax   = "PA006"
	codeExpression   = "PA007"
	codeJQ           = "PA008"
	codeTarget       = "PA101"
	codePath         = "PA102"
	codeClash        = "PA103"
	codeDuplicate    = "PA105"
	codeSyntax       = "PA106"
	codeMerge        = "PA107"
	codeAlreadySo    = "PA108"
	codeChart        = "PA109"
	codeFile         = "PA121"
	codeImport       = "PA122"
	codeTest         = "PA120"
)

// CodeNoop is the code of a patch that changes nothing. Its span is that of the
// patch.
const CodeNoop = "PA104"

// Explanations documents the codes that this package prints.
var Explanations = []diag.Explanation{
	{
		Code: codeShape, Title: "a patch is not laid out as a patch", Severity: diag.Error, Tags: []string{"patch"},
		Why:    "`patches` is a list of maps, each with a name, a target and one kind of change, and every kind has its own form. Something else stands where one of these is wanted, so nobody can say what was meant.",
		Remedy: "Write it as the example shows.",
		Bad:    "patches:\n  name: memory\n",
		Good:   "patches:\n- name: memory\n  target: {kind: Deployment, name: istiod}\n  set: {spec.replicas: 2}\n",
	},
	{
		Code: codeUnknownKey, Title: "unknown or repeated key in a patch", Severity: diag.Error, Tags: []string{"patch"},
		Why:    "A misspelt key would silently do nothing, and of a repeated one only the last would count.",
		Remedy: "Take the spelling that the message suggests.",
		Bad:    "- name: memory\n  targets: {kind: Deployment}\n  set: {spec.replicas: 2}\n",
		Good:   "- name: memory\n  target: {kind: Deployment}\n  set: {spec.replicas: 2}\n",
	},
	{
		Code: codeName, Title: "a patch has no name, or that of another", Severity: diag.Error, Tags: []string{"patch"},
		Why:    "Every message about a patch begins with its name; without one, or with one name for two, it does not say which patch is meant.",
		Remedy: "Give every patch a name of its own.",
		Bad:    "- target: {kind: Deployment}\n  set: {spec.replicas: 2}\n",
		Good:   "- name: two-replicas\n  target: {kind: Deployment}\n  set: {spec.replicas: 2}\n",
	},
	{
		Code: codeKind, Title: "a patch has no kind of change, or two", Severity: diag.Error, Tags: []string{"patch"},
		Why:    "The order of two kinds of change in one patch would not be visible.",
		Remedy: "Make two patches; they run in the order of the list.",
		Bad:    "- name: a\n  target: {kind: Deployment}\n  set: {spec.replicas: 2}\n  merge: {spec: {paused: true}}\n",
		Good:   "- name: a\n  target: {kind: Deployment}\n  set: {spec.replicas: 2}\n- name: b\n  target: {kind: Deployment}\n  merge: {spec: {paused: true}}\n",
	},
	{
		Code: codeTargetSyntax, Title: "a pattern, selector, hook, expect or ensure that cannot be read", Severity: diag.Error, Tags: []string{"patch"},
		Why:    "Names may be globs or, between slashes, regular expressions for the whole name; labels and annotations take the selectors that kubectl takes; hook is true, false or any; expect is 1, 1+ or 2-4; ensure is update, create or absent.",
		Remedy: "Mend it at the place that the message shows.",
		Bad:    "target: {name: '/istiod(/'}\n",
		Good:   "target: {name: '/istiod(-.*)?/'}\n",
	},
	{
		Code: codePathSyntax, Title: "a path that cannot be read", Severity: diag.Error, Tags: []string{"patch"},
		Why:    "Keys are joined by dots; keys that hold dots stand in brackets and quotes; list items are selected by [index] or [field=value].",
		Remedy: "Mend it at the caret.",
		Bad:    "set: {'metadata.annotations[prometheus.io/scrape': \"true\"}\n",
		Good:   "set: {'metadata.annotations[\"prometheus.io/scrape\"]': \"true\"}\n",
	},
	{
		Code: codeExpression, Title: "an expression in a patch gives what cannot stand there", Severity: diag.Error, Tags: []string{"patch"},
		Why:    "Labels, names, tags and new keys are strings, and the number of replicas is a number; the expression gives something else. What is wrong inside of an expression has a code of its own.",
		Remedy: "Write an expression that gives what the message asks for.",
		Bad:    "labels: {app: '{{ .Values.names }}'}   # where names is a map\n",
		Good:   "labels: {app: '{{ .Values.names.control }}'}\n",
	},
	{
		Code: codeJQ, Title: "a jq program that cannot be read, fails, or does not give the object", Severity: diag.Error, Tags: []string{"patch"},
		Why:    "A jq program takes the object and must give exactly one result, the changed object. It has no environment, input or clock, and is ended when it takes too many steps or too much memory.",
		Remedy: "Use assignments, = or |=, which give the whole object. In place of select, which may give nothing, write if ... then ... else . end.",
		Bad:    "jq: .spec.template.spec.containers[] | .image\n",
		Good:   "jq: .spec.template.spec.containers[].image |= sub(\"pilot\"; \"example.org/pilot\")\n",
	},
	{
		Code: codeTarget, Title: "a target matches more or fewer objects than expected", Severity: diag.Error, Tags: []string{"patch"},
		Why:    "A patch that matches nothing does nothing, and nobody notices: an object was renamed, or the patch has a typo. Every patch must match at least one object, or as many as `expect` says.",
		Remedy: "Compare the target with the nearest objects that the message names. If none is fine too, say `expect: 0+`.",
		Bad:    "target: {kind: Deployment, name: istod}\n",
		Good:   "target: {kind: Deployment, name: istiod}\n",
	},
	{
		Code: codePath, Title: "a path leads nowhere", Severity: diag.Error, Tags: []string{"patch"},
		Why:    "`set` makes the maps that are missing on its way, but a list item must be there, unless the patch says `ensure: create`; and what shall be removed, renamed or copied must be there, too.",
		Remedy: "Compare the path with the keys or items that the message lists.",
		Bad:    "set: {'spec.template.spec.containers[name=dicovery].image': x}\n",
		Good:   "set: {'spec.template.spec.containers[name=discovery].image': x}\n",
	},
	{
		Code: codeClash, Title: "a patch replaces a value by one of another sort", Severity: diag.Error, Tags: []string{"patch"},
		Why:    "A map or list in place of a scalar, or the other way round, is nearly always a path that ends a step too early.",
		Remedy: "Name the field inside, or give a value of the same type.",
		Bad:    "set: {spec.template.spec.containers: discovery}\n",
		Good:   "set: {'spec.template.spec.containers[0].name': pilot}\n",
	},
	{
		Code: CodeNoop, Title: "a patch changes nothing", Severity: diag.Error, Tags: []string{"patch"},
		Why:    "The chart now has the value that the patch sets. The patch is stale, and would hide the next change of the chart's default.",
		Remedy: "Remove the patch, or pass --allow-noop to keep it. The kinds labels, annotations, namespace, images and replicas may find all as they want it.",
		Bad:    "set: {spec.replicas: 1}   # where it is 1\n",
		Good:   "set: {spec.replicas: 2}\n",
	},
	{
		Code: codeDuplicate, Title: "a patch makes two objects one", Severity: diag.Error, Tags: []string{"patch"},
		Why:    "Two objects of one group, kind, namespace and name cannot both be installed: the second fails, or overwrites the first. An object without namespace is in that of the release, where it is known. Only a hook may have the name of another object.",
		Remedy: "Give the object a name that no other has, or narrow the target.",
		Bad:    "target: {kind: ConfigMap}\nset: {metadata.name: config}\n",
		Good:   "target: {kind: ConfigMap, name: old}\nset: {metadata.name: config}\n",
	},
	{
		Code: codeSyntax, Title: "a document that a patch may be for is no YAML", Severity: diag.Error, Tags: []string{"patch"},
		Why:    "A document that cannot be parsed cannot be changed. It has the name that the target asks for, or no other object has it and so this one may be meant.",
		Remedy: "Mend the template at the line that the message names.",
		Bad:    "kind: ConfigMap\ndata: {a: b\n",
		Good:   "kind: ConfigMap\ndata: {a: b}\n",
	},
	{
		Code: codeMerge, Title: "a strategic merge that cannot be done", Severity: diag.Error, Tags: []string{"patch"},
		Why:    "An item of a list that is merged by key needs that key, which no other item of the list may have, and $patch, $retainKeys and $deleteFromPrimitiveList are the directives that are known.",
		Remedy: "Add the key, or correct the directive.",
		Bad:    "merge: {spec: {template: {spec: {containers: [{image: x}]}}}}\n",
		Good:   "merge: {spec: {template: {spec: {containers: [{name: discovery, image: x}]}}}}\n",
	},
	{
		Code: codeAlreadySo, Title: "one path of a patch changes nothing", Severity: diag.Info, Tags: []string{"patch"},
		Why:    "Other paths of the patch change something, but this value was already there in every matched object.",
		Remedy: "Remove the path, if the chart now has the value itself.",
		Bad:    "set: {spec.replicas: 1, spec.paused: true}   # where replicas is 1\n",
		Good:   "set: {spec.paused: true}\n",
	},
	{
		Code: codeChart, Title: "a patch is for a chart of a nearly right name", Severity: diag.Warning, Tags: []string{"patch"},
		Why:    "A patch with `chart` is skipped where no document of that chart is in the stream, so that one file serves many releases. Here the stream holds a chart whose name differs in one letter, so the patch is skipped by a typo.",
		Remedy: "Correct the name. If both charts exist, name both, or tell the objects apart in the target.",
		Bad:    "- name: two-replicas\n  chart: istoid\n  target: {kind: Deployment}\n  set: {spec.replicas: 2}\n",
		Good:   "- name: two-replicas\n  chart: istiod\n  target: {kind: Deployment}\n  set: {spec.replicas: 2}\n",
	},
	{
		Code: codeTest, Title: "a test of a JSON patch does not hold", Severity: diag.Error, Tags: []string{"patch"},
		Why:    "The operation `test` says what a value must be for the patch to make sense. It is another one now, so nothing of the patch is done.",
		Remedy: "See what the chart has there now, and correct the patch.",
		Bad:    "jsonPatch: [{op: test, path: /spec/replicas, value: 2}]   # where it is 1\n",
		Good:   "jsonPatch: [{op: test, path: /spec/replicas, value: 1}]\n",
	},
	{
		Code: codeFile, Title: "a file that a patch names cannot be read", Severity: diag.Error, Tags: []string{"patch"},
		Why:    "`kustomize` names a kustomization, and that names patches and replacements. Paths are relative to the file that they stand in, and never lead out of the folder of helmx.yaml: what a run does depends on nothing else.",
		Remedy: "Correct the path, or move the file into the folder.",
		Bad:    "- kustomize: ../shared/kustomization.yaml\n",
		Good:   "- kustomize: kustomization.yaml\n",
	},
	{
		Code: codeImport, Title: "a kustomization does more than change objects", Severity: diag.Error, Tags: []string{"patch"},
		Why:    "Of a kustomization helmx takes what changes objects that are there: patches, labels, commonAnnotations, namespace, images, replicas and replacements. To take these and leave out the rest in silence would give something else than kustomize does.",
		Remedy: "Move the named field into a kustomization of its own, or do as the message says.",
		Bad:    "# kustomization.yaml\nresources: [deployment.yaml]\nimages: [{name: pilot, newTag: \"2\"}]\n",
		Good:   "# kustomization.yaml\nimages: [{name: pilot, newTag: \"2\"}]\n",
	},
}
