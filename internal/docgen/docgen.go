// Package docgen writes the parts of README.md and docs/ that repeat what the
// code says: functions, rules, commands and configuration keys. Its test fails
// when one is stale, and rewrites them under HELMX_UPDATE=1. It writes no prose;
// that is kept in the files themselves, around the generated parts.
package docgen

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/helmx-dev/helmx/charts"
	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/funcs"
	"github.com/helmx-dev/helmx/internal/cli"
	"github.com/helmx-dev/helmx/patch"
	"github.com/helmx-dev/helmx/report"
)

// generated begins every file that is generated whole.
const generated = "<!-- Generated: run `make generate`. -->\n\n"

// Files returns the generated files by path from the root of the repository.
// root is where the sources lie that comments are read from.
func Files(root string) (map[string]string, error) {
	configuration, err := Configuration(root + "/internal/config")
	if err != nil {
		return nil, err
	}
	schema, err := ConfigSchema(root + "/internal/config")
	if err != nil {
		return nil, err
	}
	return map[string]string{
		"docs/functions.md": generated + Functions(),
		"docs/rules.md":     generated + Rules(),
		"docs/features.md":  generated + Features(),

		"docs/rules/istioctl-analyze.md": generated + Istioctl(),
		"docs/rules/not-yet.md":          generated + NotYet(),
		"docs/rules/istio-charts.md":     generated + IstioCharts(),

		"docs/cli.md":           generated + Commands(),
		"docs/configuration.md": generated + configuration,

		"docs/helmx.schema.json":            schema, // for editors
		"internal/config/helmx.schema.json": schema, // for `helmx schema config`
	}, nil
}

// Sections returns the generated parts of files that are written by hand, by
// file and marker name.
func Sections() map[string]map[string]string {
	return map[string]map[string]string{
		"README.md": {
			"charts":    chartTable(),
			"commands":  commandTable(),
			"functions": functionTable(),
			"rules":     ruleTable(),
		},
		"docs/patches.md": {
			"patch-keys":  keyTable(patch.Keys()),
			"target-keys": keyTable(patch.TargetKeys()),
		},
	}
}

// ReplaceSections puts each section between its markers in text:
// <!-- begin NAME --> and <!-- end NAME -->.
func ReplaceSections(text string, sections map[string]string) (string, error) {
	for _, name := range slices.Sorted(maps.Keys(sections)) {
		begin, end := "<!-- begin "+name+" -->\n", "<!-- end "+name+" -->"
		before, rest, ok := strings.Cut(text, begin)
		_, after, ok2 := strings.Cut(rest, end)
		if !ok || !ok2 {
			return "", fmt.Errorf("no markers for section %q: expected %q and %q", name, begin, end)
		}
		text = before + begin + sections[name] + end + after
	}
	return text, nil
}

func table(heading string, rows [][]string) string {
	var b strings.Builder
	columns := strings.Split(heading, "|")
	b.WriteString("| " + strings.Join(columns, " | ") + " |\n|" + strings.Repeat("---|", len(columns)) + "\n")
	for _, row := range rows {
		for i := range row {
			row[i] = strings.ReplaceAll(row[i], "|", "\\|")
		}
		b.WriteString("| " + strings.Join(row, " | ") + " |\n")
	}
	return b.String()
}

func chartTable() string {
	var rows [][]string
	for _, c := range charts.Builtins() {
		rows = append(rows, []string{"`builtin:" + c.Name + "`", c.Version, code(c.Profiles), c.Description})
	}
	return table("chart|version|profiles|what it is", rows)
}

func code(names []string) string {
	quoted := make([]string, len(names))
	for i, n := range names {
		quoted[i] = "`" + n + "`"
	}
	return strings.Join(quoted, " ")
}

func commandTable() string {
	var rows [][]string
	for _, c := range documented(cli.Command()) {
		rows = append(rows, []string{"`helmx " + c.Use + "`", c.Short})
	}
	return table("command|what it does", rows)
}

