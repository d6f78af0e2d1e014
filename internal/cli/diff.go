package cli

import (
	"bytes"
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/helmx-dev/helmx/charts"
	"github.com/helmx-dev/helmx/diag"
	"github.com/helmx-dev/helmx/internal/config"
	"github.com/helmx-dev/helmx/internal/diff"
	"github.com/helmx-dev/helmx/internal/pipeline"
	"github.com/helmx-dev/helmx/manifest"
	"github.com/helmx-dev/helmx/render"
)

// diffFlags are the flags of `helmx diff`: those of template and post-render,
// and how the difference is shown.
type diffFlags struct {
	template templateFlags
	release  string
	context  int
	exitCode bool
}

const diffLong = `Show as a unified diff what patches and expressions of helmx.yaml change in the
manifests of a chart, or in those on standard input when - or nothing is named.
The flags are those of "helmx template" and "helmx post-render". Nothing is
validated or linted.

The files of the diff are the templates the documents came from, each with all
its documents as "helmx template --output-dir" writes it. Values of Secrets are
never shown: *** stands for one that is the same, *** (before) and *** (after)
for one that is not.`

func (a *app) diffCommand() *cobra.Command {
	d := &diffFlags{template: templateFlags{settings: charts.SettingsFromEnv()}}
	cmd := &cobra.Command{
		Use:     "diff [NAME] CHART | -",
		Short:   "show what the patches change, as a unified diff",
		Long:    diffLong,
		Example: "  helmx diff mesh builtin:mesh --profile ambient -n istio-system\n  helm template mesh ./chart | helmx diff -",
		Args: func(*cobra.Command, []string) error {
			if d.context < 0 {
				return usageError{fmt.Sprintf("--context is %d, expected a number of lines", d.context), ""}
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error { return a.diff(cmd.Context(), d, args) },
	}
	f := cmd.Flags()
	d.template.register(f)
	f.StringVar(&d.release, "release", "", "`NAME` of the release of the manifests on standard input, for expressions")
	f.IntVarP(&d.context, "context", "U", 3, "show this `NUMBER` of lines around each change")
	f.BoolVar(&d.exitCode, "exit-code", false, "exit with 1 when there is a difference")
	for _, name := range []string{"skip-validation", "skip-lint"} {
		f.Lookup(name).Hidden = true // nothing is validated or linted; accepted so that template can be replaced by diff
	}
	return cmd
}

func (a *app) diff(ctx context.Context, d *diffFlags, args []string) error {
	read, err := a.diffInput(d, args)
	if err != nil {
		return err
	}
	cfg, err := a.loadConfig()
	if err != nil {
		return err
	}
	o, err := a.templateOptions(&d.template, cfg)
	if err != nil {
		return err
	}
	docs, findings, err := read(ctx, &o)
	if err != nil {
		return a.finish(findings, err)
	}
	only, found := d.only(docs)
	before := diff.Take(docs)
	changed, more, err := pipeline.Change(ctx, docs, o)
	findings = slices.Concat(findings, found, more)
	if err == nil && found.HasErrors() {
		err = pipeline.ErrStopped
	}
	if err != nil || a.fails(findings) {
		return a.finish(findings, err)
	}
	differs, err := before.Write(&a.stdout, changed, diff.Options{Context: d.context, Color: a.colored(a.Out), Only: only})
	if err != nil {
		return err
	}
	if err := a.finish(findings, nil); err != nil || !differs || !d.exitCode {
		return err
	}
	a.keepStdout = true
	return findingsError{exitFindings}
}

// reader returns the documents to be changed, and tells the options what is
// known of their release.
type reader func(context.Context, *pipeline.Options) ([]*manifest.Document, diag.List, error)

// diffInput says where the documents come from: a chart, or standard input.
func (a *app) diffInput(d *diffFlags, args []string) (reader, error) {
	t := &d.template
	if slices.Equal(args, []string{"-"}) || len(args) == 0 && !isTerminal(a.In) {
		t.releaseName = d.release
		return func(ctx context.Context, o *pipeline.Options) ([]*manifest.Document, diag.List, error) {
			return a.readStream(ctx, t.chart.Values, o)
		}, stdinOnce(t.chart.Values.Files, "the manifests")
	}
	if len(args) == 0 {
		return nil, usageError{"diff needs a chart or manifests: helmx diff [NAME] CHART, or - for standard input", ""}
	}
	if d.release != "" {
		return nil, usageError{"--release is for manifests on standard input", "write the name in front of the chart: helmx diff NAME CHART"}
	}
	if err := t.refuse(); err != nil {
		return nil, err
	}
	ref, err := t.nameAndChart(args)
	return func(ctx context.Context, o *pipeline.Options) ([]*manifest.Document, diag.List, error) {
		return a.render(ctx, t, ref, o)
	}, err
}

func (a *app) readStream(ctx context.Context, values charts.ValuesOptions, o *pipeline.Options) ([]*manifest.Document, diag.List, error) {
	data, err := readAll(a.In)
	if err != nil {
		return nil, nil, fmt.Errorf("reading standard input: %w", err)
	}
	docs, _, findings := config.TakeContext(manifest.Read(manifest.Stdin, data))
	if findings.HasErrors() {
		return nil, findings, pipeline.ErrStopped
	}
	found, err := o.SetValues(ctx, values)
	return docs, append(findings, found...), err
}

// only is what --show-only picks. Patterns that match nothing are findings.
func (d *diffFlags) only(docs []*manifest.Document) (func(name string) bool, diag.List) {
	patterns := d.template.showOnly
	if len(patterns) == 0 {
		return nil, nil
	}
	var text bytes.Buffer
	_ = manifest.Write(&text, docs) // a buffer takes everything
	_, findings := render.ShowOnly(text.Bytes(), patterns)
	return func(name string) bool {
		_, path, _ := strings.Cut(name, "/")
		return slices.ContainsFunc(patterns, func(pattern string) bool {
			ok, _ := filepath.Match(filepath.ToSlash(pattern), path)
			return ok
		})
	}, findings
}
