package cli

import (
	"context"
	"fmt"
	"io"
	"strings"

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

const postRenderLong = `Read rendered manifests from standard input, patch, validate and lint them as
helmx.yaml says, and write them to standard output. Documents that no patch
touches leave byte for byte as they came. This is what Helm runs with
--post-renderer helmx; its flags are reached through --post-renderer-args.`

func (a *app) postRenderCommand() *cobra.Command {
	s := &streamFlags{}
	cmd := &cobra.Command{
		Use:     "post-render",
		Short:   "patch, validate and lint the manifests on standard input",
		Long:    postRenderLong,
		Example: "  helm template mesh ./chart | helmx post-render",
		Args:    noArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return a.postRender(cmd, s) },
	}
	s.register(cmd.Flags())
	return cmd
}

func (s *streamFlags) register(f *pflag.FlagSet) {
	f.StringVar(&s.release, "release", "", "`NAME` of the release, for expressions")
	f.BoolVar(&s.isUpgrade, "is-upgrade", false, "the release is upgraded, not installed; for expressions")
	registerValueFlags(f, &s.values)
	f.BoolVar(&s.steps.skipValidation, "skip-validation", false, "do not validate the result")
	f.BoolVar(&s.steps.skipLint, "skip-lint", false, "do not lint the result")
}

// postRender runs the pipeline on standard input. Under Helm 4, which throws a
// plugin's standard error away, an error is answered on standard output.
func (a *app) postRender(cmd *cobra.Command, s *streamFlags) error {
	if !a.underHelm4() {
		return a.processStream(cmd.Context(), s)
	}
	return a.answerHelm4(func() error { return a.processStream(cmd.Context(), s) })
}

func (a *app) processStream(ctx context.Context, s *streamFlags) error {
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
	s.values.Stdin = strings.NewReader("") // standard input holds the manifests
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

// underHelm4 says whether helmx runs as a Helm 4 post-renderer plugin. Command
// plugins get HELM_BIN too; post-renderers of both versions do not.
func (a *app) underHelm4() bool {
	return a.Getenv("HELM_PLUGIN_DIR") != "" && a.Getenv("HELM_BIN") == ""
}