func functionTable() string {
	var rows [][]string
	for _, group := range funcs.Groups() {
		var names []string
		for _, f := range funcs.In(group) {
			names = append(names, fmt.Sprintf("[`%s`](docs/functions.md#%s)", f.Name, strings.ToLower(f.Name)))
		}
		rows = append(rows, []string{string(group), strings.Join(names, " ")})
	}
	return table("functions for|names", rows)
}

// chapters are what codes are about, by what they begin with.
var chapters = []struct{ prefix, about string }{
	{"CF", "configuration"},
	{"HX0", "configuration of lint"},
	{"CH", "charts and values"},
	{"TP", "templates"},
	{"PA", "patches"},
	{"EX", "expressions"},
	{"SC", "validation: what an API server would refuse"},
	{"HX1", "lint: features to adopt, to avoid, never to use"},
	{"HX2", "lint: security"},
	{"HX3", "lint: deprecation"},
	{"HX4", "lint: what does not fit together"},
	{"HX5", "lint: install"},
	{"IM", "import of IstioOperators"},
}

func ruleTable() string {
	var rows [][]string
	for _, c := range chapters {
		first, n := "", 0
		for _, e := range cli.Explanations() {
			if strings.HasPrefix(e.Code, c.prefix) {
				first, n = cmp.Or(first, e.Code), n+1
			}
		}
		if n > 0 {
			rows = append(rows, []string{"[" + first + " ...](docs/rules.md#" + strings.ToLower(first) + ")", strconv.Itoa(n), c.about})
		}
	}
	return table("codes|number|about", rows)
}

// keyTable documents keys of patches, but for the kinds of change.
func keyTable(keys []patch.Key) string {
	var rows [][]string
	for _, k := range keys {
		if !k.Kind {
			rows = append(rows, []string{"`" + k.Name + "`", k.Shape, k.Doc, "`" + k.Example + "`"})
		}
	}
	return table("key|value|meaning|example", rows)
}

// Functions is docs/functions.md.
func Functions() string {
	var b strings.Builder
	b.WriteString(functionsIntro)
	for _, group := range funcs.Groups() {
		fmt.Fprintf(&b, "\n## For %s\n\n", group)
		var rows [][]string
		for _, f := range funcs.In(group) {
			rows = append(rows, []string{fmt.Sprintf("[`%s`](#%s)", f.Signature(), strings.ToLower(f.Name)), f.Summary()})
		}
		b.WriteString(table("function|what it does", rows))
		for _, f := range funcs.In(group) {
			writeFunction(&b, f)
		}
	}
	return b.String()
}

const functionsIntro = `# Functions

What helmx adds to the functions of Helm and sprig. They work in three places: in the templates of a chart under
` + "`helmx template`" + `, in the patches of helmx.yaml, and in late expressions, [[= ... ]], of manifests that are rendered
already ([expressions.md](expressions.md)). Where one of them works in fewer, its entry says so.

* The value that a pipe brings comes last, and no function changes its arguments.
* What cannot be answered is an error that names the parameter and what it takes, never an empty string. No message shows a
  value: it may be a secret.
* No function hides one of Helm's or sprig's, so that a chart means the same to whoever renders it. sprig's compact, which drops the
  empty items of one list, stays what it is, and what drops nulls and empties at every depth is called pruneEmpty. Where
  Helm has a good one, there is no second: toYamlPretty, mustToYaml, mustToJson. The exception is call: of a function value
  it does what Go's call does, and of the name of a template, which Helm refuses, it returns the result.
* A chart that uses them cannot be rendered by plain Helm; [guides/techniques.md](guides/techniques.md) shows what it gains.
`

