package expr

import "github.com/helmx-dev/helmx/diag"

// Explanations documents every code that this package prints.
var Explanations = []diag.Explanation{
	{
		Code: "EX001", Title: "an expression cannot be read", Severity: diag.Error,
		Why:    "Between [[= and ]] stands one pipeline of Go's template language: values, functions, parentheses and pipes. This one is not closed, is empty, holds a mistake or calls a function that is not there. Functions that would make the same input give other bytes - clock, randomness, environment, network - are not there on purpose.",
		Remedy: "Mend the expression; `helmx funcs` lists what there is.",
		Bad:    "replicas: '[[= .Values.replicas | defualt 2 ]]'\n",
		Good:   "replicas: '[[= .Values.replicas | default 2 ]]'\n",
		Source: "Go, text/template: https://pkg.go.dev/text/template#hdr-Pipelines", Tags: []string{"expression"},
	},
	{
		Code: "EX002", Title: "an expression fails", Severity: diag.Error,
		Why:    "A function was given what it does not take, a value on the way is missing, or the result has no place where the expression stands: a map or a list in the middle of text, bytes, a number that JSON does not have.",
		Remedy: "Give the function what its documentation asks for (`helmx funcs NAME`); write maps and lists into text with toJson or toYaml.",
		Bad:    "image: 'app:[[= .Values.image ]]' # a map\n",
		Good:   "image: 'app:[[= .Values.image.tag ]]'\n",
		Source: "helmx: docs/expressions.md#types", Tags: []string{"expression"},
	},
	{
		Code: "EX003", Title: "an expression has no value", Severity: diag.Error,
		Why:    "The value that the expression reads is not set. Helm would print <no value> or nothing; in an install manifest both are mistakes that surface much later. .Values holds what the user gives - values and profiles of helmx.yaml, -f, --set - and not the defaults of charts: a post-renderer does not know those, and one helmx.yaml must mean the same in post-render and in template.",
		Remedy: "Set the value in helmx.yaml or on the command line, or say what holds without it: default.",
		Bad:    "team: '[[= .Values.taem ]]'\n",
		Good:   "team: '[[= .Values.team | default \"mesh\" ]]'\n",
		Source: "helmx: docs/expressions.md#what-an-expression-sees", Tags: []string{"expression"},
	},
	{
		Code: "EX004", Title: "a key is an expression", Severity: diag.Error,
		Why:    "Expressions are evaluated on the tree, and its keys say where things are: patches, schemas and findings go by them.",
		Remedy: "Let the value above the key be the expression: a scalar that is exactly one expression may become a map.",
		Bad:    "labels:\n  '[[= .Values.key ]]': \"yes\"\n",
		Good:   "labels: '[[= dict .Values.key \"yes\" ]]'\n",
		Source: "helmx: docs/expressions.md#where-they-can-stand", Tags: []string{"expression"},
	},
	{
		Code: "EX005", Title: "an expression without quotes", Severity: diag.Error,
		Why:    "To YAML, [[= x ]] without quotes is a list in a list, so that nothing would be evaluated.",
		Remedy: "Write quotes around the expression.",
		Bad:    "replicas: [[= .Values.replicas ]]\n",
		Good:   "replicas: '[[= .Values.replicas ]]'\n",
		Source: "YAML 1.2, flow sequences: https://yaml.org/spec/1.2.2/#741-flow-sequences", Tags: []string{"expression"},
	},
	{
		Code: "EX006", Title: "the result of an expression is an expression", Severity: diag.Error,
		Why:    "Results are never evaluated again, so that no value can smuggle in an expression. A result that holds the delimiter would be evaluated by the next run over the same manifests, and an expression that reads a field which is one itself gets its text, not its result.",
		Remedy: "Read what the other expression reads. For text that holds [[= anyway, choose other delimiters in helmx.yaml.",
		Bad:    "a: '[[= .Values.a ]]'\nb: '[[= .Object.a ]]'\n",
		Good:   "a: '[[= .Values.a ]]'\nb: '[[= .Values.a ]]'\n",
		Source: "helmx: docs/expressions.md#types", Tags: []string{"expression"},
	},
	{
		Code: "EX007", Title: "a result does not fit into the document", Severity: diag.Error,
		Why:    "After the results are written, the document is parsed again and compared with the tree that was meant. They differ, so that nothing is written at all.",
		Remedy: "Simplify the scalar that holds the expression: one expression, in single quotes. This should not happen; please report it.",
		Bad:    "a document whose layout cannot be edited\n",
		Good:   "replicas: '[[= .Values.replicas ]]'\n",
		Source: "helmx: docs/expressions.md#where-they-can-stand", Tags: []string{"expression"},
	},
	{
		Code: "EX008", Title: "a document with an expression is not YAML", Severity: diag.Error,
		Why:    "Expressions are evaluated on the tree of the document, and there is none. Often an expression without quotes is the reason: quotes and colons in it mean something to YAML.",
		Remedy: "Write quotes around the expression, single ones where it holds double ones.",
		Bad:    "team: [[= .Values.team | default \"a: b\" ]] x\n",
		Good:   "team: '[[= .Values.team | default \"a: b\" ]] x'\n",
		Source: "YAML 1.2: https://yaml.org/spec/1.2.2/", Tags: []string{"expression"},
	},
	{
		Code: "EX009", Title: "the name of the release is not known", Severity: diag.Error,
		Why:    "Helm gives a post-renderer the manifests and nothing else. An empty name in their place would make wrong objects that look right.",
		Remedy: "Give the name: helmx post-render --release NAME, through Helm --post-renderer-args=--release=NAME.",
		Bad:    "app: '[[= .Release.Name ]]' # and no --release\n",
		Good:   "app: '[[= .Values.app ]]'\n",
		Source: "helmx: docs/expressions.md#what-an-expression-sees", Tags: []string{"expression"},
	},
}
