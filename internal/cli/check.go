package cli

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/helmx-dev/helmx/charts"
	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/internal/config"
	"github.com/helmx-dev/helmx/internal/pipeline"
	"github.com/helmx-dev/helmx/manifest"
	"github.com/helmx-dev/helmx/report"
)

// checkFlags are the flags of lint and validate.
type checkFlags struct {
	format   string
	patched  bool
	sets     []string
	fix      bool
	diff     bool
	given    bool
	load     charts.LoadOptions
	values   charts.ValuesOptions
	settings charts.Settings
}

const checkPaths = `

PATH is a chart (folder, .tgz or builtin:NAME), a manifest file, a folder of
either, a file inside a chart - then the chart is meant, once - or - for
standard input. All paths of one call are judged together, as one mesh. A
chart may be written NAME=PATH or NAMESPACE/NAME=PATH, with its release.`

const checkValues = `

A chart is rendered with its own values, with each of its ci/*-values.yaml, with
the values files of -f, with those of each --with, and with each values file in
it that is a PATH; --set and the like hold for all of them.`

func (a *app) lintCommand() *cobra.Command {
	return a.checkCommand(&cobra.Command{
		Use:     "lint PATH...",
		Short:   "validate and lint charts and manifests",
		Long:    "Render the charts, then validate and lint everything." + checkPaths + checkValues,
		Example: "  helmx lint charts/app\n  helm template mesh ./chart | helmx lint -",
	}, false)
}

func (a *app) validateCommand() *cobra.Command {
	return a.checkCommand(&cobra.Command{
		Use:     "validate PATH...",
		Short:   "validate charts and manifests against their schemas",
		Long:    "Render the charts, then validate everything against the schemas of --kube-version." + checkPaths + checkValues,
		Example: "  helmx validate --kube-version 1.37 manifests/",
	}, true)
}

func (a *app) checkCommand(cmd *cobra.Command, skipLint bool) *cobra.Command {
	c := &checkFlags{settings: charts.SettingsFromEnv()}
	cmd.Args = func(cmd *cobra.Command, args []string) error {
		if len(args) == 0 {
			return usageError{cmd.Name() + " needs at least one path", "name a chart, a manifest, a folder, or - for standard input"}
		}
		return oneOf("--format", c.format, report.Formats())
	}
	cmd.RunE = func(cmd *cobra.Command, paths []string) error {
		return a.check(cmd.Context(), c, paths, stepFlags{skipLint: skipLint})
	}
	f := cmd.Flags()
	f.StringVar(&c.format, "format", "text", "print findings as text, json, sarif, github, junit, checkstyle or gitlab")
	f.BoolVar(&c.patched, "patched", false, "apply the patches of helmx.yaml first")
	registerValueFlags(f, &c.values)
	registerLayerFlags(f, &c.values)
	f.BoolVar(&c.fix, "fix", false, "edit the files where the remedy is mechanical, and print patches for helmx.yaml for what was rendered")
	f.BoolVar(&c.diff, "diff", false, "print what --fix would change instead of findings, and change nothing")
	f.StringArrayVar(&c.sets, "with", nil, "render each chart with these values `FILES` too, comma-separated; repeatable, one more set each time")
	f.BoolVar(&c.given, "given-values-only", false, "render charts with -f and --with alone, not with their own values and ci/*-values.yaml too")
	return cmd
}

