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
	load     charts.LoadOptions
	values   charts.ValuesOptions
	settings charts.Settings
}

const checkPaths = `

PATH is a chart (folder, .tgz or builtin:NAME), a manifest file, a folder of
either, a file inside a chart - then the chart is meant, once - or - for
standard input. All paths of one call are judged together, as one mesh.`

func (a *app) lintCommand() *cobra.Command {
	return a.checkCommand(&cobra.Command{
		Use:     "lint PATH...",
		Short:   "validate and lint charts and manifests",
		Long:    "Render the charts, then validate and lint everything." + checkPaths,
		Example: "  helmx lint charts/app\n  helm template mesh ./chart | helmx lint -",
	}, false)
}

func (a *app) validateCommand() *cobra.Command {
	return a.checkCommand(&cobra.Command{
		Use:     "validate PATH...",
		Short:   "validate charts and manifests against their schemas",
		Long:    "Render the charts, then validate everything against the schemas of --kube-version." + checkPaths,
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
	collected, findings, runErr := pipeline.Collect(ctx, paths, in)
	if len(collected.Docs) == 0 && runErr == nil && !findings.HasErrors() {
		a.log("helmx: no manifests found in " + few(paths))
	}
	docs, known, found := config.TakeContext(collected.Docs)
	findings = append(findings, found...)
	if runErr == nil || pipeline.Reported(runErr) {
		o.Schema.CRDs = append(o.Schema.CRDs, collected.CRDs...)
		found, err := a.process(ctx, docs, known, o, c)
		findings = append(findings, found...)
		if err != nil {
			runErr = err
		}
	}
	return a.finish(findings, runErr)
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
	release := charts.Release{Name: "release-name", Namespace: namespace}
	o.Expr.Release = exprRelease(release)
	return in, a.prepareRender(&in.Chart, release, nil)
}
