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
		RunE: func(cmd *cobra.Command, args []string) error { return a.diff(cmd, d, args) },
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

func (a *app) diff(cmd *cobra.Command, d *diffFlags, args []string) error {
	in, err := a.diffInput(cmd, d, args)
	if err != nil {
		return err
	}
	if in.err != nil {
		return a.finish(in.findings, in.err)
	}
	only, missing := d.only(in.docs)
	before := diff.Take(in.docs)
	changed, found, err := pipeline.Change(cmd.Context(), in.docs, in.options)
	findings := slices.Concat(in.findings, missing, found)
	if err == nil && missing.HasErrors() {
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

// changeable are documents that are ready for the steps that change them.
type changeable struct {
	docs     []*manifest.Document
	options  pipeline.Options
	findings diag.List
	err      error // why there are none
}

// diffInput takes the documents of a chart, or those on standard input.
func (a *app) diffInput(cmd *cobra.Command, d *diffFlags, args []string) (changeable, error) {
	switch {
	case slices.Equal(args, []string{"-"}) || len(args) == 0 && !isTerminal(a.In):
		return a.diffStream(cmd, d)
	case len(args) == 0:
		return changeable{}, usageError{"diff needs a chart or manifests: helmx diff [NAME] CHART, or - for standard input", ""}
	case d.release != "":
		return changeable{}, usageError{"--release is for manifests on standard input", "write the name in front of the chart: helmx diff NAME CHART"}
	}
	return a.diffChart(cmd.Context(), &d.template, args)
}

func (a *app) diffChart(ctx context.Context, t *templateFlags, args []string) (in changeable, err error) {
	if err := t.refuse(); err != nil {
		return in, err
	}
	ref, err := t.nameAndChart(args)
	if err != nil {
		return in, err
	}
	cfg, err := a.loadConfigFor(ref)
	if err != nil {
		return in, err
	}
	if in.options, err = a.templateOptions(t, cfg); err != nil {
		return in, err
	}
	in.docs, in.findings, in.err = a.render(ctx, t, ref, &in.options)
	return in, nil
}

// diffStream reads what post-render reads: manifests, or the ResourceList of a
// KRM function, whose items are then the documents.
func (a *app) diffStream(cmd *cobra.Command, d *diffFlags) (in changeable, err error) {
	if err := stdinOnce(d.template.chart.Values.Files, "the manifests"); err != nil {
		return in, err
	}
	data, err := readAll(a.In)
	if err != nil {
		return in, fmt.Errorf("reading standard input: %w", err)
	}
	in.docs = manifest.Read(manifest.Stdin, data)
	cfg, err := a.streamConfig(cmd, &in)
	if err != nil || in.err != nil {
		return in, err
	}
	if in.options, err = a.processOptions(cfg, d.template.steps); err != nil {
		return in, err
	}
	docs, known, findings := config.TakeContext(in.docs)
	in.docs, in.findings = docs, findings
	if findings.HasErrors() {
		in.err = pipeline.ErrStopped
		return in, nil
	}
	s := &streamFlags{release: d.release, isUpgrade: d.template.isUpgrade, values: d.template.chart.Values}
	s.known(a, known, cmd.Flags().Changed("is-upgrade"), &in.options)
	addConfigValues(&s.values, cfg)
	s.values.ContextValues = known.Layer()
	found, err := in.options.SetValues(cmd.Context(), s.values)
	in.findings, in.err = append(in.findings, found...), err
	return in, nil
}

// streamConfig returns the configuration for a stream, and takes a ResourceList
// apart.
func (a *app) streamConfig(cmd *cobra.Command, in *changeable) (*config.Config, error) {
	whole := manifest.FindResourceList(in.docs)
	if whole == nil {
		return a.loadConfig()
	}
	list, wrong := openResourceList(whole)
	if len(wrong) > 0 {
		in.findings, in.err = wrong, pipeline.ErrStopped
		return nil, nil
	}
	in.docs = list.Items
	return a.functionConfig(cmd, whole)
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
