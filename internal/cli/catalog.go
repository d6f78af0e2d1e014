package cli

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/helmx-dev/helmx/charts"
	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/expr"
	"github.com/helmx-dev/helmx/funcs"
	"github.com/helmx-dev/helmx/internal/config"
	"github.com/helmx-dev/helmx/istiooperator"
	"github.com/helmx-dev/helmx/lint"
	"github.com/helmx-dev/helmx/patch"
	"github.com/helmx-dev/helmx/render"
	"github.com/helmx-dev/helmx/schema"
)

// Explanations lists every code that helmx can print, in order.
func Explanations() []diag.Explanation {
	all := slices.Concat(
		config.Explanations, charts.Explanations, render.Explanations, patch.Explanations,
		expr.Explanations, schema.Explanations, lint.Explanations(), istiooperator.Explanations,
	)
	slices.SortFunc(all, func(x, y diag.Explanation) int { return cmp.Compare(x.Code, y.Code) })
	return all
}

func (a *app) rulesCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "rules [PREFIX...]",
		Short:   "list every code that helmx can print, or those that begin with a prefix",
		Example: "  helmx rules HX\n  helmx rules PA1 EX",
		RunE:    func(_ *cobra.Command, prefixes []string) error { return a.rules(prefixes) },
	}
}

func (a *app) rules(prefixes []string) error {
	rows := [][]string{{"CODE", "SEVERITY", "TITLE"}}
	used := map[string]bool{}
	for _, e := range Explanations() {
		listed := len(prefixes) == 0
		for _, prefix := range prefixes {
			if strings.HasPrefix(e.Code, strings.TrimSuffix(strings.ToUpper(prefix), "*")) { // HX1*, as in lint.select
				listed, used[prefix] = true, true
			}
		}
		if listed {
			rows = append(rows, []string{e.Code, e.Severity.String(), e.Title})
		}
	}
	for _, prefix := range prefixes {
		if !used[prefix] {
			return usageError{"no code begins with " + prefix, suggestCode(prefix, Explanations())}
		}
	}
	return writeTable(&a.stdout, rows)
}

func (a *app) explainCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "explain CODE",
		Short:   "explain a code: what goes wrong, what to do, a bad and a good example",
		Example: "  helmx explain HX107",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usageError{"explain needs one code", "`helmx rules` lists them"}
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error { return a.explain(args[0]) },
	}
}

func (a *app) explain(code string) error {
	all := Explanations()
	for _, e := range all {
		if strings.EqualFold(e.Code, code) {
			return writeExplanation(&a.stdout, e)
		}
	}
	return usageError{"unknown code " + code, suggestCode(code, all)}
}

// suggestCode takes a word for a misspelt code, or for what a code is about.
func suggestCode(word string, all []diag.Explanation) string {
	var codes, about []string
	for _, e := range all {
		codes = append(codes, e.Code)
		if strings.Contains(strings.ToLower(e.Title+" "+strings.Join(e.Tags, " ")), strings.ToLower(word)) {
			about = append(about, e.Code)
		}
	}
	switch {
	case len(about) > 5:
		return fmt.Sprintf("%d codes are about %q, `helmx rules` lists them: %s, ...", len(about), word, strings.Join(about[:5], ", "))
	case len(about) > 0:
		return fmt.Sprintf("about %q: %s", word, strings.Join(about, ", "))
	}
	return cmp.Or(diag.DidYouMean(word, codes), "`helmx rules` lists them; a code is two letters and three digits, such as "+codes[0])
}

func writeExplanation(w io.Writer, e diag.Explanation) error {
	fmt.Fprintf(w, "%s (%s): %s\n\n%s\n\n%s\n", e.Code, e.Severity, e.Title, e.Why, e.Remedy)
	for _, example := range []struct{ title, text string }{{"Bad", e.Bad}, {"Good", e.Good}} {
		if example.text != "" {
			fmt.Fprintf(w, "\n%s:\n\n%s", example.title, indent(example.text))
		}
	}
	if e.Source == "" {
		return nil
	}
	_, err := fmt.Fprintf(w, "\nSource: %s\n", strings.ReplaceAll(e.Source, "\n", "\n        "))
	return err
}

func indent(text string) string {
	var b strings.Builder
	for line := range strings.Lines(strings.TrimRight(text, "\n") + "\n") {
		b.WriteString("    " + line)
	}
	return b.String()
}

func (a *app) chartsCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "charts",
		Short: "list the charts inside the binary",
		Args:  noArgs,
		RunE: func(*cobra.Command, []string) error {
			rows := [][]string{{"CHART", "VERSION", "PROFILES", "DESCRIPTION"}}
			for _, b := range charts.Builtins() {
				rows = append(rows, []string{"builtin:" + b.Name, b.Version, strings.Join(b.Profiles, ","), b.Description})
			}
			return writeTable(&a.stdout, rows)
		},
	}
}

func (a *app) funcsCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "funcs [NAME]",
		Short: "list the template functions that helmx adds, or explain one",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usageError{"funcs takes at most one name", ""}
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) == 1 {
				return a.explainFunc(args[0])
			}
			rows := [][]string{{"FUNCTION", "WHAT IT DOES"}}
			for _, group := range funcs.Groups() {
				rows = append(rows, []string{""}, []string{"for " + string(group) + ":"})
				for _, f := range funcs.In(group) {
					rows = append(rows, []string{f.Signature(), f.Summary()})
				}
			}
			return writeTable(&a.stdout, rows)
		},
	}
}

func (a *app) explainFunc(name string) error {
	if f, ok := funcs.Lookup(name); ok {
		writeFunc(&a.stdout, f)
		return nil
	}
	var names []string
	for _, f := range funcs.All() {
		names = append(names, f.Name)
	}
	return usageError{"unknown function " + name, cmp.Or(diag.DidYouMean(name, names), "`helmx funcs` lists them; sprig's and Helm's are documented by Helm")}
}

func writeFunc(w io.Writer, f funcs.Func) {
	fmt.Fprintf(w, "%s\n\n%s\n", f.Signature(), f.Doc)
	switch f.Where {
	case funcs.Templates:
		fmt.Fprintln(w, "It works in the templates of charts only.")
	case funcs.Expressions:
		fmt.Fprintln(w, "It works in expressions only.")
	}
	for _, p := range f.Params {
		fmt.Fprintf(w, "\n  %s: %s", p.Name, p.Doc)
	}
	fmt.Fprint(w, "\n\nExamples:\n")
	for _, e := range f.Examples {
		fmt.Fprintf(w, "\n%s", indent(e.Template))
		if e.Values != "" {
			fmt.Fprintf(w, "  with the values\n%s", indent(strings.TrimLeft(e.Values, "\n")))
		}
		if e.Objects != "" {
			fmt.Fprintf(w, "  with %s\n", e.Objects)
		}
		if e.Warning != "" {
			fmt.Fprintf(w, "  warns: %s\n", e.Warning)
		}
		if e.Error != "" {
			fmt.Fprintf(w, "  fails: %s\n", e.Error)
		} else {
			fmt.Fprintf(w, "  prints\n%s", indent(e.Want))
		}
	}
}

// writeTable aligns rows in columns; the first row is the heading.
func writeTable(w io.Writer, rows [][]string) error {
	t := tabwriter.NewWriter(w, 0, 4, 3, ' ', 0)
	for _, row := range rows {
		fmt.Fprintln(t, strings.Join(row, "\t"))
	}
	return t.Flush()
}
