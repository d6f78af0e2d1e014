package cli

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"sigs.k8s.io/yaml"

	"github.com/helmx-dev/helmx/charts"
	"github.com/helmx-dev/helmx/internal/pipeline"
)

// valuesFlags are the flags of `helmx values`.
type valuesFlags struct {
	template templateFlags
	trace    bool
	unused   bool
	diff     []string
	format   string
}

const valuesLong = `Print the values that a chart works with: its defaults and those of its
subcharts, under profiles, compatibility version, platform, helmx.yaml, -f and
--set. Of charts that apply profiles by themselves, as Istio's do, these are the
values that their templates end with.

--trace shows for every value the layer that set it, the line, and what it
replaced. --diff compares two profiles or values files. --unused names what you
set and nothing reads.`

func (a *app) valuesCommand() *cobra.Command {
	v := &valuesFlags{template: templateFlags{settings: charts.SettingsFromEnv()}}
	cmd := &cobra.Command{
		Use:   "values [NAME] CHART",
		Short: "print the values a chart works with, and where each comes from",
		Long:  valuesLong,
		Example: "  helmx values builtin:mesh --profile ambient --trace\n" +
			"  helmx values builtin:mesh --diff minimal --diff ambient\n  helmx values ./app -f prod.yaml --unused",
		Args: func(*cobra.Command, []string) error { return v.check() },
		RunE: func(cmd *cobra.Command, args []string) error { return a.values(cmd.Context(), v, args) },
	}
	f := cmd.Flags()
	v.template.register(f)
	f.BoolVar(&v.trace, "trace", false, "show for every value where it comes from and what it replaced")
	f.BoolVar(&v.unused, "unused", false, "name the values that you set and nothing reads")
	f.StringArrayVar(&v.diff, "diff", nil, "compare two: `NAME` is a profile or a values file; give it twice")
	f.StringVar(&v.format, "format", "text", "print text (YAML) or json")
	for _, name := range []string{
		"skip-validation", "skip-lint", "allow-noop", "explain-patches", "show-only", "include-crds", "no-hooks", "skip-tests",
		"post-renderer", "post-renderer-args", "skip-schema-validation",
	} {
		f.Lookup(name).Hidden = true // nothing is printed that they are about; accepted so that template can be replaced by values
	}
	return cmd
}

func (v *valuesFlags) check() error {
	modes := 0
	for _, on := range []bool{v.trace, v.unused, len(v.diff) > 0} {
		if on {
			modes++
		}
	}
	switch {
	case modes > 1:
		return usageError{"--trace, --diff and --unused cannot go together", ""}
	case len(v.diff) != 0 && len(v.diff) != 2:
		return usageError{fmt.Sprintf("--diff is given %d times, expected two", len(v.diff)), "write --diff minimal --diff ambient, or --diff old.yaml --diff new.yaml"}
	}
	return oneOf("--format", v.format, []string{"text", "json"})
}

func (a *app) values(ctx context.Context, v *valuesFlags, args []string) error {
	if err := v.template.refuse(); err != nil {
		return err
	}
	ref, err := v.template.nameAndChart(args)
	if err != nil {
		return err
	}
	cfg, err := a.loadConfigFor(ref)
	if err != nil {
		return err
	}
	if _, err := a.templateOptions(&v.template, cfg); err != nil {
		return err
	}
	o := v.template.chart
	switch {
	case v.unused:
		a.format = v.format
		findings, err := pipeline.Unread(ctx, ref, o)
		return a.finish(findings, err)
	case len(v.diff) == 2:
		return a.diffValues(ctx, v, ref, o)
	}
	effective, findings, err := pipeline.Effective(ctx, ref, o)
	if err != nil || a.fails(findings) {
		return a.finish(findings, err)
	}
	if err := v.print(&a.stdout, effective); err != nil {
		return err
	}
	return a.finish(findings, nil)
}

func (v *valuesFlags) print(w io.Writer, effective pipeline.EffectiveValues) error {
	switch {
	case v.trace && v.format == "json":
		return printJSON(w, viewTrace(effective.Layers.Trace(effective.Map)))
	case v.trace:
		return writeTrace(w, effective.Layers.Trace(effective.Map))
	case v.format == "json":
		return printJSON(w, effective.Map)
	}
	text, err := yaml.Marshal(effective.Map)
	if err == nil {
		_, err = w.Write(text)
	}
	return err
}

func printJSON(w io.Writer, view any) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(view)
}

// traceView is the JSON of --trace; the text is made of it.
type traceView struct {
	Version int        `json:"version"`
	Values  []leafView `json:"values"` // never null
}

type leafView struct {
	Path string `json:"path"`
	settingView
	Replaced []settingView `json:"replaced"` // never null
}

type settingView struct {
	Value any    `json:"value"`
	Kind  string `json:"kind"`
	Layer string `json:"layer"`
	File  string `json:"file"`
	Line  int    `json:"line"`
}

