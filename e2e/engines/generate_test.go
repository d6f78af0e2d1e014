package engines

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// kind is what an expression of the generator should evaluate to; now and then
// it lies, to see failures as well.
type kind int

const (
	text kind = iota
	number
	list
	dict
	boolean
	anything
	kinds // those above are results as well as arguments
	count // a small number that is not negative
	pattern
	version
	divisor
	place // of a list of two or more
	other // a text for tpl
	// Maps must not come to hold themselves: Helm dies of that. So merge takes
	// from lower to higher ones only, and set sets texts.
	target
	source
)

// function is one function of the templates and what it takes.
type function struct {
	name string
	args []kind
	out  kind
}

// functions are Helm's with deterministic results. Their arguments are small,
// so that none takes long or much.
var functions = []function{
	{"upper", []kind{text}, text}, {"lower", []kind{text}, text}, {"title", []kind{text}, text}, {"untitle", []kind{text}, text},
	{"trim", []kind{text}, text}, {"trimAll", []kind{text, text}, text}, {"trimPrefix", []kind{text, text}, text}, {"trimSuffix", []kind{text, text}, text},
	{"trunc", []kind{number, text}, text}, {"substr", []kind{place, count, text}, text}, {"repeat", []kind{count, text}, text},
	{"nospace", []kind{text}, text}, {"initials", []kind{text}, text}, {"abbrev", []kind{count, text}, text}, {"wrap", []kind{count, text}, text},
	{"quote", []kind{anything}, text}, {"squote", []kind{anything}, text}, {"cat", []kind{anything, anything}, text},
	{"indent", []kind{count, text}, text}, {"nindent", []kind{count, text}, text}, {"replace", []kind{text, text, text}, text},
	{"snakecase", []kind{text}, text}, {"camelcase", []kind{text}, text}, {"kebabcase", []kind{text}, text}, {"swapcase", []kind{text}, text},
	{"plural", []kind{text, text, number}, text}, {"contains", []kind{text, text}, boolean}, {"hasPrefix", []kind{text, text}, boolean}, {"hasSuffix", []kind{text, text}, boolean},
	{"regexMatch", []kind{pattern, text}, boolean}, {"regexFind", []kind{pattern, text}, text}, {"regexReplaceAll", []kind{pattern, text, text}, text}, {"regexSplit", []kind{pattern, text, number}, list},
	{"splitList", []kind{text, text}, list}, {"split", []kind{text, text}, dict}, {"splitn", []kind{text, count, text}, dict}, {"join", []kind{text, list}, text}, {"sortAlpha", []kind{list}, list}, {"toStrings", []kind{list}, list},
	{"b64enc", []kind{text}, text}, {"b64dec", []kind{text}, text}, {"b32enc", []kind{text}, text}, {"sha256sum", []kind{text}, text}, {"sha1sum", []kind{text}, text}, {"adler32sum", []kind{text}, text},
	{"print", []kind{anything, anything}, text}, {"printf", []kind{text, anything}, text}, {"html", []kind{anything}, text}, {"js", []kind{anything}, text}, {"urlquery", []kind{anything}, text},
	{"toString", []kind{anything}, text}, {"default", []kind{anything, anything}, anything}, {"coalesce", []kind{anything, anything, anything}, anything},
	{"empty", []kind{anything}, boolean}, {"ternary", []kind{anything, anything, boolean}, anything}, {"required", []kind{text, text}, anything},
	{"add", []kind{number, number}, number}, {"add1", []kind{number}, number}, {"sub", []kind{number, number}, number}, {"mul", []kind{number, number}, number}, {"div", []kind{number, divisor}, number}, {"mod", []kind{number, divisor}, number},
	{"max", []kind{number, number}, number}, {"min", []kind{number, number}, number}, {"floor", []kind{number}, number}, {"ceil", []kind{number}, number}, {"round", []kind{number, number}, number},
	{"addf", []kind{number, number}, number}, {"mulf", []kind{number, number}, number}, {"int", []kind{anything}, number}, {"int64", []kind{anything}, number}, {"float64", []kind{anything}, number}, {"atoi", []kind{text}, number}, {"toDecimal", []kind{text}, number},
	{"until", []kind{number}, list}, {"untilStep", []kind{number, number, place}, list}, {"seq", []kind{number, number}, text}, {"len", []kind{list}, number},
	{"eq", []kind{text, text}, boolean}, {"ne", []kind{text, text}, boolean}, {"lt", []kind{count, place}, boolean}, {"ge", []kind{place, count}, boolean}, {"and", []kind{anything, anything}, anything}, {"or", []kind{anything, anything}, anything}, {"not", []kind{anything}, boolean},
	{"list", []kind{anything, anything}, list}, {"first", []kind{list}, anything}, {"last", []kind{list}, anything}, {"rest", []kind{list}, list}, {"initial", []kind{list}, list}, {"append", []kind{list, anything}, list}, {"prepend", []kind{list, anything}, list}, {"concat", []kind{list, list}, list},
	{"reverse", []kind{list}, list}, {"uniq", []kind{list}, list}, {"without", []kind{list, anything}, list}, {"has", []kind{anything, list}, boolean}, {"compact", []kind{list}, list}, {"slice", []kind{list, place}, list}, {"chunk", []kind{divisor, list}, list}, {"index", []kind{list, place}, anything},
	{"dict", []kind{text, anything}, dict}, {"get", []kind{dict, text}, anything}, {"set", []kind{dict, text, text}, dict}, {"unset", []kind{dict, text}, dict}, {"hasKey", []kind{dict, text}, boolean}, {"pluck", []kind{text, dict, dict}, list},
	{"pick", []kind{dict, text}, dict}, {"omit", []kind{dict, text}, dict}, {"dig", []kind{text, anything, dict}, anything}, {"merge", []kind{target, source}, dict}, {"mergeOverwrite", []kind{target, source}, dict}, {"mustMerge", []kind{target, source}, dict}, {"deepCopy", []kind{dict}, dict},
	{"kindOf", []kind{anything}, text}, {"typeOf", []kind{anything}, text}, {"kindIs", []kind{text, anything}, boolean}, {"typeIs", []kind{text, anything}, boolean}, {"deepEqual", []kind{anything, anything}, boolean},
	{"toYaml", []kind{anything}, text}, {"toYamlPretty", []kind{anything}, text}, {"toJson", []kind{anything}, text}, {"toToml", []kind{dict}, text}, {"toPrettyJson", []kind{anything}, text}, {"toRawJson", []kind{anything}, text},
	{"fromYaml", []kind{text}, dict}, {"fromYamlArray", []kind{text}, list}, {"fromJson", []kind{text}, dict}, {"fromJsonArray", []kind{text}, list}, {"fromToml", []kind{text}, dict},
	{"semverCompare", []kind{version, version}, boolean}, {"base", []kind{text}, text}, {"dir", []kind{text}, text}, {"ext", []kind{text}, text}, {"clean", []kind{text}, text},
	{"tpl", []kind{other}, text}, {"lookup", []kind{text, text, text, text}, dict}, {"all", []kind{anything, anything}, boolean}, {"any", []kind{anything, anything}, boolean},
}