func writeFunction(b *strings.Builder, f funcs.Func) {
	fmt.Fprintf(b, "\n### %s\n\n%s\n%s\n", f.Name, fenced(f.Signature()), f.Doc)
	switch f.Where {
	case funcs.Templates:
		b.WriteString("\nIn the templates of charts only.\n")
	case funcs.Expressions:
		b.WriteString("\nIn expressions only.\n")
	}
	if len(f.Params) > 0 {
		b.WriteString("\n")
	}
	for _, p := range f.Params {
		fmt.Fprintf(b, "* `%s`: %s\n", strings.ToUpper(p.Name), p.Doc)
	}
	for _, e := range f.Examples {
		if e.Values != "" {
			fmt.Fprintf(b, "\nWith the values\n\n```yaml\n%s\n```\n", strings.Trim(e.Values, "\n"))
		}
		if e.Objects != "" {
			fmt.Fprintf(b, "\nWith %s\n", e.Objects)
		}
		fmt.Fprintf(b, "\n```text\n%s\n", strings.TrimRight(e.Template, "\n"))
		if e.Error != "" {
			fmt.Fprintf(b, "error: %s\n```\n", e.Error)
			continue
		}
		if e.Warning != "" {
			fmt.Fprintf(b, "warning: %s\n", e.Warning)
		}
		fmt.Fprintf(b, "-> %s\n```\n", strings.ReplaceAll(strings.TrimRight(e.Want, "\n"), "\n", "\n   "))
	}
}

// Rules is docs/rules.md: every code that helmx can print.
func Rules() string {
	var b strings.Builder
	b.WriteString("# Rules and findings\n\nEvery code that helmx can print. `helmx explain CODE` shows one.\n")
	for _, e := range cli.Explanations() {
		writeRule(&b, e)
	}
	return b.String()
}

func writeRule(b *strings.Builder, e diag.Explanation) {
	fmt.Fprintf(b, "\n## %s\n\n**%s** (%s)\n\n%s\n\n%s\n", e.Code, e.Title, e.Severity, e.Why, e.Remedy)
	for _, example := range []struct{ title, text string }{{"Bad", e.Bad}, {"Good", e.Good}} {
		if example.text != "" {
			fmt.Fprintf(b, "\n%s:\n\n%s\n", example.title, report.Fenced(example.text))
		}
	}
	if e.Source != "" {
		fmt.Fprintf(b, "\nSource: %s\n", e.Source)
	}
}

// Commands is docs/cli.md.
func Commands() string {
	root := cli.Command()
	var b strings.Builder
	b.WriteString("# Commands\n\n" + fenced(root.Long) + "\n## Global flags\n\n" + flagTable(root.PersistentFlags()))
	for _, c := range documented(root) {
		b.WriteString("\n## helmx " + c.Name() + "\n\n" + fenced(cmp.Or(c.Long, c.Short)) + "\n" + fenced(c.UseLine()))
		if c.Example != "" {
			b.WriteString("\nFor example:\n\n" + fenced(c.Example))
		}
		if flags := flagTable(c.LocalNonPersistentFlags()); flags != "" {
			b.WriteString("\n" + flags)
		}
		for _, sub := range documented(c) {
			b.WriteString("\n### helmx " + c.Name() + " " + sub.Use + "\n\n" + about(sub) + "\n" + flagTable(sub.LocalNonPersistentFlags()))
		}
	}
	return b.String()
}

func about(sub *cobra.Command) string {
	if sub.Long != "" {
		return fenced(sub.Long)
	}
	return sub.Short + "\n"
}

func fenced(text string) string { return "```text\n" + strings.TrimRight(text, "\n") + "\n```\n" }

func documented(c *cobra.Command) []*cobra.Command {
	return slices.DeleteFunc(slices.Clone(c.Commands()), func(c *cobra.Command) bool {
		return c.Hidden || c.Name() == "help" || c.Name() == "completion"
	})
}

// flagTable leaves out hidden flags and defaults that depend on the machine.
func flagTable(flags *pflag.FlagSet) string {
	var rows [][]string
	flags.VisitAll(func(f *pflag.Flag) {
		if f.Hidden || f.Name == "help" {
			return
		}
		name := "`--" + f.Name + "`"
		if f.Shorthand != "" {
			name = "`-" + f.Shorthand + "`, " + name
		}
		_, usage := pflag.UnquoteUsage(f)
		rows = append(rows, []string{name, usage})
	})
	if len(rows) == 0 {
		return ""
	}
	return table("flag|meaning", rows)
}