func viewTrace(leaves []charts.Leaf) traceView {
	view := traceView{Version: 1, Values: []leafView{}}
	for _, l := range leaves {
		leaf := leafView{Path: l.Path.String(), settingView: viewSetting(l.Setting), Replaced: []settingView{}}
		for _, r := range l.Replaced {
			leaf.Replaced = append(leaf.Replaced, viewSetting(r))
		}
		view.Values = append(view.Values, leaf)
	}
	return view
}

func viewSetting(s charts.Setting) settingView {
	kind := s.Kind.String()
	if s.Layer == "" {
		kind, s.Layer = "template", "the chart's templates"
	}
	return settingView{Value: s.Value, Kind: kind, Layer: s.Layer, File: s.At.File, Line: s.At.Start.Line}
}

func writeTrace(w io.Writer, leaves []charts.Leaf) error {
	var b strings.Builder
	for _, l := range viewTrace(leaves).Values {
		fmt.Fprintf(&b, "%s: %s\n    %s\n", l.Path, inOneLine(l.Value), l.where())
		for _, r := range l.Replaced {
			fmt.Fprintf(&b, "    replaced %s of %s\n", inOneLine(r.Value), r.where())
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// where is the layer, and the line when it has one.
func (s settingView) where() string {
	if s.File == "" {
		return s.Layer
	}
	return fmt.Sprintf("%s, %s:%d", s.Layer, s.File, s.Line)
}

// inOneLine writes a value as JSON, and long ones in part.
func inOneLine(value any) string {
	text := inJSON(value)
	if runes := []rune(text); len(runes) > 80 {
		return string(runes[:77]) + "..."
	}
	return text
}

func inJSON(value any) string {
	text, err := json.Marshal(value)
	if err != nil {
		return fmt.Sprint(value)
	}
	return string(text)
}

// diffValues compares what the chart works with under two profiles or files.
func (a *app) diffValues(ctx context.Context, v *valuesFlags, ref string, o pipeline.ChartOptions) error {
	var sides [2]traceView
	for i, name := range v.diff {
		side := o
		if isFile(name) || slices.Contains([]string{".yaml", ".yml", ".json"}, filepath.Ext(name)) {
			side.Values.Files = append(slices.Clone(o.Values.Files), name)
		} else {
			side.Values.Profiles = append(slices.Clone(o.Values.Profiles), name)
		}
		effective, findings, err := pipeline.Effective(ctx, ref, side)
		if err != nil || a.fails(findings) {
			return a.finish(findings, err)
		}
		sides[i] = viewTrace(effective.Layers.Trace(effective.Map))
	}
	changes := compareValues(sides[0].Values, sides[1].Values)
	if v.format == "json" {
		return printJSON(&a.stdout, struct {
			Version int          `json:"version"`
			Changes []changeView `json:"changes"`
		}{1, changes})
	}
	if len(changes) == 0 {
		return nil
	}
	fmt.Fprintf(&a.stdout, "--- %s\n+++ %s\n", v.diff[0], v.diff[1])
	for _, c := range changes {
		for _, side := range []struct {
			mark string
			leaf *leafView
		}{{"-", c.A}, {"+", c.B}} {
			if side.leaf != nil {
				fmt.Fprintf(&a.stdout, "%s%s: %s  # %s\n", side.mark, c.Path, inOneLine(side.leaf.Value), side.leaf.where())
			}
		}
	}
	return nil
}

// changeView is a value that is not the same on both sides; a side that does not
// have it is null.
type changeView struct {
	Path string    `json:"path"`
	A    *leafView `json:"a"`
	B    *leafView `json:"b"`
}

func compareValues(a, b []leafView) []changeView {
	changes := []changeView{}
	at := map[string]int{}
	for i := range a {
		at[a[i].Path] = len(changes)
		changes = append(changes, changeView{Path: a[i].Path, A: &a[i]})
	}
	for i := range b {
		if j, ok := at[b[i].Path]; ok {
			changes[j].B = &b[i]
		} else {
			changes = append(changes, changeView{Path: b[i].Path, B: &b[i]})
		}
	}
	changes = slices.DeleteFunc(changes, func(c changeView) bool {
		return c.A != nil && c.B != nil && inJSON(c.A.Value) == inJSON(c.B.Value)
	})
	slices.SortFunc(changes, func(x, y changeView) int { return cmp.Compare(x.Path, y.Path) })
	return changes
}

// pairDiff lets --diff A B stand for --diff A --diff B in `helmx values`.
func pairDiff(args []string) []string {
	if !slices.Contains(args, "values") {
		return args
	}
	i := slices.Index(args, "--diff")
	if i < 0 || i+2 >= len(args) || strings.HasPrefix(args[i+2], "-") || slices.Contains(args[i+1:], "--diff") {
		return args
	}
	return slices.Insert(slices.Clone(args), i+2, "--diff")
}