// literals by kind, chosen for being awkward.
var literals = map[kind][]string{
	text:     {`""`, `"a"`, `"x: y"`, `"  pad "`, `"line1\nline2\n"`, "`raw {{ . }}`", `"yes"`, `"1e3"`, `"007"`, `"a,b,c"`, `"#"`, `"é世"`, `"<a&b>"`, `"it's"`, `"{{ .Values.s }}"`, `"%v"`, `"%d|%s"`, `">=1.20"`, `"1.37.0"`, `"a: 1"`, `"[1, 2]"`, `"{\"k\": 1}"`, `"null"`, `"-"`, `"(a)"`, `"s"`, `"m"`, `"map"`, `"string"`, `"<no value>"`, `"a/b.c"`},
	number:   {"0", "1", "-1", "2", "3", "7", "12", "1.5", "-0.25", "0x1F", "1e3", "'a'"},
	list:     {"(list)", "(list 1 2 3)", `(list "b" "a" "c" "a")`, `(list nil 0 "")`, "(until 4)", `(list (dict "k" 1) (dict "k" 2))`},
	dict:     {"(dict)", `(dict "k" 1 "z" "y")`, `(dict "a" (dict "b" (list 1 2)))`, `(dict "nil" nil)`},
	boolean:  {"true", "false"},
	count:    {"0", "1", "2", "5", "40", "(int $.Values.n)"},
	pattern:  {`"a"`, `"^x.*$"`, `"[a-c]+"`, `"(t)(e)"`, `""`, "`\\s`", `"(?i)TEXT"`, `"z*"`},
	version:  {`"1.2.3"`, `"v1.37.0"`, `"1.2"`, `"2.0.0-rc.1"`, `"0.0.1+build"`},
	divisor:  {"1", "2", "3", "7"},
	place:    {"0", "1"},
	target:   {"(dict)", `(dict "g" 0 "x" (dict "y" 1))`, "$.Values", "$.Values.m"},
	source:   {"(dict)", `(dict "s" "merged" "n" 0)`, `(dict "deep" (dict "x" "merged" "z" (list 1)))`, "$.Values.m.deep", "$.Values.global"},
	other:    {`"{{ .Values.s }}"`, `"plain"`, `"{{ .Release }}"`, "`{{ upper \"x\" }}<no value>`", `""`},
	anything: {"(first (list nil))", `""`, "0", "true", `"any"`, "(list)", "(dict)"},
}

