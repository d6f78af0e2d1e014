package cli

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/helmx-dev/helmx/charts"
	"github.com/helmx-dev/helmx/internal/pipeline"
	"github.com/helmx-dev/helmx/manifest"
)

// streamFlags are the flags of a post-renderer: what Helm knows about the
// release and does not tell.
type streamFlags struct {
	release   string
	isUpgrade bool
	values    charts.ValuesOptions
	steps     stepFlags
}

const postRenderName = "post-render"

const postRenderLong = `Read rendered manifests from standard input, patch, validate and lint them as
helmx.yaml says, and write them to standard output. Documents that no patch
touches leave byte for byte as they came. This is what Helm runs with
--post-renderer helmx; its flags are reached through --post-renderer-args.`

func (a *app) postRenderCommand() *cobra.Command {
	s := &streamFlags{}
	cmd := &cobra.Command{
		Use:     postRenderName,
		Short:   "patch, validate and lint the manifests on standard input",
		Long:    postRenderLong,
		Example: "  helm template mesh ./chart | helmx post-render",
		Args:    noArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return a.postRender(cmd.Context(), s) },
	}
	s.register(cmd.Flags())
	return cmd
}

func (s *streamFlags) register(f *pflag.FlagSet) {
	f.StringVar(&s.release, "release", "", "`NAME` of the release, for expressions")
	f.BoolVar(&s.isUpgrade, "is-upgrade", false, "the release is upgraded, not installed; for expressions")
	registerValueFlags(f, &s.values)
	s.steps.register(f)
}

// postRender runs the pipeline on standard input.
func (a *app) postRender(ctx context.Context, s *streamFlags) error {
	if err := stdinOnce(s.values.Files, "the manifests"); err != nil {
		return err
	}
	cfg, err := a.loadConfig()
	if err != nil {
		return err
	}
	o, err := a.processOptions(cfg, s.steps)
	if err != nil {
		return err
	}
	data, err := io.ReadAll(a.In)
	if err != nil {
		return fmt.Errorf("reading standard input: %w", err)
	}
	settings := charts.SettingsFromEnv()
	namespace := a.namespace(&settings)
	o.Lint.Namespace = namespace
	o.Expr.Release = exprRelease(charts.Release{Name: s.release, Namespace: namespace, IsUpgrade: s.isUpgrade})
	addConfigValues(&s.values, cfg)
	docs, findings, err := pipeline.ProcessStream(ctx, data, s.values, o)
	if err != nil || a.fails(findings) {
		return a.finish(findings, err)
	}
	if err := manifest.Write(&a.stdout, docs); err != nil {
		return err
	}
	return a.finish(findings, nil)
}
