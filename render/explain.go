package render

import (
	"maps"
	"slices"

	"github.com/helmx-dev/helmx/diag"
)

const (
	codeSyntax    = "TP001"
	codeExecution = "TP002"
	codeMessage   = "TP003"
	codeYAML      = "TP004"
	codeForm      = "TP005"
	codeHook      = "TP006"
	codeShowOnly  = "TP007"
	codeLimit     = "TP008"
	codeWarning   = "TP009"
	codeOldValue  = "TP010"
)

func hookNames() []string { return slices.Sorted(maps.Keys(hookEvents)) }

const (
	docsTemplates = "https://pkg.go.dev/text/template"
	docsHooks     = "https://helm.sh/docs/topics/charts_hooks/"
)

// Explanations documents the codes of this package.
var Explanations = []diag.Explanation{
	{
		Code: codeSyntax, Title: "a template cannot be parsed", Severity: diag.Error,
		Why:    "The text between {{ and }} is not a template: an action or a string is not closed, an `end` is missing or one too many, or a function does not exist. Nothing is rendered, as in Helm.",
		Remedy: "Mend the line; the hint names the nearest function when the name is unknown.",
		Bad:    "name: {{ .Values.name | qoute }}\n",
		Good:   "name: {{ .Values.name | quote }}\n",
		Source: docsTemplates, Tags: []string{"template"},
	},
	{
		Code: codeExecution, Title: "a template failed while it ran", Severity: diag.Error,
		Why:    "An action could not be evaluated: a value is missing on the way, an argument has the wrong type, an included template does not exist, or an include never ends. The first lines of the trace are the file being rendered, the last one is where it failed.",
		Remedy: "Guard what may be missing with `with`, `default` or `dig`, and look at the values with `helmx values CHART`.",
		Bad:    "host: {{ .Values.ingress.host.name }}\n",
		Good:   "host: {{ dig \"ingress\" \"host\" \"name\" \"\" .Values.AsMap }}\n",
		Source: docsTemplates, Tags: []string{"template"},
	},
	{
		Code: codeMessage, Title: "the chart refuses its values", Severity: diag.Error,
		Why:    "The chart's author calls `fail` or `required` for this case. The message is theirs.",
		Remedy: "Set the value that the message asks for.",
		Bad:    "name: {{ required \"name is needed\" .Values.name }}   # without --set name=x\n",
		Good:   "name: {{ required \"name is needed\" .Values.name }}   # with --set name=x\n",
		Source: "https://helm.sh/docs/howto/charts_tips_and_tricks/#using-the-required-function", Tags: []string{"template", "values"},
	},
	{
		Code: codeYAML, Title: "a template rendered text that is not YAML", Severity: diag.Error,
		Why:    "Helm parses every document to sort it and stops at the first that is broken. It names a line of the rendered document; helmx names the template line that wrote it and shows the rendered one.",
		Remedy: "Most often a value needs `quote`, or a block needs `nindent` instead of `indent`, with the right number.",
		Bad:    "data:\n  note: {{ \"a: b\" }}\n",
		Good:   "data:\n  note: {{ \"a: b\" | quote }}\n",
		Source: "https://helm.sh/docs/chart_template_guide/yaml_techniques/", Tags: []string{"template", "yaml"},
	},
	{
		Code: codeForm, Title: "a rendered document is no Kubernetes object", Severity: diag.Error,
		Why:    "The document is YAML, but Helm cannot read the head of an object from it: it is a list or a plain text, or kind, metadata or an annotation has the wrong type.",
		Remedy: "Look at what the template renders; a stray word outside of an action is the usual cause.",
		Bad:    "{{ \"just text\" }}\n",
		Good:   "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n",
		Source: "https://kubernetes.io/docs/concepts/overview/working-with-objects/", Tags: []string{"template", "yaml"},
	},
	{
		Code: codeHook, Title: "a hook that Helm does not know", Severity: diag.Warning,
		Why:    "Helm silently drops an object whose helm.sh/hook annotation names an event it does not know. The object is then in no release and on no cluster.",
		Remedy: "Write one of Helm's events: " + "pre-install, post-install, pre-upgrade, post-upgrade, pre-delete, post-delete, pre-rollback, post-rollback, test.",
		Bad:    "metadata:\n  annotations:\n    helm.sh/hook: preinstall\n",
		Good:   "metadata:\n  annotations:\n    helm.sh/hook: pre-install\n",
		Source: docsHooks, Tags: []string{"template", "hooks"},
	},
	{
		Code: codeShowOnly, Title: "--show-only matches no template", Severity: diag.Error,
		Why:    "The pattern is compared with the template's path within the chart, and only templates that rendered something count.",
		Remedy: "Use a path as it stands in the `# Source:` comments, without the chart's name.",
		Bad:    "helmx template mesh ./mesh --show-only deployment.yaml\n",
		Good:   "helmx template mesh ./mesh --show-only templates/deployment.yaml\n",
		Source: "https://helm.sh/docs/helm/helm_template/", Tags: []string{"template"},
	},
	{
		Code: codeLimit, Title: "templates ran too long or wrote too much", Severity: diag.Error,
		Why:    "A template that does not end would fill the memory, with Helm as with any engine. helmx stops it.",
		Remedy: "Look for a range over a huge list, or for templates that call each other with tpl.",
		Bad:    "{{ range until 100000000 }}{{ $.Values.big }}{{ end }}\n",
		Good:   "{{ range until 10 }}{{ $.Values.big }}{{ end }}\n",
		Source: "helmx", Tags: []string{"template"},
	},
	{
		Code: codeWarning, Title: "the chart warns", Severity: diag.Warning,
		Why:    "The chart's author calls `warn` for this case. The message is theirs, and nothing is stopped by it.",
		Remedy: "Do what the message says, or render with --fail-on warning to make it count.",
		Bad:    "{{ if not .Values.tls }}{{ warn \"tls is off\" }}{{ end }}   # without --set tls=true\n",
		Good:   "{{ if not .Values.tls }}{{ warn \"tls is off\" }}{{ end }}   # with --set tls=true\n",
		Source: "helmx: docs/functions.md#warn", Tags: []string{"template", "values"},
	},
	{
		Code: codeOldValue, Title: "a value that the chart no longer wants is set", Severity: diag.Warning,
		Why:    "The chart's author calls `deprecate` for this value: it still works, and another one takes its place.",
		Remedy: "Set the new value in place of the old one.",
		Bad:    "{{ $image := .Values | deprecate \"image.name\" \"image.repository\" }}   # with --set image.name=pilot\n",
		Good:   "{{ $image := .Values | deprecate \"image.name\" \"image.repository\" }}   # with --set image.repository=pilot\n",
		Source: "helmx: docs/functions.md#deprecate", Tags: []string{"template", "values", "deprecation"},
	},
}