// paths into the context by kind; "$" stands for the whole of it.
var paths = map[kind][]string{
	text:     {"$.Values.s", "$.Values.multi", "$.Values.tpl", "$.Values.m.s", "$.Release.Name", "$.Chart.Name", "$.Chart.Version", "$.Template.Name", "$.Template.BasePath", "$.Capabilities.KubeVersion.Version", `($.Files.Get "f.txt")`},
	number:   {"$.Values.n", "$.Values.big", "$.Values.f", "$.Values.m.n", "$.Release.Revision"},
	list:     {"$.Values.l", "$.Values.lm", "$.Values.m.l", `($.Files.Lines "f.txt")`},
	dict:     {"$.Values.m", "$.Values.m.deep", "$.Values", "$.Values.global", "$.Release", "$.Template"},
	boolean:  {"$.Values.b", "$.Release.IsInstall", "$.Chart.IsRoot", `($.Capabilities.APIVersions.Has "v1")`},
	anything: {"$.Values.nul", "$.Values.nope", "$.Values.m.nope", "$.Values.s", "$.Values.n", "$.Values.l", "$.Values.m", "$.Values.global", "(index $.Values.lm 0)"},
}

// mistakes usually fail, each with a message of its own.
var mistakes = []string{"$.Values.nope.deep", "nosuch", `(fail "generated")`, `(required "generated" nil)`, "(list nil)", "(dict)", "nil", `(tpl "{{ nope }}" $)`, `(tpl "{{ .Values.a.b.c }}" $)`, "$.Values.s.x", "(div 1 0)", `(include "h.nope" .)`, `(index $.Values.l 99)`, "(trunc)", `(mustRegexMatch "[" "x")`, "$x99"}

// generator writes templates. The same seed gives the same text.
type generator struct {
	*rand.Rand
	vars  int // variables declared so far
	scope []string
	depth int
	// inHelper keeps a define from including others: most cycles end in the
	// limit on depth.
	inHelper bool
}

func newGenerator(seed uint64) *generator {
	return &generator{Rand: rand.New(rand.NewPCG(seed, 0x68656c6d78))}
}

func (g *generator) one(of []string) string { return of[g.IntN(len(of))] }

func (g *generator) chance(percent int) bool { return g.IntN(100) < percent }

