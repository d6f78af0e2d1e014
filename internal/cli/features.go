package cli

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"

	"github.com/spf13/cobra"

	"github.com/helmx-dev/helmx/charts"
	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/internal/config"
	"github.com/helmx-dev/helmx/internal/pipeline"
	"github.com/helmx-dev/helmx/lint"
)

// featureFormats are the values of features --format.
var featureFormats = []string{"table", "json", "markdown"}

func (a *app) featuresCommand() *cobra.Command {
	c := &checkFlags{settings: charts.SettingsFromEnv()}
	cmd := &cobra.Command{
		Use:   "features PATH...",
		Short: "list the mesh features that an install uses, with maturity and recommendation",
		Long: "Render the charts, then list the features of Istio that everything together uses: how mature each is, whether it is " +
			"recommended, since which version of Istio it is there, and where it is used." + checkPaths,
		Example: "  helmx features builtin:istio/istiod manifests/\n  helmx features charts/ --format markdown > features.md",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usageError{cmd.Name() + " needs at least one path", "name a chart, a manifest, a folder, or - for standard input"}
			}
			return oneOf("--format", c.format, featureFormats)
		},
		RunE: func(cmd *cobra.Command, paths []string) error { return a.features(cmd.Context(), c, paths) },
	}
	f := cmd.Flags()
	f.StringVar(&c.format, "format", "table", "print the features as table, json or markdown")
	registerValueFlags(f, &c.values)
	registerLayerFlags(f, &c.values)
	return cmd
}

// features prints the inventory of everything that the paths hold. Without all
// of it there is none.
func (a *app) features(ctx context.Context, c *checkFlags, paths []string) error {
	if slices.Contains(paths, "-") {
		if err := stdinOnce(c.values.Files, "the manifests to look at"); err != nil {
			return err
		}
	}
	cfg, err := a.loadConfig()
	if err != nil {
		return err
	}
	o, err := a.processOptions(cfg, stepFlags{})
	if err != nil {
		return err
	}
	in, err := a.inputOptions(c, cfg, &o)
	if err != nil {
		return err
	}
	collected, findings, err := pipeline.Collect(ctx, paths, in)
	docs, _, found := config.TakeContext(collected.Docs())
	if err := a.finish(append(findings, found...), err); err != nil {
		return err
	}
	if len(docs) == 0 {
		a.log("helmx: no manifests found in " + few(paths))
	}
	used, err := lint.Inventory(ctx, append(docs, collected.CRDs...), o.Lint)
	if err != nil {
		return err
	}
	return viewInventory(used).write(&a.stdout, c.format)
}

// inventory is what is printed in every format; its JSON is that of --format
// json.
type inventory struct {
	Version  int           `json:"version"`
	Features []featureView `json:"features"` // never null
}

type featureView struct {
	Feature     string      `json:"feature"`
	Stage       string      `json:"stage"` // its name in Istio's list of feature stages, "" when it is not there
	Maturity    string      `json:"maturity"`
	Source      lint.Source `json:"source"` // of stage and maturity
	Level       string      `json:"level"`
	LevelSource lint.Source `json:"levelSource"`
	Since       string      `json:"since"`
	SinceSource lint.Source `json:"sinceSource"`
	Verified    string      `json:"verified"`
	Uses        []useView   `json:"uses"`
}

type useView struct {
	File   string      `json:"file"`
	Line   int         `json:"line"`
	Column int         `json:"column"`
	Object diag.Object `json:"object"`
	Path   string      `json:"path"`
}

func viewInventory(used []lint.Used) inventory {
	view := inventory{Version: 1, Features: []featureView{}}
	for _, u := range used {
		f := featureView{
			Feature: u.Name, Stage: u.Stage, Maturity: u.Maturity, Source: u.Source, Level: string(u.Level), LevelSource: u.LevelSource,
			Since: u.Since.Version, SinceSource: u.Since.Source, Verified: u.Verified,
		}
		for _, use := range u.Uses {
			f.Uses = append(f.Uses, useView{use.Span.File, use.Span.Start.Line, use.Span.Start.Column, use.Object, use.Path})
		}
		view.Features = append(view.Features, f)
	}
	return view
}

func (v inventory) write(w io.Writer, format string) error {
	switch format {
	case "json":
		e := json.NewEncoder(w)
		e.SetIndent("", "  ")
		e.SetEscapeHTML(false)
		return e.Encode(v)
	case "markdown":
		return v.writeMarkdown(w)
	}
	if len(v.Features) == 0 {
		_, err := fmt.Fprintln(w, "no mesh features")
		return err
	}
	rows := [][]string{{"FEATURE", "MATURITY", "LEVEL", "SINCE", "WHERE"}}
	for _, f := range v.Features {
		for i, use := range f.Uses {
			row := []string{"", "", "", "", use.where()}
			if i == 0 {
				row = append(f.cells(), use.where())
			}
			rows = append(rows, row)
		}
	}
	return writeTable(w, rows)
}

func (v inventory) writeMarkdown(w io.Writer) error {
	var b strings.Builder
	b.WriteString("| feature | maturity | recommendation | since | where |\n|---|---|---|---|---|\n")
	for _, f := range v.Features {
		var places []string
		for _, use := range f.Uses {
			places = append(places, inMarkdown.Replace(use.where()))
		}
		fmt.Fprintf(&b, "| %s | %s |\n", strings.Join(f.cells(), " | "), strings.Join(places, "<br>"))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// inMarkdown keeps names from being read as markup. "<" stands in "<stdin>".
var inMarkdown = strings.NewReplacer("|", "\\|", "<", "&lt;", "*", "\\*", "_", "\\_", "`", "\\`", "[", "\\[")

// cells are what is known about a feature; a dash stands for what is not.
func (f featureView) cells() []string {
	return []string{f.Feature, cmp.Or(f.Maturity, "-"), cmp.Or(f.Level, "-"), cmp.Or(f.Since, "-")}
}

// where is file:line and the object. Names come out of manifests that nobody has
// judged: control characters do not reach the terminal.
func (u useView) where() string {
	place := fmt.Sprintf("%s:%d %s", u.File, u.Line, u.Object)
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return unicode.ReplacementChar
		}
		return r
	}, place)
}