// check renders what is to be rendered, judges all of it and prints the
// findings on standard output.
func (a *app) check(ctx context.Context, c *checkFlags, paths []string, steps stepFlags) error {
	a.format = c.format
	if slices.Contains(paths, "-") {
		if err := stdinOnce(c.values.Files, "the manifests to judge"); err != nil {
			return err
		}
	}
	cfg, err := a.loadConfigFor(paths...)
	if err != nil {
		return err
	}
	o, err := a.processOptions(cfg, steps)
	if err != nil {
		return err
	}
	in, err := a.inputOptions(c, cfg, &o)
	if err != nil {
		return err
	}
	in.Chart.Unread = !steps.skipLint
	in.Variants, in.GivenOnly, in.Fresh = true, c.given, c.patched
	for _, set := range c.sets {
		in.Sets = append(in.Sets, strings.Split(set, ","))
	}
	in.Stdin = &replay{in: a.In} // a second look must find it again
	findings, runErr := a.look(ctx, c, paths, in, o)
	if runErr != nil && !pipeline.Reported(runErr) {
		return a.finish(findings, runErr)
	}
	remedies, err := pipeline.Remedy(ctx, findings)
	if err != nil {
		return a.finish(findings, err)
	}
	switch {
	case c.diff:
		return a.showFixes(remedies, findings, runErr)
	case c.fix && len(remedies.Files) > 0:
		if err := a.writeFixes(remedies.Files); err != nil {
			return a.finish(findings, err)
		}
		if findings, runErr = a.look(ctx, c, paths, in, o); runErr == nil || pipeline.Reported(runErr) {
			if remedies, err = pipeline.Remedy(ctx, findings); err != nil {
				return a.finish(findings, err)
			}
		}
	}
	err = a.finish(findings, runErr)
	if c.fix && c.format == "text" {
		a.showPatches(remedies)
	}
	return err
}

// look reads the inputs and judges them.
func (a *app) look(ctx context.Context, c *checkFlags, paths []string, in pipeline.InputOptions, o pipeline.Options) (diag.List, error) {
	collected, findings, runErr := pipeline.Collect(ctx, paths, in)
	if collected.Empty() && runErr == nil && !findings.HasErrors() {
		a.log("helmx: no manifests found in " + few(paths))
	}
	if runErr == nil || pipeline.Reported(runErr) {
		o.Schema.CRDs = append(slices.Clip(o.Schema.CRDs), collected.CRDs...)
		o.Lint.Charts = collected.Charts
		found, err := collected.JudgeRounds(func(round int, docs []*manifest.Document) (diag.List, error) {
			o.Lint.Releases = collected.Rounds[round].Releases
			if round > 0 {
				o.Lint.Charts = nil // their sources are the same
			}
			return a.judge(ctx, docs, o, c)
		})
		findings = append(findings, found...)
		if err != nil {
			runErr = err
		}
	}
	return findings, runErr
}

// judge judges the documents of a round.
func (a *app) judge(ctx context.Context, docs []*manifest.Document, o pipeline.Options, c *checkFlags) (diag.List, error) {
	docs, known, findings := config.TakeContext(docs)
	found, err := a.process(ctx, docs, known, o, c)
	return append(findings, found...), err
}

// few lists paths, of which pre-commit may hand over thousands.
func few(paths []string) string {
	const shown = 3
	if len(paths) <= shown {
		return strings.Join(paths, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(paths[:shown], ", "), len(paths)-shown)
}

// process judges documents, after changing them where --patched asks for it.
// Expressions see one set of values for all inputs: what one chart brings they see
// only where it writes a Context.
func (a *app) process(ctx context.Context, docs []*manifest.Document, known *config.Context, o pipeline.Options, c *checkFlags) (diag.List, error) {
	if known != nil {
		(&streamFlags{}).known(a, known, false, &o)
	}
	if !c.patched {
		return pipeline.Judge(ctx, docs, o)
	}
	findings, err := contextValues(ctx, c.values, known, &o)
	if err != nil {
		return findings, err
	}
	_, found, err := pipeline.Process(ctx, docs, o)
	return append(findings, found...), err
}

func (a *app) inputOptions(c *checkFlags, cfg *config.Config, o *pipeline.Options) (pipeline.InputOptions, error) {
	c.load.Settings, c.load.Log, c.load.Library = c.settings, a.Err, true
	c.values.Stdin = valuesInput(c.values, a.In)
	addConfigValues(&c.values, cfg)
	namespace := a.namespace(&c.settings)
	o.Lint.Namespace = namespace
	in := pipeline.InputOptions{
		Stdin:      a.In,
		Chart:      pipeline.ChartOptions{Load: c.load, Values: c.values},
		PassedOver: func(path, why string) { a.note("%s passed over: %s", path, why) },
	}
	in.Chart.Render.LintMode = !o.SkipLint
	o.Expr.Release = exprRelease(charts.Release{Name: "release-name", Namespace: namespace})
	return in, a.prepareRender(&in.Chart, charts.Release{Namespace: namespace}, nil)
}