// expr is an expression that can be an argument.
func (g *generator) expr(k kind, depth int) string {
	if g.IntN(1000) == 0 {
		return g.one(mistakes)
	}
	switch n := g.IntN(10); {
	case k > kinds, depth <= 0 && n < 5, n < 2:
		return g.one(literals[k])
	case depth <= 0, n < 5:
		if k == anything && len(g.scope) > 0 && g.chance(50) {
			return g.one(g.scope)
		}
		return g.one(paths[k])
	case n == 9 && k == text && !g.inHelper:
		return fmt.Sprintf("(include %q $)", g.helper())
	}
	return "(" + g.call(k, depth-1) + ")"
}

// call is a function with its arguments, sometimes as a pipeline.
func (g *generator) call(k kind, depth int) string {
	var fit []function
	for _, f := range functions {
		if f.out == k || k == anything || f.out == anything && g.chance(20) {
			fit = append(fit, f)
		}
	}
	f := fit[g.IntN(len(fit))]
	var args []string
	for _, a := range f.args {
		args = append(args, g.expr(a, depth))
		if f.name == "tpl" {
			args = append(args, "$")
			break
		}
	}
	if n := len(args); n > 0 && g.chance(30) {
		return strings.Join(append([]string{args[n-1], "|", f.name}, args[:n-1]...), " ")
	}
	return f.name + " " + strings.Join(args, " ")
}

func (g *generator) helper() string {
	return g.one([]string{"h.one", "h.two", "h.list", "h.one"})
}

// action is {{ ... }} with a value.
func (g *generator) action() string {
	open, end := "{{ ", " }}"
	if g.chance(10) {
		open = "{{- "
	}
	if g.chance(10) {
		end = " -}}"
	}
	k := kind(g.IntN(int(kinds)))
	if g.chance(40) {
		return open + g.expr(k, 2) + end
	}
	return open + g.call(k, 2) + end
}

// body is a few statements.
func (g *generator) body() string {
	if g.depth > 3 {
		return g.action()
	}
	g.depth++
	declared := len(g.scope)
	var b strings.Builder
	for range 1 + g.IntN(3) {
		b.WriteString(g.statement())
	}
	g.scope = g.scope[:declared]
	g.depth--
	return b.String()
}

func (g *generator) statement() string {
	switch g.IntN(14) {
	case 0:
		return fmt.Sprintf("{{ if %s }}%s{{ else }}%s{{ end }}", g.expr(boolean, 2), g.body(), g.body())
	case 1:
		return fmt.Sprintf("{{- if %s -}}%s{{ else if %s }}%s{{- end }}\n", g.expr(anything, 1), g.body(), g.expr(boolean, 1), g.body())
	case 2:
		return fmt.Sprintf("{{ range %s }}%s{{ else }}none{{ end }}", g.expr(list, 1), g.body())
	case 3:
		return g.rangeWithVariables()
	case 4:
		return fmt.Sprintf("{{ with %s }}%s{{ else }}%s{{ end }}", g.expr(anything, 2), g.body(), g.body())
	case 5:
		return g.assignment()
	case 6:
		if g.inHelper {
			return g.action()
		}
		return fmt.Sprintf("{{ template %q $ }}", g.helper())
	case 7:
		return fmt.Sprintf("{{ $_ := set %s %s %s }}", g.expr(dict, 0), g.expr(text, 0), g.expr(text, 1))
	case 8:
		return fmt.Sprintf("{{ tpl %s $ }}", g.one([]string{"$.Values.tpl", "$.Values.tpldef", `"{{ include \"h.three\" . }}"`, `"{{ define \"own\" }}o{{ end }}{{ template \"own\" }}"`, "(toYaml $.Values.m)"}))
	case 9:
		return g.one([]string{"\n", "text ", "# comment\n", "key: ", "- ", "{{/* c */}}", "{{- /* c */ -}}\n", "  "})
	default:
		return g.action() + g.one([]string{"", "\n", " "})
	}
}

func (g *generator) rangeWithVariables() string {
	k, v := fmt.Sprintf("$k%d", g.vars), fmt.Sprintf("$v%d", g.vars)
	g.vars++
	over := g.expr(kind(int(list)+g.IntN(2)), 1)
	declared := len(g.scope)
	g.scope = append(g.scope, k, v)
	inner := g.body()
	g.scope = g.scope[:declared]
	if g.chance(20) {
		inner += "{{ if eq " + k + " 1 }}{{ " + g.one([]string{"break", "continue"}) + " }}{{ end }}after"
	}
	return fmt.Sprintf("{{ range %s, %s := %s }}%s={{ %s }} %s{{ end }}\n", k, v, over, "{{ "+k+" }}", v, inner)
}

func (g *generator) assignment() string {
	if len(g.scope) > 0 && g.chance(40) {
		return fmt.Sprintf("{{ %s = %s }}", g.one(g.scope), g.expr(anything, 1))
	}
	v := fmt.Sprintf("$x%d", g.vars)
	g.vars++
	s := fmt.Sprintf("{{ %s := %s }}", v, g.expr(anything, 2))
	g.scope = append(g.scope, v)
	return s
}

// document is a template whose result is usually YAML, so that the splitting
// and sorting of documents is reached.
func (g *generator) document() string {
	var b strings.Builder
	for i := range 1 + g.IntN(3) {
		if i > 0 {
			b.WriteString("\n---\n")
		}
		fmt.Fprintf(&b, "kind: %s\nmetadata:\n  name: n%d\n", g.one([]string{"ConfigMap", "Secret", "Zebra", "Deployment", "Service"}), i)
		if g.chance(20) {
			fmt.Fprintf(&b, "  annotations: {helm.sh/hook: %s}\n", g.one([]string{"test", "pre-install", "nonsense"}))
		}
		for j := range 1 + g.IntN(3) {
			switch g.IntN(3) {
			case 0:
				fmt.Fprintf(&b, "k%d: {{ %s | quote }}\n", j, g.call(text, 2))
			case 1:
				fmt.Fprintf(&b, "k%d: {{- toYaml %s | nindent 2 }}\n", j, g.expr(kind(int(list)+g.IntN(2)), 2))
			default:
				fmt.Fprintf(&b, "k%d: {{ %s | toJson }}\n", j, g.expr(anything, 2))
			}
		}
	}
	return b.String()
}

// chart is the files of a chart with one subchart.
func (g *generator) chart() map[string]string {
	g.inHelper = true
	helper := g.body()
	g.inHelper = false
	files := map[string]string{
		"Chart.yaml":                  "apiVersion: v2\nname: top\nversion: 1.2.3\n",
		"values.yaml":                 values,
		"f.txt":                       "line 1\nline 2\n",
		"templates/_h.tpl":            fmt.Sprintf("{{ define \"h.one\" }}%s{{ end }}\n{{ define \"h.two\" -}} two {{ include \"h.one\" . }}{{ end }}\n{{ define \"h.list\" }}\n- a\n- {{ .Values.s }}\n{{ end }}{{ define \"h.three\" }}three{{ end }}", helper),
		"charts/sub/Chart.yaml":       "apiVersion: v2\nname: sub\nversion: 0.1.0\n",
		"charts/sub/values.yaml":      "s: sub\nn: 3\nl: [z, y]\nlm: [{k: 0}]\nm: {a: 1, l: [3], deep: {x: 1}}\ntpl: \"{{ .Chart.Name }}\"\n",
		"charts/sub/templates/a.yaml": g.document(),
		"charts/sub/templates/_h.tpl": "{{ define \"h.two\" }}sub two{{ end }}",
		"templates/a.yaml":            g.document(),
		"templates/deep/er/b.yaml":    g.document(),
	}
	if g.chance(50) {
		files["templates/free.yaml"] = g.body()
	}
	return files
}

const values = `
s: text
multi: |
  one
  two
tpl: "s is {{ .Values.s }}"
tpldef: '{{ define "h.one" }}inner{{ end }}{{ include "h.one" . }}'
n: 5
big: 12345678
f: 1.25
b: true
nul: null
l: [b, a, 3, 1.5, true, null]
lm: [{k: 1, n: a}, {k: 2}]
m: {s: in map, n: 2, l: [1, 2], deep: {x: 1, y: {z: w}}, "on": off, "a b": c}
sub: {n: 9, fromTop: yes}
global: {g: 1, tpl: "{{ .Release.Name }}"}
`
